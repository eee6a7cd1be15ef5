//! The bounds of a turn: when one is reached, a sentence of its own says so.

use crate::support::TestApp;
use crate::support::rung::Rung;
use crate::support::web::Site;
use axum::body::Body;
use axum::response::IntoResponse;
use futures::stream;
use penny::models::scripted::{Gate, Scripted, Step};
use penny::models::{Block, Delta, Price, Usage};
use penny::playground::{Human, Thread};
use serde_json::{Value, json};
use std::io;
use std::sync::Arc;
use std::time::Duration;

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

/// Real time never gets there: it is over when the test rings.
fn an_hour_and_more() -> Arc<Rung> {
    Rung::for_waits_of(Duration::from_secs(4_000))
}

#[tokio::test]
async fn a_model_that_stalls_is_ended_when_the_time_is_over_and_what_it_wrote_stays() {
    let (rung, gate) = (an_hour_and_more(), Gate::default());
    let piece = |text: &str| Delta::Text(text.to_owned());
    let app = TestApp::build([
        Step::hangs()
            .streaming([piece("Nine deals ")])
            .then_streams(piece("are open, and"))
            .then_waits_for(&gate),
        Step::says("four of them in Berlin.")
            .when_asked("go on")
            .when(|request| {
                let said = |block: &Block| matches!(block, Block::Text { text } if text.contains("are open, and"));
                request.messages.iter().flat_map(|it| &it.content).any(said)
            }),
    ])
    .setting("PENNY_MAX_SECONDS", "5000")
    .clock(rung.clone())
    .start()
    .await;
    let maya = app.slack.person("maya").unwrap();
    let said = maya.tells_penny("how many deals?").await.unwrap();
    gate.reached().await;
    rung.ring();
    let ended = maya.reads(&said.thread(), "took longer than I may").await;
    let ended = ended.unwrap();
    assert!(ended.text.contains("Nine deals are open, and"), "{ended:?}");
    app.settles().await;
    assert_eq!(
        app.texts("select state || ': ' || error from core.turns")
            .await,
        ["failed: the bound on Time was reached"]
    );

    rung.hush();
    maya.replies_in(&said.thread(), "go on").await.unwrap();
    maya.reads(&said.thread(), "four of them in Berlin.")
        .await
        .unwrap();
    app.stop().await;
}

#[tokio::test]
async fn a_tool_that_hangs_is_ended_when_the_time_is_over_and_what_came_of_the_others_stays() {
    let rung = an_hour_and_more();
    let never = || {
        let body = Body::from_stream(stream::pending::<Result<Vec<u8>, io::Error>>());
        ([("content-type", "text/html")], body).into_response()
    };
    let site = Site::start("slow.example", move |path| (path == "/page").then(never)).await;
    let call = |id: &str, name: &str, input: Value| Block::ToolUse {
        id: id.to_owned(),
        name: name.to_owned(),
        input,
    };
    let page = json!({"url": "http://slow.example/page"});
    let app = TestApp::build([
        Step::replies(vec![
            call("c1", "fetch_url", page),
            call("c2", "look_around", json!({})),
        ]),
        Step::says("Then without it.").when_asked("go on"),
    ])
    .setting("PENNY_MAX_SECONDS", "5000")
    .clock(rung.clone())
    .site(&site)
    .start()
    .await;
    let maya = app.slack.person("maya").unwrap();
    let words = "read http://slow.example/page";
    let said = maya.tells_penny(words).await.unwrap();
    // By then the other one, which there is not, has long been refused.
    app.comes_true("the page is asked for", async || {
        site.paths().contains(&"/page".to_owned())
    })
    .await;
    rung.ring();
    maya.reads(&said.thread(), "took longer than I may")
        .await
        .unwrap();
    app.settles().await;

    rung.hush();
    maya.replies_in(&said.thread(), "go on").await.unwrap();
    maya.reads(&said.thread(), "Then without it.")
        .await
        .unwrap();
    let read = app.words_of_request(1);
    assert!(read.contains("the time for one answer was over"), "{read}");
    assert!(read.contains("look_around"), "{read}");
    assert_eq!(site.paths().len(), 2, "robots.txt, and the page once");
    app.stop().await;
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
