//! The page's stream: a snapshot, then each change that its person may see.

use super::{Who, refused, wire};
use crate::base::ids::UserId;
use crate::playground::api::STATUS_LIFE_SECONDS;
use crate::playground::slack::Slack;
use crate::playground::state::world::{Change, World};
use axum::extract::{Query, State};
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use chrono::{DateTime, Utc};
use futures::stream;
use serde_json::{Value, json};
use std::collections::VecDeque;
use std::convert::Infallible;
use std::time::Duration;
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::{RecvError, TryRecvError};

const KEEP_ALIVE: Duration = Duration::from_secs(15);

type Told = (&'static str, Value);

struct Watch {
    slack: Slack,
    me: UserId,
    changes: Receiver<Change>,
    waiting: VecDeque<Told>,
    /// Statuses that will have run out by then, and must be told once more.
    fading: VecDeque<(DateTime<Utc>, Change)>,
}

pub async fn open(State(slack): State<Slack>, Query(who): Query<Who>) -> Response {
    let me = UserId::new(who.person);
    let known = slack.edit(|world| {
        // The DM with Penny is always in the sidebar.
        world.dm_with_app(&me);
        world.people.contains_key(&me)
    });
    if !known {
        return refused("There is nobody with that id in this workspace.");
    }
    let changes = slack.watch_changes();
    let first = ("snapshot", slack.look(|world| wire::snapshot(world, &me)));
    let watch = Watch {
        slack,
        me,
        changes,
        waiting: VecDeque::from([first]),
        fading: VecDeque::new(),
    };
    let events = stream::unfold(watch, |mut watch| async move {
        let (name, data) = watch.next().await?;
        let event = Event::default().event(name).data(data.to_string());
        Some((Ok::<_, Infallible>(event), watch))
    });
    Sse::new(events)
        .keep_alive(KeepAlive::new().interval(KEEP_ALIVE))
        .into_response()
}

impl Watch {
    async fn next(&mut self) -> Option<Told> {
        loop {
            if let Some(told) = self.waiting.pop_front() {
                return Some(told);
            }
            tokio::select! {
                change = self.changes.recv() => match change {
                    Ok(change) => self.take(change),
                    Err(RecvError::Lagged(_)) => self.start_over(),
                    Err(RecvError::Closed) => return None,
                },
                change = faded(&self.slack, &self.fading) => {
                    self.fading.pop_front();
                    self.take(change);
                }
            }
        }
    }

    /// Takes all that has piled up and tells each thing once: a stream's appends may come faster
    /// than a browser reads.
    fn take(&mut self, first: Change) {
        let mut changes = vec![first];
        loop {
            match self.changes.try_recv() {
                Ok(change) if changes.contains(&change) => {}
                Ok(change) => changes.push(change),
                Err(TryRecvError::Lagged(_)) => return self.start_over(),
                Err(TryRecvError::Empty | TryRecvError::Closed) => break,
            }
        }
        let (told, busy) = self.slack.look(|world| {
            let told: Vec<Told> = changes
                .iter()
                .filter_map(|change| tell(world, &self.me, change))
                .collect();
            changes.retain(|change| shows_status(world, change));
            (told, changes)
        });
        self.waiting.extend(told);
        let until = self.slack.clock().now() + chrono::Duration::seconds(STATUS_LIFE_SECONDS);
        self.fading
            .extend(busy.into_iter().map(|change| (until, change)));
    }

    fn start_over(&mut self) {
        self.changes = self.changes.resubscribe();
        let snapshot = self.slack.look(|world| wire::snapshot(world, &self.me));
        self.waiting.push_back(("snapshot", snapshot));
    }
}

fn shows_status(world: &World, change: &Change) -> bool {
    let Change::Thread { channel, root } = change else {
        return false;
    };
    let thread = world
        .channels
        .get(channel)
        .and_then(|channel| channel.threads.get(root));
    thread.is_some_and(|thread| thread.status_at(world.now).is_some())
}

/// Resolves when the oldest status has run out by itself.
async fn faded(slack: &Slack, fading: &VecDeque<(DateTime<Utc>, Change)>) -> Change {
    let Some((until, change)) = fading.front() else {
        return std::future::pending().await;
    };
    let wait = (*until - slack.clock().now()).to_std().unwrap_or_default();
    slack.clock().sleep(wait).await;
    change.clone()
}

/// A change in the page's words, if it concerns this person.
fn tell(world: &World, me: &UserId, change: &Change) -> Option<Told> {
    let visible = |id| {
        world
            .channels
            .get(id)
            .filter(|channel| world.can_see(me, channel))
    };
    match change {
        Change::Message { channel, ts } => {
            let known = visible(channel)?;
            let whispered = known
                .ephemerals
                .get(ts)
                .filter(|message| message.only_for.as_ref() == Some(me));
            let message = whispered.or_else(|| known.messages.get(ts))?;
            let message = wire::message(world, message, me);
            Some(("message", json!({"channel": channel, "message": message})))
        }
        Change::MessageRemoved { channel, ts } => {
            visible(channel)?;
            Some((
                "message_removed",
                json!({"channel": channel, "ts": ts.to_string()}),
            ))
        }
        Change::Channel(id) => match visible(id) {
            Some(channel) => Some(("channel", wire::channel(channel, me))),
            None => Some(("channel_removed", json!({"channel": id}))),
        },
        Change::Thread { channel, root } => {
            let thread = visible(channel)?.threads.get(root)?;
            let thread = wire::thread(world, *root, thread);
            Some(("thread", json!({"channel": channel, "thread": thread})))
        }
        Change::Prompts(id) => {
            let prompts = visible(id)?.prompts.as_ref().map(wire::prompts)?;
            Some(("prompts", json!({"channel": id, "prompts": prompts})))
        }
        Change::Home(user) => {
            (user == me).then(|| ("home", json!({"home": wire::home(world, me)})))
        }
        Change::Views(user) => {
            (user == me).then(|| ("views", json!({"stack": wire::stack(world, me)})))
        }
        Change::Person(id) => world
            .people
            .get(id)
            .map(|person| ("person", wire::person(world, person))),
        Change::App => Some(("app", wire::app(world, me))),
        Change::Notice { user, text } => {
            (user == me).then(|| ("notice", json!({"level": "warning", "text": text})))
        }
    }
}
