//! How a turn ends: the answer or the sentence is delivered first, and only then is the turn
//! over. Whoever dies in between finds the delivered message again.

use super::visible::Shown;
use super::{Interrupted, KIND, scheduled, words};
use crate::agent::Ended;
use crate::agent::journal::Journal;
use crate::agent::transcript::Transcript;
use crate::base::config::Caps;
use crate::base::metrics as names;
use crate::jobs::Services;
use crate::jobs::tell_lost;
use crate::jobs::workspaces::Workspace;
use crate::models::ModelError;
use crate::slack::answer::{Answer, AnswerError, FinalAnswer};
use crate::store::questions;
use crate::store::schedules::{self, Outcome};
use crate::store::spending::Reached;
use crate::store::turns::{self, Spent, State, TurnOf};
use crate::store::workflows;
use crate::store::{OrgTx, StoreResult};
use crate::store::{inbox, jobs};
use std::borrow::Cow;

pub enum Ending {
    Ended(Ended),
    Parked,
    Poison {
        /// The question, as far as it was never taken from the inbox.
        asked: Vec<i64>,
    },
    /// A bound over all turns kept it from being begun.
    Capped(Reached),
    ModelFailed(ModelError),
}

/// A turn whose thinking is over.
pub struct Finished<'a> {
    pub services: &'a Services,
    pub journal: Journal<'a>,
    pub workspace: &'a Workspace,
    pub transcript: &'a Transcript,
    pub spent: Spent,
    pub of: TurnOf,
    pub seconds: f64,
}

pub async fn end(
    finished: &Finished<'_>,
    answer: Answer,
    shown: &Shown,
    ending: Ending,
) -> Result<(), Interrupted> {
    let turn = finished.journal.turn;
    let (state, error) = outcome(&ending);
    let given_up = match &ending {
        Ending::Poison { asked } => Some(asked.as_slice()),
        _ => None,
    };
    let sentence = sentence(&ending, &finished.services.agent.limits.caps);
    let delivered = match sentence.as_deref() {
        None => {
            let spent = finished.spent;
            answer
                .finish(FinalAnswer {
                    markdown: Some(finished.transcript.answer_of(turn, shown.replies)),
                    footer: Some(words::footer(
                        finished.seconds,
                        spent.tool_calls,
                        spent.tokens,
                        spent.cost_micros,
                        finished.transcript.writer_of(turn).unwrap_or_default(),
                    )),
                    controls: Some(turn),
                })
                .await
        }
        Some(sentence) => answer.fail(sentence, Some(turn)).await,
    };
    let said = finished.transcript.answer_of(turn, shown.replies);
    match delivered {
        Ok(_) => {
            let run = scheduled::outcome(&ending, sentence.as_deref(), &said);
            let ended = (state, error.as_deref());
            record(finished, ended, None, given_up, (&run, &said)).await
        }
        Err(lost) if lost.is_final() => undelivered(finished, &lost, given_up, &said).await,
        Err(error) => Err(error.into()),
    }
}

/// Whoever asked is told elsewhere.
async fn undelivered(
    finished: &Finished<'_>,
    lost: &AnswerError,
    given_up: Option<&[i64]>,
    said: &str,
) -> Result<(), Interrupted> {
    tracing::warn!(error = %lost, "an answer cannot be delivered");
    let error = lost.to_string();
    let ended = (State::Failed, Some(error.as_str()));
    let run = scheduled::lost(lost);
    record(finished, ended, Some(lost), given_up, (&run, said)).await
}

async fn record(
    finished: &Finished<'_>,
    (state, error): (State, Option<&str>),
    lost: Option<&AnswerError>,
    given_up: Option<&[i64]>,
    (run_outcome, said): (&Outcome, &str),
) -> Result<(), Interrupted> {
    let mut tx = finished.services.db.org(finished.journal.fence.org).await?;
    jobs::hold(&mut tx, &finished.journal.fence).await?;
    if let Some(asked) = given_up {
        take_back(finished, &mut tx, asked).await?;
    }
    turns::set_state(&mut tx, finished.journal.turn, state, error).await?;
    if state == State::Stopped {
        go_on_after_stop(finished, &mut tx).await?;
    }
    if finished.spent.tool_calls > 0 {
        questions::close_open(&mut tx, finished.journal.turn, "").await?;
    }
    tell(finished, &mut tx, lost, (run_outcome, said)).await?;
    tx.commit().await?;
    let outcome = match state {
        State::Done => "answered",
        State::Stopped => "stopped",
        _ => "failed",
    };
    metrics::counter!(names::TURNS, "outcome" => outcome).increment(1);
    metrics::histogram!(names::TURN_SECONDS).record(finished.seconds);
    tracing::info!(
        turn.id = %finished.journal.turn,
        turn.outcome = outcome,
        turn.seconds = finished.seconds,
        turn.steps = finished.spent.steps,
        turn.tokens = finished.spent.tokens,
        "a turn ended"
    );
    Ok(())
}

