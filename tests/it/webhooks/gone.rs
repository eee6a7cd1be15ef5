//! What is gone over there is gone here, and what is told of one record is read of that record,
//! whatever lists and searches show.

use super::*;
use chrono::{TimeDelta, Utc};
use penny::base::clock::TestClock;
use penny::playground::systems::github::GitHub;
use penny::playground::systems::hubspot::{CALLS, CONTACTS, DEALS};

impl Company {
    async fn reads_again(&self) {
        let connections = &self.app.process().app.services.connections;
        let found = connections.read_now(self.org, self.maya, "hubspot").await;
        assert!(found.unwrap().is_some());
        self.app.settles().await;
    }
}

#[tokio::test]
async fn somebody_who_was_erased_over_there_is_erased_here_and_told_of_once() {
    let company = Company::start().await;
    let hubspot = &company.hubspot;
    let ada = [("firstname", "Ada"), ("email", "ada@acme.example")];
    let contact = hubspot.add(CONTACTS, &ada);
    company.connects_hubspot().await;
    let known = "select from core.contacts where source = 'hubspot'";
    assert_eq!(company.app.count(known).await, 1);
    hubspot.tells(company.subscribed("hubspot"));
    // Its search goes on finding them for a while.
    hubspot.hold_search();
    hubspot.erase(CONTACTS, &contact).unwrap();
    company.comes_to_hear(1).await;
    company.time_passes().await;
    assert_eq!(company.app.count(known).await, 0);
    assert_eq!(company.events().await, ["contact.deleted"]);
    company.app.stop().await;
}

#[tokio::test]
async fn deals_that_were_made_one_over_there_count_once_here() {
    let company = Company::start().await;
    let hubspot = &company.hubspot;
    let kept = hubspot.add(DEALS, &[("dealname", "Acme"), ("amount", "100")]);
    let other = hubspot.add(DEALS, &[("dealname", "Acme again"), ("amount", "100")]);
    company.connects_hubspot().await;
    let sum = "select sum(amount)::text from core.deals where source = 'hubspot'";
    assert_eq!(company.app.texts(sum).await, ["200.00"]);
    // Nothing tells of it: it shows in the record that is left.
    hubspot.merge(DEALS, &other, &kept).unwrap();
    company.reads_again().await;
    assert_eq!(company.app.texts(sum).await, ["100.00"]);
    company.app.stop().await;
}

#[tokio::test]
async fn an_issue_that_was_deleted_or_moved_away_is_gone_here_too() {
    let github = GitHub::start().await.unwrap();
    let url = github.url().to_owned();
    let company = Company::with(|app| app.setting("GITHUB_BASE_URL", url)).await;
    for repository in ["acme/api", "acme/web"] {
        github.repository(repository);
    }
    let [wrong, misplaced, kept] = ["By mistake", "Of the page", "Of the API"]
        .map(|title| github.issue("acme/api", json!({"title": title})));
    company.connects("github", github.token()).await;
    let keys = "select concat_ws(' ', key, title) from core.issues order by key";
    assert_eq!(company.app.texts(keys).await.len(), 3);
    github.tells(company.subscribed("github"));
    assert!(github.delete_issue("acme/api", wrong));
    let moved = github.transfer_issue("acme/api", misplaced, "acme/web");
    company.comes_to_hear(3).await;
    company.time_passes().await;
    let moved = format!("acme/web#{} Of the page", moved.unwrap());
    let left = [format!("acme/api#{kept} Of the API"), moved];
    assert_eq!(company.app.texts(keys).await, left);
    let told = "select source_id from core.events where kind = 'issue.deleted' order by source_id";
    let both = [format!("acme/api#{wrong}"), format!("acme/api#{misplaced}")];
    assert_eq!(company.app.texts(told).await, both);
    company.app.stop().await;
}

#[tokio::test]
async fn what_belongs_together_from_now_on_is_read_though_neither_record_changed() {
    // Nothing of it is new any more.
    let an_hour_ago = TestClock::at(Utc::now() - TimeDelta::hours(1));
    let hubspot = HubSpot::start_at(an_hour_ago).await.unwrap();
    let company = Company::beside(hubspot, |app| app).await;
    let hubspot = &company.hubspot;
    let deal = hubspot.add(DEALS, &[("dealname", "Acme")]);
    let call = hubspot.add(CALLS, &[("hs_call_title", "First call")]);
    company.connects_hubspot().await;
    let of = "select d.name from core.activities as a join core.deals as d using (org_id, deal_id)
        where a.subject = 'First call'";
    hubspot.link((CALLS, &call), (DEALS, &deal)).unwrap();
    company.reads_again().await;
    assert_eq!(company.app.texts(of).await, [""; 0], "no search shows it");
    let id = |text: &str| text.parse::<u64>().unwrap();
    let told = json!([{
        "eventId": 1, "subscriptionId": 9, "portalId": PORTAL, "appId": 9, "attemptNumber": 0,
        "occurredAt": 1_790_000_000_000_i64, "subscriptionType": "object.associationChange",
        "fromObjectTypeId": "0-48", "toObjectTypeId": "0-3", "fromObjectId": id(&call),
        "toObjectId": id(&deal), "associationRemoved": false,
    }]);
    assert_eq!(company.hubspot_says(told).await.status, 200);
    company.time_passes().await;
    assert_eq!(company.app.texts(of).await, ["Acme"]);
    company.app.stop().await;
}
