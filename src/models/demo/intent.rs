//! What somebody wants, read from their words: keywords in any order, so that wording matters
//! little. A remark such as "and by owner?" changes the question before it.

use super::conversation::Conversation;

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
    Meetings,
    WinRate,
    Months,
    Recall,
    Remember(String),
    Forget(String),
    /// A question for a person: whom, and what.
    AskSomebody(Option<String>, String),
    Summary,
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
        }
    }

    fn narrowed(mut self, words: &Words) -> Self {
        self.period = words.period().unwrap_or(self.period);
        self.top = words.top().or(self.top);
        self.only_mine |= words.mine();
        self.by_owner |= words.by_owner();
        self.by_priority |= words.any("priority priorities");
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
    let rules: [(bool, Intent); 15] = [
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
                || words.has("compared to last month")
                || words.has("versus last month")
                || words.has("vs last month")
                || words.has("compare this month"),
            Intent::Months,
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
            words.any("meeting meetings calendar appointments agenda"),
            Intent::Meetings,
        ),
        (
            deals
                && words.any(
                    "stale quiet stuck silent neglected forgotten cold sleeping slipping untouched",
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

/// The name in `Harrow & Finch lately?`.
fn subject(text: &str) -> String {
    let mut name = text
        .trim()
        .trim_end_matches(['?', '!', '.', ' '])
        .to_owned();
    for ending in [
        " lately",
        " recently",
        " this week",
        " this month",
        " these days",
        " today",
        " account",
        " please",
    ] {
        if let Some(shorter) = name.strip_suffix(ending) {
            name = shorter.to_owned();
        }
    }
    let article = name
        .get(..4)
        .is_some_and(|start| start.eq_ignore_ascii_case("the "));
    if article { name.split_off(4) } else { name }
}

/// A text in lower case and as words, without what addresses Penny.
struct Words {
    text: String,
    lower: String,
    words: Vec<String>,
}

impl Words {
    fn of(text: &str) -> Self {
        let addressed = |word: &&str| {
            let bare = word.trim_matches([',', ':', '!']).to_lowercase();
            !(bare == "@penny" || bare.starts_with("<@"))
        };
        let text: Vec<&str> = text.split_whitespace().filter(addressed).collect();
        let text = text.join(" ");
        let text = text.strip_prefix("Penny, ").unwrap_or(&text).to_owned();
        // Same length in bytes, so that a place in one is the place in the other.
        let lower = text.to_ascii_lowercase();
        let words = lower
            .split(|c: char| !c.is_alphanumeric() && c != '-')
            .filter(|word| !word.is_empty())
            .map(str::to_owned)
            .collect();
        Self { text, lower, words }
    }

    fn count(&self) -> usize {
        self.words.len()
    }

    fn any(&self, choice: &str) -> bool {
        choice
            .split(' ')
            .any(|word| self.words.iter().any(|own| own == word))
    }

    fn has(&self, phrase: &str) -> bool {
        self.lower.contains(phrase)
    }

    fn after(&self, openings: &[&str]) -> Option<String> {
        let rest = |opening: &&str| self.lower.find(*opening).map(|at| at + opening.len());
        let at = openings.iter().find_map(rest)?;
        self.text
            .get(at..)
            .filter(|rest| !rest.trim().is_empty())
            .map(str::to_owned)
    }

    fn begins(&self, openings: &[&str]) -> Option<String> {
        let opening = openings
            .iter()
            .find(|opening| self.lower.starts_with(**opening))?;
        self.after(&[opening])
    }

    fn period(&self) -> Option<Period> {
        if self.has("next month") {
            Some(Period::NextMonth)
        } else if self.any("quarter") {
            Some(Period::Quarter)
        } else if self.any("week") {
            Some(Period::Week)
        } else if self.any("month") {
            Some(Period::Month)
        } else {
            None
        }
    }

    /// The number in `top 5`, `the five biggest`, `only 3`.
    fn top(&self) -> Option<u32> {
        const NUMBERS: [&str; 10] = [
            "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten",
        ];
        self.words.iter().find_map(|word| {
            let spelt = NUMBERS.iter().position(|number| number == word);
            let number = word.parse().ok().or(spelt.map(|index| index as u32 + 1));
            number.filter(|number| (1..=50).contains(number))
        })
    }

    fn mine(&self) -> bool {
        self.any("my mine")
    }

    fn by_owner(&self) -> bool {
        self.has("by owner")
            || self.has("by person")
            || self.has("per owner")
            || self.has("per person")
            || self.has("by salesperson")
            || self.has("by rep")
            || self.has("per rep")
            || self.has("by colleague")
    }

    /// Only changes a question, without being one.
    fn narrows(&self) -> bool {
        self.count() <= 7
            && (self.period().is_some()
                || self.top().is_some()
                || self.mine()
                || self.by_owner()
                || self.any("priority priorities"))
    }

    /// The name in `and Harrow & Finch?` or `what about Nordhavn?`.
    fn next_subject(&self) -> Option<String> {
        self.begins(&[
            "and what about ",
            "what about ",
            "how about ",
            "and for ",
            "and ",
        ])
        .map(|name| subject(&name))
    }
}
