//! What the demo model says besides answers from data.

use super::conversation::Conversation;

/// The documented set of requests, as people type them.
pub const EXAMPLES: [&str; 22] = [
    "How does the pipeline look? (then: and by owner?)",
    "Which deals close this month? (week, quarter, next month)",
    "What are our five biggest deals?",
    "Which deals have gone quiet?",
    "What happened with Nordhavn?",
    "Who owns Harrow & Finch?",
    "Open issues by project (or by priority)",
    "Which pull requests wait for a review?",
    "What is blocked, and on whom?",
    "My meetings this week (or: prepare me for my next meeting)",
    "Win rate by owner",
    "How does this month compare to last month?",
    "Remember that … / What do you remember? / Forget …",
    "Move the Nordhavn deal to Won and set its amount to 48,000 (you decide on a card)",
    "Chart the pipeline by stage (or: by owner, as a pie; won amount by month)",
    "Make a report of the pipeline as PDF / Export open deals as Excel",
    "Create a Linear issue for Docks: … / Comment on ROUTE-100: …",
    "Open a GitHub issue in wayfold/planner: … / Comment on wayfold/planner#400: …",
    "Send a mail to ann@example.com about the offer: … (in a direct message: it leaves from your own mailbox)",
    "Post in #general: …",
    "Ask me which deal to call first",
    "Summarise this thread / Which systems are connected?",
];

pub fn hello(name: &str) -> String {
    let name = name.split(' ').next().unwrap_or_default();
    let comma = if name.is_empty() { "" } else { ", " };
    format!(
        "Hello{comma}{name}! I am Penny. Ask me about deals, accounts, meetings, issues or code; for example `{}` or `{}`.",
        "how does the pipeline look?", "what happened with Nordhavn?"
    )
}

pub fn help() -> String {
    format!(
        "I look things up in what your company's tools know and answer here in the thread. Just now I think with the **demo model**, which needs no key and understands this:\n\n{}\n\n{CLAUDE}",
        list()
    )
}

pub fn not_understood() -> String {
    format!(
        "I am the **demo model** and did not understand that. This is what I can answer:\n\n{}\n\n{CLAUDE}",
        list()
    )
}

pub fn no_web() -> String {
    format!("I am the **demo model** and read no web pages. {CLAUDE}")
}

const CLAUDE: &str = "For any question in your own words, let me think with Claude: set `ANTHROPIC_API_KEY` and start Penny again.";

fn list() -> String {
    EXAMPLES.map(|example| format!("- {example}")).join("\n")
}

/// What came of a proposal, for people: without what the tool says to models alone.
pub fn outcome(told: &str) -> String {
    let told = told
        .replace(" Do not propose the same again.", "")
        .replace(" Do not propose it again.", "");
    let Some((done, rest)) = told.split_once(" Its link: ") else {
        return told;
    };
    let done = done.split(" Its id: ").next().unwrap_or(done);
    let (link, rest) = rest.split_once(' ').unwrap_or((rest, ""));
    format!("{done} [See it there]({link}). {rest}")
        .trim_end()
        .to_owned()
}

/// Why something could not be done, for people: without what a model could act on.
pub fn refused(told: &str) -> String {
    let why = told.split(" The arguments of ").next().unwrap_or(told);
    let why = why.trim_end_matches(" Suggest that.");
    format!("That did not work: {why}")
}

/// A summary made of what was said itself: who, what, and what is still asked.
pub fn summary(conversation: &Conversation) -> String {
    let mut lines: Vec<(String, String)> = conversation
        .surroundings
        .lines()
        .filter_map(spoken)
        .collect();
    let asked = conversation.said.len().saturating_sub(1);
    lines.extend(
        conversation.said[..asked]
            .iter()
            .map(|said| (said.name.clone(), said.text.clone())),
    );
    if lines.is_empty() {
        return "There is nothing before your question that I could summarise.".to_owned();
    }
    let mut people: Vec<&str> = Vec::new();
    for (name, _) in &lines {
        if !name.is_empty() && !people.contains(&name.as_str()) {
            people.push(name);
        }
    }
    let skipped = lines.len().saturating_sub(8);
    let points: Vec<String> = lines[skipped..]
        .iter()
        .map(|(name, text)| format!("- **{name}**: {}", first_sentence(text)))
        .collect();
    let open: Vec<String> = lines
        .iter()
        .rev()
        .filter(|(_, text)| text.trim_end().ends_with('?'))
        .take(3)
        .map(|(name, text)| format!("- {name}: {text}"))
        .collect();
    let mut summary = format!(
        "**{} messages from {}.**\n\n{}",
        lines.len(),
        if people.is_empty() {
            "this thread".to_owned()
        } else {
            people.join(", ")
        },
        points.join("\n")
    );
    if !open.is_empty() {
        summary.push_str(&format!("\n\n**Still asked**\n{}", open.join("\n")));
    }
    summary
}

/// `[Maya · Sat …] text` or `Maya: text`.
fn spoken(line: &str) -> Option<(String, String)> {
    let (name, text) = match line.trim().strip_prefix('[') {
        Some(rest) => {
            let (head, text) = rest.split_once("] ")?;
            (head.split(" · ").next().unwrap_or(head), text)
        }
        None => line.trim().split_once(": ")?,
    };
    Some((name.trim_start_matches("- ").to_owned(), text.to_owned()))
}

fn first_sentence(text: &str) -> &str {
    let end = text.find(['.', '?', '!']).map_or(text.len(), |at| at + 1);
    text.get(..end).unwrap_or(text)
}
