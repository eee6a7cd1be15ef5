//! Linear as one of the stand-ins, and what the playground's page shows of it.

use super::world::World;
use super::{Limit, Linear, routes, telling};
use crate::playground::systems::keys::{Key, Keyed};
use crate::playground::systems::stand_in::System;
use crate::playground::systems::telling::{Letter, Subscription};
use crate::playground::systems::{Row, Table, moment, text};
use axum::Router;
use chrono::{DateTime, Utc};
use serde_json::Value;

impl System for World {
    const SLUG: &'static str = "linear";
    const NAME: &'static str = "Linear";
    const HOME: &'static str = "https://linear.app/wayfold";
    type Limit = Limit;

    fn router(linear: Linear) -> Router {
        routes::router(linear)
    }

    fn news(&mut self) -> Vec<Value> {
        std::mem::take(&mut self.news)
    }

    fn letters(news: Vec<Value>, to: &Subscription, now: DateTime<Utc>) -> Vec<Letter> {
        let notes = news.into_iter();
        notes
            .filter_map(|note| telling::letter(note, to, now))
            .collect()
    }

    fn tables(&self) -> Vec<Table> {
        let issues = self.table("issues").iter();
        let issues = issues.filter(|it| it["archivedAt"].is_null());
        let comments = self.table("comments").iter();
        vec![
            Table::new(
                "Issues",
                &["Issue", "Title", "State", "Priority", "Assignee", "Due"],
                issues.map(|it| issue(&self.shown("issues", it))),
            ),
            Table::new(
                "Comments",
                &["Issue", "Comment", "By"],
                comments.map(|it| comment(&self.shown("comments", it))),
            ),
        ]
    }

    /// One path serves for all; the operation is what differs.
    fn name(path: &str, body: &[u8]) -> String {
        match routes::first_field(body) {
            Some(field) => format!("{path}#{field}"),
            None => path.to_owned(),
        }
    }
}

impl Keyed for World {
    fn key(&mut self) -> &mut Key {
        &mut self.key
    }
}

fn issue(issue: &Value) -> Row {
    Row {
        id: text(&issue["id"]),
        link: issue["url"].as_str().map(str::to_owned),
        cells: vec![
            text(&issue["identifier"]),
            text(&issue["title"]),
            text(&issue["state"]["name"]),
            text(&issue["priorityLabel"]),
            text(&issue["assignee"]["name"]),
            text(&issue["dueDate"]),
        ],
        changed: moment(&issue["updatedAt"]),
    }
}

fn comment(comment: &Value) -> Row {
    Row {
        id: text(&comment["id"]),
        link: comment["url"].as_str().map(str::to_owned),
        cells: vec![
            text(&comment["issue"]["identifier"]),
            text(&comment["body"]),
            text(&comment["user"]["name"]),
        ],
        changed: moment(&comment["updatedAt"]),
    }
}
