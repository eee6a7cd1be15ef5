//! What starts runs: a time, an event, and the good end of another workflow.

use super::desk::Desk;
use penny::jobs::workflows::look;
use penny::playground::Submitted;
use serde_json::json;

const HELLO: &str = r#"{"id": "hello", "message": "Hello {{input.fields.name}}"}"#;

fn greets() -> serde_json::Value {
    json!({"steps": [serde_json::from_str::<serde_json::Value>(HELLO).unwrap()]})
}

#[tokio::test(flavor = "multi_thread")]
async fn a_time_starts_it_once_a_slot_over_two_processes() {
    let mut desk = Desk::open([]).await;
    desk.writes("morning", "every weekday at 9", greets()).await;
    desk.app.start_another().await;
    desk.clock.turn_to("2026-11-23T08:00:01Z");
    let looks = desk
        .app
        .processes()
        .map(|process| look(&process.app.services));
    let begun: u64 = futures::future::join_all(looks)
        .await
        .into_iter()
        .map(Result::unwrap)
        .sum();
    assert_eq!(begun, 1);
    desk.app.settles().await;
    assert_eq!(desk.states().await, ["done"]);
    assert_eq!(desk.penny_looks().await, 0);
    let next =
        "select to_char(next_run_at at time zone 'UTC', 'YYYY-MM-DD HH24:MI') from core.workflows";
    assert_eq!(desk.app.texts(next).await, ["2026-11-24 08:00"]);
    // After days away the run that was missed is made up for once, and says that it is late.
    assert_eq!(desk.time_is("2026-11-26T12:00:00Z").await, 1);
    assert!(desk.head(&desk.newest("morning")).contains("late"));
    desk.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_event_that_fits_its_filter_starts_it_exactly_once() {
    let mut desk = Desk::open([]).await;
    let mut definition = greets();
    definition["where"] = json!({"stage": "won", "amount": {"above": 1000}});
    desk.writes("won", "event deal.stage_changed", definition)
        .await;
    desk.is_written("`deal.stage_changed` starts it where")
        .await;
    for (name, stage, amount) in [
        ("Acme", "Won", 5000),
        ("Birch", "lost", 9000),
        ("Cedar", "won", 10),
    ] {
        let fields = json!({"name": name, "stage": stage, "amount": amount});
        let sql = format!(
            "insert into core.events (org_id, event_id, kind, payload)
             select org_id, gen_random_uuid(), 'deal.stage_changed', '{fields}' from core.orgs limit 1"
        );
        desk.app.execute(&sql).await;
    }
    desk.app.start_another().await;
    let looks = desk
        .app
        .processes()
        .map(|process| look(&process.app.services));
    let begun: u64 = futures::future::join_all(looks)
        .await
        .into_iter()
        .map(Result::unwrap)
        .sum();
    desk.app.settles().await;
    assert_eq!(begun, 1);
    let thread = desk.newest("won");
    assert_eq!(desk.said(&thread), ["Hello Acme"]);
    assert!(desk.head(&thread).contains("deal.stage_changed"));
    assert_eq!(desk.penny_looks().await, 0, "it has been acted upon");
    desk.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_an_event_starts_is_found_in_the_logs_by_the_trace_of_what_caused_the_event() {
    let desk = Desk::with([], |app| app.keeping_logs()).await;
    let on = "event deal.stage_changed";
    desk.writes("won", on, greets()).await;
    let read_by = "0af7651916cd43dd8448eb211c80319c";
    let sql = format!(
        "begin; set local penny.trace = '{read_by}';
         insert into core.events (org_id, event_id, kind, payload)
         select org_id, gen_random_uuid(), 'deal.stage_changed', '{{\"name\": \"Acme\"}}'
         from core.orgs limit 1; commit"
    );
    desk.app.execute(&sql).await;
    assert_eq!(desk.penny_looks().await, 1);
    assert_eq!(desk.said(&desk.newest("won")), ["Hello Acme"]);
    let logs = desk.app.logs.clone().unwrap();
    desk.close().await;
    let calls = logs.slack_calls().into_iter();
    let by_run: Vec<_> = calls.filter(|(_, job)| job == "workflow").collect();
    assert!(!by_run.is_empty(), "nothing was captured");
    assert!(
        by_run.iter().all(|(trace, _)| trace == read_by),
        "{by_run:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn an_event_of_somebody_elses_own_account_starts_nothing() {
    let desk = Desk::open([]).await;
    desk.writes("met", "event meeting.ended", greets()).await;
    desk.app
        .execute(
            "insert into core.events (org_id, event_id, kind, payload, visibility, owner_id)
             select org_id, gen_random_uuid(), 'meeting.ended', '{}', 'person', gen_random_uuid()
             from core.orgs limit 1",
        )
        .await;
    assert_eq!(desk.penny_looks().await, 0);
    assert_eq!(desk.states().await, [""; 0]);
    desk.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_good_end_of_one_starts_another_and_never_goes_round() {
    let desk = Desk::open([]).await;
    desk.writes(
        "first",
        "by hand",
        json!({"steps": [{"id": "out", "set": {"fields": {"name": "you"}}}]}),
    )
    .await;
    desk.writes("second", "after first", greets()).await;
    desk.presses_of("first", "Edit").await;
    desk.looks_at_window().await;
    let submitted = desk.fills(&[("on", "after second")]).await;
    assert!(matches!(submitted, Submitted::Taken), "{submitted:?}");
    desk.is_written("The good end of *second* starts it").await;
    desk.runs("first").await;
    assert_eq!(desk.states().await, ["done", "done"]);
    assert_eq!(desk.said(&desk.newest("second")), ["Hello you"]);
    desk.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_paused_workflow_is_started_by_nothing_but_a_person() {
    let desk = Desk::open([]).await;
    desk.writes("morning", "every weekday at 9", greets()).await;
    desk.maya
        .runs_command("sales", "/penny workflows")
        .await
        .unwrap();
    desk.is_told(&desk.maya, "Workflows here").await;
    let list = desk.whisper(&desk.maya, "Workflows here");
    desk.maya.clicks(&list, "Pause").await.unwrap();
    desk.is_told(&desk.maya, "is paused").await;
    assert_eq!(desk.time_is("2026-11-23T08:00:01Z").await, 0);
    let list = desk.whisper(&desk.maya, "is paused");
    desk.maya.clicks(&list, "Run now").await.unwrap();
    desk.is_told(&desk.maya, "I’m on it").await;
    desk.app.settles().await;
    assert_eq!(desk.states().await, ["done"]);
    desk.close().await;
}
