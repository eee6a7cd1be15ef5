//! Modals: submitting, with Penny's answer carried out, and closing.

use super::payload;
use super::{Denied, Human};
use crate::playground::api::prepare_view;
use crate::playground::elements::value_field;
use crate::playground::events::Outgoing;
use crate::playground::state::view::View;
use crate::playground::state::world::World;
use serde_json::{Map, Value, json};

/// What became of a submission.
#[derive(Debug, Clone, PartialEq)]
pub enum Submitted {
    /// Closed, updated or stacked, as Penny said.
    Taken,
    /// Sentences under blocks, by block_id.
    Errors(Map<String, Value>),
}

impl Human {
    pub async fn submit(&self, view_id: &str, state: Option<Value>) -> Result<Submitted, Denied> {
        self.submit_over_slow_line(view_id, state, async {}).await
    }

    /// What Penny answers reaches Slack only when `meanwhile` is over.
    pub async fn submit_over_slow_line(
        &self,
        view_id: &str,
        state: Option<Value>,
        meanwhile: impl Future<Output = ()>,
    ) -> Result<Submitted, Denied> {
        let prepared = self
            .slack
            .edit(|world| self.submission(world, view_id, state))?;
        let request = match prepared {
            Ok(request) => request,
            Err(errors) => return Ok(Submitted::Errors(errors)),
        };
        let app = self.app_name();
        let answer = self.asks_penny(request).await?;
        meanwhile.await;
        let response: Value = match answer.text().trim() {
            "" => json!({}),
            text => serde_json::from_str(text).map_err(|_| {
                Denied(format!(
                    "{app} sent an answer that Slack does not understand."
                ))
            })?,
        };
        self.slack
            .edit(|world| self.carry_out(world, view_id, &response))
    }

    /// The request, or the client's own objections to empty fields.
    fn submission(
        &self,
        world: &mut World,
        view_id: &str,
        state: Option<Value>,
    ) -> Result<Result<Outgoing, Map<String, Value>>, Denied> {
        let closed = || Denied::because("That window is closed.");
        let known = world
            .views
            .get_mut(view_id)
            .filter(|view| view.user == self.id)
            .ok_or_else(closed)?;
        if let Some(values) = state
            .map(|state| state["values"].clone())
            .filter(Value::is_object)
        {
            known.state = values;
        }
        let view = known.clone();
        let errors = empty_fields(&view);
        if !errors.is_empty() {
            return Ok(Err(errors));
        }
        let team = self.team(world)?;
        let mut payload = payload::base(world, &self.id, "view_submission");
        payload["trigger_id"] = json!(world.mint_trigger(&self.id, &team, true));
        payload["view"] = view.as_api(world);
        payload["response_urls"] = json!([]);
        Ok(Ok(payload::interaction(world, &payload)))
    }

    fn carry_out(
        &self,
        world: &mut World,
        view_id: &str,
        response: &Value,
    ) -> Result<Submitted, Denied> {
        match response["response_action"].as_str() {
            None => {
                world.close_top_view(&self.id);
            }
            Some("clear") => {
                world.close_views(&self.id);
            }
            Some("errors") => {
                let errors = response["errors"].as_object().cloned().unwrap_or_default();
                return Ok(Submitted::Errors(errors));
            }
            Some("update") => {
                let view = prepare_view(world, response["view"].clone())?;
                world.update_view(view_id, view, None)?;
            }
            Some("push") => {
                let view = prepare_view(world, response["view"].clone())?;
                let team = self.team(world)?;
                world.open_view(&self.id, &team, view, true)?;
            }
            Some(other) => {
                return Err(Denied(format!(
                    "Slack knows no response_action \"{other}\"."
                )));
            }
        }
        Ok(Submitted::Taken)
    }

    /// Closes the top modal, or all of them; Penny hears of it where she asked to.
    pub async fn close_view(&self, clear: bool) -> Result<(), Denied> {
        let requests = self.slack.edit(|world| {
            let closed = match clear {
                true => world.close_views(&self.id),
                false => world.close_top_view(&self.id).into_iter().collect(),
            };
            let told = closed
                .iter()
                .filter(|view| view.body["notify_on_close"] == true);
            told.map(|view| {
                let mut payload = payload::base(world, &self.id, "view_closed");
                payload["view"] = view.as_api(world);
                payload["is_cleared"] = json!(clear);
                payload::interaction(world, &payload)
            })
            .collect::<Vec<Outgoing>>()
        });
        for request in requests {
            // The window is closed whatever Penny thinks of it.
            let _ = self.slack.ask_penny(request).await;
        }
        Ok(())
    }
}

/// Inputs that must be filled and are not.
fn empty_fields(view: &View) -> Map<String, Value> {
    let mut errors = Map::new();
    for block in view.body["blocks"].as_array().into_iter().flatten() {
        if block["type"] != "input" || block["optional"] == true {
            continue;
        }
        let element = &block["element"];
        let (block_id, action_id) = (block["block_id"].as_str(), element["action_id"].as_str());
        let (Some(block_id), Some(action_id)) = (block_id, action_id) else {
            continue;
        };
        let field = value_field(element["type"].as_str().unwrap_or_default()).unwrap_or("value");
        let value = &view.state[block_id][action_id][field];
        let empty = match value {
            Value::Null => true,
            Value::String(text) => text.trim().is_empty(),
            Value::Array(items) => items.is_empty(),
            _ => false,
        };
        // Checkboxes may all stay unticked only when the block is optional, as in Slack.
        if empty {
            errors.insert(
                block_id.to_owned(),
                json!("Please complete this required field."),
            );
        }
    }
    errors
}
