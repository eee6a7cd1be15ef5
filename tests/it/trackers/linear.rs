//! Linear becomes the company's data and stays in step.

use super::Company;
use chrono::{TimeDelta, Utc};
use penny::base::clock::TestClock;
use penny::playground::systems::linear::{Fault, Limit, Linear};
use serde_json::{Value, json};
use std::sync::Arc;
use std::time::Duration;

async fn company() -> (Company, Linear) {
    let linear = Linear::start().await.unwrap();
    let company = Company::with("linear", "LINEAR_BASE_URL", linear.url()).await;
    (company, linear)
}

/// Beside a Linear that has a clock of its own, so that some of it can be old.
async fn company_at(clock: &Arc<TestClock>) -> (Company, Linear) {
    let linear = Linear::start_at(clock.clone()).await.unwrap();
    let company = Company::with("linear", "LINEAR_BASE_URL", linear.url()).await;
    (company, linear)
}

/// So much later nothing that was there before counts as changed by the next run.
const A_WHILE: Duration = Duration::from_secs(10 * 60);

async fn projects(company: &Company) -> Vec<String> {
    let names = "select name from core.projects where source = 'linear' order by 1";
    company.app.texts(names).await
}

async fn keys(company: &Company) -> Vec<String> {
    company
        .app
        .texts("select key from core.issues where source = 'linear' order by created_at, key")
        .await
}

fn state(linear: &Linear, issue: &str) -> Value {
    let issues = linear.issues();
    let issue = issues.iter().find(|it| it["id"] == issue).unwrap();
    issue["state"]["name"].clone()
}

#[tokio::test]
async fn a_connected_linear_becomes_the_companys_data() {
    let (company, linear) = company().await;
    let maya = linear.user(&company.email_of_maya().await, "Maya");
    let team = linear.team("ENG", "Engineering");
    let project = linear.project(&team, "Checkout");
    let bug = linear.label("Bug");
    let issue = linear.issue(
        &team,
        json!({
            "title": "Totals are off by a cent", "description": "See the \u{0} log.",
            "assigneeId": maya, "projectId": project, "labelIds": [bug], "priority": 1,
            "dueDate": "2026-12-01", "estimate": 3,
        }),
    );
    assert_eq!(state(&linear, &issue), "Backlog");
    company.connects(linear.token()).await;
    let told = "select concat_ws(' | ', i.key, i.title, i.description, i.kind, i.status,
            i.priority, i.due_date, i.estimate_points, i.labels[1], p.name, who.slack_user_id,
            t.name, i.source_url)
        from core.issues i join core.projects p using (project_id)
        join core.people who on who.person_id = i.assignee_id
        join core.tracker_teams t on t.key = split_part(i.key, '-', 1)
        where i.source = 'linear'";
    assert_eq!(
        company.app.texts(told).await,
        [
            "ENG-1 | Totals are off by a cent | See the  log. | bug | backlog | urgent | \
          2026-12-01 | 3 | Bug | Checkout | U0MAYA | Engineering | \
          https://linear.app/wayfold/issue/ENG-1"
        ]
    );
    assert_eq!(company.health().await, "healthy");
    company.app.stop().await;
}

#[tokio::test]
async fn an_issue_has_all_of_its_labels_however_many_they_are() {
    let (company, linear) = company().await;
    let team = linear.team("ENG", "Engineering");
    let labels: Vec<String> = (0..12)
        .map(|it| linear.label(&format!("Label {it:02}")))
        .collect();
    let last = linear.label("Bug");
    let all: Vec<&String> = labels.iter().chain([&last]).collect();
    linear.issue(&team, json!({"title": "Labelled", "labelIds": all}));
    linear.issue(&team, json!({"title": "Plain", "labelIds": [labels[0]]}));
    company.connects(linear.token()).await;
    let kept = "select concat_ws(' ', title, kind, cardinality(labels)) from core.issues
        where source = 'linear' order by 1";
    assert_eq!(
        company.app.texts(kept).await,
        ["Labelled bug 13", "Plain chore 1"]
    );
    company.app.stop().await;
}

