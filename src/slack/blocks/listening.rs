//! The window in which administrators choose the channels that are read.

use super::kit::{actions, context, plain, removal, section, section_beside};
use crate::slack::ids::{CHANNELS_MODAL, READ_CHANNEL, STOP_READING};
use crate::slack::mrkdwn::{clip, escape, moment};
use crate::slack::text;
use chrono::{DateTime, Utc};
use serde_json::{Value, json};

/// A window has a hundred blocks for everything, and a select a hundred options.
const MOST_SHOWN: usize = 80;
const MOST_OFFERED: usize = 100;
const OPTION_CHARS: usize = 75;

/// A channel that is read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReadChannel {
    pub id: String,
    pub name: String,
    pub is_private: bool,
    pub messages: i64,
    /// None while it is still being read back.
    pub read_back_at: Option<DateTime<Utc>>,
}

/// A channel that could be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OtherChannel {
    pub id: String,
    pub name: String,
    pub is_private: bool,
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Channels {
    /// What has just happened.
    pub notice: Option<String>,
    pub read: Vec<ReadChannel>,
    /// None for those who may not choose.
    pub others: Option<Vec<OtherChannel>>,
}

pub fn window(channels: &Channels) -> Value {
    let mut blocks = Vec::new();
    blocks.extend(channels.notice.as_deref().map(section));
    blocks.push(section(text::CHANNELS_MEAN));
    let may_choose = channels.others.is_some();
    let read = channels.read.iter().take(MOST_SHOWN);
    blocks.extend(read.map(|channel| line(channel, may_choose)));
    if channels.read.is_empty() {
        blocks.push(section(text::NO_CHANNELS));
    }
    blocks.push(match &channels.others {
        None => context(text::ONLY_ADMINS_CHOOSE),
        Some(others) if others.is_empty() => context(text::NO_CHANNEL_LEFT),
        Some(others) => actions(vec![choice(others)]),
    });
    json!({
        "type": "modal",
        "callback_id": CHANNELS_MODAL,
        "title": plain(text::CHANNELS_TITLE, 24),
        "close": plain(text::CLOSE, 24),
        "blocks": blocks,
    })
}

fn line(channel: &ReadChannel, may_stop: bool) -> Value {
    let sign = if channel.is_private { ":lock: " } else { "#" };
    let state = match channel.read_back_at {
        None => "being read back".to_owned(),
        Some(at) => format!("followed since {}", moment(at)),
    };
    let line = format!(
        "*{sign}{}* · {} messages · {state}",
        escape(&clip(&channel.name, 80)),
        channel.messages
    );
    if !may_stop {
        return section(&line);
    }
    let stop = removal(
        text::STOP_READING,
        (STOP_READING, &channel.id),
        &text::stop_reading(&channel.name),
        text::STOP_READING_MEANS,
    );
    section_beside(&line, stop)
}

fn choice(others: &[OtherChannel]) -> Value {
    let options: Vec<Value> = others.iter().take(MOST_OFFERED).map(option).collect();
    json!({
        "type": "static_select", "action_id": READ_CHANNEL,
        "placeholder": plain(text::READ_A_CHANNEL, 150), "options": options,
    })
}

fn option(channel: &OtherChannel) -> Value {
    let sign = if channel.is_private { "🔒 " } else { "#" };
    let label = format!("{sign}{}", channel.name);
    json!({"text": plain(&label, OPTION_CHARS), "value": channel.id})
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(number: usize) -> ReadChannel {
        ReadChannel {
            id: format!("C{number}"),
            name: "sales".to_owned(),
            is_private: false,
            messages: 12,
            read_back_at: None,
        }
    }

    #[test]
    fn who_may_choose_is_asked_before_anything_is_erased() {
        let view = window(&Channels {
            read: vec![read(1)],
            others: Some(vec![OtherChannel {
                id: "C2".to_owned(),
                name: "leads".to_owned(),
                is_private: true,
            }]),
            notice: None,
        });
        let blocks = &view["blocks"];
        assert_eq!(
            blocks[1]["accessory"]["confirm"]["title"]["text"],
            "Stop reading #sales?"
        );
        assert_eq!(
            blocks[2]["elements"][0]["options"][0]["text"]["text"],
            "🔒 leads"
        );
    }

    #[test]
    fn others_see_what_is_read_and_change_nothing() {
        let view = window(&Channels {
            read: vec![read(1)],
            ..Channels::default()
        });
        assert!(!view.to_string().contains(STOP_READING));
        assert!(view.to_string().contains(text::ONLY_ADMINS_CHOOSE));
    }

    #[test]
    fn many_channels_stay_within_slacks_limits() {
        let others = (0..300).map(|number| OtherChannel {
            id: format!("D{number}"),
            name: "x".repeat(90),
            is_private: false,
        });
        let view = window(&Channels {
            notice: Some("Done.".to_owned()),
            read: (0..200).map(read).collect(),
            others: Some(others.collect()),
        });
        let blocks = view["blocks"].as_array().unwrap();
        assert!(blocks.len() <= 100);
        let options = blocks.last().unwrap()["elements"][0]["options"]
            .as_array()
            .unwrap();
        assert!(options.len() <= 100);
    }
}
