//! A process that dies, stalls or is replaced in the middle of a turn: another one goes on after
//! the last saved step, and people see one answer.

use crate::support::TestApp;
use penny::models::Delta;
use penny::models::scripted::{Gate, Scripted, Step};
use penny::playground::{Fault, Human, Said};
use serde_json::json;

const ANSWER: &str = "Noted: you like tea.";

fn remembers() -> Step {
    let note = json!({"action": "remember", "text": "Likes tea", "scope": "person"});
    Step::calls("c1", "manage_memory", note)
}

fn half_said(gate: &Gate) -> Step {
    Step::says(ANSWER)
        .streaming([Delta::Text("Noted: you".to_owned())])
        .then_waits_for(gate)
}

async fn maya_asks(app: &TestApp) -> (Human, Said) {
    let maya = app.slack.person("maya").unwrap();
    let said = maya
        .mentions_penny("sales", "I like tea, remember that")
        .await
        .unwrap();
    assert!(said.was_acknowledged());
    (maya, said)
}

/// One answer, said once, one note, and no step of the turn done twice.
async fn is_settled(app: &TestApp, maya: &Human, said: &Said) {
    maya.reads(&said.thread(), ANSWER).await.unwrap();
    app.settles().await;
    let seen = maya.answers_in(&said.thread());
    assert_eq!(seen.len(), 1, "{seen:#?}");
    assert_eq!(seen[0].text.matches("Noted").count(), 1, "{}", seen[0].text);
    assert!(!seen[0].streaming);
    assert_eq!(app.count("select from core.memories").await, 1);
    assert_eq!(
        app.texts("select kind from core.entries order by seq")
            .await,
        ["input", "reply", "tool_result", "reply"]
    );
    assert_eq!(app.texts("select state from core.turns").await, ["done"]);
}

#[tokio::test]
async fn a_turn_goes_on_elsewhere_when_its_process_dies_while_the_model_thinks() {
    let gate = Gate::default();
    let mut app = TestApp::start([remembers().after(&gate), remembers(), Step::says(ANSWER)]).await;
    app.start_another().await;
    let (maya, said) = maya_asks(&app).await;
    gate.reached().await;
    app.kill_whoever_works().await;
    app.expire_leases().await;
    is_settled(&app, &maya, &said).await;
    app.stop().await;
}

#[tokio::test]
async fn a_turn_goes_on_in_the_same_message_when_its_process_dies_in_the_middle_of_the_answer() {
    let gate = Gate::default();
    let mut app = TestApp::start([remembers(), half_said(&gate), Step::says(ANSWER)]).await;
    let (maya, said) = maya_asks(&app).await;
    gate.reached().await;
    app.slack
        .until("half an answer", |_| {
            let seen = maya.visible_text(&said.thread());
            seen.contains("Noted: you").then_some(())
        })
        .await
        .unwrap();
    app.kill().await;
    app.expire_leases().await;
    app.start_again().await;
    is_settled(&app, &maya, &said).await;
    app.stop().await;
}

#[tokio::test]
async fn a_turn_whose_process_dies_at_the_final_edit_is_not_thought_through_again() {
    for method in ["chat.stopStream", "chat.startStream"] {
        let mut app = TestApp::start([remembers(), Step::says(ANSWER)]).await;
        app.slack.faults().on(method).hit(Fault::Hang);
        let (maya, said) = maya_asks(&app).await;
        app.comes_true("Slack hangs", async || app.slack.faults().unused() == 0)
            .await;
        app.kill().await;
        app.expire_leases().await;
        app.start_again().await;
        is_settled(&app, &maya, &said).await;
        assert_eq!(app.model.requests().len(), 2);
        app.settles().await;
        app.slack.calls().mark_all_read();
        app.stop().await;
    }
}

#[tokio::test]
async fn a_process_that_stalled_past_its_lease_can_write_nothing_any_more() {
    let gate = Gate::default();
    let stalled = Step::says("The answer of a ghost.").after(&gate);
    let app = TestApp::start([remembers(), stalled, Step::says(ANSWER)]).await;
    let (maya, said) = maya_asks(&app).await;
    gate.reached().await;
    // What the sweep of another process does once the lease has run out.
    app.execute(
        "update core.jobs set lease_token = null, lease_owner = null, lease_until = null, run_at = now()",
    )
    .await;
    maya.reads(&said.thread(), ANSWER).await.unwrap();
    gate.open();
    is_settled(&app, &maya, &said).await;
    assert!(!maya.visible_text(&said.thread()).contains("ghost"));
    app.stop().await;
}

#[tokio::test]
async fn a_process_that_is_replaced_hands_its_turn_over_at_once() {
    let gate = Gate::default();
    let mut app = TestApp::build([remembers(), half_said(&gate), Step::says(ANSWER)])
        .setting("PENNY_SHUTDOWN_SECONDS", "0")
        .start()
        .await;
    let (maya, said) = maya_asks(&app).await;
    gate.reached().await;
    app.start_another().await;
    app.retire_the_first().await;
    is_settled(&app, &maya, &said).await;
    app.stop().await;
}

#[tokio::test]
async fn a_question_that_kills_every_process_ends_in_a_sentence() {
    let gates = [Gate::default(), Gate::default(), Gate::default()];
    let model = Scripted::new(gates.iter().map(|gate| Step::says("Never.").after(gate)));
    let mut app = TestApp::thinking_with(model).start().await;
    let (maya, said) = maya_asks(&app).await;
    for gate in &gates {
        gate.reached().await;
        app.kill().await;
        app.expire_leases().await;
        app.start_again().await;
    }
    maya.reads(&said.thread(), "fail three times")
        .await
        .unwrap();
    app.settles().await;
    assert_eq!(app.texts("select state from core.turns").await, ["failed"]);

    app.model
        .add([Step::says("Gladly.").when_asked("another way")]);
    maya.replies_in(&said.thread(), "then another way")
        .await
        .unwrap();
    maya.reads(&said.thread(), "Gladly.").await.unwrap();
    app.stop().await;
}

#[tokio::test]
async fn deploys_that_interrupt_an_answer_again_and_again_are_no_fault_of_its_question() {
    let steps = (0..4).map(|_| Step::hangs()).chain([Step::says(ANSWER)]);
    let mut app = TestApp::build(steps)
        .setting("PENNY_SHUTDOWN_SECONDS", "0")
        .start()
        .await;
    let (maya, said) = maya_asks(&app).await;
    for deploy in 1..=4 {
        app.comes_true("the model was asked by whoever came last", async || {
            app.model.requests().len() == deploy
        })
        .await;
        app.start_another().await;
        app.retire_the_first().await;
    }
    maya.reads(&said.thread(), ANSWER).await.unwrap();
    app.settles().await;
    assert!(
        !maya
            .visible_text(&said.thread())
            .contains("fail three times")
    );
    assert_eq!(app.texts("select state from core.turns").await, ["done"]);
    app.stop().await;
}
