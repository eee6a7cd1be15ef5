//! The vocabulary of tests: short words for what people do all day.

use super::interact::{Container, Pressed};
use super::read::Seen;
use super::submit::Submitted;
use super::until::NeverHappened;
use super::{Denied, Draft, Human, Said};
use crate::base::ids::ChannelId;
use crate::playground::elements;
use crate::playground::events::deliver::{Answer, Delivery, Missed};
use crate::playground::events::{EVENTS, JSON, Outgoing};
use crate::playground::slack::Slack;
use crate::playground::state::stamp::Stamp;
use axum::body::Bytes;
use serde_json::{Value, json};

/// A thread somebody talks in.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Thread {
    pub channel: ChannelId,
    pub root: Stamp,
}

impl Said {
    pub fn thread(&self) -> Thread {
        Thread {
            channel: self.channel.clone(),
            root: self.root,
        }
    }

    /// Whether Penny acknowledged every event that the message caused.
    pub fn was_acknowledged(&self) -> bool {
        self.acks.iter().all(Result::is_ok)
    }
}

impl Human {
    /// `@Penny <text>` in a channel.
    pub async fn mentions_penny(&self, channel: &str, text: &str) -> Result<Said, Denied> {
        let app = self.app_name();
        self.says(channel, &format!("@{app} {text}")).await
    }

    pub async fn says(&self, channel: &str, text: &str) -> Result<Said, Denied> {
        let channel = self.slack.channel(channel)?;
        self.send(Draft::new(channel, text)).await
    }

    /// A DM to Penny, which begins a session.
    pub async fn tells_penny(&self, text: &str) -> Result<Said, Denied> {
        self.send(Draft::new(self.dm()?, text)).await
    }

    pub async fn replies_in(&self, thread: &Thread, text: &str) -> Result<Said, Denied> {
        self.send(Draft::new(thread.channel.clone(), text).in_thread(thread.root))
            .await
    }

    /// Clicks what is called `name` (its label or action_id) in the thread's newest message that
    /// has it.
    pub async fn clicks(&self, thread: &Thread, name: &str) -> Result<(), Denied> {
        let messages = self.sees(thread);
        let found = messages.iter().rev().find_map(|message| {
            let container = Container::Message {
                channel: thread.channel.clone(),
                ts: message.ts,
            };
            self.pressed(
                container,
                &Value::Array(message.blocks.clone()),
                name,
                &Value::Null,
            )
        });
        self.press(
            found.ok_or_else(|| Denied(format!("There is no {name} to click in the thread.")))?,
        )
        .await
    }

    /// Clicks something in App Home.
    pub async fn clicks_in_home(&self, name: &str) -> Result<(), Denied> {
        let home = self
            .home()
            .ok_or_else(|| Denied::because("App Home is empty."))?;
        let pressed = self.pressed(
            Container::View {
                id: home.id.clone(),
            },
            &home.body["blocks"],
            name,
            &Value::Null,
        );
        self.press(pressed.ok_or_else(|| Denied(format!("There is no {name} in App Home.")))?)
            .await
    }

    /// Clicks something in the open modal; `chosen` is the value for selects.
    pub async fn clicks_in_modal(&self, name: &str, chosen: &Value) -> Result<(), Denied> {
        let modal = self.modal()?;
        let pressed = self.pressed(
            Container::View {
                id: modal.id.clone(),
            },
            &modal.body["blocks"],
            name,
            chosen,
        );
        self.press(pressed.ok_or_else(|| Denied(format!("There is no {name} in the window.")))?)
            .await
    }

    fn pressed(
        &self,
        container: Container,
        blocks: &Value,
        name: &str,
        chosen: &Value,
    ) -> Option<Pressed> {
        let (block_id, element) = elements::find_named(blocks, name)?;
        let kind = element["type"].as_str()?;
        let negative = element["negative_button"]["text"]["text"] == *name;
        let value = match kind {
            "feedback_buttons" if negative => element["negative_button"]["value"].clone(),
            "feedback_buttons" => element["positive_button"]["value"].clone(),
            "button" | "icon_button" => element["value"].clone(),
            _ => chosen.clone(),
        };
        let mut press =
            json!({"type": kind, "action_id": element["action_id"], "block_id": block_id});
        press[elements::value_field(kind)?] = value;
        Some(Pressed {
            container,
            element: press,
            state: None,
        })
    }

