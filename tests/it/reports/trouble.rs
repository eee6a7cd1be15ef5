//! Rows that not everybody may see, and a Slack that takes no files.

use super::{asks, chart, file_in, makes, report};
use crate::support::TestApp;
use penny::models::scripted::Step;
use penny::playground::Fault;
use serde_json::json;

#[tokio::test]
async fn a_row_that_only_the_asker_may_see_is_never_in_a_channels_file() {
    let input = json!({"title": "Accounts", "sql": "select name from accounts order by name", "format": "csv"});
    let steps = [
        Step::calls("c1", "export_data", input.clone()),
        Step::says("In the channel."),
        Step::calls("c1", "export_data", input),
        Step::says("For you alone."),
    ];
    let app = TestApp::start(steps).await;
    let maya = app.slack.person("maya").unwrap();
    // So that Penny knows her.
    maya.runs_command("sales", "/penny status").await.unwrap();
    app.settles().await;
    maya.whispers(&app.slack.channel("sales").unwrap());
    for (name, visibility) in [("Open Ltd", "org"), ("Maya’s secret", "person")] {
        app.execute(&format!(
            "insert into core.accounts (org_id, account_id, name, lifecycle, visibility, owner_id, source, source_id)
             select org_id, gen_random_uuid(), '{name}', 'customer', '{visibility}', person_id, 'test', '{name}'
             from core.people where name like 'Maya%'"
        ))
        .await;
    }
    let thread = asks(&maya, "sales").await;
    file_in(&maya, &thread).await;
    maya.reads(&thread, "In the channel.").await.unwrap();
    app.settles().await;
    let said = maya.tells_penny("the same for me").await.unwrap();
    file_in(&maya, &said.thread()).await;
    maya.reads(&said.thread(), "For you alone.").await.unwrap();
    app.settles().await;
    let files = app
        .texts("select convert_from(bytes, 'UTF8') from core.artifact_versions order by made_at")
        .await;
    assert!(
        files[0].contains("Open Ltd") && !files[0].contains("secret"),
        "{}",
        files[0]
    );
    assert!(files[1].contains("Maya’s secret"), "{}", files[1]);
    app.stop().await;
}

#[tokio::test]
async fn a_file_that_slack_refuses_is_said_in_a_sentence() {
    let app = TestApp::start(makes("create_report", report())).await;
    let refused = Fault::Error("missing_scope");
    app.slack
        .faults()
        .on("files.getUploadURLExternal")
        .hit(refused);
    let maya = app.slack.person("maya").unwrap();
    let thread = asks(&maya, "sales").await;
    let told = maya.reads(&thread, "couldn’t put it here").await.unwrap();
    assert!(
        told.text.contains("not allowed to upload files"),
        "{}",
        told.text
    );
    maya.reads(&thread, "There it is.").await.unwrap();
    app.settles().await;
    // Slack refused, which is what this is about.
    app.slack.calls().mark_all_read();
    app.stop().await;
}

#[tokio::test]
async fn that_a_file_was_refused_is_said_also_if_slack_takes_no_message_in_that_moment() {
    let app = TestApp::start(makes("create_report", report())).await;
    let faults = app.slack.faults();
    let refused = faults.on("files.getUploadURLExternal").next(2);
    refused.hit(Fault::Error("missing_scope"));
    let maya = app.slack.person("maya").unwrap();
    faults.on("chat.postMessage").hit(Fault::Cut);
    let thread = asks(&maya, "sales").await;
    maya.reads(&thread, "couldn’t put it here").await.unwrap();
    maya.reads(&thread, "There it is.").await.unwrap();
    app.settles().await;
    let told = maya.sees(&thread).into_iter();
    let told = told.filter(|seen| seen.text.contains("couldn’t put it here"));
    assert_eq!(told.count(), 1);
    assert_eq!(
        app.texts("select state from core.artifact_versions").await,
        ["failed"]
    );
    app.slack.calls().mark_all_read();
    app.stop().await;
}

#[tokio::test]
async fn a_file_whose_sharing_got_lost_on_the_way_back_stands_there_once() {
    let app = TestApp::start(makes("create_chart", chart("funnel"))).await;
    app.slack
        .faults()
        .on("files.completeUploadExternal")
        .hit(Fault::ApplyThenCut);
    let maya = app.slack.person("maya").unwrap();
    let thread = asks(&maya, "sales").await;
    file_in(&maya, &thread).await;
    maya.reads(&thread, "There it is.").await.unwrap();
    app.settles().await;
    let files = maya.sees(&thread).into_iter().flat_map(|seen| seen.files);
    assert_eq!(files.count(), 1);
    assert_eq!(
        app.texts("select state from core.artifact_versions").await,
        ["delivered"]
    );
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_of_a_scheduled_run_that_slack_refuses_is_told_to_its_owner() {
    let steps = [
        Step::calls("c1", "create_report", report()).when_asked("since yesterday"),
        Step::says("There it is."),
    ];
    let desk = crate::schedules::desk::Desk::open(steps).await;
    desk.schedules(&desk.jonas, "every weekday at 9").await;
    desk.app
        .slack
        .faults()
        .on("files.getUploadURLExternal")
        .hit(Fault::Error("storage_limit_reached"));
    assert_eq!(desk.time_is("2026-11-23T08:00:01Z").await, 1);
    let told = desk
        .app
        .is_written(
            &desk.jonas,
            "made *Weekly pipeline*, but I couldn’t put it into",
        )
        .await;
    assert!(
        told.text.contains("no room left for files"),
        "{}",
        told.text
    );
    assert!(told.text.contains("*Run again*"), "{}", told.text);
    let thread = desk.newest_run(&desk.jonas);
    desk.jonas
        .reads(&thread, "couldn’t put it here")
        .await
        .unwrap();
    assert_eq!(desk.states().await, ["done"]);
    // Slack refused, which is what this is about.
    desk.app.slack.calls().mark_all_read();
    desk.close().await;
}
