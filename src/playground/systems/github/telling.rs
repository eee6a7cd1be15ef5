//! What the stand-in for GitHub tells of its repositories: one letter for each change.

use super::world::{OWN_LOGIN, World, merge};
use crate::connectors::github::SIGNATURE;
use crate::playground::systems::telling::{Letter, Subscription};
use serde_json::{Value, json};
use uuid::Uuid;

impl World {
    /// Notes that this was done to an issue or a pull request.
    pub fn note(&mut self, repo: &str, number: u64, action: &str) {
        let Some(found) = self.repos.get(repo) else {
            return;
        };
        let (topic, what, record) = match found.pull(number) {
            Some(pull) => ("pull_request", "pull_request", Some(pull)),
            None => ("issues", "issue", found.issue(number).cloned()),
        };
        self.say(topic, repo, json!({"action": action, what: record}));
    }

    pub fn say(&mut self, topic: &str, repo: &str, mut told: Value) {
        let Some(found) = self.repos.get(repo) else {
            return;
        };
        let sender = json!({"login": OWN_LOGIN});
        merge(
            &mut told,
            json!({"repository": found.shown, "sender": sender}),
        );
        self.news.push(json!({"topic": topic, "told": told}));
    }

    /// Takes an issue away, and tells of it; None: there is none.
    pub fn lose_issue(&mut self, repo: &str, number: u64, action: &str) -> Option<Value> {
        let issues = &mut self.repos.get_mut(repo)?.issues;
        let place = issues.iter().position(|it| it["number"] == number)?;
        let issue = issues.remove(place);
        self.say("issues", repo, json!({"action": action, "issue": issue}));
        Some(issue)
    }

    /// Changes an issue or a pull request, and tells of it; false: there is none.
    pub fn amend(&mut self, repo: &str, number: u64, fields: Value) -> bool {
        let found = self.repos.get_mut(repo);
        let Some(issue) = found.and_then(|repo| repo.issue_mut(number)) else {
            return false;
        };
        let before = issue["state"].clone();
        merge(issue, fields);
        let action = match (before == issue["state"], issue["state"].as_str()) {
            (true, _) => "edited",
            (false, Some("closed")) => "closed",
            (false, _) => "reopened",
        };
        self.note(repo, number, action);
        true
    }
}

pub fn letter(note: &Value, subscription: &Subscription) -> Option<Letter> {
    let body = note["told"].to_string();
    let signature = subscription.signed(&SIGNATURE, &[&body])?;
    Some(Letter {
        headers: vec![
            signature,
            ("x-github-event", note["topic"].as_str()?.to_owned()),
            ("x-github-delivery", Uuid::new_v4().to_string()),
        ],
        body,
    })
}
