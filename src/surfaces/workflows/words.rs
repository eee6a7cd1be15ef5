//! What is said about workflows where somebody types or clicks.

use crate::automation::workflow::{Problem, Trigger};
use crate::jobs::workflows::words as of_run;
use crate::slack::blocks::{clip, escape, moment};
use crate::store::workflows::{Counts, FailedItem, Plan, Run, Saved, Workflow};
use chrono::{DateTime, Utc};

pub const LIST: &str = "Workflows here:";
pub const USAGE: &str = "Write `/penny workflow run stale-deals`, `/penny workflow dry stale-deals` or `/penny workflow new`. `/penny workflows` lists them.";
pub const GONE: &str = "That workflow isn’t here any more.";
pub const OVER: &str = "Its time has passed for good. Edit it, and give it another.";
pub const OVER_ALREADY: &str = "That run is over already.";
pub const ANSWERED_ALREADY: &str = "Somebody has answered that already, or the run is over.";
pub const BAD_NAME: &str =
    "A name of up to 40 letters, digits and dashes that begins with none, such as stale-deals.";
pub const NOT_STORED: &str = "I could not save the workflow: what it was made of is not right any more. Please open the window again.";

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
        "This is no JSON: {}. Look at line {}, column {}.",
        clip(&error.to_string(), 200),
        error.line(),
        error.column()
    )
}

pub fn problems(problems: &[Problem]) -> String {
    let said: Vec<String> = problems
        .iter()
        .map(|it| format!("{}: {}.", it.at, it.said))
        .collect();
    clip(&said.join("\n"), OBJECTION_CHARS)
}

/// `forgets`: it reports elsewhere than before, and so without the notes that its runs left.
pub fn saved(plan: &Plan, forgets: bool) -> String {
    let starts = match (plan.next_run_at, &plan.trigger_on) {
        (Some(next), _) => format!("It runs next {}.", moment(next)),
        (None, Some(on)) if plan.trigger_kind == "event" => {
            format!("Every `{}` starts it.", escape(on))
        }
        (None, Some(on)) => format!("The good end of *{}* starts it.", escape(on)),
        (None, None) => format!("`/penny workflow run {}` starts it.", plan.name),
    };
    let notes = match forgets {
        true => " It reports elsewhere now, so what its runs had noted is forgotten.",
        false => "",
    };
    format!(
        ":gear: Saved the workflow *{}*. {starts}{notes} `/penny workflow dry {}` tries it without changing anything.",
        plan.name, plan.name
    )
}

