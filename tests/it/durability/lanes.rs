//! Work of one lane never waits for another's: with all hands at answers, a click is still heard.
//! And within a lane, people never wait for schedules.

use crate::support::TestApp;
use futures::future::join_all;
use penny::jobs::schedules::fire_due;
use penny::models::scripted::{Gate, Step};
use penny::playground::{Human, Thread};
use std::time::Instant;

const ANSWERED_RUNS: &str = "select from core.schedule_runs where state <> 'running'";

/// A Penny who can give one answer at a time, and questions whose answers wait for a gate.
struct OneHand {
    app: TestApp,
    maya: Human,
    how_many: Gate,
    by_when: Gate,
}

impl OneHand {
    async fn start() -> Self {
        let (how_many, by_when) = (Gate::default(), Gate::default());
        let app = TestApp::build([
            Step::says("Nine.").after(&how_many).when_asked("how many"),
            Step::says("In May.").after(&by_when).when_asked("by when"),
            Step::says("Nothing new.").repeatedly(),
        ])
        .setting("PENNY_WORKERS", "1")
        .start()
        .await;
        Self {
            maya: app.slack.person("maya").unwrap(),
            app,
            how_many,
            by_when,
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn with_all_hands_at_answers_a_command_is_answered_and_a_schedule_begins() {
    let how_many = Gate::default();
    let app = TestApp::build([
        Step::says("Nine.").after(&how_many).when_asked("how many"),
        Step::says("Nothing new.").repeatedly(),
    ])
    .setting("PENNY_WORKERS", "1")
    .start()
    .await;
    let maya = app.slack.person("maya").unwrap();
    let busy = maya.mentions_penny("sales", "how many?").await.unwrap();
    how_many.reached().await;
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
    how_many.open();
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
    app.comes_true("it is made", async || {
        app.count("select from core.schedules where question = 'what happened?'")
            .await
            == 1
    })
    .await;
    app.execute(
        "insert into core.schedules select (jsonb_populate_record(s,
             jsonb_build_object('schedule_id', gen_random_uuid(), 'origin', format('copy %s', n)))).*
         from core.schedules as s, generate_series(2, 10) as n where s.question = 'what happened?'",
    )
    .await;
}

/// Makes every schedule that asks what happened due, and waits until each has a run that stands in
/// Slack.
async fn all_schedules_begin(app: &TestApp, schedules: i64) {
    app.execute(
        "update core.schedules set next_run_at = now() - interval '1 second'
         where question = 'what happened?'",
    )
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
    let OneHand {
        app,
        maya,
        how_many,
        by_when,
    } = OneHand::start().await;
    let busy = maya.mentions_penny("sales", "how many?").await.unwrap();
    how_many.reached().await;
    make_ten_schedules(&app, &maya).await;
    all_schedules_begin(&app, 10).await;
    let urgent = maya.mentions_penny("sales", "by when?").await.unwrap();
    how_many.open();
    maya.reads(&busy.thread(), "Nine.").await.unwrap();
    by_when.reached().await;
    assert_eq!(app.count(ANSWERED_RUNS).await, 0);
    by_when.open();
    maya.reads(&urgent.thread(), "In May.").await.unwrap();
    app.settles().await;
    ten_runs_are_answered(&app, &maya).await;
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_has_a_schedule_run_now_does_not_wait_for_those_of_the_clock() {
    let OneHand {
        app,
        maya,
        how_many,
        by_when,
    } = OneHand::start().await;
    maya.runs_command("sales", "/penny schedule every day at 9: by when?")
        .await
        .unwrap();
    app.is_told(&maya, "sales", "Scheduled").await;
    maya.runs_command("sales", "/penny schedules")
        .await
        .unwrap();
    app.is_told(&maya, "sales", "Here is what is scheduled")
        .await;
    let list = app.whisper(&maya, "sales", "Here is what is scheduled");
    let busy = maya.mentions_penny("sales", "how many?").await.unwrap();
    how_many.reached().await;
    make_ten_schedules(&app, &maya).await;
    all_schedules_begin(&app, 10).await;
    maya.clicks(&list, "Run now").await.unwrap();
    app.comes_true("the eleventh has begun, too", async || {
        app.count("select from core.schedule_runs where state = 'running'")
            .await
            == 11
    })
    .await;
    how_many.open();
    maya.reads(&busy.thread(), "Nine.").await.unwrap();
    by_when.reached().await;
    assert_eq!(app.count(ANSWERED_RUNS).await, 0);
    by_when.open();
    app.settles().await;
    assert_eq!(app.count(ANSWERED_RUNS).await, 11);
    for run in &runs_in_sales(&app, &maya, "*by when?*") {
        maya.reads(run, "In May.").await.unwrap();
    }
    ten_runs_are_answered(&app, &maya).await;
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn while_slack_is_kept_waiting_few_answers_begin_at_a_time() {
    let gate = Gate::default();
    let app = TestApp::build([Step::says("Nine.").after(&gate).repeatedly()])
        .start()
        .await;
    let maya = app.slack.person("maya").unwrap();
    let rush = app.process().app.worker.rush().clone();
    let waiting: Vec<_> = (0..16).map(|_| rush.arrives()).collect();
    let since = Instant::now();
    let asked = join_all((0..20).map(|_| maya.mentions_penny("sales", "how many?"))).await;
    let asked: Vec<_> = asked.into_iter().map(Result::unwrap).collect();
    let mut begun = 0;
    while begun < 20 {
        begun = app
            .count("select from core.jobs where kind = 'turn' and lease_token is not null")
            .await;
        let looks = since.elapsed().as_millis() as i64 / 100 + 1;
        assert!(begun <= looks, "{begun} begun in {looks} looks");
    }
    drop(waiting);
    gate.open();
    for said in &asked {
        maya.reads(&said.thread(), "Nine.").await.unwrap();
    }
    app.settles().await;
    for said in &asked {
        let text = maya.visible_text(&said.thread());
        assert_eq!(text.matches("Nine.").count(), 1, "{text}");
    }
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
    let runs = runs_in_sales(app, maya, "*what happened?*");
    assert_eq!(runs.len(), 10);
    for run in &runs {
        maya.reads(run, "Nothing new.").await.unwrap();
    }
}

/// The threads of those runs whose headline says this.
fn runs_in_sales(app: &TestApp, maya: &Human, headline: &str) -> Vec<Thread> {
    let sales = app.slack.channel("sales").unwrap();
    let messages = maya.channel_messages(&sales);
    let heads = messages.iter().filter(|seen| seen.text.contains(headline));
    heads
        .map(|head| Thread {
            channel: sales.clone(),
            root: head.ts,
        })
        .collect()
}
