//! Changing a workflow in its window: what nobody touched stays as it was.

use super::desk::Desk;
use penny::playground::Submitted;
use serde_json::{Value, json};

const NEXT: &str =
    "select coalesce(to_char(next_run_at at time zone 'UTC', 'YYYY-MM-DD HH24:MI'), 'never')
    from core.workflows";

fn says(words: &str) -> Value {
    json!({"steps": [{"id": "say", "message": words}]})
}

#[tokio::test(flavor = "multi_thread")]
async fn editing_the_steps_moves_neither_the_zone_of_its_time_nor_the_day_it_counts_from() {
    let desk = Desk::open([]).await;
    desk.writes("fortnight", "every other Tuesday at 9", says("Hello."))
        .await;
    assert_eq!(desk.app.texts(NEXT).await, ["2026-11-24 08:00"]);
    assert_eq!(desk.time_is("2026-11-24T08:00:01Z").await, 1);
    // Two days later whoever changes it sits elsewhere.
    desk.clock.turn_to("2026-11-26T12:00:00Z");
    let moves = "update core.people set time_zone = 'America/New_York'";
    desk.app.execute(moves).await;
    desk.edits("fortnight", &says("Good day.")).await;
    assert_eq!(desk.app.texts(NEXT).await, ["2026-12-08 08:00"]);

    // What they type anew is meant on their own clock.
    desk.presses("Edit").await;
    desk.looks_at_window().await;
    let shown = desk.maya.modal().unwrap().state["on"]["penny_field"]["value"].clone();
    assert!(
        shown
            .as_str()
            .is_some_and(|it| it.contains("(Europe/Berlin)")),
        "{shown}"
    );
    let submitted = desk.fills(&[("on", "every weekday at 9")]).await;
    assert!(matches!(submitted, Submitted::Taken), "{submitted:?}");
    desk.is_written("every weekday at 09:00 (America/New_York)")
        .await;
    assert_eq!(desk.app.texts(NEXT).await, ["2026-11-26 14:00"]);
    desk.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_paused_workflow_stays_paused_when_it_is_edited_and_says_so() {
    let desk = Desk::open([]).await;
    desk.writes("morning", "every weekday at 9", says("Hello."))
        .await;
    desk.presses("Pause").await;
    desk.is_told(&desk.maya, "nothing starts it by itself")
        .await;
    desk.presses("Edit").await;
    desk.looks_at_window().await;
    let window = desk.maya.modal_text();
    assert!(window.contains("stays so when you save it"), "{window}");
    let good_day = says("Good day.").to_string();
    let submitted = desk.fills(&[("definition", &good_day)]).await;
    assert!(matches!(submitted, Submitted::Taken), "{submitted:?}");
    desk.is_written("It is still *paused*").await;
    assert_eq!(desk.app.texts(NEXT).await, ["never"]);
    assert_eq!(desk.time_is("2026-11-23T08:00:01Z").await, 0);

    desk.presses("Resume").await;
    desk.is_told(&desk.maya, "is active again").await;
    assert_eq!(desk.time_is("2026-11-24T08:00:01Z").await, 1);
    assert_eq!(desk.said(&desk.newest("morning")), ["Good day."]);
    desk.close().await;
}
