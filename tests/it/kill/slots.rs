//! Processes that die while schedules are due: each slot has one run all the same.

use super::chatter::Office;
use super::process::Penny;
use super::{dice, some_moment};
use chrono::{TimeDelta, Utc};
use penny::playground::{Human, Slack, Thread};
use sqlx::AssertSqlSafe;
use sqlx::postgres::PgPool;
use std::time::Duration;

const SCHEDULES: usize = 8;
const KILLS: usize = 6;

#[tokio::test(flavor = "multi_thread")]
async fn killed_around_the_slot_every_schedule_runs_exactly_once() {
    let mut dice = dice("around the slot");
    let office = Office::open().await;
    let mut pair = [
        Penny::start(&office, "early").await,
        Penny::start(&office, "late").await,
    ];
    office.slack.point_at(&pair[0].url());
    let database = database(&office).await;
    schedule(&office, &database).await;
    for round in 0..KILLS {
        some_moment(&mut dice, Duration::from_millis(900)).await;
        let (dying, other) = (round % 2, 1 - round % 2);
        office.slack.point_at(&pair[other].url());
        pair[dying].kill().await;
        pair[dying].start_again().await;
    }
    let alice = office.person();
    let all_ran = |_: &Slack| {
        (0..SCHEDULES)
            .all(|n| is_answered(&office, &alice, n))
            .then_some(())
    };
    let waited = office.slack.until("every run", all_ran).await;
    let runs: Vec<(String, i64)> =
        sqlx::query_as("select state, count(*) from core.schedule_runs group by state")
            .fetch_all(&database)
            .await
            .unwrap();
    assert!(waited.is_ok(), "runs: {runs:?}");
    for penny in pair {
        penny.end().await;
    }
    // By now nobody can say anything more.
    for number in 0..SCHEDULES {
        assert_eq!(
            threads_of(&office, &alice, number).len(),
            1,
            "headlines of {number}"
        );
        assert_eq!(
            said(&office, &alice, number),
            2,
            "the headline and one answer of {number}"
        );
    }
}

pub async fn database(office: &Office) -> PgPool {
    let environment = office.environment();
    let url = environment.iter().find(|(name, _)| *name == "DATABASE_URL");
    PgPool::connect(&url.expect("a database").1).await.unwrap()
}

/// All of them due at one moment, soon.
async fn schedule(office: &Office, database: &PgPool) {
    let channel = office.slack.channel("sales").unwrap();
    let due = Utc::now() + TimeDelta::milliseconds(1_500);
    let wall = due.format("%Y-%m-%dT%H:%M:%S%.6f");
    for number in 0..SCHEDULES {
        let sql = format!(
            r#"insert into core.schedules (org_id, schedule_id, workspace_id, channel_id, owner_user,
                   question, said, rule, next_run_at, origin)
               select org_id, gen_random_uuid(), workspace_id, '{channel}', 'U0ALICE', 't{number}-m0', 'once',
                   '{{"when": {{"once": "{wall}"}}, "zone": "UTC"}}', '{due}', 'test {number}'
               from core.installations"#
        );
        sqlx::raw_sql(AssertSqlSafe(sql))
            .execute(database)
            .await
            .unwrap();
    }
}

fn threads_of(office: &Office, person: &Human, number: usize) -> Vec<Thread> {
    let channel = office.slack.channel("sales").unwrap();
    let name = format!("t{number}-m0");
    let heads = person.channel_messages(&channel).into_iter();
    heads
        .filter(|seen| seen.text.contains(&name))
        .map(|seen| Thread {
            channel: channel.clone(),
            root: seen.ts,
        })
        .collect()
}

/// How many messages of Penny's name the question.
fn said(office: &Office, person: &Human, number: usize) -> usize {
    let name = format!("t{number}-m0");
    let threads = threads_of(office, person, number);
    let messages = threads.iter().flat_map(|thread| person.answers_in(thread));
    messages.filter(|seen| seen.text.contains(&name)).count()
}

fn is_answered(office: &Office, person: &Human, number: usize) -> bool {
    let threads = threads_of(office, person, number);
    let streaming = threads
        .iter()
        .flat_map(|thread| person.answers_in(thread))
        .any(|seen| seen.streaming);
    said(office, person, number) >= 2 && !streaming
}
