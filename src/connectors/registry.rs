//! The connectors there are.

use super::{
    Connector, Reach, github, gmail, hubspot, linear, outgoing_webhook, slack, twilio, webhook,
};

static ALL: &[&dyn Connector] = &[
    &hubspot::HubSpot,
    &github::GitHub,
    &linear::Linear,
    &gmail::Gmail,
    &slack::Slack,
    &twilio::Twilio,
    &outgoing_webhook::OutgoingWebhook,
    &webhook::Webhook,
];

pub fn all() -> impl Iterator<Item = &'static dyn Connector> {
    ALL.iter().copied()
}

/// Those that somebody has to connect first.
pub fn connectable() -> impl Iterator<Item = &'static dyn Connector> {
    all().filter(|connector| connector.manifest().reach != Reach::Penny)
}

pub fn find(slug: &str) -> Option<&'static dyn Connector> {
    all().find(|connector| connector.manifest().slug == slug)
}
