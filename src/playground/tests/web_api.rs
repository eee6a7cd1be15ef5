//! The Web API as Penny calls it.

use super::*;
#[tokio::test]
async fn who_comes_without_a_token_or_with_a_wrong_one_is_told_which() {
    let stage = Stage::small().await;
    let bare = stage
        .post("auth.test")
        .send()
        .await
        .unwrap()
        .json::<Value>()
        .await
        .unwrap();
    assert_eq!(bare["error"], "not_authed");
    let wrong = stage
        .post("auth.test")
        .bearer_auth("xoxb-other")
        .send()
        .await
        .unwrap();
    assert_eq!(
        wrong.json::<Value>().await.unwrap()["error"],
        "invalid_auth"
    );
    let form = stage
        .post("auth.test")
        .form(&[("token", stage.token())])
        .send()
        .await
        .unwrap();
    assert!(
        form.headers()["x-oauth-scopes"]
            .to_str()
            .unwrap()
            .contains("chat:write")
    );
    let known = form.json::<Value>().await.unwrap();
    assert_eq!(known["user_id"], "U0PENNY");
    assert_eq!(
        stage.error_of("chat.dance", json!({})).await,
        "unknown_method"
    );
}

#[tokio::test]
async fn a_method_needs_its_scope() {
    let stage = Stage::set(Setup::small()).await;
    let answer = stage
        .call(
            "reactions.add",
            json!({"channel": "C0SALES", "timestamp": "1.0", "name": "eyes"}),
        )
        .await;
    assert_eq!(answer["error"], "missing_scope");
    assert_eq!(answer["needed"], "reactions:write");
}

#[tokio::test]
async fn a_message_is_posted_updated_and_deleted_and_its_metadata_is_given_only_on_request() {
    let stage = Stage::small().await;
    let said = stage
        .alice()
        .mentions_penny("sales", "hello")
        .await
        .unwrap();
    let metadata = json!({"event_type": "penny", "event_payload": {"key": "k1"}});
    let posted = stage
        .call("chat.postMessage", json!({
            "channel": "C0SALES", "thread_ts": said.ts.to_string(), "text": "Hi", "metadata": metadata,
        }))
        .await;
    assert_eq!(posted["ok"], true, "{posted}");
    let thread = said.thread();
    assert_eq!(
        stage.alice().visible_text(&thread),
        "Alice: <@U0PENNY> hello\nPenny: Hi\n"
    );
    let replies = json!({"channel": "C0SALES", "ts": said.ts.to_string()});
    let plain = stage.call("conversations.replies", replies.clone()).await;
    assert_eq!(plain["messages"][1]["metadata"], Value::Null);
    let mut full = replies;
    full["include_all_metadata"] = json!(true);
    let full = stage.call("conversations.replies", full).await;
    assert_eq!(full["messages"][1]["metadata"], metadata);
    assert_eq!(full["messages"][1]["parent_user_id"], "U0ALICE");

    let target = json!({"channel": "C0SALES", "ts": posted["ts"], "text": "Hi there"});
    assert_eq!(stage.call("chat.update", target.clone()).await["ok"], true);
    assert_eq!(stage.alice().answers_in(&thread)[0].text, "Hi there");
    let foreign = json!({"channel": "C0SALES", "ts": said.ts.to_string(), "text": "no"});
    assert_eq!(
        stage.error_of("chat.update", foreign).await,
        "cant_update_message"
    );
    assert_eq!(stage.call("chat.delete", target.clone()).await["ok"], true);
    assert_eq!(
        stage.error_of("chat.update", target).await,
        "message_not_found"
    );
}

#[tokio::test]
async fn channels_refuse_whom_they_should() {
    let setup = Setup::small()
        .channel(
            NewChannel::private("board")
                .with_id("C0BOARD")
                .without_penny(),
        )
        .channel(
            NewChannel::public("lobby")
                .with_id("C0LOBBY")
                .without_penny(),
        )
        .channel(NewChannel::public("old").with_id("C0OLD").archived());
    let stage = Stage::set(with_every_scope(setup)).await;
    for (channel, refusal) in [
        ("C0NOWHERE", "channel_not_found"),
        ("C0BOARD", "channel_not_found"),
        ("C0LOBBY", "not_in_channel"),
        ("C0OLD", "is_archived"),
    ] {
        let message = json!({"channel": channel, "text": "hi"});
        assert_eq!(
            stage.error_of("chat.postMessage", message).await,
            refusal,
            "{channel}"
        );
    }
    assert_eq!(
        stage
            .call("conversations.join", json!({"channel": "C0LOBBY"}))
            .await["ok"],
        true
    );
    assert_eq!(
        stage
            .call(
                "chat.postMessage",
                json!({"channel": "C0LOBBY", "text": "hi"})
            )
            .await["ok"],
        true
    );
    assert_eq!(
        stage
            .error_of(
                "chat.postMessage",
                json!({"channel": "C0SALES", "text": " "})
            )
            .await,
        "no_text"
    );
    let lost = json!({"channel": "C0SALES", "text": "hi", "thread_ts": "1.000000"});
    assert_eq!(
        stage.error_of("chat.postMessage", lost).await,
        "thread_not_found"
    );
}

