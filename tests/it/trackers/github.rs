//! GitHub becomes the company's data and stays in step.

use super::Company;
use penny::playground::systems::github::{Fault, GitHub, Secondary};
use serde_json::json;

const API: &str = "acme/api";

async fn company() -> (Company, GitHub) {
    let github = GitHub::start().await.unwrap();
    let company = Company::with("github", "GITHUB_BASE_URL", github.url()).await;
    github.repository(API);
    (company, github)
}

async fn titles(company: &Company) -> Vec<String> {
    let titles = "select title from core.issues where source = 'github' order by 1";
    company.app.texts(titles).await
}

#[tokio::test]
async fn a_connected_github_becomes_the_companys_data() {
    let (company, github) = company().await;
    let email = company.email_of_maya().await;
    let maya = github.user("maya-codes", Some(&email));
    github.user("shy", None);
    github.issue(
        API,
        json!({
            "title": "Totals are off", "body": "By a cent.\u{0}", "user": maya,
            "labels": [{"name": "bug"}, {"name": "P1"}], "assignees": [maya],
        }),
    );
    github.branch(API, "fix");
    let pull = github.pull(
        API,
        json!({"title": "Round once", "body": "Fixes #1", "head": "fix", "base": "main"}),
    );
    github.review(API, pull, "maya-codes", "APPROVED");
    company.connects(github.token()).await;
    assert_eq!(company.health().await, "healthy");
    let told = "select concat_ws(' | ', i.key, i.title, i.description, i.kind, i.priority,
            i.status, owner.slack_user_id, assignee.slack_user_id, r.name, p.title,
            p.review_status, p.branch, p.state)
        from core.issues i
        join core.people owner on owner.person_id = i.owner_id
        join core.people assignee on assignee.person_id = i.assignee_id
        join core.repositories r on r.name = split_part(i.key, '#', 1)
        join core.pull_requests p on p.issue_id = i.issue_id
            and p.repository_id = r.repository_id
        where i.source = 'github'";
    assert_eq!(
        company.app.texts(told).await,
        [
            "acme/api#1 | Totals are off | By a cent. | bug | high | todo | U0MAYA | U0MAYA | \
          acme/api | Round once | approved | fix | open"
        ]
    );
    let commits = "select message from core.commits where source = 'github'";
    assert_eq!(company.app.texts(commits).await, ["Begin"]);
    company.app.has_what_is_announced_by("github").await;
    company.app.stop().await;
}

#[tokio::test]
async fn many_issues_that_change_while_they_are_read_are_all_there() {
    let (company, github) = company().await;
    for number in 0..230 {
        let at = format!("2026-01-{:02}T00:00:00Z", number / 10 + 1);
        github.issue(
            API,
            json!({"title": format!("Issue {number:03}"), "updated_at": at}),
        );
    }
    // The first page is out when one of it moves to the end, which pushes all others forward.
    github.on_page("/repos/acme/api/issues", |github, page| {
        if page == 1 {
            assert!(github.change(API, 1, json!({"title": "Issue 000, renamed"})));
        }
    });
    company.connects(github.token()).await;
    let titles = titles(&company).await;
    assert_eq!(titles.len(), 230);
    assert_eq!(titles[0], "Issue 000, renamed");
    company.app.stop().await;
}

#[tokio::test]
async fn the_next_run_reads_only_what_changed() {
    let (company, github) = company().await;
    for number in 0..120 {
        github.issue(
            API,
            json!({"title": format!("Old {number}"), "updated_at": "2026-01-01T00:00:00Z"}),
        );
    }
    github.branch(API, "work");
    let pull = github.pull(
        API,
        json!({"title": "Work", "head": "work", "base": "main"}),
    );
    company.connects(github.token()).await;
    let before = github.calls().len();
    github.change(API, 1, json!({"title": "Old 0, closed", "state": "closed"}));
    github.change(API, pull, json!({"state": "closed"}));
    assert!(github.commit(API, "More"));
    company.reads_again().await;
    let status = "select status from core.issues where title = 'Old 0, closed'";
    assert_eq!(company.app.texts(status).await, ["done"]);
    let state = "select state from core.pull_requests where source = 'github'";
    assert_eq!(company.app.texts(state).await, ["closed"]);
    let commits = "select message from core.commits where source = 'github' order by message";
    assert_eq!(company.app.texts(commits).await, ["Begin", "More"]);
    let calls = github.calls().split_off(before);
    let issues = calls.iter().filter(|call| call.path.ends_with("/issues"));
    assert_eq!(issues.count(), 1, "{calls:#?}");
    let people = calls.iter().filter(|call| call.path.starts_with("/users/"));
    assert_eq!(people.count(), 0, "people are read once a day");
    company.app.stop().await;
}

