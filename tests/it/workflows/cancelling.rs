//! What a run has asked for is void once somebody does not want the run any more.

use super::changing::Office;
use super::desk::Desk;
use crate::approvals_in_slack::office::press;
use penny::models::scripted::Step;
use penny::playground::Thread;
use penny::slack::ids::APPROVE;
use serde_json::{Value, json};

/// What the button of the newest card names, as it stands there now.
fn value_of(desk: &Desk, thread: &Thread, label: &str) -> String {
    let messages = desk.maya.answers_in(thread);
    let rows = messages.iter().rev().flat_map(|seen| &seen.blocks);
    let mut elements = rows.flat_map(|row| row["elements"].as_array().into_iter().flatten());
    let found = elements.find(|it| it["text"]["text"] == label);
    found.expect(label)["value"].as_str().unwrap().to_owned()
}

async fn proposals(desk: &Desk) -> Vec<String> {
    desk.app
        .texts("select state from core.proposals order by created_at, proposal_id")
        .await
}

async fn cancels(desk: &Desk, thread: &Thread) {
    desk.maya.clicks(thread, "Cancel").await.unwrap();
    desk.app.settles().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_can_approve_what_a_cancelled_run_has_asked_for() {
    let office = Office::open([]).await;
    let desk = &office.desk;
    desk.writes("raise", "by hand", office.raises()).await;
    let thread = desk.runs("raise").await;
    let old = value_of(desk, &thread, "Approve");
    cancels(desk, &thread).await;
    assert_eq!(desk.states().await, ["cancelled"]);
    assert_eq!(proposals(desk).await, ["withdrawn"]);
    let card = desk.said(&thread).join("\n");
    assert!(
        card.contains("The run that asked for this was cancelled"),
        "{card}"
    );
    assert!(desk.maya.clicks(&thread, "Approve").await.is_err());

    press(&desk.app, &thread, &desk.maya, APPROVE, &old).await;
    desk.is_told(&desk.maya, "was cancelled, so nothing was done")
        .await;
    desk.app.settles().await;
    assert_eq!(proposals(desk).await, ["withdrawn"]);
    assert_eq!(office.amount(), "12000");
    let acts = "select entry::jsonb ->> 'act' from core.ledger order by seq";
    let acts = desk.app.texts(acts).await;
    assert_eq!(acts.last().map(String::as_str), Some("withdrawn"));

    desk.maya.clicks(&thread, "Try again").await.unwrap();
    desk.app.settles().await;
    assert_eq!(proposals(desk).await, ["withdrawn", "proposed"]);
    desk.maya.clicks(&thread, "Approve").await.unwrap();
    desk.app
        .comes_true("the run is over", async || desk.states().await == ["done"])
        .await;
    desk.app.settles().await;
    assert_eq!(office.amount(), "15000");
    office.desk.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_items_of_a_child_have_asked_for_goes_with_its_parent() {
    let office = Office::open([]).await;
    let desk = &office.desk;
    let each = json!({"steps": [{"id": "each", "foreach": [15_000, 16_000], "do": [
        {"id": "raise", "change": {"system": "hubspot", "operation": "update_deal",
            "arguments": {"id": office.deal, "amount": "{{item}}"}}},
    ]}]});
    desk.writes("raise-each", "by hand", each).await;
    let calls: Value = json!({"steps": [{"id": "child", "workflow": "raise-each"}]});
    desk.writes("outer", "by hand", calls).await;
    let thread = desk.runs("outer").await;
    assert_eq!(proposals(desk).await, ["proposed", "proposed"]);
    cancels(desk, &thread).await;
    assert_eq!(desk.states().await, ["cancelled", "cancelled"]);
    assert_eq!(proposals(desk).await, ["withdrawn", "withdrawn"]);
    assert_eq!(office.amount(), "12000");
    office.desk.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn deleting_a_workflow_voids_what_its_runs_have_asked_for() {
    let office = Office::open([]).await;
    let desk = &office.desk;
    desk.writes("raise", "by hand", office.raises()).await;
    let thread = desk.runs("raise").await;
    let old = value_of(desk, &thread, "Approve");
    desk.presses("Delete").await;
    desk.is_told(&desk.maya, "*raise* is deleted").await;
    desk.app.settles().await;
    assert_eq!(proposals(desk).await, ["withdrawn"]);
    press(&desk.app, &thread, &desk.maya, APPROVE, &old).await;
    desk.is_told(&desk.maya, "was cancelled, so nothing was done")
        .await;
    desk.app.settles().await;
    assert_eq!(office.amount(), "12000");
    office.desk.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn penny_learns_that_the_run_she_asked_for_is_cancelled_and_proposes_nothing_more() {
    let wish = |amount: u32| {
        json!({"system": "hubspot", "operation": "update_deal",
            "arguments": {"id": "33800000001", "amount": amount}})
    };
    let office = Office::open([
        Step::calls("c1", "propose_write", wish(15_000)).when_asked("Raise it"),
        Step::calls("c2", "propose_write", wish(16_000)),
        Step::says("Somebody cancelled that."),
    ])
    .await;
    assert_eq!(office.deal, "33800000001", "as the wish names it");
    let desk = &office.desk;
    desk.writes("asks", "by hand", json!({"prompt": "Raise it"}))
        .await;
    let thread = desk.runs("asks").await;
    assert_eq!(proposals(desk).await, ["proposed"]);
    cancels(desk, &thread).await;
    desk.maya
        .reads(&thread, "Somebody cancelled that.")
        .await
        .unwrap();
    desk.app.settles().await;
    assert_eq!(proposals(desk).await, ["withdrawn"]);
    assert_eq!(office.amount(), "12000");
    office.desk.close().await;
}
