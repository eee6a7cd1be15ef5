//! The scripted model keeps its own promises.

use super::*;
use crate::models::testing::{ask, request};
use crate::models::{Block, Message, Role};
use futures::FutureExt;
use serde_json::json;

fn tool_use(id: &str) -> Block {
    Block::ToolUse {
        id: id.to_owned(),
        name: "look".to_owned(),
        input: json!({}),
    }
}

fn tool_result(id: &str) -> Block {
    Block::ToolResult {
        tool_use_id: id.to_owned(),
        content: "seen".to_owned(),
        is_error: false,
    }
}

fn message(role: Role, content: Vec<Block>) -> Message {
    Message { role, content }
}

fn conversation(messages: Vec<Message>) -> Request {
    Request {
        messages,
        ..request("")
    }
}

async fn fault_of(messages: Vec<Message>) -> String {
    let model = Scripted::new([Step::says("fine").repeatedly()]);
    let (outcome, _) = ask(&model, &conversation(messages)).await;
    match outcome {
        Err(ModelError::Rejected(fault)) => fault,
        other => panic!("accepted: {other:?}"),
    }
}

#[tokio::test]
async fn a_script_is_played_in_order_and_streams_what_it_says() {
    let model = Scripted::new([
        Step::calls("t1", "look", json!({"at": 1})),
        Step::says("done"),
    ]);
    let (first, deltas) = ask(&model, &request("go")).await;
    assert_eq!(first.unwrap().stop, Stop::ToolUse);
    assert!(matches!(&deltas[..], [Delta::ToolStarted { id, .. }] if id == "t1"));
    let (second, deltas) = ask(&model, &request("again")).await;
    assert_eq!(second.unwrap().content, [Block::text("done")]);
    assert_eq!(deltas, [Delta::Text("done".to_owned())]);
    assert_eq!(model.requests().len(), 2);
    model.assert_finished();
}

#[tokio::test]
async fn conversations_at_once_each_find_their_own_step() {
    let model = Scripted::new([
        Step::says("for Anna").when_asked("I am Anna"),
        Step::says("for Ben").when_asked("I am Ben"),
    ]);
    let (ben, _) = ask(&model, &request("I am Ben")).await;
    assert_eq!(ben.unwrap().content, [Block::text("for Ben")]);
    let (anna, _) = ask(&model, &request("I am Anna")).await;
    assert_eq!(anna.unwrap().content, [Block::text("for Anna")]);
    model.assert_finished();
}

#[tokio::test]
#[should_panic(expected = "never asked for")]
async fn a_step_that_was_not_played_fails_the_test() {
    Scripted::new([Step::says("unheard")]).assert_finished();
}

#[tokio::test]
#[should_panic(expected = "misused")]
async fn a_request_that_no_step_answers_fails_the_test_even_if_the_agent_hides_it() {
    let model = Scripted::new([]);
    let _hidden = ask(&model, &request("anyone?")).await;
    model.assert_finished();
}

#[tokio::test]
async fn a_gate_holds_the_answer_until_the_test_opens_it() {
    let gate = Gate::default();
    let model = Scripted::new([Step::says("first ")
        .then_waits_for(&gate)
        .then_streams(Delta::Text("second".to_owned()))]);
    let request = request("go");
    let mut reply = Box::pin(ask(&model, &request));
    assert!((&mut reply).now_or_never().is_none());
    gate.reached().await;
    gate.open();
    assert_eq!(reply.await.1.len(), 2);
}

#[tokio::test]
async fn it_can_fail_or_never_answer() {
    let model = Scripted::new([Step::fails(|| ModelError::Overloaded), Step::hangs()]);
    let (failed, _) = ask(&model, &request("go")).await;
    assert!(matches!(failed, Err(ModelError::Overloaded)));
    assert!(ask(&model, &request("go")).now_or_never().is_none());
}

#[tokio::test]
async fn malformed_conversations_are_rejected_as_a_provider_would() {
    let user = || Message::user("hi");
    let called = || message(Role::Assistant, vec![tool_use("t1")]);
    let answered = || message(Role::User, vec![tool_result("t1")]);
    let late = vec![Block::text("by the way"), tool_result("t1")];
    let table = [
        (vec![], "no messages"),
        (vec![Message::assistant("hi"), user()], "first message"),
        (vec![user(), Message::assistant("hi")], "last message"),
        (vec![user(), answered()], "answers no tool_use"),
        (vec![user(), called(), user()], "has no tool_result"),
        (
            vec![user(), called(), message(Role::User, late)],
            "does not come first",
        ),
        (
            vec![user(), called(), answered(), called(), answered()],
            "used twice",
        ),
        (
            vec![user(), called(), answered(), answered()],
            "answers no tool_use",
        ),
        (vec![message(Role::User, vec![])], "content is empty"),
        (vec![Message::user("  ")], "text block is empty"),
        (
            vec![message(Role::User, vec![tool_use("t1")])],
            "may not hold",
        ),
    ];
    for (messages, expected) in table {
        let fault = fault_of(messages).await;
        assert!(fault.contains(expected), "{fault:?} lacks {expected:?}");
    }
}

#[tokio::test]
async fn parallel_calls_with_all_their_results_are_accepted() {
    let model = Scripted::new([Step::says("fine")]);
    let results = vec![
        tool_result("t2"),
        tool_result("t1"),
        Block::text("and now?"),
    ];
    let sound = conversation(vec![
        Message::user("hi"),
        message(
            Role::Assistant,
            vec![Block::text("let me see"), tool_use("t1"), tool_use("t2")],
        ),
        message(Role::User, results),
    ]);
    assert!(ask(&model, &sound).await.0.is_ok());
    model.assert_finished();
}

#[tokio::test]
async fn a_paused_answer_may_come_back_as_the_last_message() {
    let model = Scripted::new([
        Step::says("so far").stopping(Stop::Pause),
        Step::says("done"),
    ]);
    ask(&model, &request("hi")).await.0.unwrap();
    let back = conversation(vec![Message::user("hi"), Message::assistant("so far")]);
    assert!(ask(&model, &back).await.0.is_ok());
}