#[tokio::test]
async fn what_is_in_a_repository_goes_and_moves_with_it() {
    let (company, github) = company().await;
    github.repository("acme/api-docs");
    github.repository("acme/old");
    for repo in [API, "acme/api-docs", "acme/old"] {
        github.issue(repo, json!({"title": format!("In {repo}")}));
    }
    company.connects(github.token()).await;
    assert_eq!(titles(&company).await.len(), 3);
    assert!(github.delete_repository("acme/old"));
    github.rename_repository(API, "acme/core");
    company.reads_again().await;
    let keys = "select key from core.issues where source = 'github' order by 1";
    let kept = ["acme/api-docs#1", "acme/core#1"];
    assert_eq!(company.app.texts(keys).await, kept);
    let repositories = "select name from core.repositories where source = 'github' order by 1";
    let kept = ["acme/api-docs", "acme/core"];
    assert_eq!(company.app.texts(repositories).await, kept);
    let commits = "select from core.commits where source = 'github'";
    assert_eq!(company.app.count(commits).await, 2);
    company.app.stop().await;
}

#[tokio::test]
async fn what_was_tidied_up_right_before_a_repository_was_archived_is_read() {
    let (company, github) = company().await;
    github.issue(API, json!({"title": "Never mind"}));
    github.branch(API, "work");
    let pull = github.pull(
        API,
        json!({"title": "Work", "head": "work", "base": "main"}),
    );
    company.connects(github.token()).await;
    let closed = json!({"state": "closed", "state_reason": "not_planned"});
    assert!(github.change(API, 1, closed));
    assert!(github.change(API, pull, json!({"state": "closed"})));
    assert!(github.commit(API, "Say where it went"));
    github.archive_repository(API);
    company.reads_again().await;
    let states = "select concat_ws(' ', r.is_archived, i.status, p.state)
        from core.repositories r
        join core.issues i on i.source = 'github'
        join core.pull_requests p on p.repository_id = r.repository_id";
    assert_eq!(company.app.texts(states).await, ["t cancelled closed"]);
    let commits = "select message from core.commits where source = 'github' order by message";
    let both = ["Begin", "Say where it went"];
    assert_eq!(company.app.texts(commits).await, both);
    company.app.stop().await;
}

#[tokio::test]
async fn many_pull_requests_are_read_although_few_calls_at_a_time_are_allowed() {
    let (company, github) = company().await;
    github.branch(API, "work");
    for number in 0..50 {
        let title = format!("Change {number:02}");
        github.pull(API, json!({"title": title, "head": "work", "base": "main"}));
    }
    let pulls = "/repos/acme/api/pulls";
    for _ in 0..2 {
        let limit = Fault::Limited(Secondary);
        github.faults().on(pulls).after(40).next(4).hit(limit);
    }
    company.connects(github.token()).await;
    let read = "select from core.pull_requests where source = 'github'";
    assert_eq!(company.app.count(read).await, 50);
    assert_eq!(github.faults().unused(), 0);
    let calls = github.calls().into_iter();
    let calls = calls.filter(|call| call.path.starts_with(pulls)).count();
    assert!(calls < 150, "{calls} calls: what was read was read again");
    company.app.stop().await;
}

