//! A schedule that shall run as a colleague, and one that another model shall think about.

use super::desk::{Desk, QUESTION};
use crate::support::TestApp;
use penny::models::scripted::{Scripted, Step};
use penny::playground::{Human, Slack, Thread};
use serde_json::{Value, json};

const WHEN: &str = "penny_schedule_when";
const MORNING: &str = "2026-11-20T08:00:00Z";

/// Maya looks at the window once it is open.
async fn opens(desk: &Desk) {
    let opened = |_: &Slack| desk.maya.modal().ok();
    desk.app.slack.until("the window", opened).await.unwrap();
    desk.app.settles().await;
    desk.maya.modal_text();
}

async fn fills(desk: &Desk, fields: &[(&str, Value)]) {
    desk.maya
        .runs_command("sales", "/penny schedule")
        .await
        .unwrap();
    opens(desk).await;
    let mut all = vec![("what", json!(QUESTION)), (WHEN, json!("every day at 10"))];
    all.extend_from_slice(fields);
    desk.fills(&all).await;
}

async fn as_jonas(desk: &Desk) -> Thread {
    fills(desk, &[("as_whom", json!(desk.jonas.id()))]).await;
    desk.app.is_written(&desk.maya, "I’ve asked").await;
    let asked = desk.app.is_written(&desk.jonas, "Do you agree?").await;
    assert!(asked.text.contains(QUESTION), "{}", asked.text);
    assert!(asked.text.contains("every day at 10:00"), "{}", asked.text);
    let dm = desk.jonas.dm().unwrap();
    Thread {
        root: asked.ts,
        channel: dm,
    }
}

