//! Streams, statuses and prompts of an agent, and the faults and limits that calls meet.

use super::*;
use std::time::Duration;

#[tokio::test]
async fn a_stream_grows_before_everybodys_eyes_and_cannot_be_edited_while_open() {
    let stage = Stage::small().await;
    let alice = stage.alice();
    let said = alice.mentions_penny("sales", "deals?").await.unwrap();
    let mut start = json!({"channel": "C0SALES", "thread_ts": said.ts.to_string()});
    assert_eq!(
        stage
            .error_of("chat.startStream", json!({"channel": "C0SALES"}))
            .await,
        "invalid_arguments"
    );
    assert_eq!(
        stage.error_of("chat.startStream", start.clone()).await,
        "missing_recipient_user_id"
    );
    start["recipient_user_id"] = json!("U0ALICE");
    assert_eq!(
        stage.error_of("chat.startStream", start.clone()).await,
        "missing_recipient_team_id"
    );
    start["recipient_team_id"] = json!("T0PLAY");
    let ts = stage.call("chat.startStream", start).await["ts"].clone();
    let at = json!({"channel": "C0SALES", "ts": ts});
    let with = |fields: Value| {
        let mut args = at.clone();
        args.as_object_mut()
            .unwrap()
            .extend(fields.as_object().unwrap().clone());
        args
    };
    assert_eq!(
        stage.error_of("chat.appendStream", at.clone()).await,
        "invalid_arguments"
    );
    let card = json!({"type": "task_update", "id": "1", "title": "Reading deals", "status": "in_progress"});
    stage
        .call(
            "chat.appendStream",
            with(json!({"chunks": [card, {"type": "markdown_text", "text": "Two "}]})),
        )
        .await;
    assert_eq!(
        alice.visible_text(&said.thread()),
        "Alice: <@U0PENNY> deals?\nPenny: … Reading deals\nTwo ▌\n"
    );
    assert_eq!(
        stage
            .error_of("chat.update", with(json!({"text": "x"})))
            .await,
        "streaming_state_conflict"
    );
    assert_eq!(
        stage.error_of("chat.delete", at.clone()).await,
        "cant_delete_message"
    );
    let last = json!({"chunks": [{"type": "markdown_text", "text": "deals."}], "blocks": buttons(), "session_status": "active"});
    assert_eq!(stage.call("chat.stopStream", with(last)).await["ok"], true);
    assert_eq!(
        alice.answers_in(&said.thread())[0].text,
        "… Reading deals\nTwo deals.\n[Approve] [Reject]"
    );
    assert_eq!(alice.session_of(&said.thread()), Some("active"));
    let late = with(json!({"chunks": [{"type": "markdown_text", "text": "!"}]}));
    assert_eq!(
        stage.error_of("chat.appendStream", late).await,
        "message_not_in_streaming_state"
    );
    stage
        .call("chat.update", with(json!({"text": "Short", "blocks": []})))
        .await;
    assert_eq!(alice.answers_in(&said.thread())[0].text, "Short");
}

