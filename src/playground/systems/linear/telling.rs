//! What the stand-in for Linear tells of its records: one letter for each, with what was before.

use super::world::World;
use crate::connectors::linear::SIGNATURE;
use crate::playground::systems::telling::{Letter, Subscription};
use chrono::{DateTime, Utc};
use serde_json::{Map, Value, json};
use uuid::Uuid;

/// The account that all keys are of.
pub const ORGANIZATION: &str = "6f1c3c4e-acme";

impl World {
    pub fn note(&mut self, action: &str, table: &str, id: &str, before: &Map<String, Value>) {
        let kind = match table {
            "issues" => "Issue",
            "comments" => "Comment",
            "projects" => "Project",
            _ => return,
        };
        let record = self.table(table).iter().find(|it| it["id"] == id);
        let data = record.map(|it| self.shown(table, it)).unwrap_or_default();
        self.news.push(json!({
            "action": action, "type": kind, "organizationId": ORGANIZATION,
            "createdAt": data["updatedAt"], "url": data["url"], "data": data,
            "updatedFrom": before, "webhookId": "1",
        }));
    }
}

pub fn letter(mut note: Value, subscription: &Subscription, now: DateTime<Utc>) -> Option<Letter> {
    note["webhookTimestamp"] = json!(now.timestamp_millis());
    let kind = note["type"].as_str().unwrap_or_default().to_owned();
    let body = note.to_string();
    let signature = subscription.signed(&SIGNATURE, &[&body])?;
    Some(Letter {
        headers: vec![
            signature,
            ("linear-delivery", Uuid::new_v4().to_string()),
            ("linear-event", kind),
        ],
        body,
    })
}
