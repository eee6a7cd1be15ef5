//! Connecting by consent in the browser, and the tokens that come of it: renewed once however many
//! processes there are, and told of when they are no longer good.

use super::browser::{Browser, private_link};
use super::desk::{Desk, PUBLIC};
use chrono::{TimeDelta, Utc};
use futures::future::join_all;
use penny::base::clock::TestClock;
use penny::base::ids::{OrgId, PersonId};
use penny::playground::systems::hubspot::HubSpot;
use serde_json::Value;
use std::time::Duration;

const DETAILS: &str = "/account-info/v3/details";

impl Desk {
    pub async fn with_consent() -> Self {
        Self::consenting(HubSpot::start().await.unwrap(), |app| app).await
    }

    pub async fn is_connected_by_consent(&self) {
        self.types(&self.maya, "/penny connect hubspot").await;
        let link = private_link(&self.app, &self.maya).await;
        let mut browser = Browser::open(&self.app);
        let consent = browser.goes_on(&link).await;
        let back = browser.agrees(&consent).await;
        let (status, page) = browser.visits(&back).await;
        assert_eq!(status, 200, "{page}");
        self.is_written(&self.maya, "*HubSpot* is read").await;
        self.app.settles().await;
    }

    fn tokens_asked_for(&self) -> usize {
        let calls = self.hubspot.calls();
        calls
            .iter()
            .filter(|call| call.path == "/oauth/v1/token")
            .count()
    }