#[tokio::test]
async fn what_changes_while_linear_is_read_is_not_lost() {
    let (company, linear) = company().await;
    let team = linear.team("ENG", "Engineering");
    let mut issues = Vec::new();
    for number in 0..250 {
        issues.push(linear.issue(&team, json!({"title": format!("Issue {number}")})));
    }
    // The first page has been handed out when a record of the last page moves to the top, and
    // the very one that the cursor names does too.
    let page = linear.issues();
    linear.on_page("issues", move |linear, page_number| {
        if page_number == 1 {
            for issue in &page {
                assert!(linear.change(issue["id"].as_str().unwrap(), json!({"estimate": 5})));
            }
            assert!(linear.change(&issues[0], json!({"title": "Renamed meanwhile"})));
        }
    });
    company.connects(linear.token()).await;
    let renamed = "select from core.issues where title = 'Renamed meanwhile'";
    assert_eq!(company.app.count(renamed).await, 1);
    let estimated = "select from core.issues where source = 'linear' and estimate_points = 5";
    assert_eq!(company.app.count(estimated).await, 250);
    company.app.stop().await;
}

#[tokio::test]
async fn the_next_run_reads_what_changed_and_follows_what_was_put_away() {
    let (company, linear) = company().await;
    let team = linear.team("ENG", "Engineering");
    let issue = |title: &str| linear.issue(&team, json!({"title": title}));
    let (changed, archived) = (issue("To change"), issue("To archive"));
    let (old, trashed) = (issue("Closed long ago"), issue("To trash"));
    company.connects(linear.token()).await;
    assert_eq!(keys(&company).await.len(), 4);
    let before = linear.calls().len();
    assert!(linear.change(&changed, json!({"title": "Changed"})));
    assert!(linear.archive(&archived, false));
    assert!(linear.archive(&old, true));
    assert!(linear.change(&trashed, json!({"trashed": true})));
    company.reads_again().await;
    let titles = "select title from core.issues where source = 'linear' order by 1";
    assert_eq!(
        company.app.texts(titles).await,
        ["Changed", "Closed long ago"]
    );
    let asked = linear.calls().len() - before;
    assert_eq!(asked, 5, "one call a stream, and who sees which team");
    company.app.stop().await;
}

#[tokio::test]
async fn issues_of_private_teams_are_not_read_and_not_found() {
    let (company, linear) = company().await;
    let open = linear.team("ENG", "Engineering");
    let private = linear.private_team("HR", "People");
    linear.project(&private, "Layoffs");
    let secret = linear.issue(&private, json!({"title": "Salary of Ann"}));
    linear.issue(&open, json!({"title": "Salary page is slow"}));
    company.connects(linear.token()).await;
    assert_eq!(keys(&company).await, ["ENG-1"]);
    for table in [
        "core.tracker_teams where name = 'People'",
        "core.projects where name = 'Layoffs'",
    ] {
        assert_eq!(company.app.count(&format!("select from {table}")).await, 0);
    }
    let found = company
        .asks("search_issues", json!({"text": "salary"}))
        .await;
    let found = found.unwrap();
    assert_eq!(found["issues"].as_array().unwrap().len(), 1, "{found}");
    let got = company.asks("get_issue", json!({"issue": secret})).await;
    assert!(got.is_err());
    let said = company.cannot("comment_on_issue", json!({"issue": secret, "body": "Hm."}));
    assert!(said.await.contains("has no issue"));
    company.app.stop().await;
}

