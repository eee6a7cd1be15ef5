//! One turn: model, tools, model … until an answer stands, somebody stops it, or a bound is
//! reached. It can begin anywhere: what was saved is not done again.

mod calls;
mod cut;
mod shorten;

use super::journal::Journal;
use super::limits::{self, Breach};
use super::progress::{Progress, Task, TaskState};
use super::prompt;
use super::tools::{Eyes, Toolbox};
use super::transcript::{Entry, Input, ToolResult, Transcript};
use crate::base::clock::SharedClock;
use crate::base::config::Limits;
use crate::base::metrics as names;
use crate::models::{Cost, Delta, Message, ModelError, Models, Reply, Request, Stop};
use crate::store::StoreError;
use crate::store::schedules::Terms;
use crate::store::turns::Spent;
use async_trait::async_trait;
use calls::Calls;
use cut::{Cut, Ends};
use shorten::size;
use std::time::{Duration, Instant};
use tokio_util::sync::CancellationToken;

/// How much a model writes at most in one step.
const MAX_OUTPUT_TOKENS: u32 = 16_000;

/// How often a model that was cut off is asked to go on in one turn.
const MOST_TIMES_ASKED_ON: usize = 2;

/// A transcript longer than this is summarised before the next step (four characters a token).
const COMPACT_ABOVE_CHARS: usize = 480_000;

#[derive(Debug, Clone)]
pub struct Agent {
    pub models: Models,
    pub tools: Toolbox,
    pub limits: Limits,
    pub clock: SharedClock,
}

/// How a turn ended, apart from errors.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ended {
    Answered,
    /// The model declined.
    Refused,
    Stopped,
    /// A person has to act; the turn is resumed by what they do.
    Parked,
    Limited(Breach),
}

#[derive(Debug, thiserror::Error)]
pub enum TurnError {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Model(#[from] ModelError),
    #[error("the process is shutting down")]
    HandOver,
}

/// What people said, and the rows of the inbox that it came from.
#[derive(Debug, Clone, Default)]
pub struct NewInput {
    pub input: Input,
    pub taken: Vec<i64>,
    /// What it cost to put in short what was said around.
    pub cost: Cost,
}

/// What a turn needs from those who run it.
#[async_trait]
pub trait TurnInput: Send + Sync {
    /// What was said since the last look; None if there is nothing for Penny in it.
    async fn look(&self) -> Result<Option<NewInput>, StoreError>;
    /// Images and PDFs of the conversation, to go with the messages; told are those that do not.
    async fn attach(&self, messages: &mut Vec<Message>, transcript: &Transcript) -> Vec<LeftOut>;
}

/// A file that came along and that the model does not get.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeftOut {
    pub file: String,
    pub name: String,
    pub why: String,
}

/// Everything about the turn that is run.
pub struct Run<'a> {
    pub journal: Journal<'a>,
    pub transcript: Transcript,
    pub spent: Spent,
    /// How long ago the turn began, before this run.
    pub age: Duration,
    pub eyes: &'a dyn Eyes,
    pub input: &'a dyn TurnInput,
    pub progress: &'a mut dyn Progress,
    /// A person wants it to stop.
    pub stop: CancellationToken,
    /// The process is going away, or the lease is lost.
    pub leave: CancellationToken,
}

impl Agent {
    /// The same agent with the model that a schedule names, if there still is one of that name,
    /// and with a budget of its own, where that is the smaller one.
    pub fn on(&self, terms: &Terms) -> Self {
        let mut agent = self.clone();
        let named = terms.model.as_ref();
        if let Some(chosen) = named.and_then(|name| self.models.others.get(name)) {
            agent.models.usual = chosen.clone();
        }
        if let Some(micros) = terms.budget_micros.and_then(|it| u64::try_from(it).ok()) {
            agent.limits.cost_micros = agent.limits.cost_micros.min(micros);
        }
        agent
    }

