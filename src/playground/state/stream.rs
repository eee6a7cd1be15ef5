//! A message that is being written: the parts that have arrived, how long it lives, and the
//! blocks it is shown as. Slack fixes a stream's mode with its first content, closes it five
//! minutes after its start, and merges task updates by id (title and status are replaced,
//! details and output grow).

use crate::base::ids::UserId;
use crate::playground::refusal::Refusal;
use chrono::{DateTime, Utc};
use serde_json::{Value, json};
use std::time::Duration;

pub const LIFETIME: Duration = Duration::from_secs(5 * 60);
/// All Markdown of one message together.
pub const MAX_TEXT: usize = 12_000;
const MAX_TASKS: usize = 50;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    Text,
    Chunks,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    Stopped,
    StoppedByUser,
    TooOld,
    Broken,
}

#[derive(Debug, Clone)]
enum Part {
    Text(String),
    Task(Task),
    Blocks(Vec<Value>),
}

#[derive(Debug, Clone, Default)]
struct Task {
    id: String,
    title: String,
    status: String,
    details: String,
    output: String,
    sources: Vec<Value>,
    extra: Vec<(String, Value)>,
}

#[derive(Debug, Clone)]
pub struct Stream {
    mode: Option<Mode>,
    as_plan: bool,
    plan_title: String,
    parts: Vec<Part>,
    last: Vec<Value>,
    text_length: usize,
    appends: u32,
    dies_after: Option<u32>,
    started: DateTime<Utc>,
    ending: Option<Ending>,
    pub recipient: Option<UserId>,
}

impl Stream {
    pub fn start(now: DateTime<Utc>, as_plan: bool, recipient: Option<UserId>) -> Self {
        Self {
            mode: None,
            as_plan,
            plan_title: String::new(),
            parts: Vec::new(),
            last: Vec::new(),
            text_length: 0,
            appends: 0,
            dies_after: None,
            started: now,
            ending: None,
            recipient,
        }
    }

    /// A scripted fault: the stream is found closed once it has taken `appends` of them.
    pub fn doom(&mut self, appends: u32) {
        self.dies_after = Some(appends);
    }

    pub fn is_open(&self, now: DateTime<Utc>) -> bool {
        self.ending.is_none() && !self.is_too_old(now)
    }

    fn is_too_old(&self, now: DateTime<Utc>) -> bool {
        (now - self.started).to_std().unwrap_or_default() >= LIFETIME
    }

    pub fn append(&mut self, now: DateTime<Utc>, content: Content) -> Result<(), Refusal> {
        if self.dies_after.is_some_and(|limit| self.appends >= limit) {
            self.ending.get_or_insert(Ending::Broken);
        }
        self.must_be_open(now)?;
        self.take(content)?;
        self.appends += 1;
        Ok(())
    }

    /// What the opening call brings; it is not counted as an append.
    pub fn take(&mut self, content: Content) -> Result<(), Refusal> {
        let Some(mode) = content.mode() else {
            return Ok(());
        };
        if *self.mode.get_or_insert(mode) != mode {
            return Err(Refusal::code("streaming_mode_mismatch"));
        }
        let longer = self.text_length + content.text_length();
        if longer > MAX_TEXT {
            return Err(Refusal::code("msg_too_long"));
        }
        self.text_length = longer;
        match content {
            Content::Nothing => {}
            Content::Text(text) => self.add_text(&text),
            Content::Chunks(chunks) => chunks.iter().for_each(|chunk| self.add_chunk(chunk)),
        }
        Ok(())
    }

    pub fn stop(
        &mut self,
        now: DateTime<Utc>,
        content: Content,
        blocks: Vec<Value>,
    ) -> Result<(), Refusal> {
        self.must_be_open(now)?;
        self.take(content)?;
        self.last = blocks;
        self.ending = Some(Ending::Stopped);
        Ok(())
    }

    pub fn stop_by_user(&mut self) {
        self.ending.get_or_insert(Ending::StoppedByUser);
    }

    fn must_be_open(&mut self, now: DateTime<Utc>) -> Result<(), Refusal> {
        if self.ending.is_none() && self.is_too_old(now) {
            self.ending = Some(Ending::TooOld);
        }
        match self.ending {
            None => Ok(()),
            Some(Ending::StoppedByUser) => Err(Refusal::code("stopped_by_user")),
            Some(_) => Err(Refusal::code("message_not_in_streaming_state")),
        }
    }

    fn add_text(&mut self, more: &str) {
        match self.parts.last_mut() {
            Some(Part::Text(text)) => text.push_str(more),
            _ => self.parts.push(Part::Text(more.to_owned())),
        }
    }

    fn add_chunk(&mut self, chunk: &Value) {
        let text = |name: &str| chunk[name].as_str().unwrap_or_default();
        match text("type") {
            "markdown_text" => self.add_text(text("text")),
            "plan_update" => self.plan_title = text("title").to_owned(),
            "blocks" => self.parts.push(Part::Blocks(list(&chunk["blocks"]))),
            "task_update" => self.add_task(chunk),
            _ => {}
        }
    }

