//! Events about channels: messages and their twins, edits, deletions, reactions, members.

use super::Place;
use crate::base::ids::{ChannelId, TeamId, UserId};
use crate::playground::state::channel::{Channel, Kind};
use crate::playground::state::message::Message;
use crate::playground::state::stamp::Stamp;
use crate::playground::state::world::World;
use serde_json::{Value, json};

fn subscription(kind: Kind) -> &'static str {
    match kind {
        Kind::Public => "message.channels",
        Kind::Private => "message.groups",
        Kind::Im => "message.im",
        Kind::Mpim => "message.mpim",
    }
}

impl World {
    /// The workspaces whose installation of the app is a member of the channel, with its bot.
    fn listeners(&self, channel: &Channel) -> Vec<(TeamId, UserId)> {
        let mut heard: Vec<(TeamId, UserId)> = Vec::new();
        for team in std::iter::once(&channel.team).chain(&channel.shared_with) {
            let Some(bot) = self
                .bot_of(team)
                .filter(|bot| channel.members.contains(bot))
            else {
                continue;
            };
            if !heard.iter().any(|(_, known)| *known == bot) {
                heard.push((team.clone(), bot));
            }
        }
        heard
    }

    fn tell_members(&mut self, channel: &ChannelId, event_name: Option<&str>, event: &Value) {
        let Some(known) = self.channels.get(channel) else {
            return;
        };
        let name = event_name.unwrap_or_else(|| subscription(known.kind));
        for (team, _) in self.listeners(known) {
            self.emit(
                &Place {
                    team: &team,
                    channel: Some(channel),
                },
                name,
                event,
            );
        }
    }

    /// A new message: `message.*`, and for a mention its twin `app_mention` with an id of its own.
    pub fn announce_message(&mut self, channel: &ChannelId, ts: Stamp) {
        let Some(known) = self.channels.get(channel) else {
            return;
        };
        let Some(message) = known.messages.get(&ts) else {
            return;
        };
        if message.bot_id.is_some() && !self.echo {
            return;
        }
        let mut event = self.message_event(known, message);
        let (kind, text) = (known.kind, message.text.clone());
        // An app's words and notices such as “has joined” name people without calling them.
        let is_said = message.bot_id.is_none() && message.subtype.is_none();
        let mut outbox: Vec<(TeamId, &str, Value)> = Vec::new();
        for (team, bot) in self.listeners(known) {
            if kind != Kind::Im && is_said && mentions(&text, &bot) {
                let mut twin = event.clone();
                twin["type"] = json!("app_mention");
                if let Some(twin) = twin.as_object_mut() {
                    twin.remove("channel_type");
                    twin.remove("subtype");
                }
                outbox.push((team.clone(), "app_mention", twin));
            }
            if kind == Kind::Im && is_said {
                event["assistant_thread"] =
                    json!({"action_token": format!("playground-action-{ts}")});
            }
            outbox.push((team, subscription(kind), event.clone()));
        }
        for (team, name, event) in outbox {
            self.emit(
                &Place {
                    team: &team,
                    channel: Some(channel),
                },
                name,
                &event,
            );
        }
    }

    fn message_event(&self, channel: &Channel, message: &Message) -> Value {
        let mut event = message.as_api(self, false);
        event["channel"] = json!(channel.id);
        event["channel_type"] = json!(channel.kind.channel_type());
        event["event_ts"] = json!(message.ts.to_string());
        if message.bot_id.is_none() {
            event["client_msg_id"] = json!(uuid::Uuid::new_v4());
        }
        if let Some(parent) = message.root.and_then(|root| channel.messages.get(&root)) {
            event["parent_user_id"] = json!(parent.user);
        }
        if let Some(context) = &message.app_context {
            event["app_context"] = context.clone();
        }
        event
    }

    pub fn announce_edit(&mut self, channel: &ChannelId, ts: Stamp, before: &Message) {
        let Ok(message) = self.message(channel, ts) else {
            return;
        };
        let (after, before) = (message.as_api(self, false), before.as_api(self, false));
        self.announce_change(
            channel,
            "message_changed",
            json!({"message": after, "previous_message": before}),
        );
    }

    pub fn announce_deletion(&mut self, channel: &ChannelId, gone: &Message) {
        let ts = gone.ts.to_string();
        let before = gone.as_api(self, false);
        self.announce_change(
            channel,
            "message_deleted",
            json!({"deleted_ts": ts, "previous_message": before}),
        );
    }

    fn announce_change(&mut self, channel: &ChannelId, subtype: &str, mut event: Value) {
        let Some(kind) = self.channels.get(channel).map(|channel| channel.kind) else {
            return;
        };
        let event_ts = self.fresh_ts().to_string();
        event["type"] = json!("message");
        event["subtype"] = json!(subtype);
        event["hidden"] = json!(true);
        event["channel"] = json!(channel);
        event["channel_type"] = json!(kind.channel_type());
        event["ts"] = json!(event_ts);
        event["event_ts"] = json!(event_ts);
        self.tell_members(channel, None, &event);
    }

