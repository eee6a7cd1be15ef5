//! A channel's messages as data: what an event, or a page that was read back, says of one of
//! them. Every report of a message carries which state of it this is, so that reports may come in
//! any order.

use super::text::mentions;
use super::words;
use crate::base::ids::{ChannelId, Ts, UserId};
use chrono::{DateTime, Utc};
use serde_json::Value;

/// What is known of one message.
#[derive(Debug, Clone, PartialEq)]
pub enum Report {
    Says(Box<Remark>),
    /// It was deleted.
    Unsaid {
        ts: Ts,
    },
}

/// One state of a message.
#[derive(Debug, Clone, PartialEq)]
pub struct Remark {
    pub ts: Ts,
    /// The first message of its thread, which may be this one.
    pub thread: Ts,
    pub author: Author,
    /// As Slack wrote it, with `<@U…>` and escapes.
    pub text: String,
    pub said_at: DateTime<Utc>,
    /// When it became as it is here: of two states the later one is true.
    pub since: DateTime<Utc>,
    /// The message as it came.
    pub raw: Value,
}

#[derive(Debug, Clone, PartialEq)]
pub enum Author {
    Person(UserId),
    App(String),
}

impl Remark {
    /// Everybody whose name is needed to read it.
    pub fn people(&self) -> Vec<UserId> {
        let mut people = mentions(&self.text);
        if let Author::Person(author) = &self.author {
            people.push(author.clone());
        }
        people
    }
}

/// The kinds of messages in which somebody says something. Everything else with a subtype is a
/// notice, such as that somebody joined.
const SAID: [&str; 5] = [
    "bot_message",
    "file_share",
    "me_message",
    "reply_broadcast",
    "thread_broadcast",
];
/// Stands in place of a deleted message whose thread goes on.
const TOMBSTONE: &str = "tombstone";
/// Notices that the channel itself has changed: its name, or who can see it.
const OF_THE_CHANNEL: [&str; 8] = [
    "channel_archive",
    "channel_convert_to_private",
    "channel_convert_to_public",
    "channel_name",
    "channel_unarchive",
    "group_archive",
    "group_name",
    "group_unarchive",
];

/// Whether a message with this subtype tells of a change of its channel.
pub(super) fn tells_of_the_channel(subtype: Option<&str>) -> bool {
    subtype.is_some_and(|subtype| OF_THE_CHANNEL.contains(&subtype))
}

/// What an event of the type `message` tells of a message. None where it tells nothing that is
/// kept: a notice, or words of Penny's own.
pub fn reported(event: &str, penny: &UserId) -> Option<Report> {
    let event: Value = serde_json::from_str(event).ok()?;
    if text(&event, "type") != Some("message") {
        return None;
    }
    let happened = text(&event, "event_ts").or_else(|| text(&event, "ts"));
    match text(&event, "subtype") {
        Some("message_deleted") => {
            let ts = Ts::new(text(&event, "deleted_ts")?);
            moment(&ts)?;
            Some(Report::Unsaid { ts })
        }
        Some("message_changed") => {
            let message = event.get("message")?;
            read(message, happened.map(Ts::new).as_ref(), penny)
        }
        _ => read(&event, None, penny),
    }
}

/// A message that was read back. Its state is at least as old as the edit that it carries.
pub fn read_back(message: &Value, penny: &UserId) -> Option<Report> {
    read(message, None, penny)
}

/// The channel of an event of the type `message`, and whether it is private by now, where the
/// event says so.
pub fn place_of(event: &str) -> Option<(ChannelId, Option<bool>)> {
    let event: Value = serde_json::from_str(event).ok()?;
    let is_private = match text(&event, "channel_type") {
        Some("group") => Some(true),
        Some("channel") => Some(false),
        _ => None,
    };
    Some((ChannelId::new(text(&event, "channel")?), is_private))
}

