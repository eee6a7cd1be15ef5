//! Calls against a scripted server: what is repeated, what waits, and what never leaks.

use super::*;
use crate::base::clock::{Clock, TestClock};
use crate::slack::inbound::FileRef;
use axum::Router;
use axum::body::Body;
use axum::extract::State;
use axum::http::{Request, Response};
use chrono::Utc;
use parking_lot::Mutex;
use std::collections::VecDeque;

pub(crate) fn install_tls() {
    let _ = rustls::crypto::ring::default_provider().install_default();
}

/// Answers in the order in which they were scripted, then `{"ok":true,"ts":"1.1"}`.
#[derive(Clone, Default)]
pub(crate) struct Script {
    answers: Arc<Mutex<VecDeque<Response<Body>>>>,
    calls: Arc<Mutex<Vec<Call>>>,
}

#[derive(Debug, Clone)]
pub(crate) struct Call {
    pub path: String,
    pub body: Value,
    pub authorized: bool,
}

impl Script {
    pub fn answer(&self, status: u16, headers: &[(&str, &str)], body: impl Into<String>) {
        let mut response = Response::builder().status(status);
        if !headers.iter().any(|(name, _)| *name == "content-type") {
            response = response.header("content-type", "application/json");
        }
        for (name, value) in headers {
            response = response.header(*name, *value);
        }
        let response = response.body(Body::from(body.into())).unwrap();
        self.answers.lock().push_back(response);
    }

    pub fn calls(&self) -> Vec<Call> {
        self.calls.lock().clone()
    }
}

