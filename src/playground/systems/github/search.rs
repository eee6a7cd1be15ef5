//! How the stand-in for GitHub searches: by words, within the repositories that the qualifiers
//! allow; without any, within the world, where there is more than anybody's own.

use super::routes::Answer;
use super::world::World;
use axum::http::StatusCode;
use serde_json::{Value, json};

pub fn answer(world: &World, kind: &str, query: &str) -> Answer {
    let wanted = Wanted::of(query);
    if kind == "issues" && wanted.is_pull.is_none() {
        // To a fine-grained token, which Penny asks for.
        let said = "Query must include 'is:issue' or 'is:pull-request'";
        return Answer::refused(StatusCode::UNPROCESSABLE_ENTITY, said);
    }
    let mut found = Vec::new();
    for (name, repo) in &world.repos {
        if !wanted.scopes.iter().any(|scope| name.starts_with(scope)) {
            continue;
        }
        let files = repo
            .branches
            .get("main")
            .into_iter()
            .flat_map(|it| &it.files);
        if kind == "code" {
            let fitting = files.filter(|(_, text)| wanted.fits(text));
            found.extend(fitting.map(|(path, _)| {
                let link = format!("https://github.com/{name}/blob/main/{path}");
                json!({"path": path, "html_url": link, "repository": {"full_name": name}})
            }));
        } else {
            let issues = repo.issues.iter().filter(|it| wanted.has(it));
            found.extend(issues.cloned().map(|mut issue| {
                let home = format!("https://api.github.com/repos/{name}");
                issue["repository_url"] = json!(home);
                issue
            }));
        }
    }
    if wanted.scopes.is_empty() {
        found.push(json!({"path": "elsewhere.rs", "title": "Somebody else's"}));
    }
    json!({"total_count": found.len(), "incomplete_results": false, "items": found}).into()
}

#[derive(Default)]
struct Wanted {
    words: Vec<String>,
    scopes: Vec<String>,
    /// Whether pull requests are looked for, or issues: of several the last one counts.
    is_pull: Option<bool>,
}

impl Wanted {
    fn of(query: &str) -> Self {
        let mut wanted = Self::default();
        for part in query.split_whitespace() {
            match part.split_once(':') {
                Some(("user" | "org", owner)) => wanted.scopes.push(format!("{owner}/")),
                Some(("repo", name)) => wanted.scopes.push(name.to_owned()),
                Some(("is", "issue")) => wanted.is_pull = Some(false),
                Some(("is", "pull-request" | "pr")) => wanted.is_pull = Some(true),
                _ => wanted.words.push(part.to_lowercase()),
            }
        }
        wanted
    }

    fn fits(&self, text: &str) -> bool {
        let text = text.to_lowercase();
        self.words.iter().all(|word| text.contains(word))
    }

    fn has(&self, issue: &Value) -> bool {
        let is_pull = issue.get("pull_request").is_some();
        self.is_pull == Some(is_pull) && self.fits(&issue.to_string())
    }
}
