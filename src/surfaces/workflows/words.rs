//! What is said about workflows where somebody types or clicks.

mod help;
mod of_runs;

pub use help::*;
pub use of_runs::*;

use super::{read_rule, rule_of};
use crate::automation::rule::Rule;
use crate::automation::workflow::{Problem, Trigger, parse};
use crate::jobs::workflows::words as of_run;
use crate::slack::mrkdwn::{clip, escape, moment};
use crate::store::workflows::{Plan, Run, Workflow};
use chrono::{DateTime, Utc};

pub const LIST: &str = "Workflows here:";
pub const USAGE: &str = "Write `/penny workflow run stale-deals`, `/penny workflow run stale-deals days=3`, `/penny workflow dry stale-deals` or `/penny workflow new`. `/penny workflows` lists them, and `/penny workflow help` says how one is written.";
pub const GONE: &str = "That workflow isn’t here any more.";
pub const OVER: &str = "Its time has passed for good. Edit it, and give it another.";
pub const OVER_ALREADY: &str = "That run is over already.";
pub const ANSWERED_ALREADY: &str = "Somebody has answered that already, or the run is over.";
pub const BAD_NAME: &str = "A name is up to 40 letters (a to z), digits and dashes, and does not begin with a dash, such as stale-deals.";
pub const NOT_STORED: &str = "I could not save the workflow: what it was made of is not right any more. Please open the window again.";

/// Runs to come that are told.
const NEXT: usize = 5;
/// No line breaks within it.
const DATE: &str = "%a\u{a0}%-d\u{a0}%b\u{a0}%Y\u{a0}%H:%M";

/// Slack shows no more of what is wrong with a field.
const OBJECTION_CHARS: usize = 900;

pub fn no_such(name: &str) -> String {
    format!("There is no workflow *{name}* that you can see. `/penny workflows` lists them.")
}

pub fn not_yours(workflow: &Workflow) -> String {
    format!(
        "Only <@{}>, who made *{}*, or an administrator can do that.",
        workflow.owner, workflow.name
    )
}

pub fn name_taken(name: &str) -> String {
    format!("Another workflow is called {name} already. Choose another name.")
}

pub fn unclear(why: &str) -> String {
    clip(
        &format!(
            "{why} Try “every weekday at 9”, “event deal.stage_changed”, “after stale-deals” or “by hand”."
        ),
        300,
    )
}

pub fn no_json(error: &serde_json::Error) -> String {
    format!(
        "This is no JSON yet: {}. A comma, a quote or a bracket is often missing right before.",
        clip(&error.to_string(), 200)
    )
}

pub fn problems(problems: &[Problem]) -> String {
    let said: Vec<String> = problems
        .iter()
        .map(|it| format!("{}: {}.", it.at, it.said))
        .collect();
    clip(&said.join("\n"), OBJECTION_CHARS)
}

/// What stood there before somebody saved it anew.
#[derive(Debug, Clone, Copy, Default)]
pub struct Was {
    pub is_paused: bool,
    /// It reports elsewhere now, and so without the notes that its runs left.
    pub had_notes_elsewhere: bool,
}

pub fn saved(plan: &Plan, was: Was, now: DateTime<Utc>) -> String {
    let notes = match was.had_notes_elsewhere {
        true => " It reports elsewhere now, so what its runs had noted is forgotten.",
        false => "",
    };
    let paused = match was.is_paused {
        true => " It is still *paused*; *Resume* in `/penny workflows` lets it start again.",
        false => "",
    };
    format!(
        ":gear: Saved the workflow *{name}*. {}{paused}{notes} `/penny workflow dry {name}` tries it without changing anything.",
        started_by(plan, was.is_paused, now),
        name = plan.name
    )
}

fn started_by(plan: &Plan, is_paused: bool, now: DateTime<Utc>) -> String {
    if let Some(rule) = read_rule(plan.rule.as_ref()) {
        return at_times(&rule, is_paused, now);
    }
    let on = plan.trigger_on.as_deref().unwrap_or_default();
    match plan.trigger_kind {
        "event" => {
            let filter = parse(&plan.definition).map(|it| it.filter.words());
            match filter.unwrap_or_default().as_str() {
                "" => format!("Every `{}` starts it.", escape(on)),
                filter => format!(
                    "A `{}` starts it where {}.",
                    escape(on),
                    escape(&clip(filter, 300))
                ),
            }
        }
        "after" => format!("The good end of *{}* starts it.", escape(on)),
        _ => format!("`/penny workflow run {}` starts it.", plan.name),
    }
}

