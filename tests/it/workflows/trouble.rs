//! A workflow cannot fail in silence.

use super::desk::Desk;
use penny::jobs::workflows::look;
use penny::models::ModelError;
use penny::models::scripted::Step;
use penny::slack::client::ApiCode;
use serde_json::{Value, json};

const DIRECT: &str = "update core.workflows set channel_id = null";

fn fails() -> Value {
    json!({"steps": [{"id": "sum", "query": "select 1 / 0 as it"}]})
}

fn says_hello() -> Value {
    json!({"steps": [{"id": "hello", "message": "Hello."}]})
}

#[tokio::test(flavor = "multi_thread")]
async fn the_third_failure_in_a_row_pauses_it_and_says_so_with_the_way_to_the_run() {
    let desk = Desk::open([]).await;
    desk.writes("fails", "every day at 9", fails()).await;
    for day in 21..24 {
        assert_eq!(desk.time_is(&format!("2026-11-{day}T08:00:01Z")).await, 1);
        desk.is_written("The workflow *fails* failed").await;
    }
    let told = desk.app.is_written(&desk.maya, "I’ve *paused* it").await;
    for part in ["failed 3 times in a row", "*Resume*", "See the run"] {
        assert!(told.text.contains(part), "{part}: {}", told.text);
    }
    let head = desk.head(&desk.newest("fails"));
    assert!(head.contains("I’ve *paused* it"), "{head}");
    assert_eq!(desk.time_is("2026-11-24T08:00:01Z").await, 0);

    desk.presses("Resume").await;
    desk.is_told(&desk.maya, "is active again").await;
    assert_eq!(desk.time_is("2026-11-25T08:00:01Z").await, 1);
    desk.reads_directly().await;
    desk.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_that_reports_to_its_owner_alone_is_paused_with_a_message_of_its_own() {
    let desk = Desk::open([]).await;
    desk.writes("fails", "every day at 9", fails()).await;
    desk.app.execute(DIRECT).await;
    for day in 21..23 {
        desk.time_is(&format!("2026-11-{day}T08:00:01Z")).await;
    }
    let notices = |said: Vec<String>| {
        let told = said.into_iter();
        told.filter(|it| it.contains("The workflow *fails* failed"))
            .count()
    };
    // The head of each run says it, right where it would be told.
    assert_eq!(notices(desk.reads_directly().await), 0);
    desk.time_is("2026-11-23T08:00:01Z").await;
    assert_eq!(notices(desk.reads_directly().await), 1);
    desk.is_written("I’ve *paused* it").await;
    let heads = desk.reads_directly().await.into_iter();
    let heads = heads.filter(|it| it.contains("Workflow of") && it.contains("*paused*"));
    assert_eq!(heads.count(), 1, "the last run shows it as well");
    desk.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_archived_channel_is_told_to_the_owner_with_what_to_do() {
    let desk = Desk::open([]).await;
    desk.writes("hello", "every day at 9", says_hello()).await;
    desk.maya.archive(&desk.sales()).unwrap();
    assert_eq!(desk.time_is("2026-11-21T08:00:01Z").await, 1);
    let told = desk
        .app
        .is_written(&desk.maya, "where it reports is archived")
        .await;
    assert!(
        told.text.contains("*Edit* in `/penny workflows`"),
        "{}",
        told.text
    );
    assert_eq!(desk.states().await, ["failed"]);
    let posts = desk.app.slack.calls().of("chat.postMessage");
    let outcomes = posts.iter().map(|it| format!("{:?}", it.outcome));
    let refused = outcomes.filter(|it| it.contains(ApiCode::IsArchived.as_str()));
    assert_eq!(refused.count(), 1);
    desk.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn where_the_owner_has_left_an_administrator_is_told_whose_it_was() {
    let desk = Desk::open([]).await;
    desk.jonas.leaves_the_company();
    desk.writes("hello", "every day at 9", says_hello()).await;
    let jonas = desk.jonas.id();
    let his = format!("update core.workflows set owner_user = '{jonas}'");
    desk.app.execute(&his).await;
    assert_eq!(desk.time_is("2026-11-21T08:00:01Z").await, 1);
    let told = desk
        .app
        .is_written(&desk.maya, "The workflow *hello* failed")
        .await;
    for part in ["has left the workspace", "It belonged to"] {
        assert!(told.text.contains(part), "{part}: {}", told.text);
    }
    assert_eq!(desk.states().await, ["failed"]);
    desk.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_question_that_penny_could_not_answer_is_told_with_what_helps_a_run() {
    let desk = Desk::open([Step::fails(|| ModelError::OutOfCredit)]).await;
    desk.writes("asks", "by hand", json!({"prompt": "What moved?"}))
        .await;
    let thread = desk.runs("asks").await;
    desk.app
        .comes_true("it has failed", async || desk.states().await == ["failed"])
        .await;
    desk.app.settles().await;
    let told = desk
        .app
        .is_written(&desk.maya, "The workflow *asks* failed")
        .await;
    assert!(told.text.contains("press *Try again*"), "{}", told.text);
    assert!(!told.text.contains("Retry"), "{}", told.text);
    assert!(desk.head(&thread).contains("out of credit"));
    desk.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_failed_while_penny_was_not_installed_is_told_once_she_is_again() {
    let mut desk = Desk::open([]).await;
    desk.writes("hello", "every day at 9", says_hello()).await;
    desk.maya.uninstall().await.unwrap();
    desk.app
        .comes_true("her token is gone", async || {
            let retired = "select from core.installations where retired_at is not null";
            desk.app.count(retired).await == 1
        })
        .await;
    desk.clock.turn_to("2026-11-21T08:00:01Z");
    let services = desk.app.process().app.services.clone();
    assert_eq!(look(&services).await.unwrap(), 1);
    desk.app
        .comes_true(
            "the run has failed, and somebody is still to be told",
            async || {
                let waits = "select from core.jobs where kind = 'workflow' and run_at > now()
                and lease_token is null and dead_at is null";
                desk.states().await == ["failed"] && desk.app.count(waits).await == 1
            },
        )
        .await;

    desk.maya.install().unwrap();
    desk.app.start_another().await;
    desk.app.retire_the_first().await;
    desk.app
        .execute("update core.jobs set run_at = now()")
        .await;
    let told = desk
        .app
        .is_written(&desk.maya, "I wasn’t installed in this workspace then")
        .await;
    assert!(told.text.contains("*hello* failed"), "{}", told.text);
    desk.app.settles().await;
    desk.app.slack.calls().mark_all_read();
    desk.close().await;
}
