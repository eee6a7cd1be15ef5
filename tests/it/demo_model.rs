//! The demo model on the demo company, through the real tools and the real sandbox.

use crate::sandbox::world::{World, in_channel, in_private};
use async_trait::async_trait;
use chrono::Utc;
use penny::agent::tools::create_chart::CreateChart;
use penny::agent::tools::create_dashboard::CreateDashboard;
use penny::agent::tools::create_report::CreateReport;
use penny::agent::tools::describe_tables::DescribeTables;
use penny::agent::tools::export_data::ExportData;
use penny::agent::tools::list_connected_systems::ListConnectedSystems;
use penny::agent::tools::manage_memory::ManageMemory;
use penny::agent::tools::run_sql_query::RunSqlQuery;
use penny::agent::tools::{Eyes, Outcome, ToolContext, ToolError, Toolbox};
use penny::agent::transcript::Transcript;
use penny::base::clock::SystemClock;
use penny::base::ids::{ConversationId, OrgId, TurnId, UserId};
use penny::base::viewer::Viewer;
use penny::models::demo::Demo;
use penny::models::{Block, Message, Model, Request, Role};
use penny::reports::Maker;
use penny::store::people;
use penny::store::sandbox::{Limits, Sandbox};
use serde_json::Value;
use std::sync::Arc;
use std::time::Duration;

struct Seen(Viewer);

#[async_trait]
impl Eyes for Seen {
    async fn viewer(&self) -> Result<Viewer, ToolError> {
        Ok(self.0.clone())
    }
}

struct Demonstration {
    world: World,
    org: OrgId,
    conversation: ConversationId,
    tools: Toolbox,
    model: Demo,
}

impl Demonstration {
    async fn begin() -> Self {
        let mut world = World::new().await;
        let (org, conversation) = (OrgId::fresh(), ConversationId::fresh());
        penny::demo::seed(&world.db, org, Utc::now(), 1, &|_| {})
            .await
            .unwrap();
        let key = crate::sandbox::world::KEY;
        let sandbox: Arc<Sandbox> = Arc::new(crate::sandbox::world::sandbox(
            world.database.url(),
            &world.db,
            key,
            Limits::default(),
        ));
        world
            .execute(format!(
                "insert into core.conversations
                     (org_id, conversation_id, workspace_id, channel_id, thread_ts)
                 values ('{org}', '{conversation}', 'T1', 'C1', '1.1')"
            ))
            .await;
        let clock = Arc::new(SystemClock);
        let maker = Maker::new(world.db.clone(), sandbox.clone(), clock.clone());
        let tools = Toolbox::new(vec![
            Arc::new(CreateChart::new(maker.clone())),
            Arc::new(CreateDashboard::new(maker.clone())),
            Arc::new(CreateReport::new(maker.clone())),
            Arc::new(ExportData::new(maker)),
            Arc::new(RunSqlQuery::new(sandbox.clone())),
            Arc::new(ListConnectedSystems::new(sandbox)),
            Arc::new(DescribeTables),
            Arc::new(ManageMemory),
        ]);
        Self {
            world,
            org,
            conversation,
            tools,
            model: Demo::new(clock, Duration::ZERO),
        }
    }

    async fn viewer(&self, user: &str) -> Viewer {
        let mut tx = self.world.db.org(self.org).await.unwrap();
        let person = people::by_slack_user(&mut tx, &UserId::from(user))
            .await
            .unwrap()
            .unwrap();
        in_private(self.org, person.id)
    }

    async fn call(&self, viewer: &Viewer, id: &str, name: &str, input: &Value) -> Outcome {
        let context = ToolContext {
            db: &self.world.db,
            eyes: &Seen(viewer.clone()),
            conversation: self.conversation,
            turn: TurnId::fresh(),
            is_scheduled: false,
            transcript: &Transcript::default(),
            tool_use_id: id,
        };
        let tool = self.tools.find(name).unwrap();
        tool.call(&context, input.clone()).await.unwrap()
    }

    /// What the first tool that the model calls gives it.
    async fn looks_up(&self, viewer: &Viewer, question: &str) -> String {
        let request = Request {
            system: Vec::new(),
            tools: self.tools.specs(),
            messages: vec![Message::user(said(question))],
            max_tokens: 1000,
        };
        let reply = self.model.reply(&request, &mut |_| {}).await.unwrap();
        let [.., Block::ToolUse { id, name, input }] = reply.content.as_slice() else {
            panic!("{question}: {:?}", reply.content)
        };
        match self.call(viewer, id, name, input).await {
            Outcome::Result(text) => text,
            other => panic!("{question}: {other:?} for {input}"),
        }
    }

    /// Asks as Maya and returns what is said in the end; a tool that refuses fails the test.
    async fn ask(&self, viewer: &Viewer, question: &str) -> String {
        let mut messages = vec![Message::user(said(question))];
        for _ in 0..4 {
            let request = Request {
                system: Vec::new(),
                tools: self.tools.specs(),
                messages: messages.clone(),
                max_tokens: 1000,
            };
            let reply = self.model.reply(&request, &mut |_| {}).await.unwrap();
            let mut results = Vec::new();
            let mut said = String::new();
            for block in &reply.content {
                match block {
                    Block::Text { text } => said.push_str(text),
                    Block::ToolUse { id, name, input } => {
                        let content = match self.call(viewer, id, name, input).await {
                            Outcome::Result(text) => text,
                            other => panic!("{question}: {other:?} for {input}"),
                        };
                        results.push(Block::ToolResult {
                            tool_use_id: id.clone(),
                            content,
                            is_error: false,
                        });
                    }
                    _ => {}
                }
            }
            if results.is_empty() {
                return said;
            }
            messages.push(Message {
                role: Role::Assistant,
                content: reply.content,
            });
            messages.push(Message {
                role: Role::User,
                content: results,
            });
        }
        panic!("{question}: no answer after four steps");
    }
}

