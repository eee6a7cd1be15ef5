//! The tools as the agent's loop calls them: arguments in, words for the model out.

use crate::sandbox::world::{Rule, TABLES, World, in_channel, in_private};
use crate::support::web;
use async_trait::async_trait;
use penny::agent::tools::describe_tables::DescribeTables;
use penny::agent::tools::fetch_url::FetchUrl;
use penny::agent::tools::list_connected_systems::ListConnectedSystems;
use penny::agent::tools::manage_memory::ManageMemory;
use penny::agent::tools::run_sql_query::RunSqlQuery;
use penny::agent::tools::web_search::WebSearch;
use penny::agent::tools::{Effect, Eyes, Outcome, Tool, ToolContext, ToolError};
use penny::agent::transcript::Transcript;
use penny::base::clock::{SharedClock, SystemClock};
use penny::base::config::{Endpoint, SearchConfig};
use penny::base::ids::{ConversationId, TurnId};
use penny::base::secret::Secret;
use penny::base::viewer::Viewer;
use penny::net::search::Engine;
use penny::store::sandbox::Limits;
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use serde_json::{Value, json};
use std::sync::Arc;

struct Seen(Viewer);

#[async_trait]
impl Eyes for Seen {
    async fn viewer(&self) -> Result<Viewer, ToolError> {
        Ok(self.0.clone())
    }
}

async fn call(
    world: &World,
    viewer: &Viewer,
    tool: &dyn Tool,
    input: Value,
) -> Result<Outcome, ToolError> {
    let context = ToolContext {
        db: &world.db,
        eyes: &Seen(viewer.clone()),
        conversation: ConversationId::fresh(),
        turn: TurnId::fresh(),
        is_scheduled: false,
        transcript: &Transcript::default(),
        tool_use_id: "call-1",
    };
    tool.call(&context, input).await
}

fn result(outcome: Result<Outcome, ToolError>) -> String {
    match outcome {
        Ok(Outcome::Result(text)) => text,
        other => panic!("{other:?}"),
    }
}

fn refusal(outcome: Result<Outcome, ToolError>) -> String {
    match outcome {
        Err(ToolError::Refused(text)) => text,
        other => panic!("{other:?}"),
    }
}

async fn company() -> (World, Viewer) {
    let mut world = World::new().await;
    let org = world.org("Alpha").await;
    let ann = world.person(org, "Ann").await;
    for name in ["accounts", "connections"] {
        let table = TABLES.iter().find(|table| table.name == name).unwrap();
        world.row(table, org, &Rule::everybody(), "Acme").await;
    }
    (world, in_private(org, ann))
}

fn sandbox(world: &World) -> Arc<penny::store::sandbox::Sandbox> {
    let key = crate::sandbox::world::KEY;
    Arc::new(crate::sandbox::world::sandbox(
        world.database.url(),
        &world.db,
        key,
        Limits::default(),
    ))
}

/// With a web that has no sites.
fn fetch_url(world: &World) -> FetchUrl {
    let clock: SharedClock = Arc::new(SystemClock);
    FetchUrl::new(Arc::new(web::of(&[], &clock)), sandbox(world))
}

/// With an engine that takes no question.
async fn web_search() -> WebSearch {
    let engine = web::Site::start("engine.example", |_| None).await;
    let endpoint = Endpoint {
        url: engine.url().parse().unwrap(),
        key: Secret::new("key"),
    };
    let config = SearchConfig {
        exa: Some(endpoint),
        perplexity: None,
    };
    let clock: SharedClock = Arc::new(SystemClock);
    WebSearch::new(Engine::all(&config, &clock).unwrap()).unwrap()
}

#[tokio::test]
async fn run_sql_query_returns_rows_or_a_sentence_that_helps() {
    let (world, viewer) = company().await;
    let tool = RunSqlQuery::new(sandbox(&world));
    let asked = json!({"sql": "select name, lifecycle from accounts", "purpose": "our accounts"});
    assert_eq!(tool.title(&asked), "Looking up our accounts");
    assert_eq!(
        result(call(&world, &viewer, &tool, asked).await),
        "[1]{name,lifecycle}:\n  Acme,customer"
    );
    let none = json!({"sql": "select name from accounts where false"});
    assert_eq!(result(call(&world, &viewer, &tool, none).await), "No rows.");
    let wrong = json!({"sql": "select nmae from accounts"});
    assert!(refusal(call(&world, &viewer, &tool, wrong).await).contains("accounts.name"));
    let nothing = json!({"query": "select 1"});
    assert!(refusal(call(&world, &viewer, &tool, nothing).await).contains("sql"));
}

#[tokio::test]
async fn no_input_whatever_breaks_a_tool() {
    let (world, viewer) = company().await;
    let names = [
        "sql", "purpose", "tables", "action", "text", "scope", "id", "question", "options", "url",
        "part", "pages",
    ];
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        "\\PC{0,40}".prop_map(Value::from),
        prop_oneof![
            "remember",
            "recall",
            "forget",
            "person",
            "select 1",
            "accounts",
            "https://site.example/"
        ]
        .prop_map(Value::from),
    ];
    let inputs = leaf.prop_recursive(3, 24, 5, move |inner| {
        let field = prop::sample::select(names.to_vec()).prop_map(str::to_owned);
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::hash_map(field, inner, 0..6)
                .prop_map(|map| map.into_iter().collect::<serde_json::Map<_, _>>().into()),
        ]
    });
    let sql = RunSqlQuery::new(sandbox(&world));
    let systems = ListConnectedSystems::new(sandbox(&world));
    let (fetch, search) = (fetch_url(&world), web_search().await);
    let tools: [&dyn Tool; 6] = [
        &DescribeTables,
        &sql,
        &systems,
        &ManageMemory,
        &fetch,
        &search,
    ];
    let mut runner = TestRunner::deterministic();
    for _ in 0..60 {
        let input = inputs.new_tree(&mut runner).unwrap().current();
        for tool in tools {
            tool.title(&input);
            let outcome = call(&world, &viewer, tool, input.clone()).await;
            let is_for_model = matches!(outcome, Ok(_) | Err(ToolError::Refused(_)));
            assert!(is_for_model, "{input}: {outcome:?}");
        }
    }
}