    pub async fn run(&self, run: &mut Run<'_>) -> Result<Ended, TurnError> {
        let ends = Ends::of(run);
        let has_begun = !run.transcript.open_calls().is_empty();
        let left = limits::left(&self.limits, run.age, has_begun);
        tokio::select! {
            ended = self.go_on(run, &ends) => ended,
            never = ends.ring_after(&self.clock, left) => match never {},
        }
    }

    async fn go_on(&self, run: &mut Run<'_>, ends: &Ends) -> Result<Ended, TurnError> {
        let begun = Instant::now();
        let mut compacted = false;
        // Whether something may wait in the inbox: surely at the beginning.
        let mut look = true;
        loop {
            if run.stop.is_cancelled() {
                return self.stopped(run).await;
            }
            if run.leave.is_cancelled() {
                return Err(TurnError::HandOver);
            }
            let open = run.transcript.open_calls();
            if !open.is_empty() {
                match self.call_tools(run, open, ends).await? {
                    Calls::Answered { said_more } => look |= said_more,
                    Calls::Parked if self.answered_in_thread(run).await? => {}
                    Calls::Parked => return Ok(Ended::Parked),
                    Calls::Stopped => return self.stopped(run).await,
                }
                continue;
            }
            if std::mem::take(&mut look) {
                self.take_input(run, Vec::new()).await?;
                if run.stop.is_cancelled() {
                    continue;
                }
            }
            if run.transcript.is_answered() {
                return Ok(Ended::Answered);
            }
            if run.transcript.unfinished().is_some() {
                if run.transcript.asked_on(run.journal.turn) >= MOST_TIMES_ASKED_ON {
                    return Ok(Ended::Limited(Breach::Length));
                }
                look |= self.ask_on(run).await?;
                continue;
            }
            let age = ends.age(run.age + begun.elapsed(), &self.limits);
            if let Some(breach) = limits::breach(&self.limits, run.spent, age) {
                return Ok(Ended::Limited(breach));
            }
            match self.step(run, ends).await {
                Ok(Step::Cut(cut, partial)) => return self.cut_short(run, cut, partial).await,
                Ok(Step::Done { refused: true, .. }) => return Ok(Ended::Refused),
                Ok(Step::Done { said_more, .. }) => look |= said_more,
                Err(TurnError::Model(ModelError::ContextTooLong)) if !compacted => {
                    compacted = true;
                    if let Some(cut) = self.compact(run, ends).await? {
                        return self.cut_short(run, cut, String::new()).await;
                    }
                }
                Err(error) => return Err(error),
            }
        }
    }

    /// One call of the model, saved.
    async fn step(&self, run: &mut Run<'_>, ends: &Ends) -> Result<Step, TurnError> {
        let mut messages = run.transcript.messages();
        if size(&messages) > COMPACT_ABOVE_CHARS {
            if let Some(cut) = self.compact(run, ends).await? {
                return Ok(Step::Cut(cut, String::new()));
            }
            messages = run.transcript.messages();
        }
        let left_out = tokio::select! {
            left_out = run.input.attach(&mut messages, &run.transcript) => left_out,
            cut = ends.any() => return Ok(Step::Cut(cut, String::new())),
        };
        tell_left_out(run, left_out);
        let request = Request {
            system: prompt::system(),
            tools: self.tools.specs(),
            messages,
            max_tokens: MAX_OUTPUT_TOKENS,
        };
        let mut partial = String::new();
        let half_said = run.transcript.half_said(run.journal.turn);
        let reply = {
            let progress = &mut *run.progress;
            let mut on = |delta: Delta| match delta {
                Delta::Text(text) => {
                    partial.push_str(&text);
                    progress.text(&text);
                }
                Delta::Restarted => {
                    partial.clear();
                    progress.restart();
                    if !half_said.is_empty() {
                        progress.text(&half_said);
                    }
                }
                Delta::Thinking(_) | Delta::ToolStarted { .. } => {}
            };
            tokio::select! {
                reply = self.models.usual.reply(&request, &mut on) => reply?,
                cut = ends.any() => return Ok(Step::Cut(cut, partial)),
            }
        };
        self.save_reply(run, reply).await
    }

