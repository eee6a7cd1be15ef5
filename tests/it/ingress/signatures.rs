//! Only what Slack signed, whole and just now, is read at all.

use crate::support::TestApp;
use crate::support::request::{COMMANDS, EVENTS, INTERACTIONS, Post, now};
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

const BODY: &str = r#"{"type":"url_verification","challenge":"let me in"}"#;

/// What is wrong with the request, and the request.
fn forgeries(app: &TestApp) -> Vec<(&'static str, Post)> {
    let post = || app.post(EVENTS, BODY);
    let now = now().to_string();
    let right = post().signature(&now);
    let with = |timestamp: &str, signature: &[u8]| {
        post()
            .header("x-slack-request-timestamp", timestamp)
            .header("x-slack-signature", signature)
    };
    let digits = right.trim_start_matches("v0=").to_owned();
    let mut forged = vec![
        ("no headers at all", post()),
        (
            "no signature",
            post().header("x-slack-request-timestamp", &now),
        ),
        ("no timestamp", post().header("x-slack-signature", &right)),
        ("an empty signature", with(&now, b"")),
        ("a short signature", with(&now, &right.as_bytes()[..40])),
        (
            "a long signature",
            with(&now, format!("{right}00").as_bytes()),
        ),
        (
            "a signature that is not hex",
            with(&now, format!("v0={}", "z".repeat(64)).as_bytes()),
        ),
        (
            "a signature that is not ASCII",
            with(&now, "v0=жжжж".as_bytes()),
        ),
        ("a signature in Latin-1", with(&now, b"v0=\xe4\xf6\xfc")),
        (
            "another version",
            with(&now, format!("v1={digits}").as_bytes()),
        ),
        ("no version", with(&now, digits.as_bytes())),
        (
            "the version in capitals",
            with(&now, format!("V0={digits}").as_bytes()),
        ),
        (
            "a signature in capitals",
            with(&now, format!("v0={}", digits.to_uppercase()).as_bytes()),
        ),
        (
            "two signatures",
            with(&now, right.as_bytes()).header("x-slack-signature", &right),
        ),
        (
            "a second, wrong signature",
            with(&now, right.as_bytes()).header("x-slack-signature", "v0=00"),
        ),
        (
            "two timestamps",
            with(&now, right.as_bytes()).header("x-slack-request-timestamp", &now),
        ),
        (
            "two signatures in one header",
            with(&now, format!("{right}, {right}").as_bytes()),
        ),
        (
            "a body with one more space",
            post().signed().but_with_body(format!("{BODY} ")),
        ),
        (
            "a body written anew",
            post()
                .signed()
                .but_with_body(r#"{"challenge":"let me in","type":"url_verification"}"#),
        ),
        ("no body", post().signed().but_with_body("")),
        (
            "a compressed body",
            post().signed().header("content-encoding", "gzip"),
        ),
        (
            "an encoding of nothing",
            post().signed().header("content-encoding", "identity"),
        ),
    ];
    let clock = crate::support::request::now();
    for odd in [
        format!("+{now}"),
        format!("-{now}"),
        format!("{now}.0"),
        "1e9".to_owned(),
        format!("0x{clock:x}"),
        "nan".to_owned(),
        String::new(),
        "9".repeat(19),
        "9".repeat(40),
        (clock - 301).to_string(),
        (clock + 400).to_string(),
    ] {
        forged.push((
            "an odd timestamp, or one of long ago",
            post().signed_at(&odd),
        ));
    }
    let arabic: String = now
        .chars()
        .map(|digit| char::from_u32(0x0660 + digit.to_digit(10).unwrap()).unwrap())
        .collect();
    forged.push((
        "a timestamp in Arabic digits",
        post()
            .header("x-slack-request-timestamp", arabic.as_bytes())
            .header("x-slack-signature", post().signature(&arabic)),
    ));
    forged
}

#[tokio::test]
async fn a_request_that_slack_did_not_sign_is_refused_without_a_word() {
    let app = TestApp::start([]).await;
    for (wrong, request) in forgeries(&app) {
        let answered = request.send().await;
        assert_eq!(answered.status, 401, "{wrong}");
        assert_eq!(answered.body, "", "{wrong}");
    }
    for path in [EVENTS, INTERACTIONS, COMMANDS, "/slack/options"] {
        let form = app.post(path, "ssl_check=1&token=x").send().await;
        assert_eq!((form.status, form.body.as_str()), (401, ""), "{path}");
    }
    assert_eq!(app.count("select from core.inbox").await, 0);
    app.stop().await;
}

#[tokio::test]
async fn a_signature_is_good_for_five_minutes_in_both_directions() {
    let app = TestApp::start([]).await;
    for away in [-240, -1, 0, 1, 299] {
        let timestamp = (now() + away).to_string();
        let answered = app.post(EVENTS, BODY).signed_at(&timestamp).send().await;
        assert_eq!(answered.status, 200, "{away} seconds away");
    }
    app.stop().await;
}

#[tokio::test]
async fn while_the_secret_is_rotated_the_previous_one_is_good_too() {
    let app = TestApp::build([])
        .setting("SLACK_SIGNING_SECRET", "the new secret")
        .setting("SLACK_SIGNING_SECRET_PREVIOUS", "playground-signing-secret")
        .start()
        .await;
    assert_eq!(app.post_signed(EVENTS, BODY).await.status, 200);
    let timestamp = now().to_string();
    for (secret, status) in [("the new secret", 200), ("an older secret", 401)] {
        let signature = penny::playground::signature(&secret.into(), &timestamp, BODY.as_bytes());
        let answered = app
            .post(EVENTS, BODY)
            .header("x-slack-request-timestamp", &timestamp)
            .header("x-slack-signature", signature)
            .send()
            .await;
        assert_eq!(answered.status, status, "{secret}");
    }
    app.stop().await;
}

#[tokio::test]
async fn slacks_own_checks_are_answered_when_they_are_signed() {
    let app = TestApp::start([]).await;
    let challenge = app.post_signed(EVENTS, BODY).await;
    assert_eq!(challenge.status, 200);
    assert_eq!(
        serde_json::from_str::<serde_json::Value>(&challenge.body).unwrap(),
        json!({"challenge": "let me in"})
    );
    for path in [EVENTS, INTERACTIONS, COMMANDS] {
        let checked = app.post_signed(path, "ssl_check=1&token=whatever").await;
        assert_eq!((checked.status, checked.body.as_str()), (200, ""), "{path}");
    }
    app.stop().await;
}

/// The first line of Penny's answer to what is written here, before anything more is sent.
async fn status_line(app: &TestApp, head: &str, body: &[u8]) -> String {
    let address = app.address().trim_start_matches("http://").to_owned();
    let mut stream = TcpStream::connect(&address).await.unwrap();
    let head = format!("POST {EVENTS} HTTP/1.1\r\nhost: {address}\r\n{head}\r\n\r\n");
    stream.write_all(head.as_bytes()).await.unwrap();
    // Penny may close the connection before all of it is written, which is what is wanted.
    let _ = stream.write_all(body).await;
    let mut answer = [0; 12];
    stream.read_exact(&mut answer).await.unwrap();
    String::from_utf8_lossy(&answer).into_owned()
}

#[tokio::test]
async fn a_large_body_is_refused_before_it_has_been_read() {
    let app = TestApp::start([]).await;
    let announced = status_line(&app, "content-length: 268435456", b"").await;
    assert_eq!(announced, "HTTP/1.1 413");
    let mut chunks = Vec::new();
    for _ in 0..17 {
        chunks.extend_from_slice(b"10000\r\n");
        chunks.resize(chunks.len() + 0x10000, b' ');
        chunks.extend_from_slice(b"\r\n");
    }
    let unannounced = status_line(&app, "transfer-encoding: chunked", &chunks).await;
    assert_eq!(unannounced, "HTTP/1.1 413");
    let largest = vec![b' '; 1024 * 1024];
    let allowed = app.post_signed(EVENTS, largest).await;
    assert_eq!(allowed.status, 400, "it is read, and found to say nothing");
    app.stop().await;
}