#[tokio::test]
async fn broken_blocks_are_refused_with_a_pointer_in_json_and_in_forms() {
    let stage = Stage::small().await;
    let blocks = json!([{"type": "section", "text": {"type": "mrkdwn", "text": "x".repeat(3001)}}]);
    let answer = stage
        .call(
            "chat.postMessage",
            json!({"channel": "C0SALES", "blocks": blocks}),
        )
        .await;
    let line = "must be less than 3001 characters [json-pointer:/blocks/0/text/text]";
    assert_eq!(answer["error"], "invalid_blocks");
    assert_eq!(answer["errors"], json!([line]));
    let form = [
        ("channel", "C0SALES".to_owned()),
        ("blocks", blocks.to_string()),
        ("token", stage.token()),
    ];
    let same = stage
        .post("chat.postMessage")
        .form(&form)
        .send()
        .await
        .unwrap();
    assert_eq!(same.json::<Value>().await.unwrap(), answer);
    let words = json!({"channel": "C0SALES", "blocks": "{}"});
    assert_eq!(
        stage.error_of("chat.postMessage", words).await,
        "invalid_blocks_format"
    );
}

#[tokio::test]
async fn lists_come_in_pages_that_hold_everything_once() {
    let people = (0..25).map(|number| Person::new(format!("U1{number:02}"), "Some Body"));
    let stage = Stage::set(Setup::small().people(people)).await;
    let mut found = Vec::new();
    let mut cursor = String::new();
    loop {
        let page = stage
            .call("users.list", json!({"limit": 7, "cursor": cursor}))
            .await;
        found.extend(
            page["members"]
                .as_array()
                .unwrap()
                .iter()
                .map(|member| member["id"].to_string()),
        );
        cursor = page["response_metadata"]["next_cursor"]
            .as_str()
            .unwrap()
            .to_owned();
        if cursor.is_empty() {
            break;
        }
    }
    let unique: std::collections::BTreeSet<_> = found.iter().collect();
    assert_eq!((found.len(), unique.len()), (29, 29));
    assert_eq!(
        stage.error_of("users.list", json!({"cursor": "%%"})).await,
        "invalid_cursor"
    );
}

#[tokio::test]
async fn a_file_travels_in_three_steps_and_needs_the_token_to_come_back() {
    let stage = Stage::small().await;
    let said = stage
        .alice()
        .mentions_penny("sales", "report")
        .await
        .unwrap();
    let place = stage
        .call(
            "files.getUploadURLExternal",
            json!({"filename": "r.csv", "length": 3}),
        )
        .await;
    let url = place["upload_url"].as_str().unwrap();
    let file = place["file_id"].clone();
    let early = json!({"files": [{"id": file}], "channel_id": "C0SALES"});
    assert_eq!(
        stage.error_of("files.completeUploadExternal", early).await,
        "file_not_found"
    );
    assert_eq!(
        stage
            .client
            .post(url)
            .body("a,b")
            .send()
            .await
            .unwrap()
            .status(),
        200
    );
    let done = json!({"files": [{"id": file, "title": "Report"}], "channel_id": "C0SALES", "thread_ts": said.ts.to_string()});
    assert_eq!(
        stage.call("files.completeUploadExternal", done).await["ok"],
        true
    );
    assert_eq!(stage.alice().answers_in(&said.thread())[0].files, ["r.csv"]);
    let info = stage.call("files.info", json!({"file": file})).await;
    let private = info["file"]["url_private"].as_str().unwrap();
    let with_token = stage
        .client
        .get(private)
        .bearer_auth(stage.token())
        .send()
        .await
        .unwrap();
    assert_eq!(with_token.text().await.unwrap(), "a,b");
    let without = stage.client.get(private).send().await.unwrap();
    assert!(without.text().await.unwrap().contains("<html>"));
}

#[tokio::test]
async fn a_test_can_tell_which_visible_calls_nobody_looked_at() {
    let stage = Stage::small().await;
    let said = stage.alice().mentions_penny("sales", "hi").await.unwrap();
    stage.call("users.info", json!({"user": "U0ALICE"})).await;
    stage
        .call(
            "chat.postMessage",
            json!({"channel": "C0SALES", "thread_ts": said.ts.to_string(), "text": "Hi"}),
        )
        .await;
    let unread: Vec<String> = stage
        .slack
        .calls()
        .unread()
        .into_iter()
        .map(|call| call.method)
        .collect();
    assert_eq!(unread, ["chat.postMessage"]);
    stage.alice().visible_text(&said.thread());
    assert!(stage.slack.calls().unread().is_empty());
}
