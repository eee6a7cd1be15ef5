//! Keys and tokens that are found to be no longer good by something else than the next reading.

use super::desk::Desk;
use penny::net::json_api::ApiError;
use serde_json::Value;

const DETAILS: &str = "/account-info/v3/details";

impl Desk {
    /// Asks HubSpot live, as a tool does.
    pub async fn asks(&self) -> Result<Value, ApiError> {
        let (org, maya) = self.org_and_maya().await;
        let connections = &self.app.process().app.services.connections;
        let open = connections.reach(org, maya, "hubspot").await.unwrap();
        open.api.get(DETAILS, &[]).await
    }

    pub async fn maya_is_told_once(&self) {
        self.app.settles().await;
        self.is_written(&self.maya, "I can’t read *HubSpot* any more")
            .await;
        let told = "select from core.outbox where key like 'broken:%'";
        assert_eq!(self.app.count(told).await, 1);
        assert_eq!(self.health().await, "broken");
        self.looks_through(&self.maya);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_that_a_live_question_finds_revoked_is_told_of_at_once_and_only_once() {
    let desk = Desk::open().await;
    desk.connects_hubspot().await;
    desk.hubspot.revoke_token();
    for _ in 0..3 {
        assert_eq!(desk.asks().await, Err(ApiError::Unauthorized));
    }
    desk.maya_is_told_once().await;
    let next = "select from core.connections where next_sync_at is not null";
    assert_eq!(desk.app.count(next).await, 0, "it is not read in vain");
    desk.app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_consent_that_a_live_question_finds_withdrawn_is_told_of_at_once() {
    let desk = Desk::with_consent().await;
    desk.is_connected_by_consent().await;
    desk.hubspot.revoke_token();
    assert_eq!(desk.asks().await, Err(ApiError::Unauthorized));
    desk.maya_is_told_once().await;
    desk.app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_system_that_hands_out_tokens_and_refuses_them_is_told_of_once() {
    use penny::playground::systems::hubspot::Fault;
    let desk = Desk::with_consent().await;
    desk.is_connected_by_consent().await;
    for _ in 0..2 {
        let refused = desk.hubspot.faults().on(DETAILS).next(2);
        refused.hit(Fault::Status(401));
        assert_eq!(desk.asks().await, Err(ApiError::Unauthorized));
    }
    desk.maya_is_told_once().await;
    desk.app.stop().await;
}
