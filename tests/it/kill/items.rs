//! A process that dies in the middle of a long loop: whoever goes on takes the items that are not
//! done, and no other.

use super::chatter::Office;
use super::process::Penny;
use super::slots::database;
use serde_json::json;
use sqlx::AssertSqlSafe;
use sqlx::postgres::PgPool;
use std::time::{Duration, Instant};

const ITEMS: i64 = 5_000;
/// It ends a test that would hang, and decides none.
const PATIENCE: Duration = Duration::from_secs(240);

#[tokio::test(flavor = "multi_thread")]
async fn a_loop_of_five_thousand_items_killed_twice_ends_with_each_item_done_once() {
    let office = Office::open().await;
    let mut penny = Penny::start(&office, "items").await;
    office.slack.point_at(&penny.url());
    let database = database(&office).await;
    begin(&office, &database).await;
    for share in [ITEMS / 4, ITEMS / 2] {
        until(&database, "items are done", |done, _| done >= share).await;
        penny.kill().await;
        let done = progress(&database).await.0;
        assert!(done < ITEMS, "it died before the end");
        penny.start_again().await;
    }
    until(&database, "the run is over", |_, state| state == "done").await;
    penny.end().await;

    let ends: i64 = number(&database, "select count(*) from ended").await;
    let items: i64 = number(&database, "select count(distinct number) from ended").await;
    assert_eq!(
        (ends, items),
        (ITEMS, ITEMS),
        "every item ended, and ended once"
    );
    let right =
        "select count(*) from core.workflow_items where outcome = to_jsonb('item ' || number)";
    assert_eq!(number(&database, right).await, ITEMS);
    let alice = office.person();
    let channel = office.slack.channel("sales").unwrap();
    let heads = alice.channel_messages(&channel).into_iter();
    let heads: Vec<String> = heads
        .map(|seen| seen.text)
        .filter(|text| text.contains("many"))
        .collect();
    assert_eq!(heads.len(), 1, "one message");
    assert!(heads[0].contains("5000 of 5000 items done"), "{}", heads[0]);
}

/// A run that is due, and a log of every item's end that no process of Penny's knows of.
async fn begin(office: &Office, database: &PgPool) {
    let channel = office.slack.channel("sales").unwrap();
    let numbers: Vec<i64> = (0..ITEMS).collect();
    let definition = json!({"about": "many items", "on": "by hand", "steps": [
        {"id": "each", "foreach": "{{input.numbers}}", "at_once": 4,
            "do": [{"id": "out", "set": "item {{item}}"}]},
    ]});
    let input = json!({ "numbers": numbers });
    let sql = format!(
        r#"create table ended (number integer not null);
           create function note_end() returns trigger language plpgsql security definer as
               $$ begin insert into public.ended values (new.number); return new; end $$;
           create trigger note_end after update on core.workflow_items for each row
               when (new.state in ('done', 'failed') and old.state is distinct from new.state)
               execute function note_end();
           insert into core.workflows (org_id, workflow_id, workspace_id, name, channel_id, owner_user,
               definition, trigger_kind, origin)
           select org_id, gen_random_uuid(), workspace_id, 'many', '{channel}', 'U0ALICE', '{definition}',
               'hand', 'test' from core.installations;
           insert into core.workflow_runs (org_id, run_id, workflow_id, cause, trigger_kind, input,
               definition, root_run)
           select org_id, workflow_id, workflow_id, 'test', 'hand', '{input}', definition, workflow_id
           from core.workflows;
           insert into core.jobs (org_id, kind, key) select org_id, 'workflow', run_id::text
           from core.workflow_runs;"#
    );
    sqlx::raw_sql(AssertSqlSafe(sql))
        .execute(database)
        .await
        .unwrap();
}

async fn number(database: &PgPool, sql: &'static str) -> i64 {
    sqlx::query_scalar(sql).fetch_one(database).await.unwrap()
}

async fn progress(database: &PgPool) -> (i64, String) {
    let state = sqlx::query_scalar("select state from core.workflow_runs").fetch_one(database);
    (
        number(database, "select count(*) from ended").await,
        state.await.unwrap(),
    )
}

async fn until(database: &PgPool, what: &str, holds: impl Fn(i64, &str) -> bool) {
    let begun = Instant::now();
    loop {
        let (done, state) = progress(database).await;
        if holds(done, &state) {
            return;
        }
        assert!(
            begun.elapsed() < PATIENCE,
            "until {what}: {done} items done, the run is {state}"
        );
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}
