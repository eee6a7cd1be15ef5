//! Asked for in Slack, made, and there.

use super::{asks, bytes_of, chart, file_in, makes, report};
use crate::support::TestApp;
use penny::models::scripted::Step;
use serde_json::json;
use std::collections::BTreeSet;

#[tokio::test]
async fn a_chart_that_slack_can_draw_stands_in_the_thread_with_a_way_to_run_it_again() {
    let app = TestApp::start(makes("create_chart", chart("bar"))).await;
    let maya = app.slack.person("maya").unwrap();
    let thread = asks(&maya, "sales").await;
    let shown = maya
        .reads(&thread, "[chart: Pipeline by stage]")
        .await
        .unwrap();
    assert_eq!(
        shown.blocks[0]["chart"]["series"][0]["data"][1]["value"],
        410_000.0
    );
    assert!(shown.text.contains("Run again"), "{}", shown.text);
    maya.reads(&thread, "There it is.").await.unwrap();
    let told = app.words_of_request(1);
    assert!(told.contains("Proposal €410,000"), "{told}");
    app.stop().await;
}

#[tokio::test]
async fn a_chart_that_slack_cannot_draw_comes_as_a_picture() {
    let app = TestApp::start(makes("create_chart", chart("funnel"))).await;
    let maya = app.slack.person("maya").unwrap();
    let thread = asks(&maya, "sales").await;
    let shown = file_in(&maya, &thread).await;
    assert_eq!(shown.files, ["pipeline-by-stage.png"]);
    maya.reads(&thread, "There it is.").await.unwrap();
    assert!(bytes_of(&app).await.starts_with(b"\x89PNG"));
    app.stop().await;
}

#[tokio::test]
async fn a_small_result_comes_as_a_table() {
    let app = TestApp::start(makes("create_chart", chart("table"))).await;
    let maya = app.slack.person("maya").unwrap();
    let thread = asks(&maya, "sales").await;
    let shown = maya.reads(&thread, "Negotiation").await.unwrap();
    assert_eq!(shown.blocks[0]["type"], "table");
    maya.reads(&thread, "There it is.").await.unwrap();
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_upload_of_a_report_is_found_in_the_logs_by_the_trace_of_the_question() {
    let steps = makes("create_report", report());
    let app = TestApp::build(steps).keeping_logs().start().await;
    let maya = app.slack.person("maya").unwrap();
    let thread = asks(&maya, "sales").await;
    file_in(&maya, &thread).await;
    maya.reads(&thread, "There it is.").await.unwrap();
    let logs = app.logs.clone().unwrap();
    app.stop().await;
    let calls: BTreeSet<_> = logs.slack_calls().into_iter().collect();
    let jobs: Vec<&str> = calls.iter().map(|(_, job)| job.as_str()).collect();
    assert_eq!(jobs, ["artifact", "turn"], "{calls:?}");
    let traces: BTreeSet<_> = calls.iter().map(|(trace, _)| trace).collect();
    assert_eq!(traces.len(), 1, "{calls:?}");
}

#[tokio::test]
async fn a_report_comes_as_a_pdf_with_its_headline_and_no_text_of_it_is_code() {
    let app = TestApp::start(makes("create_report", report())).await;
    let maya = app.slack.person("maya").unwrap();
    let thread = asks(&maya, "sales").await;
    let shown = file_in(&maya, &thread).await;
    assert_eq!(shown.files, ["weekly-pipeline.pdf"]);
    assert!(shown.text.contains("688,000 is open."), "{}", shown.text);
    maya.reads(&thread, "There it is.").await.unwrap();
    assert!(bytes_of(&app).await.starts_with(b"%PDF-"));
    app.stop().await;
}

#[tokio::test]
async fn rows_are_exported_as_a_file() {
    let input =
        json!({"title": "Open deals", "sql": "select '=1+1' as deal, 5 as n", "format": "csv"});
    let app = TestApp::start(makes("export_data", input)).await;
    let maya = app.slack.person("maya").unwrap();
    let thread = asks(&maya, "sales").await;
    assert_eq!(file_in(&maya, &thread).await.files, ["open-deals.csv"]);
    maya.reads(&thread, "There it is.").await.unwrap();
    let text = String::from_utf8(bytes_of(&app).await).unwrap();
    assert_eq!(text, "\u{feff}deal,n\r\n'=1+1,5\r\n");
    app.stop().await;
}

#[tokio::test]
async fn a_model_that_asks_for_what_cannot_be_made_is_told_why() {
    let wrong = [
        (
            "create_chart",
            json!({"title": "X", "sql": "select 'a' as a", "type": "bar"}),
            "no column holds numbers",
        ),
        (
            "create_chart",
            json!({"title": "X", "sql": "select 1 as a where false", "type": "bar"}),
            "found no rows",
        ),
        (
            "create_chart",
            json!({"title": "X", "sql": "select * from core.orgs", "type": "bar"}),
            "Refused",
        ),
        (
            "create_report",
            json!({"title": "X", "headline": "", "markdown": "{{nothing}}"}),
            "which no part has",
        ),
        (
            "export_data",
            json!({"title": "", "sql": "select 1 as a", "format": "csv"}),
            "title",
        ),
    ];
    let steps = wrong
        .iter()
        .enumerate()
        .map(|(place, (tool, input, _))| Step::calls(&format!("c{place}"), tool, input.clone()));
    let steps = steps.chain([Step::says("It cannot be made.")]);
    let app = TestApp::start(steps).await;
    let maya = app.slack.person("maya").unwrap();
    let thread = asks(&maya, "sales").await;
    maya.reads(&thread, "It cannot be made.").await.unwrap();
    let told = app.words_of_request(wrong.len());
    for (_, _, why) in wrong {
        assert!(told.contains(why), "{why}: {told}");
    }
    assert_eq!(app.count("select from core.artifacts").await, 0);
    app.stop().await;
}
