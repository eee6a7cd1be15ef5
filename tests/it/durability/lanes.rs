//! Work of one lane never waits for another's: with all hands at answers, a click is still heard.
//! And within a lane, people never wait for schedules.

use crate::support::TestApp;
use penny::jobs::schedules::fire_due;
use penny::models::scripted::{Gate, Step};
use penny::playground::{Human, Thread};

#[tokio::test(flavor = "multi_thread")]
async fn with_all_hands_at_answers_a_command_is_answered_and_a_schedule_begins() {
    let gate = Gate::default();
    let app = TestApp::build([
        Step::says("Nine.").after(&gate).when_asked("how many"),
        Step::says("Nothing new.").repeatedly(),
    ])
    .setting("PENNY_WORKERS", "1")
    .start()
    .await;
    let maya = app.slack.person("maya").unwrap();
    let busy = maya.mentions_penny("sales", "how many?").await.unwrap();
    gate.reached().await;
    let waiting = maya.mentions_penny("sales", "what is new?").await.unwrap();
    maya.runs_command("sales", "/penny help").await.unwrap();
    app.is_told(&maya, "sales", "/penny ask").await;
    maya.runs_command("sales", "/penny schedule every day at 9: what happened?")
        .await
        .unwrap();
    app.is_told(&maya, "sales", "Scheduled").await;
    all_schedules_begin(&app, 1).await;
    let sales = app.slack.channel("sales").unwrap();
    let messages = maya.channel_messages(&sales);
    let head = messages
        .iter()
        .find(|seen| seen.text.contains("Scheduled by"));
    let run = Thread {
        channel: sales,
        root: head.expect("the run’s headline").ts,
    };
    assert!(
        !maya
            .visible_text(&waiting.thread())
            .contains("Nothing new.")
    );
    gate.open();
    maya.reads(&busy.thread(), "Nine.").await.unwrap();
    maya.reads(&waiting.thread(), "Nothing new.").await.unwrap();
    maya.reads(&run, "Nothing new.").await.unwrap();
    app.settles().await;
    app.stop().await;
}

async fn make_ten_schedules(app: &TestApp, maya: &Human) {
    maya.runs_command("sales", "/penny schedule every day at 9: what happened?")
        .await
        .unwrap();
    app.is_told(maya, "sales", "Scheduled").await;
    app.execute(
        "insert into core.schedules select (jsonb_populate_record(s,
             jsonb_build_object('schedule_id', gen_random_uuid(), 'origin', format('copy %s', n)))).*
         from core.schedules as s, generate_series(2, 10) as n",
    )
    .await;
}

/// Makes every schedule due, and waits until each has a run that stands in Slack.
async fn all_schedules_begin(app: &TestApp, schedules: i64) {
    app.execute("update core.schedules set next_run_at = now() - interval '1 second'")
        .await;
    let services = &app.process().app.services;
    fire_due(&services.db, &services.clock).await.unwrap();
    app.comes_true("all runs have begun", async || {
        app.count("select from core.schedule_runs where state = 'running'")
            .await
            == schedules
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_asks_while_schedules_wait_is_answered_before_them() {
    let (first, second) = (Gate::default(), Gate::default());
    let app = TestApp::build([
        Step::says("Nine.").after(&first).when_asked("how many"),
        Step::says("In May.").after(&second).when_asked("by when"),
        Step::says("Nothing new.").repeatedly(),
    ])
    .setting("PENNY_WORKERS", "1")
    .start()
    .await;
    let maya = app.slack.person("maya").unwrap();
    let busy = maya.mentions_penny("sales", "how many?").await.unwrap();
    first.reached().await;
    make_ten_schedules(&app, &maya).await;
    all_schedules_begin(&app, 10).await;
    let urgent = maya.mentions_penny("sales", "by when?").await.unwrap();
    first.open();
    maya.reads(&busy.thread(), "Nine.").await.unwrap();
    second.reached().await;
    let answered = "select from core.schedule_runs where state <> 'running'";
    assert_eq!(app.count(answered).await, 0);
    second.open();
    maya.reads(&urgent.thread(), "In May.").await.unwrap();
    app.settles().await;
    ten_runs_are_answered(&app, &maya).await;
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_ten_schedules_that_are_due_at_once_all_begin_before_the_first_is_answered() {
    let app = TestApp::build([Step::says("Nothing new.").repeatedly()])
        .setting("PENNY_WORKERS", "1")
        .start()
        .await;
    let maya = app.slack.person("maya").unwrap();
    make_ten_schedules(&app, &maya).await;
    all_schedules_begin(&app, 10).await;
    app.settles().await;
    let calls = app.slack.calls().all();
    let posts = |method: &'static str| calls.iter().filter(move |call| call.method == method);
    let heads: Vec<u64> = posts("chat.postMessage")
        .filter(|call| call.args.to_string().contains("Scheduled by"))
        .map(|call| call.number)
        .collect();
    let answers: Vec<u64> = posts("chat.startStream").map(|call| call.number).collect();
    assert_eq!(heads.len(), 10);
    assert!(heads[9] < answers[0], "{heads:?}, {answers:?}");
    ten_runs_are_answered(&app, &maya).await;
    app.stop().await;
}

async fn ten_runs_are_answered(app: &TestApp, maya: &Human) {
    let sales = app.slack.channel("sales").unwrap();
    let messages = maya.channel_messages(&sales);
    let heads = messages
        .iter()
        .filter(|seen| seen.text.contains("Scheduled by"));
    let runs: Vec<Thread> = heads
        .map(|head| Thread {
            channel: sales.clone(),
            root: head.ts,
        })
        .collect();
    assert_eq!(runs.len(), 10);
    for run in &runs {
        maya.reads(run, "Nothing new.").await.unwrap();
    }
}
