//! The demo model's next step: what to say, and which tools to call.

use super::answers;
use super::change::{self, Change, Found};
use super::conversation::{Answered, Conversation, Said};
use super::intent::{Ask, Intent, Period, recognise};
use super::making;
use super::queries::{self, Asker, Query, queries};
use super::sentences;
use super::table;
use crate::models::ToolSpec;
use serde_json::{Value, json};

pub type Call = (&'static str, Value);

const QUERY: &str = "run_sql_query";
const MEMORY: &str = "manage_memory";
const SYSTEMS: &str = "list_connected_systems";
const TABLES: &str = "describe_tables";
const ASK: &str = "ask_person";
const PROPOSE: &str = "propose_write";

#[derive(Debug, Clone, Default, PartialEq)]
pub struct Step {
    pub say: String,
    pub calls: Vec<Call>,
}

impl Step {
    fn say(text: impl Into<String>) -> Self {
        Self {
            say: text.into(),
            calls: Vec::new(),
        }
    }

    fn call(tool: &'static str, input: Value) -> Self {
        Self {
            say: String::new(),
            calls: vec![(tool, input)],
        }
    }
}

pub fn next(conversation: &Conversation, tools: &[ToolSpec]) -> Step {
    // Without tools it is not a conversation with people but a wish to have one shortened.
    if tools.is_empty() {
        return Step::say(sentences::summary(conversation));
    }
    let ask = recognise(conversation);
    let step = if conversation.answered.is_empty() {
        begin(conversation, &ask)
    } else {
        go_on(conversation, &ask)
    };
    let is_missing = |name: &str| tools.iter().all(|tool| tool.name != name);
    match step.calls.iter().find(|(name, _)| is_missing(name)) {
        Some((name, _)) => Step::say(format!(
            "I would need the tool `{name}` for that, which is switched off here."
        )),
        None => step,
    }
}

fn begin(conversation: &Conversation, ask: &Ask) -> Step {
    let question = conversation.question();
    if question.is_some_and(|said| said.text.contains("://")) {
        return Step::say(sentences::no_web());
    }
    match &ask.intent {
        Intent::Hello => Step::say(sentences::hello(question.map_or("", |said| &said.name))),
        Intent::Thanks => Step::say("You are welcome."),
        Intent::Help => Step::say(sentences::help()),
        Intent::Unknown => Step::say(sentences::not_understood()),
        Intent::Summary => Step::say(sentences::summary(conversation)),
        Intent::Systems => Step::call(SYSTEMS, json!({})),
        Intent::Tables => Step::call(TABLES, json!({})),
        Intent::Recall | Intent::Forget(_) => Step::call(MEMORY, json!({"action": "recall"})),
        Intent::Remember(note) => {
            let text = as_note(note);
            Step::call(MEMORY, json!({"action": "remember", "text": text}))
        }
        Intent::AskSomebody(_, what) => match spoken_options(what) {
            Some(options) => put_question(ask, &options),
            None => Step {
                say: String::new(),
                calls: look_up(&biggest(), question),
            },
        },
        Intent::Make(make) => {
            let (tool, input) = making::call(*make);
            Step::call(tool, input)
        }
        Intent::Write(proposal) => Step::call(PROPOSE, proposal.clone()),
        Intent::Change(change) => Step::call(
            QUERY,
            json!({"sql": change::query(change), "purpose": "the deal that is meant"}),
        ),
        _ => Step {
            say: String::new(),
            calls: look_up(ask, question),
        },
    }
}

fn look_up(ask: &Ask, question: Option<&Said>) -> Vec<Call> {
    calls(queries(ask, &asker(question)))
}

fn asker(question: Option<&Said>) -> Asker<'_> {
    Asker {
        name: question.map_or("", |said| &said.name),
        time_zone: question
            .and_then(|said| said.time_zone.as_deref())
            .unwrap_or("UTC"),
    }
}

fn calls(queries: Vec<Query>) -> Vec<Call> {
    queries
        .into_iter()
        .map(|query| (QUERY, json!({"sql": query.sql, "purpose": query.purpose})))
        .collect()
}

