//! What Penny hears by herself: events, their twins, their repeats, and everything unsigned.

use super::*;
use std::time::Duration;

fn retry_of(heard: &Heard) -> Option<(&str, &str)> {
    let header = |name| heard.headers.get(name).map(|value| value.to_str().unwrap());
    Some((
        header("x-slack-retry-num")?,
        header("x-slack-retry-reason")?,
    ))
}

#[tokio::test]
async fn a_mention_arrives_twice_under_two_ids_and_signed() {
    let stage = Stage::small().await;
    let said = stage
        .alice()
        .mentions_penny("sales", "which deals close?")
        .await
        .unwrap();
    assert!(said.was_acknowledged());
    let heard = stage.ear.heard();
    let events: Vec<Value> = heard.iter().map(Heard::event).collect();
    let mut kinds: Vec<&str> = events
        .iter()
        .map(|event| event["event"]["type"].as_str().unwrap())
        .collect();
    kinds.sort_unstable();
    assert_eq!(kinds, ["app_mention", "message"]);
    assert_ne!(events[0]["event_id"], events[1]["event_id"]);
    for (request, envelope) in heard.iter().zip(&events) {
        assert_eq!(envelope["event"]["ts"], said.ts.to_string());
        assert_eq!(envelope["event"]["text"], "<@U0PENNY> which deals close?");
        assert_eq!(envelope["authorizations"][0]["team_id"], "T0PLAY");
        let timestamp = request.headers["x-slack-request-timestamp"]
            .to_str()
            .unwrap();
        let expected = signature(&stage.slack.signing_secret(), timestamp, &request.body);
        assert_eq!(request.headers["x-slack-signature"], expected.as_str());
    }
}

#[tokio::test]
async fn the_notice_that_penny_has_joined_names_her_and_is_no_mention() {
    let stage = Stage::small().await;
    let alice = stage.alice();
    let channel = alice.create_channel("offsite", false).unwrap();
    alice.invite(&channel, &"U0PENNY".into()).await.unwrap();
    let events = stage.ear.heard();
    let joined: Vec<Value> = events
        .iter()
        .map(|heard| heard.event()["event"].clone())
        .collect();
    let subtypes: Vec<Option<&str>> = joined
        .iter()
        .map(|event| event["subtype"].as_str())
        .collect();
    assert_eq!(
        stage.ear.event_types(),
        ["message", "member_joined_channel"]
    );
    assert_eq!(subtypes, [Some("channel_join"), None]);
}

#[tokio::test]
async fn a_playground_that_is_started_again_repeats_no_id() {
    let mut seen = std::collections::HashSet::new();
    for _ in 0..2 {
        let stage = Stage::small().await;
        stage.alice().says("general", "lunch?").await.unwrap();
        let id = stage.ear.last().event()["event_id"].to_string();
        assert!(seen.insert(id));
    }
}

#[tokio::test]
async fn a_dm_carries_what_was_in_view_and_a_channel_message_without_mention_is_heard_once() {
    let stage = Stage::small().await;
    let alice = stage.alice();
    let mut draft = Draft::new(alice.dm().unwrap(), "and here?");
    draft.context = Some(stage.slack.channel("sales").unwrap());
    alice.send(draft).await.unwrap();
    let event = stage.ear.last().event()["event"].clone();
    assert_eq!(event["channel_type"], "im");
    assert_eq!(event["app_context"]["entities"][0]["value"], "C0SALES");
    alice.says("general", "lunch?").await.unwrap();
    assert_eq!(stage.ear.event_types(), ["message", "message"]);
}

#[tokio::test]
async fn penny_hears_nothing_from_where_she_is_not_and_the_person_is_told() {
    let stage =
        Stage::set(Setup::small().channel(NewChannel::public("lobby").without_penny())).await;
    let alice = stage.alice();
    alice.mentions_penny("lobby", "hello?").await.unwrap();
    assert!(stage.ear.heard().is_empty());
    let lobby = stage.slack.channel("lobby").unwrap();
    assert!(
        alice.whispers(&lobby)[0]
            .text
            .contains("is not in this channel")
    );
    alice
        .invite(&lobby, &crate::base::ids::UserId::new("U0PENNY"))
        .await
        .unwrap();
    assert!(
        stage
            .ear
            .event_types()
            .contains(&"member_joined_channel".to_owned())
    );
    alice.mentions_penny("lobby", "hello!").await.unwrap();
    assert!(stage.ear.event_types().contains(&"app_mention".to_owned()));
}

#[tokio::test]
async fn an_event_that_is_not_taken_comes_again_at_once_after_a_minute_and_after_five() {
    let clock = still();
    let stage = Stage::set(Setup::small().clock(clock.clone())).await;
    for _ in 0..4 {
        stage.ear.will_answer(503, "");
    }
    let said = stage.alice().tells_penny("hi").await.unwrap();
    assert!(!said.was_acknowledged());
    stage.ear.until_heard(2).await;
    for (count, seconds) in [(3, 60), (4, 300)] {
        // The repeat sleeps on the clock; it may not have lain down yet when we get here.
        while stage.ear.heard().len() < count {
            clock.advance(Duration::from_secs(seconds));
            tokio::task::yield_now().await;
        }
    }
    let heard = stage.ear.heard();
    let repeats: Vec<_> = heard.iter().map(retry_of).collect();
    let why = "http_error";
    assert_eq!(
        repeats,
        [None, Some(("1", why)), Some(("2", why)), Some(("3", why))]
    );
    assert!(heard.iter().all(|request| request.body == heard[0].body));
}

