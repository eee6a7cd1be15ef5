//! The page's own protocol: snapshot, changes, actions, and who may not come near.

use super::*;
use futures::StreamExt;

async fn act(stage: &Stage, action: Value) -> Value {
    let url = format!("{}/play/act", stage.slack.base_url());
    stage
        .client
        .post(url)
        .json(&action)
        .send()
        .await
        .unwrap()
        .json()
        .await
        .unwrap()
}

/// Reads the stream until an event of this name, and returns its data.
struct Screen {
    bytes: futures::stream::BoxStream<'static, reqwest::Result<Bytes>>,
    read: String,
}

impl Screen {
    async fn of(stage: &Stage, person: &str) -> Self {
        let url = format!("{}/play/stream?person={person}", stage.slack.base_url());
        let response = stage.client.get(url).send().await.unwrap();
        Self {
            bytes: response.bytes_stream().boxed(),
            read: String::new(),
        }
    }

    async fn next(&mut self, name: &str) -> Value {
        loop {
            while let Some((event, rest)) = self.read.split_once("\n\n") {
                let (head, data) = event.split_once("\ndata: ").unwrap_or((event, "null"));
                let found =
                    (head == format!("event: {name}")).then(|| serde_json::from_str(data).unwrap());
                self.read = rest.to_owned();
                if let Some(found) = found {
                    return found;
                }
            }
            let more = self.bytes.next().await.expect("the stream ended").unwrap();
            self.read.push_str(std::str::from_utf8(&more).unwrap());
        }
    }
}

#[tokio::test]
async fn a_page_gets_a_snapshot_and_then_what_happens() {
    let stage = Stage::small().await;
    let mut screen = Screen::of(&stage, "U0BOB").await;
    let snapshot = screen.next("snapshot").await;
    assert_eq!(
        (&snapshot["me"], &snapshot["team"]["name"]),
        (&json!("U0BOB"), &json!("Northwind"))
    );
    let names: Vec<&str> = snapshot["channels"]
        .as_array()
        .unwrap()
        .iter()
        .map(|channel| channel["kind"].as_str().unwrap())
        .collect();
    assert_eq!(names, ["public", "public", "im"]);
    let sent = act(
        &stage,
        json!({"person": "U0ALICE", "action": "send", "channel": "C0SALES", "text": "@Penny hi"}),
    )
    .await;
    assert_eq!(sent["ok"], true, "{sent}");
    let shown = screen.next("message").await;
    assert_eq!(shown["message"]["ts"], sent["ts"]);
    assert_eq!(shown["message"]["text"], "<@U0PENNY> hi");
    let status =
        json!({"channel_id": "C0SALES", "thread_ts": sent["ts"], "status": "is thinking…"});
    stage.call("assistant.threads.setStatus", status).await;
    assert_eq!(
        screen.next("thread").await["thread"]["status"],
        "is thinking…"
    );
}

#[tokio::test]
async fn a_page_is_not_told_what_its_person_may_not_see() {
    let stage =
        Stage::set(Setup::small().channel(NewChannel::private("board").members(["alice"]))).await;
    let mut screen = Screen::of(&stage, "U0BOB").await;
    let snapshot = screen.next("snapshot").await;
    assert!(!snapshot.to_string().contains("board"));
    stage.alice().says("board", "secret").await.unwrap();
    stage.alice().says("sales", "open").await.unwrap();
    assert_eq!(screen.next("message").await["message"]["text"], "open");
    let spy = act(
        &stage,
        json!({"person": "U0BOB", "action": "send", "channel": "C0NOWHERE", "text": "x"}),
    )
    .await;
    assert_eq!(
        spy["error"],
        "That conversation does not exist, or you cannot see it."
    );
}

#[tokio::test]
async fn an_app_that_leaves_leaves_the_page_too() {
    let stage = Stage::small().await;
    let mut screen = Screen::of(&stage, "U0ALICE").await;
    screen.next("snapshot").await;
    act(&stage, json!({"person": "U0ALICE", "action": "uninstall"})).await;
    assert_eq!(screen.next("app").await["installed"], false);
    act(&stage, json!({"person": "U0ALICE", "action": "install"})).await;
    assert_eq!(screen.next("app").await["installed"], true);
}

#[tokio::test]
async fn a_wrong_action_gets_a_sentence() {
    let stage = Stage::small().await;
    for action in [
        json!({"person": "U0NOBODY", "action": "open_home", "tab": "home"}),
        json!({"person": "U0ALICE", "action": "fly"}),
        json!({"person": "U0ALICE", "action": "send", "channel": "C0SALES", "text": "  "}),
        json!({"person": "U0ALICE", "action": "create_channel", "name": "sales", "private": false}),
        json!({"person": "U0ALICE", "action": "press", "container": {"type": "message", "channel": "C0SALES", "ts": "1.0"}, "element": {}}),
    ] {
        let answer = act(&stage, action.clone()).await;
        assert_eq!(answer["ok"], false, "{action}");
        assert!(answer["error"].as_str().unwrap().ends_with('.'), "{answer}");
    }
}

#[tokio::test]
async fn other_web_sites_are_kept_out() {
    let stage = Stage::small().await;
    let people = format!("{}/play/people", stage.slack.base_url());
    let ask = |name: &'static str, value: &'static str| {
        stage.client.get(&people).header(name, value).send()
    };
    assert_eq!(
        ask("origin", "https://evil.example")
            .await
            .unwrap()
            .status(),
        403
    );
    assert_eq!(ask("host", "evil.example:80").await.unwrap().status(), 403);
    assert_eq!(
        ask("origin", "http://localhost:3000")
            .await
            .unwrap()
            .status(),
        200
    );
    assert!(stage.slack.address().ip().is_loopback());
}

#[tokio::test]
async fn the_page_itself_is_served() {
    let stage = Stage::small().await;
    let index = stage
        .client
        .get(stage.slack.base_url())
        .send()
        .await
        .unwrap();
    assert_eq!(index.headers()["content-type"], "text/html; charset=utf-8");
    let lost = stage
        .client
        .get(format!("{}/nothing.js", stage.slack.base_url()))
        .send()
        .await
        .unwrap();
    assert_eq!(lost.status(), 404);
}
