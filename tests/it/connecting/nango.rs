//! Nango in place of consent and tokens of our own.

use super::at_nango::{KEY, Nango};
use super::browser::private_link;
use super::desk::Desk;
use crate::support::Builder;
use crate::support::hurried::Hurried;
use chrono::{TimeDelta, Utc};
use penny::base::clock::{Clock, TestClock};
use penny::net::json_api::ApiError;
use penny::playground::systems::hubspot::HubSpot;
use std::sync::Arc;
use std::time::Duration;

impl Desk {
    async fn beside_nango(
        hubspot: HubSpot,
        change: impl FnOnce(Builder) -> Builder,
    ) -> (Self, Nango) {
        let nango = Nango::start(&hubspot.token()).await;
        let url = nango.url.clone();
        let desk = Self::beside(hubspot, |app| {
            change(app)
                .setting("NANGO_SECRET_KEY", KEY)
                .setting("NANGO_URL", url)
        });
        (desk.await, nango)
    }

    /// Maya asks for a link and says yes at Nango.
    async fn says_yes_at(&self, nango: &Nango) {
        self.types(&self.maya, "/penny connect hubspot").await;
        let link = private_link(&self.app, &self.maya).await;
        assert!(link.starts_with("https://connect.nango.example/"), "{link}");
        self.app
            .comes_true("a session", async || nango.is_invited())
            .await;
        nango.says_yes();
        self.app
            .execute("update core.jobs set run_at = now() where kind = 'await_nango'")
            .await;
    }

    async fn connects_at(&self, nango: &Nango) {
        self.says_yes_at(nango).await;
        self.is_written(&self.maya, "*HubSpot* is read").await;
        self.app.settles().await;
    }
}

async fn connected() -> (Desk, Nango) {
    let hubspot = HubSpot::start().await.unwrap();
    let (desk, nango) = Desk::beside_nango(hubspot, |app| app).await;
    desk.connects_at(&nango).await;
    (desk, nango)
}

/// With a token that ends in an hour.
async fn connected_for_an_hour() -> (Desk, Nango, Arc<TestClock>) {
    let clock = TestClock::at(Utc::now());
    let hubspot = HubSpot::start_at(clock.clone()).await.unwrap();
    let penny = clock.clone();
    let (desk, nango) = Desk::beside_nango(hubspot, |app| app.clock(penny)).await;
    nango.tokens_end(Utc::now() + TimeDelta::hours(1));
    desk.connects_at(&nango).await;
    (desk, nango, clock)
}

const MINUTE: Duration = Duration::from_secs(60);