fn read(message: &Value, changed: Option<&Ts>, penny: &UserId) -> Option<Report> {
    let ts = Ts::new(text(message, "ts")?);
    let said_at = moment(&ts)?;
    let subtype = text(message, "subtype").filter(|it| !it.is_empty());
    if subtype == Some(TOMBSTONE) {
        return Some(Report::Unsaid { ts });
    }
    if subtype.is_some_and(|subtype| !SAID.contains(&subtype)) {
        return None;
    }
    let author = author(message)?;
    if author == Author::Person(penny.clone()) {
        return None;
    }
    let edited = message.pointer("/edited/ts").and_then(Value::as_str);
    let since = changed.cloned().or_else(|| edited.map(Ts::new));
    let words = content(message);
    if words.is_empty() {
        return None;
    }
    Some(Report::Says(Box::new(Remark {
        thread: text(message, "thread_ts").map_or_else(|| ts.clone(), Ts::new),
        ts,
        author,
        text: words,
        said_at,
        since: since
            .as_ref()
            .and_then(moment)
            .map_or(said_at, |since| since.max(said_at)),
        raw: storable(message.clone()),
    })))
}

fn author(message: &Value) -> Option<Author> {
    if let Some(user) = text(message, "user").filter(|user| !user.is_empty()) {
        return Some(Author::Person(UserId::new(user)));
    }
    let name = text(message, "username")
        .or_else(|| message.pointer("/bot_profile/name").and_then(Value::as_str));
    let is_app = text(message, "bot_id").is_some();
    is_app.then(|| Author::App(name.unwrap_or("An app").to_owned()))
}

/// What it says. An app may put all of it into attachments, and a file says its name.
fn content(message: &Value) -> String {
    let entries = |name: &str| {
        message
            .get(name)
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
    };
    let mut words = vec![match words::own_words(message) {
        own if own.trim().is_empty() => words::attached_alone(message),
        _ => words::all_words(message),
    }];
    let files =
        entries("files").filter_map(|file| text(file, "name").or_else(|| text(file, "title")));
    words.extend(files.map(|name| format!("[file: {name}]")));
    let words: Vec<String> = words
        .into_iter()
        .map(|it| it.replace('\0', ""))
        .filter(|it| !it.trim().is_empty())
        .collect();
    words.join("\n")
}

/// Without NUL, which a jsonb cannot hold.
fn storable(mut value: Value) -> Value {
    fn clean(value: &mut Value) {
        match value {
            Value::String(text) if text.contains('\0') => *text = text.replace('\0', ""),
            Value::Array(entries) => entries.iter_mut().for_each(clean),
            Value::Object(fields) => {
                fields.retain(|name, _| !name.contains('\0'));
                fields.values_mut().for_each(clean);
            }
            _ => {}
        }
    }
    clean(&mut value);
    value
}

fn text<'a>(value: &'a Value, name: &str) -> Option<&'a str> {
    value.get(name)?.as_str()
}

/// `1700000000.000200` as the moment that it is; none for what is no ts.
fn moment(ts: &Ts) -> Option<DateTime<Utc>> {
    let (seconds, micros) = ts.as_str().split_once('.').unwrap_or((ts.as_str(), "0"));
    let digits = |text: &str| text.bytes().all(|it| it.is_ascii_digit()) && !text.is_empty();
    if !digits(seconds) || !digits(micros) || micros.len() > 6 {
        return None;
    }
    let micros: u32 = format!("{micros:0<6}").parse().ok()?;
    DateTime::from_timestamp(seconds.parse().ok()?, micros * 1_000)
}

