//! Slack failing in its many ways: the answer is there once, or its turn ends with a reason.

use crate::support::TestApp;
use crate::support::hurried::Hurried;
use penny::base::ids::{ChannelId, UserId};
use penny::models::scripted::{Gate, Step};
use penny::playground::{Fault, Human, Thread};
use serde_json::json;
use std::sync::Arc;
use std::time::Duration;

const ANSWER: &str = "Nine deals are open.";

#[tokio::test]
async fn whatever_call_fails_in_whatever_way_the_answer_appears_once() {
    let app = TestApp::start([]).await;
    let maya = app.slack.person("maya").unwrap();
    let methods = [
        "chat.startStream",
        "chat.appendStream",
        "chat.stopStream",
        "chat.postMessage",
        "chat.update",
    ];
    let faults = [
        Fault::ApplyThenCut,
        Fault::Cut,
        Fault::Status(503),
        Fault::RateLimited(1),
        Fault::Error("internal_error"),
        Fault::Error("message_not_in_streaming_state"),
    ];
    for method in methods {
        for fault in &faults {
            let of_streams = *fault == Fault::Error("message_not_in_streaming_state");
            if of_streams && !method.ends_with("Stream") {
                continue;
            }
            // Where nothing can be streamed, the answer is posted and updated.
            if matches!(method, "chat.postMessage" | "chat.update") {
                let refused = Fault::Error("method_not_supported_for_channel_type");
                app.slack
                    .faults()
                    .on("chat.startStream")
                    .always()
                    .hit(refused);
            }
            app.slack.faults().on(method).hit(fault.clone());
            app.model.add([Step::says(ANSWER)]);
            let said = maya.tells_penny("how many deals?").await.unwrap();
            maya.waits_for(
                &said.thread(),
                &format!("an answer though {method} met {fault:?}"),
                |seen| seen.text.contains(ANSWER),
            )
            .await
            .unwrap();
            app.settles().await;
            let seen = maya.answers_in(&said.thread());
            let words = maya.visible_text(&said.thread());
            assert_eq!(
                words.matches(ANSWER).count(),
                1,
                "{method} {fault:?}: {words}"
            );
            assert_eq!(seen.len(), 1, "{method} {fault:?}: {words}");
            assert!(!seen[0].streaming, "{method} {fault:?}: {words}");
            app.slack.faults().clear();
        }
    }
    app.settles().await;
    app.slack.calls().mark_all_read();
    app.stop().await;
}

#[tokio::test]
async fn a_stream_that_dies_is_finished_in_the_same_place() {
    let app = TestApp::start([Step::says(ANSWER)]).await;
    app.slack
        .faults()
        .on("chat.startStream")
        .hit(Fault::StreamDiesAfter(0));
    let maya = app.slack.person("maya").unwrap();
    let said = maya
        .mentions_penny("sales", "how many deals?")
        .await
        .unwrap();
    maya.reads(&said.thread(), ANSWER).await.unwrap();
    app.settles().await;
    assert_eq!(maya.answers_in(&said.thread()).len(), 1);
    app.settles().await;
    app.slack.calls().mark_all_read();
    app.stop().await;
}

#[tokio::test]
async fn a_throttled_channel_waits_and_the_others_go_on() {
    let app = TestApp::start([Step::says(ANSWER).repeatedly()]).await;
    let sales = app.slack.channel("sales").unwrap();
    for method in ["chat.startStream", "chat.postMessage"] {
        let throttled = app.slack.faults().on(method).in_channel(&sales);
        throttled.hit(Fault::RateLimited(3));
    }
    let maya = app.slack.person("maya").unwrap();
    let held = maya
        .mentions_penny("sales", "how many deals?")
        .await
        .unwrap();
    app.comes_true("#sales is throttled", async || {
        app.slack.faults().unused() < 2
    })
    .await;
    let free = maya
        .mentions_penny("general", "how many deals?")
        .await
        .unwrap();
    maya.waits_for_answer(&free.thread()).await.unwrap();
    assert!(!maya.visible_text(&held.thread()).contains(ANSWER));
    maya.reads(&held.thread(), ANSWER).await.unwrap();
    app.settles().await;
    assert_eq!(maya.answers_in(&held.thread()).len(), 1);
    app.slack.faults().clear();
    app.settles().await;
    app.slack.calls().mark_all_read();
    app.stop().await;
}

