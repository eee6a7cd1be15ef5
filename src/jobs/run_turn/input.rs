//! From the inbox to what the agent reads: who said what and when, the files that came along,
//! and, when Penny is first asked in a thread, what was said around the question.

use super::surroundings;
use crate::agent::transcript::{AttachedFile, Entry, Input, Said, Transcript};
use crate::agent::{NewInput, TurnInput};
use crate::base::ids::{TeamId, UserId};
use crate::jobs::Services;
use crate::jobs::workspaces::Workspace;
use crate::models::{Block, Message};
use crate::slack::inbound::{Event, EventEnvelope, FileRef, MessageEvent, readable};
use crate::store::conversations::Thread;
use crate::store::inbox::{self, Item, Kind};
use crate::store::people::Person;
use crate::store::{StoreError, StoreResult};
use async_trait::async_trait;
use base64::Engine;
use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use parking_lot::Mutex;
use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use tokio_util::sync::CancellationToken;

const MAX_IMAGE: usize = 5 * 1024 * 1024;
const MAX_PDF: usize = 20 * 1024 * 1024;
const MAX_FILES: usize = 6;
/// The answer must not wait for what Slack says of a file longer than this.
const PATIENCE: Duration = Duration::from_secs(3);

pub struct ThreadInput<'a> {
    pub services: &'a Services,
    pub workspace: &'a Workspace,
    pub thread: &'a Thread,
    /// Nothing was said here with Penny before, so what stands around the question is read too;
    /// once, since what is said while she works stands right below it.
    pub is_first: AtomicBool,
    pub stop: CancellationToken,
    /// What was read when the turn was opened: the first look need not read it again.
    pub waiting: Mutex<Option<Vec<Item>>>,
}

#[async_trait]
impl TurnInput for ThreadInput<'_> {
    async fn look(&self) -> Result<Option<NewInput>, StoreError> {
        let read = self.waiting.lock().take();
        let items = match read {
            Some(items) => items,
            None => self.read().await?,
        };
        let is_stop = items.iter().any(|item| item.kind == Kind::Stop);
        let is_said = items.iter().any(|item| item.kind.is_said());
        if is_stop {
            self.stop.cancel();
        }
        if !is_said && !is_stop {
            return Ok(None);
        }
        let messages = self.said(&items).await?;
        let around = if is_said && self.is_first.swap(false, Ordering::Relaxed) {
            let first = items.iter().find_map(|item| item.ts.clone());
            surroundings::read(self.services, self.workspace, self.thread, first).await
        } else {
            None
        };
        let (surroundings, links) =
            around.map_or_else(Default::default, |around| (Some(around.text), around.links));
        Ok(Some(NewInput {
            input: Input {
                messages,
                surroundings,
                links,
            },
            taken: items.iter().map(|item| item.inbox_id).collect(),
        }))
    }

    async fn attach(&self, messages: &mut Vec<Message>, transcript: &Transcript) {
        let files: Vec<&AttachedFile> = transcript
            .entries()
            .filter_map(|entry| match entry {
                Entry::Input(input) => Some(&input.messages),
                _ => None,
            })
            .flatten()
            .flat_map(|said| &said.files)
            .collect();
        // The newest matter most; older ones were answered already.
        for file in files.iter().rev().take(MAX_FILES).rev() {
            let block = self.media(file).await;
            if let Some(last) = messages
                .iter_mut()
                .rev()
                .find(|m| m.role == crate::models::Role::User)
            {
                last.content.push(block);
            }
        }
    }
}

