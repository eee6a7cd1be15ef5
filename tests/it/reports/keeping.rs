//! What was made is kept: found again, run again and deleted, by those it was made for.

use super::{asks, chart, makes};
use crate::support::TestApp;
use penny::models::scripted::Step;
use penny::playground::{Human, Slack};
use serde_json::json;

async fn is_told(app: &TestApp, person: &Human, channel: &str, words: &str) -> String {
    let channel = match channel {
        "dm" => person.dm().unwrap(),
        channel => app.slack.channel(channel).unwrap(),
    };
    let look = |_: &Slack| {
        let seen = person.whispers(&channel).into_iter().rev();
        seen.map(|seen| seen.text).find(|text| text.contains(words))
    };
    app.slack.until(words, look).await.unwrap()
}

#[tokio::test]
async fn running_it_again_brings_a_new_version_into_the_same_thread() {
    let app = TestApp::start(makes("create_chart", chart("pie"))).await;
    let (maya, jonas) = (
        app.slack.person("maya").unwrap(),
        app.slack.person("jonas").unwrap(),
    );
    let thread = asks(&maya, "sales").await;
    maya.reads(&thread, "[chart: Pipeline by stage]")
        .await
        .unwrap();
    maya.reads(&thread, "There it is.").await.unwrap();
    app.settles().await;
    jonas.clicks(&thread, "Run again").await.unwrap();
    app.comes_true("a second version stands there", async || {
        let charts = jonas.sees(&thread).into_iter();
        charts.filter(|seen| seen.text.contains("[chart:")).count() == 2
    })
    .await;
    is_told(&app, &jonas, "sales", "making *Pipeline by stage* again").await;
    jonas.sees(&thread);
    let made = "select version::text || ' ' || p.name from core.artifact_versions v
        join core.people p on p.person_id = v.made_by order by version";
    let made = app.texts(made).await;
    assert!(
        made[0].starts_with("1 Maya") && made[1].starts_with("2 Jonas"),
        "{made:?}"
    );
    app.stop().await;
}

#[tokio::test]
async fn a_report_of_a_direct_conversation_is_seen_by_its_maker_alone() {
    let steps = makes("create_chart", chart("bar")).into_iter().chain([
        Step::calls("c2", "search_documents", json!({})),
        Step::says("Nothing is here."),
    ]);
    let app = TestApp::start(steps).await;
    let (maya, jonas) = (
        app.slack.person("maya").unwrap(),
        app.slack.person("jonas").unwrap(),
    );
    let said = maya.tells_penny("make it").await.unwrap();
    maya.reads(&said.thread(), "[chart: Pipeline by stage]")
        .await
        .unwrap();
    maya.reads(&said.thread(), "There it is.").await.unwrap();
    app.settles().await;

    // In a channel it is no longer for its maker alone, so not even she finds it there.
    let asked = maya
        .mentions_penny("sales", "which reports are there?")
        .await
        .unwrap();
    maya.reads(&asked.thread(), "Nothing is here.")
        .await
        .unwrap();
    let found = app.words_of_request(3);
    assert!(
        found.contains("No chart, report or export was found."),
        "{found}"
    );

    jonas.runs_command("sales", "/penny reports").await.unwrap();
    is_told(&app, &jonas, "sales", "There are no reports here yet").await;
    let id = app
        .texts("select artifact_id::text from core.artifacts")
        .await;
    assert_eq!(id.len(), 1);
    app.stop().await;
}

#[tokio::test]
async fn what_was_made_in_a_channel_is_listed_there_and_its_maker_deletes_it() {
    let app = TestApp::start(makes("create_chart", chart("bar"))).await;
    let (maya, jonas) = (
        app.slack.person("maya").unwrap(),
        app.slack.person("jonas").unwrap(),
    );
    let thread = asks(&maya, "sales").await;
    maya.reads(&thread, "[chart: Pipeline by stage]")
        .await
        .unwrap();
    maya.reads(&thread, "There it is.").await.unwrap();
    app.settles().await;
    jonas
        .runs_command("sales", "/penny reports pipeline")
        .await
        .unwrap();
    let list = is_told(&app, &jonas, "sales", "Pipeline by stage").await;
    assert!(list.contains("Run again"), "{list}");
    jonas
        .runs_command("random", "/penny reports")
        .await
        .unwrap();
    is_told(&app, &jonas, "random", "There are no reports here yet").await;
    app.settles().await;
    assert_eq!(app.count("select from core.artifact_versions").await, 1);
    app.stop().await;
}
