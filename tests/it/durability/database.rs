//! Postgres going away in the middle of a turn: the turn waits, and is answered once.

use crate::support::TestApp;
use crate::support::wire::Wire;
use penny::models::scripted::{Gate, Step};
use serde_json::json;

async fn a_turn_outlives(away: fn(&Wire)) {
    let gate = Gate::default();
    let app = TestApp::build([
        Step::calls("c1", "describe_tables", json!({})).after(&gate),
        Step::calls("c1", "describe_tables", json!({})),
        Step::says("There are nine."),
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
    maya.waits_for(&said.thread(), "the answer", |seen| {
        seen.text.contains("There are nine.")
    })
    .await
    .unwrap();
    app.settles().await;
    assert_eq!(maya.answers_in(&said.thread()).len(), 1);
    app.stop().await;
}

#[tokio::test]
async fn a_turn_outlives_a_restart_of_postgres() {
    a_turn_outlives(Wire::cut).await;
}
