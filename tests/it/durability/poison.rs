//! A question that makes Penny's own code panic: it is tried three times, then said to be given
//! up, and nobody else notices.

use crate::support::TestApp;
use penny::models::scripted::Step;
use penny::models::{Block, Request};

const POISON: &str = "the straw that breaks it";

/// Whether it is what was said last: later words in the thread do not set it off.
fn is_poison(request: &Request) -> bool {
    let last = request.messages.last().and_then(|last| last.content.last());
    matches!(last, Some(Block::Text { text }) if text.contains(POISON))
}

/// A bug that one question finds.
fn falls_over() -> Step {
    Step::says("Never.").repeatedly().when(|request| {
        assert!(!is_poison(request), "a bug");
        false
    })
}

#[tokio::test]
async fn a_question_that_makes_the_code_panic_ends_in_a_sentence_and_others_are_answered() {
    let app = TestApp::start([falls_over(), Step::says("Nine.").repeatedly()]).await;
    let maya = app.slack.person("maya").unwrap();
    let jonas = app.slack.person("jonas").unwrap();
    let said = maya.mentions_penny("sales", POISON).await.unwrap();
    for attempt in 1..=3 {
        app.comes_true(
            "the question was tried and its lease is no longer renewed",
            async || {
                let requests = app.model.requests();
                let tried = requests.iter().filter(|request| is_poison(request)).count();
                tried == attempt && app.process().app.worker.running() == 0
            },
        )
        .await;
        let other = jonas.mentions_penny("general", "how many?").await.unwrap();
        let answer = jonas.waits_for_answer(&other.thread()).await.unwrap();
        assert!(answer.text.contains("Nine."), "{answer:?}");
        app.comes_true("only the poison is left", async || {
            app.process().app.worker.running() == 0
        })
        .await;
        app.expire_leases().await;
    }
    maya.reads(&said.thread(), "fail three times")
        .await
        .unwrap();
    app.settles().await;
    assert_eq!(maya.answers_in(&said.thread()).len(), 1);
    assert_eq!(
        app.texts("select state from core.turns where state <> 'done'")
            .await,
        ["failed"]
    );

    let again = maya.replies_in(&said.thread(), "and now?").await.unwrap();
    maya.reads(&again.thread(), "Nine.").await.unwrap();
    app.stop().await;
}

/// A bug that is found as long as the question can be read at all.
fn falls_over_wherever_it_stands() -> Step {
    Step::says("Never.").repeatedly().when(|request| {
        let mut blocks = request.messages.iter().flat_map(|it| &it.content);
        let is_there =
            |block: &Block| matches!(block, Block::Text { text } if text.contains(POISON));
        assert!(!blocks.any(is_there), "a bug");
        false
    })
}

/// Waits until nobody works on the question any more for the nth time.
async fn fell_over(app: &TestApp, times: i64) {
    app.comes_true(
        "the question was tried and its lease is no longer renewed",
        async || {
            let tried = format!("select from core.turns where attempts = {times}");
            app.count(&tried).await == 1 && app.process().app.worker.running() == 0
        },
    )
    .await;
}

#[tokio::test]
async fn a_question_that_was_given_up_is_left_out_of_what_its_thread_reads_later() {
    let steps = [
        falls_over_wherever_it_stands(),
        Step::says("Nine.").repeatedly(),
    ];
    let app = TestApp::start(steps).await;
    let maya = app.slack.person("maya").unwrap();
    let said = maya.mentions_penny("sales", "how many?").await.unwrap();
    maya.reads(&said.thread(), "Nine.").await.unwrap();
    app.settles().await;
    maya.replies_in(&said.thread(), POISON).await.unwrap();
    for attempt in 1..=3 {
        fell_over(&app, attempt).await;
        if attempt == 3 {
            // Nobody takes this in before the question is given up.
            maya.replies_in(&said.thread(), "or put differently")
                .await
                .unwrap();
        }
        app.expire_leases().await;
    }
    maya.reads(&said.thread(), "fail three times")
        .await
        .unwrap();
    app.comes_true("what was said meanwhile is answered", async || {
        maya.answers_in(&said.thread()).len() == 3
    })
    .await;
    app.settles().await;
    let read = app.words_of_request(app.model.requests().len() - 1);
    assert!(read.contains("how many?"), "{read}");
    assert!(read.contains("or put differently"), "{read}");
    assert!(read.contains("made you fail"), "{read}");
    app.stop().await;
}

#[tokio::test]
async fn a_question_that_cannot_even_be_stored_is_given_up_too() {
    let app = TestApp::start([Step::says("Nine.")]).await;
    app.execute("alter table core.entries add constraint bug check (kind <> 'input')")
        .await;
    let maya = app.slack.person("maya").unwrap();
    let said = maya.mentions_penny("sales", POISON).await.unwrap();
    for attempt in 1..=3 {
        fell_over(&app, attempt).await;
        app.execute("update core.jobs set run_at = now()").await;
    }
    maya.reads(&said.thread(), "fail three times")
        .await
        .unwrap();
    app.settles().await;
    let waiting = "select from core.inbox where taken_at is null and kind = 'message'";
    assert_eq!(app.count(waiting).await, 0);

    app.execute("alter table core.entries drop constraint bug")
        .await;
    maya.replies_in(&said.thread(), "how many?").await.unwrap();
    maya.reads(&said.thread(), "Nine.").await.unwrap();
    assert!(!app.words_of_request(0).contains(POISON));
    app.stop().await;
}