fn biggest() -> Ask {
    Ask {
        intent: Intent::Biggest,
        period: Period::default(),
        top: Some(4),
        only_mine: false,
        by_owner: false,
        by_priority: false,
        with_changes: false,
    }
}

fn go_on(conversation: &Conversation, ask: &Ask) -> Step {
    let answered = &conversation.answered;
    if let Some(failed) = answered.iter().find(|answer| answer.is_error) {
        return Step::say(match &ask.intent {
            Intent::AskSomebody(Some(whom), _) if failed.tool == ASK => format!(
                "I can’t reach {whom} from here. Ask me in a channel where {whom} reads along, or say `ask me …` and answer it yourself."
            ),
            _ => sentences::refused(&failed.content),
        });
    }
    let Some(last) = answered.last() else {
        return Step::say(sentences::not_understood());
    };
    match &ask.intent {
        Intent::Systems => Step::say(systems(&last.content)),
        Intent::Tables => Step::say(listed("These tables can be asked about:", &last.content)),
        Intent::Recall => Step::say(notes(&last.content)),
        Intent::Remember(note) => Step::say(format!(
            "Noted: {}. Say `what do you remember?` to see my notes, or `forget …` to have one removed.",
            as_note(note).trim_end_matches('.')
        )),
        Intent::Forget(what) => forget(what, last),
        Intent::Change(change) => change_deal(change, answered),
        Intent::Make(make) => Step::say(making::said(*make, last)),
        Intent::Write(_) => Step::say(sentences::outcome(&last.content)),
        Intent::Prepare if answered.len() == 1 => prepare(conversation, ask, &last.content),
        Intent::AskSomebody(..) if last.tool == ASK => {
            Step::say(format!("The answer: {}", last.content))
        }
        Intent::AskSomebody(..) => {
            let deals = table::rows(&last.content);
            let names: Vec<String> = deals.iter().map(|row| table::text(row, "deal")).collect();
            put_question(ask, &names)
        }
        _ => {
            let results: Vec<&str> = answered
                .iter()
                .map(|answer| answer.content.as_str())
                .collect();
            Step::say(answers::answer(ask, &results))
        }
    }
}

/// Finds the deal, proposes, and tells what came of it.
fn change_deal(change: &Change, answered: &[Answered]) -> Step {
    if let Some(last) = answered.last().filter(|last| last.tool == PROPOSE) {
        return Step::say(sentences::outcome(&last.content));
    }
    match change::meant(answered) {
        Found::One(deal) => Step::call(PROPOSE, change::proposal(change, &deal)),
        Found::Nothing => Step::say(format!(
            "I find no deal called “{}” that everybody here may see. Part of its name or of its account’s is enough.",
            change.deal
        )),
        Found::Several(names) => Step::call(
            ASK,
            json!({"question": format!("Which deal do you mean by “{}”?", change.deal), "options": names}),
        ),
    }
}

/// The meeting is found; now what is known of its account.
fn prepare(conversation: &Conversation, ask: &Ask, content: &str) -> Step {
    let Some(meeting) = table::rows(content).into_iter().next() else {
        return Step::say(answers::answer(ask, &[content]));
    };
    let name = table::text(&meeting, "account");
    Step {
        say: String::new(),
        calls: calls(queries::account(&name, &asker(conversation.question()))),
    }
}

/// `i prefer tables` → `I prefer tables`.
fn as_note(text: &str) -> String {
    let mut letters = text.trim().chars();
    match letters.next() {
        Some(first) => first.to_uppercase().collect::<String>() + letters.as_str(),
        None => String::new(),
    }
}