/// As a schedule is told back: the rule as it was understood, and its next runs on its own clock.
fn at_times(rule: &Rule, is_paused: bool, now: DateTime<Utc>) -> String {
    let words = escape(&rule.words());
    let on_its_clock = |run: DateTime<Utc>| run.with_timezone(&rule.zone).format(DATE).to_string();
    let next: Vec<String> = rule
        .upcoming(now, NEXT)
        .into_iter()
        .map(on_its_clock)
        .collect();
    match (next.is_empty(), is_paused) {
        (true, _) => format!("Its time has passed: *{words}*. *Edit* gives it another."),
        (false, true) => format!("It runs *{words}*."),
        (false, false) => format!("It runs *{words}*. Next: {}.", next.join(" · ")),
    }
}

/// A workflow in the list.
pub fn line(workflow: &Workflow, last: Option<&Run>) -> String {
    let on = workflow.definition["on"].as_str().unwrap_or_default();
    let starts = rule_of(workflow).map_or_else(|| Trigger::read(on).words(), |it| it.words());
    let about = workflow.definition["about"].as_str().unwrap_or_default();
    let about = if about.is_empty() {
        String::new()
    } else {
        format!(": {}", escape(&clip(about, 150)))
    };
    let place = match &workflow.channel {
        Some(channel) => format!("<#{channel}>"),
        None => "direct message".to_owned(),
    };
    let next = match (workflow.is_paused, workflow.next_run_at) {
        (true, _) => " · :double_vertical_bar: *paused*".to_owned(),
        (false, Some(next)) => format!(" · next {}", moment(next)),
        (false, None) => String::new(),
    };
    let last = last.map_or_else(
        || "never ran".to_owned(),
        |run| format!("last {}: {}", moment(run.created_at), of_run::outcome(run)),
    );
    format!(
        "*{}*{about}\n{} · {place} · by <@{}>{next}\n{last}",
        workflow.name,
        escape(&starts),
        workflow.owner
    )
}

pub fn on_it(workflow: &Workflow, is_dry: bool) -> String {
    let what = match is_dry {
        true => format!("I’m trying *{}* without changing anything.", workflow.name),
        false => format!("I’m on it: *{}*.", workflow.name),
    };
    let place = match &workflow.channel {
        Some(channel) => format!("in <#{channel}>"),
        None => format!("in a direct message to <@{}>", workflow.owner),
    };
    format!("{what} It reports {place}.")
}

pub fn asks_for_input(workflow: &Workflow, is_dry: bool) -> String {
    let how = if is_dry { ", dry" } else { "" };
    format!("*{}*{how}: what shall it work with?", workflow.name)
}

/// `why` is in words for people.
pub fn unread(workflow: &Workflow, why: &str) -> String {
    format!(
        "I did not start *{}*. {} `/penny workflows {}` has a button that asks for it.",
        workflow.name,
        escape(&clip(why, 300)),
        workflow.name
    )
}

pub fn does_not_fit(workflow: &Workflow, objection: &str) -> String {
    format!(
        "I did not start *{name}*: {}. Write it as `/penny workflow run {name} who=Acme days=3` or as JSON; *Run now* in \
         `/penny workflows {name}` asks for each part.",
        escape(&clip(objection, 300)),
        name = workflow.name
    )
}

/// Under a field of the window, without markup.
pub fn field_does_not_fit(objection: &str) -> String {
    clip(&objection.replacen("it should", "This should", 1), 150)
}

pub fn found(words: &str) -> String {
    format!("Workflows with “{}”:", escape(&clip(words, 100)))
}

pub fn none_found(words: &str) -> String {
    format!(
        "No workflow that you can see has “{}” in its name or in what it is for. `/penny workflows` lists all.",
        escape(&clip(words, 100))
    )
}

pub fn paused(workflow: &Workflow) -> String {
    format!(
        "*{}* is paused: nothing starts it by itself until it is resumed. <@{}> or an administrator can still run it.",
        workflow.name, workflow.owner
    )
}

pub fn resumed(workflow: &Workflow, next: Option<DateTime<Utc>>) -> String {
    let next = next.map_or_else(String::new, |next| {
        format!(" It runs next {}.", moment(next))
    });
    format!("*{}* is active again.{next}", workflow.name)
}

pub fn deleted(workflow: &Workflow) -> String {
    format!(
        "*{}* is deleted. What it said stays in its threads.",
        workflow.name
    )
}

pub fn cannot_try_again(workflow: &Workflow) -> String {
    format!(
        "That run of *{}* goes on already, or went well.",
        workflow.name
    )
}

pub fn answered(question: &str, user: &crate::base::ids::UserId, yes: bool) -> String {
    match yes {
        true => format!("{question}\n:white_check_mark: <@{user}> said go on."),
        false => format!("{question}\n:black_square_for_stop: <@{user}> ended it here."),
    }
}

pub const NO_PICTURE: &str = "I couldn’t draw that one. Its steps are in the window behind Edit.";

pub fn drawn(workflow: &Workflow) -> String {
    format!(
        "I’ve sent you a picture of *{}* in our direct messages.",
        workflow.name
    )
}
