//! The message that follows a system while it is read: stream by stream, and how it ended.

use super::kit::{context, section};
use crate::slack::mrkdwn::{clip, escape};
use crate::slack::text;
use serde_json::Value;
use std::fmt::Write;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SyncCard<'a> {
    pub name: &'a str,
    pub state: SyncState<'a>,
    pub rows: i64,
    pub changed: i64,
    pub seconds: i64,
    /// In the order in which they are read.
    pub streams: Vec<StreamLine<'a>>,
    /// Private areas whose readers the system does not tell.
    pub unsaid: i64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SyncState<'a> {
    Running,
    Done,
    Failed(&'a str),
    Stopped,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StreamLine<'a> {
    pub title: &'a str,
    pub rows: i64,
    pub state: StreamState,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StreamState {
    Waiting,
    Reading,
    Done,
}

/// The text for notifications, and the blocks.
pub fn sync(card: &SyncCard<'_>) -> (String, Vec<Value>) {
    let headline = headline(card);
    let mut blocks = vec![section(&headline)];
    let lines = stream_lines(card);
    if !lines.is_empty() {
        blocks.push(context(&lines));
    }
    if card.unsaid > 0 && card.state == SyncState::Done {
        blocks.push(context(&text::readers_unsaid(card.name, card.unsaid)));
    }
    (headline, blocks)
}

fn headline(card: &SyncCard<'_>) -> String {
    let name = escape(card.name);
    let rows = grouped(card.rows);
    match card.state {
        SyncState::Running if card.rows == 0 => {
            format!(":hourglass_flowing_sand: I’m reading *{name}*…")
        }
        SyncState::Running => {
            format!(":hourglass_flowing_sand: I’m reading *{name}*: {rows} rows so far.")
        }
        SyncState::Done => format!(
            ":white_check_mark: *{name}* is read: {rows} rows, {} new, changed or gone, in {}.",
            grouped(card.changed),
            lasted(card.seconds)
        ),
        SyncState::Failed(error) => format!(
            ":red_circle: *{name}* wasn’t read to the end. {} ({rows} rows in {})",
            escape(&clip(error, 600)),
            lasted(card.seconds)
        ),
        SyncState::Stopped => format!(
            ":white_circle: Reading *{name}* was stopped because it was disconnected. {rows} rows had come in, and stay."
        ),
    }
}

fn stream_lines(card: &SyncCard<'_>) -> String {
    let mut lines = String::new();
    for stream in &card.streams {
        let sign = match stream.state {
            StreamState::Done => "✓",
            StreamState::Reading => "⏳",
            StreamState::Waiting => "·",
        };
        let _ = write!(lines, "{sign} {}", escape(stream.title));
        if stream.rows > 0 {
            let _ = write!(lines, " {}", grouped(stream.rows));
        }
        lines.push('\n');
    }
    lines.trim_end().to_owned()
}

/// `1234567` as `1,234,567`.
pub(super) fn grouped(number: i64) -> String {
    let digits = number.to_string();
    let mut out = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

pub(super) fn lasted(seconds: i64) -> String {
    match seconds {
        ..1 => "less than a second".to_owned(),
        1..60 => format!("{seconds} s"),
        60..3_600 => format!("{} min {} s", seconds / 60, seconds % 60),
        _ => format!("{} h {} min", seconds / 3_600, seconds % 3_600 / 60),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn card(state: SyncState<'_>) -> SyncCard<'_> {
        SyncCard {
            name: "HubSpot",
            state,
            rows: 12_345,
            changed: 230,
            seconds: 72,
            streams: vec![
                StreamLine {
                    title: "companies",
                    rows: 1_204,
                    state: StreamState::Done,
                },
                StreamLine {
                    title: "deals",
                    rows: 0,
                    state: StreamState::Waiting,
                },
            ],
            unsaid: 0,
        }
    }

    #[test]
    fn a_run_says_how_far_it_is_and_how_it_ended() {
        let (running, blocks) = sync(&card(SyncState::Running));
        assert!(running.ends_with("12,345 rows so far."), "{running}");
        assert_eq!(
            blocks[1]["elements"][0]["text"],
            "✓ companies 1,204\n· deals"
        );
        let (done, _) = sync(&card(SyncState::Done));
        assert!(done.ends_with("12,345 rows, 230 new, changed or gone, in 1 min 12 s."));
        let (failed, _) = sync(&card(SyncState::Failed("It <b>said</b> no.")));
        assert!(
            failed.contains("It &lt;b&gt;said&lt;/b&gt; no."),
            "{failed}"
        );
    }

    #[test]
    fn numbers_are_grouped_by_thousands() {
        for (number, text) in [
            (0, "0"),
            (999, "999"),
            (1_000, "1,000"),
            (1_234_567, "1,234,567"),
        ] {
            assert_eq!(grouped(number), text);
        }
    }
}
