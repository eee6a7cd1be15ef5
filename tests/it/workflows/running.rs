//! Runs: their steps in order, what they wait for, and how they end.

use super::desk::Desk;
use penny::models::scripted::{Gate, Step};
use serde_json::json;

#[tokio::test(flavor = "multi_thread")]
async fn steps_are_taken_in_order_and_the_thread_goes_on_as_a_conversation_about_the_run() {
    let desk = Desk::open([
        Step::says("Maya and Jonas are there.").when_asked("Who is there"),
        Step::says("Jonas, of course.").when_asked("Who else?"),
    ])
    .await;
    desk.writes("roll-call", "by hand", json!({"about": "Says who is there", "steps": [
        {"id": "people", "query": "select name from people where name ilike 'maya%' order by name"},
        {"id": "sum", "model": "Who is there: {{steps.people.rows}}"},
        {"id": "any", "if": {"value": "{{steps.people.count}}", "above": 0},
            "then": [{"id": "tell", "message": "{{steps.sum.text}} ({{steps.people.count}})"}],
            "else": [{"id": "nobody", "message": "Nobody."}]},
        {"id": "keep", "note": "There were {{steps.people.count}}"},
    ]}))
    .await;
    let thread = desk.runs("roll-call").await;
    assert_eq!(desk.states().await, ["done"]);
    assert_eq!(desk.said(&thread), ["Maya and Jonas are there. (1)"]);
    let head = desk.head(&thread);
    for part in [
        "Says who is there",
        "`people` query: 1 row",
        "`any` if: yes",
        "Done",
    ] {
        assert!(head.contains(part), "{part}: {head}");
    }
    assert!(!head.contains("nobody"), "{head}");
    let asked = desk.app.words_of_request(0);
    assert!(
        asked.contains("<data source=\\\"workflow\\\">")
            || asked.contains("<data source=\"workflow\">"),
        "{asked}"
    );
    let notes = desk
        .app
        .texts("select notes->0->>'text' from core.workflows")
        .await;
    assert_eq!(notes, ["There were 1"]);

    desk.jonas
        .replies_in(&thread, "@Penny Who else?")
        .await
        .unwrap();
    desk.jonas
        .reads(&thread, "Jonas, of course.")
        .await
        .unwrap();
    desk.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wait_holds_nothing_and_goes_on_at_its_time() {
    let desk = Desk::open([]).await;
    desk.writes(
        "later",
        "by hand",
        json!({"steps": [
            {"id": "before", "message": "Before."},
            {"id": "nap", "wait": "2 hours"},
            {"id": "after", "message": "After."},
        ]}),
    )
    .await;
    let thread = desk.runs("later").await;
    assert_eq!(desk.states().await, ["waiting"]);
    assert_eq!(
        desk.app
            .count("select 1 from core.jobs where kind = 'workflow'")
            .await,
        0
    );
    assert_eq!(desk.time_is("2026-11-20T09:59:00Z").await, 0, "not yet");
    assert_eq!(desk.time_is("2026-11-20T10:00:30Z").await, 1);
    assert_eq!(desk.said(&thread), ["Before.", "After."]);
    assert_eq!(desk.states().await, ["done"]);
    desk.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_goes_on_only_if_its_owner_says_so() {
    let desk = Desk::open([]).await;
    desk.writes(
        "asks",
        "by hand",
        json!({"steps": [
            {"id": "ok", "approve": "Shall I tell them?"},
            {"id": "tell", "message": "Told."},
        ]}),
    )
    .await;
    let first = desk.runs("asks").await;
    assert_eq!(desk.states().await, ["waiting"]);
    desk.jonas.clicks(&first, "Go on").await.unwrap();
    desk.is_told(&desk.jonas, "who made *asks*").await;
    assert_eq!(desk.states().await, ["waiting"], "it is not Jonas’s");
    desk.maya.clicks(&first, "Go on").await.unwrap();
    desk.app.settles().await;
    let said = desk.said(&first);
    assert!(said[0].contains("said go on"), "{said:?}");
    assert_eq!(said[1], "Told.");

    let second = desk.runs("asks").await;
    desk.maya.clicks(&second, "End here").await.unwrap();
    desk.app.settles().await;
    assert_eq!(desk.said(&second).len(), 1, "nothing after it was done");
    assert!(
        desk.head(&second).contains("Ended early"),
        "{}",
        desk.head(&second)
    );
    assert_eq!(desk.states().await, ["done", "done"]);
    desk.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_prompt_is_answered_by_penny_with_all_her_tools_in_the_thread() {
    let desk = Desk::open([Step::says("Two deals moved.").when_asked("What moved")]).await;
    desk.writes("moved", "by hand", json!({"prompt": "What moved?"}))
        .await;
    let thread = desk.runs("moved").await;
    desk.jonas.reads(&thread, "Two deals moved.").await.unwrap();
    desk.app.settles().await;
    assert_eq!(desk.states().await, ["done"]);
    let output = desk
        .app
        .texts("select output->>'text' from core.workflow_runs")
        .await;
    assert!(output[0].contains("Two deals moved."), "{output:?}");
    desk.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_failed_is_told_and_goes_on_after_the_last_good_step() {
    let desk = Desk::open([
        Step::says("no json"),
        Step::says("none"),
        Step::says("still none"),
        Step::says("{\"n\": 7}"),
    ])
    .await;
    desk.writes("strict", "by hand", json!({"steps": [
        {"id": "hello", "message": "Hello."},
        {"id": "n", "model": "A number, please", "schema": {"type": "object", "required": ["n"]}},
        {"id": "tell", "message": "It is {{steps.n.value.n}}"},
    ]}))
    .await;
    let thread = desk.runs("strict").await;
    assert_eq!(desk.states().await, ["failed"]);
    assert!(
        desk.head(&thread)
            .contains("did not keep to the schema of `n`"),
        "{}",
        desk.head(&thread)
    );
    desk.app
        .is_written(&desk.maya, "The workflow *strict* failed")
        .await;
    desk.maya.clicks(&thread, "Try again").await.unwrap();
    desk.app.settles().await;
    assert_eq!(desk.states().await, ["done"]);
    assert_eq!(desk.said(&thread), ["Hello.", "It is 7"]);
    desk.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cancelled_run_does_nothing_more() {
    let desk = Desk::open([]).await;
    desk.writes(
        "naps",
        "by hand",
        json!({"steps": [
            {"id": "nap", "wait": "1 hour"}, {"id": "tell", "message": "Done."},
        ]}),
    )
    .await;
    let thread = desk.runs("naps").await;
    desk.maya.clicks(&thread, "Cancel").await.unwrap();
    desk.app.settles().await;
    assert_eq!(desk.states().await, ["cancelled"]);
    assert_eq!(desk.time_is("2026-11-20T10:00:00Z").await, 0);
    assert_eq!(desk.said(&thread), [""; 0]);
    assert!(desk.head(&thread).contains("Cancelled"));
    desk.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_process_that_dies_between_steps_leaves_each_of_them_done_once() {
    let gate = Gate::default();
    let mut desk = Desk::open([
        Step::says("Never heard.").after(&gate),
        Step::says("Here it is."),
    ])
    .await;
    desk.writes(
        "dies",
        "by hand",
        json!({"steps": [
            {"id": "one", "message": "One."},
            {"id": "think", "model": "Think"},
            {"id": "two", "message": "{{steps.think.text}}"},
        ]}),
    )
    .await;
    desk.maya
        .runs_command("sales", "/penny workflow run dies")
        .await
        .unwrap();
    gate.reached().await;
    desk.app.kill().await;
    desk.app.expire_leases().await;
    desk.app.start_again().await;
    desk.app.settles().await;
    let thread = desk.newest("dies");
    assert_eq!(desk.said(&thread), ["One.", "Here it is."]);
    assert_eq!(desk.states().await, ["done"]);
    desk.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_workflow_starts_another_of_the_same_owner_and_never_itself() {
    let desk = Desk::open([]).await;
    desk.writes("inner", "by hand", json!({
        "input": {"type": "object", "required": ["who"]},
        "steps": [{"id": "say", "message": "Hello {{input.who}}"}, {"id": "out", "set": {"ok": true}}]}))
    .await;
    desk.writes(
        "outer",
        "by hand",
        json!({"steps": [
            {"id": "child", "workflow": "inner", "input": {"who": "Jonas"}},
            {"id": "tell", "message": "ok: {{steps.child.ok}}"},
        ]}),
    )
    .await;
    let thread = desk.runs("outer").await;
    assert_eq!(desk.said(&thread), ["Hello Jonas", "ok: true"]);
    assert_eq!(desk.states().await, ["done", "done"]);

    desk.writes(
        "round",
        "by hand",
        json!({"steps": [{"id": "again", "workflow": "inner", "input": {"who": "you"}}]}),
    )
    .await;
    // Written before the window objected to that.
    desk.app
        .execute(
            "update core.workflows set definition = jsonb_set(definition, '{steps,0,workflow}', '\"round\"')
             where name = 'round'",
        )
        .await;
    let thread = desk.runs("round").await;
    assert!(
        desk.head(&thread).contains("round for ever"),
        "{}",
        desk.head(&thread)
    );
    desk.app
        .execute("update core.workflows set owner_user = 'U0JONAS' where name = 'inner'")
        .await;
    let thread = desk.runs("outer").await;
    assert!(
        desk.head(&thread).contains("has no workflow of that name"),
        "{}",
        desk.head(&thread)
    );
    desk.is_written("round for ever").await;
    desk.is_written("has no workflow of that name").await;
    desk.close().await;
}
