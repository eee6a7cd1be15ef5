//! Connected systems, and those that could be: a line each and what can be done about it, for
//! App Home and `/penny connect`.

use super::kit::{actions, button, removal, section};
use super::status::Health;
use super::sync::{grouped, lasted};
use crate::slack::ids::{CHOOSE_CHANNELS, CONNECT, DISCONNECT, READ_NOW};
use crate::slack::mrkdwn::{clip, escape, moment};
use crate::slack::text;
use chrono::{DateTime, Utc};
use serde_json::Value;

/// Two blocks each; a page has a hundred for everything.
const SHOWN: usize = 20;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SystemCard {
    /// Its short name, which the buttons carry.
    pub slug: String,
    pub name: String,
    pub state: State,
    /// What the one who looks may do about it, in this order.
    pub deeds: Vec<Deed>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum State {
    NotConnected,
    /// Slack, while no channel is read.
    Unread,
    Known {
        health: Health,
        account: Option<String>,
        note: Option<String>,
        read_at: Option<DateTime<Utc>>,
        reading: Option<Reading>,
        last: Option<LastReading>,
        what_for: Use,
    },
}

/// How far a reading is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reading {
    pub rows: i64,
    pub seconds: i64,
}

/// What the last reading came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LastReading {
    pub rows: i64,
    pub changed: i64,
    pub seconds: i64,
    pub is_whole: bool,
}

/// What a connection is there for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Use {
    Read,
    /// It is never read, because it speaks by itself.
    Heard,
    /// Nothing is to be known there; only something to be done.
    Acted,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Deed {
    Connect,
    Reconnect,
    ReadNow,
    Disconnect,
    /// Choose what is read of Slack, where Penny is at home.
    ChooseChannels,
}

pub fn systems(cards: &[SystemCard]) -> Vec<Value> {
    if cards.is_empty() {
        return vec![section(text::NOTHING_CONNECTED)];
    }
    cards.iter().take(SHOWN).flat_map(card).collect()
}

fn card(card: &SystemCard) -> Vec<Value> {
    let mut blocks = vec![section(&line(card))];
    if !card.deeds.is_empty() {
        let buttons = card.deeds.iter().map(|deed| deed.button(card));
        blocks.push(actions(buttons.collect()));
    }
    blocks
}

fn line(card: &SystemCard) -> String {
    let name = escape(&card.name);
    if card.state == State::Unread {
        return format!("{} *{name}* · no channel is read", Health::Paused.sign());
    }
    let State::Known {
        health,
        account,
        note,
        read_at,
        reading,
        last,
        what_for,
    } = &card.state
    else {
        return format!("{} *{name}* · not connected", Health::Paused.sign());
    };
    let mut line = format!("{} *{name}*", health.sign());
    if let Some(account) = account {
        line.push_str(&format!(" · {}", escape(&clip(account, 80))));
    }
    match what_for {
        Use::Heard => line.push_str(" · heard at its own address"),
        Use::Acted => line.push_str(" · used for what is approved"),
        Use::Read => line.push_str(&reading_line(*reading, *last, *read_at)),
    }
    if let Some(note) = note {
        line.push_str(&format!("\n{}", escape(&clip(note, 200))));
        if let Some(last) = last.filter(|last| !last.is_whole) {
            line.push_str(&format!(
                " ({} in {})",
                rows(last.rows),
                lasted(last.seconds)
            ));
        }
    }
    line
}

/// How far it is, or what the last time came to. One that was not whole is told of in the note.
fn reading_line(
    reading: Option<Reading>,
    last: Option<LastReading>,
    read_at: Option<DateTime<Utc>>,
) -> String {
    if let Some(Reading {
        rows: read,
        seconds,
    }) = reading
    {
        return match read {
            0 => " · being read now".to_owned(),
            read => format!(
                " · being read now: {} so far, in {}",
                rows(read),
                lasted(seconds)
            ),
        };
    }
    let Some(at) = read_at else {
        return " · not read yet".to_owned();
    };
    let read = format!(" · read {}", moment(at));
    match last.filter(|last| last.is_whole) {
        Some(last) => format!(
            "{read}: {}, {} new, changed or gone, in {}",
            rows(last.rows),
            grouped(last.changed),
            lasted(last.seconds)
        ),
        None => read,
    }
}