    fn add_task(&mut self, chunk: &Value) {
        let id = chunk["id"].as_str().unwrap_or_default();
        let known = self
            .parts
            .iter()
            .position(|part| matches!(part, Part::Task(task) if task.id == id));
        let place = known.unwrap_or_else(|| {
            self.parts.push(Part::Task(Task {
                id: id.to_owned(),
                ..Task::default()
            }));
            self.parts.len() - 1
        });
        if let Some(Part::Task(task)) = self.parts.get_mut(place) {
            task.merge(chunk);
        }
    }

    fn tasks(&self) -> impl Iterator<Item = &Task> {
        self.parts.iter().filter_map(|part| match part {
            Part::Task(task) => Some(task),
            _ => None,
        })
    }

    pub fn task_titles(&self) -> impl Iterator<Item = &str> {
        self.tasks().map(|task| task.title.as_str())
    }

    pub fn has_room_for_tasks(&self, chunks: &[Value]) -> bool {
        let fresh = chunks
            .iter()
            .filter(|chunk| chunk["type"] == "task_update")
            .filter(|chunk| !self.tasks().any(|task| chunk["id"] == *task.id))
            .count();
        self.tasks().count() + fresh <= MAX_TASKS
    }

    /// The blocks Slack shows: in `plan` mode all tasks are gathered at the place of the first.
    pub fn blocks(&self) -> Vec<Value> {
        let mut blocks = Vec::new();
        let mut plan_shown = false;
        for part in &self.parts {
            match part {
                Part::Text(text) => blocks.push(json!({"type": "markdown", "text": text})),
                Part::Blocks(given) => blocks.extend(given.iter().cloned()),
                Part::Task(task) if !self.as_plan => blocks.push(task.card()),
                Part::Task(_) if plan_shown => {}
                Part::Task(_) => {
                    plan_shown = true;
                    let tasks: Vec<Value> = self.tasks().map(Task::card).collect();
                    blocks.push(json!({"type": "plan", "title": self.plan_title, "tasks": tasks}));
                }
            }
        }
        blocks.extend(self.last.iter().cloned());
        for (place, block) in blocks.iter_mut().enumerate() {
            if let Some(block) = block.as_object_mut() {
                block
                    .entry("block_id")
                    .or_insert_with(|| json!(format!("stream{place}")));
            }
        }
        blocks
    }

    /// The Markdown that has arrived, without cards and blocks.
    pub fn text(&self) -> String {
        let texts = self.parts.iter().filter_map(|part| match part {
            Part::Text(text) => Some(text.as_str()),
            _ => None,
        });
        texts.collect::<Vec<_>>().join("\n")
    }
}

impl Task {
    fn merge(&mut self, chunk: &Value) {
        for (name, value) in chunk.as_object().into_iter().flatten() {
            let text = value.as_str().unwrap_or_default();
            match name.as_str() {
                "title" => self.title = text.to_owned(),
                "status" => self.status = text.to_owned(),
                "details" => self.details.push_str(text),
                "output" => self.output.push_str(text),
                "sources" => self.sources.extend(list(value)),
                "type" | "id" => {}
                _ => {
                    self.extra.retain(|(known, _)| known != name);
                    self.extra.push((name.clone(), value.clone()));
                }
            }
        }
    }

    fn card(&self) -> Value {
        let mut card = json!({
            "type": "task_card",
            "task_id": self.id,
            "title": self.title,
            "status": self.status,
        });
        if !self.details.is_empty() {
            card["details"] = rich(&self.details);
        }
        if !self.output.is_empty() {
            card["output"] = rich(&self.output);
        }
        if !self.sources.is_empty() {
            card["sources"] = json!(self.sources);
        }
        for (name, value) in &self.extra {
            card[name.as_str()] = value.clone();
        }
        card
    }
}

fn rich(text: &str) -> Value {
    json!({"type": "rich_text", "elements": [
        {"type": "rich_text_section", "elements": [{"type": "text", "text": text}]}
    ]})
}

fn list(value: &Value) -> Vec<Value> {
    value.as_array().cloned().unwrap_or_default()
}

/// What one call brings: Slack takes either form, never both.
#[derive(Debug, Clone)]
pub enum Content {
    Nothing,
    Text(String),
    Chunks(Vec<Value>),
}

impl Content {
    fn mode(&self) -> Option<Mode> {
        match self {
            Self::Nothing => None,
            Self::Text(_) => Some(Mode::Text),
            Self::Chunks(_) => Some(Mode::Chunks),
        }
    }

    fn text_length(&self) -> usize {
        match self {
            Self::Nothing => 0,
            Self::Text(text) => text.chars().count(),
            Self::Chunks(chunks) => chunks
                .iter()
                .filter(|chunk| chunk["type"] == "markdown_text")
                .filter_map(|chunk| chunk["text"].as_str())
                .map(|text| text.chars().count())
                .sum(),
        }
    }
}

#[cfg(test)]
mod tests;
