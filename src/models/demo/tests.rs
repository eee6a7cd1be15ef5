//! Many ways to say the same thing, and what becomes of them.

use super::Demo;
use super::conversation::Conversation;
use super::intent::{Ask, Intent, Period, recognise};
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

fn understood(questions: &[&str]) -> Ask {
    let mut messages = Vec::new();
    for question in questions {
        messages.push(Message::user(line(question)));
        messages.push(Message::assistant("An answer."));
    }
    messages.pop();
    recognise(&Conversation::read(&request(messages)))
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

#[test]
fn many_wordings_mean_the_same() {
    #[rustfmt::skip]
    let cases: [(Intent, &[&str]); 17] = [
        (Intent::Prepare, &["Prepare me for my next meeting", "Prepare me for my next customer meeting: who is coming, what is open, what was said last?", "brief me for the next call"]),
        (
            Intent::Pipeline,
            &[
                "How does the pipeline look?",
                "<@U0PENNY> pipeline please",
                "Summarise our pipeline by stage",
                "give me a deals overview",
                "What's our sales funnel like?",
                "@Penny forecast?",
            ],
        ),
        (
            Intent::Closing,
            &[
                "Which deals close this month?",
                "deals closing this quarter",
                "What is expected to close next month?",
                "what's closing this week",
            ],
        ),
        (
            Intent::Biggest,
            &[
                "What are our five biggest deals?",
                "top 3 deals",
                "largest open opportunities",
                "Show me the biggest deals in the pipeline",
            ],
        ),
        (
            Intent::Stale,
            &[
                "Which deals have gone quiet?",
                "stale deals",
                "any stuck opportunities?",
                "deals that went cold",
            ],
        ),
        (
            Intent::Issues,
            &[
                "Open issues by project",
                "how many bugs are open",
                "tickets by priority?",
                "issue backlog",
            ],
        ),
        (
            Intent::Reviews,
            &[
                "Which pull requests wait for a review?",
                "PRs waiting for review",
                "open PRs",
                "what needs to be reviewed? any review waiting",
            ],
        ),
        (
            Intent::Meetings,
            &[
                "My meetings this week",
                "what is on my calendar?",
                "which meetings do I have",
            ],
        ),
        (
            Intent::WinRate,
            &[
                "Win rate by owner",
                "what's our close rate per rep?",
                "conversion rate by salesperson",
            ],
        ),
        (
            Intent::Months,
            &[
                "How does this month compare? Compare this month to the last",
                "month over month",
                "won amount compared to last month",
            ],
        ),
        (
            Intent::Recall,
            &[
                "What do you remember?",
                "what do you remember about this channel",
            ],
        ),
        (
            Intent::Systems,
            &[
                "What systems are connected?",
                "which integrations are there",
                "list connected systems",
            ],
        ),
        (Intent::Help, &["help", "What can you do?", "who are you"]),
        (Intent::Thanks, &["thanks!", "Perfect, thank you"]),
        (Intent::Hello, &["hi", "Hello Penny!", "good morning"]),
        (
            Intent::Summary,
            &[
                "Summarise this thread",
                "summarize the discussion please",
                "tldr",
                "recap this channel",
            ],
        ),
        (
            Intent::Unknown,
            &[
                "What is the meaning of life?",
                "Book me a flight to Oslo",
                "write a poem",
            ],
        ),
    ];
    for (intent, wordings) in cases {
        for wording in wordings {
            assert_eq!(understood(&[wording]).intent, intent, "{wording}");
        }
    }
}

#[test]
fn names_notes_and_questions_are_taken_as_they_were_said() {
    let cases = [
        (
            "What happened with Harrow & Finch lately?",
            Intent::Account("Harrow & Finch".to_owned()),
        ),
        (
            "tell me about the Nordhavn account",
            Intent::Account("Nordhavn".to_owned()),
        ),
        (
            "@Penny latest on Alpenfrisch",
            Intent::Account("Alpenfrisch".to_owned()),
        ),
        ("Who owns O'Hara?", Intent::OwnerOf("O'Hara".to_owned())),
        (
            "who looks after Kessler Baustoffe",
            Intent::OwnerOf("Kessler Baustoffe".to_owned()),
        ),
        (
            "Remember that I prefer tables",
            Intent::Remember("I prefer tables".to_owned()),
        ),
        (
            "please forget the tables",
            Intent::Forget("the tables".to_owned()),
        ),
        (
            "ask Jonas which deal to call first",
            Intent::AskSomebody(
                Some("Jonas".to_owned()),
                "which deal to call first".to_owned(),
            ),
        ),
        (
            "Ask me whether we ship on Monday",
            Intent::AskSomebody(None, "whether we ship on Monday".to_owned()),
        ),
    ];
    for (wording, intent) in cases {
        assert_eq!(understood(&[wording]).intent, intent, "{wording}");
    }
}

#[test]
fn a_remark_changes_the_question_before_it() {
    let asked = understood(&[
        "Which open deals look at risk, and why? Show the owner and the last contact of each.",
    ]);
    assert_eq!(asked.intent, Intent::Stale, "a suggested prompt");
    let by_owner = understood(&["How does the pipeline look?", "and by owner?"]);
    assert_eq!(
        (by_owner.intent, by_owner.by_owner),
        (Intent::Pipeline, true)
    );
    let five = understood(&["biggest deals", "thanks", "only the top five"]);
    assert_eq!(
        five.intent,
        Intent::Thanks.clone(),
        "a thank-you is an answer of its own"
    );
    let five = understood(&["biggest deals", "only the top five"]);
    assert_eq!((five.intent, five.top), (Intent::Biggest, Some(5)));
    let next = understood(&["which deals close this month?", "and next month?"]);
    assert_eq!(
        (next.intent, next.period),
        (Intent::Closing, Period::NextMonth)
    );
    let other = understood(&["what happened with Nordhavn?", "and Alpenfrisch?"]);
    assert_eq!(other.intent, Intent::Account("Alpenfrisch".to_owned()));
    let mine = understood(&["stale deals", "only mine"]);
    assert!(mine.only_mine && mine.intent == Intent::Stale);
}

#[tokio::test]
async fn an_account_is_looked_up_by_several_calls_at_once() {
    let said = reply(vec![Message::user(line("What happened with O'Hara?"))]).await;
    assert_eq!(said.stop, Stop::ToolUse);
    assert!(text_of(&said).contains("O'Hara"), "it says what it does");
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
        answer.ends_with("Pilot holds the most, €90,000 (75 % of the total)."),
        "{answer}"
    );
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
