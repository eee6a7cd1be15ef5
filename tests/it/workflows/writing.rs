//! The window: what is wrong is said in it, what is right is kept, and who may change it.

use super::desk::Desk;
use penny::playground::{Submitted, Thread};
use serde_json::json;

#[tokio::test(flavor = "multi_thread")]
async fn what_is_wrong_is_said_in_the_window_and_nothing_is_lost() {
    let desk = Desk::open([]).await;
    let wrong = json!({"steps": [
        {"id": "deals", "query": "delete from deals"},
        {"id": "change", "change": {"system": "hubspot", "operation": "explode", "arguments": {}}},
    ]});
    let submitted = desk
        .tries_to_write("Stale Deals!", "every blue moon", &wrong.to_string())
        .await;
    let said = format!("{submitted:?}");
    for part in [
        "step deals",
        "step change: hubspot has no operation",
        "explode",
        "such as stale-deals",
        "every weekday at 9",
    ] {
        assert!(said.contains(part), "{part}: {said}");
    }
    // The window is still open, and what was typed is mended in it.
    let right = json!({"steps": [{"id": "hello", "message": "Hello."}]});
    let submitted = desk
        .fills(&[
            ("name", "Stale Deals"),
            ("on", ""),
            ("definition", &right.to_string()),
        ])
        .await;
    assert!(matches!(submitted, Submitted::Taken), "{submitted:?}");
    desk.is_saved("stale-deals").await;
    let thread = desk.runs("stale-deals").await;
    assert_eq!(desk.said(&thread), ["Hello."]);
    desk.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn text_that_is_no_json_is_answered_with_the_place() {
    let desk = Desk::open([]).await;
    let said = format!(
        "{:?}",
        desk.tries_to_write("a", "by hand", "{\"steps\": [\n  {]}")
            .await
    );
    assert!(
        said.contains("This is no JSON") && said.contains("line 2"),
        "{said}"
    );
    desk.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_edited_workflow_keeps_its_history_and_a_deleted_one_leaves_nothing() {
    let desk = Desk::open([]).await;
    desk.writes(
        "hello",
        "by hand",
        json!({"steps": [{"id": "hello", "message": "Hello."}]}),
    )
    .await;
    desk.runs("hello").await;
    let definition = json!({"steps": [{"id": "hello", "message": "Good day."}]});
    desk.edits("hello", &definition).await;
    let thread = desk.runs("hello").await;
    assert_eq!(desk.said(&thread), ["Good day."]);

    desk.presses("History").await;
    let history = desk.is_told(&desk.maya, "its latest runs").await;
    assert_eq!(history.matches("Done").count(), 2, "{history}");
    let list = desk.whisper(&desk.maya, "Workflows here");
    desk.maya.clicks(&list, "Delete").await.unwrap();
    desk.is_told(&desk.maya, "is deleted").await;
    assert_eq!(desk.states().await, [""; 0]);
    desk.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn its_steps_are_drawn_as_a_picture() {
    let desk = Desk::open([]).await;
    desk.writes("drawn", "every weekday at 9", json!({"steps": [
        {"id": "people", "query": "select name from people"},
        {"id": "each", "foreach": "{{steps.people.rows}}", "do": [{"id": "hello", "set": "Hello {{item.name}}"}]},
    ]}))
    .await;
    desk.presses("Picture").await;
    desk.is_told(&desk.maya, "I’ve sent you a picture").await;
    desk.app.settles().await;
    let dm = desk.maya.dm().unwrap();
    let seen = desk.maya.channel_messages(&dm);
    for message in &seen {
        desk.maya.sees(&Thread {
            channel: dm.clone(),
            root: message.ts,
        });
    }
    assert!(
        seen.iter().any(|seen| seen.files == ["drawn.png"]),
        "{seen:?}"
    );
    desk.close().await;
}

fn objections(submitted: Submitted) -> serde_json::Map<String, serde_json::Value> {
    match submitted {
        Submitted::Errors(wrong) => wrong,
        Submitted::Taken => panic!("it was taken"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn events_fields_and_workflows_that_there_are_not_are_objected_to_with_what_there_is() {
    let desk = Desk::open([]).await;
    let hello = json!({"steps": [{"id": "hello", "message": "Hello."}]}).to_string();
    let submitted = desk
        .tries_to_write("moves", "event deal.moved", &hello)
        .await;
    let wrong = objections(submitted);
    assert_eq!(wrong.len(), 1, "{wrong:?}");
    let said = wrong["on"].as_str().unwrap();
    for part in ["deal.moved", "deal.stage_changed", "pull_request.merged"] {
        assert!(said.contains(part), "{part}: {said}");
    }
    let filtered =
        json!({"where": {"stagee": "won"}, "steps": [{"id": "hello", "message": "Hello."}]});
    let child = json!({"steps": [{"id": "child", "workflow": "nobody-wrote-it"}]});
    for (on, definition, field, expected) in [
        (
            "after nobody-wrote-it",
            hello.clone(),
            "on",
            "there is no other yet",
        ),
        ("after moves", hello.clone(), "on", "round for ever"),
        (
            "event deal.stage_changed",
            filtered.to_string(),
            "definition",
            "stage_before",
        ),
        (
            "by hand",
            child.to_string(),
            "definition",
            "step child: its owner has no workflow",
        ),
    ] {
        let fields = [("name", "moves"), ("on", on), ("definition", &definition)];
        let wrong = objections(desk.fills(&fields).await);
        let said = wrong[field].as_str().unwrap();
        assert!(said.contains(expected), "{expected}: {said}");
    }
    let fields = [
        ("name", "moves"),
        ("on", "event deal.stage_changed"),
        ("definition", &hello),
    ];
    let submitted = desk.fills(&fields).await;
    assert!(matches!(submitted, Submitted::Taken), "{submitted:?}");
    desk.is_saved("moves").await;

    desk.tries_to_write("behind", "after Moves", &hello).await;
    desk.is_written("The good end of *moves* starts it").await;
    desk.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn how_a_workflow_is_written_and_what_starts_one_is_one_command_away() {
    let desk = Desk::open([]).await;
    desk.maya
        .runs_command("sales", "/penny workflow new")
        .await
        .unwrap();
    desk.looks_at_window().await;
    let window = desk.maya.modal_text();
    assert!(window.contains("/penny workflow help"), "{window}");
    desk.maya
        .runs_command("sales", "/penny workflow help")
        .await
        .unwrap();
    let help = desk.is_told(&desk.maya, "How a workflow is written").await;
    for part in [
        "at_once",
        "per_minute",
        "one_of",
        "message.matched",
        "stage_before",
        "webhook.received",
    ] {
        assert!(help.contains(part), "{part}: {help}");
    }
    desk.close().await;
}
