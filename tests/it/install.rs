//! Installing Penny through OAuth, as the administrator's browser goes through it.

use crate::support::TestApp;
use penny::playground::AppSetup;
use reqwest::header::{COOKIE, LOCATION, SET_COOKIE};
use reqwest::{Client, Response, redirect};
use std::collections::HashMap;
use url::Url;

const PUBLIC: &str = "https://penny.example";

struct Browser {
    app: TestApp,
    client: Client,
}

impl Browser {
    async fn open() -> Self {
        let setup = AppSetup::default();
        let app = TestApp::build([])
            .setting("SLACK_CLIENT_ID", setup.client_id)
            .setting("SLACK_CLIENT_SECRET", setup.client_secret.expose())
            .setting("PENNY_PUBLIC_URL", PUBLIC)
            .start()
            .await;
        let client = Client::builder()
            .redirect(redirect::Policy::none())
            .build()
            .unwrap();
        Self { app, client }
    }

    /// Begins an installation: Slack's page of consent, and the cookie.
    async fn begins(&self) -> (Url, String) {
        let address = format!("{}/slack/install", self.app.address());
        let response = self.client.get(address).send().await.unwrap();
        let cookie = response.headers()[SET_COOKIE].to_str().unwrap().to_owned();
        for part in ["HttpOnly", "Secure", "SameSite=Lax"] {
            assert!(cookie.contains(part), "{cookie}");
        }
        let value = cookie.split(';').next().unwrap().to_owned();
        (target(&response), value)
    }

    /// Presses Allow or Cancel on Slack's page; what Slack sends the browser back with.
    async fn decides(&self, consent: &Url, decision: &str) -> Url {
        let mut form: HashMap<String, String> = consent.query_pairs().into_owned().collect();
        form.insert("decision".to_owned(), decision.to_owned());
        let team = self
            .app
            .texts("select workspace_id from core.installations")
            .await;
        form.insert("team".to_owned(), team[0].clone());
        let page = consent.as_str().split('?').next().unwrap();
        let response = self.client.post(page).form(&form).send().await.unwrap();
        target(&response)
    }

    async fn comes_back(&self, back: &Url, cookie: Option<&str>) -> (u16, String) {
        assert!(back.as_str().starts_with(PUBLIC), "{back}");
        let query = back.query().unwrap_or_default();
        let address = format!("{}{}?{query}", self.app.address(), back.path());
        let mut request = self.client.get(address);
        if let Some(cookie) = cookie {
            request = request.header(COOKIE, cookie);
        }
        let response = request.send().await.unwrap();
        assert!(response.headers().contains_key("content-security-policy"));
        (response.status().as_u16(), response.text().await.unwrap())
    }
}

fn target(response: &Response) -> Url {
    Url::parse(response.headers()[LOCATION].to_str().unwrap()).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn allow_installs_penny_once_and_only_in_the_browser_that_began() {
    let browser = Browser::open().await;
    let (consent, cookie) = browser.begins().await;
    let back = browser.decides(&consent, "allow").await;
    let (status, page) = browser.comes_back(&back, None).await;
    assert_eq!(status, 400, "{page}");
    let (status, page) = browser.comes_back(&back, Some(&cookie)).await;
    assert_eq!(status, 200, "{page}");
    assert!(page.contains("Penny is in"), "{page}");
    let (status, page) = browser.comes_back(&back, Some(&cookie)).await;
    assert_eq!(status, 400);
    assert!(page.contains("has expired"), "{page}");
}

#[tokio::test(flavor = "multi_thread")]
async fn anothers_browser_cannot_finish_what_one_began() {
    let browser = Browser::open().await;
    let (consent, _) = browser.begins().await;
    let (_, other) = browser.begins().await;
    let back = browser.decides(&consent, "allow").await;
    let (status, page) = browser.comes_back(&back, Some(&other)).await;
    assert_eq!(status, 400);
    assert!(page.contains("Begin again"), "{page}");
}

#[tokio::test(flavor = "multi_thread")]
async fn cancel_installs_nothing_and_says_so() {
    let browser = Browser::open().await;
    let (consent, cookie) = browser.begins().await;
    let back = browser.decides(&consent, "deny").await;
    let (status, page) = browser.comes_back(&back, Some(&cookie)).await;
    assert_eq!(status, 400);
    assert!(page.contains("Nothing was installed"), "{page}");
}
