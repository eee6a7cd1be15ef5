//! What the stand-in for GitHub holds: repositories with their branches, files, issues and pull
//! requests, which are numbered together.

use crate::playground::systems::keys::{Grants, Key};
use chrono::{DateTime, SecondsFormat, Utc};
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, BTreeSet};

/// The account that the key belongs to.
pub const OWN_LOGIN: &str = "penny-bot";

#[derive(Debug)]
pub struct World {
    pub key: Key,
    pub grants: Grants,
    pub users: Vec<Value>,
    pub repos: BTreeMap<String, Repo>,
    last_id: u64,
    /// What there is to tell.
    pub news: Vec<Value>,
}

#[derive(Debug, Default)]
pub struct Repo {
    pub shown: Value,
    pub branches: BTreeMap<String, Branch>,
    pub issues: Vec<Value>,
    /// Of those issues that are pull requests, what they have besides.
    pub pulls: BTreeMap<u64, Value>,
    pub reviews: Vec<Value>,
    pub comments: Vec<Value>,
    pub labels: Vec<String>,
    /// GitHub has closed it to everybody, and says so with this status.
    pub blocked: Option<u16>,
    /// Who may read it if it is private. None: those who ask may not know.
    pub readers: Option<BTreeSet<String>>,
}

#[derive(Debug, Clone, Default)]
pub struct Branch {
    /// The latest last.
    pub commits: Vec<Value>,
    pub files: BTreeMap<String, String>,
}

impl Branch {
    pub fn head(&self) -> Value {
        self.commits
            .last()
            .map(|it| it["sha"].clone())
            .unwrap_or_default()
    }
}

impl Default for World {
    fn default() -> Self {
        let mut world = Self {
            key: Key::new("github_pat_"),
            grants: Grants::default(),
            users: Vec::new(),
            repos: BTreeMap::new(),
            last_id: 0,
            news: Vec::new(),
        };
        world.add_user(OWN_LOGIN, None);
        world
    }
}

/// GitHub's moments have no fractions.
pub fn written(at: DateTime<Utc>) -> Value {
    json!(at.to_rfc3339_opts(SecondsFormat::Secs, true))
}

pub fn sha_of(text: &str) -> String {
    hex::encode(Sha256::digest(text))[..40].to_owned()
}

impl World {
    pub fn next_id(&mut self) -> u64 {
        self.last_id += 1;
        self.last_id
    }

    pub fn add_user(&mut self, login: &str, email: Option<&str>) -> Value {
        let id = self.next_id();
        let user = json!({"id": id, "login": login, "type": "User", "name": login, "email": email});
        self.users.push(user.clone());
        user
    }

    pub fn user(&self, login: &str) -> Value {
        let found = self.users.iter().find(|it| it["login"] == login);
        found.cloned().unwrap_or_default()
    }

    pub fn users(&self, is_wanted: impl Fn(&Value) -> bool) -> Vec<Value> {
        let users = self.users.iter().filter(|user| is_wanted(user));
        users.cloned().collect()
    }

    pub fn add_repo(&mut self, name: &str, now: DateTime<Utc>) {
        let (owner, short) = name.split_once('/').unwrap_or((name, name));
        let owner = json!({"id": sum(owner), "login": owner, "type": "Organization"});
        let id = self.next_id();
        let shown = json!({
            "id": id, "full_name": name, "name": short, "owner": owner, "private": false,
            "html_url": format!("https://github.com/{name}"), "description": null,
            "language": "Rust", "archived": false, "default_branch": "main",
            "pushed_at": written(now), "created_at": written(now), "updated_at": written(now),
        });
        let repo = Repo {
            shown,
            branches: BTreeMap::from([("main".to_owned(), Branch::default())]),
            readers: Some(BTreeSet::new()),
            ..Repo::default()
        };
        self.repos.insert(name.to_owned(), repo);
        self.commit(name, "main", "Begin", None, now);
    }

