//! What was found for a digest, as its card.

use crate::base::ids::ChannelId;
use crate::reports::digest::{Digest, Line, Part, Period};
use crate::slack::blocks::approval::home::{Approvals, Waiting};
use crate::slack::blocks::digest::{DigestCard, DigestLine, DigestPart};
use crate::slack::mrkdwn::moment;
use crate::slack::text;
use crate::store::schedules::Schedule;
use chrono_tz::Tz;

pub fn drawn(
    schedule: &Schedule,
    found: &Digest,
    approvals: Option<&Approvals>,
    period: Period,
    zone: Tz,
) -> DigestCard {
    let day = period.today.with_timezone(&zone).format("%A, %-d %B");
    let heading = match &schedule.channel {
        None => format!("Your day: {day}"),
        Some(_) => format!("The team’s day: {day}"),
    };
    let waiting = approvals.map(waiting).unwrap_or_default();
    let parts: Vec<DigestPart> = found.parts.iter().map(|part| card(part, zone)).collect();
    let quiet = match (parts.is_empty() && waiting.is_empty(), found.has_sources) {
        (false, _) => None,
        (true, true) => Some(text::DIGEST_QUIET),
        (true, false) => Some(text::DIGEST_NO_SOURCES),
    };
    DigestCard {
        heading,
        parts,
        waiting,
        quiet,
        below: below(schedule.channel.as_ref(), period),
    }
}

fn below(channel: Option<&ChannelId>, period: Period) -> String {
    let (whose, off) = match channel {
        None => ("what you may see", "/penny digest off"),
        Some(_) => ("what everybody here may see", "/penny digest off here"),
    };
    format!(
        "News since {} · {whose}, looked up just now · `{off}` ends it",
        moment(period.since)
    )
}

fn waiting(approvals: &Approvals) -> Vec<String> {
    let line = |waiting: &Waiting| match &waiting.link {
        Some(link) => format!(
            "{} · <{}|see it>",
            waiting.line,
            link.replace(['|', '>'], "")
        ),
        None => waiting.line.clone(),
    };
    let mut lines: Vec<String> = approvals.waiting.iter().map(line).collect();
    if approvals.more > 0 {
        lines.push(format!("_and {} more_", approvals.more));
    }
    lines
}

fn card(part: &Part, zone: Tz) -> DigestPart {
    DigestPart {
        title: format!("{} {}", part.emoji, part.title),
        lines: part.lines.iter().map(|one| line(one, zone)).collect(),
        more: part.more,
    }
}

fn line(line: &Line, zone: Tz) -> DigestLine {
    let hour = line.at.map(|at| {
        let at = at.and_utc().with_timezone(&zone);
        at.format("%H:%M").to_string()
    });
    DigestLine {
        hour,
        title: line.title.clone(),
        detail: line.detail.clone(),
        amount: line.amount.clone(),
        url: line.url.clone(),
    }
}
