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
