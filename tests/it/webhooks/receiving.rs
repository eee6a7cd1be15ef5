//! A delivery is kept before it is acknowledged, once however often it comes, for whom it is for.

use super::*;
use futures::future::join_all;
use penny::connectors::Connector;
use penny::connectors::github::GitHub as GitHubConnector;
use penny::store::sync;
use std::time::Duration;

#[tokio::test]
async fn with_postgres_away_the_sender_is_told_to_come_again_and_nothing_is_lost() {
    let company = Company::with(|app| app.behind_a_wire()).await;
    company.connects_hubspot().await;
    let wire = company.app.wire.as_ref().unwrap();
    wire.cut();
    let refused = company.hubspot_says(json!([renamed(1, "1")])).await;
    assert_eq!(refused.status, 503, "{refused:?}");
    assert!(refused.took < Duration::from_millis(2_500), "{refused:?}");
    wire.mend();
    company
        .app
        .comes_true("it is taken", async || {
            company.hubspot_says(json!([renamed(1, "1")])).await.status == 200
        })
        .await;
    company.time_passes().await;
    assert_eq!(company.events().await, ["deal.changed"]);
    company.app.stop().await;
}

#[tokio::test]
async fn what_is_acknowledged_survives_a_process_that_dies_right_then() {
    let mut company = Company::connected().await;
    company
        .app
        .execute("update core.connections set health_note = 'about to be lost'")
        .await;
    assert_eq!(
        company.hubspot_says(json!([renamed(1, "1")])).await.status,
        200
    );
    company.app.kill().await;
    company.app.expire_leases().await;
    company.app.start_again().await;
    company.time_passes().await;
    assert_eq!(company.deliveries().await, ["done"]);
    assert_eq!(company.events().await, ["deal.changed"]);
    company.app.stop().await;
}

#[tokio::test]
async fn a_delivery_that_comes_again_changes_nothing() {
    let company = Company::connected().await;
    let body = json!([renamed(1, "1")]).to_string();
    let headers = SignedBy::hubspot(&body);
    for _ in 0..3 {
        let answer = headers.post(&company.app, "/webhooks/hubspot", &body).await;
        assert_eq!(answer.status, 200);
    }
    company.time_passes().await;
    assert_eq!(company.deliveries().await, ["done"]);
    // HubSpot tries again in its own way: another moment, another attempt, another batch.
    let mut again = renamed(1, "1");
    again["attemptNumber"] = 2.into();
    company.hubspot_says(json!([again, renamed(2, "1")])).await;
    company.time_passes().await;
    assert_eq!(company.deliveries().await, ["done", "done"]);
    assert_eq!(company.events().await, ["deal.changed"; 2], "one of each");
    company.app.stop().await;
}

#[tokio::test]
async fn the_same_bytes_under_another_id_are_the_same_delivery() {
    let company = Company::start().await;
    company.reads_a_repository("acme/api").await;
    let told = json!({
        "action": "labeled", "repository": {"full_name": "acme/api"},
        "issue": {"number": 1, "title": "Login fails"},
    });
    for id in ["first", "first", "made-up"] {
        assert_eq!(company.github_says("issues", id, &told).await.status, 200);
    }
    company
        .app
        .comes_true("it was heard", async || {
            company.deliveries().await == ["done"]
        })
        .await;
    assert_eq!(company.events().await, ["issue.changed"]);
    company.forgets_its_jobs().await;
    company.app.stop().await;
}

#[tokio::test]
async fn what_nobody_here_reads_is_acknowledged_and_not_kept() {
    let company = Company::connected().await;
    let mut strange = renamed(1, "1");
    strange["portalId"] = 1.into();
    assert_eq!(company.hubspot_says(json!([strange])).await.status, 200);
    let told = json!({"action": "opened", "repository": {"full_name": "strangers/api"}});
    assert_eq!(company.github_says("issues", "1", &told).await.status, 200);
    let db = &company.app.process().app.services.db;
    let mut tx = db.org(company.org).await.unwrap();
    sync::disconnect(&mut tx, "hubspot", None).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(
        company.hubspot_says(json!([renamed(2, "1")])).await.status,
        200
    );
    assert_eq!(company.deliveries().await, [""; 0]);
    company.app.stop().await;
}