    pub async fn org_and_maya(&self) -> (OrgId, PersonId) {
        let maya = "select person_id::text from core.people where slack_user_id = 'U0MAYA'";
        let maya = self.app.texts(maya).await.remove(0).parse().unwrap();
        (
            self.app.process().app.services.workspaces.all()[0].org,
            maya,
        )
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn consent_in_the_browser_connects_a_system_once_and_only_where_it_began() {
    let desk = Desk::with_consent().await;
    desk.types(&desk.maya, "/penny connect hubspot").await;
    let link = private_link(&desk.app, &desk.maya).await;
    let mut browser = Browser::open(&desk.app);
    let (_, page) = browser.visits(&link).await;
    assert!(page.contains("Maya asked for this"), "{page}");
    let consent = browser.goes_on(&link).await;
    let (status, page) = Browser::open(&desk.app).visits(&link).await;
    assert_eq!(status, 400, "a link begins once: {page}");

    let back = browser.agrees(&consent).await;
    assert!(back.starts_with(&format!("{PUBLIC}/connect/hubspot/callback?")));
    let (status, page) = Browser::open(&desk.app).visits(&back).await;
    assert_eq!(status, 400);
    assert!(page.contains("This isn’t the browser that began"), "{page}");
    let (status, page) = browser.visits(&back).await;
    assert_eq!(status, 200, "{page}");
    assert!(page.contains("HubSpot is connected"), "{page}");
    let (status, _) = browser.visits(&back).await;
    assert_eq!(status, 400, "a state comes back once");
    desk.is_written(&desk.maya, "*HubSpot* is read").await;
    let scopes = "select array_to_string(scopes, ' ') from core.connections where auth = 'oauth'";
    assert!(desk.app.texts(scopes).await[0].contains("crm.objects.deals.write"));
    desk.app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_state_of_anothers_browser_or_another_system_is_worth_nothing() {
    let desk = Desk::with_consent().await;
    desk.types(&desk.maya, "/penny connect hubspot").await;
    let link = private_link(&desk.app, &desk.maya).await;
    let mut browser = Browser::open(&desk.app);
    let consent = browser.goes_on(&link).await;
    let back = browser.agrees(&consent).await;
    let mut other = Browser::open(&desk.app);
    other.cookie = Some("penny_connect=made-up".to_owned());
    let (status, page) = other.visits(&back).await;
    assert_eq!(status, 400);
    assert!(page.contains("That link has expired"), "{page}");
    let (status, page) = browser.visits(&back).await;
    assert_eq!(status, 400, "it was spent: {page}");
    for address in ["/connect/nothing?link=x", "/connect/hubspot?link=x"] {
        let (status, page) = browser.visits(&format!("{PUBLIC}{address}")).await;
        assert!(matches!(status, 400 | 404), "{page}");
    }
    let none = "select from core.connections where credentials is not null";
    assert_eq!(desk.app.count(none).await, 0);
    desk.app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_that_has_ended_is_renewed_once_by_two_processes_and_both_go_on_with_it() {
    let mut desk = Desk::with_consent().await;
    desk.is_connected_by_consent().await;
    desk.app.start_another().await;
    let (org, maya) = desk.org_and_maya().await;
    let mut opened = Vec::new();
    for process in desk.app.processes() {
        for _ in 0..4 {
            let connections = &process.app.services.connections;
            opened.push(connections.reach(org, maya, "hubspot").await.unwrap());
        }
    }
    desk.hubspot.expire_access();
    let before = desk.tokens_asked_for();
    let calls = opened
        .iter()
        .map(|open| open.api.get::<Value>(DETAILS, &[]));
    for answer in join_all(calls).await {
        answer.unwrap();
    }
    assert_eq!(desk.tokens_asked_for(), before + 1);
    desk.app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_is_renewed_before_it_ends() {
    let clock = TestClock::at(Utc::now());
    let hubspot = HubSpot::start_at(clock.clone()).await.unwrap();
    let penny = clock.clone();
    let desk = Desk::consenting(hubspot, |app| app.clock(penny)).await;
    desk.is_connected_by_consent().await;
    let (org, maya) = desk.org_and_maya().await;
    let connections = &desk.app.process().app.services.connections;
    let open = connections.reach(org, maya, "hubspot").await.unwrap();
    let before = desk.tokens_asked_for();
    clock.advance(Duration::from_secs(26 * 60));
    open.api.get::<Value>(DETAILS, &[]).await.unwrap();
    assert_eq!(desk.tokens_asked_for(), before, "it is good for a while");
    clock.advance(Duration::from_secs(2 * 60));
    let calls = desk.hubspot.calls().len();
    open.api.get::<Value>(DETAILS, &[]).await.unwrap();
    open.api.get::<Value>(DETAILS, &[]).await.unwrap();
    assert_eq!(desk.tokens_asked_for(), before + 1);
    assert_eq!(desk.hubspot.calls().len(), calls + 3, "nothing was refused");
    desk.app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_with_a_short_life_is_used_for_most_of_it() {
    let clock = TestClock::at(Utc::now());
    let hubspot = HubSpot::start_at(clock.clone()).await.unwrap();
    hubspot.access_lasts(TimeDelta::seconds(120));
    let penny = clock.clone();
    let desk = Desk::consenting(hubspot, |app| app.clock(penny)).await;
    desk.is_connected_by_consent().await;
    assert_eq!(desk.tokens_asked_for(), 1, "for the code alone");
    let (org, maya) = desk.org_and_maya().await;
    let connections = &desk.app.process().app.services.connections;
    let open = connections.reach(org, maya, "hubspot").await.unwrap();
    for (seconds, asked) in [(80, 1), (15, 2), (80, 2), (15, 3)] {
        clock.advance(Duration::from_secs(seconds));
        for _ in 0..3 {
            open.api.get::<Value>(DETAILS, &[]).await.unwrap();
        }
        assert_eq!(desk.tokens_asked_for(), asked);
    }
    desk.app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_connected_a_system_is_told_once_that_it_no_longer_lets_penny_in() {
    let desk = Desk::with_consent().await;
    desk.is_connected_by_consent().await;
    desk.hubspot.revoke_token();
    for _ in 0..2 {
        desk.types(&desk.maya, "/penny sync hubspot").await;
        desk.is_written(&desk.maya, "wasn’t read to the end").await;
        desk.app.settles().await;
    }
    desk.is_told(&desk.maya, "I’m reading HubSpot now").await;
    desk.is_written(&desk.maya, "I can’t read *HubSpot* any more")
        .await;
    let told = "select from core.outbox where key like 'broken:%'";
    assert_eq!(desk.app.count(told).await, 1);
    assert_eq!(desk.health().await, "broken");
    desk.maya.open_home("home").await.unwrap();
    desk.home_says(&desk.maya, "[Reconnect]").await;
    desk.looks_through(&desk.maya);
    desk.app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn tokens_are_in_no_row_and_no_log_line_in_the_clear() {
    let hubspot = HubSpot::start().await.unwrap();
    let desk = Desk::consenting(hubspot, |app| app.keeping_logs()).await;
    desk.is_connected_by_consent().await;
    desk.hubspot.expire_access();
    desk.types(&desk.maya, "/penny sync hubspot").await;
    desk.is_told(&desk.maya, "I’m reading HubSpot now").await;
    desk.app.settles().await;
    desk.looks_through(&desk.maya);
    let hex: String = "-of-the-stand-in"
        .bytes()
        .map(|b| format!("{b:02x}"))
        .collect();
    for part in ["-of-the-stand-in", &hex, "secret-of-the-app"] {
        assert_eq!(desk.tables_with(part).await, [""; 0], "{part}");
    }
    let logs = desk.app.logs.clone().unwrap();
    desk.app.stop().await;
    let text = logs.text();
    assert!(text.contains("a token was renewed"), "nothing was captured");
    for part in ["-of-the-stand-in", "secret-of-the-app"] {
        let line = text.lines().find(|line| line.contains(part));
        assert_eq!(line, None);
    }
}
