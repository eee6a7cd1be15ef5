//! What Slack sent is kept for as long as it is of use, and no longer.

use crate::support::TestApp;
use penny::jobs::housekeeping::clean;
use penny::models::scripted::Step;

const DAYS: i32 = 30;

#[tokio::test]
async fn what_slack_sent_is_gone_after_its_retention() {
    let app = TestApp::start([Step::says("Nine.").repeatedly()]).await;
    let maya = app.slack.person("maya").unwrap();
    for question in ["an old question", "a recent question"] {
        let said = maya.mentions_penny("sales", question).await.unwrap();
        maya.waits_for_answer(&said.thread()).await.unwrap();
    }
    app.settles().await;
    app.execute(
        "update core.inbox set received_at = now() - interval '31 days'
         where payload not like '%a recent question%'",
    )
    .await;
    clean(&app.process().app.services, DAYS).await.unwrap();
    for (question, is_kept) in [("an old question", false), ("a recent question", true)] {
        let kept = format!("select from core.inbox where payload like '%{question}%'");
        assert_eq!(app.count(&kept).await > 0, is_kept, "{question}");
    }
    app.stop().await;
}

#[tokio::test]
async fn a_table_that_cannot_be_cleared_keeps_none_of_the_others_from_being() {
    let app = TestApp::start([]).await;
    let (old, recent) = ("31 days", "29 days");
    for (key, age) in [("given-up-long-ago", old), ("given-up-lately", recent)] {
        app.execute(&format!(
            "insert into core.jobs (org_id, kind, key, dead_at)
             select org_id, 'inbound', '{key}', now() - interval '{age}' from core.orgs limit 1"
        ))
        .await;
    }
    let services = app.process().app.services.clone();
    app.execute("alter table core.outbox rename to outbox_away")
        .await;
    let cleaned = clean(&services, DAYS).await;
    app.execute("alter table core.outbox_away rename to outbox")
        .await;
    cleaned.expect_err("the table that is away could not be cleared");
    let left = app.texts("select key from core.jobs where dead_at is not null");
    assert_eq!(left.await, ["given-up-lately"]);
    app.execute("delete from core.jobs where key = 'given-up-lately'")
        .await;
    app.stop().await;
}