#[tokio::test]
async fn two_organisations_with_one_account_hear_it_each_for_itself() {
    let company = Company::connected().await;
    company
        .app
        .execute(
            "insert into core.orgs (org_id, name) values
                 ('00000000-0000-0000-0000-0000000000b2', 'The others');
             insert into core.connections (org_id, connection_id, system, name, scope, health,
                 source, source_id, account_id, credentials)
             select '00000000-0000-0000-0000-0000000000b2', gen_random_uuid(), system, name, scope,
                 health, source, source_id, account_id, credentials
             from core.connections where system = 'hubspot'",
        )
        .await;
    let mut strange = renamed(2, "1");
    strange["portalId"] = 1.into();
    let batch = json!([renamed(1, "1"), strange]);
    assert_eq!(company.hubspot_says(batch).await.status, 200);
    company
        .app
        .comes_true("both heard it", async || {
            company.deliveries().await == ["done", "done"]
        })
        .await;
    let each = "select count(*)::text from core.events where kind = 'deal.changed'
         group by org_id";
    assert_eq!(company.app.texts(each).await, ["1", "1"]);
    let others_part = "select from core.deliveries
         where convert_from(payload, 'utf8') like '%\"portalId\":1,%'";
    assert_eq!(
        company.app.count(others_part).await,
        0,
        "nobody keeps what is another's"
    );
    company.forgets_its_jobs().await;
    company.app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_burst_of_deliveries_makes_one_run() {
    let company = Company::connected().await;
    let before = company.runs().await;
    for burst in 0..10_u64 {
        let said = (0..20).map(|one| company.hubspot_says(json!([renamed(burst * 20 + one, "1")])));
        for answer in join_all(said).await {
            assert_eq!(answer.status, 200);
        }
    }
    company.time_passes().await;
    assert_eq!(company.deliveries().await.len(), 200);
    assert_eq!(company.events().await.len(), 200);
    assert_eq!(company.runs().await, before + 1);
    company.app.stop().await;
}

#[tokio::test]
async fn a_system_that_says_one_thing_after_the_other_is_not_read_for_each_of_them() {
    let company = Company::connected().await;
    let before = company.runs().await;
    company.hubspot_says(json!([renamed(1, "1")])).await;
    company
        .app
        .comes_true("it was heard", async || {
            company.deliveries().await == ["done"]
        })
        .await;
    // It was read just now.
    let waits = "select from core.jobs where kind = 'sync' and lease_token is null
         and run_at between now() + interval '20 seconds' and now() + interval '2 minutes'";
    assert_eq!(company.app.count(waits).await, 1);
    company.time_passes().await;
    assert_eq!(company.runs().await, before + 1);
    // After a long reading it is left alone for longer.
    company
        .app
        .execute("update core.sync_runs set started_at = ended_at - interval '1 minute'")
        .await;
    company.hubspot_says(json!([renamed(2, "1")])).await;
    company
        .app
        .comes_true("that was heard, too", async || {
            company.deliveries().await == ["done", "done"]
        })
        .await;
    let waits = "select from core.jobs where kind = 'sync'
         and run_at between now() + interval '5 minutes' and now() + interval '10 minutes'";
    assert_eq!(company.app.count(waits).await, 1);
    company.time_passes().await;
    company.app.stop().await;
}

#[tokio::test]
async fn what_was_said_is_erased_after_a_week_and_forgotten_after_the_retention() {
    let company = Company::connected().await;
    company.hubspot_says(json!([renamed(1, "1")])).await;
    company.time_passes().await;
    for (age, whole, known) in [(6, 1, 1), (8, 0, 1), (31, 0, 0)] {
        company
            .app
            .execute(&format!(
                "update core.deliveries set received_at = now() - interval '{age} days'"
            ))
            .await;
        let services = &company.app.process().app.services;
        penny::jobs::housekeeping::clean(services, 30)
            .await
            .unwrap();
        let still_whole = "select from core.deliveries where payload is not null";
        assert_eq!(company.app.count(still_whole).await, whole, "{age}");
        assert_eq!(company.deliveries().await.len(), known, "{age}");
    }
    company.app.stop().await;
}

impl Company {
    /// As if GitHub had been connected and read.
    async fn reads_a_repository(&self, name: &str) {
        let system = GitHubConnector.manifest().slug;
        self.app
            .execute(&format!(
                "insert into core.connections (org_id, connection_id, system, name, scope, health,
                     source, source_id, account_id, credentials)
                 select org_id, gen_random_uuid(), '{system}', 'GitHub', 'org', 'healthy',
                     'penny', '{system}', '1', '\\x00'
                 from core.installations;
                 insert into core.repositories (org_id, repository_id, name, default_branch,
                     is_archived, source, source_id)
                 select org_id, gen_random_uuid(), '{name}', 'main', false, '{system}', '{name}'
                 from core.installations"
            ))
            .await;
    }

    /// Of connections that were made up nothing can be read.
    async fn forgets_its_jobs(&self) {
        self.app
            .execute("delete from core.jobs where kind = 'sync'")
            .await;
    }
}
