//! Penny's own client against the stand-in: the two were written apart from Slack's documents,
//! and must agree.

use super::*;
use crate::base::ids::{ChannelId, TeamId, Ts, UserId};
use crate::slack::client::{
    Metadata, NewMessage, SessionStatus, SlackApi, SlackClient, SlackError, Stream, StreamStart,
    Upload,
};
use crate::slack::prompts;
use slack_morphism::api::SlackStreamChunk;
use std::time::Duration;

fn client_of(stage: &Stage) -> SlackClient {
    let base = url::Url::parse(&stage.slack.api_url()).unwrap();
    let api = SlackApi::new(&base, stage.slack.clock().clone()).unwrap();
    api.client(TeamId::new("T0PLAY"), stage.slack.bot_token().unwrap())
}

fn words(text: &str) -> SlackStreamChunk {
    SlackStreamChunk::MarkdownText {
        text: text.to_owned(),
    }
}

fn ts(said: &Said) -> Ts {
    Ts::new(said.ts.to_string())
}

#[tokio::test]
async fn a_streamed_answer_with_a_card_reaches_the_reader() {
    let stage = Stage::small().await;
    let penny = client_of(&stage);
    let said = stage
        .alice()
        .mentions_penny("sales", "deals?")
        .await
        .unwrap();
    let (team, alice, thread) = (TeamId::new("T0PLAY"), UserId::new("U0ALICE"), ts(&said));
    penny
        .set_session_status(&said.channel, &thread, SessionStatus::Processing, None)
        .await
        .unwrap();
    penny
        .set_thread_status(&said.channel, &thread, "is thinking…", &["Reading deals…"])
        .await
        .unwrap();
    let card: SlackStreamChunk = serde_json::from_value(json!({
        "type": "task_update", "id": "1", "title": "Reading deals", "status": "complete",
        "sources": [{"type": "url", "url": "https://crm.example/deals", "text": "Deals"}],
    }))
    .unwrap();
    let start = StreamStart {
        channel: &said.channel,
        thread: &thread,
        recipient: Some((&alice, &team)),
        chunks: &[words("Let me see. ")],
    };
    let posted = penny.start_stream(&start).await.unwrap();
    let stream = Stream {
        channel: &said.channel,
        ts: &posted.ts,
    };
    penny.append_stream(&stream, &[card]).await.unwrap();
    let metadata = Metadata {
        event_type: "penny",
        event_payload: json!({"key": "k"}),
    };
    penny
        .stop_stream(&stream, &[words("Two deals.")], &[], Some(&metadata))
        .await
        .unwrap();
    let shown = stage
        .alice()
        .waits_for_answer(&said.thread())
        .await
        .unwrap();
    assert_eq!(
        shown.text,
        "Let me see. \n✓ Reading deals\n  Deals\nTwo deals."
    );
    let late = penny
        .append_stream(&stream, &[words("!")])
        .await
        .unwrap_err();
    assert_eq!(
        late.code().unwrap().as_str(),
        "message_not_in_streaming_state"
    );
}

#[tokio::test]
async fn after_a_lost_answer_the_message_is_found_by_its_metadata() {
    let stage = Stage::small().await;
    let penny = client_of(&stage);
    let said = stage.alice().mentions_penny("sales", "hi").await.unwrap();
    let message = NewMessage {
        thread: Some(ts(&said)),
        text: "Hello".to_owned(),
        metadata: Some(Metadata {
            event_type: "penny",
            event_payload: json!({"key": "k1"}),
        }),
        ..NewMessage::default()
    };
    stage
        .slack
        .faults()
        .on("chat.postMessage")
        .hit(Fault::ApplyThenCut);
    assert!(penny.post_message(&said.channel, &message).await.is_err());
    let thread = penny
        .replies(&said.channel, &ts(&said), None, None)
        .await
        .unwrap();
    let found = thread
        .entries
        .iter()
        .find_map(|said| said.metadata.as_ref());
    assert_eq!(found.unwrap().event_payload["key"], "k1");
    assert_eq!(stage.alice().answers_in(&said.thread()).len(), 1);
}

#[tokio::test]
async fn a_429_holds_the_call_until_slack_takes_it_again() {
    let clock = still();
    let stage = Stage::set(Setup::small().clock(clock.clone())).await;
    let penny = client_of(&stage);
    stage
        .slack
        .faults()
        .on("chat.postMessage")
        .hit(Fault::RateLimited(30));
    let message = NewMessage {
        text: "Hello".to_owned(),
        ..NewMessage::default()
    };
    let channel = ChannelId::new("C0SALES");
    let posting = tokio::spawn(async move { penny.post_message(&channel, &message).await });
    let limited = |slack: &Slack| (slack.calls().count("chat.postMessage") == 1).then_some(());
    stage
        .slack
        .until("the refused call", limited)
        .await
        .unwrap();
    while !posting.is_finished() {
        clock.advance(Duration::from_secs(5));
        tokio::task::yield_now().await;
    }
    posting.await.unwrap().unwrap();
    assert_eq!(stage.slack.calls().count("chat.postMessage"), 2);
}

#[tokio::test]
async fn people_channels_files_views_and_prompts_are_understood() {
    let stage = Stage::small().await;
    let penny = client_of(&stage);
    let (alice, sales) = (UserId::new("U0ALICE"), ChannelId::new("C0SALES"));
    assert_eq!(
        penny.identity().await.unwrap().user_id,
        UserId::new("U0PENNY")
    );
    assert_eq!(
        penny.user(&alice).await.unwrap().email.as_deref(),
        Some("alice.wong@example.com")
    );
    assert_eq!(penny.users(None).await.unwrap().entries.len(), 4);
    penny.conversation(&sales).await.unwrap();
    let dm = penny
        .open_conversation(std::slice::from_ref(&alice))
        .await
        .unwrap();
    assert_eq!(dm, stage.alice().dm().unwrap());
    penny
        .set_suggested_prompts(&dm, None, None, &prompts::of_the_app()[..1])
        .await
        .unwrap();
    assert_eq!(
        stage.alice().suggested_prompts(),
        [prompts::of_the_app()[0].message]
    );
    let home = json!({"type": "home", "blocks": [{"type": "divider"}]});
    penny.publish_home(&alice, &home).await.unwrap();
    assert_eq!(stage.alice().home_text(), "---");
    let said = stage.alice().says("sales", "a file, please").await.unwrap();
    let thread = ts(&said);
    let upload = Upload {
        name: "deals.csv",
        title: "Deals",
        bytes: Bytes::from("a,b"),
        channel: &sales,
        thread: Some(&thread),
        comment: Some("Here"),
    };
    let id = penny.upload(upload).await.unwrap();
    let file = penny.file(&id).await.unwrap();
    assert_eq!(
        penny.download(&file, 100).await.unwrap(),
        Bytes::from("a,b")
    );
    let nowhere = ChannelId::new("C0NOWHERE");
    let refused = penny.conversation(&nowhere).await.unwrap_err();
    assert!(matches!(refused, SlackError::Refused { .. }), "{refused}");
}