#[tokio::test(flavor = "multi_thread")]
async fn whoever_says_yes_at_nango_has_connected_the_system_and_nothing_of_it_is_kept_here() {
    let (desk, nango) = connected().await;
    let auth = "select auth from core.connections where credentials is not null";
    assert_eq!(desk.app.texts(auth).await, ["nango"]);
    let name = nango.connections().remove(0);
    for part in [&name, KEY, desk.hubspot.token().expose()] {
        assert_eq!(desk.tables_with(part).await, [""; 0], "{part}");
    }
    desk.app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_is_asked_for_when_it_is_needed_and_again_only_before_it_ends() {
    let (desk, nango, clock) = connected_for_an_hour().await;
    let (before, _) = nango.asked();
    clock.advance(56 * MINUTE);
    for _ in 0..3 {
        desk.asks().await.unwrap();
    }
    assert_eq!(nango.asked(), (before, 0), "it is good for a while");
    clock.advance(2 * MINUTE);
    nango.tokens_end(Utc::now() + TimeDelta::hours(3));
    for _ in 0..3 {
        desk.asks().await.unwrap();
    }
    assert_eq!(nango.asked(), (before + 1, 0));
    desk.app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_of_nangos_with_a_short_life_is_used_for_most_of_it() {
    let (desk, nango, clock) = connected_for_an_hour().await;
    clock.advance(58 * MINUTE);
    nango.tokens_end(clock.now() + TimeDelta::minutes(2));
    let (before, _) = nango.asked();
    for _ in 0..3 {
        desk.asks().await.unwrap();
    }
    clock.advance(MINUTE);
    desk.asks().await.unwrap();
    assert_eq!(nango.asked(), (before + 1, 0));
    desk.app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_that_is_refused_is_renewed_at_nango_once_and_then_the_owner_is_told() {
    let (desk, nango) = connected().await;
    desk.hubspot.revoke_token();
    assert_eq!(desk.asks().await, Err(ApiError::Unauthorized));
    assert_eq!(nango.asked().1, 1);
    desk.maya_is_told_once().await;
    desk.app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_connection_that_is_gone_at_nango_is_told_of_at_once() {
    let (desk, nango, clock) = connected_for_an_hour().await;
    clock.advance(58 * MINUTE);
    nango.forgets_everything();
    assert_eq!(desk.asks().await, Err(ApiError::Unauthorized));
    desk.maya_is_told_once().await;
    desk.app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_that_nango_cannot_renew_may_be_back_in_a_moment_and_is_told_of_when_it_is_not() {
    let (desk, nango, clock) = connected_for_an_hour().await;
    clock.advance(58 * MINUTE);
    nango.cannot_renew(true);
    let why = desk.asks().await.unwrap_err().to_string();
    assert!(why.contains("Nango could not renew its token"), "{why}");
    assert_eq!(desk.health().await, "healthy");
    nango.cannot_renew(false);
    desk.asks().await.unwrap();

    clock.advance(58 * MINUTE);
    nango.cannot_renew(true);
    assert!(matches!(desk.asks().await, Err(ApiError::Away(_))));
    clock.advance(31 * MINUTE);
    assert_eq!(desk.asks().await, Err(ApiError::Unauthorized));
    desk.maya_is_told_once().await;
    desk.app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nango_that_is_away_is_named_and_nobody_has_to_connect_anything_again() {
    let hubspot = HubSpot::start().await.unwrap();
    let (desk, nango) = Desk::beside_nango(hubspot, |app| app.clock(Arc::new(Hurried))).await;
    nango.tokens_end(Utc::now());
    desk.connects_at(&nango).await;
    nango.is_away(true);
    let why = desk.asks().await.unwrap_err().to_string();
    assert!(
        why.contains("Nango, which keeps its token, is away"),
        "{why}"
    );
    assert_eq!(desk.health().await, "healthy");
    nango.is_away(false);
    desk.asks().await.unwrap();
    desk.app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn where_nango_does_not_let_penny_in_nobody_is_given_a_link() {
    let hubspot = HubSpot::start().await.unwrap();
    let (desk, nango) = Desk::beside_nango(hubspot, |app| app).await;
    nango.has_another_key();
    desk.types(&desk.maya, "/penny connect hubspot").await;
    desk.is_told(&desk.maya, "Nango doesn’t let me in right now")
        .await;
    desk.app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_said_yes_hears_of_it_if_nothing_comes_of_it() {
    let hubspot = HubSpot::start().await.unwrap();
    let (desk, nango) = Desk::beside_nango(hubspot, |app| app).await;
    desk.hubspot.revoke_token();
    desk.says_yes_at(&nango).await;
    let told = desk
        .is_written(
            &desk.maya,
            "You let me into *HubSpot*, but I couldn’t connect it",
        )
        .await;
    assert!(
        told.text.contains("/penny connect hubspot"),
        "{}",
        told.text
    );
    let none = "select from core.connections where credentials is not null";
    assert_eq!(desk.app.count(none).await, 0);
    desk.app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_connects_it_anew_leaves_nothing_of_the_old_connection_behind() {
    let (desk, nango) = connected().await;
    let old = nango.connections();
    desk.says_yes_at(&nango).await;
    desk.app
        .comes_true("the old one is gone", async || {
            nango.connections().len() == 1 && nango.connections() != old
        })
        .await;
    desk.app.settles().await;
    desk.looks_through(&desk.maya);
    let (before, _) = nango.asked();
    desk.asks().await.unwrap();
    assert!(nango.asked().0 <= before + 1, "with the new one");
    desk.app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_connection_that_is_given_up_is_forgotten_at_nango_as_well() {
    let (desk, nango) = connected().await;
    let told = desk.disconnects_hubspot().await;
    assert!(!told.contains("void"), "{told}");
    assert_eq!(nango.connections(), [""; 0]);
    desk.app.stop().await;
}
