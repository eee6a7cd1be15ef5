//! One answer in a script: for which request, in which pieces, and how it ends.

use super::NAME;
use crate::models::{Block, Delta, ModelError, Reply, Request, Stop, Usage};
use serde_json::Value;
use std::fmt;
use std::sync::Arc;
use tokio::sync::watch;

type Matcher = Arc<dyn Fn(&Request) -> bool + Send + Sync>;
type MakeError = Arc<dyn Fn() -> ModelError + Send + Sync>;

#[derive(Clone)]
pub struct Step {
    label: String,
    matcher: Option<Matcher>,
    pieces: Vec<Piece>,
    ending: Ending,
    left: Uses,
}

#[derive(Debug, Clone)]
pub(super) enum Piece {
    Delta(Delta),
    Gate(Gate),
}

#[derive(Clone)]
pub(super) enum Ending {
    Reply(Reply),
    Error(MakeError),
    Hang,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Uses {
    Once,
    Any,
    Spent,
}

impl Step {
    fn new(label: String, content: Vec<Block>, stop: Stop) -> Self {
        let pieces = content
            .iter()
            .filter_map(announced)
            .map(Piece::Delta)
            .collect();
        let reply = Reply {
            model: NAME.to_owned(),
            content,
            stop,
            usage: Usage::default(),
            cost_micros: None,
        };
        Self {
            label,
            matcher: None,
            pieces,
            ending: Ending::Reply(reply),
            left: Uses::Once,
        }
    }

    /// A final answer.
    pub fn says(text: impl Into<String>) -> Self {
        let text = text.into();
        Self::new(
            format!("says {text:?}"),
            vec![Block::Text { text }],
            Stop::EndTurn,
        )
    }

    /// A tool call; the id is how its result is recognised.
    pub fn calls(id: &str, tool: &str, input: Value) -> Self {
        Self::replies(vec![Block::ToolUse {
            id: id.to_owned(),
            name: tool.to_owned(),
            input,
        }])
    }

    /// Any content: several tool calls at once, text before a call, thinking.
    pub fn replies(content: Vec<Block>) -> Self {
        let calls = content
            .iter()
            .any(|block| matches!(block, Block::ToolUse { .. }));
        let stop = if calls { Stop::ToolUse } else { Stop::EndTurn };
        Self::new(format!("replies {content:?}"), content, stop)
    }

    pub fn fails(error: impl Fn() -> ModelError + Send + Sync + 'static) -> Self {
        Self {
            label: format!("fails: {}", error()),
            ending: Ending::Error(Arc::new(error)),
            ..Self::replies(Vec::new())
        }
    }

    /// Never ends, as a provider that stalls.
    pub fn hangs() -> Self {
        Self {
            label: "hangs".to_owned(),
            ending: Ending::Hang,
            ..Self::replies(Vec::new())
        }
    }

    /// Sent before the ending, in place of the deltas that follow from the content.
    #[must_use]
    pub fn streaming(mut self, deltas: impl IntoIterator<Item = Delta>) -> Self {
        self.pieces = deltas.into_iter().map(Piece::Delta).collect();
        self
    }

    /// Waits there until the test opens the gate; what was streamed so far has been sent.
    #[must_use]
    pub fn then_waits_for(mut self, gate: &Gate) -> Self {
        self.pieces.push(Piece::Gate(gate.clone()));
        self
    }

    /// Waits for the gate before the first delta.
    #[must_use]
    pub fn after(mut self, gate: &Gate) -> Self {
        self.pieces.insert(0, Piece::Gate(gate.clone()));
        self
    }

    /// Streams more, usually after a gate.
    #[must_use]
    pub fn then_streams(mut self, delta: Delta) -> Self {
        self.pieces.push(Piece::Delta(delta));
        self
    }

    #[must_use]
    pub fn stopping(mut self, stop: Stop) -> Self {
        if let Ending::Reply(reply) = &mut self.ending {
            reply.stop = stop;
        }
        self
    }

    #[must_use]
    pub fn using(mut self, usage: Usage) -> Self {
        if let Ending::Reply(reply) = &mut self.ending {
            reply.usage = usage;
        }
        self
    }

    /// Answers only requests that this accepts. Several conditions must all hold.
    #[must_use]
    pub fn when(mut self, condition: impl Fn(&Request) -> bool + Send + Sync + 'static) -> Self {
        let earlier = self.matcher.take();
        self.matcher = Some(Arc::new(move |request| {
            earlier.as_ref().is_none_or(|earlier| earlier(request)) && condition(request)
        }));
        self
    }

    /// Answers only a request whose last message contains this, in text or in a tool's result.
    #[must_use]
    pub fn when_asked(mut self, words: &str) -> Self {
        self.label = format!("when asked {words:?}: {}", self.label);
        let words = words.to_owned();
        self.when(move |request| {
            request.messages.last().is_some_and(|last| {
                last.content.iter().any(|block| match block {
                    Block::Text { text } => text.contains(&words),
                    Block::ToolResult { content, .. } => content.contains(&words),
                    _ => false,
                })
            })
        })
    }

    /// Answers any number of requests, none included.
    #[must_use]
    pub fn repeatedly(mut self) -> Self {
        self.left = Uses::Any;
        self
    }

    pub(super) fn is_due(&self) -> bool {
        self.left == Uses::Once
    }

    pub(super) fn accepts(&self, request: &Request) -> bool {
        self.left != Uses::Spent && self.matcher.as_ref().is_none_or(|accepts| accepts(request))
    }

    pub(super) fn play(&mut self) -> (Vec<Piece>, Ending) {
        if self.left == Uses::Once {
            self.left = Uses::Spent;
        }
        (self.pieces.clone(), self.ending.clone())
    }
}

impl fmt::Debug for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.label)
    }
}

fn announced(block: &Block) -> Option<Delta> {
    match block {
        Block::Text { text } => Some(Delta::Text(text.clone())),
        Block::Thinking { thinking, .. } => Some(Delta::Thinking(thinking.clone())),
        Block::ToolUse { id, name, .. } => Some(Delta::ToolStarted {
            id: id.clone(),
            name: name.clone(),
        }),
        _ => None,
    }
}

/// A point in a script at which the model waits for the test, and the test can wait for the model.
#[derive(Debug, Clone)]
pub struct Gate {
    open: watch::Sender<bool>,
    reached: watch::Sender<bool>,
}

impl Default for Gate {
    fn default() -> Self {
        Self {
            open: watch::Sender::new(false),
            reached: watch::Sender::new(false),
        }
    }
}

impl Gate {
    pub fn open(&self) {
        self.open.send_replace(true);
    }

    /// Resolves once the model stands before the gate (or has passed it).
    pub async fn reached(&self) {
        until_true(&self.reached).await;
    }

    pub(super) async fn pass(&self) {
        self.reached.send_replace(true);
        until_true(&self.open).await;
    }
}

async fn until_true(flag: &watch::Sender<bool>) {
    let mut seen = flag.subscribe();
    // It fails only when the sender is gone, and `flag` is the sender.
    let _true = seen.wait_for(|is_true| *is_true).await;
}
