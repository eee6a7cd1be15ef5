//! What the end of a turn means for the scheduled run that it is.

use super::ending::Ending;
use crate::agent::Ended;
use crate::agent::limits::Breach;
use crate::jobs::schedules::words;
use crate::slack::answer::AnswerError;
use crate::store::schedules::Outcome;
use serde_json::{Value, json};

/// `sentence` is what the thread was told in place of an answer, `said` the answer.
pub fn outcome(ending: &Ending, sentence: Option<&str>, said: &str) -> Outcome {
    match ending {
        Ending::Ended(Ended::Answered) if is_empty(said) => Outcome::Empty,
        Ending::Ended(Ended::Answered) => Outcome::Done,
        Ending::Ended(Ended::Stopped) => Outcome::Stopped,
        Ending::Ended(Ended::Parked) | Ending::Parked => Outcome::Waiting,
        Ending::Ended(Ended::Limited(Breach::Money)) => {
            Outcome::Failed(words::BUDGET_USED.to_owned())
        }
        _ => Outcome::Failed(sentence.unwrap_or(words::NO_ANSWER).to_owned()),
    }
}

/// The answer could not be shown.
pub fn lost(error: &AnswerError) -> Outcome {
    Outcome::Failed(match error {
        AnswerError::Undeliverable(code) => words::not_delivered(code),
        AnswerError::Uninstalled => words::NOT_INSTALLED.to_owned(),
        _ => words::SLACK_AWAY.to_owned(),
    })
}

/// What the step of a workflow learns that the turn was for.
pub fn for_workflow(outcome: &Outcome, said: &str) -> Value {
    match outcome {
        Outcome::Failed(trouble) => json!({ "trouble": trouble }),
        Outcome::Stopped => json!({ "trouble": words::WAS_STOPPED }),
        Outcome::Done | Outcome::Empty | Outcome::Waiting => {
            json!({ "text": said, "is_empty": *outcome == Outcome::Empty })
        }
    }
}

/// Whoever asked gets what there is; whoever owns a schedule wants to know when it finds nothing.
fn is_empty(said: &str) -> bool {
    let said = said
        .trim()
        .trim_start_matches(['*', '_', '#', ' '])
        .to_lowercase();
    said.is_empty() || said.starts_with(&words::NOTHING.to_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_that_begins_by_saying_so_found_nothing() {
        let answered = Ending::Ended(Ended::Answered);
        assert_eq!(
            outcome(&answered, None, "**Nothing to report.** Quiet day."),
            Outcome::Empty
        );
        assert_eq!(outcome(&answered, None, "Two deals moved."), Outcome::Done);
    }

    #[test]
    fn a_used_up_budget_is_a_failure_that_says_how_to_give_more() {
        let limited = Ending::Ended(Ended::Limited(Breach::Money));
        let told = outcome(&limited, None, "");
        assert_eq!(told, Outcome::Failed(words::BUDGET_USED.to_owned()));
    }
}
