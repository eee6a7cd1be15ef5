//! When the model cannot answer, people read one plain sentence that says what to do.

use crate::support::TestApp;
use penny::models::scripted::Step;
use penny::models::{ModelError, Stop};
use std::time::Duration;

#[tokio::test]
async fn each_way_in_which_a_model_fails_has_its_sentence() {
    type Make = fn() -> ModelError;
    let ways: [(Make, &str); 7] = [
        (|| ModelError::Overloaded, "is overloaded right now"),
        (
            || ModelError::RateLimited {
                retry_after: Some(Duration::from_secs(9)),
            },
            "asking the model more than it allows",
        ),
        (|| ModelError::OutOfCredit, "out of credit"),
        (|| ModelError::Unauthorized, "refused my key"),
        (
            || ModelError::Unreachable("10.1.2.3:443".into()),
            "can’t reach the model",
        ),
        (
            || ModelError::Broken("at byte 7".into()),
            "broke off several times",
        ),
        (
            || ModelError::Rejected("messages.3".into()),
            "didn’t accept this conversation",
        ),
    ];
    let app = TestApp::start(ways.map(|(error, _)| Step::fails(error))).await;
    let maya = app.slack.person("maya").unwrap();
    for (error, sentence) in ways {
        let said = maya.tells_penny("hello").await.unwrap();
        let answer = maya.reads(&said.thread(), sentence).await.unwrap();
        app.settles().await;
        for detail in ["10.1.2.3", "byte 7", "messages.3"] {
            assert!(
                !answer.text.contains(detail),
                "{:?}: {}",
                error(),
                answer.text
            );
        }
    }
    app.stop().await;
}

#[tokio::test]
async fn a_thread_that_stays_too_long_even_shortened_is_said_to_be() {
    let app = TestApp::start([
        Step::fails(|| ModelError::ContextTooLong),
        Step::says("A summary.").when(|request| request.tools.is_empty()),
        Step::fails(|| ModelError::ContextTooLong),
    ])
    .await;
    let maya = app.slack.person("maya").unwrap();
    let said = maya.tells_penny("hello").await.unwrap();
    maya.reads(&said.thread(), "has become too long")
        .await
        .unwrap();
    app.stop().await;
}

#[tokio::test]
async fn a_refusal_is_said_kindly_and_the_next_question_is_answered() {
    let app = TestApp::start([
        Step::says("").stopping(Stop::Refusal),
        Step::says("Gladly.").when_asked("something else"),
    ])
    .await;
    let maya = app.slack.person("maya").unwrap();
    let said = maya.tells_penny("do evil").await.unwrap();
    maya.reads(&said.thread(), "I can’t help with that")
        .await
        .unwrap();
    app.settles().await;
    maya.replies_in(&said.thread(), "something else then")
        .await
        .unwrap();
    maya.reads(&said.thread(), "Gladly.").await.unwrap();
    app.stop().await;
}

#[tokio::test]
async fn after_a_failure_the_same_thread_can_be_tried_again() {
    let app = TestApp::start([
        Step::fails(|| ModelError::Overloaded),
        Step::says("Nine.").when_asked("once more"),
    ])
    .await;
    let maya = app.slack.person("maya").unwrap();
    let said = maya.tells_penny("how many deals?").await.unwrap();
    maya.reads(&said.thread(), "overloaded").await.unwrap();
    app.settles().await;
    maya.replies_in(&said.thread(), "once more, please")
        .await
        .unwrap();
    maya.reads(&said.thread(), "Nine.").await.unwrap();
    app.stop().await;
}
