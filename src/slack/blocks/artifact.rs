//! Charts, reports and exports: what stands with each in its thread, and the list of them.

use super::kit::{actions, button, context, removal, section};
use crate::base::ids::{ArtifactId, ChannelId, Ts};
use crate::slack::ids::{DELETE_ARTIFACT, MAKE_AGAIN, OPEN_DASHBOARD, SHARE_DASHBOARD};
use crate::slack::mrkdwn::{clip, escape, moment};
use crate::slack::text;
use chrono::{DateTime, Utc};
use serde_json::Value;

const LINE_CHARS: usize = 600;
const CHANGES_CHARS: usize = 2_000;

/// One artifact, as its thread shows it.
#[derive(Debug, Clone)]
pub struct Shown<'a> {
    pub id: ArtifactId,
    pub is_dashboard: bool,
    pub title: &'a str,
    /// What it says in one line, if it says something.
    pub headline: Option<&'a str>,
    /// What has changed since the one before, a line each; empty if nothing has.
    pub changes: Option<&'a str>,
    pub rows: i64,
    pub made_at: DateTime<Utc>,
}

/// What stands above a file.
pub fn above_file(shown: &Shown<'_>) -> Vec<Value> {
    let title = format!("*{}*", escape(&clip(shown.title, 200)));
    let headline = shown.headline.filter(|line| !line.trim().is_empty());
    let words = match headline {
        Some(line) => format!("{title}\n{}", escape(&clip(line, LINE_CHARS))),
        None => title,
    };
    let mut blocks = vec![section(&words)];
    blocks.extend(below(shown, None));
    blocks
}

/// What stands below blocks that show themselves.
pub fn below(shown: &Shown<'_>, note: Option<&str>) -> Vec<Value> {
    let rows = match shown.rows {
        1 => "1 row".to_owned(),
        rows => format!("{rows} rows"),
    };
    let changes = shown.changes.map(|lines| section(&changes(lines)));
    let mut line = format!("{rows} · {}", moment(shown.made_at));
    if let Some(note) = note {
        line = format!("{} · {line}", escape(&clip(note, LINE_CHARS)));
    }
    let mut blocks: Vec<Value> = changes.into_iter().collect();
    blocks.extend([context(&line), actions(deeds(shown.id, shown.is_dashboard))]);
    blocks
}

fn changes(lines: &str) -> String {
    if lines.is_empty() {
        return text::NOTHING_CHANGED.to_owned();
    }
    let lines = lines.lines().map(|line| format!("• {}", escape(line)));
    let lines = lines.collect::<Vec<_>>().join("\n");
    format!("{}\n{}", text::CHANGED, clip(&lines, CHANGES_CHARS))
}

/// A dashboard is looked at; anything else is made again.
fn deeds(id: ArtifactId, is_dashboard: bool) -> Vec<Value> {
    let id = id.to_string();
    if !is_dashboard {
        return vec![button(text::MAKE_AGAIN, MAKE_AGAIN, &id)];
    }
    let mut open = button(text::OPEN_DASHBOARD, OPEN_DASHBOARD, &id);
    open["style"] = "primary".into();
    vec![open, button(text::SHARE_DASHBOARD, SHARE_DASHBOARD, &id)]
}

/// One line of the list.
#[derive(Debug, Clone)]
pub struct Entry<'a> {
    pub id: ArtifactId,
    pub is_dashboard: bool,
    pub kind: &'a str,
    pub title: &'a str,
    pub versions: i32,
    pub made_at: DateTime<Utc>,
    pub channel: &'a ChannelId,
    pub thread: Option<&'a Ts>,
    pub may_delete: bool,
}

/// The artifacts that somebody may see, newest first.
pub fn list(entries: &[Entry<'_>], has_more: bool) -> Vec<Value> {
    let mut blocks: Vec<Value> = entries.iter().flat_map(listed).collect();
    blocks.extend(has_more.then(|| context(text::MORE_ARTIFACTS)));
    blocks
}

fn listed(entry: &Entry<'_>) -> Vec<Value> {
    let versions = match entry.versions {
        1 => String::new(),
        versions => format!(" · version {versions}"),
    };
    let line = format!(
        "*{}*\n{} · {}{versions} · <#{}>",
        escape(&clip(entry.title, 150)),
        entry.kind,
        moment(entry.made_at),
        entry.channel,
    );
    let mut buttons = deeds(entry.id, entry.is_dashboard);
    if entry.may_delete {
        let id = entry.id.to_string();
        let deletes = (DELETE_ARTIFACT, id.as_str());
        let (sure, means) = (text::DELETE_ARTIFACT_SURE, text::DELETE_ARTIFACT_MEANS);
        buttons.push(removal(text::DELETE, deletes, sure, means));
    }
    vec![section(&line), actions(buttons)]
}
