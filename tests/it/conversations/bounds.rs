//! The bounds of a turn: when one is reached, a sentence of its own says so.

use crate::support::TestApp;
use penny::models::scripted::{Scripted, Step};
use penny::models::{Price, Usage};
use penny::playground::{Human, Thread};
use serde_json::json;

fn looks_up(number: usize) -> Step {
    Step::calls(&format!("c{number}"), "describe_tables", json!({})).using(Usage {
        input: 60,
        output: 40,
        ..Usage::default()
    })
}

/// A model that looks things up for ever, and where its turn ends.
async fn ends_with(setting: (&'static str, &str), model: Scripted, words: &str) {
    let app = TestApp::thinking_with(model)
        .setting(setting.0, setting.1)
        .start()
        .await;
    let maya = app.slack.person("maya").unwrap();
    let said = maya.tells_penny("look everywhere").await.unwrap();
    maya.reads(&said.thread(), words).await.unwrap();
    app.settles().await;
    assert_eq!(app.texts("select state from core.turns").await, ["failed"]);
    app.stop().await;
}

#[tokio::test]
async fn a_model_that_loops_is_ended_after_so_many_steps() {
    let model = Scripted::new((0..3).map(looks_up));
    ends_with(("PENNY_MAX_STEPS", "3"), model, "number of steps").await;
}

#[tokio::test]
async fn a_model_that_reads_too_much_is_ended() {
    let model = Scripted::new((0..2).map(looks_up));
    ends_with(
        ("PENNY_MAX_TOKENS", "150"),
        model,
        "I’ve read as much as I may",
    )
    .await;
}

#[tokio::test]
async fn an_answer_that_has_used_up_its_budget_is_ended() {
    let dear = Price {
        input: 50.0,
        output: 50.0,
        cache_read: 0.0,
        cache_write: 0.0,
    };
    let model = Scripted::new((0..2).map(looks_up)).priced(dear);
    ends_with(("PENNY_MAX_COST_USD", "0.01"), model, "used up its budget").await;
}

#[tokio::test]
async fn an_answer_that_takes_too_long_is_ended() {
    let model = Scripted::new([]);
    ends_with(("PENNY_MAX_SECONDS", "0"), model, "took longer than I may").await;
}

#[tokio::test]
async fn after_a_bound_was_reached_one_can_say_go_on() {
    let app = TestApp::build([looks_up(0), Step::says("Found it.").when_asked("go on")])
        .setting("PENNY_MAX_STEPS", "1")
        .start()
        .await;
    let maya = app.slack.person("maya").unwrap();
    let said = maya.tells_penny("look everywhere").await.unwrap();
    maya.reads(&said.thread(), "number of steps").await.unwrap();
    app.settles().await;
    maya.replies_in(&said.thread(), "go on").await.unwrap();
    maya.reads(&said.thread(), "Found it.").await.unwrap();
    app.stop().await;
}

/// A Penny who has asked Maya back, and waits for her to choose.
async fn asks_back(then: Option<Step>) -> (TestApp, Human, Thread) {
    let question = json!({"question": "Which quarter?", "options": ["Q2", "Q3"]});
    let app = TestApp::build(
        [Step::calls("c1", "ask_person", question)]
            .into_iter()
            .chain(then),
    )
    .setting("PENNY_MAX_SECONDS", "600")
    .start()
    .await;
    let maya = app.slack.person("maya").unwrap();
    let said = maya.tells_penny("plan the quarter").await.unwrap();
    maya.reads(&said.thread(), "Which quarter?").await.unwrap();
    app.settles().await;
    (app, maya, said.thread())
}

#[tokio::test]
async fn a_click_an_hour_later_goes_on_as_one_at_once_would() {
    let answer = Step::says("Then Q3 it is.").when_asked("Q3");
    let (app, maya, thread) = asks_back(Some(answer)).await;
    app.execute(
        "update core.turns set started_at = started_at - interval '1 hour',
             waiting_since = waiting_since - interval '1 hour'",
    )
    .await;
    maya.clicks(&thread, "Q3").await.unwrap();
    let answer = maya.reads(&thread, "Then Q3 it is.").await.unwrap();
    assert!(!answer.text.contains("60 min"), "{}", answer.text);
    app.settles().await;
    assert_eq!(app.texts("select state from core.turns").await, ["done"]);
    app.stop().await;
}

#[tokio::test]
async fn an_hour_of_work_before_the_question_still_counts() {
    let (app, maya, thread) = asks_back(None).await;
    app.execute("update core.turns set started_at = started_at - interval '1 hour'")
        .await;
    maya.clicks(&thread, "Q3").await.unwrap();
    maya.reads(&thread, "took longer than I may").await.unwrap();
    app.settles().await;
    assert_eq!(app.texts("select state from core.turns").await, ["failed"]);
    app.stop().await;
}