    /// Fills the open modal's inputs, given as (action_id, value), and submits it.
    pub async fn submits(&self, fields: &[(&str, Value)]) -> Result<Submitted, Denied> {
        self.submits_over_slow_line(fields, async {}).await
    }

    /// The same, and Penny’s answer to it reaches Slack only when `meanwhile` is over.
    pub async fn submits_over_slow_line(
        &self,
        fields: &[(&str, Value)],
        meanwhile: impl Future<Output = ()>,
    ) -> Result<Submitted, Denied> {
        let modal = self.modal()?;
        let mut state = modal.state.clone();
        for (action_id, value) in fields {
            let (block_id, element) = elements::find_named(&modal.body["blocks"], action_id)
                .ok_or_else(|| Denied(format!("The window has no field {action_id}.")))?;
            let kind = element["type"].as_str().unwrap_or_default();
            let field = elements::value_field(kind).unwrap_or("value");
            state[block_id][*action_id] = json!({"type": kind, field: value});
        }
        let state = Some(json!({"values": state}));
        self.submit_over_slow_line(&modal.id, state, meanwhile)
            .await
    }

    /// Types a slash command in a channel.
    pub async fn runs_command(&self, channel: &str, typed: &str) -> Result<Answer, Denied> {
        let channel = self.slack.channel(channel)?;
        self.command(&channel, typed).await
    }

    pub async fn presses_stop(&self, thread: &Thread) -> Result<(), Denied> {
        self.stop(&thread.channel, thread.root).await
    }

    pub async fn uses_shortcut_on(&self, said: &Said, callback_id: &str) -> Result<(), Denied> {
        self.message_shortcut(&said.channel, said.ts, callback_id)
            .await
    }

    /// Waits for Penny's first finished message in the thread.
    pub async fn waits_for_answer(&self, thread: &Thread) -> Result<Seen, NeverHappened> {
        self.waits_for(thread, "an answer", |message| !message.only_for_me)
            .await
    }

    /// Waits for a finished message of Penny's in the thread that `fits`.
    pub async fn waits_for(
        &self,
        thread: &Thread,
        waited_for: &str,
        fits: impl Fn(&Seen) -> bool,
    ) -> Result<Seen, NeverHappened> {
        let look = |_: &Slack| {
            let answers = self.answers_in(thread).into_iter();
            answers
                .filter(|message| !message.streaming)
                .find(|message| fits(message))
        };
        self.slack.until(waited_for, look).await
    }

    /// Waits for a finished message of Penny's in the thread that has these words.
    pub async fn reads(&self, thread: &Thread, words: &str) -> Result<Seen, NeverHappened> {
        self.waits_for(thread, words, |seen| seen.text.contains(words))
            .await
    }
}

impl Slack {
    /// Sends a payload of the test's own as a signed event.
    pub async fn deliver(&self, payload: &Value) -> Result<Answer, Missed> {
        let id = payload["event_id"].as_str().unwrap_or("Ev-raw").to_owned();
        let body = Bytes::from(payload.to_string());
        self.courier()
            .attempt(
                &Outgoing {
                    path: EVENTS,
                    id,
                    content_type: JSON,
                    body,
                },
                None,
            )
            .await
    }

    /// Sends an earlier event once more, byte for byte, as Slack's first repeat.
    pub async fn redeliver(&self, event_id: &str) -> Result<Answer, Missed> {
        let known = self.delivery(event_id).ok_or(Missed::Connection)?;
        self.courier()
            .attempt(&known.request, Some((1, &Missed::Timeout)))
            .await
    }

    fn delivery(&self, event_id: &str) -> Option<Delivery> {
        self.deliveries()
            .into_iter()
            .find(|known| known.request.id == event_id)
    }
}
