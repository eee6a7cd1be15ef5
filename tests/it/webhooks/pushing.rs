//! Gmail's pushes: believed only with a token that Google signed for Penny, and of effect for the
//! mailbox that they name and for no other.

use super::*;
use crate::support::hurried::Hurried;
use crate::support::web::{self, Site};
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use penny::playground::systems::gmail::{Arriving, Gmail, Mailbox};
use ring::rand::SystemRandom;
use ring::rsa::PublicKeyComponents;
use ring::signature::{RSA_PKCS1_SHA256, RsaKeyPair};
use std::sync::Arc;

const KEY: &str = include_str!("../../data/push_key.txt");
const AUDIENCE: &str = "https://penny.example/webhooks/gmail";
const PUSHER: &str = "push@penny.example";

fn key() -> RsaKeyPair {
    let der = STANDARD.decode(KEY.replace('\n', "")).unwrap();
    RsaKeyPair::from_pkcs8(&der).unwrap()
}

/// As Google publishes its keys.
fn published() -> String {
    let parts = PublicKeyComponents::<Vec<u8>>::from(key().public());
    let number = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
    json!({"keys": [
        {"kid": "odd", "kty": "EC", "crv": "P-256"},
        {"kid": "one", "kty": "RSA", "alg": "RS256", "use": "sig",
            "n": number(&parts.n), "e": number(&parts.e)},
    ]})
    .to_string()
}

fn claims() -> Value {
    json!({
        "iss": "https://accounts.google.com", "aud": AUDIENCE, "email": PUSHER,
        "email_verified": true, "iat": now(), "exp": now() + 3_600, "sub": "1",
    })
}

fn token(header: &Value, claims: &Value) -> String {
    let part = |it: &Value| URL_SAFE_NO_PAD.encode(it.to_string());
    let signed = format!("{}.{}", part(header), part(claims));
    let key = key();
    let mut signature = vec![0; key.public().modulus_len()];
    key.sign(
        &RSA_PKCS1_SHA256,
        &SystemRandom::new(),
        signed.as_bytes(),
        &mut signature,
    )
    .unwrap();
    format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature))
}

fn header() -> Value {
    json!({"alg": "RS256", "kid": "one", "typ": "JWT"})
}

fn push(address: &str, history: u64) -> String {
    pushed(&STANDARD.encode(note(address, history)), history)
}

fn note(address: &str, history: u64) -> String {
    json!({"emailAddress": address, "historyId": history}).to_string()
}

fn pushed(data: &str, history: u64) -> String {
    json!({
        "message": {"data": data, "messageId": history.to_string()},
        "subscription": "projects/penny/subscriptions/mail",
    })
    .to_string()
}

/// A company where Maya's mailbox is connected and read.
struct Post {
    company: Company,
    gmail: Gmail,
    keys: Site,
    mayas: Mailbox,
}

impl Post {
    async fn open() -> Self {
        let gmail = Gmail::start().await.unwrap();
        let keys = Site::start("keys.example", |path| {
            (path == "/certs").then(|| web::typed("application/json", &published()))?
        })
        .await;
        let (url, certs) = (gmail.url().to_owned(), format!("{}/certs", keys.url()));
        let company = Company::with(|app| {
            app.setting("GMAIL_BASE_URL", url)
                .setting("GMAIL_PUBSUB_AUDIENCE", AUDIENCE)
                .setting("GMAIL_PUBSUB_SERVICE_ACCOUNT", PUSHER)
                .setting("GMAIL_PUBSUB_TOPIC", "projects/penny/topics/mail")
                .setting("GMAIL_PUBSUB_KEYS_URL", certs)
                .clock(Arc::new(Hurried))
        })
        .await;
        let mayas = gmail.mailbox("maya@northwind.example");
        company.connects("gmail", mayas.token()).await;
        Self {
            company,
            gmail,
            keys,
            mayas,
        }
    }

    async fn pushed(&self, token: &str, body: &str) -> Answered {
        let headers = SignedBy(vec![(
            "authorization".to_owned(),
            format!("Bearer {token}"),
        )]);
        headers
            .post(&self.company.app, "/webhooks/gmail", body)
            .await
    }

    async fn subjects(&self) -> Vec<String> {
        let subjects = "select subject from core.activities where source = 'gmail' order by 1";
        self.company.app.texts(subjects).await
    }
}

#[tokio::test]
async fn a_mail_is_here_as_soon_as_gmail_tells_of_it() {
    let post = Post::open().await;
    let id = post
        .mayas
        .receives(Arriving::from("ann@acme.example", "Renewal", "Soon."));
    assert_eq!(post.subjects().await, [""; 0]);
    let body = push("Maya@Northwind.example", 1);
    for _ in 0..2 {
        let answer = post.pushed(&token(&header(), &claims()), &body).await;
        assert_eq!((answer.status, answer.body.as_str()), (200, ""));
    }
    post.company.time_passes().await;
    assert_eq!(post.subjects().await, ["Renewal"]);
    assert_eq!(post.company.deliveries().await, ["done"], "{id}");
    let told = "select concat_ws(' ', kind, visibility, owner_id is not null) from core.events";
    let told = post.company.app.texts(told).await;
    assert_eq!(
        told, ["sync.completed person t"; 2],
        "what happens there is its owner's"
    );
    let unknown = push("stranger@northwind.example", 2);
    let answer = post.pushed(&token(&header(), &claims()), &unknown).await;
    assert_eq!(answer.status, 200);
    assert_eq!(post.company.deliveries().await.len(), 1);
    assert_eq!(post.keys.paths(), ["/certs"], "keys are kept");
    post.company.app.stop().await;
}

