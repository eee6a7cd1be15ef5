//! How far workflows may lead to others.

use super::desk::Desk;
use serde_json::{Value, json};

fn starts(other: &str) -> Value {
    json!({"steps": [{"id": "child", "workflow": other}]})
}

#[tokio::test(flavor = "multi_thread")]
async fn workflows_start_workflows_to_a_bounded_depth_and_say_where_it_ended() {
    let desk = Desk::open([]).await;
    let hello = json!({"steps": [{"id": "hello", "message": "Deep down."}]});
    desk.writes("w6", "by hand", hello).await;
    for number in (1..6).rev() {
        let next = format!("w{}", number + 1);
        desk.writes(&format!("w{number}"), "by hand", starts(&next))
            .await;
    }
    let thread = desk.runs("w2").await;
    assert_eq!(desk.said(&thread), ["Deep down."], "five are fine");
    let thread = desk.runs("w1").await;
    let head = desk.head(&thread);
    for part in ["*w6* was not started", "may not go deeper"] {
        assert!(head.contains(part), "{part}: {head}");
    }
    assert_eq!(desk.said(&thread), [""; 0]);
    desk.is_written("The workflow *w1* failed").await;
    desk.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_beginning_leads_to_a_bounded_number_of_runs() {
    let desk = Desk::open([]).await;
    let hello = json!({"steps": [{"id": "hello", "message": "One more."}]});
    desk.writes("one", "by hand", hello).await;
    let many = json!({"steps": [
        {"id": "nap", "wait": "1 hour"}, {"id": "child", "workflow": "one"},
    ]});
    desk.writes("many", "by hand", many).await;
    let thread = desk.runs("many").await;
    // As if its loop had started that many before.
    desk.app
        .execute(
            "insert into core.workflow_runs (org_id, run_id, workflow_id, cause, trigger_kind, input, definition,
                 parent_run, root_run, depth, state, ended_at)
             select r.org_id, gen_random_uuid(), w.workflow_id, 'before:' || n, 'workflow', '{}', w.definition,
                 r.run_id, r.root_run, 1, 'done', now()
             from core.workflow_runs as r join core.workflows as w on w.name = 'one', generate_series(1, 199) as n",
        )
        .await;
    assert_eq!(desk.time_is("2026-11-20T09:05:00Z").await, 1);
    let head = desk.head(&thread);
    for part in ["*one* was not started", "too many runs already"] {
        assert!(head.contains(part), "{part}: {head}");
    }
    assert_eq!(desk.said(&thread), [""; 0]);
    desk.is_written("The workflow *many* failed").await;
    desk.close().await;
}
