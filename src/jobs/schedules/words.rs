//! What is said of runs: their headline, what Penny is asked, and what went wrong with what to do
//! about it.

use crate::automation::rule::Rule;
use crate::slack::client::ApiCode;
use crate::slack::mrkdwn::{clip, escape, moment};
use crate::store::schedules::{FAILURES_UNTIL_PAUSE, Run, Schedule, State};
use chrono::{DateTime, Utc};
use chrono_tz::Tz;

/// It can only be read once somebody has put that right.
pub const NOT_INSTALLED: &str =
    "I wasn’t installed in this workspace then, or my token had been revoked. I’m back now.";
pub const OWNER_LEFT: &str = "Whoever made it has left the workspace, so I don’t know with whose rights to look. Delete it, and make it anew.";
pub const SLACK_AWAY: &str = "Slack didn’t take the message, however often I tried.";
pub const BUDGET_USED: &str = "The run has used up its budget before it was done. Edit it to ask for less, or to let it cost more.";
pub const LOST: &str = "It began and never ended: what worked on it is gone, so after twelve hours I’ve given it up. *Run now* in `/penny schedules` does it again.";
pub const WAS_STOPPED: &str = "It was stopped.";
pub const NO_ANSWER: &str = "The run ended without an answer.";
pub const SEE_SCHEDULES: &str = "See schedules";

/// How an answer begins that has nothing to tell.
pub const NOTHING: &str = "Nothing to report";

const QUESTION_CHARS: usize = 300;

/// The message at the head of a run's thread.
pub fn headline(schedule: &Schedule, run: &Run, rule: &Rule) -> String {
    let why = if run.is_manual {
        "asked for just now".to_owned()
    } else {
        rule.words()
    };
    let late = if run.is_late {
        format!(
            "\n_This is late: it was due {}, and I wasn’t running then._",
            moment(run.slot)
        )
    } else {
        String::new()
    };
    format!(
        "*{}*\n_Scheduled by <@{}> · {why}_{late}",
        question(schedule),
        schedule.owner
    )
}

/// The question with what Penny has to know of the run.
pub fn asked_of_penny(
    schedule: &Schedule,
    run: &Run,
    rule: &Rule,
    before: Option<DateTime<Utc>>,
    zone: Tz,
) -> String {
    let spoken = |at: DateTime<Utc>| {
        at.with_timezone(&zone)
            .format("%a %-d %b %Y %H:%M")
            .to_string()
    };
    let before = match before {
        Some(before) => format!(
            " The one before it was on {}: say what is new since then.",
            spoken(before)
        ),
        None => String::new(),
    };
    let late = if run.is_late {
        " It is late; say so."
    } else {
        ""
    };
    format!(
        "{}\n\n(Note: this is a scheduled run, {}, due on {}.{before}{late} Nobody sits there to answer you, so ask \
         nothing back. If there is nothing to tell, begin with “{NOTHING}”.)",
        schedule.question,
        rule.words(),
        spoken(run.slot),
    )
}

/// Why a message could not be posted, and what to do.
pub fn not_delivered(code: &ApiCode) -> String {
    match code {
        ApiCode::IsArchived => {
            "The channel is archived. Unarchive it, or edit the schedule and choose another.".to_owned()
        }
        ApiCode::NotInChannel | ApiCode::ChannelNotFound => {
            "I’m not in its channel any more, or it is gone. Invite me with `/invite @Penny`, or edit the \
             schedule and choose another channel."
                .to_owned()
        }
        ApiCode::RestrictedAction => {
            "I’m not allowed to post in its channel. Ask an administrator, or choose another channel.".to_owned()
        }
        code if code.is_about_the_token() => NOT_INSTALLED.to_owned(),
        code => format!(
            "Slack refused the message (`{}`).",
            escape(code.as_str())
        ),
    }
}

/// The same of a channel’s digest, which cannot be moved: another channel has one of its own.
pub fn digest_not_delivered(code: &ApiCode) -> String {
    let elsewhere = "or delete it in `/penny schedules` and switch one on elsewhere with `/penny digest on 9 in #channel`.";
    match code {
        ApiCode::IsArchived => format!("The channel is archived. Unarchive it, {elsewhere}"),
        ApiCode::NotInChannel | ApiCode::ChannelNotFound => format!(
            "I’m not in its channel any more, or it is gone. Invite me with `/invite @Penny`, {elsewhere}"
        ),
        ApiCode::RestrictedAction => {
            format!("I’m not allowed to post in its channel. Ask an administrator, {elsewhere}")
        }
        code => not_delivered(code),
    }
}

/// What the owner of a schedule is told. `link` leads to the run’s thread: what it says of going on
/// can be done there alone.
pub fn trouble(schedule: &Schedule, run: &Run, link: Option<&str>) -> String {
    let name = question(schedule);
    let at = moment(run.slot);
    let Some(trouble) = &run.trouble else {
        return format!(
            ":mag: *{name}* has found nothing to report {} times in a row. If that’s not what you expect, \
             ask for something else; if it is, leave it as it is.",
            schedule.empties.max(1)
        );
    };
    let then = match schedule.state {
        State::Paused if schedule.failures >= FAILURES_UNTIL_PAUSE => format!(
            " It has failed {} times in a row, so I’ve *paused* it. Resume it when that is mended.",
            schedule.failures
        ),
        State::Paused => " It is paused.".to_owned(),
        State::Over => " It won’t run again by itself.".to_owned(),
        State::Proposed | State::Active => match schedule.next_run_at {
            Some(next) => format!(" It runs again {}.", moment(next)),
            None => String::new(),
        },
    };
    let thread = link.map_or_else(String::new, |link| {
        format!(
            " <{}|Its thread> is the place to go on with this one.",
            link.replace(['|', '>'], "")
        )
    });
    format!(":warning: *{name}* failed ({at}). {trouble}{thread}{then}")
}

/// Of something that a run made and Slack did not take; the run itself has answered.
pub fn artifact_lost(schedule: &Schedule, run: &Run, title: &str, why: &str) -> String {
    let place = match &schedule.channel {
        Some(channel) => format!("<#{channel}>"),
        None => "its thread".to_owned(),
    };
    format!(
        ":warning: *{}* ({}) made *{}*, but I couldn’t put it into {place}: {}. Once that is mended, press *Run again* in `/penny reports` there.",
        question(schedule),
        moment(run.slot),
        escape(&clip(title, 200)),
        escape(why)
    )
}

/// What becomes of a schedule that its new owner did not agree to.
pub fn stays_or_dropped(replaced: Option<&Schedule>) -> String {
    match replaced {
        Some(schedule) => format!(
            "So it stays as it was, run as <@{}>; `/penny schedules` lists it.",
            schedule.owner
        ),
        None => "So it was dropped. Schedule it as yourself with `/penny schedule`.".to_owned(),
    }
}

/// For whoever waits for a colleague’s word.
pub fn lapsed(proposal: &Schedule, replaced: Option<&Schedule>) -> String {
    format!(
        "<@{}> has let a week pass without saying whether *{}* may run as them, so I’ve stopped waiting. {}",
        proposal.owner,
        question(proposal),
        stays_or_dropped(replaced)
    )
}

/// In Penny’s name nobody calls a whole channel.
fn question(schedule: &Schedule) -> String {
    let line = schedule
        .question
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ");
    clip(&line, QUESTION_CHARS).replace("<!", "&lt;!")
}
