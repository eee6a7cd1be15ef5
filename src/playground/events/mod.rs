//! What Slack tells an app by itself: events in their envelope, ready to be signed and sent.

pub mod deliver;
pub mod messages;

use super::state::world::World;
use crate::base::ids::{ChannelId, TeamId, UserId};
use axum::body::Bytes;
use serde_json::{Value, json};

pub const EVENTS: &str = "/slack/events";
pub const INTERACTIONS: &str = "/slack/interactions";
pub const COMMANDS: &str = "/slack/commands";
pub const OPTIONS: &str = "/slack/options";

pub const JSON: &str = "application/json";
pub const FORM: &str = "application/x-www-form-urlencoded";

/// A request to Penny, unsigned as yet: the signature carries the time of each attempt.
#[derive(Debug, Clone)]
pub struct Outgoing {
    pub path: &'static str,
    pub id: String,
    pub content_type: &'static str,
    pub body: Bytes,
}

/// Where an event happened; decides which installations hear of it.
#[derive(Debug, Clone)]
pub struct Place<'a> {
    pub team: &'a TeamId,
    pub channel: Option<&'a ChannelId>,
}

impl World {
    /// Sends an event to the installation that serves the team, if the app subscribed to it.
    pub fn emit(&mut self, place: &Place<'_>, subscription: &str, event: &Value) {
        if !self.app.events.iter().any(|known| known == subscription) {
            return;
        }
        let Some(installation) = self.installation_of(place.team) else {
            return;
        };
        let (bot_user, org_wide) = (installation.bot_user.clone(), installation.team.is_none());
        let id = self.fresh_id("Ev");
        let envelope = self.envelope(place, event, &id, &bot_user, org_wide);
        self.outgoing.push(Outgoing {
            path: EVENTS,
            id,
            content_type: JSON,
            body: Bytes::from(envelope.to_string()),
        });
    }

    fn envelope(
        &self,
        place: &Place<'_>,
        event: &Value,
        id: &str,
        bot_user: &UserId,
        org_wide: bool,
    ) -> Value {
        let enterprise = self
            .enterprise
            .as_ref()
            .map(|enterprise| enterprise.id.as_str());
        let shared = place
            .channel
            .and_then(|channel| self.channels.get(channel))
            .is_some_and(|channel| channel.is_shared());
        json!({
            "token": "playground-verification-token",
            "team_id": place.team,
            "context_team_id": place.team,
            "context_enterprise_id": enterprise,
            "enterprise_id": enterprise,
            "api_app_id": self.app.id,
            "event": event,
            "type": "event_callback",
            "event_id": id,
            "event_time": self.now.timestamp(),
            "authorizations": [{
                "enterprise_id": enterprise,
                "team_id": (!org_wide).then_some(place.team),
                "user_id": bot_user,
                "is_bot": true,
                "is_enterprise_install": org_wide,
            }],
            "is_ext_shared_channel": shared,
            "event_context": format!("4-{id}"),
        })
    }
}
