//! What went wrong with a step or a run, and what to do about it.

use crate::jobs::allowance::Account;
use crate::jobs::schedules::words as scheduled;
use crate::slack::client::ApiCode;
use crate::slack::mrkdwn::{clip, escape};

pub const GAVE_UP: &str =
    "A system that it needs didn’t answer, however often I tried. Try again when it’s back.";

/// Why a run could not say anything where it reports, and what to do.
pub fn not_delivered(code: &ApiCode) -> String {
    match code {
        ApiCode::IsArchived => {
            "The channel where it reports is archived. Unarchive it, or choose another with *Edit* in \
             `/penny workflows`."
                .to_owned()
        }
        ApiCode::NotInChannel | ApiCode::ChannelNotFound => {
            "I’m not in the channel where it reports any more, or it is gone. Invite me with `/invite @Penny`, or \
             choose another with *Edit* in `/penny workflows`."
                .to_owned()
        }
        ApiCode::RestrictedAction => {
            "I’m not allowed to post where it reports. Ask an administrator, or choose another channel with *Edit* in \
             `/penny workflows`."
                .to_owned()
        }
        code if code.is_about_the_token() => scheduled::NOT_INSTALLED.to_owned(),
        code => format!(
            "Slack refused its message (`{}`). If that goes on, tell whoever runs me.",
            escape(code.as_str())
        ),
    }
}

/// Why Penny did not answer the question of a step. Her thread said it with its own buttons and as
/// a conversation; what helps a run is another thing.
pub fn not_answered(path: &str, said: &str) -> String {
    let edit = "with *Edit* in `/penny workflows`";
    if said == scheduled::BUDGET_USED {
        return format!(
            "`{path}` used up what it may cost before it was done. Ask for less there, or raise `budget`, {edit}; \
             *Try again* asks anew."
        );
    }
    let is_for_a_talk = ["go on", "start a new", "new thread"]
        .iter()
        .any(|it| said.contains(it));
    if is_for_a_talk {
        let what = said.split_once(". ").map_or(said, |(what, _)| what);
        return format!(
            "`{path}`: {}. Ask for less there {edit}, and press *Try again*.",
            what.trim_end_matches('.')
        );
    }
    said.replace("Please press Retry", "Press *Try again*")
        .replace("press Retry", "press *Try again*")
        .replace("edit the schedule and choose", "choose")
        .replace(" The next run will try again.", " *Try again* asks anew.")
}

pub fn query_failed(path: &str, why: &str) -> String {
    format!(
        "The query of `{path}` failed: {} Edit the workflow, and try again.",
        escape(&clip(why, 600))
    )
}

pub fn budget_used(path: &str, account: &Account) -> String {
    format!(
        "*{}* has spent {} of the {} that a run may cost, so it stopped before `{path}`. Raise `budget` with _Edit_ \
         in `/penny workflows`, and *Try again* goes on from there.",
        account.workflow,
        super::amount(account.spent_micros),
        super::amount(account.budget_micros),
    )
}

pub fn day_used(path: &str, which: &str) -> String {
    format!("It stopped before `{path}`. {which} *Try again* goes on from there.")
}

pub fn too_many_rows(path: &str, rows: usize) -> String {
    format!(
        "The query of `{path}` has more than {rows} rows, or they are too large. Add a `where` or a `limit`."
    )
}

pub fn model_failed(path: &str, why: &str) -> String {
    format!(
        "The model could not answer `{path}`: {}.",
        escape(&clip(why, 300))
    )
}

pub fn no_such_system(path: &str, system: &str) -> String {
    format!(
        "`{path}` changes {}, which is no system that I know.",
        escape(system)
    )
}

pub fn is_personal(path: &str, system: &str) -> String {
    format!(
        "`{path}` would use {system}, which is one person’s own account, where others read along. Let the workflow \
         report to you alone: leave the channel empty with *Edit* in `/penny workflows`."
    )
}

pub fn outsiders_read(path: &str, system: &str) -> String {
    format!(
        "`{path}` would change {system} where people from outside the company read along. Let the workflow report \
         elsewhere with *Edit* in `/penny workflows`."
    )
}

pub fn cannot_change(path: &str, why: &str) -> String {
    format!("`{path}` could not be done: {}", escape(&clip(why, 600)))
}

pub fn rejected(path: &str) -> String {
    format!("Somebody said no at {path}, so nothing after it was done.")
}

pub fn expired(path: &str) -> String {
    format!("Nobody decided on {path} in time, which counts as no.")
}

pub fn withdrawn(path: &str) -> String {
    format!("{path} was withdrawn when its run was cancelled.")
}

pub fn changed_meanwhile(path: &str) -> String {
    format!(
        "What `{path}` was to change had changed meanwhile, so nothing was written. Try again to look at it anew."
    )
}

pub fn nobody_knows(path: &str) -> String {
    format!(
        "`{path}` was sent, but no answer came. Look whether it took effect before you try again."
    )
}

pub fn no_such_child(path: &str, name: &str) -> String {
    format!("`{path}` starts *{name}*, and its owner has no workflow of that name.")
}

pub fn child_is_paused(path: &str, name: &str) -> String {
    format!("`{path}` starts *{name}*, which is paused. Resume it, and try again.")
}

pub fn child_failed(name: &str, trouble: Option<&str>) -> String {
    format!(
        "*{name}*, which it started, failed. {}",
        trouble.unwrap_or_default()
    )
}

pub fn child_cancelled(name: &str) -> String {
    format!("{name}, which it started, was cancelled.")
}

pub fn too_deep(name: &str) -> String {
    format!("*{name}* was not started: workflows that start workflows may not go deeper.")
}

pub fn circle(name: &str) -> String {
    format!(
        "*{name}* was not started: it led to this run itself, and that would go round for ever."
    )
}

pub fn too_many_children(name: &str) -> String {
    format!("*{name}* was not started: this has led to too many runs already.")
}

pub fn bad_input(objection: &str) -> String {
    format!(
        "What it was started with does not fit its `input`: {}.",
        escape(objection)
    )
}

pub fn bad_output(objection: &str) -> String {
    format!(
        "What came out of it does not fit its `output`: {}.",
        escape(objection)
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::agent::limits::Breach;
    use crate::jobs::run_turn::words as of_turn;
    use crate::models::ModelError;

    #[test]
    fn what_a_turn_tells_its_thread_is_advice_for_a_run_by_the_time_that_it_is_told_of_one() {
        let breaches =
            [Breach::Steps, Breach::Tokens, Breach::Money, Breach::Time].map(of_turn::limited);
        let errors = [
            ModelError::Overloaded,
            ModelError::OutOfCredit,
            ModelError::Unauthorized,
            ModelError::ContextTooLong,
            ModelError::Unreachable("away".to_owned()),
            ModelError::Broken("off".to_owned()),
            ModelError::Rejected("no".to_owned()),
        ];
        let errors = errors.iter().map(of_turn::model_failed);
        for said in breaches.into_iter().chain(errors) {
            let told = not_answered("ask", said);
            for wrong in ["Retry", "go on", "start a new"] {
                assert!(!told.contains(wrong), "{told}");
            }
            assert!(told.contains("*Try again*"), "{told}");
        }
        let told = not_answered("ask", scheduled::BUDGET_USED);
        assert!(told.contains("raise `budget`"), "{told}");
    }
}