#[tokio::test]
async fn a_team_that_becomes_private_takes_its_issues_along_and_brings_them_back() {
    let clock = TestClock::at(Utc::now() - TimeDelta::hours(1));
    let (company, linear) = company_at(&clock).await;
    let (hr, open) = (
        linear.team("HR", "People"),
        linear.team("ENG", "Engineering"),
    );
    linear.issue(&hr, json!({"title": "Salary of Ann"}));
    linear.project(&hr, "Layoffs");
    clock.advance(A_WHILE);
    linear.issue(&open, json!({"title": "Slow page"}));
    linear.project(&open, "Checkout");
    company.connects(linear.token()).await;
    let all = ["HR-1", "ENG-1"];
    assert_eq!(keys(&company).await, all);
    let teams = "select name from core.tracker_teams where source = 'linear' order by 1";
    for (is_private, issues, named, known) in [
        (true, &all[1..], &["Checkout"][..], &["Engineering"][..]),
        (
            false,
            &all[..],
            &["Checkout", "Layoffs"][..],
            &["Engineering", "People"][..],
        ),
    ] {
        assert!(linear.makes_private(&hr, is_private));
        company.reads_again().await;
        assert_eq!(keys(&company).await, issues);
        assert_eq!(projects(&company).await, named);
        assert_eq!(company.app.texts(teams).await, known);
    }
    company.app.stop().await;
}

#[tokio::test]
async fn a_team_that_the_key_does_not_see_any_more_is_forgotten_with_all_of_it() {
    let clock = TestClock::at(Utc::now() - TimeDelta::hours(1));
    let (company, linear) = company_at(&clock).await;
    let (hr, open) = (
        linear.team("HR", "People"),
        linear.team("ENG", "Engineering"),
    );
    linear.issue(&hr, json!({"title": "Salary of Ann"}));
    linear.project(&hr, "Layoffs");
    clock.advance(A_WHILE);
    linear.issue(&open, json!({"title": "Slow page"}));
    company.connects(linear.token()).await;
    linear.hides(&hr);
    company.reads_again().await;
    assert_eq!(keys(&company).await, ["ENG-1"]);
    assert_eq!(projects(&company).await, [""; 0]);
    let teams = "select from core.tracker_teams where name = 'People'";
    assert_eq!(company.app.count(teams).await, 0);
    company.app.stop().await;
}

#[tokio::test]
async fn a_project_that_is_archived_or_thrown_away_is_gone() {
    let clock = TestClock::at(Utc::now() - TimeDelta::hours(1));
    let (company, linear) = company_at(&clock).await;
    let team = linear.team("ENG", "Engineering");
    let archived = linear.project(&team, "Archived");
    let deleted = linear.project(&team, "Deleted");
    clock.advance(A_WHILE);
    linear.project(&team, "Live");
    company.connects(linear.token()).await;
    assert_eq!(projects(&company).await, ["Archived", "Deleted", "Live"]);
    clock.advance(A_WHILE);
    assert!(linear.archive_project(&archived, false));
    assert!(linear.archive_project(&deleted, true));
    company.reads_again().await;
    assert_eq!(projects(&company).await, ["Live"]);
    company.app.stop().await;
}

#[tokio::test]
async fn a_limit_is_waited_out_and_a_revoked_key_is_said() {
    let (company, linear) = company().await;
    let team = linear.team("ENG", "Engineering");
    linear.issue(&team, json!({"title": "Patience"}));
    let limited = Fault::Limited(Limit {
        retry_after: Some(0),
    });
    linear.faults().on("/graphql#issues").next(2).hit(limited);
    linear.faults().on("/graphql#teams").hit(Fault::Status(502));
    company.connects(linear.token()).await;
    assert_eq!(keys(&company).await, ["ENG-1"]);
    assert_eq!(linear.faults().unused(), 0);
    linear.revoke_token();
    company.reads_again().await;
    let health = company.health().await;
    assert!(health.starts_with("broken: "), "{health}");
    let maya = company.app.slack.person("maya").unwrap();
    company
        .app
        .is_written(&maya, "I can’t read *Linear* any more")
        .await;
    company.app.stop().await;
}