async fn serve(State(script): State<Script>, request: Request<Body>) -> Response<Body> {
    let path = request.uri().path().to_owned();
    let authorized = request.headers().contains_key("authorization");
    let body = axum::body::to_bytes(request.into_body(), 1 << 20)
        .await
        .unwrap();
    script.calls.lock().push(Call {
        path,
        body: serde_json::from_slice(&body).unwrap_or_default(),
        authorized,
    });
    let scripted = script.answers.lock().pop_front();
    scripted.unwrap_or_else(|| {
        Response::builder()
            .header("content-type", "application/json")
            .body(Body::from(r#"{"ok":true,"ts":"1.1","channel":"C1"}"#))
            .unwrap()
    })
}

pub(crate) struct Fixture {
    pub script: Script,
    pub clock: Arc<TestClock>,
    pub client: SlackClient,
    pub origin: String,
}

pub(crate) async fn fixture() -> Fixture {
    install_tls();
    let script = Script::default();
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let origin = format!("http://{}", listener.local_addr().unwrap());
    let app = Router::new().fallback(serve).with_state(script.clone());
    tokio::spawn(async move { axum::serve(listener, app).await });
    let clock = TestClock::at(Utc::now());
    let base = Url::parse(&format!("{origin}/api")).unwrap();
    let api = SlackApi::new(&base, clock.clone()).unwrap();
    let token = Secret::new("xoxb-canary");
    Fixture {
        script,
        clock,
        client: api.client("T1".into(), token),
        origin,
    }
}

fn hello() -> NewMessage {
    NewMessage {
        text: "hello".into(),
        thread: Some("1.0".into()),
        ..NewMessage::default()
    }
}

/// Moves the clock until the call is through.
async fn through<T>(fixture: &Fixture, call: impl Future<Output = T>) -> T {
    let mut call = Box::pin(call);
    loop {
        tokio::select! {
            done = &mut call => return done,
            () = tokio::time::sleep(Duration::from_millis(5)) => fixture.clock.advance(Duration::from_secs(1)),
        }
    }
}

#[tokio::test]
async fn a_message_goes_out_whole_and_without_unfurls() {
    let at = fixture().await;
    let posted = at
        .client
        .post_message(&"C1".into(), &hello())
        .await
        .unwrap();
    assert_eq!(posted.ts, "1.1".into());
    let call = &at.script.calls()[0];
    assert!(call.authorized);
    assert_eq!(call.path, "/api/chat.postMessage");
    assert_eq!(call.body["thread_ts"], "1.0");
    assert_eq!(call.body["unfurl_links"], false);
    assert_eq!(call.body["unfurl_media"], false);
    assert!(call.body.get("metadata").is_none());
}

#[tokio::test]
async fn a_429_is_waited_out_and_the_call_made_again() {
    let at = fixture().await;
    at.script.answer(
        429,
        &[("retry-after", "7")],
        r#"{"ok":false,"error":"ratelimited"}"#,
    );
    let started = at.clock.now();
    through(&at, at.client.post_message(&"C1".into(), &hello()))
        .await
        .unwrap();
    assert!(at.clock.now() - started >= chrono::TimeDelta::seconds(7));
    assert_eq!(at.script.calls().len(), 2);
}

#[tokio::test]
async fn a_stream_that_is_throttled_is_given_up_at_once() {
    let at = fixture().await;
    at.script
        .answer(429, &[("retry-after", "30")], r#"{"ok":false}"#);
    let (channel, thread) = ("C1".into(), "1.0".into());
    let start = StreamStart {
        channel: &channel,
        thread: &thread,
        recipient: None,
        chunks: &[],
    };
    for _ in 0..3 {
        let refused = at.client.start_stream(&start).await.unwrap_err();
        assert!(matches!(refused, SlackError::RateLimited { .. }));
    }
    assert_eq!(at.script.calls().len(), 1);
    at.client
        .post_message(&"C1".into(), &hello())
        .await
        .unwrap();
}

#[tokio::test]
async fn what_may_have_been_posted_is_not_posted_again_but_an_update_is_repeated() {
    let at = fixture().await;
    at.script.answer(502, &[], "{}");
    let lost = at.client.post_message(&"C1".into(), &hello()).await;
    assert!(matches!(lost, Err(SlackError::Ambiguous(_))));
    assert_eq!(at.script.calls().len(), 1);

    at.script
        .answer(503, &[("content-type", "text/html")], "<html>");
    at.script.answer(200, &[], "not json");
    let (channel, ts, message) = ("C1".into(), "1.1".into(), hello());
    let update = at.client.update_message(&channel, &ts, &message, PATIENT);
    through(&at, update).await.unwrap();
    assert_eq!(at.script.calls().len(), 4);
}

#[tokio::test]
async fn a_server_that_is_not_there_leaves_no_doubt() {
    install_tls();
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let base = format!("http://{}/api", listener.local_addr().unwrap());
    drop(listener);
    let at = fixture().await;
    let api = SlackApi::new(&base.parse().unwrap(), at.clock.clone()).unwrap();
    let client = api.client("T1".into(), Secret::new("x"));
    let lost = through(&at, client.post_message(&"C1".into(), &hello())).await;
    assert_eq!(lost, Err(SlackError::NotSent));
}

#[tokio::test]
async fn slacks_refusals_keep_their_code_and_their_reason() {
    let at = fixture().await;
    at.script.answer(
        200,
        &[],
        r#"{"ok":false,"error":"invalid_blocks","response_metadata":{"messages":["bad [json-pointer:/blocks/0]"]}}"#,
    );
    let refused = at
        .client
        .post_message(&"C1".into(), &hello())
        .await
        .unwrap_err();
    assert_eq!(refused.code(), Some(&ApiCode::InvalidBlocks));
    assert!(refused.to_string().contains("/blocks/0"));

    at.script
        .answer(404, &[("content-type", "text/plain")], "no such page");
    let unknown = at
        .client
        .set_session_status(&"C1".into(), &"1.0".into(), SessionStatus::Active, None)
        .await
        .unwrap_err();
    assert_eq!(unknown.code(), Some(&ApiCode::UnknownMethod));
}

#[tokio::test]
async fn odd_messages_do_not_hide_the_thread_around_them() {
    let at = fixture().await;
    at.script.answer(
        200,
        &[],
        r#"{"ok":true,"messages":[
            {"ts":"1.0","user":"U1","text":"hi","files":[{"id":"F1","size":3}],"thread_ts":null},
            {"ts":"1.1","text":"x","metadata":{"event_type":"e","event_payload":{"n":1,"list":[]}},
             "attachments":[{"id":"odd"}],"reactions":[{"name":"x"}]},
            "nonsense"],
           "response_metadata":{"next_cursor":"more"}}"#,
    );
    let page = at
        .client
        .replies(&"C1".into(), &"1.0".into(), None, None)
        .await
        .unwrap();
    assert_eq!(page.entries.len(), 2);
    assert_eq!(page.entries[0].files[0].id, "F1");
    assert_eq!(page.next.as_deref(), Some("more"));
}

#[tokio::test]
async fn the_token_is_never_sent_to_where_a_download_is_redirected() {
    let at = fixture().await;
    let file = |path: &str| FileRef {
        url_private: Some(format!("{}{path}", at.origin)),
        ..FileRef::default()
    };
    at.script.answer(302, &[("location", "/elsewhere")], "");
    at.script
        .answer(200, &[("content-type", "application/pdf")], "%PDF");
    let bytes = at.client.download(&file("/f"), 100).await.unwrap();
    assert_eq!(bytes, "%PDF");
    let authorized: Vec<bool> = at
        .script
        .calls()
        .iter()
        .map(|call| call.authorized)
        .collect();
    assert_eq!(authorized, [true, false]);

    at.script
        .answer(302, &[("location", "https://evil.example/x")], "");
    let foreign = at.client.download(&file("/f"), 100).await;
    assert_eq!(foreign, Err(SlackError::ForeignAddress));
}

#[tokio::test]
async fn a_login_page_or_too_large_a_file_is_not_taken_for_the_file() {
    let at = fixture().await;
    let file = FileRef {
        url_private: Some(format!("{}/f", at.origin)),
        ..FileRef::default()
    };
    at.script.answer(
        200,
        &[("content-type", "text/html; charset=utf-8")],
        "<html>",
    );
    assert_eq!(
        at.client.download(&file, 100).await,
        Err(SlackError::NotAFile)
    );
    at.script
        .answer(200, &[("content-type", "text/plain")], "x".repeat(101));
    assert_eq!(
        at.client.download(&file, 100).await,
        Err(SlackError::TooLarge { limit: 100 })
    );
}

#[tokio::test]
async fn nothing_that_can_be_printed_contains_the_token() {
    let at = fixture().await;
    at.script.answer(200, &[], "<xoxb-canary>");
    let error = at
        .client
        .post_message(&"C1".into(), &hello())
        .await
        .unwrap_err();
    let printed = format!("{:?} {} {:?} {:?}", error, error, at.client, at.client.api);
    assert!(!printed.contains("canary"), "{printed}");
}
