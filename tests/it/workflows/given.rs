//! What a workflow is started with by hand: typed behind its name, or asked for in a window.

use super::desk::Desk;
use penny::playground::{Slack, Submitted};
use serde_json::{Value, json};

fn greets() -> Value {
    json!({
        "input": {"type": "object", "required": ["who"], "properties": {
            "who": {"type": "string", "title": "Whom shall I greet?"},
            "times": {"type": "integer", "default": 3},
            "how": {"enum": ["Hello", "Good day"], "default": "Hello"}}},
        "steps": [{"id": "say", "message": "{{input.how}} {{input.who}}, {{input.times}} times"}],
    })
}

/// Maya types this, and is told that.
async fn types(desk: &Desk, typed: &str, told: &str) -> String {
    desk.maya.runs_command("sales", typed).await.unwrap();
    let said = desk.is_told(&desk.maya, told).await;
    desk.app.settles().await;
    said
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_typed_behind_its_name_is_what_it_works_with() {
    let desk = Desk::open([]).await;
    desk.writes("greets", "by hand", greets()).await;
    types(
        &desk,
        "/penny workflow run greets who=\"Acme Inc\" times=2",
        "I’m on it",
    )
    .await;
    let said = desk.said(&desk.newest("greets"));
    assert_eq!(said, ["Hello Acme Inc, 2 times"]);
    types(
        &desk,
        "/penny workflow dry greets {\"who\": \"Birch\", \"how\": \"Good day\"}",
        "I’m trying *greets*",
    )
    .await;
    let said = desk.said(&desk.newest("greets"));
    assert_eq!(said, ["Good day Birch, 3 times"], "with its default");
    desk.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_does_not_fit_starts_nothing_and_is_said() {
    let desk = Desk::open([]).await;
    desk.writes("greets", "by hand", greets()).await;
    for (given, told) in [
        ("times=2", "\"who\" is missing"),
        ("who=Acme times=often", "times should be of type integer"),
        ("who=Acme how=Howdy", "how should be one of"),
        ("who=Acme 3", "I don’t know what “3” is for"),
        ("{\"who\": ", "This is no JSON"),
    ] {
        let said = types(&desk, &format!("/penny workflow run greets {given}"), told).await;
        assert!(said.contains("I did not start *greets*"), "{said}");
    }
    assert_eq!(desk.states().await, [""; 0]);
    desk.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_it_needs_is_asked_for_in_a_window() {
    let desk = Desk::open([]).await;
    desk.writes("greets", "by hand", greets()).await;
    desk.presses("Run now").await;
    let open = |_: &Slack| Some(desk.maya.modal_text()).filter(|it| it.contains("Whom shall"));
    desk.app.slack.until("the window", open).await.unwrap();
    desk.app.settles().await;
    assert_eq!(desk.states().await, [""; 0], "not before it is asked");

    let fields = [("input:who", "Cedar"), ("input:times", "many")];
    let Submitted::Errors(wrong) = desk.fills(&fields).await else {
        panic!("it was taken");
    };
    let said = wrong["input:times"].as_str().unwrap();
    assert!(said.contains("should be of type integer"), "{said}");
    let submitted = desk
        .fills(&[("input:who", "Cedar"), ("input:times", "7")])
        .await;
    assert_eq!(submitted, Submitted::Taken);
    desk.is_written("I’m on it: *greets*").await;
    desk.app
        .comes_true("it has run", async || desk.states().await == ["done"])
        .await;
    desk.app.settles().await;
    assert_eq!(desk.said(&desk.newest("greets")), ["Hello Cedar, 7 times"]);

    // The command by itself asks as well.
    desk.maya
        .runs_command("sales", "/penny workflow run greets")
        .await
        .unwrap();
    desk.app.slack.until("the window", open).await.unwrap();
    desk.app.settles().await;
    let submitted = desk.fills(&[("input:who", "Dune")]).await;
    assert_eq!(submitted, Submitted::Taken);
    desk.is_written("I’m on it: *greets*").await;
    desk.app
        .comes_true("it has run", async || {
            desk.states().await == ["done", "done"]
        })
        .await;
    desk.app.settles().await;
    assert_eq!(desk.said(&desk.newest("greets")), ["Hello Dune, 3 times"]);
    desk.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_child_that_is_given_what_does_not_fit_fails_and_so_does_what_gives_the_wrong_thing_back()
{
    let desk = Desk::open([]).await;
    desk.writes("greets", "by hand", greets()).await;
    let calls = json!({"steps": [{"id": "child", "workflow": "greets", "input": {"times": 1}}]});
    desk.writes("calls", "by hand", calls).await;
    let thread = desk.runs("calls").await;
    let head = desk.head(&thread);
    for part in [
        "*greets*, which it started, failed",
        "does not fit its `input`",
        "\"who\" is missing",
    ] {
        assert!(head.contains(part), "{part}: {head}");
    }
    assert_eq!(desk.said(&thread), [""; 0], "no step of it was taken");

    let gives = json!({
        "output": {"type": "object", "required": ["sum"]},
        "steps": [{"id": "out", "set": {"total": 7}}],
    });
    desk.writes("gives", "by hand", gives).await;
    let thread = desk.runs("gives").await;
    let head = desk.head(&thread);
    for part in ["does not fit its `output`", "\"sum\" is missing"] {
        assert!(head.contains(part), "{part}: {head}");
    }
    desk.reads_directly().await;
    desk.close().await;
}
