//! What the demo model says and calls, with the answers of tools made up.

mod meanings;

use super::Demo;
use crate::base::clock::SystemClock;
use crate::models::{Block, Delta, Message, Model, Reply, Request, Role, Stop, ToolSpec};
use serde_json::{Value, json};
use std::sync::Arc;
use std::time::Duration;

const TOOLS: [&str; 5] = [
    "run_sql_query",
    "list_connected_systems",
    "describe_tables",
    "manage_memory",
    "ask_person",
];

fn line(text: &str) -> String {
    format!("[Maya Lindqvist · Sat 21 Nov 2026 10:12 Europe/Berlin] {text}")
}

fn request(messages: Vec<Message>) -> Request {
    let tool = |name: &str| ToolSpec {
        name: name.to_owned(),
        description: String::new(),
        input_schema: json!({"type": "object"}),
    };
    Request {
        system: Vec::new(),
        tools: TOOLS.map(tool).into(),
        messages,
        max_tokens: 1000,
    }
}

async fn reply(messages: Vec<Message>) -> Reply {
    let model = Demo::new(Arc::new(SystemClock), Duration::ZERO);
    let mut streamed = String::new();
    let mut on = |delta| {
        if let Delta::Text(text) = delta {
            streamed.push_str(&text);
        }
    };
    let reply = model.reply(&request(messages), &mut on).await.unwrap();
    assert_eq!(
        streamed,
        text_of(&reply),
        "what is streamed is what is replied"
    );
    reply
}

fn text_of(reply: &Reply) -> String {
    let text = reply.content.iter().find_map(|block| match block {
        Block::Text { text } => Some(text.clone()),
        _ => None,
    });
    text.unwrap_or_default()
}

fn calls_of(reply: &Reply) -> Vec<(String, String, Value)> {
    let call = |block: &Block| match block {
        Block::ToolUse { id, name, input } => Some((id.clone(), name.clone(), input.clone())),
        _ => None,
    };
    reply.content.iter().filter_map(call).collect()
}

/// Asks, answers every call with the given results, and returns what is said in the end.
async fn ask(question: &str, results: &[&str]) -> String {
    let mut messages = vec![Message::user(line(question))];
    let mut results = results.iter();
    loop {
        let said = reply(messages.clone()).await;
        let calls = calls_of(&said);
        if calls.is_empty() {
            assert_eq!(said.stop, Stop::EndTurn);
            assert!(results.next().is_none(), "a result was not asked for");
            return text_of(&said);
        }
        let answers = calls.iter().map(|(id, name, _)| Block::ToolResult {
            tool_use_id: id.clone(),
            content: format!(
                "<data source=\"{name}\">\n{}\n</data>",
                results.next().unwrap()
            ),
            is_error: false,
        });
        let answers = answers.collect();
        messages.push(Message {
            role: Role::Assistant,
            content: said.content,
        });
        messages.push(Message {
            role: Role::User,
            content: answers,
        });
    }
}

#[tokio::test]
async fn it_says_plainly_that_it_reads_no_web_pages() {
    for words in [
        "Summarise https://site.example/page",
        "what happened with http://nordhavn.example?",
    ] {
        let reply = reply(vec![Message::user(line(words))]).await;
        assert!(text_of(&reply).contains("read no web pages"), "{words}");
        assert_eq!(reply.stop, Stop::EndTurn);
    }
}

#[tokio::test]
async fn an_account_is_looked_up_by_several_calls_at_once() {
    let said = reply(vec![Message::user(line("What happened with O'Hara?"))]).await;
    assert_eq!(said.stop, Stop::ToolUse);
    let calls = calls_of(&said);
    assert_eq!(calls.len(), 3);
    for (_, name, input) in calls {
        assert_eq!(name, "run_sql_query");
        assert!(input["sql"].as_str().unwrap().contains("'%O''Hara%'"));
    }
}

#[tokio::test]
async fn an_answer_begins_with_what_the_rows_add_up_to() {
    let rows = "[2]{part,deals,amount,weighted}:\n  Demo,3,30000,7500\n  Pilot,1,90000,45000";
    let answer = ask("How does the pipeline look?", &[rows]).await;
    assert!(
        answer.starts_with("**€120,000 in 4 open deals**, €52,500 weighted"),
        "{answer}"
    );
    assert!(
        answer.contains("| Pilot | 1 | €90,000 | €45,000 |"),
        "{answer}"
    );
    assert!(
        answer.ends_with("Pilot holds the most, €90,000 (75% of the total)."),
        "{answer}"
    );
}

#[tokio::test]
async fn what_is_blocked_is_told_with_whom_it_waits_for() {
    let rows = "[4]{what,why,whom,days,of_whom}:\n  Pin a van,review,Sam,9,3\n  Move the gate,review,Sam,5,3\n  Log out less,merge,Mei,2,1\n  \"API-1: Limits\",overdue,Sam,1,3";
    let answer = ask("What is blocked?", &[rows]).await;
    assert!(
        answer.starts_with(
            "**3 pull requests wait**: 2 for a review, 1 to be merged. **1 issue is past its due date.**"
        ),
        "{answer}"
    );
    assert!(
        answer.contains("| Pin a van | Sam | review | 9 |"),
        "{answer}"
    );
    assert!(
        answer.ends_with("Most of it waits for Sam: 3 of 4."),
        "{answer}"
    );
}

