//! The demo model: no network, no key. It answers a documented set of requests (`sentences`)
//! about the demo company through the very same tools as any other model, and says plainly that
//! it is a demo when it does not understand. It keeps nothing: each step is read off the
//! conversation, so that a resumed turn goes on where it stopped.

mod account;
mod answers;
mod blocked;
mod change;
mod conversation;
mod intent;
mod making;
mod pipeline;
mod queries;
mod sentences;
mod step;
mod table;
mod words;
mod writing;

#[cfg(test)]
mod tests;

use super::{Block, Delta, Model, ModelError, Reply, Request, Stop, Usage};
use crate::base::clock::SharedClock;
use async_trait::async_trait;
use conversation::Conversation;
use std::time::Duration;
use step::Step;
use uuid::Uuid;

const NAME: &str = "demo";

#[derive(Debug)]
pub struct Demo {
    clock: SharedClock,
    /// Between two pieces of an answer, so that it is read as it is written.
    pace: Duration,
}

impl Demo {
    pub fn new(clock: SharedClock, pace: Duration) -> Self {
        Self { clock, pace }
    }

    async fn speak(&self, text: &str, on: &mut (dyn FnMut(Delta) + Send)) {
        for piece in pieces(text) {
            if !self.pace.is_zero() {
                self.clock.sleep(self.pace).await;
            }
            on(Delta::Text(piece.to_owned()));
        }
    }
}

#[async_trait]
impl Model for Demo {
    fn name(&self) -> String {
        NAME.to_owned()
    }

    /// It costs nothing.
    fn unpriced(&self) -> Vec<String> {
        Vec::new()
    }

    async fn reply(
        &self,
        request: &Request,
        on: &mut (dyn FnMut(Delta) + Send),
    ) -> Result<Reply, ModelError> {
        let Step { say, calls } = step::next(&Conversation::read(request), &request.tools);
        self.speak(&say, on).await;
        let usage = usage(request, &say);
        let mut content = Vec::with_capacity(calls.len() + 1);
        if !say.is_empty() {
            content.push(Block::text(say));
        }
        let stop = if calls.is_empty() {
            Stop::EndTurn
        } else {
            Stop::ToolUse
        };
        for (name, input) in calls {
            let id = format!("call_{}", Uuid::new_v4().simple());
            on(Delta::ToolStarted {
                id: id.clone(),
                name: name.to_owned(),
            });
            content.push(Block::ToolUse {
                id,
                name: name.to_owned(),
                input,
            });
        }
        Ok(Reply {
            model: NAME.to_owned(),
            content,
            stop,
            usage,
            cost_micros: Some(0),
        })
    }
}

/// A few words at a time, each piece with the space that follows.
fn pieces(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let mut ends = rest.match_indices([' ', '\n']).map(|(at, _)| at + 1);
        let end = ends.nth(2).unwrap_or(rest.len());
        let (piece, after) = rest.split_at(end);
        rest = after;
        (!piece.is_empty()).then_some(piece)
    })
}

/// About four characters a token, as for English in most models.
fn usage(request: &Request, say: &str) -> Usage {
    let read: usize = request
        .messages
        .iter()
        .flat_map(|message| &message.content)
        .map(|block| match block {
            Block::Text { text } => text.len(),
            Block::ToolResult { content, .. } => content.len(),
            _ => 0,
        })
        .sum();
    Usage {
        input: read as u64 / 4 + 1,
        output: say.len() as u64 / 4 + 1,
        ..Usage::default()
    }
}
