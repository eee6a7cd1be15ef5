//! The connectors there are.

use super::{Connector, github, gmail, hubspot, linear};

static ALL: &[&dyn Connector] = &[
    &hubspot::HubSpot,
    &github::GitHub,
    &linear::Linear,
    &gmail::Gmail,
];

pub fn all() -> impl Iterator<Item = &'static dyn Connector> {
    ALL.iter().copied()
}

pub fn find(slug: &str) -> Option<&'static dyn Connector> {
    all().find(|connector| connector.manifest().slug == slug)
}