#[tokio::test]
async fn a_slow_penny_has_missed_the_event() {
    let stage = Stage::set(Setup::small().ack_within(Duration::from_millis(20))).await;
    let slow = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    stage
        .slack
        .point_at(&format!("http://{}", slow.local_addr().unwrap()));
    let said = stage.alice().tells_penny("hi").await.unwrap();
    assert_eq!(said.acks[0].as_ref().unwrap_err(), &Missed::Timeout);
}

#[tokio::test]
async fn tests_can_send_again_what_was_sent_and_what_never_was() {
    let stage = Stage::small().await;
    stage.alice().tells_penny("hi").await.unwrap();
    let first = stage.ear.last();
    let id = first.event()["event_id"].as_str().unwrap().to_owned();
    stage.slack.redeliver(&id).await.unwrap();
    assert_eq!(stage.ear.last().body, first.body);
    assert!(retry_of(&stage.ear.last()).is_some());
    stage
        .slack
        .deliver(&json!({"type": "event_callback", "event_id": "Ev1", "event": {"type": "odd"}}))
        .await
        .unwrap();
    assert_eq!(stage.ear.last().event()["event"]["type"], "odd");
    stage
        .slack
        .courier()
        .post(
            "/slack/events",
            "application/json",
            &[],
            Bytes::from("garbage"),
        )
        .await
        .unwrap();
    assert!(!stage.ear.last().headers.contains_key("x-slack-signature"));
}

#[tokio::test]
async fn edits_deletions_reactions_and_files_are_heard_in_slacks_shapes() {
    let stage = Stage::small().await;
    let alice = stage.alice();
    let file = alice.upload("plan.pdf", "%PDF").unwrap();
    let said = alice
        .send(Draft::new(alice.dm().unwrap(), "see").with_file(file))
        .await
        .unwrap();
    let event = stage.ear.last().event()["event"].clone();
    assert_eq!(
        (&event["subtype"], &event["files"][0]["mimetype"]),
        (&json!("file_share"), &json!("application/pdf"))
    );
    alice
        .edit(&said.channel, said.ts, "see this")
        .await
        .unwrap();
    let event = stage.ear.last().event()["event"].clone();
    assert_eq!(event["subtype"], "message_changed");
    assert_eq!(
        (
            &event["message"]["text"],
            &event["previous_message"]["text"]
        ),
        (&json!("see this"), &json!("see"))
    );
    alice
        .react(&said.channel, said.ts, "eyes", true)
        .await
        .unwrap();
    assert_eq!(
        stage.ear.last().event()["event"]["item"]["ts"],
        said.ts.to_string()
    );
    alice.delete(&said.channel, said.ts).await.unwrap();
    assert_eq!(
        stage.ear.last().event()["event"]["deleted_ts"],
        said.ts.to_string()
    );
}

#[tokio::test]
async fn the_stop_button_closes_the_streams_and_names_them() {
    let stage = Stage::small().await;
    let alice = stage.alice();
    let said = alice.tells_penny("long story").await.unwrap();
    let start =
        json!({"channel": said.channel, "thread_ts": said.ts.to_string(), "markdown_text": "Once"});
    let ts = stage.call("chat.startStream", start).await["ts"].clone();
    alice.presses_stop(&said.thread()).await.unwrap();
    let event = stage.ear.last().event()["event"].clone();
    assert_eq!(event["type"], "agent_session_stopped");
    assert_eq!(event["streaming_message_ts"], json!([ts]));
    let more = json!({"channel": said.channel, "ts": ts, "markdown_text": "upon"});
    assert_eq!(
        stage.error_of("chat.appendStream", more).await,
        "stopped_by_user"
    );
}

#[tokio::test]
async fn opening_home_and_the_pane_is_told_with_tab_and_context() {
    let stage = Stage::small().await;
    let alice = stage.alice();
    alice.open_home("home").await.unwrap();
    assert_eq!(stage.ear.last().event()["event"]["tab"], "home");
    let view = json!({"type": "home", "blocks": [{"type": "header", "text": {"type": "plain_text", "text": "Hello Alice"}}]});
    let published = stage
        .call("views.publish", json!({"user_id": "U0ALICE", "view": view}))
        .await;
    assert_eq!(alice.home_text(), "# Hello Alice");
    let stale = json!({"user_id": "U0ALICE", "view": view, "hash": "1.old"});
    assert_eq!(
        stage.error_of("views.publish", stale).await,
        "hash_conflict"
    );
    let fresh = json!({"user_id": "U0ALICE", "view": view, "hash": published["view"]["hash"]});
    assert_eq!(stage.call("views.publish", fresh).await["ok"], true);
    alice
        .open_pane(Some(&stage.slack.channel("sales").unwrap()))
        .await
        .unwrap();
    assert_eq!(
        stage.ear.event_types()[1..],
        ["app_home_opened", "app_context_changed"]
    );
}
