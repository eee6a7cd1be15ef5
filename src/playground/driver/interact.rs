//! Pressing what Penny offers: buttons, selects, options of external selects, commands, shortcuts.

use super::payload;
use super::speak::{visible, whisper, writable};
use super::{Denied, Human, unanswered};
use crate::base::ids::{ChannelId, UserId};
use crate::playground::api::response_url::respond;
use crate::playground::elements;
use crate::playground::events::deliver::{Answer, Missed};
use crate::playground::events::{COMMANDS, FORM, OPTIONS, Outgoing};
use crate::playground::refusal::Refusal;
use crate::playground::state::channel::{Channel, Kind};
use crate::playground::state::message::Message;
use crate::playground::state::stamp::Stamp;
use crate::playground::state::view::View;
use crate::playground::state::world::World;
use axum::body::Bytes;
use serde_json::{Value, json};
use url::form_urlencoded;

/// Where an element stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Container {
    Message { channel: ChannelId, ts: Stamp },
    View { id: String },
}

/// What was pressed: the element as the page names it, and the state of all inputs around it.
#[derive(Debug, Clone)]
pub struct Pressed {
    pub container: Container,
    pub element: Value,
    pub state: Option<Value>,
}

/// The thing that holds the element, as far as the payload needs it.
enum Holder {
    Message(Box<Message>, ChannelId),
    View(Box<View>),
}

impl Holder {
    fn of(world: &World, user: &UserId, container: &Container) -> Result<Self, Denied> {
        match container {
            Container::Message { channel, ts } => {
                visible(world, user, channel)?;
                let known = world.channel(channel)?;
                let ephemeral = known
                    .ephemerals
                    .get(ts)
                    .filter(|message| message.only_for.as_ref() == Some(user));
                let message = ephemeral.or_else(|| known.messages.get(ts));
                let message = message.ok_or_else(|| Refusal::code("message_not_found"))?;
                if message.is_streaming() {
                    return Err(Denied::because("Wait until the answer is complete."));
                }
                Ok(Self::Message(Box::new(message.clone()), channel.clone()))
            }
            Container::View { id } => {
                let view = world.views.get(id).filter(|view| view.user == *user);
                let view = view.ok_or_else(|| Denied::because("That window is closed."))?;
                Ok(Self::View(Box::new(view.clone())))
            }
        }
    }

    fn blocks(&self) -> Value {
        match self {
            Self::Message(message, _) => Value::Array(message.shown_blocks()),
            Self::View(view) => view.body["blocks"].clone(),
        }
    }

    fn is_modal(&self) -> bool {
        matches!(self, Self::View(view) if view.is_modal())
    }

    /// Adds container, message or view, and for messages a response URL.
    fn describe(&self, world: &mut World, user: &UserId, payload: &mut Value, state: &Value) {
        match self {
            Self::Message(message, channel) => {
                let ts = message.ts.to_string();
                payload["container"] = json!({
                    "type": "message",
                    "message_ts": ts,
                    "channel_id": channel,
                    "is_ephemeral": message.only_for.is_some(),
                });
                if let Some(root) = message.root {
                    payload["container"]["thread_ts"] = json!(root.to_string());
                }
                payload["channel"] = payload::channel(world, channel);
                if message.only_for.is_none() {
                    payload["message"] = payload::message(world, message);
                }
                payload["state"] = json!({"values": state});
                let url = world.mint_response_url(channel, user, Some(message.ts), message.root);
                payload["response_url"] = json!(url);
            }
            Self::View(view) => {
                payload["container"] = json!({"type": "view", "view_id": view.id});
                payload["view"] = view.as_api(world);
            }
        }
    }
}

impl Human {
    /// A block action. Slack shows a warning sign when the app does not answer.
    pub async fn press(&self, pressed: Pressed) -> Result<(), Denied> {
        let request = self
            .slack
            .edit(|world| self.block_action(world, &pressed))?;
        let answer = self.slack.ask_penny(request).await;
        answer
            .map(drop)
            .map_err(|missed| unanswered(&self.app_name(), &missed))
    }

