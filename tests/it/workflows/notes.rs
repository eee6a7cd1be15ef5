//! Notes that runs of one workflow leave to those to come.

use super::desk::Desk;
use penny::models::scripted::Step;
use penny::playground::{Slack, Submitted};
use serde_json::json;

const QUESTION: &str = "What is new?";

#[tokio::test(flavor = "multi_thread")]
async fn what_penny_notes_in_one_run_she_knows_in_the_next_and_nowhere_else() {
    let note = json!({"text": "Looked as far as Acme."});
    let desk = Desk::open([
        Step::calls("c1", "keep_notes", note).when_asked(QUESTION),
        Step::says("Acme is new."),
        Step::calls("c2", "keep_notes", json!({})).when_asked(QUESTION),
        Step::says("Nothing since Acme."),
        Step::calls("c3", "keep_notes", json!({})).when_asked("And outside"),
        Step::says("That is for workflows."),
    ])
    .await;
    desk.writes("news", "by hand", json!({ "prompt": QUESTION }))
        .await;
    let thread = desk.runs("news").await;
    desk.maya.reads(&thread, "Acme is new.").await.unwrap();
    desk.app.settles().await;
    assert!(
        desk.app
            .words_of_request(1)
            .contains("Earlier runs noted nothing.")
    );

    let thread = desk.runs("news").await;
    desk.maya
        .reads(&thread, "Nothing since Acme.")
        .await
        .unwrap();
    desk.app.settles().await;
    let known = desk.app.words_of_request(3);
    assert!(
        known.contains("2026-11-20: Looked as far as Acme."),
        "{known}"
    );

    let said = desk.maya.tells_penny("And outside?").await.unwrap();
    let thread = said.thread();
    desk.maya.reads(&thread, "for workflows.").await.unwrap();
    desk.app.settles().await;
    let refused = desk.app.words_of_request(5);
    assert!(refused.contains("no step of a workflow"), "{refused}");
    desk.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dry_run_notes_nothing() {
    let note = json!({"text": "Looked as far as Acme."});
    let desk = Desk::open([
        Step::calls("c1", "keep_notes", note).when_asked(QUESTION),
        Step::says("I would note Acme."),
    ])
    .await;
    desk.writes("news", "by hand", json!({ "prompt": QUESTION }))
        .await;
    let thread = desk.starts("dry", "news").await;
    desk.maya
        .reads(&thread, "I would note Acme.")
        .await
        .unwrap();
    desk.app.settles().await;
    let notes = desk
        .app
        .texts("select notes::text from core.workflows")
        .await;
    assert_eq!(notes, ["[]"]);
    desk.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_workflow_that_reports_elsewhere_forgets_what_was_noted_for_others_to_see() {
    let desk = Desk::open([]).await;
    let steps = json!({"steps": [{"id": "keep", "note": "Between us: 42."}]});
    desk.writes("keeps", "by hand", steps).await;
    desk.app
        .execute("update core.workflows set channel_id = null")
        .await;
    desk.maya
        .runs_command("sales", "/penny workflow run keeps")
        .await
        .unwrap();
    desk.is_written("Done").await;
    let notes = "select notes->0->>'text' from core.workflows";
    assert_eq!(desk.app.texts(notes).await, ["Between us: 42."]);

    desk.presses("Edit").await;
    let open = |_: &Slack| desk.maya.modal().ok();
    let modal = desk.app.slack.until("the window", open).await.unwrap();
    desk.app.settles().await;
    desk.maya.modal_text();
    let mut state = modal.state.clone();
    state["channel"]["penny_field"] =
        json!({"type": "conversations_select", "selected_conversation": desk.sales()});
    let values = json!({ "values": state });
    let submitted = desk.maya.submit(&modal.id, Some(values)).await.unwrap();
    assert!(matches!(submitted, Submitted::Taken), "{submitted:?}");
    desk.is_written("what its runs had noted is forgotten")
        .await;
    let left = "select workflow_id from core.workflows where notes <> '[]'";
    assert_eq!(desk.app.count(left).await, 0);
    desk.close().await;
}