async fn written(desk: &Desk, person: &Human, words: &str) {
    desk.app.is_written(person, words).await;
    desk.app.settles().await;
    desk.app.is_written(person, words).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_colleague_is_asked_before_a_schedule_runs_as_them() {
    let desk = Desk::open([Step::says("Two deals moved.")]).await;
    let card = as_jonas(&desk).await;
    assert_eq!(
        desk.time_is("2026-11-21T12:00:00Z").await,
        0,
        "not before he agrees"
    );
    desk.jonas.clicks(&card, "Agree").await.unwrap();
    written(&desk, &desk.maya, "agreed").await;
    assert_eq!(desk.time_is("2026-11-22T09:00:00Z").await, 1);
    assert_eq!(
        desk.app.texts("select asked_by from core.turns").await,
        [desk.jonas.id().as_str()],
        "it runs with his eyes"
    );
    desk.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_colleague_declines_is_dropped_and_whoever_asked_is_told() {
    let desk = Desk::open([]).await;
    let card = as_jonas(&desk).await;
    desk.jonas.clicks(&card, "No, thanks").await.unwrap();
    written(&desk, &desk.maya, "would rather not").await;
    assert_eq!(desk.app.count("select from core.schedules").await, 0);
    desk.close().await;
}

/// Maya has a schedule of a month ago, and edits it to run as Jonas.
async fn hands_over(desk: &Desk) -> Thread {
    desk.schedules(&desk.maya, "every weekday at 9").await;
    desk.app
        .execute("update core.schedules set created_at = now() - interval '30 days'")
        .await;
    edits(desk, &[("as_whom", json!(desk.jonas.id()))]).await;
    let told = desk.app.is_written(&desk.maya, "I’ve asked").await;
    assert!(told.text.contains("Until then it stays"), "{}", told.text);
    let asked = desk.app.is_written(&desk.jonas, "Do you agree?").await;
    Thread {
        root: asked.ts,
        channel: desk.jonas.dm().unwrap(),
    }
}

async fn edits(desk: &Desk, fields: &[(&str, Value)]) {
    desk.maya
        .runs_command("sales", "/penny schedules")
        .await
        .unwrap();
    desk.is_told(&desk.maya, "Here is what is scheduled").await;
    let list = desk.whisper(&desk.maya, "Here is what is scheduled");
    desk.maya.clicks(&list, "Edit").await.unwrap();
    opens(desk).await;
    desk.fills(fields).await;
}

/// What somebody asks for what is left of all schedules: whose, in which state.
async fn left(desk: &Desk) -> Vec<String> {
    let sql = "select (case owner_user when '{maya}' then 'Maya' else 'Jonas' end) || ' ' || state
        from core.schedules order by created_at";
    let sql = sql.replace("{maya}", desk.maya.id().as_str());
    desk.app.texts(&sql).await
}

async fn a_week_passes(desk: &Desk) {
    desk.app
        .execute("update core.schedules set created_at = now() - interval '8 days' where state = 'proposed'")
        .await;
    let services = &desk.app.process().app.services;
    penny::jobs::housekeeping::clean(services, 30)
        .await
        .unwrap();
    desk.app.settles().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_handed_to_a_colleague_runs_on_for_its_owner_until_they_agree() {
    let desk = Desk::open([
        Step::says("For Maya.").when_asked("since yesterday"),
        Step::says("For Jonas.").when_asked("since yesterday"),
    ])
    .await;
    let card = hands_over(&desk).await;
    let services = &desk.app.process().app.services;
    penny::jobs::housekeeping::clean(services, 30)
        .await
        .unwrap();
    assert_eq!(left(&desk).await, ["Maya active", "Jonas proposed"]);
    assert_eq!(desk.time_is("2026-11-23T08:00:01Z").await, 1);
    desk.jonas.clicks(&card, "Agree").await.unwrap();
    written(&desk, &desk.maya, "agreed").await;
    desk.jonas.sees(&card);
    assert_eq!(left(&desk).await, ["Jonas active"]);
    assert_eq!(desk.time_is("2026-11-24T08:00:01Z").await, 1);
    assert_eq!(
        desk.app
            .texts("select asked_by from core.turns order by started_at")
            .await,
        [desk.maya.id().as_str(), desk.jonas.id().as_str()],
    );
    assert_eq!(desk.states().await, ["done", "done"], "its history goes on");
    desk.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_colleague_declines_to_take_over_stays_as_it_was() {
    let desk = Desk::open([Step::says("For Maya.")]).await;
    let card = hands_over(&desk).await;
    desk.jonas.clicks(&card, "No, thanks").await.unwrap();
    let told = desk.app.is_written(&desk.maya, "would rather not").await;
    assert!(told.text.contains("So it stays as it was"), "{}", told.text);
    desk.app.settles().await;
    desk.jonas.sees(&card);
    assert_eq!(left(&desk).await, ["Maya active"]);
    assert_eq!(desk.time_is("2026-11-23T08:00:01Z").await, 1);
    assert_eq!(desk.states().await, ["done"]);
    desk.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_colleague_lets_lie_stays_as_it_was_and_whoever_asked_is_told() {
    let desk = Desk::open([]).await;
    let card = hands_over(&desk).await;
    a_week_passes(&desk).await;
    let told = desk
        .app
        .is_written(&desk.maya, "let a week pass without saying")
        .await;
    assert!(told.text.contains("So it stays as it was"), "{}", told.text);
    assert_eq!(left(&desk).await, ["Maya active"]);
    desk.jonas.clicks(&card, "Agree").await.unwrap();
    desk.app
        .is_told(&desk.jonas, "dm", "isn’t there any more")
        .await;
    assert_eq!(left(&desk).await, ["Maya active"]);
    desk.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_one_that_the_colleague_lets_lie_is_dropped_and_whoever_asked_is_told() {
    let desk = Desk::open([]).await;
    as_jonas(&desk).await;
    a_week_passes(&desk).await;
    let told = desk
        .app
        .is_written(&desk.maya, "let a week pass without saying")
        .await;
    assert!(told.text.contains("So it was dropped"), "{}", told.text);
    assert_eq!(desk.app.count("select from core.schedules").await, 0);
    desk.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_made_meanwhile_takes_the_question_back() {
    let desk = Desk::open([]).await;
    let card = hands_over(&desk).await;
    edits(&desk, &[(WHEN, json!("every Monday at 8"))]).await;
    written(&desk, &desk.maya, "every Monday at 08:00").await;
    desk.jonas.clicks(&card, "Agree").await.unwrap();
    desk.app
        .is_told(&desk.jonas, "dm", "isn’t there any more")
        .await;
    assert_eq!(left(&desk).await, ["Maya active"]);
    desk.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn penny_herself_cannot_own_one() {
    let desk = Desk::open([]).await;
    desk.maya
        .runs_command("sales", "/penny schedule")
        .await
        .unwrap();
    opens(&desk).await;
    let penny = desk.app.process().app.services.workspaces.all()[0]
        .bot_user
        .clone();
    let errors = desk
        .objections(&[
            ("what", json!(QUESTION)),
            (WHEN, json!("every day at 10")),
            ("as_whom", json!(penny)),
        ])
        .await;
    assert!(errors.contains("Choose a colleague"), "{errors}");
    desk.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_model_that_was_chosen_thinks_about_it() {
    let penny =
        TestApp::build([]).other_model("small", Scripted::new([Step::says("Two deals moved.")]));
    let desk = Desk::start(penny, MORNING).await;
    fills(&desk, &[("model", json!("small"))]).await;
    desk.app.is_written(&desk.maya, "Scheduled in").await;
    assert_eq!(desk.time_is("2026-11-20T09:00:00Z").await, 1);
    desk.app
        .slack
        .until("the answer", |_| {
            let run = desk.newest_run(&desk.maya);
            let seen = desk.maya.sees(&run);
            format!("{seen:?}")
                .contains("Two deals moved.")
                .then_some(())
        })
        .await
        .unwrap();
    desk.close().await;
}