impl ThreadInput<'_> {
    async fn read(&self) -> StoreResult<Vec<Item>> {
        let mut tx = self.services.db.org(self.workspace.org).await?;
        inbox::waiting_in(&mut tx, &self.thread.channel, &self.thread.thread_ts).await
    }

    async fn said(&self, items: &[Item]) -> StoreResult<Vec<Said>> {
        let events: Vec<(&Item, MessageEvent)> = items
            .iter()
            .filter(|item| item.kind != Kind::Stop)
            .filter_map(|item| Some((item, message_of(&item.payload)?)))
            .collect();
        let mut users: Vec<UserId> = events
            .iter()
            .flat_map(|(item, event)| {
                let named = crate::slack::inbound::mentions(&event.words());
                item.user.iter().cloned().chain(named)
            })
            .filter(|user| *user != self.workspace.bot_user)
            .collect();
        users.sort();
        users.dedup();
        let people = self
            .services
            .directory
            .people(&self.services.db, self.workspace, users)
            .await?;
        let mut said = Vec::with_capacity(events.len());
        for (item, event) in events {
            let mut files = Vec::with_capacity(event.files.len());
            for file in &event.files {
                files.push(attached(&self.looked_up(file).await));
            }
            said.push(Said {
                files,
                ..self.one(item, &event, &people)
            });
        }
        Ok(said)
    }

    /// A file of which the message says no more than that it is there (Slack Connect).
    async fn looked_up(&self, file: &FileRef) -> FileRef {
        let is_whole = file.url_private.is_some();
        if is_whole && file.file_access.as_deref() != Some("check_file_info") {
            return file.clone();
        }
        let asked = tokio::time::timeout(PATIENCE, self.workspace.slack.file(&file.id)).await;
        match asked {
            Ok(Ok(found)) if found.url_private.is_some() => found,
            Ok(Err(error)) => {
                tracing::info!(%error, "Slack does not tell of a file");
                file.clone()
            }
            _ => file.clone(),
        }
    }

    fn one(
        &self,
        item: &Item,
        event: &MessageEvent,
        people: &HashMap<UserId, Arc<Person>>,
    ) -> Said {
        let user = item.user.clone().unwrap_or_else(|| UserId::new(""));
        let person = people.get(&user);
        let zone = person
            .and_then(|p| p.time_zone.parse().ok())
            .unwrap_or(Tz::UTC);
        let at = item.ts.as_ref().and_then(|ts| moment(ts.as_str()));
        Said {
            name: person.map_or_else(|| user.0.clone(), |person| person.name.clone()),
            at: spoken(at.unwrap_or(item.received_at), zone),
            text: readable(&event.words(), |id| {
                if id == self.workspace.bot_user.as_str() {
                    return Some("Penny".to_owned());
                }
                people
                    .get(&UserId::from(id))
                    .map(|person| person.name.clone())
            }),
            overheard: item.kind == Kind::Overheard,
            files: Vec::new(),
            user: user.0,
        }
    }

    /// The file itself, or a note of why it cannot be read.
    async fn media(&self, file: &AttachedFile) -> Block {
        if file.url.is_empty() {
            return note(file, "it could not be read: Slack did not hand it out");
        }
        let is_pdf = file.media_type == "application/pdf";
        let is_image = matches!(
            file.media_type.as_str(),
            "image/png" | "image/jpeg" | "image/gif" | "image/webp"
        );
        let is_text = file.media_type.starts_with("text/") || file.media_type == "application/json";
        if !is_pdf && !is_image && !is_text {
            return note(file, "this type of file cannot be read yet");
        }
        let reference = FileRef {
            id: file.id.clone(),
            name: Some(file.name.clone()),
            mimetype: Some(file.media_type.clone()),
            size: Some(file.size),
            url_private: Some(file.url.clone()),
            ..FileRef::default()
        };
        let limit = if is_pdf { MAX_PDF } else { MAX_IMAGE };
        match self.workspace.slack.download(&reference, limit).await {
            Ok(bytes) if is_text => note(file, &String::from_utf8_lossy(&bytes)),
            Ok(bytes) => Block::Media {
                media_type: file.media_type.clone(),
                data: base64::engine::general_purpose::STANDARD.encode(&bytes),
                title: Some(file.name.clone()),
            },
            Err(error) => note(file, &format!("it could not be read: {error}")),
        }
    }
}

fn note(file: &AttachedFile, text: &str) -> Block {
    Block::text(crate::agent::fence(
        &format!("file {}", file.name.replace('"', "'")),
        text,
    ))
}

/// The message inside a stored event.
pub fn message_of(payload: &str) -> Option<MessageEvent> {
    let envelope = EventEnvelope::parse(payload.as_bytes()).ok()?;
    match Event::parse(envelope.event) {
        Event::Message(message) | Event::AppMention(message) => Some(*message),
        _ => None,
    }
}

/// The workspace that the author of a stored message belongs to, where Slack says so.
pub fn home_of_author(payload: &str) -> Option<TeamId> {
    let of_message = message_of(payload).and_then(|message| message.user_team.or(message.team));
    let of_event = || {
        let envelope = EventEnvelope::parse(payload.as_bytes()).ok()?;
        envelope.installation.team
    };
    let is_workspace = |team: &TeamId| team.as_str().starts_with('T');
    of_message
        .filter(is_workspace)
        .or_else(|| of_event().filter(is_workspace))
}

fn attached(file: &FileRef) -> AttachedFile {
    AttachedFile {
        id: file.id.clone(),
        name: file
            .name
            .clone()
            .or_else(|| file.title.clone())
            .unwrap_or_else(|| file.id.clone()),
        media_type: file.mimetype.clone().unwrap_or_default(),
        url: file.url_private.clone().unwrap_or_default(),
        size: file.size.unwrap_or(0),
    }
}

/// When a message was written: its ts is seconds since the epoch.
fn moment(ts: &str) -> Option<DateTime<Utc>> {
    let seconds: i64 = ts.split('.').next()?.parse().ok()?;
    DateTime::from_timestamp(seconds, 0)
}

/// A moment as the model reads it, in the speaker's zone.
pub fn spoken(at: DateTime<Utc>, zone: Tz) -> String {
    let local = at.with_timezone(&zone);
    format!("{} {}", local.format("%a %-d %b %Y %H:%M"), zone.name())
}
