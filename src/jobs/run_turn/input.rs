//! From the inbox to what the agent reads: who said what and when, the files that came along,
//! and, when Penny is first asked in a thread, what was said around the question.

use super::{files, surroundings};
use crate::agent::transcript::{AttachedFile, Entry, Input, Said, Transcript};
use crate::agent::{LeftOut, NewInput, TurnInput};
use crate::base::ids::{TeamId, UserId};
use crate::jobs::Services;
use crate::jobs::workspaces::Workspace;
use crate::models::{Message, Role};
use crate::slack::inbound::{Event, EventEnvelope, MessageEvent, readable};
use crate::store::conversations::Thread;
use crate::store::inbox::{self, Item, Kind};
use crate::store::people::Person;
use crate::store::{StoreError, StoreResult};
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use parking_lot::Mutex;
use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use tokio_util::sync::CancellationToken;

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
        let mut items = match read {
            Some(items) => items,
            None => self.read().await?,
        };
        let is_stop = items.iter().any(|item| item.kind == Kind::Stop);
        if is_stop {
            self.stop.cancel();
            leave_later(&mut items);
        }
        let is_said = items.iter().any(|item| item.kind.is_said());
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
        let (surroundings, links, cost) = around.map_or_else(Default::default, |around| {
            (Some(around.text), around.links, around.cost)
        });
        Ok(Some(NewInput {
            input: Input {
                messages,
                surroundings,
                links,
            },
            taken: items.iter().map(|item| item.inbox_id).collect(),
            cost,
        }))
    }

    async fn attach(&self, messages: &mut Vec<Message>, transcript: &Transcript) -> Vec<LeftOut> {
        let files: Vec<&AttachedFile> = transcript
            .entries()
            .filter_map(|entry| match entry {
                Entry::Input(input) => Some(&input.messages),
                _ => None,
            })
            .flatten()
            .flat_map(|said| &said.files)
            .collect();
        let (blocks, left_out) = files::read(&self.workspace.slack, &files).await;
        let asked = messages.iter_mut().rfind(|it| it.role == Role::User);
        if let Some(asked) = asked {
            asked.content.extend(blocks);
        }
        left_out
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
                files.push(files::looked_up(&self.workspace.slack, file).await);
            }
            said.push(Said {
                files,
                ..self.one(item, &event, &people)
            });
        }
        Ok(said)
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
}

/// What is said after a stop is not stopped by it: that waits for a turn of its own.
fn leave_later(items: &mut Vec<Item>) {
    let stops = || items.iter().filter(|item| item.kind == Kind::Stop);
    let is_later =
        |item: &&Item| item.kind != Kind::Stop && stops().all(|stop| is_before(stop, item));
    let later = items.iter().filter(is_later).map(|item| item.inbox_id);
    let later: Vec<i64> = later.collect();
    items.retain(|item| !later.contains(&item.inbox_id));
}

/// Whether somebody said stop before they said this. A press of the button may bear no moment.
pub fn is_before(stop: &Item, said: &Item) -> bool {
    match (&stop.ts, &said.ts) {
        (Some(stop), Some(said)) => stop < said,
        _ => stop.inbox_id < said.inbox_id,
    }
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