/// A workflow in the list.
pub fn line(workflow: &Workflow, last: Option<&Run>) -> String {
    let on = workflow.definition["on"].as_str().unwrap_or_default();
    let starts = Trigger::read(on).words();
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

pub fn history_of(workflow: &Workflow) -> String {
    format!("*{}*: its latest runs", workflow.name)
}

pub fn run_line(run: &Run, steps: &[Saved], link: Option<&str>) -> String {
    let link = link.map_or_else(String::new, |link| {
        format!(" · <{}|thread>", link.replace(['|', '>'], ""))
    });
    let dry = if run.is_dry { " · dry run" } else { "" };
    let taken: Vec<String> = steps
        .iter()
        .map(|step| {
            format!(
                "{}{}",
                step.path,
                if step.is_done { "" } else { " (waits)" }
            )
        })
        .collect();
    let taken = match taken.is_empty() {
        true => String::new(),
        false => format!("\n      {}", clip(&taken.join(" → "), 250)),
    };
    format!(
        "• {} · {}{dry}{link}{taken}",
        moment(run.created_at),
        of_run::outcome(run)
    )
}

/// Of the window about a run.
pub fn about_run(workflow: &Workflow, run: &Run) -> String {
    let dry = if run.is_dry { " · dry run" } else { "" };
    let took = run.ended_at.map_or_else(String::new, |ended| {
        let took = ended - run.created_at;
        match took.num_seconds() {
            ..1 => " · took less than a second".to_owned(),
            _ => format!(" · took {}", span(took)),
        }
    });
    format!(
        "*{}* · began {}{took}{dry}\n{}",
        workflow.name,
        moment(run.created_at),
        of_run::outcome(run)
    )
}

/// `query · done · 2 seconds · $0.02`
pub fn step(step: &Saved, now: DateTime<Utc>) -> String {
    stepped(step, "", step.cost_micros, now)
}

pub fn loop_step(step: &Saved, counts: &Counts, now: DateTime<Utc>) -> String {
    let all = counts.open + counts.done + counts.failed;
    let failed = match counts.failed {
        0 => String::new(),
        failed => format!(", {failed} failed"),
    };
    let items = format!(" · {} of {all} items done{failed}", counts.done);
    stepped(step, &items, counts.cost_micros, now)
}

fn stepped(step: &Saved, more: &str, cost_micros: i64, now: DateTime<Utc>) -> String {
    let state = match (step.is_done, step.output["taken"].as_bool()) {
        (true, Some(true)) => "yes",
        (true, Some(false)) => "no",
        (true, None) => "done",
        (false, _) => "waits",
    };
    let took = step.ended_at.unwrap_or(now) - step.began_at;
    let took = match took.num_seconds() {
        ..1 => String::new(),
        _ => format!(" · {}", span(took)),
    };
    let cost = match cost_micros {
        ..=0 => String::new(),
        micros => format!(" · {}", of_run::amount(micros)),
    };
    format!("{} · {state}{more}{took}{cost}", step.kind)
}

pub fn failed_item(failed: &FailedItem) -> String {
    format!(
        "#{} {}: {}",
        failed.number + 1,
        clip(&failed.item.to_string(), 120),
        clip(&failed.trouble, 200)
    )
}

pub fn more_failed(count: i64) -> String {
    format!("… and {count} more that failed. Ask me about `workflow_items` for all of them.")
}

pub fn not_for_you(workflow: &Workflow) -> String {
    format!(
        "Only <@{}>, who made *{}*, and the members of the channel where it ran can see that.",
        workflow.owner, workflow.name
    )
}

/// In App Home.
pub fn own_run(workflow: &Workflow, run: &Run, steps: &[Saved], link: Option<&str>) -> String {
    let link = link.map_or_else(String::new, |link| {
        format!(" · <{}|thread>", link.replace(['|', '>'], ""))
    });
    let dry = if run.is_dry { " · dry run" } else { "" };
    let at = steps.iter().rev().find(|step| !step.is_done);
    let at = match (run.is_over(), at) {
        (false, Some(step)) => format!(" at `{}` ({})", step.path, step.kind),
        _ => String::new(),
    };
    let when = moment(run.ended_at.unwrap_or(run.created_at));
    format!(
        "*{}* · {when}{dry}{link}\n{}{at}",
        workflow.name,
        of_run::outcome(run)
    )
}

pub fn running(workflow: &Workflow) -> String {
    format!(
        "I’m on it: *{}*. It reports where it always does.",
        workflow.name
    )
}

pub fn running_dry(workflow: &Workflow) -> String {
    format!(
        "I’m trying *{}* without changing anything. It reports where it always does.",
        workflow.name
    )
}

pub fn paused(workflow: &Workflow) -> String {
    format!(
        "*{}* is paused. Only you can run it until it is resumed.",
        workflow.name
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

/// `90 minutes`
pub fn span(span: chrono::TimeDelta) -> String {
    let (number, unit) = match span.num_minutes() {
        minutes if minutes >= 1_440 && minutes % 1_440 == 0 => (minutes / 1_440, "day"),
        minutes if minutes >= 60 && minutes % 60 == 0 => (minutes / 60, "hour"),
        minutes if minutes >= 1 => (minutes, "minute"),
        _ => (span.num_seconds(), "second"),
    };
    let plural = if number == 1 { "" } else { "s" };
    format!("{number} {unit}{plural}")
}
