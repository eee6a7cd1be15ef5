//! The demo company's systems: what Penny reads from their stand-ins is what the demo has filled
//! in already, and what is approved is changed there.

use crate::support::TestApp;
use chrono::Utc;
use penny::connectors::registry;
use penny::demo;
use penny::models::scripted::Step;
use penny::playground::systems::github::GitHub;
use penny::playground::systems::hubspot::{DEALS, HubSpot};
use penny::playground::systems::linear::Linear;
use serde_json::json;

/// All of a row but what only the source knows of it.
const ROWS: [(&str, &str); 7] = [
    ("pipelines", "name"),
    ("pipeline_stages", "name"),
    ("accounts", "name"),
    ("contacts", "name"),
    ("deals", "name"),
    ("activities", "kind"),
    ("goals", "name"),
];

async fn rows(app: &TestApp, table: &str, name: &str) -> Vec<String> {
    // Settings of an account have no moment of change that anybody minds.
    let apart = match table {
        "pipelines" | "pipeline_stages" => "array['raw', 'created_at', 'updated_at']",
        _ => "array['raw']",
    };
    let sql = format!(
        "select {name} || ' ' || (to_jsonb(t) - {apart})::text from core.{table} as t order by source, source_id"
    );
    app.texts(&sql).await
}

#[tokio::test]
async fn reading_the_demo_companys_hubspot_finds_what_is_there_already() {
    let hubspot = HubSpot::start().await.unwrap();
    let now = Utc::now();
    hubspot.furnish(now);
    let app = TestApp::build([Step::says("Hello.")])
        .setting("HUBSPOT_BASE_URL", hubspot.url())
        .start()
        .await;
    let maya = app.slack.person("maya").unwrap();
    let said = maya.tells_penny("hello").await.unwrap();
    maya.waits_for_answer(&said.thread()).await.unwrap();
    app.settles().await;
    let services = &app.process().app.services;
    let org = services.workspaces.all()[0].org;
    demo::seed(&services.db, org, now, 1, &|_| ())
        .await
        .unwrap();
    let mut before = Vec::new();
    for (table, name) in ROWS {
        before.push(rows(&app, table, name).await);
    }
    let person = "select person_id::text from core.people where slack_user_id = 'U0MAYA'";
    let person = app.texts(person).await.remove(0).parse().unwrap();
    let connector = registry::find("hubspot").unwrap();
    services
        .connections
        .connect(org, person, connector, hubspot.token())
        .await
        .unwrap();
    app.settles().await;
    let read = "select rows_read from core.sync_runs where state = 'done' and rows_read > 500";
    assert_eq!(app.count(read).await, 1);
    for ((table, name), before) in ROWS.into_iter().zip(before) {
        let after = rows(&app, table, name).await;
        assert_eq!(after.len(), before.len(), "{table}");
        for (after, before) in after.iter().zip(&before) {
            assert_eq!(after, before, "{table}");
        }
    }
    app.has_what_is_announced_by("hubspot").await;
    let connections = "select from core.connections where system = 'hubspot'";
    assert_eq!(app.count(connections).await, 1);
    let logged = "select from core.meetings where source = 'hubspot'";
    assert!(app.count(logged).await > 10, "they are in a calendar, too");
    let twice = "select 'twice ' || count(*) as told from (
        select title from meetings group by title, starts_at having count(*) > 1) as t";
    app.model.add([
        Step::calls("c1", "run_sql_query", json!({"sql": twice})),
        Step::says("There."),
    ]);
    maya.tells_penny("any meeting twice?").await.unwrap();
    app.settles().await;
    app.slack.calls().mark_all_read();
    let told = app.words_of_request(app.model.requests().len() - 1);
    assert!(told.contains("twice 0"), "{told}");
    let changed = hubspot.records(DEALS).remove(0);
    hubspot
        .change(DEALS, &changed.id, &[("amount", "1")])
        .unwrap();
    services
        .connections
        .read_now(org, person, "hubspot")
        .await
        .unwrap();
    app.settles().await;
    let amount = format!(
        "select amount::text from core.deals where source_id = 'deals/{}'",
        changed.id
    );
    assert_eq!(app.texts(&amount).await, ["1.00"]);
    app.stop().await;
}

/// What a tracker says of a row, without what only the demo knows besides.
const OF_TRACKERS: [(&str, &str); 4] = [
    (
        "projects",
        "project_id, key, name, description, status, start_date, target_date, owner_id",
    ),
    (
        "issues",
        "key, title, description, kind, status, priority, project_id, assignee_id, labels,
         estimate_points, due_date, started_at, completed_at, source_url, created_at",
    ),
    (
        "repositories",
        "repository_id, name, description, main_language, source_url",
    ),
    (
        "pull_requests",
        // Reviews of what was closed long ago are not read.
        "number, title, body, branch, state, is_draft, repository_id, lines_added, merged_at,
         case when state = 'open' or closed_at > now() - interval '89 days' then review_status end, closed_at, source_url, owner_id, created_at",
    ),
];

async fn of_trackers(app: &TestApp) -> Vec<Vec<String>> {
    let mut all = Vec::new();
    for (table, columns) in OF_TRACKERS {
        let sql = format!(
            "select row_to_json(t)::text from (select {columns} from core.{table}
             order by source, source_id) as t"
        );
        all.push(app.texts(&sql).await);
    }
    all
}

#[tokio::test]
async fn reading_the_demo_companys_trackers_finds_what_is_there_already() {
    let (linear, github) = (
        Linear::start().await.unwrap(),
        GitHub::start().await.unwrap(),
    );
    let now = Utc::now();
    linear.furnish(now);
    github.furnish(now);
    let app = TestApp::build([Step::says("Hello.")])
        .setting("LINEAR_BASE_URL", linear.url())
        .setting("GITHUB_BASE_URL", github.url())
        .start()
        .await;
    let maya = app.slack.person("maya").unwrap();
    let said = maya.tells_penny("hello").await.unwrap();
    maya.waits_for_answer(&said.thread()).await.unwrap();
    app.settles().await;
    let services = &app.process().app.services;
    let org = services.workspaces.all()[0].org;
    let seeded = demo::seed(&services.db, org, now, 1, &|_| ()).await;
    seeded.unwrap();
    let before = of_trackers(&app).await;
    let person = "select person_id::text from core.people where slack_user_id = 'U0MAYA'";
    let person = app.texts(person).await.remove(0).parse().unwrap();
    for (system, key) in [("linear", linear.token()), ("github", github.token())] {
        let connector = registry::find(system).unwrap();
        let connections = &services.connections;
        let connected = connections.connect(org, person, connector, key).await;
        connected.unwrap();
        app.settles().await;
    }
    app.has_what_is_announced_by("linear").await;
    let read = "select rows_read from core.sync_runs where state = 'done' and rows_read > 100";
    assert_eq!(app.count(read).await, 2);
    // What the demo model's help names.
    for named in [
        "select from core.issues where key = 'ROUTE-100'",
        "select from core.repositories join core.pull_requests using (org_id, repository_id)
         where name = 'wayfold/planner' and number = 400",
    ] {
        assert_eq!(app.count(named).await, 1, "{named}");
    }
    let after = of_trackers(&app).await;
    for ((after, before), (table, _)) in after.iter().zip(&before).zip(OF_TRACKERS) {
        assert_eq!(after.len(), before.len(), "{table}");
        for (after, before) in after.iter().zip(before) {
            assert_eq!(after, before, "{table}");
        }
    }
    app.stop().await;
}