    async fn save_reply(&self, run: &mut Run<'_>, reply: Reply) -> Result<Step, TurnError> {
        metrics::counter!(names::STEPS).increment(1);
        run.spent.steps += 1;
        let cost = reply.counted();
        run.spent.add(cost.tokens, cost.micros);
        let (refused, is_half) = (reply.stop == Stop::Refusal, reply.is_cut_off());
        let model = reply.model.clone();
        let said_more = run
            .journal
            .save(
                &mut run.transcript,
                vec![Entry::Reply(reply)],
                run.spent,
                Some(&model),
            )
            .await?;
        // What goes on is no new paragraph.
        if !is_half {
            run.progress.saved();
        }
        Ok(Step::Done { refused, said_more })
    }

    /// Has the model go on with what it has not said yet. True: something new was said meanwhile.
    async fn ask_on(&self, run: &mut Run<'_>) -> Result<bool, TurnError> {
        let is_silent = run.transcript.unfinished().is_none_or(Reply::is_silent);
        let note = if is_silent {
            prompt::SPEAK
        } else {
            prompt::GO_ON
        };
        let entry = Entry::GoOn {
            note: note.to_owned(),
        };
        let spent = run.spent;
        let saved = run
            .journal
            .save(&mut run.transcript, vec![entry], spent, None);
        Ok(saved.await?)
    }

    /// Somebody wrote in the thread instead of pressing a button: that is the answer.
    async fn answered_in_thread(&self, run: &mut Run<'_>) -> Result<bool, TurnError> {
        let results = run
            .transcript
            .open_calls()
            .into_iter()
            .map(|(tool_use_id, name, _)| {
                Entry::ToolResult(ToolResult {
                    tool_use_id,
                    name,
                    content: "Nobody has pressed a button yet; a proposal stays open on its \
                        card. Somebody wrote in the thread instead: read what follows."
                        .to_owned(),
                    is_error: false,
                })
            })
            .collect();
        self.take_input(run, results).await
    }

    /// Saves what was said meanwhile, behind `before`. False: nothing was said.
    async fn take_input(&self, run: &mut Run<'_>, before: Vec<Entry>) -> Result<bool, TurnError> {
        let Some(new) = run.input.look().await? else {
            return Ok(false);
        };
        run.spent.add(new.cost.tokens, new.cost.micros);
        let mut entries = before;
        entries.push(Entry::Input(new.input));
        let spent = run.spent;
        run.journal
            .save_taking(&mut run.transcript, entries, &new.taken, spent, None)
            .await?;
        // The answer to it is a new paragraph, whatever was said by half before.
        run.progress.saved();
        Ok(true)
    }

    async fn stopped(&self, run: &mut Run<'_>) -> Result<Ended, TurnError> {
        let note = Entry::Note {
            text: "somebody stopped this answer here".to_owned(),
        };
        let spent = run.spent;
        run.journal
            .save(&mut run.transcript, vec![note], spent, None)
            .await?;
        Ok(Ended::Stopped)
    }
}

/// People read what was left out of what they sent just now; earlier answers have told the rest.
fn tell_left_out(run: &mut Run<'_>, left_out: Vec<LeftOut>) {
    for LeftOut { file, name, why } in left_out {
        let is_new = run
            .transcript
            .of_turn(run.journal.turn)
            .any(|entry| entry.brings(&file));
        if is_new {
            run.progress.task(Task {
                id: format!("file_{file}"),
                title: format!("Reading {name}"),
                state: TaskState::Failed,
                outcome: Some(format!("Left out: {why}.")),
            });
        }
    }
}

enum Step {
    Done {
        refused: bool,
        said_more: bool,
    },
    /// With what had been written of it.
    Cut(Cut, String),
}
