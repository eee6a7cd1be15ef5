//! App Home: what Penny can do, how she is doing, and what she knows of the one who looks.

use super::approval::home::{Approvals, approvals};
use super::kit::{actions, button, context, divider, header, section};
use super::memory::{Note, notes};
use super::schedules::{Listing, schedules};
use super::status::{Queue, queue_line};
use super::systems::{SystemCard, systems};
use super::workflows::{Runs, own_runs};
use crate::slack::ids::{REFRESH_HOME, TRY, numbered};
use crate::slack::mrkdwn::{clip, escape, moment};
use crate::slack::prompts::Prompt;
use crate::slack::text;
use chrono::{DateTime, Utc};
use serde_json::{Value, json};

#[derive(Debug)]
pub struct Home<'a> {
    pub name: &'a str,
    /// What just happened through one of the page's own buttons.
    pub notice: Option<&'a str>,
    pub forgotten: Option<&'a Note>,
    pub model: &'a str,
    /// Questions to begin with, each with its place in the list of all.
    pub prompts: &'a [(usize, Prompt)],
    /// None for whoever decides on nothing.
    pub approvals: Option<&'a Approvals>,
    pub conversations: &'a [Conversation],
    pub notes: &'a [Note],
    /// Their own; none for guests.
    pub schedules: Option<&'a Listing>,
    /// Whether their daily digest is on, with its switch.
    pub digest: Vec<Value>,
    /// The runs of their own workflows; none for whoever has none.
    pub workflows: Option<Runs>,
    /// None for guests.
    pub systems: Option<&'a [SystemCard]>,
    pub spending: Spending,
    /// For administrators.
    pub queue: Option<Queue>,
}

#[derive(Debug, Clone)]
pub struct Conversation {
    pub title: String,
    pub link: Option<String>,
    pub last_active_at: DateTime<Utc>,
    /// What became of its latest question, in a word or two.
    pub state: &'static str,
}

#[derive(Debug, Clone, Copy, Default)]
pub struct Spending {
    pub turns: i64,
    pub tokens: i64,
    pub cost_micros: i64,
}

/// The view, for `views.publish`.
pub fn home(home: &Home<'_>) -> Value {
    let mut blocks = welcome(home);
    if let Some(of) = home.approvals {
        blocks.extend(approvals(of));
    }
    if let Some(own) = home.schedules {
        blocks.extend([divider(), header(text::HOME_SCHEDULES)]);
        blocks.extend(home.digest.iter().cloned());
        blocks.extend(schedules(own));
    }
    if let Some(runs) = &home.workflows {
        blocks.extend([divider(), header(text::HOME_WORKFLOWS)]);
        blocks.extend(own_runs(runs));
    }
    blocks.extend([divider(), header(text::HOME_CONVERSATIONS)]);
    blocks.push(conversations(home.conversations));
    if let Some(listed) = home.systems {
        blocks.extend([divider(), header(text::HOME_SYSTEMS)]);
        blocks.extend(systems(listed));
    }
    blocks.extend([divider(), header(text::HOME_MEMORY)]);
    blocks.extend(notes(home.notes, home.forgotten));
    blocks.push(divider());
    blocks.push(context(&text::spent(
        home.spending.turns,
        home.spending.tokens,
        home.spending.cost_micros,
    )));
    if let Some(line) = home.queue.as_ref().and_then(queue_line) {
        blocks.push(context(&line));
    }
    blocks.push(actions(vec![button(text::REFRESH, REFRESH_HOME, "")]));
    json!({"type": "home", "blocks": blocks})
}

fn welcome(home: &Home<'_>) -> Vec<Value> {
    let prompts = home
        .prompts
        .iter()
        .map(|(place, prompt)| button(prompt.title, &numbered(TRY, *place), &place.to_string()));
    let mut blocks = vec![header(&text::greeting(home.name))];
    if let Some(notice) = home.notice {
        blocks.push(section(notice));
    }
    blocks.extend([
        section(text::WHILE_WAITING),
        actions(prompts.collect()),
        context(home.model),
    ]);
    blocks
}

fn conversations(recent: &[Conversation]) -> Value {
    if recent.is_empty() {
        return section(text::NO_CONVERSATIONS);
    }
    let lines: Vec<String> = recent.iter().map(conversation).collect();
    section(&lines.join("\n"))
}

fn conversation(one: &Conversation) -> String {
    let title = escape(&clip(&one.title, 80));
    let title = match &one.link {
        // A bar would end the address early; Slack writes none into its own.
        Some(link) => format!("<{}|{title}>", link.replace(['|', '>'], "")),
        None => title,
    };
    format!("• {title} · {} · {}", moment(one.last_active_at), one.state)
}

#[cfg(test)]
mod tests {
    use super::super::workflows::RunLine;
    use super::*;
    use uuid::Uuid;

    fn empty(schedules: &Listing) -> Home<'_> {
        Home {
            name: "Maya Lindqvist",
            notice: None,
            forgotten: None,
            model: "I’m thinking with *claude*.",
            prompts: &[],
            approvals: None,
            conversations: &[],
            notes: &[],
            schedules: Some(schedules),
            digest: Vec::new(),
            workflows: None,
            systems: Some(&[]),
            spending: Spending::default(),
            queue: None,
        }
    }

    #[test]
    fn an_empty_page_says_what_to_do_instead_of_showing_nothing() {
        let page = home(&empty(&Listing::default())).to_string();
        for sentence in [
            "Hello Maya",
            text::NO_CONVERSATIONS,
            text::NOTHING_CONNECTED,
            text::MEMORY_EMPTY,
        ] {
            assert!(page.contains(sentence), "{sentence}");
        }
    }

    #[test]
    fn a_full_page_stays_within_slacks_hundred_blocks() {
        let many: Vec<Note> = (0..100)
            .map(|n| Note {
                id: Uuid::now_v7(),
                text: format!("note {n}"),
            })
            .collect();
        let run = RunLine {
            run: "1".to_owned(),
            line: "a run".to_owned(),
        };
        let runs = vec![run; 5];
        let page = home(&Home {
            notes: &many,
            forgotten: many.first(),
            workflows: Some(Runs {
                open: runs.clone(),
                over: runs,
            }),
            ..empty(&Listing::default())
        });
        assert!(page["blocks"].as_array().unwrap().len() <= 100);
    }

    #[test]
    fn guests_do_not_learn_what_is_connected() {
        let page = home(&Home {
            systems: None,
            ..empty(&Listing::default())
        });
        assert!(!page.to_string().contains(text::HOME_SYSTEMS));
    }
}
