//! One message, and the two ways it is told to apps: as the Web API returns it and as an event.

use super::stamp::Stamp;
use super::stream::Stream;
use super::world::World;
use crate::base::ids::{TeamId, UserId};
use crate::playground::composer;
use chrono::{DateTime, Utc};
use serde_json::{Map, Value, json};

/// Another name and face than the app's own (`chat:write.customize`).
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Face {
    pub username: Option<String>,
    pub icon_emoji: Option<String>,
    pub icon_url: Option<String>,
}

#[derive(Debug, Clone)]
pub struct Message {
    pub ts: Stamp,
    /// The thread's root; `None` for a root itself.
    pub root: Option<Stamp>,
    pub user: UserId,
    pub team: TeamId,
    /// Set when an app wrote it.
    pub bot_id: Option<String>,
    pub face: Face,
    pub text: String,
    pub blocks: Vec<Value>,
    pub attachments: Vec<Value>,
    pub files: Vec<String>,
    pub reactions: Vec<(String, Vec<UserId>)>,
    pub edited: Option<Stamp>,
    pub metadata: Option<Value>,
    pub stream: Option<Box<Stream>>,
    pub only_for: Option<UserId>,
    pub subtype: Option<&'static str>,
    pub broadcast: bool,
    /// What the person had in view beside the agent pane.
    pub app_context: Option<Value>,
}

impl Message {
    pub fn new(ts: Stamp, user: UserId, team: TeamId, text: impl Into<String>) -> Self {
        Self {
            ts,
            root: None,
            user,
            team,
            bot_id: None,
            face: Face::default(),
            text: text.into(),
            blocks: Vec::new(),
            attachments: Vec::new(),
            files: Vec::new(),
            reactions: Vec::new(),
            edited: None,
            metadata: None,
            stream: None,
            only_for: None,
            subtype: None,
            broadcast: false,
            app_context: None,
        }
    }

    /// The thread that it belongs to or, as a root, could become.
    pub fn thread(&self) -> Stamp {
        self.root.unwrap_or(self.ts)
    }

    pub fn is_streaming(&self, now: DateTime<Utc>) -> bool {
        self.stream
            .as_ref()
            .is_some_and(|stream| stream.is_open(now))
    }

    pub fn shown_blocks(&self) -> Vec<Value> {
        match &self.stream {
            Some(stream) => stream.blocks(),
            None => self.blocks.clone(),
        }
    }

    pub fn shown_text(&self) -> String {
        match &self.stream {
            Some(stream) => stream.text(),
            None => self.text.clone(),
        }
    }

    pub fn remove_reaction(&mut self, name: &str, user: &UserId) -> bool {
        let Some(place) = self.reactions.iter().position(|(known, _)| known == name) else {
            return false;
        };
        let (_, users) = &mut self.reactions[place];
        let before = users.len();
        users.retain(|known| known != user);
        let removed = users.len() < before;
        if users.is_empty() {
            self.reactions.remove(place);
        }
        removed
    }

    pub fn add_reaction(&mut self, name: &str, user: &UserId) -> bool {
        match self.reactions.iter_mut().find(|(known, _)| known == name) {
            Some((_, users)) if users.contains(user) => false,
            Some((_, users)) => {
                users.push(user.clone());
                true
            }
            None => {
                self.reactions.push((name.to_owned(), vec![user.clone()]));
                true
            }
        }
    }

    /// A stream is read back as mrkdwn, its cards' titles after the text.
    fn text_for_apps(&self) -> String {
        match &self.stream {
            Some(stream) => {
                let words = std::iter::once(composer::mrkdwn(&stream.text()));
                words
                    .chain(stream.task_titles().map(str::to_owned))
                    .collect::<Vec<_>>()
                    .join(" ")
            }
            None => self.text.clone(),
        }
    }

    fn blocks_for_apps(&self) -> Vec<Value> {
        if self.bot_id.is_none() && self.blocks.is_empty() && !self.text.is_empty() {
            return vec![composer::rich_text(&self.text)];
        }
        self.shown_blocks()
    }

    /// The message object of `conversations.history` and of the answers to `chat.*`.
    pub fn as_api(&self, world: &World, with_metadata: bool) -> Value {
        let mut out = self.author(world);
        let mut put = |name: &str, value: Value| {
            out.insert(name.to_owned(), value);
        };
        put("type", json!("message"));
        put("ts", json!(self.ts.to_string()));
        put("text", json!(self.text_for_apps()));
        put("team", json!(self.team));
        let blocks = self.blocks_for_apps();
        if !blocks.is_empty() {
            put("blocks", Value::Array(blocks));
        }
        if let Some(subtype) = self.subtype_for_apps() {
            put("subtype", json!(subtype));
        }
        if let Some(root) = self.root {
            put("thread_ts", json!(root.to_string()));
        }
        if !self.attachments.is_empty() {
            put("attachments", json!(self.attachments));
        }
        if !self.files.is_empty() {
            put("files", world.files_as_api(&self.files));
        }
        if !self.reactions.is_empty() {
            put("reactions", self.reactions_as_api());
        }
        if let Some(edited) = self.edited {
            put(
                "edited",
                json!({"user": self.user, "ts": edited.to_string()}),
            );
        }
        if let Some(stream) = &self.stream {
            let state = if stream.is_open(world.now) {
                "in_progress"
            } else {
                "completed"
            };
            put("streaming_state", json!(state));
        }
        if let (true, Some(metadata)) = (with_metadata, &self.metadata) {
            put("metadata", metadata.clone());
        }
        Value::Object(out)
    }

    fn author(&self, world: &World) -> Map<String, Value> {
        let mut out = Map::new();
        let mut put = |name: &str, value: Value| {
            out.insert(name.to_owned(), value);
        };
        match (&self.bot_id, &self.face) {
            (
                Some(_),
                Face {
                    username: Some(username),
                    icon_emoji,
                    icon_url,
                },
            ) => {
                put("subtype", json!("bot_message"));
                put("username", json!(username));
                put("icons", json!({"emoji": icon_emoji, "image_64": icon_url}));
            }
            _ => put("user", json!(self.user)),
        }
        if let Some(bot_id) = &self.bot_id {
            let app = &world.app;
            put("bot_id", json!(bot_id));
            put("app_id", json!(app.id));
            put(
                "bot_profile",
                json!({"id": bot_id, "app_id": app.id, "name": app.name, "team_id": self.team}),
            );
        }
        out
    }

    pub fn reactions_as_api(&self) -> Value {
        self.reactions
            .iter()
            .map(|(name, users)| json!({"name": name, "users": users, "count": users.len()}))
            .collect()
    }

    fn subtype_for_apps(&self) -> Option<&'static str> {
        match self.subtype {
            None if self.bot_id.is_none() && !self.files.is_empty() => Some("file_share"),
            None if self.broadcast => Some("thread_broadcast"),
            other => other,
        }
    }
}