#[tokio::test]
async fn a_repository_that_github_took_down_is_passed_over_and_said_and_the_others_are_read() {
    let (company, github) = company().await;
    for name in ["acme/a-taken", "acme/b-hidden"] {
        github.repository(name);
        github.issue(name, json!({"title": format!("In {name}")}));
    }
    github.show_to("acme/b-hidden", None);
    company.connects(github.token()).await;
    assert_eq!(company.health().await, "healthy");
    github.block_repository("acme/a-taken", 451);
    github.block_repository("acme/b-hidden", 403);
    github.issue(API, json!({"title": "Still there"}));
    assert!(github.commit(API, "More"));
    company.reads_again().await;
    let kept = ["In acme/a-taken", "In acme/b-hidden", "Still there"];
    assert_eq!(titles(&company).await, kept);
    let commits = "select from core.commits where source = 'github' and message = 'More'";
    assert_eq!(company.app.count(commits).await, 1);
    let health = company.health().await;
    assert!(health.starts_with("healthy: All is read but "), "{health}");
    assert!(
        health.contains("a private repository, acme/a-taken: it is blocked"),
        "{health}"
    );
    let next = "select from core.connections where system = 'github' and next_sync_at > now()";
    assert_eq!(company.app.count(next).await, 1);
    company.app.stop().await;
}

#[tokio::test]
async fn a_limit_is_waited_out_and_a_revoked_token_is_said() {
    let (company, github) = company().await;
    github.issue(API, json!({"title": "Patience"}));
    let faults = github.faults();
    faults
        .on("/repos/acme/api/issues")
        .next(2)
        .hit(Fault::Limited(Secondary));
    faults.on("/repos/acme/api/pulls").hit(Fault::Status(502));
    company.connects(github.token()).await;
    assert_eq!(titles(&company).await, ["Patience"]);
    assert_eq!(github.faults().unused(), 0);
    github.revoke_token();
    company.reads_again().await;
    let health = company.health().await;
    assert!(health.starts_with("broken: "), "{health}");
    let maya = company.app.slack.person("maya").unwrap();
    company
        .app
        .is_written(&maya, "I can’t read *GitHub* any more")
        .await;
    company.app.stop().await;
}

#[tokio::test]
async fn files_diffs_and_searches_are_asked_live_and_only_at_home() {
    let (company, github) = company().await;
    assert!(github.write(API, "main", "src/sum.rs", "fn sum() { round(cents) }\n"));
    github.issue(API, json!({"title": "Round once"}));
    github.branch(API, "fix");
    github.pull(API, json!({"title": "Fix", "head": "fix", "base": "main"}));
    company.connects(github.token()).await;
    let asks = async |query, arguments| company.asks(query, arguments).await.unwrap();
    let at = json!({"repository": API, "path": "src/sum.rs"});
    let file = asks("get_file", at).await;
    assert_eq!(file["content"], "fn sum() { round(cents) }\n");
    let listed = asks("list_directory", json!({"repository": API})).await;
    assert_eq!(listed, json!([{"name": "src", "type": "dir", "size": 0}]));
    let found = asks("search_code", json!({"text": "round cents user:torvalds"})).await;
    assert_eq!(found["found"][0]["repository"], API);
    assert_eq!(found["found_in_all"], 1);
    let found = asks("search_issues", json!({"text": "once", "repository": API})).await;
    assert_eq!(found["found"][0]["title"], "Round once");
    let found = asks("search_issues", json!({"text": "fix", "repository": API})).await;
    assert_eq!(found["found"][0]["title"], "Fix", "a pull request");
    let both = asks("search_issues", json!({"text": "acme", "repository": API})).await;
    assert_eq!(both["found_in_all"], 2, "{both}");
    let pull = asks("get_pull_request", json!({"pull_request": "acme/api#2"})).await;
    assert!(pull["diff"].as_str().unwrap().starts_with("diff --git"));
    let issue = asks("get_issue", json!({"issue": "acme/api#1"})).await;
    assert_eq!(issue["comments_are_whole"], true);
    for number in 0..101 {
        github.comment(API, 1, &format!("Word {number}"));
    }
    let issue = asks("get_issue", json!({"issue": "acme/api#1"})).await;
    assert_eq!(issue["comments"].as_array().unwrap().len(), 100);
    assert_eq!(issue["comments_are_whole"], false);
    for (query, wrong) in [
        ("get_file", json!({"repository": API, "path": "src"})),
        ("get_file", json!({"repository": "acme/../..", "path": "x"})),
        ("get_issue", json!({"issue": "acme/api#99"})),
    ] {
        assert!(company.asks(query, wrong).await.is_err());
    }
    company.app.stop().await;
}
