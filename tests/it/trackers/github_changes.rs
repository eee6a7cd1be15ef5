//! GitHub is changed by approval: once, as approved, and back again.

use super::Company;
use penny::approvals::State;
use penny::playground::systems::github::{Fault, GitHub};
use serde_json::{Value, json};

const API: &str = "acme/api";

async fn company() -> (Company, GitHub) {
    let github = GitHub::start().await.unwrap();
    let company = Company::with("github", "GITHUB_BASE_URL", github.url()).await;
    github.repository(API);
    github.label(API, "bug");
    github.user("maya-codes", None);
    company.connects(github.token()).await;
    (company, github)
}

async fn succeeds(company: &Company, operation: &str, wanted: Value) -> impl Sized + use<> {
    let (proposal, state) = company.changes(operation, wanted).await;
    assert_eq!(state, State::Succeeded, "{operation}");
    proposal
}

#[tokio::test]
async fn an_issue_is_made_changed_and_closed_again() {
    let (company, github) = company().await;
    let wanted = json!({
        "repository": API, "title": "Totals are off", "body": "By a cent.",
        "labels": ["bug"], "assignees": ["maya-codes"],
    });
    let (made, state) = company.changes("create_issue", wanted).await;
    assert_eq!(state, State::Succeeded);
    let issue = github.issues(API).remove(0);
    assert_eq!(issue["title"], "Totals are off");
    assert_eq!(issue["labels"][0]["name"], "bug");
    assert_eq!(issue["assignees"][0]["login"], "maya-codes");
    let wanted = json!({
        "issue": "acme/api#1", "title": "Off by a cent", "state": "completed", "labels": [],
    });
    let (changed, state) = company.changes("update_issue", wanted).await;
    assert_eq!(state, State::Succeeded);
    let issue = github.issues(API).remove(0);
    assert_eq!(
        (&issue["state"], &issue["labels"]),
        (&json!("closed"), &json!([]))
    );
    assert_eq!(issue["assignees"][0]["login"], "maya-codes", "untouched");
    assert_eq!(company.undoes(changed).await, State::Succeeded);
    let issue = github.issues(API).remove(0);
    assert_eq!(
        (&issue["state"], &issue["title"]),
        (&json!("open"), &json!("Totals are off"))
    );
    assert_eq!(issue["labels"][0]["name"], "bug");
    assert_eq!(company.undoes(made).await, State::Succeeded);
    assert_eq!(github.issues(API)[0]["state_reason"], "not_planned");
    company.app.stop().await;
}

#[tokio::test]
async fn a_change_to_code_goes_from_branch_to_merge() {
    let (company, github) = company().await;
    assert!(github.write(API, "main", "src/sum.rs", "old\n"));
    let wanted = json!({"repository": API, "branch": "penny/fix"});
    succeeds(&company, "create_branch", wanted).await;
    let wanted = json!({
        "repository": API, "branch": "penny/fix", "path": "src/sum.rs", "content": "new\n",
        "message": "Round once",
    });
    succeeds(&company, "write_file", wanted).await;
    assert_eq!(
        github.file(API, "penny/fix", "src/sum.rs").unwrap(),
        "new\n"
    );
    assert_eq!(github.file(API, "main", "src/sum.rs").unwrap(), "old\n");
    let wanted = json!({
        "repository": API, "head": "penny/fix", "title": "Round once", "body": "Fixes #1",
    });
    succeeds(&company, "create_pull_request", wanted).await;
    let pull = "acme/api#1";
    let wanted = json!({"pull_request": pull, "body": "Please look."});
    succeeds(&company, "comment_on_pull_request", wanted).await;
    let wanted = json!({"pull_request": pull, "title": "Round only once"});
    succeeds(&company, "update_pull_request", wanted).await;
    let wanted = json!({"pull_request": pull, "method": "squash"});
    succeeds(&company, "merge_pull_request", wanted).await;
    assert_eq!(github.file(API, "main", "src/sum.rs").unwrap(), "new\n");
    let read = "select state || ' ' || title from core.pull_requests where source = 'github'";
    assert_eq!(company.app.texts(read).await, ["merged Round only once"]);
    company.app.stop().await;
}

#[tokio::test]
async fn a_pull_request_without_a_text_is_opened_as_it_was_approved() {
    let (company, github) = company().await;
    github.branch(API, "fix");
    let wanted = json!({"repository": API, "head": "fix", "title": "Fix", "draft": true});
    succeeds(&company, "create_pull_request", wanted).await;
    assert_eq!(github.issues(API)[0]["title"], "Fix");
    let read = "select concat_ws(' ', title, is_draft) from core.pull_requests
         where source = 'github' and body is null";
    assert_eq!(company.app.texts(read).await, ["Fix t"]);
    company.app.stop().await;
}

