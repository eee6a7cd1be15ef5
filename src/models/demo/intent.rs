//! What somebody wants, read from their words: keywords in any order, so that wording matters
//! little. A remark such as "and by owner?" changes the question before it.

use super::change::{self, Change};
use super::conversation::Conversation;
use super::making::{self, Make};
use super::words::{Words, subject};
use super::writing;
use serde_json::Value;

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Intent {
    Hello,
    Thanks,
    Help,
    Systems,
    Tables,
    Pipeline,
    Closing,
    Biggest,
    Stale,
    /// What happened with an account, in the words of the asker.
    Account(String),
    OwnerOf(String),
    Issues,
    Reviews,
    /// What waits in development, and on whom.
    Blocked,
    Meetings,
    /// The next customer meeting of the asker.
    Prepare,
    WinRate,
    Months,
    Recall,
    Remember(String),
    Forget(String),
    /// A question for a person: whom, and what.
    AskSomebody(Option<String>, String),
    Summary,
    Change(Change),
    /// A chart, a report or a file.
    Make(Make),
    /// Something to be written in another system: the proposal.
    Write(Value),
    Unknown,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Period {
    Week,
    #[default]
    Month,
    NextMonth,
    Quarter,
}

/// An intent with what narrows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ask {
    pub intent: Intent,
    pub period: Period,
    pub top: Option<u32>,
    pub only_mine: bool,
    pub by_owner: bool,
    pub by_priority: bool,
    /// Also what happened within the last week.
    pub with_changes: bool,
}

/// What the last question means, in the light of those before it.
pub fn recognise(conversation: &Conversation) -> Ask {
    let Some(question) = conversation.question() else {
        return Ask::of(Intent::Unknown);
    };
    let ask = read(&question.text);
    if ask.intent != Intent::Unknown {
        return ask;
    }
    let words = Words::of(&question.text);
    let before = conversation
        .earlier()
        .map(|said| read(&said.text))
        .find(|ask| ask.intent != Intent::Unknown);
    match before {
        Some(before) if words.narrows() => before.narrowed(&words),
        Some(before) => match (before.intent.clone(), words.next_subject()) {
            (Intent::Account(_), Some(name)) => Ask {
                intent: Intent::Account(name),
                ..before
            },
            (Intent::OwnerOf(_), Some(name)) => Ask {
                intent: Intent::OwnerOf(name),
                ..before
            },
            _ => ask,
        },
        None => ask,
    }
}

impl Ask {
    fn of(intent: Intent) -> Self {
        Self {
            intent,
            period: Period::default(),
            top: None,
            only_mine: false,
            by_owner: false,
            by_priority: false,
            with_changes: false,
        }
    }

    fn narrowed(mut self, words: &Words) -> Self {
        self.period = words.period().unwrap_or(self.period);
        self.top = words.top().or(self.top);
        self.only_mine |= words.mine();
        self.by_owner |= words.by_owner();
        self.by_priority |= words.any("priority priorities");
        self.with_changes |= words.any("changed changes new happened") && words.has("week");
        self
    }
}

fn read(text: &str) -> Ask {
    let words = Words::of(text);
    let intent = with_own_words(&words).unwrap_or_else(|| by_keywords(&words));
    Ask::of(intent).narrowed(&words)
}

/// Requests that carry words of the asker: a name, a note, a question.
fn with_own_words(words: &Words) -> Option<Intent> {
    let after = |openings: &[&str]| words.after(openings);
    if let Some(proposal) = writing::read(words) {
        return Some(Intent::Write(proposal));
    }
    if let Some(change) = change::read(words) {
        return Some(Intent::Change(change));
    }
    if let Some(make) = making::read(words) {
        return Some(Intent::Make(make));
    }
    if words.has("what do you remember") || words.has("what do you know about me") {
        return Some(Intent::Recall);
    }
    if let Some(note) = words.begins(&[
        "please remember that ",
        "please remember ",
        "remember that ",
        "remember: ",
        "remember ",
        "note that ",
        "keep in mind that ",
    ]) {
        return Some(Intent::Remember(note));
    }
    if let Some(what) = words.begins(&[
        "please forget about ",
        "please forget ",
        "forget that ",
        "forget about ",
        "forget ",
    ]) {
        return Some(Intent::Forget(what));
    }
    if let Some(rest) = words.begins(&["please ask ", "can you ask ", "ask "]) {
        return ask_somebody(&rest);
    }
    if let Some(name) = after(&[
        "who owns ",
        "who looks after ",
        "who is responsible for ",
        "owner of ",
        "who handles ",
    ]) {
        return Some(Intent::OwnerOf(subject(&name)));
    }
    let name = after(&[
        "what happened with ",
        "what happened at ",
        "what is going on with ",
        "what's going on with ",
        "what is new with ",
        "what's new with ",
        "what's up with ",
        "tell me about ",
        "latest on ",
        "latest with ",
        "update on ",
        "brief me on ",
        "status of ",
        "catch me up on ",
        "how is it going with ",
        "where do we stand with ",
        "news from ",
        "prepare me for ",
    ])?;
    let about_data = by_keywords(&Words::of(&name));
    (about_data == Intent::Unknown).then(|| Intent::Account(subject(&name)))
}

