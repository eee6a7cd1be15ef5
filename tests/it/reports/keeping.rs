//! What was made is kept: found again, run again and deleted, by those it was made for.

use super::{asks, chart, makes};
use crate::support::TestApp;
use penny::models::scripted::Step;
use penny::playground::{Human, Thread};
use serde_json::json;

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
    app.is_told(&jonas, "sales", "making *Pipeline by stage* again")
        .await;
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
    app.is_told(&jonas, "sales", "There are no reports here yet")
        .await;
    let id = app
        .texts("select artifact_id::text from core.artifacts")
        .await;
    assert_eq!(id.len(), 1);
    app.stop().await;
}

/// `/penny reports …` of this person in #sales, to click in.
async fn lists(app: &TestApp, person: &Human, words: &str) -> Thread {
    let typed = format!("/penny reports {words}");
    person.runs_command("sales", &typed).await.unwrap();
    app.is_told(person, "sales", "Pipeline by stage").await;
    app.settles().await;
    app.whisper(person, "sales", "Pipeline by stage")
}

#[tokio::test]
async fn what_was_made_in_a_channel_is_listed_there_and_its_maker_or_an_administrator_deletes_it() {
    let app = TestApp::start(makes("create_chart", chart("bar"))).await;
    let person = |name| app.slack.person(name).unwrap();
    let (jonas, priya) = (person("jonas"), person("priya"));
    let thread = asks(&jonas, "sales").await;
    jonas
        .reads(&thread, "[chart: Pipeline by stage]")
        .await
        .unwrap();
    jonas.reads(&thread, "There it is.").await.unwrap();
    app.settles().await;
    let of_priya = lists(&app, &priya, "pipeline").await;
    let seen = priya.sees(&of_priya).pop().unwrap();
    assert!(seen.text.contains("Run again"), "{}", seen.text);
    assert!(priya.clicks(&of_priya, "Delete").await.is_err());
    priya
        .runs_command("random", "/penny reports")
        .await
        .unwrap();
    app.is_told(&priya, "random", "There are no reports here yet")
        .await;
    priya
        .runs_command("sales", "/penny reports zebras")
        .await
        .unwrap();
    app.is_told(&priya, "sales", "no report about “zebras”")
        .await;

    // It becomes somebody else’s after he has listed it as his own.
    let of_jonas = lists(&app, &jonas, "").await;
    let blocks = format!("{:?}", jonas.sees(&of_jonas).pop().unwrap().blocks);
    assert!(blocks.contains("Delete this report?"), "it asks first");
    let belongs_to = async |name: &str| {
        app.execute(&format!(
            "update core.artifacts set made_by =
                 (select person_id from core.people where name like '{name}%')"
        ))
        .await;
    };
    belongs_to("Priya").await;
    jonas.clicks(&of_jonas, "Delete").await.unwrap();
    app.is_told(&jonas, "sales", "Only whoever asked for that report")
        .await;
    assert_eq!(app.count("select from core.artifact_versions").await, 1);
    belongs_to("Jonas").await;
    jonas.clicks(&of_jonas, "Delete").await.unwrap();
    app.is_told(&jonas, "sales", "I’ve deleted *Pipeline by stage*")
        .await;
    assert_eq!(app.count("select from core.artifacts").await, 0);
    jonas.clicks(&of_jonas, "Delete").await.unwrap();
    app.is_told(&jonas, "sales", "I don’t have that report any more")
        .await;
    jonas.sees(&thread);
    app.stop().await;
}

#[tokio::test]
async fn an_administrator_deletes_what_somebody_else_had_made() {
    let app = TestApp::start(makes("create_chart", chart("bar"))).await;
    let (maya, jonas) = (
        app.slack.person("maya").unwrap(),
        app.slack.person("jonas").unwrap(),
    );
    let thread = asks(&jonas, "sales").await;
    jonas.reads(&thread, "There it is.").await.unwrap();
    app.settles().await;
    let list = lists(&app, &maya, "").await;
    maya.clicks(&list, "Delete").await.unwrap();
    app.is_told(&maya, "sales", "I’ve deleted *Pipeline by stage*")
        .await;
    assert_eq!(app.count("select from core.artifact_versions").await, 0);
    jonas.sees(&thread);
    app.stop().await;
}