    pub fn announce_reaction(&mut self, channel: &ChannelId, ts: Stamp, user: &UserId, name: &str) {
        let Ok(author) = self
            .message(channel, ts)
            .map(|message| message.user.clone())
        else {
            return;
        };
        let event_ts = self.fresh_ts().to_string();
        let event = json!({
            "type": "reaction_added",
            "user": user,
            "reaction": name,
            "item_user": author,
            "item": {"type": "message", "channel": channel, "ts": ts.to_string()},
            "event_ts": event_ts,
        });
        self.tell_members(channel, Some("reaction_added"), &event);
    }

    pub fn announce_member(
        &mut self,
        channel: &ChannelId,
        user: &UserId,
        inviter: Option<&UserId>,
    ) {
        let Some(known) = self.channels.get(channel) else {
            return;
        };
        let kind = if known.kind == Kind::Public { "C" } else { "G" };
        let team = known.team.clone();
        let event_ts = self.fresh_ts().to_string();
        let event = json!({
            "type": "member_joined_channel",
            "user": user,
            "channel": channel,
            "channel_type": kind,
            "team": team,
            "inviter": inviter,
            "event_ts": event_ts,
        });
        self.tell_members(channel, Some("member_joined_channel"), &event);
    }

    /// Somebody is no longer in the channel; an app that was taken out is told so in its own way.
    pub fn announce_left(&mut self, channel: &ChannelId, user: &UserId) {
        let Some(known) = self.channels.get(channel) else {
            return;
        };
        let (is_public, team) = (known.kind == Kind::Public, known.team.clone());
        let event_ts = self.fresh_ts().to_string();
        if self.bot_of(&team).as_ref() == Some(user) {
            let name = if is_public {
                "channel_left"
            } else {
                "group_left"
            };
            let event = json!({"type": name, "channel": channel, "event_ts": event_ts});
            let place = Place {
                team: &team,
                channel: Some(channel),
            };
            return self.emit(&place, name, &event);
        }
        let event = json!({
            "type": "member_left_channel",
            "user": user,
            "channel": channel,
            "channel_type": if is_public { "C" } else { "G" },
            "team": team,
            "event_ts": event_ts,
        });
        self.tell_members(channel, Some("member_left_channel"), &event);
    }

    pub fn announce_name(&mut self, channel: &ChannelId) {
        let Some(known) = self.channels.get(channel) else {
            return;
        };
        let name = match known.kind {
            Kind::Public => "channel_rename",
            _ => "group_rename",
        };
        let named = json!({"id": channel, "name": known.name, "created": known.created});
        let event_ts = self.fresh_ts().to_string();
        let event = json!({"type": name, "channel": named, "event_ts": event_ts});
        self.tell_members(channel, Some(name), &event);
    }

    pub fn announce_home(&mut self, user: &UserId, tab: &str, looking_at: Option<&ChannelId>) {
        let Some(team) = self.people.get(user).map(|person| person.team.clone()) else {
            return;
        };
        let Some(channel) = self.dm_with_app(user) else {
            return;
        };
        let view = self
            .homes
            .get(user)
            .and_then(|id| self.views.get(id))
            .map(|view| view.as_api(self));
        let event_ts = self.fresh_ts().to_string();
        let mut event = json!({
            "type": "app_home_opened",
            "user": user,
            "channel": channel,
            "tab": tab,
            "event_ts": event_ts,
        });
        if let (Some(view), "home") = (view, tab) {
            event["view"] = view;
        }
        if let Some(seen) = looking_at {
            event["context"] = context_of(seen);
        }
        self.emit(
            &Place {
                team: &team,
                channel: None,
            },
            "app_home_opened",
            &event,
        );
    }

    pub fn announce_context(&mut self, user: &UserId, looking_at: &ChannelId) {
        let Some(team) = self.people.get(user).map(|person| person.team.clone()) else {
            return;
        };
        let Some(channel) = self.dm_with_app(user) else {
            return;
        };
        let event_ts = self.fresh_ts().to_string();
        let event = json!({
            "type": "app_context_changed",
            "user": user,
            "channel": channel,
            "context": context_of(looking_at),
            "event_ts": event_ts,
        });
        self.emit(
            &Place {
                team: &team,
                channel: None,
            },
            "app_context_changed",
            &event,
        );
    }

    pub fn announce_stop(
        &mut self,
        channel: &ChannelId,
        user: &UserId,
        root: Stamp,
        streams: &[Stamp],
    ) {
        let event_ts = self.fresh_ts().to_string();
        let streams: Vec<String> = streams.iter().map(Stamp::to_string).collect();
        let event = json!({
            "type": "agent_session_stopped",
            "channel": channel,
            "user": user,
            "thread_ts": root.to_string(),
            "streaming_message_ts": streams,
            "event_ts": event_ts,
        });
        self.tell_members(channel, Some("agent_session_stopped"), &event);
    }
}

/// What a person has in view, as `app_context` and `context` say it.
pub fn context_of(channel: &ChannelId) -> Value {
    json!({"entities": [{"type": "slack#/types/channel_id", "value": channel}]})
}

fn mentions(text: &str, user: &UserId) -> bool {
    let id = user.as_str();
    text.match_indices("<@").any(|(place, _)| {
        let rest = &text[place + 2..];
        rest.strip_prefix(id)
            .is_some_and(|rest| rest.starts_with(['>', '|']))
    })
}
