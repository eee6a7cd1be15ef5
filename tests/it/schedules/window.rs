//! `/penny schedule` by itself: the window, with what is understood shown while it is typed.

use super::desk::{Desk, QUESTION};
use penny::playground::Thread;
use serde_json::json;

const WHEN: &str = "penny_schedule_when";

async fn opens(desk: &Desk) {
    desk.maya
        .runs_command("sales", "/penny schedule")
        .await
        .unwrap();
    shows(desk, "New schedule").await;
}

async fn shows(desk: &Desk, words: &str) -> String {
    let shown = desk.app.window_says(&desk.maya, words).await;
    desk.app.settles().await;
    shown
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_understood_shows_while_it_is_typed_and_the_window_makes_the_schedule() {
    let desk = Desk::open([]).await;
    opens(&desk).await;
    desk.maya
        .clicks_in_modal(WHEN, &json!("every other tues"))
        .await
        .unwrap();
    shows(&desk, "every other Tuesday at 09:00, from 24 November 2026").await;
    desk.maya
        .clicks_in_modal(WHEN, &json!("every blue"))
        .await
        .unwrap();
    shows(&desk, "I don’t know what “blue” means").await;

    let fields = [
        ("what", json!(QUESTION)),
        (WHEN, json!("last Friday of the month at 17:00")),
        ("budget", json!("0.50")),
        ("catch_up", json!("none")),
    ];
    desk.fills(&fields).await;
    let told = desk.app.is_written(&desk.maya, "Scheduled in").await;
    assert!(
        told.text
            .contains("on the last Friday of every month at 17:00"),
        "{}",
        told.text
    );
    assert!(
        told.text
            .contains("Fri\u{a0}27\u{a0}Nov\u{a0}2026\u{a0}17:00"),
        "{}",
        told.text
    );
    assert_eq!(
        desk.app
            .texts("select budget_micros || ' ' || catch_up from core.schedules")
            .await,
        ["500000 none"]
    );
    desk.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_wrong_is_said_under_its_field_and_the_window_stays() {
    let desk = Desk::open([]).await;
    opens(&desk).await;
    let errors = desk
        .objections(&[
            ("what", json!(QUESTION)),
            (WHEN, json!("at 25:00 every day")),
        ])
        .await;
    assert!(errors.contains("“25:00” is not a time of day"), "{errors}");
    assert!(errors.contains("Try “every weekday at 9:30”"), "{errors}");
    let errors = desk
        .objections(&[
            ("what", json!(QUESTION)),
            (WHEN, json!("every day at 9")),
            ("budget", json!("2.01")),
        ])
        .await;
    assert!(errors.contains("may cost $2.00 at most"), "{errors}");
    assert_eq!(desk.app.count("select from core.schedules").await, 0);
    desk.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn editing_begins_with_what_is_there_and_keeps_its_history() {
    let desk = Desk::open([]).await;
    desk.schedules(&desk.maya, "every weekday at 9").await;
    desk.maya
        .runs_command("sales", "/penny schedules")
        .await
        .unwrap();
    desk.is_told(&desk.maya, "Here is what is scheduled").await;
    let list = desk.whisper(&desk.maya, "Here is what is scheduled");
    desk.maya.clicks(&list, "Edit").await.unwrap();
    let shown = shows(&desk, "Edit schedule").await;
    assert!(
        shown.contains("every weekday at 09:00 (Europe/Berlin)"),
        "{shown}"
    );
    desk.fills(&[(WHEN, json!("every Monday at 8"))]).await;
    desk.app
        .is_written(&desk.maya, "every Monday at 08:00")
        .await;
    assert_eq!(desk.app.count("select from core.schedules").await, 1);
    desk.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn editing_what_is_paused_starts_nothing_and_offers_to_resume_it() {
    let desk = Desk::open([]).await;
    desk.schedules(&desk.maya, "every weekday at 9").await;
    desk.maya
        .runs_command("sales", "/penny schedules")
        .await
        .unwrap();
    desk.is_told(&desk.maya, "Here is what is scheduled").await;
    let list = desk.whisper(&desk.maya, "Here is what is scheduled");
    desk.maya.clicks(&list, "Pause").await.unwrap();
    desk.is_told(&desk.maya, "is paused").await;
    desk.app.settles().await;
    let list = desk.whisper(&desk.maya, "is paused");
    desk.maya.clicks(&list, "Edit").await.unwrap();
    shows(&desk, "Edit schedule").await;
    desk.fills(&[(WHEN, json!("every day at 8"))]).await;
    let told = desk.app.is_written(&desk.maya, "still *paused*").await;
    assert!(told.text.contains("every day at 08:00"), "{}", told.text);
    assert_eq!(desk.time_is("2026-11-21T07:00:01Z").await, 0);

    let thread = Thread {
        channel: desk.maya.dm().unwrap(),
        root: told.ts,
    };
    desk.maya.clicks(&thread, "Resume").await.unwrap();
    desk.app.is_told(&desk.maya, "dm", "is back").await;
    assert_eq!(
        desk.app.texts("select state from core.schedules").await,
        ["active"]
    );
    desk.close().await;
}