    fn block_action(&self, world: &mut World, pressed: &Pressed) -> Result<Outgoing, Denied> {
        let holder = Holder::of(world, &self.id, &pressed.container)?;
        let named = |field: &str| pressed.element[field].as_str().unwrap_or_default();
        let blocks = holder.blocks();
        let element = elements::find(&blocks, named("block_id"), named("action_id"))
            .ok_or_else(|| Denied::because("That button is no longer there."))?;
        let given = pressed
            .state
            .as_ref()
            .map(|state| &state["values"])
            .filter(|state| state.is_object());
        let holder = self.remember_state(world, holder, given)?;
        let state = given
            .cloned()
            .unwrap_or_else(|| elements::initial_values(&blocks));
        let mut payload = payload::base(world, &self.id, "block_actions");
        let team = self.team(world)?;
        payload["trigger_id"] = json!(world.mint_trigger(&self.id, &team, holder.is_modal()));
        holder.describe(world, &self.id, &mut payload, &state);
        let action_ts = world.fresh_ts().to_string();
        payload["actions"] = json!([elements::action(
            element,
            named("block_id"),
            &pressed.element,
            &action_ts
        )]);
        Ok(payload::interaction(world, &payload))
    }

    fn remember_state(
        &self,
        world: &mut World,
        holder: Holder,
        given: Option<&Value>,
    ) -> Result<Holder, Denied> {
        match (holder, given) {
            (Holder::View(view), Some(given)) => {
                let known = world
                    .views
                    .get_mut(&view.id)
                    .ok_or_else(|| Denied::because("That window is closed."))?;
                known.state = given.clone();
                Ok(Holder::View(Box::new(known.clone())))
            }
            (holder, _) => Ok(holder),
        }
    }

    pub(super) fn team(&self, world: &World) -> Result<crate::base::ids::TeamId, Denied> {
        let team = world.people.get(&self.id).map(|person| person.team.clone());
        team.ok_or_else(|| Denied::because("You are not in this workspace."))
    }

    /// What an external select offers for what has been typed.
    pub async fn options(
        &self,
        container: &Container,
        block_id: &str,
        action_id: &str,
        typed: &str,
    ) -> Result<Value, Denied> {
        let request = self.slack.edit(|world| {
            let holder = Holder::of(world, &self.id, container)?;
            let blocks = holder.blocks();
            elements::find(&blocks, block_id, action_id)
                .ok_or_else(|| Denied::because("That list is no longer there."))?;
            let mut payload = payload::base(world, &self.id, "block_suggestion");
            holder.describe(
                world,
                &self.id,
                &mut payload,
                &elements::initial_values(&blocks),
            );
            payload["block_id"] = json!(block_id);
            payload["action_id"] = json!(action_id);
            payload["value"] = json!(typed);
            Ok::<_, Denied>(payload::request(world, OPTIONS, &payload))
        })?;
        let app = self.app_name();
        let answer = self
            .slack
            .ask_penny(request)
            .await
            .map_err(|missed| unanswered(&app, &missed))?;
        let found: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
        if found["options"].is_array() || found["option_groups"].is_array() {
            return Ok(found);
        }
        Err(Denied(format!("{app} offered nothing to choose from.")))
    }

    /// `/penny help`. What comes back is shown to the person or, if Penny says so, to all.
    pub async fn command(&self, channel: &ChannelId, typed: &str) -> Result<Answer, Denied> {
        let (name, text) = typed
            .trim()
            .split_once(char::is_whitespace)
            .unwrap_or((typed.trim(), ""));
        let (request, entry) = self.slack.edit(|world| {
            writable(world, &self.id, channel)?;
            if !world
                .app
                .commands
                .iter()
                .any(|known| known["command"] == *name)
            {
                let sentence = format!("{name} is not a command that this workspace knows.");
                return Err(Denied(sentence));
            }
            let url = world.mint_response_url(channel, &self.id, None, None);
            let entry = world.use_response_url(url.rsplit('/').next().unwrap_or_default())?;
            let form = self.command_form(world, channel, name, text.trim(), &url)?;
            Ok((form, entry))
        })?;
        match self.slack.ask_penny(request).await {
            Ok(answer) => {
                self.slack
                    .edit(|world| answer_command(world, &entry, &answer));
                Ok(answer)
            }
            Err(missed) => {
                let word = if missed == Missed::Timeout {
                    "operation_timeout"
                } else {
                    "dispatch_failed"
                };
                let text = format!("{name} failed with the error \"{word}\"");
                self.slack
                    .edit(|world| whisper(world, &self.id, channel, &text));
                Err(unanswered(&self.app_name(), &missed))
            }
        }
    }