#[tokio::test]
async fn what_changed_in_the_last_week_is_told_below_the_pipeline() {
    let stages = "[1]{part,deals,amount,weighted}:\n  Demo,3,30000,7500";
    let changes = "[3]{what,deal,amount,owner}:\n  New,\"Acme: Docks\",9000,Maya\n  New,\"Blue: Live\",1000,Maya\n  Won,\"Acme: Live\",5000,Maya";
    let question = "How is our pipeline doing, and what changed in the last week?";
    let answer = ask(question, &[stages, changes]).await;
    assert!(
        answer.contains("- **New**: 2 deals, €10,000; the largest is Acme: Docks\n- **Won**: 1 deal, €5,000; Acme: Live"),
        "{answer}"
    );
    assert!(!answer.contains("Lost"), "{answer}");
}

#[tokio::test]
async fn nothing_found_is_said_plainly() {
    let answer = ask("stale deals", &["No rows."]).await;
    assert!(
        answer.starts_with("No open deal has been quiet"),
        "{answer}"
    );
    let answer = ask("what happened with Atlantis?", &["No rows."; 3]).await;
    assert!(answer.contains("no account called “Atlantis”"), "{answer}");
}

#[tokio::test]
async fn a_note_is_found_before_it_is_forgotten() {
    let notes = "- Wants tables (Maya, 2026-11-20, id 11111111-1111-4111-8111-111111111111)\n\
        - Likes short answers (Maya, 2026-11-20, id 22222222-2222-4222-8222-222222222222)";
    let answer = ask(
        "forget the short answers",
        &[notes, "Forgotten: “Likes short answers”."],
    )
    .await;
    assert_eq!(answer, "Forgotten: “Likes short answers”.");
    let answer = ask("forget my birthday", &[notes]).await;
    assert!(
        answer.starts_with("I have no note about “my birthday”"),
        "{answer}"
    );
}

#[tokio::test]
async fn a_person_is_asked_to_choose_from_the_deals_there_are() {
    let deals = "[2]{deal,amount}:\n  \"Nordhavn: Docks\",5\n  \"Harrow: Live\",4";
    let answer = ask(
        "ask Jonas which deal to call first",
        &[deals, "Jonas chose: Harrow: Live"],
    )
    .await;
    assert_eq!(answer, "The answer: Jonas chose: Harrow: Live");
}

#[tokio::test]
async fn the_error_of_a_tool_is_told() {
    let first = reply(vec![Message::user(line("stale deals"))]).await;
    let (id, ..) = calls_of(&first).remove(0);
    let failed = Block::ToolResult {
        tool_use_id: id,
        content: "The query took too long.".to_owned(),
        is_error: true,
    };
    let messages = vec![
        Message::user(line("stale deals")),
        Message {
            role: Role::Assistant,
            content: first.content,
        },
        Message {
            role: Role::User,
            content: vec![failed],
        },
    ];
    assert_eq!(
        text_of(&reply(messages).await),
        "That did not work: The query took too long."
    );
}

#[tokio::test]
async fn a_thread_is_summarised_from_what_was_said_in_it() {
    let thread = format!(
        "<data source=\"surroundings\">\n[Jonas Weber · Fri 20 Nov 2026 09:00 Europe/Berlin] Alpenfrisch wants a reference. It is urgent.\n[Tom Becker · Fri 20 Nov 2026 09:05 Europe/Berlin] Would Rheinkorn do?\n</data>\n{}",
        line("summarise this thread")
    );
    let answer = text_of(&reply(vec![Message::user(thread)]).await);
    assert!(
        answer.starts_with("**2 messages from Jonas Weber, Tom Becker.**"),
        "{answer}"
    );
    assert!(
        answer.contains("- **Jonas Weber**: Alpenfrisch wants a reference."),
        "{answer}"
    );
    assert!(
        answer.contains("**Still asked**\n- Tom Becker: Would Rheinkorn do?"),
        "{answer}"
    );
}

#[tokio::test]
async fn what_it_does_not_understand_it_says_and_how_to_get_more() {
    let answer = text_of(&reply(vec![Message::user(line("write a poem"))]).await);
    assert!(
        answer.contains("demo model") && answer.contains("ANTHROPIC_API_KEY"),
        "{answer}"
    );
    assert!(answer.contains("What happened with Nordhavn?"), "{answer}");
}

#[tokio::test]
async fn a_tool_that_is_switched_off_is_not_called() {
    let mut request = request(vec![Message::user(line("stale deals"))]);
    request.tools = Arc::from(request.tools[1..].to_vec());
    let model = Demo::new(Arc::new(SystemClock), Duration::ZERO);
    let said = model.reply(&request, &mut |_| {}).await.unwrap();
    assert_eq!(said.stop, Stop::EndTurn);
    assert!(text_of(&said).contains("switched off"));
}
