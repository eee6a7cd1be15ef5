//! A model that calls what it may not, or cannot spell: it is told so, and nothing happens.

use crate::support::TestApp;
use penny::models::Block;
use penny::models::scripted::Step;
use serde_json::{Value, json};

fn call(id: &str, name: &str, input: Value) -> Block {
    Block::ToolUse {
        id: id.to_owned(),
        name: name.to_owned(),
        input,
    }
}

/// What came back for the tool calls of the request before: id, text, whether it is an error.
fn results(app: &TestApp, request: usize) -> Vec<(String, String, bool)> {
    let requests = app.model.requests();
    let last = requests[request].messages.last().unwrap();
    last.content
        .iter()
        .filter_map(|block| match block {
            Block::ToolResult {
                tool_use_id,
                content,
                is_error,
            } => Some((tool_use_id.clone(), content.clone(), *is_error)),
            _ => None,
        })
        .collect()
}

async fn is_answered_after(steps: Vec<Step>) -> TestApp {
    let app = TestApp::start(steps).await;
    let maya = app.slack.person("maya").unwrap();
    let said = maya.tells_penny("do something").await.unwrap();
    maya.reads(&said.thread(), "Done.").await.unwrap();
    app.settles().await;
    app
}

#[tokio::test]
async fn a_tools_result_comes_back_as_data_and_the_calls_run_side_by_side() {
    let app = is_answered_after(vec![
        Step::replies(vec![
            Block::text("Let me look."),
            call("c1", "describe_tables", json!({})),
            call("c2", "list_connected_systems", json!({})),
        ]),
        Step::says("Done."),
    ])
    .await;
    let results = results(&app, 1);
    assert_eq!(results.len(), 2);
    for (id, content, is_error) in &results {
        assert!(!is_error, "{id}: {content}");
        assert!(content.starts_with("<data source="), "{id}: {content}");
    }
    app.stop().await;
}

#[tokio::test]
async fn an_unknown_tool_goes_back_to_the_model_with_the_names_of_those_there_are() {
    let app = is_answered_after(vec![
        Step::calls("c1", "delete_all_deals", json!({})),
        Step::says("Done."),
    ])
    .await;
    let results = results(&app, 1);
    assert!(results[0].2);
    assert!(
        results[0]
            .1
            .contains("There is no tool \"delete_all_deals\"")
    );
    assert!(results[0].1.contains("run_sql_query"));
    app.stop().await;
}

#[tokio::test]
async fn malformed_arguments_go_back_to_the_model_as_an_error() {
    let odd = [
        json!("{\"sql\": \"select 1"),
        json!({}),
        json!({"sql": 5}),
        json!({"sql": ["select 1"]}),
        json!({"sql": null}),
        json!([]),
        Value::Null,
        json!({"sql": "select 1; drop table core.turns"}),
        json!({"sql": "\0"}),
        json!({"sql\0": "select 1", "\0": {"deep": ["\0"]}}),
        json!({"sql": "select ".repeat(10_000)}),
    ];
    let calls = odd
        .iter()
        .enumerate()
        .map(|(number, input)| call(&format!("c{number}"), "run_sql_query", input.clone()))
        .collect();
    let app = is_answered_after(vec![Step::replies(calls), Step::says("Done.")]).await;
    let results = results(&app, 1);
    assert_eq!(results.len(), odd.len());
    for ((id, content, is_error), input) in results.iter().zip(&odd) {
        assert!(is_error, "{id} {input}: {content}");
        assert!(!content.trim().is_empty(), "{id} {input}");
    }
    app.stop().await;
}

#[tokio::test]
async fn a_hundred_calls_at_once_are_a_hundred_results() {
    let calls = (0..100)
        .map(|number| match number % 4 {
            0 => call(&format!("c{number}"), "describe_tables", json!({})),
            1 => call(
                &format!("c{number}"),
                "run_sql_query",
                json!({"sql": "select 1 as one"}),
            ),
            2 => call(
                &format!("c{number}"),
                "send_mail",
                json!({"to": "everybody"}),
            ),
            _ => call(
                &format!("c{number}"),
                "run_sql_query",
                json!({"sql": "select pg_sleep(60)"}),
            ),
        })
        .collect();
    let app = is_answered_after(vec![Step::replies(calls), Step::says("Done.")]).await;
    let results = results(&app, 1);
    let right = results.iter().filter(|(_, _, is_error)| !is_error).count();
    assert_eq!((results.len(), right), (100, 50));
    assert_eq!(
        app.texts("select tool_calls::text from core.turns").await,
        ["100"]
    );
    app.stop().await;
}
