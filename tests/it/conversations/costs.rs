//! What an answer costs: all that was asked of models for it, at the price of what was asked.

use crate::support::TestApp;
use crate::support::web::Site;
use axum::response::IntoResponse;
use http::StatusCode;
use parking_lot::Mutex;
use penny::models::scripted::{Scripted, Step};
use penny::models::{ModelError, Price, Usage};
use serde_json::json;
use std::collections::VecDeque;
use std::sync::Arc;

/// A dollar for a million tokens, of whatever kind: a token costs a millionth of a dollar.
const ONE_EACH: Price = Price {
    input: 1.0,
    output: 1.0,
    cache_read: 1.0,
    cache_write: 1.0,
};

fn tokens(input: u64) -> Usage {
    Usage {
        input,
        ..Usage::default()
    }
}

/// What all turns have cost, in millionths of a dollar.
async fn costs(app: &TestApp) -> Vec<String> {
    app.texts("select cost_micros::text from core.turns order by started_at")
        .await
}

#[tokio::test]
async fn a_fallbacks_answer_is_signed_and_priced_as_what_wrote_it() {
    let chunks = [
        json!({ "choices": [{ "index": 0, "delta": { "content": "Nine deals." }, "finish_reason": null }] }),
        json!({ "choices": [{ "index": 0, "delta": {}, "finish_reason": "stop" }] }),
        json!({ "choices": [], "usage": { "prompt_tokens": 1_000, "completion_tokens": 100 } }),
    ];
    let streamed: String = chunks.iter().map(|it| format!("data: {it}\n\n")).collect();
    let answers = Arc::new(Mutex::new(VecDeque::from([
        (
            StatusCode::PAYMENT_REQUIRED,
            "application/json",
            "{}".to_owned(),
        ),
        (StatusCode::OK, "text/event-stream", streamed),
    ])));
    let server = Site::start("model.example", move |_| {
        let (status, kind, body) = answers.lock().pop_front()?;
        Some((status, [("content-type", kind)], body).into_response())
    })
    .await;
    let app = TestApp::build([])
        .setting("OPENAI_BASE_URL", format!("{}/v1", server.url()))
        .setting("PENNY_MODEL", "small-one")
        .setting("PENNY_FALLBACK_MODEL", "large-one")
        .setting("PENNY_PRICES", "small-one=1/1, large-one=100/200")
        .thinking_as_configured()
        .start()
        .await;
    let maya = app.slack.person("maya").unwrap();
    let said = maya.tells_penny("how many deals?").await.unwrap();
    let answer = maya.reads(&said.thread(), "Nine deals.").await.unwrap();
    app.settles().await;
    let answer = maya.answers_in(&said.thread()).pop().unwrap_or(answer);
    for part in ["$0.12", "large-one"] {
        assert!(answer.text.contains(part), "{part}: {}", answer.text);
    }
    assert!(!answer.text.contains("small-one"), "{}", answer.text);
    assert_eq!(costs(&app).await, ["120000"]);
    assert_eq!(
        app.texts("select model from core.turns").await,
        ["large-one"]
    );
    app.stop().await;
}

#[tokio::test]
async fn what_it_takes_to_sum_up_a_conversation_is_part_of_the_answers_cost() {
    let model = Scripted::new([
        Step::fails(|| ModelError::ContextTooLong),
        Step::says("They count deals.")
            .when(|request| request.tools.is_empty())
            .using(tokens(40_000)),
        Step::says("Nine.").using(tokens(2_000)),
    ]);
    let app = TestApp::thinking_with(model.priced(ONE_EACH)).start().await;
    let maya = app.slack.person("maya").unwrap();
    let said = maya.tells_penny("how many deals?").await.unwrap();
    maya.reads(&said.thread(), "Nine.").await.unwrap();
    app.settles().await;
    assert_eq!(costs(&app).await, ["42000"]);
    app.stop().await;
}

#[tokio::test]
async fn what_it_takes_to_put_a_channel_in_short_is_part_of_the_answers_cost() {
    let model = Scripted::new([
        Step::says("They argued about prices.")
            .when(|request| request.tools.is_empty())
            .using(tokens(30_000)),
        Step::says("About prices.").using(tokens(5_000)),
    ]);
    let app = TestApp::thinking_with(model.priced(ONE_EACH)).start().await;
    let jonas = app.slack.person("jonas").unwrap();
    for number in 0..8 {
        let long = format!("price argument {number}: {}", "too much! ".repeat(100));
        jonas.says("sales", &long).await.unwrap();
    }
    let maya = app.slack.person("maya").unwrap();
    let asked = maya.mentions_penny("sales", "what was it about?").await;
    let thread = asked.unwrap().thread();
    maya.reads(&thread, "About prices.").await.unwrap();
    app.settles().await;
    assert_eq!(costs(&app).await, ["35000"]);
    assert_eq!(
        app.texts("select tokens::text from core.turns").await,
        ["35000"]
    );
    app.stop().await;
}
