//! Work of one lane never waits for another's: with all hands at answers, a click is still heard.

use crate::support::TestApp;
use penny::jobs::schedules::fire_due;
use penny::models::scripted::{Gate, Step};
use penny::playground::Thread;

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
    app.execute("update core.schedules set next_run_at = now() - interval '1 second'")
        .await;
    let services = &app.process().app.services;
    fire_due(&services.db, &services.clock).await.unwrap();
    app.comes_true("its run has begun", async || {
        app.count("select from core.schedule_runs where state = 'running'")
            .await
            == 1
    })
    .await;
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
