//! Modals and App Homes, and the short-lived handles that interactions give out: triggers and
//! response URLs.

use super::stamp::Stamp;
use super::world::{Change, World};
use crate::base::ids::{ChannelId, TeamId, UserId};
use crate::playground::refusal::Refusal;
use chrono::{DateTime, Duration, Utc};
use serde_json::{Value, json};

const TRIGGER_LIFE_SECONDS: i64 = 3;
const RESPONSE_URL_LIFE_MINUTES: i64 = 30;
const RESPONSE_URL_USES: u8 = 5;
const MAX_OPEN_VIEWS: usize = 3;
/// Old handles beyond this are forgotten, oldest first.
const KEPT_HANDLES: usize = 20_000;

#[derive(Debug, Clone)]
pub struct View {
    pub id: String,
    pub user: UserId,
    pub team: TeamId,
    /// As the app gave it, with a block_id in every block.
    pub body: Value,
    pub state: Value,
    pub hash: String,
    pub root: String,
    pub previous: Option<String>,
}

impl View {
    pub fn is_modal(&self) -> bool {
        self.body["type"] == "modal"
    }

    pub fn as_api(&self, world: &World) -> Value {
        let installation = world.installation_of(&self.team);
        let given = |name: &str, default: Value| match &self.body[name] {
            Value::Null => default,
            value => value.clone(),
        };
        json!({
            "id": self.id,
            "team_id": self.team,
            "type": self.body["type"],
            "blocks": self.body["blocks"],
            "private_metadata": given("private_metadata", json!("")),
            "callback_id": given("callback_id", json!("")),
            "external_id": given("external_id", json!("")),
            "title": given("title", Value::Null),
            "submit": given("submit", Value::Null),
            "close": given("close", Value::Null),
            "clear_on_close": given("clear_on_close", json!(false)),
            "notify_on_close": given("notify_on_close", json!(false)),
            "state": {"values": self.state},
            "hash": self.hash,
            "previous_view_id": self.previous,
            "root_view_id": self.root,
            "app_id": world.app.id,
            "app_installed_team_id": self.team,
            "bot_id": installation.map(|installation| &installation.bot_id),
        })
    }
}

#[derive(Debug, Clone)]
pub struct Trigger {
    pub user: UserId,
    pub team: TeamId,
    pub expires: DateTime<Utc>,
    pub used: bool,
    /// The modal that the interaction happened in: only there a push is possible.
    pub in_modal: bool,
}

#[derive(Debug, Clone)]
pub struct ResponseUrl {
    pub channel: ChannelId,
    pub user: UserId,
    pub team: TeamId,
    /// The message whose button was pressed.
    pub source: Option<Stamp>,
    pub root: Option<Stamp>,
    pub expires: DateTime<Utc>,
    pub uses_left: u8,
}

impl World {
    pub fn mint_trigger(&mut self, user: &UserId, team: &TeamId, in_modal: bool) -> String {
        let id = format!("{}.{}", self.fresh_id("1"), self.random_text(16));
        let expires = self.now + Duration::seconds(TRIGGER_LIFE_SECONDS);
        let trigger = Trigger {
            user: user.clone(),
            team: team.clone(),
            expires,
            used: false,
            in_modal,
        };
        self.triggers.insert(id.clone(), trigger);
        if self.triggers.len() > KEPT_HANDLES {
            self.triggers.pop_first();
        }
        id
    }

    /// A trigger works once, for three seconds.
    pub fn use_trigger(&mut self, id: &str) -> Result<Trigger, Refusal> {
        let now = self.now;
        let trigger = self
            .triggers
            .get_mut(id)
            .ok_or_else(|| Refusal::code("invalid_trigger_id"))?;
        if trigger.used {
            return Err(Refusal::code("exchanged_trigger_id"));
        }
        if trigger.expires < now {
            return Err(Refusal::code("expired_trigger_id"));
        }
        trigger.used = true;
        Ok(trigger.clone())
    }

    pub fn mint_response_url(
        &mut self,
        channel: &ChannelId,
        user: &UserId,
        source: Option<Stamp>,
        root: Option<Stamp>,
    ) -> String {
        let team = self
            .channels
            .get(channel)
            .map_or_else(|| TeamId::new(""), |channel| channel.team.clone());
        let id = format!("{}{}", self.fresh_id("R"), self.random_text(16));
        let expires = self.now + Duration::minutes(RESPONSE_URL_LIFE_MINUTES);
        let entry = ResponseUrl {
            channel: channel.clone(),
            user: user.clone(),
            team,
            source,
            root,
            expires,
            uses_left: RESPONSE_URL_USES,
        };
        self.response_urls.insert(id.clone(), entry);
        if self.response_urls.len() > KEPT_HANDLES {
            self.response_urls.pop_first();
        }
        format!("{}/response/{id}", self.base_url)
    }

    pub fn use_response_url(&mut self, id: &str) -> Result<ResponseUrl, Refusal> {
        let now = self.now;
        let entry = self
            .response_urls
            .get_mut(id)
            .ok_or_else(|| Refusal::code("used_url"))?;
        if entry.expires < now {
            return Err(Refusal::code("expired_url"));
        }
        entry.uses_left = entry
            .uses_left
            .checked_sub(1)
            .ok_or_else(|| Refusal::code("used_url"))?;
        Ok(entry.clone())
    }