#[tokio::test]
async fn files_and_branches_come_back_as_they_were() {
    let (company, github) = company().await;
    assert!(github.write(API, "main", "README.md", "Hello\n"));
    let file = |path: &str, content: &str| {
        json!({
            "repository": API, "branch": "main", "path": path, "content": content,
            "message": "Write it",
        })
    };
    let (changed, _) = company
        .changes("write_file", file("README.md", "Bye\n"))
        .await;
    let (made, _) = company
        .changes("write_file", file("docs/new.md", "New\n"))
        .await;
    assert_eq!(github.file(API, "main", "docs/new.md").unwrap(), "New\n");
    assert_eq!(company.undoes(changed).await, State::Succeeded);
    assert_eq!(company.undoes(made).await, State::Succeeded);
    assert_eq!(github.file(API, "main", "README.md").unwrap(), "Hello\n");
    assert_eq!(github.file(API, "main", "docs/new.md"), None);
    let wanted = json!({"repository": API, "branch": "spike", "from": "main"});
    let (branch, _) = company.changes("create_branch", wanted).await;
    assert_eq!(github.branches(API), ["main", "spike"]);
    assert_eq!(company.undoes(branch).await, State::Succeeded);
    assert_eq!(github.branches(API), ["main"]);
    company.app.stop().await;
}

#[tokio::test]
async fn what_was_written_without_an_answer_is_found_and_not_written_twice() {
    let (company, github) = company().await;
    let faults = github.faults();
    let at = "/repos/acme/api/issues";
    faults.on(at).method("POST").hit(Fault::Cut);
    let wanted = json!({"repository": API, "title": "Once", "body": "Only."});
    succeeds(&company, "create_issue", wanted).await;
    assert_eq!(github.issues(API).len(), 1);
    faults
        .on("/repos/acme/api/issues/1/comments")
        .method("POST")
        .hit(Fault::Cut);
    let wanted = json!({"issue": "acme/api#1", "body": "On it."});
    let (comment, state) = company.changes("comment_on_issue", wanted).await;
    assert_eq!(state, State::Succeeded);
    assert_eq!(github.comments(API).len(), 1);
    assert_eq!(company.undoes(comment).await, State::Succeeded);
    assert!(github.comments(API).is_empty());
    faults
        .on("/repos/acme/api/git/refs")
        .method("POST")
        .hit(Fault::Status(502));
    let wanted = json!({"repository": API, "branch": "spike"});
    succeeds(&company, "create_branch", wanted).await;
    assert_eq!(faults.unused(), 0);
    company.app.stop().await;
}

#[tokio::test]
async fn what_github_would_swallow_or_refuse_is_said_before_anybody_is_asked() {
    let (company, github) = company().await;
    github.issue(API, json!({"title": "Slow"}));
    let done = json!({"title": "Old", "state": "closed", "state_reason": "completed"});
    github.issue(API, done);
    github.branch(API, "fix");
    for (operation, wanted, said) in [
        (
            "create_issue",
            json!({"repository": "acme/none", "title": "x"}),
            "no repository",
        ),
        (
            "create_issue",
            json!({"repository": "api", "title": "x"}),
            "like acme/api",
        ),
        (
            "update_issue",
            json!({"issue": "acme/api#7", "title": "x"}),
            "no issue acme/api#7",
        ),
        (
            "update_issue",
            json!({"issue": "acme/api#1", "labels": ["bgu"]}),
            "label \"bgu\"",
        ),
        (
            "update_issue",
            json!({"issue": "acme/api#1", "title": "Slow"}),
            "like that already",
        ),
        (
            "update_issue",
            json!({"issue": "acme/api#2", "state": "not_planned"}),
            "Reopen it first",
        ),
        (
            "create_branch",
            json!({"repository": API, "branch": "fix"}),
            "already",
        ),
        (
            "merge_pull_request",
            json!({"pull_request": "acme/api#1"}),
            "no pull request",
        ),
        (
            "delete_branch",
            json!({"repository": API, "branch": "fix", "commit": "x"}),
            "further",
        ),
    ] {
        let heard = company.cannot(operation, wanted).await;
        assert!(heard.contains(said), "{operation}: {heard}");
    }
    company.app.stop().await;
}
