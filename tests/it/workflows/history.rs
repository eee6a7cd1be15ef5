//! What became of runs: in a window of its own for whoever may see the run, and in App Home.

use super::desk::Desk;
use penny::models::scripted::Step;
use penny::playground::{Slack, Thread};
use serde_json::json;

async fn opens(desk: &Desk, person: &penny::playground::Human) -> String {
    let look = |_: &Slack| Some(person.modal_text()).filter(|text| text.contains("began"));
    let shown = desk.app.slack.until("the window", look).await.unwrap();
    desk.app.settles().await;
    shown
}

#[tokio::test(flavor = "multi_thread")]
async fn the_window_of_a_run_shows_each_step_with_what_came_of_it() {
    let desk = Desk::open([Step::says("They look <!here> healthy.")]).await;
    desk.writes(
        "looks",
        "by hand",
        json!({"steps": [
            {"id": "numbers", "query": "select 41 + 1 as answer"},
            {"id": "think", "model": "What of {{steps.numbers.rows}}?"},
            {"id": "each", "foreach": [{"n": 1, "of": "Acme"}, {"n": 0, "of": "Birch"}], "as": "row", "do": [
                {"id": "divide", "query": "select 6 / {{row.n}} as it"},
            ]},
            {"id": "out", "set": {"kept": "{{steps.each.done}}"}},
            {"id": "ask", "approve": "Go on?"},
        ]}),
    )
    .await;
    let thread = desk.runs("looks").await;
    desk.maya.clicks(&thread, "Show all").await.unwrap();
    let shown = opens(&desk, &desk.maya).await;
    for part in [
        "looks",
        "numbers",
        "query · done",
        "\"answer\": 42",
        "They look <!here> healthy.",
        "1 of 2 items done, 1 failed",
        "#2 {\"n\":0,\"of\":\"Birch\"}",
        "division by zero",
        "\"kept\": 1",
        "approve · waits",
    ] {
        assert!(shown.contains(part), "{part}: {shown}");
    }
    // Jonas is in the channel; the run was looked up with his eyes as well.
    desk.jonas.clicks(&thread, "Show all").await.unwrap();
    opens(&desk, &desk.jonas).await;
    desk.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_in_a_direct_message_is_its_owners_alone_wherever_the_workflow_reports_by_now() {
    let desk = Desk::open([]).await;
    let hello = json!({"steps": [{"id": "hello", "message": "Between us."}]});
    desk.writes("moves", "by hand", hello).await;
    desk.app
        .execute("update core.workflows set channel_id = null")
        .await;
    desk.maya
        .runs_command("sales", "/penny workflow run moves")
        .await
        .unwrap();
    desk.is_told(&desk.maya, "moves").await;
    desk.app.settles().await;
    desk.is_written("Workflow of").await;
    let dm = desk.maya.dm().unwrap();
    let direct = Thread {
        root: desk.maya.channel_messages(&dm).pop().unwrap().ts,
        channel: dm,
    };
    assert_eq!(desk.said(&direct), ["Between us."]);
    let back = format!("update core.workflows set channel_id = '{}'", desk.sales());
    desk.app.execute(&back).await;

    desk.jonas
        .runs_command("sales", "/penny workflows")
        .await
        .unwrap();
    desk.is_told(&desk.jonas, "Workflows here").await;
    desk.app.settles().await;
    let list = desk.whisper(&desk.jonas, "Workflows here");
    desk.jonas.clicks(&list, "History").await.unwrap();
    desk.is_told(&desk.jonas, "its latest runs").await;
    desk.app.settles().await;
    let history = desk.whisper(&desk.jonas, "its latest runs");
    assert!(desk.jonas.clicks(&history, "Show all").await.is_err());

    desk.presses("History").await;
    desk.is_told(&desk.maya, "its latest runs").await;
    desk.app.settles().await;
    let history = desk.whisper(&desk.maya, "its latest runs");
    desk.maya.clicks(&history, "Show all").await.unwrap();
    let shown = opens(&desk, &desk.maya).await;
    assert!(shown.contains("message · done"), "{shown}");
    desk.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn app_home_shows_what_waits_and_how_the_latest_runs_ended() {
    let desk = Desk::open([]).await;
    desk.maya.open_home("home").await.unwrap();
    let look = |_: &Slack| Some(desk.maya.home_text()).filter(|it| it.contains("Your schedules"));
    let home = desk.app.slack.until("App Home", look).await.unwrap();
    assert!(!home.contains("Your workflows"), "{home}");

    let asks = json!({"steps": [{"id": "ok", "approve": "Shall I?"}]});
    desk.writes("asks", "by hand", asks).await;
    let fails = json!({"steps": [{"id": "sum", "query": "select 1 / 0 as it"}]});
    desk.writes("fails", "by hand", fails).await;
    desk.runs("asks").await;
    desk.runs("fails").await;
    desk.is_written("The workflow *fails* failed").await;

    desk.maya.open_home("home").await.unwrap();
    let look = |_: &Slack| Some(desk.maya.home_text()).filter(|it| it.contains("Your workflows"));
    let home = desk.app.slack.until("the runs", look).await.unwrap();
    desk.app.settles().await;
    for part in ["at `ok` (approve)", "Ended lately", "division by zero"] {
        assert!(home.contains(part), "{part}: {home}");
    }
    desk.maya.clicks_in_home("Show all").await.unwrap();
    let shown = opens(&desk, &desk.maya).await;
    assert!(shown.contains("asks"), "{shown}");
    desk.close().await;
}
