//! The calls of tools in one reply of the model.

use super::shorten::outcome_line;
use super::{Agent, Cut, Ends, Run, TurnError};
use crate::agent::progress::{Task, TaskState};
use crate::agent::tools::{Effect, Outcome, ToolContext, ToolError, refused};
use crate::agent::transcript::{Entry, ToolResult};
use crate::base::metrics as names;
use futures::StreamExt;
use futures::stream;
use serde_json::Value;
use std::collections::BTreeMap;

/// Calls of one reply that run side by side: a model that asks for a hundred things at once must
/// not make them time out waiting for each other.
const CALLS_AT_ONCE: usize = 6;

/// What the model reads of a call that the end of the turn's time overtook.
const TOO_LATE: &str = "Ended, because the time for one answer was over. What it was to look up is \
    not known, and whether it has changed anything is not either.";

pub(super) enum Calls {
    Answered { said_more: bool },
    Parked,
    Stopped,
}

impl Agent {
    /// Runs the open calls side by side and saves what came of them at once. A crash before that
    /// repeats them, which no tool minds: they read, or know a call that they have carried out.
    pub(super) async fn call_tools(
        &self,
        run: &mut Run<'_>,
        open: Vec<(String, String, Value)>,
        ends: &Ends,
    ) -> Result<Calls, TurnError> {
        for (id, name, input) in &open {
            run.progress.task(Task {
                id: id.clone(),
                title: self.title(name, input),
                state: TaskState::Running,
                outcome: None,
            });
        }
        let outcomes = match self.outcomes(run, &open, ends).await {
            Ok(outcomes) => outcomes,
            Err(Cut::Stopped) => return Ok(Calls::Stopped),
            Err(Cut::Leaving | Cut::Late) => return Err(TurnError::HandOver),
        };
        let mut results = Vec::new();
        let mut parked = false;
        for ((id, name, input), outcome) in open.into_iter().zip(outcomes) {
            let (content, is_error) = match outcome {
                Ok(Outcome::Parked) => {
                    parked = true;
                    continue;
                }
                Ok(Outcome::Result(content)) => (content, false),
                Err(ToolError::Refused(why) | ToolError::Unavailable(why)) => (why, true),
                Err(ToolError::Store(error)) => return Err(error.into()),
            };
            run.spent.tool_calls += 1;
            // What the model makes up must not become a label.
            let known = self.tools.find(&name).map_or("unknown", |_| name.as_str());
            metrics::counter!(
                names::TOOL_CALLS,
                "tool" => known.to_owned(),
                "outcome" => if is_error { "refused" } else { "ok" },
            )
            .increment(1);
            run.progress.task(Task {
                id: id.clone(),
                title: self.title(&name, &input),
                state: if is_error {
                    TaskState::Failed
                } else {
                    TaskState::Done
                },
                outcome: Some(outcome_line(&content)),
            });
            results.push(Entry::ToolResult(ToolResult {
                tool_use_id: id,
                name,
                content,
                is_error,
            }));
        }
        let spent = run.spent;
        let said_more = run
            .journal
            .save(&mut run.transcript, results, spent, None)
            .await?;
        Ok(if parked {
            Calls::Parked
        } else {
            Calls::Answered { said_more }
        })
    }

    /// What came of each call, in their order. Once the time is over, a call that has not ended is
    /// ended.
    async fn outcomes(
        &self,
        run: &Run<'_>,
        open: &[(String, String, Value)],
        ends: &Ends,
    ) -> Result<Vec<Result<Outcome, ToolError>>, Cut> {
        let mut outcomes = BTreeMap::new();
        let calls: Vec<_> =
            open.iter()
                .enumerate()
                .map(|(at, (id, name, input))| async move {
                    (at, self.call(run, id, name, input).await)
                })
                .collect();
        let mut running = stream::iter(calls).buffer_unordered(CALLS_AT_ONCE);
        loop {
            tokio::select! {
                next = running.next() => match next {
                    Some((at, outcome)) => drop(outcomes.insert(at, outcome)),
                    None => break,
                },
                cut = ends.any() => match cut {
                    Cut::Late => break,
                    cut => return Err(cut),
                },
            }
        }
        let too_late = || refused(TOO_LATE);
        let in_order = (0..open.len()).map(|at| outcomes.remove(&at).unwrap_or_else(too_late));
        Ok(in_order.collect())
    }

    async fn call(
        &self,
        run: &Run<'_>,
        id: &str,
        name: &str,
        input: &Value,
    ) -> Result<Outcome, ToolError> {
        let Some(tool) = self.tools.find(name) else {
            return refused(self.tools.unknown(name));
        };
        // An external write has no way past its proposal, whatever the model says.
        if tool.effect() == Effect::ExternalWrite {
            return refused("Changes outside need a person's approval: propose them instead.");
        }
        if run.journal.is_dry && tool.effect() == Effect::LocalWrite {
            return refused(format!(
                "This is a dry run, so nothing is written or proposed. Say in the answer that you \
                 would have called {name} with {input}."
            ));
        }
        let context = ToolContext {
            db: run.journal.db,
            eyes: run.eyes,
            conversation: run.journal.conversation,
            turn: run.journal.turn,
            is_scheduled: run.journal.is_scheduled,
            transcript: &run.transcript,
            tool_use_id: id,
        };
        tool.call(&context, input.clone()).await
    }

    fn title(&self, name: &str, input: &Value) -> String {
        self.tools
            .find(name)
            .map_or_else(|| name.to_owned(), |tool| tool.title(input))
    }
}