#[tokio::test]
async fn describe_tables_lists_them_and_explains_those_that_are_named() {
    let (world, viewer) = company().await;
    let all = result(call(&world, &viewer, &DescribeTables, json!({})).await);
    assert!(
        all.lines().count() == penny::store::sandbox::views().len(),
        "{all}"
    );
    let some = json!({"tables": ["agent.Deals", "customers"]});
    let text = result(call(&world, &viewer, &DescribeTables, some).await);
    assert!(
        text.contains("  amount numeric(14,2): The value of the contract"),
        "{text}"
    );
    assert!(text.contains("no table customers"), "{text}");
    assert!(!text.contains("org_id"), "{text}");
    let unknown = json!({"tables": ["customers"]});
    assert!(refusal(call(&world, &viewer, &DescribeTables, unknown).await).contains("accounts"));
}

#[tokio::test]
async fn list_connected_systems_tells_their_health() {
    let (world, viewer) = company().await;
    let tool = ListConnectedSystems::new(sandbox(&world));
    let text = result(call(&world, &viewer, &tool, json!({})).await);
    assert!(text.contains("Acme") && text.contains("healthy"), "{text}");
    let guests = Viewer {
        external_present: true,
        ..viewer.clone()
    };
    let text = result(call(&world, &guests, &tool, json!({})).await);
    assert!(text.starts_with("No system is connected"), "{text}");
}

#[tokio::test]
async fn manage_memory_remembers_recalls_forgets_and_restores() {
    let (world, viewer) = company().await;
    let ask = async |input: Value| call(&world, &viewer, &ManageMemory, input).await;
    let none = result(ask(json!({"action": "recall"})).await);
    assert_eq!(none, "Nothing is remembered for the person yet.");
    let kept = result(ask(json!({"action": "remember", "text": "Likes tea"})).await);
    let id = kept
        .rsplit_once("id ")
        .unwrap()
        .1
        .trim_end_matches('.')
        .to_owned();
    let notes = result(ask(json!({"action": "recall"})).await);
    assert!(
        notes.starts_with("1 note:\n- Likes tea (Ann, ") && notes.contains(&id),
        "{notes}"
    );
    let forgotten = result(ask(json!({"action": "forget", "id": id})).await);
    assert!(
        forgotten.starts_with("Forgotten: “Likes tea”"),
        "{forgotten}"
    );
    let restored = result(ask(json!({"action": "restore", "id": id})).await);
    assert_eq!(restored, "Restored: “Likes tea”.");
    let again = refusal(ask(json!({"action": "restore", "id": id})).await);
    assert!(again.contains("no such note"), "{again}");
    for (input, told) in [
        (json!({"action": "remember"}), "`text`"),
        (json!({"action": "forget"}), "`id`"),
        (json!({"action": "forget", "id": "7"}), "schema"),
        (json!({"action": "erase"}), "erase"),
        (
            json!({"action": "recall", "scope": "channel"}),
            "direct message",
        ),
        (
            json!({"action": "remember", "text": "x".repeat(1001)}),
            "1000 characters",
        ),
    ] {
        let text = refusal(ask(input).await);
        assert!(text.contains(told), "{text}");
    }
}

#[tokio::test]
async fn in_a_channel_personal_notes_can_be_made_but_not_read() {
    let (world, viewer) = company().await;
    let here = in_channel(viewer.org, viewer.person, "C1");
    let mine = json!({"action": "remember", "scope": "person", "text": "Is looking for a new job"});
    let told = result(call(&world, &here, &ManageMemory, mine).await);
    assert!(told.starts_with("Remembered for the person"), "{told}");
    let read = json!({"action": "recall", "scope": "person"});
    let refused = refusal(call(&world, &here, &ManageMemory, read).await);
    assert!(refused.contains("direct message"), "{refused}");
    let channel = result(call(&world, &here, &ManageMemory, json!({"action": "recall"})).await);
    assert_eq!(channel, "Nothing is remembered for this channel yet.");
    let private = result(call(&world, &viewer, &ManageMemory, json!({"action": "recall"})).await);
    assert!(private.contains("new job"), "{private}");
}

#[tokio::test]
async fn while_outsiders_listen_a_channels_notes_stay_closed() {
    let (world, viewer) = company().await;
    let shared = Viewer {
        external_present: true,
        ..in_channel(viewer.org, viewer.person, "C1")
    };
    for input in [
        json!({"action": "recall"}),
        json!({"action": "remember", "text": "x"}),
    ] {
        let refused = refusal(call(&world, &shared, &ManageMemory, input).await);
        assert!(refused.contains("outside the company"), "{refused}");
    }
}

#[tokio::test]
async fn each_tool_says_what_it_does_to_the_world() {
    let (world, _) = company().await;
    assert_eq!(
        RunSqlQuery::new(sandbox(&world)).effect(),
        Effect::LocalRead
    );
    assert_eq!(DescribeTables.effect(), Effect::LocalRead);
    assert_eq!(ManageMemory.effect(), Effect::LocalWrite);
    assert_eq!(fetch_url(&world).effect(), Effect::ExternalRead);
    assert_eq!(web_search().await.effect(), Effect::ExternalRead);
}