#[tokio::test]
async fn of_many_reports_the_newest_are_listed_and_the_others_found_by_words() {
    let app = TestApp::start(makes("create_chart", chart("bar"))).await;
    let jonas = app.slack.person("jonas").unwrap();
    let thread = asks(&jonas, "sales").await;
    jonas.reads(&thread, "There it is.").await.unwrap();
    app.settles().await;
    app.execute(
        "insert into core.artifacts (org_id, artifact_id, kind, title, recipe, made_by,
             audience_channel, workspace_id, channel_id, thread_ts, turn_id, tool_use_id)
         select org_id, gen_random_uuid(), kind, 'Newer ' || n, recipe, made_by, audience_channel,
             workspace_id, channel_id, thread_ts, turn_id, 'more' || n
         from core.artifacts, generate_series(1, 12) as n;
         insert into core.artifact_versions (org_id, artifact_id, version, made_by, blocks, words,
             row_count, had_outsiders, state, made_at)
         select a.org_id, a.artifact_id, 1, a.made_by, '[]', 'of figures', 1, false, 'delivered',
             now() + interval '1 minute'
         from core.artifacts a where title like 'Newer%'",
    )
    .await;
    jonas.runs_command("sales", "/penny reports").await.unwrap();
    let listed = app.is_told(&jonas, "sales", "These are the newest").await;
    assert!(!listed.contains("Pipeline by stage"), "{listed}");
    let found = lists(&app, &jonas, "stage").await;
    let found = jonas.sees(&found).pop().unwrap();
    assert!(!found.text.contains("Newer"), "{}", found.text);
    assert!(!found.text.contains("These are"), "{}", found.text);
    jonas.sees(&thread);
    app.stop().await;
}

/// Two accounts; the second time one has gone, another has come, and one has grown.
async fn accounts(app: &TestApp, rows: &[(&str, i64)]) {
    app.execute("delete from core.accounts where source = 'test'")
        .await;
    for (name, people) in rows {
        app.execute(&format!(
            "insert into core.accounts (org_id, account_id, name, employee_count, lifecycle, source, source_id)
             select org_id, gen_random_uuid(), '{name}', {people}, 'customer', 'test', '{name}'
             from core.installations"
        ))
        .await;
    }
}

fn headcount(kind: &str) -> serde_json::Value {
    let sql =
        "select name, employee_count as people from accounts where source = 'test' order by 1";
    match kind {
        "create_report" => json!({
            "title": "Accounts", "headline": "Who they are.", "markdown": "{{all}}",
            "parts": [{"name": "all", "title": "People", "sql": sql}],
        }),
        _ => json!({"title": "People", "sql": sql, "type": "bar"}),
    }
}

#[tokio::test]
async fn what_is_run_again_says_what_has_changed() {
    let app = TestApp::start(makes("create_chart", headcount("create_chart"))).await;
    let maya = app.slack.person("maya").unwrap();
    accounts(&app, &[("Aster", 10), ("Birch", 20)]).await;
    let thread = asks(&maya, "sales").await;
    let first = maya.reads(&thread, "[chart: People]").await.unwrap();
    assert!(!first.text.contains("Since the last one"), "{}", first.text);
    maya.reads(&thread, "There it is.").await.unwrap();
    app.settles().await;

    accounts(&app, &[("Birch", 25), ("Cedar", 5)]).await;
    maya.clicks(&thread, "Run again").await.unwrap();
    let second = maya.reads(&thread, "Since the last one").await.unwrap();
    let changed = "People: Birch 20 → 25; new: Cedar; gone: Aster";
    assert!(second.text.contains(changed), "{}", second.text);
    app.settles().await;
    maya.clicks(&thread, "Run again").await.unwrap();
    maya.reads(&thread, "nothing in it has changed")
        .await
        .unwrap();
    app.settles().await;
    app.slack.calls().mark_all_read();
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_schedule_makes_is_compared_with_what_its_last_run_made() {
    let made = |id: &str| {
        [
            Step::calls(id, "create_report", headcount("create_report"))
                .when_asked("since yesterday"),
            Step::says("There it is."),
        ]
    };
    let steps = made("c1").into_iter().chain(made("c2"));
    let desk = crate::schedules::desk::Desk::open(steps).await;
    accounts(&desk.app, &[("Aster", 10)]).await;
    desk.schedules(&desk.maya, "every weekday at 9").await;
    assert_eq!(desk.time_is("2026-11-23T08:00:01Z").await, 1);
    assert_eq!(desk.states().await, ["done"]);

    accounts(&desk.app, &[("Aster", 12)]).await;
    assert_eq!(desk.time_is("2026-11-24T08:00:01Z").await, 1);
    assert_eq!(desk.states().await, ["done", "done"]);
    let told = desk.app.words_of_request(3);
    assert!(told.contains("People: Aster 10 → 12"), "{told}");
    let changes = "select coalesce(changes, 'none') from core.artifact_versions order by made_at";
    let changes = desk.app.texts(changes).await;
    assert_eq!(changes, ["none", "People: Aster 10 → 12"]);
    desk.close().await;
}
