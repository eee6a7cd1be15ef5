//! The connectors there are.

use super::{Connector, hubspot};

static ALL: [&dyn Connector; 1] = [&hubspot::HubSpot];

pub fn all() -> impl Iterator<Item = &'static dyn Connector> {
    ALL.into_iter()
}

pub fn find(slug: &str) -> Option<&'static dyn Connector> {
    all().find(|connector| connector.manifest().slug == slug)
}
