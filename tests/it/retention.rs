//! What Slack sent is kept for as long as it is of use, and no longer.

use crate::support::TestApp;
use crate::upgrading::{all_rows, filled_in};
use penny::jobs::housekeeping::clean;
use penny::models::scripted::Step;

const DAYS: i32 = 30;

/// What is of no use any more once it is over and old.
const CLEARED: [&str; 15] = [
    "inbox",
    "outbox",
    "jobs",
    "proposals",
    "decisions",
    "artifacts",
    "artifact_versions",
    "workflow_runs",
    "events",
    "deliveries",
    "pages",
    "own_writes",
    "connect_links",
    "dashboard_links",
    "spending",
];
/// What is of use however old it is.
const KEPT: [&str; 7] = [
    "memories",
    "notes",
    "ledger",
    "schedules",
    "workflows",
    "policies",
    "deals",
];

/// Has everything that the rows of the fixture are about come to its end.
const OVER: &str = "
    delete from core.jobs where org_id = '$org' and dead_at is null;
    update core.inbox set taken_at = now() where org_id = '$org';
    update core.turns set state = 'done' where org_id = '$org';
    update core.deliveries set state = 'done', worked_at = now() where org_id = '$org';
    update core.spending set day = day - 400 where org_id = '$org';
    update core.schedules set next_run_at = null where org_id = '$org';
    update core.schedule_runs set state = 'done', ended_at = now() where org_id = '$org';
    update core.workflow_runs set state = 'done', ended_at = now() where org_id = '$org';
    update core.proposals set state = 'succeeded', lease_token = null, lease_until = null,
        ended_at = now() where org_id = '$org';";

/// Moves each moment of each table back.
const LONG_AGO: &str = "
    do $$
    declare
        it record;
    begin
        perform set_config('session_replication_role', 'replica', true);
        for it in
            select a.attrelid::regclass as place, a.attname as moment from pg_attribute as a
            join pg_class as c on c.oid = a.attrelid and c.relkind = 'r'
            join pg_attribute as o on o.attrelid = a.attrelid and o.attname = 'org_id'
            where c.relnamespace = 'core'::regnamespace and a.atttypid = 'timestamptz'::regtype
                and a.attgenerated = '' and not a.attisdropped
        loop
            execute format('update %s set %I = %I - interval ''400 days'' where org_id = %L',
                it.place, it.moment, it.moment, '$org');
        end loop;
    end
    $$;";

#[tokio::test]
async fn what_is_over_and_old_is_gone_and_what_people_set_up_stays() {
    let app = TestApp::start([]).await;
    // At once, so that nobody begins to work on it.
    let rows = [all_rows(), filled_in(OVER), filled_in(LONG_AGO)];
    app.execute(&rows.concat()).await;
    let left = async |table: &str| {
        let rows = format!("select from core.{table} where org_id = '$org'");
        app.count(&filled_in(&rows)).await
    };
    for table in CLEARED.iter().chain(&KEPT) {
        assert!(left(table).await > 0, "{table} is filled");
    }
    clean(&app.process().app.services, DAYS).await.unwrap();
    for table in CLEARED {
        assert_eq!(left(table).await, 0, "{table}");
    }
    for table in KEPT {
        assert!(left(table).await > 0, "{table}");
    }
    app.stop().await;
}

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
