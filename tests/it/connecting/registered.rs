//! Systems in which Penny is registered as an app, each with its own ways of consent.

use super::browser::{Browser, private_link};
use super::desk::PUBLIC;
use crate::support::TestApp;
use penny::playground::systems::github::GitHub;
use penny::playground::systems::gmail::Gmail;
use penny::playground::{Human, Slack};
use serde_json::Value;
use std::collections::HashMap;
use url::Url;

/// Penny beside a Gmail with a mailbox for Maya and one for Jonas.
struct Post {
    app: TestApp,
    gmail: Gmail,
    maya: Human,
    jonas: Human,
}

impl Post {
    async fn open() -> Self {
        let gmail = Gmail::start().await.unwrap();
        for address in ["maya@northwind.example", "jonas@northwind.example"] {
            gmail.mailbox(address);
        }
        let (id, secret) = gmail.client();
        let app = TestApp::build([])
            .setting("GMAIL_BASE_URL", gmail.url())
            .setting("GMAIL_CLIENT_ID", id)
            .setting("GMAIL_CLIENT_SECRET", secret.expose())
            .setting("PENNY_PUBLIC_URL", PUBLIC)
            .start()
            .await;
        Self {
            maya: app.slack.person("maya").unwrap(),
            jonas: app.slack.person("jonas").unwrap(),
            app,
            gmail,
        }
    }

    /// Jonas asks for the link, goes on to Google and signs in with his own account.
    async fn jonas_goes_to_google(&self, browser: &mut Browser<'_>) -> Url {
        let asked = self.jonas.runs_command("sales", "/penny connect gmail");
        asked.await.unwrap();
        let link = private_link(&self.app, &self.jonas).await;
        let (_, page) = browser.visits(&link).await;
        assert!(page.contains("It will serve <b>Jonas"), "{page}");
        let mut consent = browser.goes_on(&link).await;
        let hint = ("login_hint", "jonas@northwind.example");
        consent.query_pairs_mut().append_pair(hint.0, hint.1);
        consent
    }
}

async fn is_whispered(app: &TestApp, person: &Human, words: &str) -> String {
    let sales = app.slack.channel("sales").unwrap();
    let look = |_: &Slack| {
        let seen = person.whispers(&sales).into_iter().rev();
        seen.map(|seen| seen.text).find(|text| text.contains(words))
    };
    app.slack.until(words, look).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mailbox_is_connected_by_its_owners_consent_and_serves_nobody_else() {
    let post = Post::open().await;
    let mut browser = Browser::open(&post.app);
    let consent = post.jonas_goes_to_google(&mut browser).await;
    let asked: HashMap<_, _> = consent.query_pairs().into_owned().collect();
    assert_eq!(asked["code_challenge_method"], "S256");
    assert_eq!(asked["access_type"], "offline");
    let back = browser.agrees(&consent).await;
    let (status, page) = browser.visits(&back).await;
    assert_eq!(status, 200, "{page}");
    assert!(page.contains("jonas@northwind.example"), "{page}");
    post.app.is_written(&post.jonas, "*Gmail* is read").await;
    post.app.settles().await;
    let whose = "select c.visibility || ' ' || p.slack_user_id || ' ' || c.auth
        from core.connections c join core.people p on p.person_id = c.owner_id";
    assert_eq!(post.app.texts(whose).await, ["person U0JONAS oauth"]);
    let asked = post.maya.runs_command("sales", "/penny connect");
    asked.await.unwrap();
    let list = is_whispered(&post.app, &post.maya, "*Gmail*").await;
    assert!(!list.contains("jonas@"), "{list}");
    post.app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_code_is_worth_nothing_without_the_verifier_that_only_penny_has() {
    let post = Post::open().await;
    let mut browser = Browser::open(&post.app);
    let consent = post.jonas_goes_to_google(&mut browser).await;
    let back = browser.agrees(&consent).await;
    let brought: HashMap<_, _> = Url::parse(&back)
        .unwrap()
        .query_pairs()
        .into_owned()
        .collect();
    // Whoever reads the address along the way, and even knows the client's secret.
    let (id, secret) = post.gmail.client();
    let stolen = [
        ("grant_type", "authorization_code"),
        ("code", brought["code"].as_str()),
        ("redirect_uri", &format!("{PUBLIC}/connect/gmail/callback")),
        ("client_id", id),
        ("client_secret", secret.expose()),
        ("code_verifier", &"v".repeat(43)),
    ];
    let token = format!("{}/token", post.gmail.url());
    let client = reqwest::Client::new();
    let answer = client.post(token).form(&stolen).send().await.unwrap();
    assert_eq!(answer.status().as_u16(), 400);
    let refusal: Value = answer.json().await.unwrap();
    assert_eq!(refusal["error"], "invalid_grant");
    let (status, page) = browser.visits(&back).await;
    assert_eq!(status, 400);
    assert!(page.contains("Gmail did not agree"), "{page}");
    let connected = "select from core.connections where credentials is not null";
    assert_eq!(post.app.count(connected).await, 0);
    post.app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn github_which_answers_with_a_form_by_itself_is_asked_for_json_and_let_go_again() {
    let github = GitHub::start().await.unwrap();
    let (id, secret) = github.client();
    let app = TestApp::build([])
        .setting("GITHUB_BASE_URL", github.url())
        .setting("GITHUB_CLIENT_ID", id)
        .setting("GITHUB_CLIENT_SECRET", secret.expose())
        .setting("PENNY_PUBLIC_URL", PUBLIC)
        .start()
        .await;
    let maya = app.slack.person("maya").unwrap();
    maya.runs_command("sales", "/penny connect github")
        .await
        .unwrap();
    let link = private_link(&app, &maya).await;
    let mut browser = Browser::open(&app);
    let consent = browser.goes_on(&link).await;
    let back = browser.agrees(&consent).await;
    let (status, page) = browser.visits(&back).await;
    assert_eq!(status, 200, "{page}");
    app.is_written(&maya, "*GitHub* is read").await;
    app.settles().await;
    let scopes = "select array_to_string(scopes, ' ') from core.connections where auth = 'oauth'";
    assert_eq!(app.texts(scopes).await, ["repo read:org"]);

    assert!(github.lets_apps_in());
    maya.open_home("home").await.unwrap();
    let look = |_: &Slack| Some(maya.home_text()).filter(|it| it.contains("[Disconnect]"));
    app.slack.until("the button", look).await.unwrap();
    maya.clicks_in_home("Disconnect").await.unwrap();
    let look = |_: &Slack| Some(maya.home_text()).filter(|it| it.contains("GitHub is disconn"));
    let home = app.slack.until("it is gone", look).await.unwrap();
    assert!(!home.contains("void"), "{home}");
    assert!(!github.lets_apps_in(), "its token is void");
    app.stop().await;
}