/// A moment as Slack would write it.
pub fn ts_of(at: DateTime<Utc>) -> Ts {
    Ts(format!(
        "{}.{:06}",
        at.timestamp(),
        at.timestamp_subsec_micros()
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn penny() -> UserId {
        "UPENNY".into()
    }

    fn says(report: Option<Report>) -> Remark {
        match report {
            Some(Report::Says(remark)) => *remark,
            other => panic!("{other:?}"),
        }
    }

    fn event(fields: Value) -> Option<Report> {
        let mut event = json!({
            "type": "message", "channel": "C1", "channel_type": "channel", "user": "U1",
            "text": "hello", "ts": "1700000000.000100", "event_ts": "1700000000.000100",
        });
        for (name, value) in fields.as_object().unwrap() {
            event[name] = value.clone();
        }
        reported(&event.to_string(), &penny())
    }

    #[test]
    fn a_message_is_what_it_was_when_it_was_said() {
        let remark = says(event(json!({"text": "ask <@U2>"})));
        assert_eq!(remark.since, remark.said_at);
        assert_eq!(remark.said_at.timestamp_subsec_micros(), 100);
        assert_eq!(remark.thread, remark.ts);
        assert_eq!(remark.people(), ["U2".into(), UserId::from("U1")]);
    }

    #[test]
    fn an_edit_is_a_later_state_of_the_same_message() {
        let message = json!({
            "ts": "1700000000.000100", "user": "U1", "text": "hello again",
            "thread_ts": "1699999999.000000", "edited": {"user": "U1", "ts": "1700000050.000000"},
        });
        let changed = says(event(json!({
            "subtype": "message_changed", "ts": "1700000050.000300",
            "event_ts": "1700000050.000300", "message": message,
        })));
        assert_eq!(changed.ts.as_str(), "1700000000.000100");
        assert_eq!(changed.thread.as_str(), "1699999999.000000");
        // Read back, it is at most as new as the event that told of it.
        let back = says(read_back(&message, &penny()));
        assert!(back.said_at < back.since && back.since < changed.since);
    }

    #[test]
    fn a_deletion_names_the_message_and_so_does_what_stands_in_its_place() {
        let ts = Ts::from("1700000000.000100");
        let gone = Some(Report::Unsaid { ts: ts.clone() });
        assert_eq!(
            event(
                json!({"subtype": "message_deleted", "deleted_ts": ts, "ts": "1700000009.000000"})
            ),
            gone
        );
        let tombstone =
            json!({"ts": ts, "subtype": "tombstone", "user": "USLACKBOT", "text": "gone"});
        assert_eq!(read_back(&tombstone, &penny()), gone);
        assert_eq!(
            event(json!({"subtype": "message_changed", "message": tombstone})),
            gone
        );
    }

    #[test]
    fn notices_and_pennys_own_words_are_not_kept() {
        for fields in [
            json!({"subtype": "channel_join"}),
            json!({"subtype": "channel_topic"}),
            json!({"user": "UPENNY", "bot_id": "B1"}),
            json!({"text": ""}),
            json!({"user": null}),
            json!({"ts": "yesterday"}),
            json!({"ts": "17.00000001"}),
            json!({"type": "reaction_added"}),
            json!({"subtype": "message_changed", "message": {"ts": "1700000000.000100"}}),
            json!({"subtype": "message_deleted"}),
        ] {
            assert_eq!(event(fields.clone()), None, "{fields}");
        }
        assert_eq!(reported("[", &penny()), None);
    }

    #[test]
    fn apps_and_files_have_words_too() {
        let alert = json!({
            "user": null, "bot_id": "B2", "username": "Pager", "subtype": "bot_message", "text": "",
            "attachments": [{"fallback": "disk is full", "text": "Disk *is* full"}],
        });
        let alert = says(event(alert));
        assert_eq!(alert.author, Author::App("Pager".to_owned()));
        assert_eq!(alert.text, "Disk *is* full");
        let file = json!({"subtype": "file_share", "text": "see", "files": [{"name": "plan.pdf"}]});
        assert_eq!(says(event(file)).text, "see\n[file: plan.pdf]");
        let odd = says(event(
            json!({"text": "a\u{0}b", "x": {"y\u{0}": 1, "z": ["\u{0}"]}}),
        ));
        assert_eq!(odd.text, "ab");
        assert!(!odd.raw.to_string().contains("\\u0000"));
    }

    #[test]
    fn a_moment_is_written_as_it_was_read() {
        let ts = Ts::from("1700000000.000120");
        assert_eq!(moment(&ts).map(ts_of), Some(ts));
    }
}
