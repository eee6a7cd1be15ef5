//! What is said of runs: in the history of a workflow, in the window about one, and in App Home.

use crate::jobs::workflows::words as of_run;
use crate::slack::mrkdwn::{clip, moment};
use crate::store::workflows::{Counts, FailedItem, Run, Saved, Workflow};
use chrono::{DateTime, Utc};

pub fn history_of(workflow: &Workflow) -> String {
    format!("*{}*: its latest runs", workflow.name)
}

/// `before`: how many right before it ended as it did.
pub fn run_line(run: &Run, steps: &[Saved], link: Option<&str>, before: usize) -> String {
    let before = match before {
        0 => String::new(),
        before => format!(" (and {before} more right before)"),
    };
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
        "• {} · {}{before}{dry}{link}{taken}",
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