#[tokio::test]
async fn scripted_faults_strike_in_each_of_their_ways() {
    let stage = Stage::small().await;
    let message = || json!({"channel": "C0SALES", "text": "hi"});
    let shown = || {
        stage
            .alice()
            .channel_messages(&stage.slack.channel("sales").unwrap())
            .len()
    };
    let send = || {
        stage
            .post("chat.postMessage")
            .bearer_auth(stage.token())
            .json(&message())
            .send()
    };

    stage
        .slack
        .faults()
        .on("chat.postMessage")
        .hit(Fault::RateLimited(7));
    let limited = send().await.unwrap();
    assert_eq!(
        (limited.status().as_u16(), &limited.headers()["retry-after"]),
        (429, &http::HeaderValue::from(7))
    );
    stage
        .slack
        .faults()
        .on("chat.postMessage")
        .hit(Fault::Status(503));
    assert_eq!(send().await.unwrap().status(), 503);
    stage
        .slack
        .faults()
        .on("chat.postMessage")
        .hit(Fault::Error("fatal_error"));
    assert_eq!(
        stage.error_of("chat.postMessage", message()).await,
        "fatal_error"
    );
    stage.slack.faults().on("chat.postMessage").hit(Fault::Cut);
    assert!(send().await.is_err());
    stage.slack.faults().on("chat.postMessage").hit(Fault::Hang);
    assert!(
        tokio::time::timeout(Duration::from_millis(50), send())
            .await
            .is_err()
    );
    assert_eq!(shown(), 0);
    stage
        .slack
        .faults()
        .on("chat.postMessage")
        .hit(Fault::ApplyThenCut);
    assert!(send().await.is_err());
    assert_eq!(shown(), 1);
    assert_eq!(stage.slack.faults().unused(), 0);
    let outcomes = stage.slack.calls().of("chat.postMessage");
    assert_eq!(
        outcomes.last().unwrap().outcome,
        calls::Outcome::Fault {
            name: "apply_then_cut",
            applied: true
        }
    );
}

#[tokio::test]
async fn strict_rates_let_twenty_streams_a_minute_through() {
    let clock = still();
    let stage = Stage::set(Setup::small().strict_rates().clock(clock.clone())).await;
    let said = stage.alice().tells_penny("hi").await.unwrap();
    let start = json!({"channel": said.channel, "thread_ts": said.ts.to_string()});
    for _ in 0..20 {
        assert_eq!(
            stage.call("chat.startStream", start.clone()).await["ok"],
            true
        );
    }
    assert_eq!(
        stage.error_of("chat.startStream", start.clone()).await,
        "ratelimited"
    );
    clock.advance(Duration::from_secs(60));
    assert_eq!(stage.call("chat.startStream", start).await["ok"], true);
}

#[tokio::test]
async fn prompts_with_a_thread_are_accepted_and_never_shown() {
    let stage = Stage::small().await;
    let alice = stage.alice();
    let dm = alice.dm().unwrap();
    let prompts = json!([{"title": "Deals", "message": "Which deals close this week?"}]);
    let silent = json!({"channel_id": dm, "thread_ts": "1.000000", "prompts": prompts});
    assert_eq!(
        stage
            .call("assistant.threads.setSuggestedPrompts", silent)
            .await["ok"],
        true
    );
    assert!(alice.suggested_prompts().is_empty());
    stage
        .call(
            "assistant.threads.setSuggestedPrompts",
            json!({"channel_id": dm, "prompts": prompts}),
        )
        .await;
    assert_eq!(alice.suggested_prompts(), ["Which deals close this week?"]);
}

#[tokio::test]
async fn a_status_goes_away_with_the_answer_or_after_two_minutes() {
    let clock = still();
    let stage = Stage::set(Setup::small().clock(clock.clone())).await;
    let alice = stage.alice();
    let said = alice.tells_penny("hi").await.unwrap();
    let status = json!({"channel_id": said.channel, "thread_ts": said.ts.to_string(), "status": "is thinking…"});
    stage
        .call("assistant.threads.setStatus", status.clone())
        .await;
    assert_eq!(
        alice.status_in(&said.thread()).as_deref(),
        Some("is thinking…")
    );
    clock.advance(Duration::from_secs(120));
    assert_eq!(alice.status_in(&said.thread()), None);
    stage
        .call("assistant.threads.setStatus", status.clone())
        .await;
    stage
        .call(
            "chat.postMessage",
            json!({"channel": said.channel, "thread_ts": said.ts.to_string(), "text": "Hi"}),
        )
        .await;
    assert_eq!(alice.status_in(&said.thread()), None);
    let mut wordy = status;
    wordy["loading_messages"] = json!(["x".repeat(51)]);
    assert_eq!(
        stage.error_of("assistant.threads.setStatus", wordy).await,
        "invalid_arguments"
    );
}
