//! Linear is changed by approval: once, as approved, and back again.

use super::Company;
use penny::approvals::State;
use penny::playground::systems::linear::{Fault, Linear};
use serde_json::{Value, json};

struct Tracker {
    company: Company,
    linear: Linear,
    team: String,
}

impl Tracker {
    async fn start() -> Self {
        let linear = Linear::start().await.unwrap();
        let company = Company::with("linear", "LINEAR_BASE_URL", linear.url()).await;
        let team = linear.team("ENG", "Engineering");
        linear.user(&company.email_of_maya().await, "Maya Lindqvist");
        linear.label("Bug");
        linear.label("Backend");
        linear.project(&team, "Checkout");
        company.connects(linear.token()).await;
        Self {
            company,
            linear,
            team,
        }
    }

    fn only_issue(&self) -> Value {
        let mut issues = self.linear.issues();
        assert_eq!(issues.len(), 1);
        issues.remove(0)
    }
}

#[tokio::test]
async fn an_issue_is_made_with_everything_named_and_put_away_again() {
    let tracker = Tracker::start().await;
    let email = tracker.company.email_of_maya().await;
    let wanted = json!({
        "team": "eng", "title": "Totals are off", "description": "By *one* cent.",
        "state": "in progress", "assignee": email, "priority": "high", "project": "checkout",
        "labels": ["bug", "backend"], "due_date": "2026-12-01",
    });
    let (proposal, state) = tracker.company.changes("create_issue", wanted).await;
    assert_eq!(state, State::Succeeded);
    let issue = tracker.only_issue();
    let shown = [
        &issue["title"],
        &issue["state"]["name"],
        &issue["assignee"]["name"],
        &issue["priorityLabel"],
        &issue["project"]["name"],
        &issue["labels"]["nodes"][0]["name"],
        &issue["dueDate"],
    ];
    assert_eq!(
        json!(shown),
        json!([
            "Totals are off",
            "In Progress",
            "Maya Lindqvist",
            "High",
            "Checkout",
            "Backend",
            "2026-12-01"
        ])
    );
    let read = "select status from core.issues where title = 'Totals are off'";
    assert_eq!(tracker.company.app.texts(read).await, ["in_progress"]);
    assert_eq!(tracker.company.undoes(proposal).await, State::Succeeded);
    assert_ne!(tracker.only_issue()["archivedAt"], Value::Null);
    tracker.company.app.stop().await;
}

#[tokio::test]
async fn an_update_touches_only_its_fields_and_undo_restores_what_was_empty() {
    let tracker = Tracker::start().await;
    let made = tracker
        .linear
        .issue(&tracker.team, json!({"title": "Slow page", "priority": 3}));
    let wanted = json!({
        "issue": "ENG-1", "state": "Done", "assignee": "maya lindqvist", "labels": ["Bug"],
        "due_date": "2026-12-01",
    });
    let (proposal, state) = tracker.company.changes("update_issue", wanted).await;
    assert_eq!(state, State::Succeeded);
    let issue = tracker.only_issue();
    assert_eq!(issue["id"], made.as_str());
    assert_eq!(issue["state"]["name"], "Done");
    assert_eq!(issue["assignee"]["name"], "Maya Lindqvist");
    assert_eq!(
        (&issue["title"], &issue["priority"]),
        (&json!("Slow page"), &json!(3))
    );
    assert_eq!(tracker.company.undoes(proposal).await, State::Succeeded);
    let issue = tracker.only_issue();
    assert_eq!(issue["state"]["name"], "Backlog");
    let emptied = [
        &issue["assignee"],
        &issue["dueDate"],
        &issue["labels"]["nodes"],
    ];
    assert_eq!(json!(emptied), json!([null, null, []]));
    tracker.company.app.stop().await;
}

