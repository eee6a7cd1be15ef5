//! What is said about schedules: the rule as it is understood with its next runs, and what came of
//! clicks and commands.

use crate::automation::rule::{Rule, RuleError};
use crate::automation::spoken::Unclear;
use crate::base::ids::UserId;
use crate::jobs::schedules::words::stays_or_dropped;
use crate::slack::mrkdwn::{clip, escape, moment};
use crate::slack::text::dollars;
use crate::store::schedules::{Plan, Run, Schedule, State};
use chrono::{DateTime, Utc};

pub const LIST: &str = "Here is what is scheduled.";
pub const SEE_ALL: &str = "See schedules";
pub const GONE: &str = "That schedule isn’t there any more. Here is what is.";
pub const OVER: &str =
    "That time has passed, so there is nothing to resume. Edit it to give it another.";
pub const EXAMPLES: &str = "For instance “every weekday at 9”, “on the last Friday of the month at 17:00” or “0 9 * * MON-FRI”.";
pub const NO_QUESTION: &str = "Say what I shall find out.";
pub const NOT_STORED: &str = "I couldn’t store that schedule. Open the window again with `/penny schedule`; what went wrong shows in it.";
pub const TOO_LATE: &str = "Slack wouldn’t let me open the window in time. Write it in one line: `/penny schedule every weekday at 9: what changed in the pipeline since yesterday`";

pub const NO_COLLEAGUE: &str =
    "Choose a colleague: guests, bots and people who have left cannot own a schedule.";
pub const THEY_ARE_NOT_THERE: &str =
    "They aren’t in that channel themselves, so I won’t write there for them.";
pub const DECIDED: &str = "That has been decided, or changed, since. Nothing happened now.";

/// How many runs are shown of a rule.
const NEXT: usize = 5;
const NAME_CHARS: usize = 150;

/// A line breaks between dates, never within one.
const DATE: &str = "%a\u{a0}%-d\u{a0}%b\u{a0}%Y\u{a0}%H:%M";

/// The rule in words, and its next runs on the clock of its own zone.
pub fn understood(rule: &Rule, now: DateTime<Utc>) -> String {
    let runs = rule.upcoming(now, NEXT).into_iter();
    let shown = runs.map(|run| {
        let at = run.with_timezone(&rule.zone);
        at.format(DATE).to_string()
    });
    format!(
        "*{}*\nNext: {}",
        rule.words(),
        shown.collect::<Vec<_>>().join(" · ")
    )
}

pub fn made(plan: &Plan, rule: &Rule, now: DateTime<Utc>) -> String {
    let place = match &plan.channel {
        Some(channel) => format!("in <#{channel}>"),
        None => "in a direct message to you".to_owned(),
    };
    format!(
        ":calendar: Scheduled {place}: “{}”\n{}",
        called(&plan.question),
        understood(rule, now)
    )
}

/// After a change of one that is paused.
pub fn changed_while_paused(plan: &Plan, rule: &Rule, now: DateTime<Utc>) -> String {
    format!(
        "{}\nIt is still *paused*: none of that runs before you resume it.",
        made(plan, rule, now)
    )
}

/// For whoever made it run as somebody else.
pub fn asks_owner(plan: &Plan, owner: &UserId, changed: Option<&Schedule>) -> String {
    let meanwhile = match changed {
        Some(schedule) => format!(
            " Until then it stays as it was, run as <@{}>.",
            schedule.owner
        ),
        None => String::new(),
    };
    format!(
        ":hourglass_flowing_sand: I’ve asked <@{owner}>. Once they agree, I’ll answer “{}” as they see things, and tell you.{meanwhile}",
        called(&plan.question)
    )
}

/// For the one whom it shall run as.
pub fn would_run_as_you(
    schedule: &Schedule,
    by: &UserId,
    rule: &Rule,
    now: DateTime<Utc>,
) -> String {
    let place = match &schedule.channel {
        Some(channel) => format!("in <#{channel}>, from what you and everybody there may see"),
        None => "in a direct message to you, from what you may see".to_owned(),
    };
    format!(
        "<@{by}> would like me to answer this {place}: “{}”\n{}\nDo you agree? It would be your schedule, to change or delete in `/penny schedules`.",
        called(&schedule.question),
        understood(rule, now)
    )
}

/// None: it is paused.
fn first(next: Option<DateTime<Utc>>) -> String {
    next.map_or_else(
        || "is still paused, until somebody resumes it".to_owned(),
        |next| format!("runs first {}", moment(next)),
    )
}

pub fn you_agreed(schedule: &Schedule, next: Option<DateTime<Utc>>) -> String {
    format!(
        ":calendar: Scheduled: “{}”. It {}. `/penny schedules` lists it.",
        called(&schedule.question),
        first(next)
    )
}

pub fn you_declined(schedule: &Schedule) -> String {
    format!(
        "All right: “{}” won’t run as you.",
        called(&schedule.question)
    )
}

pub fn owner_agreed(schedule: &Schedule, next: Option<DateTime<Utc>>) -> String {
    format!(
        ":calendar: <@{}> agreed: “{}” {}.",
        schedule.owner,
        called(&schedule.question),
        first(next)
    )
}