    /// Writes a file (or with none in it, takes it away) in a commit of its own; false: there is
    /// no such branch.
    pub fn commit(
        &mut self,
        repo: &str,
        branch: &str,
        message: &str,
        file: Option<(&str, Option<String>)>,
        now: DateTime<Utc>,
    ) -> bool {
        let (id, author) = (self.next_id(), self.user(OWN_LOGIN));
        let Some(found) = self.repos.get_mut(repo) else {
            return false;
        };
        let Some(on) = found.branches.get_mut(branch) else {
            return false;
        };
        match file {
            Some((path, Some(text))) => {
                on.files.insert(path.to_owned(), text);
            }
            Some((path, None)) => {
                on.files.remove(path);
            }
            None => {}
        }
        let sha = sha_of(&format!("{repo}/{branch}/{id}"));
        let signature = json!({"name": "Penny", "email": "p@acme.example", "date": written(now)});
        on.commits.push(json!({
            "sha": sha, "html_url": format!("https://github.com/{repo}/commit/{sha}"),
            "author": author,
            "commit": {"message": message, "author": signature, "committer": signature},
        }));
        found.shown["pushed_at"] = written(now);
        let pushed = json!({
            "ref": format!("refs/heads/{branch}"), "commits": [{"id": sha, "message": message}],
            "compare": format!("https://github.com/{repo}/commit/{sha}"),
        });
        self.say("push", repo, pushed);
        true
    }

    /// Adds an issue, or with branches a pull request; returns its number.
    pub fn add_issue(&mut self, repo: &str, fields: Value, now: DateTime<Utc>) -> u64 {
        let (id, user) = (self.next_id(), self.user(OWN_LOGIN));
        let Some(found) = self.repos.get_mut(repo) else {
            return 0;
        };
        let numbers = found.issues.iter().filter_map(|it| it["number"].as_u64());
        let number = numbers.max().unwrap_or_default() + 1;
        let mut issue = json!({
            "id": id, "number": number, "title": "", "body": null, "state": "open",
            "state_reason": null, "user": user, "assignees": [], "labels": [], "closed_at": null,
            "created_at": written(now), "updated_at": written(now),
            "html_url": format!("https://github.com/{repo}/issues/{number}"), "comments": 0,
        });
        merge(&mut issue, fields);
        let is_pull = issue.get("pull_request").is_some();
        found.issues.push(issue);
        if !is_pull {
            self.note(repo, number, "opened");
        }
        number
    }

    pub fn add_pull(&mut self, repo: &str, fields: Value, now: DateTime<Utc>) -> u64 {
        let (head, base) = (fields["head"].clone(), fields["base"].clone());
        let draft = fields["draft"] == true;
        let issue = json!({
            "title": fields["title"], "body": fields["body"], "pull_request": {"url": ""},
        });
        let number = self.add_issue(repo, issue, now);
        if let Some(found) = self.repos.get_mut(repo) {
            let extra = json!({
                "head": head, "base": base, "draft": draft, "merged_at": null,
                "requested_reviewers": [], "additions": 1, "deletions": 0, "changed_files": 1,
            });
            found.pulls.insert(number, extra);
        }
        self.note(repo, number, "opened");
        number
    }

    pub fn add_comment(&mut self, repo: &str, on: u64, body: &Value, now: DateTime<Utc>) -> Value {
        let (id, user) = (self.next_id(), self.user(OWN_LOGIN));
        let link = format!("https://github.com/{repo}/issues/{on}#issuecomment-{id}");
        let comment = json!({
            "id": id, "issue": on, "body": body, "user": user, "html_url": link,
            "created_at": written(now), "updated_at": written(now),
        });
        if let Some(found) = self.repos.get_mut(repo) {
            found.comments.push(comment.clone());
            let issue = found.issue(on).cloned();
            let told = json!({"action": "created", "issue": issue, "comment": comment});
            self.say("issue_comment", repo, told);
        }
        comment
    }
}

fn sum(name: &str) -> u64 {
    name.bytes().map(u64::from).sum::<u64>() + 10_000
}

impl Repo {
    pub fn issue(&self, number: u64) -> Option<&Value> {
        self.issues.iter().find(|it| it["number"] == number)
    }

    pub fn issue_mut(&mut self, number: u64) -> Option<&mut Value> {
        self.issues.iter_mut().find(|it| it["number"] == number)
    }

    /// A pull request: its issue, its branches, and what became of it.
    pub fn pull(&self, number: u64) -> Option<Value> {
        let mut pull = self.issue(number)?.clone();
        let extra = self.pulls.get(&number)?;
        merge(&mut pull, extra.clone());
        for side in ["head", "base"] {
            let name = extra[side].as_str().unwrap_or_default();
            let sha = self.branches.get(name).map(Branch::head);
            pull[side] = json!({"ref": name, "sha": sha.unwrap_or_else(|| json!(sha_of(name)))});
        }
        pull["merged"] = json!(!extra["merged_at"].is_null());
        Some(pull)
    }
}

pub fn merge(record: &mut Value, fields: Value) {
    if let (Some(record), Value::Object(fields)) = (record.as_object_mut(), fields) {
        record.extend::<Map<String, Value>>(fields);
    }
}