#[tokio::test]
async fn a_comment_whose_answer_was_lost_is_found_and_not_written_again() {
    let tracker = Tracker::start().await;
    tracker
        .linear
        .issue(&tracker.team, json!({"title": "Slow"}));
    let faults = tracker.linear.faults();
    faults.on("/graphql#commentCreate").hit(Fault::Cut);
    let wanted = json!({"issue": "ENG-1", "body": "On it."});
    let (proposal, state) = tracker.company.changes("comment_on_issue", wanted).await;
    assert_eq!(state, State::Succeeded);
    assert_eq!(tracker.linear.comments().len(), 1);
    assert_eq!(tracker.linear.faults().unused(), 0);
    let read = tracker.company.asks("get_issue", json!({"issue": "ENG-1"}));
    let read = read.await.unwrap();
    assert_eq!(read["comments"]["nodes"][0]["body"], "On it.");
    assert_eq!(tracker.company.undoes(proposal).await, State::Succeeded);
    assert!(tracker.linear.comments().is_empty());
    tracker.company.app.stop().await;
}

#[tokio::test]
async fn an_issue_whose_making_never_arrived_is_made_once() {
    let tracker = Tracker::start().await;
    let faults = tracker.linear.faults();
    faults.on("/graphql#issueCreate").hit(Fault::Status(502));
    let wanted = json!({"team": "ENG", "title": "Once"});
    let (_, state) = tracker.company.changes("create_issue", wanted).await;
    assert_eq!(state, State::Succeeded);
    assert_eq!(tracker.only_issue()["title"], "Once");
    tracker.company.app.stop().await;
}

#[tokio::test]
async fn an_issue_whose_making_ended_in_an_outage_is_found_and_not_made_again() {
    let tracker = Tracker::start().await;
    let outage = r#"{"errors": [{"message": "Service unavailable"}]}"#;
    let faults = tracker.linear.faults();
    faults
        .on("/graphql#issueCreate")
        .hit(Fault::AppliedWords(503, outage));
    let wanted = json!({"team": "ENG", "title": "Once"});
    let (_, state) = tracker.company.changes("create_issue", wanted).await;
    assert_eq!(state, State::Succeeded);
    assert_eq!(tracker.only_issue()["title"], "Once");
    assert_eq!(tracker.linear.faults().unused(), 0);
    tracker.company.app.stop().await;
}

#[tokio::test]
async fn archiving_is_taken_back_by_bringing_back() {
    let tracker = Tracker::start().await;
    tracker.linear.issue(&tracker.team, json!({"title": "Old"}));
    let wanted = json!({"issue": "ENG-1"});
    let (proposal, state) = tracker.company.changes("archive_issue", wanted).await;
    assert_eq!(state, State::Succeeded);
    assert_ne!(tracker.only_issue()["archivedAt"], Value::Null);
    assert_eq!(tracker.company.undoes(proposal).await, State::Succeeded);
    assert_eq!(tracker.only_issue()["archivedAt"], Value::Null);
    tracker.company.app.stop().await;
}

#[tokio::test]
async fn what_linear_does_not_know_is_said_before_anybody_is_asked() {
    let tracker = Tracker::start().await;
    tracker
        .linear
        .issue(&tracker.team, json!({"title": "Slow"}));
    for (operation, wanted, said) in [
        (
            "update_issue",
            json!({"issue": "ENG-9", "title": "x"}),
            "has no issue \"ENG-9\"",
        ),
        (
            "update_issue",
            json!({"issue": "ENG-1", "state": "Shipped"}),
            "there are Backlog, Canceled, Done",
        ),
        (
            "update_issue",
            json!({"issue": "ENG-1", "assignee": "Zoe"}),
            "no assignee \"Zoe\"",
        ),
        (
            "update_issue",
            json!({"issue": "ENG-1", "title": "Slow"}),
            "like that already",
        ),
        (
            "create_issue",
            json!({"team": "Sales", "title": "x"}),
            "no team \"Sales\"",
        ),
    ] {
        let heard = tracker.company.cannot(operation, wanted).await;
        assert!(heard.contains(said), "{heard}");
    }
    tracker.company.app.stop().await;
}