pub fn owner_declined(schedule: &Schedule, replaced: Option<&Schedule>) -> String {
    format!(
        "<@{}> would rather not have “{}” run as them. {}",
        schedule.owner,
        called(&schedule.question),
        stays_or_dropped(replaced)
    )
}

/// A budget that no run could ever use up.
pub fn above_limit(micros: u64) -> String {
    let limit = dollars(i64::try_from(micros).unwrap_or(i64::MAX));
    format!(
        "One answer may cost {limit} at most. Choose less, or leave it empty; whoever runs me can raise that."
    )
}

/// What was not understood, with two times that would have been.
pub fn unclear(unclear: &Unclear) -> String {
    let [one, other] = examples(unclear);
    let why = escape(&clip(&unclear.to_string(), 300));
    match unclear {
        Unclear::NoQuestion => format!(
            "{why} Write it behind a colon: `/penny schedule {one}: what changed since yesterday` or `/penny schedule {other}: who waits for an answer`."
        ),
        _ => format!("{why} Try `{one}` or `{other}`."),
    }
}

/// The same where Slack shows no markup.
pub fn unclear_plainly(unclear: &Unclear) -> String {
    let [one, other] = examples(unclear);
    format!(
        "{} Try “{one}” or “{other}”.",
        clip(&unclear.to_string(), 150)
    )
}

pub fn plainly(sentence: &str) -> String {
    sentence.replace('`', "")
}

fn examples(unclear: &Unclear) -> [&'static str; 2] {
    match unclear {
        Unclear::Rule(error) => error.examples(),
        Unclear::TooOften => [
            "every 15 minutes",
            "every hour between 9 and 17 on weekdays",
        ],
        Unclear::NoQuestion => RuleError::Empty.examples(),
        Unclear::NoSuchChannel(_) => ["every weekday at 9 here", "every weekday at 9 in #general"],
    }
}

/// A schedule in the list.
pub fn line(schedule: &Schedule, rule: &Rule, last: Option<&Run>) -> String {
    let place = match &schedule.channel {
        Some(channel) => format!("<#{channel}>"),
        None => "direct message".to_owned(),
    };
    let next = match (schedule.state, schedule.next_run_at) {
        (State::Active, Some(next)) => format!("next {}", moment(next)),
        (State::Paused, _) => ":double_vertical_bar: *paused*".to_owned(),
        _ => "over".to_owned(),
    };
    let last = last.map_or_else(
        || "never ran".to_owned(),
        |run| format!("last {}", outcome(run)),
    );
    format!(
        "*{}*\n{} · {place} · by <@{}>\n{next} · {last}",
        called(&schedule.question),
        rule.words(),
        schedule.owner
    )
}

fn outcome(run: &Run) -> String {
    let (sign, word) = match run.state.as_str() {
        "done" => (":white_check_mark:", "answered"),
        "empty" => (":white_circle:", "found nothing"),
        "failed" => (":warning:", "failed"),
        "stopped" => (":black_square_for_stop:", "was stopped"),
        "skipped" => (
            ":fast_forward:",
            "was left out, since the one before still ran",
        ),
        "waiting" => (":hourglass_flowing_sand:", "has waited for somebody since"),
        _ => (":hourglass_flowing_sand:", "began"),
    };
    let cost = if run.cost_micros > 0 {
        format!(", {}", dollars(run.cost_micros))
    } else {
        String::new()
    };
    format!("{sign} {word} {}{cost}", moment(run.slot))
}

pub fn history_of(schedule: &Schedule) -> String {
    format!("*{}*: its latest runs", called(&schedule.question))
}

pub fn run_line(run: &Run, link: Option<&str>) -> String {
    let link = link.map_or_else(String::new, |link| {
        format!(" · <{}|thread>", link.replace(['|', '>'], ""))
    });
    let trouble = run
        .trouble
        .as_deref()
        .map_or_else(String::new, |trouble| format!("\n      {trouble}"));
    format!("• {}{link}{trouble}", outcome(run))
}

pub fn running(schedule: &Schedule) -> String {
    format!(
        "I’m on it: “{}”. The answer comes {}.",
        called(&schedule.question),
        match &schedule.channel {
            Some(channel) => format!("in <#{channel}>"),
            None => format!("in a direct message to <@{}>", schedule.owner),
        }
    )
}

pub fn runs_already(schedule: &Schedule) -> String {
    format!("“{}” is running already.", called(&schedule.question))
}

pub fn paused(schedule: &Schedule) -> String {
    format!(
        "“{}” is paused. It runs again when <@{}> or an administrator resumes it.",
        called(&schedule.question),
        schedule.owner
    )
}

pub fn resumed(schedule: &Schedule, next: DateTime<Utc>) -> String {
    format!(
        "“{}” is back: it runs next {}.",
        called(&schedule.question),
        moment(next)
    )
}

pub fn deleted(schedule: &Schedule) -> String {
    format!(
        "“{}” is deleted. What it said stays in its threads.",
        called(&schedule.question)
    )
}

pub fn not_yours(schedule: &Schedule) -> String {
    format!(
        "Only <@{}>, who made “{}”, or an administrator can change it.",
        schedule.owner,
        called(&schedule.question)
    )
}

/// On one line, and calling nobody.
fn called(question: &str) -> String {
    let line = question.split_whitespace().collect::<Vec<_>>().join(" ");
    clip(&line, NAME_CHARS).replace("<!", "&lt;!")
}
