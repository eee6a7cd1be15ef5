//! Who proves nothing is not heard, and leaves no trace.

use super::*;

const SYSTEMS: [&str; 3] = ["hubspot", "github", "linear"];

fn body_for(system: &str) -> String {
    let told = match system {
        "hubspot" => json!([renamed(1, "1")]),
        "linear" => json!({"webhookTimestamp": now() * 1_000, "organizationId": "x"}),
        _ => json!({"zen": "canary-of-the-body"}),
    };
    told.to_string()
}

fn signed_for(system: &str, body: &str) -> SignedBy {
    match system {
        "hubspot" => SignedBy::hubspot(body),
        "github" => SignedBy::github(body),
        _ => SignedBy::linear(body),
    }
}

#[tokio::test]
async fn whoever_proves_nothing_gets_401_without_a_word_and_leaves_no_trace() {
    let company = Company::with(|app| app.keeping_logs()).await;
    company.connects_hubspot().await;
    for system in SYSTEMS {
        let (path, body) = (format!("/webhooks/{system}"), body_for(system));
        let right = signed_for(system, &body);
        let nothing = SignedBy(Vec::new());
        let mut doubled = right.clone();
        doubled.0.push(right.0[0].clone());
        let compressed = right.clone().header("content-encoding", "gzip");
        let tampered = format!("{body} ");
        for (headers, body) in [
            (&nothing, &body),
            (&doubled, &body),
            (&compressed, &body),
            (&right, &tampered),
        ] {
            let answer = headers.post(&company.app, &path, body).await;
            assert_eq!((answer.status, answer.body.as_str()), (401, ""), "{system}");
        }
        let answer = right.post(&company.app, &path, &body).await;
        assert_eq!((answer.status, answer.body.as_str()), (200, ""), "{system}");
    }
    company.time_passes().await;
    assert_eq!(
        company.deliveries().await,
        ["done"],
        "HubSpot's alone is for somebody here"
    );
    let logs = company.app.logs.clone().unwrap();
    company.app.stop().await;
    let text = logs.text();
    assert!(
        text.contains("a delivery was refused"),
        "nothing was captured"
    );
    for canary in [SECRET, "canary-of-the-body", "sha256="] {
        assert_eq!(text.lines().find(|line| line.contains(canary)), None);
    }
}

#[tokio::test]
async fn what_is_stale_is_refused_however_well_it_is_signed() {
    let company = Company::connected().await;
    let body = json!([renamed(1, "1")]).to_string();
    for seconds in [-301, 301] {
        let moment = ((now() + seconds) * 1_000).to_string();
        let headers = SignedBy::hubspot_at(&moment, &body, SECRET);
        let answer = headers.post(&company.app, "/webhooks/hubspot", &body).await;
        assert_eq!(answer.status, 401, "{seconds}");
    }
    for seconds in [-62, 62] {
        let told = json!({"webhookTimestamp": (now() + seconds) * 1_000});
        let body = told.to_string();
        let headers = SignedBy::linear(&body);
        let answer = headers.post(&company.app, "/webhooks/linear", &body).await;
        assert_eq!(answer.status, 401, "{seconds}");
    }
    assert_eq!(company.deliveries().await, [""; 0]);
    company.app.stop().await;
}

#[tokio::test]
async fn a_secret_that_is_being_replaced_is_good_until_it_is_gone() {
    let company = Company::start().await;
    let body = json!({"zen": "Keep it simple."}).to_string();
    for (secret, status) in [(SECRET, 200), ("an-older-one", 200), ("another", 401)] {
        let headers = signed(&github::SIGNATURE, secret, &[&body]);
        let answer = headers.post(&company.app, "/webhooks/github", &body).await;
        assert_eq!(answer.status, status, "{secret}");
    }
    company.app.stop().await;
}

#[tokio::test]
async fn where_nobody_listens_there_is_nothing() {
    let company = Company::start().await;
    for path in [
        "/webhooks/nothing",
        "/webhooks/slack",
        // Not set up.
        "/webhooks/gmail",
        // Only at an address of its own.
        "/webhooks/webhook",
        "/webhooks/hubspot/address",
    ] {
        let answer = company.app.post(path, "{}").send().await;
        assert_eq!((answer.status, answer.body.as_str()), (404, ""), "{path}");
    }
    assert_eq!(company.app.get("/webhooks/hubspot").await, 405);
    company.app.stop().await;
}

#[tokio::test]
async fn a_delivery_that_is_too_large_is_not_read() {
    let company = Company::start().await;
    let body = "x".repeat(1024 * 1024 + 1);
    let headers = SignedBy::github(&body);
    let answer = headers.post(&company.app, "/webhooks/github", &body).await;
    assert_eq!(answer.status, 413);
    company.app.stop().await;
}

#[tokio::test]
async fn genuine_garbage_is_refused_and_breaks_nothing() {
    let company = Company::connected().await;
    let deep = format!("{}{}", "[".repeat(20_000), "]".repeat(20_000));
    for body in [
        "",
        "{",
        "[1]",
        "\"text\"",
        "[{\"portalId\": \"x\"}]",
        "null",
        &deep,
    ] {
        let headers = SignedBy::hubspot(body);
        let answer = headers.post(&company.app, "/webhooks/hubspot", body).await;
        assert_eq!(
            (answer.status, answer.body.as_str()),
            (400, ""),
            "{body:.20}"
        );
    }
    assert_eq!(company.deliveries().await, [""; 0]);
    company.app.stop().await;
}