fn rows(count: i64) -> String {
    match count {
        1 => "1 row".to_owned(),
        count => format!("{} rows", grouped(count)),
    }
}

impl Deed {
    fn button(self, card: &SystemCard) -> Value {
        let slug = &card.slug;
        match self {
            Self::Connect => button(text::CONNECT, CONNECT, slug),
            Self::Reconnect => button(text::RECONNECT, CONNECT, slug),
            Self::ReadNow => button(text::READ_NOW, READ_NOW, slug),
            Self::ChooseChannels => button(text::CHOOSE_CHANNELS, CHOOSE_CHANNELS, slug),
            Self::Disconnect => {
                let sure = format!("Disconnect {}?", card.name);
                let does = (DISCONNECT, slug.as_str());
                removal(text::DISCONNECT, does, &sure, text::DISCONNECT_MEANS)
            }
        }
    }
}

fn disconnect(slug: &str) -> Value {
    let mut button = button(text::DISCONNECT, DISCONNECT, slug);
    button["style"] = "danger".into();
    button
}

/// The question that `/penny disconnect` puts before it does.
pub fn disconnect_question(sentence: &str, slug: &str) -> Vec<Value> {
    vec![section(sentence), actions(vec![disconnect(slug)])]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hubspot(state: State, deeds: &[Deed]) -> SystemCard {
        SystemCard {
            slug: "hubspot".to_owned(),
            name: "HubSpot".to_owned(),
            state,
            deeds: deeds.to_vec(),
        }
    }

    #[test]
    fn a_system_says_how_it_is_and_offers_what_may_be_done() {
        let broken = State::Known {
            health: Health::Broken,
            account: Some("account <7>".to_owned()),
            note: Some("The key was revoked.".to_owned()),
            read_at: None,
            reading: None,
            last: Some(LastReading {
                rows: 1_200,
                changed: 1_200,
                seconds: 12,
                is_whole: false,
            }),
            what_for: Use::Read,
        };
        let blocks = systems(&[hubspot(broken, &[Deed::Reconnect, Deed::Disconnect])]);
        assert_eq!(
            blocks[0]["text"]["text"],
            ":red_circle: *HubSpot* · account &lt;7&gt; · not read yet\nThe key was revoked. (1,200 rows in 12 s)"
        );
        let buttons = &blocks[1]["elements"];
        assert_eq!(buttons[0]["text"]["text"], text::RECONNECT);
        assert_eq!(
            buttons[1]["confirm"]["title"]["text"],
            "Disconnect HubSpot?"
        );
    }

    #[test]
    fn a_system_says_how_far_its_reading_is_and_what_the_last_one_came_to() {
        let at: DateTime<Utc> = "2026-11-21T10:00:00Z".parse().unwrap();
        let last = |is_whole| LastReading {
            rows: 12_345,
            changed: 230,
            seconds: 72,
            is_whole,
        };
        let line = |reading, last, at| {
            let said = reading_line(reading, last, at);
            // Without the moment, which Slack writes out for who looks.
            said.replace(&moment(at.unwrap_or_default()), "then")
        };
        let reading = |rows| Some(Reading { rows, seconds: 5 });
        for (reading, last, at, said) in [
            (None, None, None, " · not read yet"),
            (reading(0), None, None, " · being read now"),
            (
                reading(1),
                Some(last(true)),
                Some(at),
                " · being read now: 1 row so far, in 5 s",
            ),
            (
                None,
                Some(last(true)),
                Some(at),
                " · read then: 12,345 rows, 230 new, changed or gone, in 1 min 12 s",
            ),
            (None, Some(last(false)), Some(at), " · read then"),
            (None, None, Some(at), " · read then"),
        ] {
            assert_eq!(line(reading, last, at), said);
        }
    }

    #[test]
    fn who_may_do_nothing_is_offered_nothing() {
        let blocks = systems(&[hubspot(State::NotConnected, &[])]);
        assert_eq!(blocks.len(), 1);
    }
}
