//! Thinking with servers that speak the common protocol in their own ways: people notice nothing
//! of it.

use crate::support::TestApp;
use crate::support::web::{Site, typed};
use axum::response::IntoResponse;
use http::StatusCode;
use parking_lot::Mutex;
use serde_json::{Value, json};
use std::collections::VecDeque;
use std::sync::Arc;

type Answer = (StatusCode, [(&'static str, &'static str); 2], String);

/// A server with one model, which gives these answers in their order.
async fn server(answers: impl IntoIterator<Item = Answer>) -> Site {
    let answers: Arc<Mutex<VecDeque<Answer>>> = Arc::new(Mutex::new(answers.into_iter().collect()));
    Site::start("model.example", move |path| match path {
        "/v1/models" => typed("application/json", r#"{"data": [{"id": "llama3.3"}]}"#),
        _ => Some(answers.lock().pop_front()?.into_response()),
    })
    .await
}

fn refuses(status: u16, message: &str, wait: &'static str) -> Answer {
    let body = json!({ "error": { "message": message } }).to_string();
    let headers = [("content-type", "application/json"), ("retry-after", wait)];
    (StatusCode::from_u16(status).unwrap(), headers, body)
}

fn streams(deltas: &[Value], reason: &str) -> Answer {
    let end = json!({ "choices": [{ "index": 0, "delta": {}, "finish_reason": reason }] });
    let chunks = deltas
        .iter()
        .map(|delta| json!({ "choices": [{ "index": 0, "delta": delta, "finish_reason": null }] }))
        .chain([end]);
    let body = chunks.map(|chunk| format!("data: {chunk}\n\n")).collect();
    let headers = [("content-type", "text/event-stream"), ("x-server", "small")];
    (StatusCode::OK, headers, body)
}

async fn thinking_with(server: &Site) -> TestApp {
    TestApp::build([])
        .setting("OPENAI_BASE_URL", format!("{}/v1", server.url()))
        .thinking_as_configured()
        .start()
        .await
}

#[tokio::test]
async fn a_small_server_whose_model_nobody_named_answers_after_two_calls_without_ids() {
    let call = |name: &str| json!({ "tool_calls": [{ "index": 0, "function": { "name": name, "arguments": "{}" } }] });
    let thought = json!({ "reasoning": "Hm.", "reasoning_content": "Hm." });
    let server = server([
        refuses(
            400,
            "This model's maximum context length is 16384 tokens",
            "0",
        ),
        streams(
            &[
                thought,
                call("describe_tables"),
                call("list_connected_systems"),
            ],
            "tool_calls",
        ),
        streams(&[json!({ "content": "Nine deals." })], "stop"),
    ])
    .await;
    let app = thinking_with(&server).await;
    let maya = app.slack.person("maya").unwrap();
    let said = maya.tells_penny("how many deals?").await.unwrap();
    let answer = maya.reads(&said.thread(), "Nine deals.").await.unwrap();
    app.settles().await;
    assert!(answer.text.contains("2 lookups"), "{}", answer.text);
    assert!(answer.text.contains("llama3.3"), "{}", answer.text);
    let asked = server.asked();
    let rooms: Vec<&Value> = asked[1..].iter().map(|it| &it.body["max_tokens"]).collect();
    assert_eq!(rooms, [&json!(16_000), &json!(4_000), &json!(4_000)]);
    app.stop().await;
}

#[tokio::test]
async fn a_model_that_allows_no_more_for_minutes_is_not_said_to_be_out_of_reach() {
    let server = server([refuses(429, "slow down", "300")]).await;
    let app = thinking_with(&server).await;
    let maya = app.slack.person("maya").unwrap();
    let said = maya.tells_penny("how many deals?").await.unwrap();
    maya.reads(&said.thread(), "asking the model more than it allows")
        .await
        .unwrap();
    app.settles().await;
    app.stop().await;
}

#[tokio::test]
async fn claude_that_allows_no_more_for_minutes_is_not_said_to_be_out_of_reach() {
    let server = server([refuses(429, "slow down", "300")]).await;
    let app = TestApp::build([])
        .setting("ANTHROPIC_API_KEY", "sk-ant-test")
        .setting("ANTHROPIC_BASE_URL", server.url())
        .setting("PENNY_MODEL", "claude-sonnet-4-5")
        .thinking_as_configured()
        .start()
        .await;
    let maya = app.slack.person("maya").unwrap();
    let said = maya.tells_penny("how many deals?").await.unwrap();
    maya.reads(&said.thread(), "asking the model more than it allows")
        .await
        .unwrap();
    app.settles().await;
    assert_eq!(server.paths(), ["/v1/messages"], "it is not asked again");
    app.stop().await;
}

#[tokio::test]
async fn a_server_without_a_model_has_people_told_what_is_to_be_set() {
    let server = Site::start("model.example", |path| {
        (path == "/v1/models").then(|| r#"{"data": []}"#.into_response())
    })
    .await;
    let app = thinking_with(&server).await;
    let maya = app.slack.person("maya").unwrap();
    let said = maya.tells_penny("how many deals?").await.unwrap();
    maya.reads(&said.thread(), "PENNY_MODEL").await.unwrap();
    app.settles().await;
    app.stop().await;
}