/// What the turn was for learns what became of it; a person sees it in the thread, or is told
/// elsewhere if it cannot be shown there.
async fn tell(
    finished: &Finished<'_>,
    tx: &mut OrgTx,
    lost: Option<&AnswerError>,
    (outcome, said): (&Outcome, &str),
) -> StoreResult<()> {
    let turn = finished.journal.turn;
    let cost = finished.spent.cost_micros;
    match (finished.of, lost) {
        (TurnOf::Schedule(run), _) => schedules::settle(tx, run, outcome, cost).await,
        (TurnOf::Workflow(_), _) => {
            let said = scheduled::for_workflow(outcome, said);
            workflows::turn_ended(tx, turn, &said, cost).await
        }
        (TurnOf::Person, Some(AnswerError::Undeliverable(code))) if !code.is_about_the_token() => {
            tell_lost::nudge(tx, turn, code).await
        }
        (TurnOf::Person | TurnOf::DeletedRun, _) => Ok(()),
    }
}

/// What else was said in the thread was waiting behind the question, and no longer nudges.
async fn take_back(finished: &Finished<'_>, tx: &mut OrgTx, asked: &[i64]) -> StoreResult<()> {
    let journal = &finished.journal;
    let waits = journal
        .give_up(tx, finished.transcript, asked, finished.spent)
        .await?;
    if waits {
        jobs::nudge(tx, KIND, &journal.thread.job_key()).await?;
    }
    Ok(())
}

/// What was said after the stop waits for a turn of its own, and may nudge no more.
async fn go_on_after_stop(finished: &Finished<'_>, tx: &mut OrgTx) -> StoreResult<()> {
    let thread = finished.journal.thread;
    let waiting = inbox::waiting_in(tx, &thread.channel, &thread.thread_ts).await?;
    if waiting.iter().any(|item| item.kind.is_said()) {
        jobs::nudge(tx, KIND, &thread.job_key()).await?;
    }
    Ok(())
}

fn outcome(ending: &Ending) -> (State, Option<String>) {
    match ending {
        Ending::Ended(Ended::Answered | Ended::Refused) => (State::Done, None),
        Ending::Ended(Ended::Stopped) => (State::Stopped, None),
        Ending::Ended(Ended::Limited(breach)) => (
            State::Failed,
            Some(format!("the bound on {breach:?} was reached")),
        ),
        Ending::Ended(Ended::Parked) | Ending::Parked => (State::Waiting, None),
        Ending::Poison { .. } => (
            State::Failed,
            Some("given up after several attempts".to_owned()),
        ),
        Ending::Capped(reached) => (
            State::Failed,
            Some(format!("the bound {} was reached", reached.cap.as_str())),
        ),
        Ending::ModelFailed(error) => (State::Failed, Some(error.to_string())),
    }
}

/// What is said in place of the rest of the answer; none if the answer stands.
fn sentence(ending: &Ending, caps: &Caps) -> Option<Cow<'static, str>> {
    let fixed = match ending {
        Ending::Capped(reached) => return Some(words::capped(*reached, caps).into()),
        Ending::Ended(Ended::Answered | Ended::Parked) | Ending::Parked => None,
        Ending::Ended(Ended::Refused) => Some(words::REFUSED),
        Ending::Ended(Ended::Stopped) => Some(words::STOPPED),
        Ending::Ended(Ended::Limited(breach)) => Some(words::limited(*breach)),
        Ending::Poison { .. } => Some(words::POISON),
        Ending::ModelFailed(error) => Some(words::model_failed(error)),
    };
    fixed.map(Cow::Borrowed)
}

/// An answer that will never arrive ends its turn, wherever that is noticed.
pub async fn give_up(finished: &Finished<'_>, lost: &AnswerError) -> Result<(), Interrupted> {
    undelivered(finished, lost, None, "").await
}
