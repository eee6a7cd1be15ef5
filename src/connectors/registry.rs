//! The connectors there are.

use super::{Connector, hubspot, linear};

static ALL: [&dyn Connector; 2] = [&hubspot::HubSpot, &linear::Linear];

pub fn all() -> impl Iterator<Item = &'static dyn Connector> {
    ALL.into_iter()
}

pub fn find(slug: &str) -> Option<&'static dyn Connector> {
    all().find(|connector| connector.manifest().slug == slug)
}