#[tokio::test]
async fn every_documented_request_is_answered_from_the_demo_company() {
    let demo = Demonstration::begin().await;
    let maya = demo.viewer("U0MAYA").await;
    let cases = [
        ("How does the pipeline look?", "| Negotiation |"),
        ("How does the pipeline look by owner?", "| Jonas Weber |"),
        ("Which deals close this quarter?", "this quarter, worth €"),
        ("Which deals close next month?", "next month"),
        (
            "What are our five biggest deals?",
            "The 5 biggest open deals together",
        ),
        ("Show my biggest deals", "Maya Lindqvist"),
        ("Which deals have gone quiet?", "| Days quiet |"),
        ("What happened with Nordhavn?", "**Nordhavn Seafood: "),
        (
            "Who owns Harrow & Finch?",
            "**Priya Nair** (Account Executive, UK & Nordics) looks after Harrow & Finch",
        ),
        ("Open issues by project", "| Routes |"),
        ("Open issues by priority", "| urgent |"),
        ("Open issues by owner", "| Mei Chen |"),
        (
            "Which pull requests wait for a review?",
            "pull requests wait",
        ),
        (
            "Which issues and pull requests are blocked or waiting for a review, and on whom?",
            "Most of it waits for",
        ),
        (
            "How is our sales pipeline doing this quarter, by stage, and what changed in the last week?",
            "**In the last seven days**",
        ),
        ("My meetings this week", "meeting"),
        ("Prepare me for my next meeting", "**Lately**"),
        ("Win rate by owner", "of decided deals were won"),
        (
            "How does this month compare to last month?",
            "| Won amount (€) |",
        ),
        (
            "Which systems are connected?",
            "| HubSpot | everybody | healthy |",
        ),
        ("Which tables are there?", "`deals`"),
        (
            "Remember that I like short tables",
            "Noted: I like short tables",
        ),
        ("What do you remember?", "I like short tables"),
        ("Forget the short tables", "Forgotten"),
    ];
    for (question, expected) in cases {
        let answer = demo.ask(&maya, question).await;
        assert!(answer.contains(expected), "{question}\n{answer}");
    }
}

/// As a line of Maya's reaches the model.
fn said(question: &str) -> String {
    format!("[Maya Lindqvist · Sat 21 Nov 2026 10:12 Europe/Berlin] {question}")
}

#[tokio::test]
async fn a_deal_is_found_by_the_words_of_its_name_in_any_spelling() {
    let mut demo = Demonstration::begin().await;
    let maya = demo.viewer("U0MAYA").await;
    let deal: String = sqlx::query_scalar(
        "select name from core.deals where name like 'Nordhavn Seafood: %' order by name limit 1",
    )
    .fetch_one(&mut demo.world.admin)
    .await
    .unwrap();
    let plain = deal.replace(':', "").to_lowercase();
    for question in [
        format!("close the {plain} deal as won"),
        format!("move {plain} to Negotiation"),
        format!("delete the {deal} deal"),
    ] {
        let found = demo.looks_up(&maya, &question).await;
        assert!(found.contains(&deal), "{question}: {found}");
    }
}

#[tokio::test]
async fn in_a_channel_an_answer_holds_nothing_that_is_private() {
    let demo = Demonstration::begin().await;
    let jonas = demo.viewer("U0JONAS").await;
    let in_sales = in_channel(demo.org, jonas.person, "C0SALES");
    let private = demo.ask(&jonas, "Which systems are connected?").await;
    let public = demo.ask(&in_sales, "Which systems are connected?").await;
    assert!(private.contains("Gmail of Jonas Weber"), "{private}");
    assert!(!public.contains("Gmail"), "{public}");
    assert!(!private.contains("Gmail of Maya"), "{private}");
}

#[tokio::test]
async fn it_draws_charts_sets_reports_and_exports_files() {
    let demonstration = Demonstration::begin().await;
    let maya = demonstration.viewer("U0MAYA").await;
    for (question, words) in [
        ("chart the pipeline by stage", "Here is the chart. Amount: "),
        (
            "chart the pipeline by owner as a pie",
            "Here is the chart. Amount: ",
        ),
        ("draw the won amount by month", "Here is the chart. Won: "),
        (
            "make a report of the pipeline as PDF",
            "deals are open, worth €",
        ),
        ("export open deals as Excel", "The file is ready: "),
        (
            "Make a dashboard of the pipeline",
            "The dashboard is below.",
        ),
    ] {
        let said = demonstration.ask(&maya, question).await;
        assert!(said.contains(words), "{question}: {said}");
    }
    let mut tx = demonstration.world.db.org(demonstration.org).await.unwrap();
    let kept = penny::store::artifacts::seen_by(&mut tx, &maya, &[], 10).await;
    assert_eq!(kept.unwrap().len(), 6);
}
