//! Who may change what: a list that was drawn earlier shows buttons of what is somebody else's by
//! now, and those who have left or been let go still own schedules.

use super::desk::{Desk, QUESTION};
use penny::models::scripted::Step;
use penny::playground::Human;
use serde_json::json;

async fn lists(desk: &Desk, person: &Human) -> penny::playground::Thread {
    person
        .runs_command("sales", "/penny schedules")
        .await
        .unwrap();
    desk.is_told(person, "Here is what is scheduled").await;
    desk.app.settles().await;
    desk.whisper(person, "Here is what is scheduled")
}

async fn belongs_to(desk: &Desk, owner: &str) {
    desk.app
        .execute(&format!("update core.schedules set owner_user = '{owner}'"))
        .await;
}

/// The only schedule: whose and in which state it is, and how many runs it has.
async fn is_as(desk: &Desk, owner: &str) {
    let sql = "select owner_user || ' ' || state || ' ' ||
            (select count(*) from core.schedule_runs) from core.schedules";
    assert_eq!(desk.app.texts(sql).await, [format!("{owner} active 0")]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_click_of_somebody_whose_it_is_not_any_more_changes_nothing() {
    let desk = Desk::open([]).await;
    desk.schedules(&desk.jonas, "every weekday at 9").await;
    for (button, owner) in [
        ("Run now", "U0PRIYA"),
        ("Pause", "U0DIEGO"),
        ("Edit", "U0ELENA"),
        ("Delete", "U0TOM"),
    ] {
        belongs_to(&desk, desk.jonas.id().as_str()).await;
        let list = lists(&desk, &desk.jonas).await;
        belongs_to(&desk, owner).await;
        desk.jonas.clicks(&list, button).await.unwrap();
        desk.is_told(&desk.jonas, &format!("Only <@{owner}>, who made"))
            .await;
        desk.app.settles().await;
        is_as(&desk, owner).await;
        assert!(desk.jonas.modal().is_err(), "{button} opens nothing");
    }
    desk.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_click_of_somebody_who_may_not_see_it_any_more_does_not_even_name_it() {
    let desk = Desk::open([]).await;
    desk.schedules(&desk.jonas, "every weekday at 9").await;
    for button in ["Run now", "Pause", "Edit", "Delete"] {
        desk.app
            .execute("update core.schedules set owner_user = 'U0JONAS', channel_id = 'C0SALES'")
            .await;
        let list = lists(&desk, &desk.jonas).await;
        // He is not in #engineering.
        desk.app
            .execute("update core.schedules set owner_user = 'U0LUKAS', channel_id = 'C0ENG'")
            .await;
        desk.jonas.clicks(&list, button).await.unwrap();
        desk.app.settles().await;
        is_as(&desk, "U0LUKAS").await;
        let told = desk.is_told(&desk.jonas, "isn’t there any more").await;
        assert!(!told.contains("U0LUKAS"), "{told}");
    }
    desk.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_administrator_sees_and_changes_what_anybody_has_scheduled() {
    let desk = Desk::open([]).await;
    desk.jonas
        .runs_command("sales", "/penny schedule every day at 9 to me: my day")
        .await
        .unwrap();
    desk.is_told(&desk.jonas, "direct message to you").await;
    desk.app.settles().await;
    let list = lists(&desk, &desk.maya).await;
    desk.maya.clicks(&list, "Pause").await.unwrap();
    let told = desk.is_told(&desk.maya, "“my day” is paused").await;
    assert!(told.contains("<@U0JONAS> or an administrator"), "{told}");
    assert_eq!(desk.time_is("2026-11-21T08:00:01Z").await, 0);
    let list = desk.whisper(&desk.maya, "“my day” is paused");
    desk.maya.clicks(&list, "Delete").await.unwrap();
    desk.is_told(&desk.maya, "“my day” is deleted").await;
    assert_eq!(desk.app.count("select from core.schedules").await, 0);
    desk.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn guests_and_those_outside_the_channel_are_not_made_owners_and_nothing_is_stored() {
    let desk = Desk::open([]).await;
    desk.maya
        .runs_command("sales", "/penny schedule")
        .await
        .unwrap();
    desk.app.window_says(&desk.maya, "New schedule").await;
    desk.app.settles().await;
    desk.maya.modal_text();
    for (owner, objection) in [
        ("U0BEN", "Choose a colleague"),
        ("U0CLARA", "Choose a colleague"),
        ("U0LUKAS", "They aren’t in that channel themselves"),
    ] {
        let errors = desk
            .objections(&[
                ("what", json!(QUESTION)),
                ("penny_schedule_when", json!("every day at 10")),
                ("as_whom", json!(owner)),
            ])
            .await;
        assert!(errors.contains(objection), "{owner}: {errors}");
    }
    assert_eq!(desk.app.count("select from core.schedules").await, 0);
    desk.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_somebody_who_has_left_had_scheduled_is_told_to_an_administrator() {
    let mut desk = Desk::open([]).await;
    // Penny has met her administrator.
    desk.maya
        .runs_command("sales", "/penny status")
        .await
        .unwrap();
    desk.schedules(&desk.jonas, "every weekday at 9").await;
    desk.jonas.leaves_the_company();
    desk.app
        .execute("update core.people set is_deactivated = true where name like 'Jonas%'")
        .await;
    // What this process remembers of him would hold for ten minutes.
    desk.app.start_another().await;
    desk.app.retire_the_first().await;
    assert_eq!(desk.time_is("2026-11-23T08:00:01Z").await, 1);
    let told = desk
        .app
        .is_written(&desk.maya, "Whoever made it has left the workspace")
        .await;
    assert!(told.text.contains(QUESTION), "{}", told.text);
    assert_eq!(desk.states().await, ["failed"]);
    desk.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_failed_while_penny_was_not_installed_is_told_once_she_is_again() {
    let mut desk = Desk::open([]).await;
    desk.schedules(&desk.maya, "every weekday at 9").await;
    desk.maya.uninstall().await.unwrap();
    desk.app
        .comes_true("her token is gone", async || {
            let retired = "select from core.installations where retired_at is not null";
            desk.app.count(retired).await == 1
        })
        .await;
    desk.clock.turn_to("2026-11-23T08:00:01Z");
    let services = desk.app.process().app.services.clone();
    let runs = penny::jobs::schedules::fire_due(&services.db, &services.clock);
    assert_eq!(runs.await.unwrap(), 1);
    desk.app
        .comes_true("the run has failed", async || {
            desk.states().await == ["failed"]
        })
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
    assert!(told.text.contains("It runs again"), "{}", told.text);
    desk.app.settles().await;
    desk.app.slack.calls().mark_all_read();
    desk.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_channel_that_is_archived_while_it_answers_is_told_too() {
    let gate = penny::models::scripted::Gate::default();
    let desk = Desk::open([Step::says("Two deals moved.").after(&gate)]).await;
    desk.schedules(&desk.jonas, "every weekday at 9").await;
    desk.clock.turn_to("2026-11-23T08:00:01Z");
    let services = desk.app.process().app.services.clone();
    let runs = penny::jobs::schedules::fire_due(&services.db, &services.clock);
    assert_eq!(runs.await.unwrap(), 1);
    gate.reached().await;
    desk.maya.archive(&desk.sales()).unwrap();
    gate.open();
    desk.app
        .is_written(&desk.jonas, "The channel is archived")
        .await;
    desk.app.settles().await;
    assert_eq!(desk.states().await, ["failed"]);
    // Slack refused the answer, which is what this is about.
    desk.app.slack.calls().mark_all_read();
    desk.close().await;
}
