//! Postgres going away in the middle of a turn: the turn waits, and is answered once.

use crate::support::TestApp;
use crate::support::hurried::Hurried;
use crate::support::wire::Wire;
use penny::models::Block;
use penny::models::scripted::{Gate, Step};
use serde_json::json;
use std::sync::Arc;

async fn a_turn_outlives(away: fn(&Wire)) {
    let gate = Gate::default();
    // What the model said while there was nowhere to keep it, it is asked for again.
    let looks = || Step::calls("c1", "describe_tables", json!({})).when_asked("how many?");
    let says = Step::says("There are nine.").when(|request| {
        let last = request.messages.last().and_then(|last| last.content.last());
        matches!(last, Some(Block::ToolResult { .. }))
    });
    let app = TestApp::build([
        looks().after(&gate),
        looks().repeatedly(),
        says.repeatedly(),
    ])
    .behind_a_wire()
    .start()
    .await;
    let maya = app.slack.person("maya").unwrap();
    let said = maya.mentions_penny("sales", "how many?").await.unwrap();
    gate.reached().await;
    let wire = app.wire.as_ref().unwrap();
    away(wire);
    gate.open();
    app.comes_true("Penny has noticed", async || {
        app.get("/readyz").await == 503
    })
    .await;
    wire.mend();
    maya.reads(&said.thread(), "There are nine.").await.unwrap();
    app.settles().await;
    assert_eq!(maya.answers_in(&said.thread()).len(), 1);
    app.stop().await;
}

#[tokio::test]
async fn a_turn_outlives_a_restart_of_postgres() {
    a_turn_outlives(Wire::cut).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn connections_that_are_cut_again_and_again_under_load_cost_nobody_an_answer() {
    let app = TestApp::build([Step::says("There are nine.").repeatedly()])
        .slack(|setup| setup.clock(Arc::new(Hurried)))
        .start()
        .await;
    let maya = app.slack.person("maya").unwrap();
    let mut threads = Vec::new();
    for number in 0..12 {
        let said = maya
            .mentions_penny("sales", &format!("question {number}"))
            .await;
        threads.push(said.unwrap().thread());
        app.execute(
            "select pg_terminate_backend(pid) from pg_stat_activity
             where datname = current_database() and pid <> pg_backend_pid()",
        )
        .await;
    }
    for thread in &threads {
        maya.reads(thread, "There are nine.").await.unwrap();
    }
    app.settles().await;
    for thread in &threads {
        assert_eq!(
            maya.answers_in(thread).len(),
            1,
            "{}",
            maya.visible_text(thread)
        );
    }
    // An end that Slack took and whose note was cut is told to it once more, and refused.
    app.settles().await;
    app.slack.calls().mark_all_read();
    app.stop().await;
}