    fn command_form(
        &self,
        world: &mut World,
        channel: &ChannelId,
        name: &str,
        text: &str,
        response_url: &str,
    ) -> Result<Outgoing, Denied> {
        let team = self.team(world)?;
        let trigger = world.mint_trigger(&self.id, &team, false);
        let org_wide = world
            .installation_of(&team)
            .is_some_and(|installation| installation.team.is_none());
        let handle = world
            .people
            .get(&self.id)
            .map(|person| person.handle.clone())
            .unwrap_or_default();
        let domain = world
            .teams
            .get(&team)
            .map(|team| team.domain.clone())
            .unwrap_or_default();
        let mut form = form_urlencoded::Serializer::new(String::new());
        form.append_pair("token", "playground-verification-token")
            .append_pair("team_id", team.as_str())
            .append_pair("team_domain", &domain)
            .append_pair("channel_id", channel.as_str())
            .append_pair(
                "channel_name",
                command_channel_name(world.channel(channel)?),
            )
            .append_pair("user_id", self.id.as_str())
            .append_pair("user_name", &handle)
            .append_pair("command", name)
            .append_pair("text", text)
            .append_pair("api_app_id", &world.app.id)
            .append_pair(
                "is_enterprise_install",
                if org_wide { "true" } else { "false" },
            )
            .append_pair("response_url", response_url)
            .append_pair("trigger_id", &trigger);
        if let Some(enterprise) = &world.enterprise {
            form.append_pair("enterprise_id", &enterprise.id)
                .append_pair("enterprise_name", &enterprise.name);
        }
        let body = Bytes::from(form.finish());
        Ok(Outgoing {
            path: COMMANDS,
            id: world.fresh_id("Cm"),
            content_type: FORM,
            body,
        })
    }

    pub async fn message_shortcut(
        &self,
        channel: &ChannelId,
        ts: Stamp,
        callback_id: &str,
    ) -> Result<(), Denied> {
        let request = self.slack.edit(|world| {
            visible(world, &self.id, channel)?;
            let message = world.message(channel, ts)?.clone();
            let mut payload = self.shortcut_payload(world, "message_action", callback_id)?;
            payload["message_ts"] = json!(ts.to_string());
            payload["channel"] = payload::channel(world, channel);
            payload["message"] = payload::message(world, &message);
            payload["response_url"] =
                json!(world.mint_response_url(channel, &self.id, None, message.root));
            Ok::<_, Denied>(payload::interaction(world, &payload))
        })?;
        let answer = self.slack.ask_penny(request).await;
        answer
            .map(drop)
            .map_err(|missed| unanswered(&self.app_name(), &missed))
    }

    pub async fn global_shortcut(&self, callback_id: &str) -> Result<(), Denied> {
        let request = self.slack.edit(|world| {
            let payload = self.shortcut_payload(world, "shortcut", callback_id)?;
            Ok::<_, Denied>(payload::interaction(world, &payload))
        })?;
        let answer = self.slack.ask_penny(request).await;
        answer
            .map(drop)
            .map_err(|missed| unanswered(&self.app_name(), &missed))
    }

    fn shortcut_payload(
        &self,
        world: &mut World,
        kind: &str,
        callback_id: &str,
    ) -> Result<Value, Denied> {
        let listed = if kind == "shortcut" {
            "global"
        } else {
            "message"
        };
        let known = |shortcut: &Value| {
            shortcut["type"] == listed && shortcut["callback_id"] == *callback_id
        };
        if !world.app.shortcuts.iter().any(known) {
            return Err(Denied::because("That shortcut does not exist."));
        }
        let team = self.team(world)?;
        let mut payload = payload::base(world, &self.id, kind);
        payload["callback_id"] = json!(callback_id);
        payload["trigger_id"] = json!(world.mint_trigger(&self.id, &team, false));
        payload["action_ts"] = json!(world.fresh_ts().to_string());
        Ok(payload)
    }
}

fn command_channel_name(channel: &Channel) -> &str {
    match channel.kind {
        Kind::Im => "directmessage",
        Kind::Private => "privategroup",
        Kind::Public | Kind::Mpim => &channel.name,
    }
}

/// Penny's immediate answer to a command: nothing, plain text, or a message.
fn answer_command(
    world: &mut World,
    entry: &crate::playground::state::view::ResponseUrl,
    answer: &Answer,
) {
    let text = answer.text();
    if text.trim().is_empty() {
        return;
    }
    let message = match serde_json::from_str::<Value>(&text) {
        Ok(message) if message.is_object() => message,
        _ => json!({"text": text}),
    };
    if message.as_object().is_some_and(serde_json::Map::is_empty) {
        return;
    }
    if let Err(refusal) = respond(world, entry, &message) {
        whisper(
            world,
            &entry.user,
            &entry.channel,
            &format!("Slack could not show the answer: {refusal}"),
        );
    }
}