/// The visible calls that Penny made, successful or not.
fn attempts(app: &TestApp) -> usize {
    let calls = app.slack.calls().all();
    calls
        .iter()
        .filter(|call| call.method.starts_with("chat."))
        .count()
}

/// Maya asks in #sales, and before there is an answer she does this to the channel: the turn ends
/// without a storm, and she is told why, with the answer, in her direct messages.
async fn is_told_with_the_answer(
    does: impl FnOnce(&Human, &ChannelId, &UserId),
    code: &str,
    words: &[&str],
) {
    let gate = Gate::default();
    let app = TestApp::start([
        Step::says(ANSWER).after(&gate),
        Step::says("You are welcome.").when_asked("thanks"),
    ])
    .await;
    let penny = app.process().app.services.workspaces.all()[0]
        .bot_user
        .clone();
    let maya = app.slack.person("maya").unwrap();
    let said = maya
        .mentions_penny("sales", "how many deals?")
        .await
        .unwrap();
    gate.reached().await;
    does(&maya, &said.channel, &penny);
    gate.open();
    let told = app.is_written(&maya, "I couldn’t answer").await;
    for part in words
        .iter()
        .chain(&["how many deals?", "Here is what I have"])
    {
        assert!(told.text.contains(part), "{part}: {}", told.text);
    }
    let answer = app.is_written(&maya, ANSWER).await;
    app.settles().await;
    assert_eq!(
        app.texts("select state || ': ' || error from core.turns")
            .await,
        [format!("failed: the answer cannot be delivered: {code}")]
    );
    assert!(attempts(&app) <= 6, "{} attempts", attempts(&app));
    let dm = maya.dm().unwrap();
    let in_dm = maya.channel_messages(&dm);
    let copies = in_dm.iter().filter(|seen| seen.text.contains(ANSWER));
    assert_eq!(copies.count(), 1, "{in_dm:#?}");

    let thread = Thread {
        channel: dm,
        root: answer.ts,
    };
    maya.replies_in(&thread, "thanks").await.unwrap();
    maya.reads(&thread, "You are welcome.").await.unwrap();
    app.settles().await;
    app.slack.calls().mark_all_read();
    app.stop().await;
}

#[tokio::test]
async fn a_channel_that_is_archived_meanwhile_ends_the_turn_and_the_asker_gets_the_answer() {
    is_told_with_the_answer(
        |maya, channel, _| maya.archive(channel).unwrap(),
        "is_archived",
        &["has been archived", "unarchive it"],
    )
    .await;
}

#[tokio::test]
async fn where_penny_was_removed_meanwhile_the_asker_gets_the_answer() {
    is_told_with_the_answer(
        |maya, channel, penny| maya.remove(channel, penny).unwrap(),
        "not_in_channel",
        &["not in it any more", "/invite @Penny"],
    )
    .await;
}

#[tokio::test]
async fn a_question_to_the_asker_that_cannot_be_put_is_told_them_too() {
    let gate = Gate::default();
    let question = json!({"question": "Which quarter?", "options": ["Q2", "Q3"]});
    let app = TestApp::start([Step::calls("c1", "ask_person", question).after(&gate)]).await;
    let maya = app.slack.person("maya").unwrap();
    let said = maya.mentions_penny("sales", "plan it").await.unwrap();
    gate.reached().await;
    maya.archive(&said.channel).unwrap();
    gate.open();
    let told = app.is_written(&maya, "has been archived").await;
    assert!(told.text.contains("ask me here instead"), "{}", told.text);
    app.settles().await;
    assert_eq!(app.texts("select state from core.turns").await, ["failed"]);
    app.slack.calls().mark_all_read();
    app.stop().await;
}

