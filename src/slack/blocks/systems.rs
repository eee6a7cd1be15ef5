//! Connected systems, and those that could be: a line each and what can be done about it, for
//! App Home and `/penny connect`.

use super::kit::{actions, button, clip, escape, moment, removal, section};
use super::status::Health;
use crate::slack::ids::{CHOOSE_CHANNELS, CONNECT, DISCONNECT, READ_NOW};
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
        is_reading: bool,
        what_for: Use,
    },
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
        is_reading,
        what_for,
    } = &card.state
    else {
        return format!("{} *{name}* · not connected", Health::Paused.sign());
    };
    let mut line = format!("{} *{name}*", health.sign());
    if let Some(account) = account {
        line.push_str(&format!(" · {}", escape(&clip(account, 80))));
    }
    match (what_for, is_reading, read_at) {
        (Use::Heard, ..) => line.push_str(" · heard at its own address"),
        (Use::Acted, ..) => line.push_str(" · used for what is approved"),
        (Use::Read, true, _) => line.push_str(" · being read now"),
        (Use::Read, false, Some(at)) => line.push_str(&format!(" · read {}", moment(*at))),
        (Use::Read, false, None) => line.push_str(" · not read yet"),
    }
    if let Some(note) = note {
        line.push_str(&format!("\n{}", escape(&clip(note, 200))));
    }
    line
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
            is_reading: false,
            what_for: Use::Read,
        };
        let blocks = systems(&[hubspot(broken, &[Deed::Reconnect, Deed::Disconnect])]);
        assert_eq!(
            blocks[0]["text"]["text"],
            ":red_circle: *HubSpot* · account &lt;7&gt; · not read yet\nThe key was revoked."
        );
        let buttons = &blocks[1]["elements"];
        assert_eq!(buttons[0]["text"]["text"], text::RECONNECT);
        assert_eq!(
            buttons[1]["confirm"]["title"]["text"],
            "Disconnect HubSpot?"
        );
    }

    #[test]
    fn who_may_do_nothing_is_offered_nothing() {
        let blocks = systems(&[hubspot(State::NotConnected, &[])]);
        assert_eq!(blocks.len(), 1);
    }
}
