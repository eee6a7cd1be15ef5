//! Runs that wait for somebody to say whether they go on, and nobody does.

use super::desk::Desk;
use serde_json::{Value, json};

fn asks(within: &str) -> Value {
    json!({"steps": [
        {"id": "ok", "approve": "Shall I tell them?", "within": within},
        {"id": "tell", "message": "Told."},
    ]})
}

#[tokio::test(flavor = "multi_thread")]
async fn nobodys_answer_in_time_ends_a_run_as_not_approved() {
    let desk = Desk::open([]).await;
    desk.writes("asks", "by hand", asks("2 days")).await;
    let thread = desk.runs("asks").await;
    assert_eq!(desk.states().await, ["waiting"]);
    let card = desk.said(&thread).remove(0);
    assert!(card.contains("If nobody has decided by"), "{card}");
    assert_eq!(desk.time_is("2026-11-22T07:55:00Z").await, 0, "not yet");
    assert_eq!(desk.time_is("2026-11-22T08:05:00Z").await, 1);

    assert_eq!(desk.states().await, ["done"]);
    let said = desk.said(&thread);
    assert_eq!(said.len(), 1, "nothing after it was done: {said:?}");
    assert!(said[0].contains("Nobody decided in time"), "{said:?}");
    let head = desk.head(&thread);
    for part in ["Ended early", "Nobody decided on ok in time"] {
        assert!(head.contains(part), "{part}: {head}");
    }
    assert!(desk.maya.clicks(&thread, "Go on").await.is_err());
    desk.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_has_a_cancelled_run_try_again_is_asked_anew() {
    let desk = Desk::open([]).await;
    desk.writes("asks", "by hand", asks("2 days")).await;
    let thread = desk.runs("asks").await;
    desk.maya.clicks(&thread, "Cancel").await.unwrap();
    desk.app.settles().await;
    desk.clock.turn_to("2026-11-25T08:00:00Z");
    desk.maya.clicks(&thread, "Try again").await.unwrap();
    desk.app.settles().await;
    assert_eq!(desk.states().await, ["waiting"]);
    desk.maya.clicks(&thread, "Go on").await.unwrap();
    desk.app.settles().await;
    assert_eq!(desk.states().await, ["done"]);
    assert_eq!(desk.said(&thread).last().unwrap(), "Told.");
    desk.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn times_that_are_left_out_stand_in_the_history_and_are_told_once() {
    let desk = Desk::open([]).await;
    desk.writes("asks", "every day at 9", asks("30 days")).await;
    assert_eq!(desk.time_is("2026-11-21T08:00:01Z").await, 1);
    let thread = desk.newest("asks");
    for day in 22..25 {
        assert_eq!(desk.time_is(&format!("2026-11-{day}T08:00:01Z")).await, 1);
    }
    assert_eq!(
        desk.states().await,
        ["waiting", "skipped", "skipped", "skipped"]
    );
    let told = desk.reads_directly().await.into_iter();
    let told: Vec<String> = told.filter(|it| it.contains("I left that out")).collect();
    assert_eq!(told.len(), 1, "{told:?}");
    for part in ["*asks* was due", "waits at `ok` (approve)", "See the run"] {
        assert!(told[0].contains(part), "{part}: {}", told[0]);
    }

    desk.presses("History").await;
    let history = desk.is_told(&desk.maya, "its latest runs").await;
    for part in ["Left out", "(and 2 more right before)", "Waiting"] {
        assert!(history.contains(part), "{part}: {history}");
    }
    desk.app.settles().await;
    desk.maya.clicks(&thread, "Go on").await.unwrap();
    desk.app.settles().await;
    assert_eq!(desk.said(&thread).last().unwrap(), "Told.");
    assert_eq!(desk.time_is("2026-11-25T08:00:01Z").await, 1);
    assert_eq!(desk.states().await.last().unwrap(), "waiting");
    desk.close().await;
}