    /// Opens a modal as the root of a new stack, or on top of the open one.
    pub fn open_view(
        &mut self,
        user: &UserId,
        team: &TeamId,
        body: Value,
        on_top: bool,
    ) -> Result<String, Refusal> {
        let open = self.stacks.get(user).cloned().unwrap_or_default();
        if on_top && open.len() >= MAX_OPEN_VIEWS {
            return Err(Refusal::code("push_limit_reached"));
        }
        if !on_top {
            self.close_views(user);
        }
        let id = self.store_view(user, team, body)?;
        let stack = self.stacks.entry(user.clone()).or_default();
        let previous = stack.last().cloned();
        stack.push(id.clone());
        let root = stack[0].clone();
        if let Some(view) = self.views.get_mut(&id) {
            view.previous = previous;
            view.root = root;
        }
        self.changes.push(Change::Views(user.clone()));
        Ok(id)
    }

    fn store_view(&mut self, user: &UserId, team: &TeamId, body: Value) -> Result<String, Refusal> {
        let id = self.fresh_id("V");
        self.name_view(&id, &body)?;
        let hash = self.view_hash();
        let state = initial_state(&body["blocks"], None);
        let view = View {
            root: id.clone(),
            id: id.clone(),
            user: user.clone(),
            team: team.clone(),
            state,
            body,
            hash,
            previous: None,
        };
        self.views.insert(id.clone(), view);
        Ok(id)
    }

    fn name_view(&mut self, id: &str, body: &Value) -> Result<(), Refusal> {
        let Some(external) = body["external_id"]
            .as_str()
            .filter(|external| !external.is_empty())
        else {
            return Ok(());
        };
        match self.external_views.get(external) {
            Some(known) if known != id => Err(Refusal::code("duplicate_external_id")),
            _ => {
                self.external_views
                    .insert(external.to_owned(), id.to_owned());
                Ok(())
            }
        }
    }

    fn view_hash(&mut self) -> String {
        format!("{}.{}", self.now.timestamp(), self.random_text(8))
    }

    /// Replaces a view's content; what was typed into blocks that stay is kept.
    pub fn update_view(
        &mut self,
        id: &str,
        body: Value,
        hash: Option<&str>,
    ) -> Result<(), Refusal> {
        let known = self
            .views
            .get(id)
            .ok_or_else(|| Refusal::code("not_found"))?;
        if hash.is_some_and(|hash| hash != known.hash) {
            return Err(Refusal::code("hash_conflict"));
        }
        self.name_view(id, &body)?;
        let fresh_hash = self.view_hash();
        let Some(view) = self.views.get_mut(id) else {
            return Err(Refusal::code("not_found"));
        };
        view.state = initial_state(&body["blocks"], Some(&view.state));
        view.body = body;
        view.hash = fresh_hash;
        let change = if view.is_modal() {
            Change::Views(view.user.clone())
        } else {
            Change::Home(view.user.clone())
        };
        self.changes.push(change);
        Ok(())
    }

    pub fn publish_home(
        &mut self,
        user: &UserId,
        team: &TeamId,
        body: Value,
        hash: Option<&str>,
    ) -> Result<String, Refusal> {
        if let Some(id) = self.homes.get(user).cloned() {
            self.update_view(&id, body, hash)?;
            return Ok(id);
        }
        let id = self.store_view(user, team, body)?;
        self.homes.insert(user.clone(), id.clone());
        self.changes.push(Change::Home(user.clone()));
        Ok(id)
    }

    /// Closes the top modal and returns it.
    pub fn close_top_view(&mut self, user: &UserId) -> Option<View> {
        let id = self.stacks.get_mut(user)?.pop()?;
        self.changes.push(Change::Views(user.clone()));
        self.forget_view(&id)
    }

    pub fn close_views(&mut self, user: &UserId) -> Vec<View> {
        let open = self.stacks.remove(user).unwrap_or_default();
        if !open.is_empty() {
            self.changes.push(Change::Views(user.clone()));
        }
        open.iter()
            .rev()
            .filter_map(|id| self.forget_view(id))
            .collect()
    }

    fn forget_view(&mut self, id: &str) -> Option<View> {
        let view = self.views.remove(id)?;
        self.external_views.retain(|_, known| known != id);
        Some(view)
    }
}

/// `state.values` of blocks that nobody has touched, over what was typed before.
fn initial_state(blocks: &Value, typed: Option<&Value>) -> Value {
    let mut values = crate::playground::elements::initial_values(blocks);
    let Some(typed) = typed else {
        return values;
    };
    for (block_id, actions) in values.as_object_mut().into_iter().flatten() {
        for (action_id, value) in actions.as_object_mut().into_iter().flatten() {
            let before = &typed[block_id.as_str()][action_id.as_str()];
            if before["type"] == value["type"] {
                *value = before.clone();
            }
        }
    }
    values
}