fn forget(what: &str, last: &Answered) -> Step {
    if last.input.get("action").and_then(Value::as_str) == Some("forget") {
        return Step::say(last.content.clone());
    }
    let wanted = what.to_lowercase();
    let wanted: Vec<&str> = wanted
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| word.len() > 2)
        .collect();
    let matches = |line: &&str| {
        let line = line.to_lowercase();
        wanted.iter().filter(|word| line.contains(*word)).count()
    };
    let notes = last.content.lines().filter(|line| line.starts_with("- "));
    let best = notes.max_by_key(matches).filter(|line| matches(line) > 0);
    let id = best
        .and_then(|line| line.rsplit_once("id "))
        .map(|(_, id)| id.trim_end_matches(')'));
    match id {
        Some(id) => Step::call(MEMORY, json!({"action": "forget", "id": id})),
        None => Step::say(format!(
            "I have no note about “{}”. {}",
            what.trim_end_matches(['?', '.']),
            notes_hint()
        )),
    }
}

fn notes_hint() -> &'static str {
    "Say `what do you remember?` to see those I have."
}

fn notes(content: &str) -> String {
    let lines: Vec<&str> = content
        .lines()
        .filter(|line| line.starts_with("- "))
        .map(|line| line.rsplit_once(" (").map_or(line, |(note, _)| note))
        .collect();
    if lines.is_empty() {
        "I have no notes here yet. Tell me `remember that …` and I will keep it.".to_owned()
    } else {
        format!(
            "This is what I remember here:\n\n{}\n\nSay `forget …` and I drop one.",
            lines.join("\n")
        )
    }
}

fn systems(content: &str) -> String {
    let mut rows = table::rows(content);
    if rows.is_empty() {
        return content.to_owned();
    }
    for row in &mut rows {
        let is_everybodys = table::text(row, "scope") == "org";
        let whose = if is_everybodys { "everybody" } else { "you" };
        row.insert("scope".to_owned(), json!(whose));
    }
    let ailing: Vec<String> = rows
        .iter()
        .filter(|row| table::text(row, "health") != "healthy")
        .map(|row| format!("- {}", table::text(row, "health_note")))
        .collect();
    let columns = [
        ("System", "name", table::As::Text),
        ("For", "scope", table::As::Text),
        ("Health", "health", table::As::Text),
    ];
    let headline = match rows.len() {
        1 => "**1 system is connected.**".to_owned(),
        number => format!("**{number} systems are connected.**"),
    };
    let insight = match ailing.len() {
        0 => "All of them are healthy.".to_owned(),
        1 => format!("One needs patience:\n{}", ailing[0]),
        number => format!("{number} need patience:\n{}", ailing.join("\n")),
    };
    answers::compose(headline, table::markdown(&rows, &columns), insight)
}

fn listed(headline: &str, content: &str) -> String {
    let lines: Vec<String> = content
        .lines()
        .filter(|line| !line.trim().is_empty())
        .map(|line| match line.split_once(": ") {
            Some((name, about)) => format!("- `{name}`: {about}"),
            None => format!("- {line}"),
        })
        .collect();
    format!("{headline}\n\n{}", lines.join("\n"))
}

/// The answers that the question names itself: `which day: Tuesday or Thursday`.
fn spoken_options(what: &str) -> Option<Vec<String>> {
    if what.contains("deal") || what.contains("account") {
        return None;
    }
    let choice = what
        .rsplit([':', ','])
        .next()
        .unwrap_or(what)
        .trim_end_matches('?');
    let named: Vec<String> = choice
        .split(" or ")
        .map(|option| as_note(option.trim()))
        .collect();
    Some(match named.len() {
        2..=5
            if named
                .iter()
                .all(|option| (1..=40).contains(&option.chars().count())) =>
        {
            named
        }
        _ => ["Yes", "No", "Not sure yet"].map(str::to_owned).to_vec(),
    })
}

fn put_question(ask: &Ask, options: &[String]) -> Step {
    let Intent::AskSomebody(whom, what) = &ask.intent else {
        return Step::say(sentences::not_understood());
    };
    if options.len() < 2 {
        return Step::say("There is nothing to choose from that everybody here may see.");
    }
    let question = format!("{}?", as_note(what.trim_end_matches(['?', '.'])));
    let options: Vec<String> = options
        .iter()
        .map(|option| option.chars().take(75).collect())
        .collect();
    let mut input = json!({"question": question, "options": options});
    if let Some(whom) = whom {
        input["person"] = json!(whom);
    }
    Step::call(ASK, input)
}
