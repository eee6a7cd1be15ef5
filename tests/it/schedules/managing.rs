//! `/penny schedules`: who sees which, and what the buttons do.

use super::desk::Desk;
use penny::models::scripted::Step;

async fn lists(desk: &Desk, person: &penny::playground::Human) -> String {
    person
        .runs_command("sales", "/penny schedules")
        .await
        .unwrap();
    let listed = desk.is_told(person, "Here is what is scheduled").await;
    desk.app.settles().await;
    listed
}

#[tokio::test(flavor = "multi_thread")]
async fn it_is_listed_run_now_paused_and_resumed() {
    let desk = Desk::open([Step::says("Two deals moved.")]).await;
    desk.schedules(&desk.maya, "every weekday at 9").await;
    let listed = lists(&desk, &desk.maya).await;
    assert!(
        listed.contains("every weekday at 09:00 (Europe/Berlin)"),
        "{listed}"
    );
    assert!(listed.contains("never ran"), "{listed}");

    let list = desk.whisper(&desk.maya, "Here is what is scheduled");
    desk.maya.clicks(&list, "Run now").await.unwrap();
    let said = desk.is_told(&desk.maya, "I’m on it").await;
    let place = format!("The answer comes in <#{}>", desk.sales());
    assert!(said.contains(&place), "{said}");
    desk.app.settles().await;
    let thread = desk.newest_run(&desk.maya);
    desk.maya.reads(&thread, "Two deals moved.").await.unwrap();
    assert_eq!(desk.states().await, ["done"]);

    let listed = lists(&desk, &desk.maya).await;
    assert!(listed.contains("answered"), "{listed}");
    let list = desk.whisper(&desk.maya, "Here is what is scheduled");
    desk.maya.clicks(&list, "Pause").await.unwrap();
    desk.is_told(&desk.maya, "is paused").await;
    assert_eq!(desk.time_is("2026-11-23T08:00:01Z").await, 0);

    let list = desk.whisper(&desk.maya, "is paused");
    desk.maya.clicks(&list, "Resume").await.unwrap();
    desk.is_told(&desk.maya, "is back").await;
    desk.app.settles().await;
    assert_eq!(
        desk.app.texts("select to_char(next_run_at at time zone 'UTC', 'MM-DD HH24:MI') from core.schedules").await,
        ["11-24 08:00"],
        "what was missed while it was paused is not made up for"
    );
    desk.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn its_history_tells_of_each_run_and_leads_to_its_thread() {
    let desk = Desk::open([Step::says("Two deals moved.")]).await;
    desk.schedules(&desk.maya, "every weekday at 9").await;
    desk.time_is("2026-11-23T08:00:01Z").await;
    lists(&desk, &desk.jonas).await;
    let list = desk.whisper(&desk.jonas, "Here is what is scheduled");
    desk.jonas.clicks(&list, "History").await.unwrap();
    let history = desk.is_told(&desk.jonas, "its latest runs").await;
    assert!(history.contains("answered"), "{history}");
    let link = format!("/archives/{}/p", desk.sales());
    assert!(history.contains(&link), "{history}");
    desk.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_colleague_in_the_channel_may_see_it_and_not_change_it() {
    let desk = Desk::open([]).await;
    desk.schedules(&desk.maya, "every weekday at 9").await;
    let listed = lists(&desk, &desk.jonas).await;
    assert!(listed.contains("every weekday at 09:00"), "{listed}");
    for button in ["Run now", "Pause", "Edit", "Delete"] {
        let list = desk.whisper(&desk.jonas, "Here is what is scheduled");
        assert!(desk.jonas.clicks(&list, button).await.is_err(), "{button}");
    }
    desk.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stranger_neither_sees_nor_pauses_it() {
    let desk = Desk::open([]).await;
    desk.maya
        .runs_command("sales", "/penny schedule every day at 9 to me: my day")
        .await
        .unwrap();
    desk.is_told(&desk.maya, "direct message to you").await;
    desk.app.settles().await;
    desk.jonas
        .runs_command("sales", "/penny schedules")
        .await
        .unwrap();
    let listed = desk.is_told(&desk.jonas, "Nothing is scheduled yet").await;
    assert!(!listed.contains("my day"), "{listed}");
    desk.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deleted_schedule_runs_no_more() {
    let desk = Desk::open([]).await;
    desk.schedules(&desk.maya, "every weekday at 9").await;
    lists(&desk, &desk.maya).await;
    let list = desk.whisper(&desk.maya, "Here is what is scheduled");
    desk.maya.clicks(&list, "Delete").await.unwrap();
    desk.is_told(&desk.maya, "is deleted").await;
    assert_eq!(desk.time_is("2026-11-23T08:00:01Z").await, 0);
    desk.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn app_home_shows_ones_own_schedules_with_their_buttons() {
    let desk = Desk::open([]).await;
    desk.schedules(&desk.maya, "every weekday at 9").await;
    desk.maya.open_home("home").await.unwrap();
    desk.app
        .home_says(&desk.maya, "every weekday at 09:00")
        .await;
    desk.maya.clicks_in_home("Pause").await.unwrap();
    desk.app.home_says(&desk.maya, "is paused").await;
    desk.close().await;
}
