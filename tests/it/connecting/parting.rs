//! What is left of Penny's access in a system that was disconnected, and what people are told.

use super::desk::Desk;
use penny::playground::systems::hubspot::Fault;

const REVOKE: &str = "/oauth/2026-03/token/revoke";

impl Desk {
    pub async fn disconnects_hubspot(&self) -> String {
        self.types(&self.maya, "/penny disconnect hubspot").await;
        self.is_told(&self.maya, "Disconnect HubSpot?").await;
        self.presses(&self.maya, "Disconnect").await;
        self.is_told(&self.maya, "HubSpot is disconnected").await
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_let_in_by_consent_is_let_out_again() {
    let desk = Desk::with_consent().await;
    desk.is_connected_by_consent().await;
    assert!(desk.hubspot.lets_apps_in());
    let told = desk.disconnects_hubspot().await;
    assert!(!told.contains("void"), "{told}");
    assert!(!desk.hubspot.lets_apps_in());
    desk.app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_system_that_does_not_confirm_it_is_forgotten_all_the_same_and_that_is_said() {
    let desk = Desk::with_consent().await;
    desk.is_connected_by_consent().await;
    desk.hubspot.faults().on(REVOKE).hit(Fault::Status(503));
    let told = desk.disconnects_hubspot().await;
    assert!(told.contains("didn’t confirm that they are void"), "{told}");
    let kept = "select from core.connections where credentials is not null";
    assert_eq!(desk.app.count(kept).await, 0);
    desk.app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_pasted_a_key_is_told_that_it_still_opens_the_system() {
    let desk = Desk::open().await;
    desk.connects_hubspot().await;
    let told = desk.disconnects_hubspot().await;
    assert!(told.contains("delete it over there"), "{told}");
    desk.app.stop().await;
}