/// `Maya which account to call first` → whom, and what. `me` is whoever is here.
fn ask_somebody(rest: &str) -> Option<Intent> {
    let (whom, what) = rest.split_once(' ')?;
    let asks = [
        "which", "what", "whether", "if", "who", "when", "where", "how",
    ];
    let word = what.split(' ').next().unwrap_or_default().to_lowercase();
    if !asks.contains(&word.as_str()) {
        return None;
    }
    let whom = match whom.to_lowercase().as_str() {
        "me" | "us" => None,
        _ => Some(whom.trim_start_matches('@').to_owned()),
    };
    Some(Intent::AskSomebody(whom, what.to_owned()))
}

fn by_keywords(words: &Words) -> Intent {
    let deals = words.any("deal deals opportunity opportunities pipeline contracts");
    let rules: [(bool, Intent); 17] = [
        (
            words.any("summarise summarize summary tldr recap")
                && words.any("thread discussion conversation channel this tldr"),
            Intent::Summary,
        ),
        (
            words.any("win won close conversion hit") && words.any("rate rates ratio"),
            Intent::WinRate,
        ),
        (
            words.has("month over month")
                || words.has("month-over-month")
                || words.has("mom") && deals
                || words.any("compare compared versus vs") && words.any("month"),
            Intent::Months,
        ),
        (
            words.any("blocked blocker blockers blocking overdue")
                || words.any("stuck waiting") && words.any("issue issues"),
            Intent::Blocked,
        ),
        (
            words.any("pr prs reviews review")
                && words.any("pr prs waiting review reviews reviewed open")
                && !words.any("pipeline meeting meetings deal deals")
                || words.has("pull request"),
            Intent::Reviews,
        ),
        (
            words.any("issue issues bug bugs tickets backlog"),
            Intent::Issues,
        ),
        (
            words.any("prepare prep briefing brief") && words.any("meeting meetings call"),
            Intent::Prepare,
        ),
        (
            words.any("meeting meetings calendar appointments agenda"),
            Intent::Meetings,
        ),
        (
            deals
                && words.any(
                    "stale quiet risk risky stuck silent neglected forgotten cold sleeping slipping untouched",
                ),
            Intent::Stale,
        ),
        (
            words.any("closing close closes due expected") && (deals || words.any("what which")),
            Intent::Closing,
        ),
        (
            deals && words.any("biggest largest top big highest largest-value valuable"),
            Intent::Biggest,
        ),
        (
            words.any("pipeline funnel stage stages forecast")
                || deals && words.any("summary overview open status how"),
            Intent::Pipeline,
        ),
        (
            words.any(
                "systems system connected connections connectors integrations sources synced sync",
            ),
            Intent::Systems,
        ),
        (words.any("tables schema columns"), Intent::Tables),
        (
            words.any("help")
                || words.has("what can you")
                || words.has("who are you")
                || words.has("how do you work"),
            Intent::Help,
        ),
        (
            words.any("thanks thank thx merci danke cheers great perfect"),
            Intent::Thanks,
        ),
        (
            words.any("hello hi hey hallo moin morning") && words.count() <= 5
                || words.count() == 0,
            Intent::Hello,
        ),
    ];
    let found = rules.into_iter().find(|(fits, _)| *fits);
    found.map_or(Intent::Unknown, |(_, intent)| intent)
}