#[tokio::test]
async fn a_push_is_understood_however_its_base64_is_written() {
    let post = Post::open().await;
    post.mayas
        .receives(Arriving::from("ann@acme.example", "Renewal", "Soon."));
    let note = note("maya@northwind.example", 10);
    let bare = URL_SAFE_NO_PAD.encode(&note);
    assert_ne!(bare, STANDARD.encode(&note), "it would be padded");
    let answer = post
        .pushed(&token(&header(), &claims()), &pushed(&bare, 10))
        .await;
    assert_eq!(answer.status, 200);
    post.company.time_passes().await;
    assert_eq!(post.subjects().await, ["Renewal"]);
    // What says nothing must not come again and again.
    let nothing = json!({"message": {"messageId": "11"}}).to_string();
    let answer = post.pushed(&token(&header(), &claims()), &nothing).await;
    assert_eq!(answer.status, 200);
    assert_eq!(post.company.deliveries().await, ["done"]);
    post.company.app.stop().await;
}

#[tokio::test]
async fn a_token_that_is_not_googles_for_penny_is_refused() {
    let post = Post::open().await;
    let with = |name: &str, value: Value| {
        let mut claims = claims();
        claims[name] = value;
        token(&header(), &claims)
    };
    let right = token(&header(), &claims());
    let (signed, _) = right.rsplit_once('.').unwrap();
    let other_claims = token(&header(), &json!({}));
    let (_, signature) = other_claims.rsplit_once('.').unwrap();
    let none = json!({"alg": "none", "kid": "one"});
    let symmetric = json!({"alg": "HS256", "kid": "one"});
    let unknown = json!({"alg": "RS256", "kid": "made-up"});
    for refused in [
        with("aud", json!("https://another.example")),
        with("iss", json!("https://accounts.example")),
        with("email", json!("somebody@penny.example")),
        with("email_verified", json!(false)),
        with("exp", json!(now() - 61)),
        with("iat", json!(now() + 90)),
        with("exp", json!("never")),
        token(&none, &claims()),
        token(&symmetric, &claims()),
        token(&unknown, &claims()),
        format!("{signed}.{signature}"),
        format!("{signed}."),
        signed.to_owned(),
        "x".to_owned(),
        String::new(),
    ] {
        let answer = post
            .pushed(&refused, &push("maya@northwind.example", 1))
            .await;
        assert_eq!(
            (answer.status, answer.body.as_str()),
            (401, ""),
            "{refused}"
        );
    }
    let bearer = format!("Bearer {right}");
    let doubled = ["authorization", "authorization"].map(|it| (it.to_owned(), bearer.clone()));
    let body = push("maya@northwind.example", 1);
    let headers = SignedBy(doubled.into());
    let answer = headers
        .post(&post.company.app, "/webhooks/gmail", &body)
        .await;
    assert_eq!(answer.status, 401);
    assert_eq!(post.company.deliveries().await, [""; 0]);
    assert_eq!(
        post.keys.paths().len(),
        1,
        "made-up names of keys cost nothing"
    );
    post.company.app.stop().await;
}

#[tokio::test]
async fn gmail_is_asked_to_tell_of_changes_and_asked_again_before_it_stops() {
    let post = Post::open().await;
    let connections = &post.company.app.process().app.services.connections;
    let asked = || {
        let calls = post.gmail.calls();
        calls
            .iter()
            .filter(|call| call.path.ends_with("/watch"))
            .count()
    };
    for (due, times) in [(false, 1), (false, 1), (true, 2)] {
        if due {
            post.company
                .app
                .execute("update core.connections set watch_due_at = now()")
                .await;
        }
        connections.nudge_watches().await.unwrap();
        post.company.app.settles().await;
        assert_eq!(asked(), times);
    }
    let due = "select from core.connections
         where watch_due_at between now() + interval '20 hours' and now() + interval '25 hours'";
    assert_eq!(post.company.app.count(due).await, 1);
    assert_eq!(
        post.mayas.watched_by(),
        Some("projects/penny/topics/mail".to_owned())
    );
    post.company.app.stop().await;
}

#[tokio::test]
async fn a_mailbox_that_is_connected_anew_is_watched_at_the_next_look() {
    let post = Post::open().await;
    let connections = &post.company.app.process().app.services.connections;
    connections.nudge_watches().await.unwrap();
    post.company.app.settles().await;
    assert!(post.mayas.watched_by().is_some());
    let private = post.gmail.mailbox("maya@home.example");
    post.company.connects("gmail", private.token()).await;
    connections.nudge_watches().await.unwrap();
    post.company.app.settles().await;
    assert!(private.watched_by().is_some());
    post.company.app.stop().await;
}
