//! GitHub as one of the stand-ins, and what the playground's page shows of it.

use super::world::{Repo, World};
use super::{GitHub, Secondary, routes, telling};
use crate::playground::systems::keys::{Key, Keyed};
use crate::playground::systems::stand_in::System;
use crate::playground::systems::telling::{Letter, Subscription};
use crate::playground::systems::{Row, Table, moment, text};
use axum::Router;
use chrono::{DateTime, Utc};
use serde_json::Value;

impl System for World {
    const SLUG: &'static str = "github";
    const NAME: &'static str = "GitHub";
    const HOME: &'static str = "https://github.com";
    type Limit = Secondary;

    fn router(github: GitHub) -> Router {
        routes::router(github)
    }

    fn news(&mut self) -> Vec<Value> {
        std::mem::take(&mut self.news)
    }

    fn letters(news: Vec<Value>, to: &Subscription, _now: DateTime<Utc>) -> Vec<Letter> {
        news.iter()
            .filter_map(|note| telling::letter(note, to))
            .collect()
    }

    fn tables(&self) -> Vec<Table> {
        let repos = || self.repos.iter();
        let issues = |pulls: bool| {
            repos().flat_map(move |(name, repo)| {
                let issues = repo.issues.iter();
                let issues = issues.filter(move |it| it.get("pull_request").is_some() == pulls);
                issues.map(move |it| issue(name, repo, it))
            })
        };
        let comments = repos().flat_map(|(name, repo)| {
            let comments = repo.comments.iter();
            comments.map(move |it| comment(name, it))
        });
        vec![
            Table::new(
                "Pull requests",
                &["Pull request", "Title", "State", "By"],
                issues(true),
            ),
            Table::new("Issues", &["Issue", "Title", "State", "By"], issues(false)),
            Table::new("Comments", &["On", "Comment", "By"], comments),
        ]
    }
}

impl Keyed for World {
    fn key(&mut self) -> &mut Key {
        &mut self.key
    }
}

fn issue(name: &str, repo: &Repo, issue: &Value) -> Row {
    let pull = issue["number"].as_u64().and_then(|it| repo.pulls.get(&it));
    let state = match pull {
        Some(pull) if !pull["merged_at"].is_null() => "merged".to_owned(),
        Some(pull) if pull["draft"] == true => "draft".to_owned(),
        _ => text(&issue["state"]),
    };
    Row {
        id: text(&issue["id"]),
        link: issue["html_url"].as_str().map(str::to_owned),
        cells: vec![
            format!("{name}#{}", issue["number"]),
            text(&issue["title"]),
            state,
            text(&issue["user"]["login"]),
        ],
        changed: moment(&issue["updated_at"]),
    }
}

fn comment(name: &str, comment: &Value) -> Row {
    Row {
        id: text(&comment["id"]),
        link: comment["html_url"].as_str().map(str::to_owned),
        cells: vec![
            format!("{name}#{}", comment["issue"]),
            text(&comment["body"]),
            text(&comment["user"]["login"]),
        ],
        changed: moment(&comment["updated_at"]),
    }
}
