//! Searches of the web: what is found may be read, and nothing private is asked.

use super::{reads, refusal, results, shop, told};
use crate::support::TestApp;
use crate::support::web::{Site, typed};
use axum::response::IntoResponse;
use http::StatusCode;
use penny::models::scripted::Step;
use serde_json::{Value, json};

async fn engine(answer: &'static str) -> Site {
    Site::start("engine.example", move |path| match path {
        "/search" => typed("application/json", answer),
        _ => None,
    })
    .await
}

const FOUND: &str = r#"{"results": [{"title": "Prices of all shops", "url": "http://shop.example/prices",
    "publishedDate": "2026-03-01T00:00:00Z", "text": "Five euros."}]}"#;

#[tokio::test]
async fn a_search_finds_pages_that_may_then_be_read() {
    let (shop, exa) = (shop().await, engine(FOUND).await);
    let steps = [
        Step::calls("c1", "web_search", json!({"question": "prices of shops"})),
        reads("c2", "http://shop.example/prices"),
        Step::says("Done."),
    ];
    let app = TestApp::build(steps)
        .site(&shop)
        .setting("EXA_API_KEY", "exa-canary")
        .setting("EXA_BASE_URL", exa.url())
        .keeping_logs()
        .start()
        .await;
    told(&app, "what do shops take?").await;
    let found = &results(&app, 1)[0].0;
    assert!(
        found.contains(
            "1. Prices of all shops\n   http://shop.example/prices · 2026-03-01\n   Five euros."
        ),
        "{found}"
    );
    assert!(results(&app, 2)[0].0.contains("small plan"));
    let asked = exa.asked();
    assert_eq!(asked[0].body["query"], "prices of shops");
    assert_eq!(asked[0].headers["x-api-key"], "exa-canary");
    let logs = app.logs.as_ref().unwrap().text();
    assert!(!logs.contains("exa-canary"));
    app.stop().await;
}

#[tokio::test]
async fn perplexity_steps_in_where_exa_fails() {
    let exa = Site::start("engine.example", |_| {
        Some(StatusCode::UNAUTHORIZED.into_response())
    })
    .await;
    let perplexity = engine(
        r#"{"results": [{"title": "T", "url": "https://t.example/", "snippet": "S", "date": "2026-01-02"}]}"#,
    )
    .await;
    let steps = [
        Step::calls("c1", "web_search", json!({"question": "anything"})),
        Step::says("Done."),
    ];
    let app = TestApp::build(steps)
        .setting("EXA_API_KEY", "wrong")
        .setting("EXA_BASE_URL", exa.url())
        .setting("PERPLEXITY_API_KEY", "pplx-canary")
        .setting("PERPLEXITY_BASE_URL", perplexity.url())
        .start()
        .await;
    told(&app, "search for anything").await;
    let found = &results(&app, 1)[0].0;
    assert!(found.contains("1 page, found by Perplexity"), "{found}");
    let asked = perplexity.asked();
    assert_eq!(asked[0].headers["authorization"], "Bearer pplx-canary");
    app.stop().await;
}

#[tokio::test]
async fn a_search_that_would_tell_private_figures_is_not_made() {
    let exa = engine(FOUND).await;
    let steps = [
        Step::calls(
            "c1",
            "run_sql_query",
            json!({"sql": "select 'Acme' as name, 7345612 as amount"}),
        ),
        Step::calls(
            "c2",
            "web_search",
            json!({"question": "Acme deal of 7,345,612 euros"}),
        ),
        Step::calls("c3", "web_search", json!({"question": "x".repeat(201)})),
        Step::calls("c4", "web_search", json!({"question": "news of Acme"})),
        Step::says("Done."),
    ];
    let app = TestApp::build(steps)
        .setting("EXA_API_KEY", "key")
        .setting("EXA_BASE_URL", exa.url())
        .start()
        .await;
    told(&app, "what is new at our customers?").await;
    assert!(refusal(&app, 2).contains("“7,345,612” comes from the company's data"));
    assert!(refusal(&app, 3).contains("1 to 200 characters"));
    let asked: Vec<Value> = exa.asked().into_iter().map(|asked| asked.body).collect();
    assert_eq!(asked.len(), 1);
    assert_eq!(asked[0]["query"], "news of Acme");
    app.stop().await;
}

#[tokio::test]
async fn without_a_key_there_is_no_tool_to_search_with() {
    let app = TestApp::start([Step::says("Done.")]).await;
    told(&app, "hello").await;
    let requests = app.model.requests();
    let names: Vec<&str> = requests[0].tools.iter().map(|tool| &*tool.name).collect();
    assert!(names.contains(&"fetch_url"), "{names:?}");
    assert!(!names.contains(&"web_search"), "{names:?}");
    app.stop().await;
}
