//! Pressing what Penny offers: buttons, selects, options of external selects, commands, shortcuts.

use super::payload;
use super::speak::visible;
use super::{Denied, Human};
use crate::base::ids::{ChannelId, UserId};
use crate::playground::elements;
use crate::playground::events::{OPTIONS, Outgoing};
use crate::playground::refusal::Refusal;
use crate::playground::state::message::Message;
use crate::playground::state::stamp::Stamp;
use crate::playground::state::view::View;
use crate::playground::state::world::World;
use serde_json::{Value, json};

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
                if message.is_streaming(world.now) {
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
        self.asks_penny(request).await.map(drop)
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
        let answer = self.asks_penny(request).await?;
        let found: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
        if found["options"].is_array() || found["option_groups"].is_array() {
            return Ok(found);
        }
        Err(Denied(format!("{app} offered nothing to choose from.")))
    }
}