#[tokio::test]
async fn a_token_that_is_revoked_meanwhile_ends_the_turn_without_a_storm() {
    let gate = Gate::default();
    let app = TestApp::start([Step::says(ANSWER).after(&gate)]).await;
    let maya = app.slack.person("maya").unwrap();
    let said = maya
        .mentions_penny("sales", "how many deals?")
        .await
        .unwrap();
    gate.reached().await;
    for method in [
        "chat.startStream",
        "chat.postMessage",
        "conversations.replies",
    ] {
        app.slack
            .faults()
            .on(method)
            .always()
            .hit(Fault::Error("token_revoked"));
    }
    gate.open();
    app.settles().await;
    assert_eq!(app.texts("select state from core.turns").await, ["failed"]);
    assert!(attempts(&app) <= 4, "{} attempts", attempts(&app));
    assert!(maya.answers_in(&said.thread()).is_empty());
    app.settles().await;
    app.slack.calls().mark_all_read();
    app.stop().await;
}

#[tokio::test]
async fn a_slow_slack_holds_up_nobodys_thinking() {
    let app = TestApp::start([Step::says(ANSWER)]).await;
    for method in [
        "users.info",
        "conversations.history",
        "assistant.threads.setStatus",
    ] {
        let slow = Fault::Delay(Duration::from_secs(20));
        app.slack.faults().on(method).always().hit(slow);
    }
    let maya = app.slack.person("maya").unwrap();
    let said = maya
        .mentions_penny("sales", "how many deals?")
        .await
        .unwrap();
    let begun = std::time::Instant::now();
    maya.waits_for_answer(&said.thread()).await.unwrap();
    assert!(begun.elapsed() < Duration::from_secs(15));
    app.slack.faults().clear();
    app.settles().await;
    app.slack.calls().mark_all_read();
    app.stop().await;
}

/// Waits until work on the only turn was given back for the nth time.
async fn gave_up_for_now(app: &TestApp, times: i32) {
    let tried = format!(
        "select from core.jobs where kind = 'turn' and attempts >= {times} and lease_token is null"
    );
    app.comes_true("the answer could not be brought once more", async || {
        app.count(&tried).await == 1
    })
    .await;
}

#[tokio::test]
async fn an_answer_is_brought_once_slack_is_back_however_often_it_was_away() {
    let app = TestApp::build([Step::says(ANSWER)])
        .clock(Arc::new(Hurried))
        .start()
        .await;
    for method in [
        "chat.startStream",
        "chat.postMessage",
        "conversations.replies",
    ] {
        let away = Fault::Status(503);
        app.slack.faults().on(method).always().hit(away);
    }
    let maya = app.slack.person("maya").unwrap();
    let said = maya
        .mentions_penny("sales", "how many deals?")
        .await
        .unwrap();
    for times in 1..=5 {
        gave_up_for_now(&app, times).await;
        app.execute("update core.jobs set run_at = now() where kind = 'turn'")
            .await;
    }
    gave_up_for_now(&app, 6).await;
    let waits = "select from core.jobs where kind = 'turn' and run_at > now() + interval '10 s'";
    assert_eq!(app.count(waits).await, 1, "the pause has grown");
    app.slack.faults().clear();
    app.execute("update core.jobs set run_at = now() where kind = 'turn'")
        .await;
    maya.reads(&said.thread(), ANSWER).await.unwrap();
    app.settles().await;
    let seen = maya.answers_in(&said.thread());
    assert_eq!(seen.len(), 1, "{seen:#?}");
    assert!(!seen[0].text.contains("fail"), "{}", seen[0].text);
    assert_eq!(app.texts("select state from core.turns").await, ["done"]);
    app.slack.calls().mark_all_read();
    app.stop().await;
}
