//! Owners and pipelines, which records refer to, and what follows from a deal's stage.

use super::records::{Record, World};
use super::written;
use chrono::{DateTime, Utc};
use serde_json::{Value, json};

/// A pipeline and its stages, by their ids.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pipeline {
    pub id: String,
    pub stages: Vec<String>,
}

impl World {
    pub fn add_owner(&mut self, email: &str, name: &str, now: DateTime<Utc>) -> String {
        let count = self.owners.len() as u64;
        let id = (41_629_779 + count).to_string();
        let (first, last) = name.split_once(' ').unwrap_or((name, ""));
        self.owners.push(json!({
            "id": id,
            "email": email,
            "type": "PERSON",
            "firstName": first,
            "lastName": last,
            "userId": 9_586_504 + count,
            "userIdIncludingInactive": 9_586_504 + count,
            "createdAt": written(now),
            "updatedAt": written(now),
            "archived": false,
        }));
        id
    }

    pub fn add_pipeline(
        &mut self,
        name: &str,
        stages: &[(&str, f64)],
        now: DateTime<Utc>,
    ) -> Pipeline {
        let place = self.pipelines.len();
        let id = if place == 0 {
            "default".to_owned()
        } else {
            (1_000_000 + place).to_string()
        };
        let stages: Vec<Value> = stages
            .iter()
            .enumerate()
            .map(|(at, (label, probability))| {
                let is_closed = *probability <= 0.0 || *probability >= 1.0;
                json!({
                    "id": (2_000_000 + place * 1_000 + at).to_string(),
                    "label": label,
                    "displayOrder": at,
                    "metadata": {
                        "isClosed": is_closed.to_string(),
                        "probability": format!("{probability:?}"),
                    },
                    "createdAt": written(now),
                    "updatedAt": written(now),
                    "writePermissions": "CRM_PERMISSIONS_ENFORCEMENT",
                    "archived": false,
                })
            })
            .collect();
        let ids = stages.iter().filter_map(|stage| stage["id"].as_str());
        let pipeline = Pipeline {
            id: id.clone(),
            stages: ids.map(str::to_owned).collect(),
        };
        self.pipelines.push(json!({
            "id": id,
            "label": name,
            "displayOrder": place,
            "stages": stages,
            "createdAt": written(now),
            "updatedAt": written(now),
            "archived": false,
        }));
        pipeline
    }

    /// Takes a pipeline away, or a stage of one.
    pub fn remove_stage(&mut self, id: &str) {
        self.pipelines.retain(|it| it["id"] != id);
        for pipeline in &mut self.pipelines {
            if let Some(stages) = pipeline["stages"].as_array_mut() {
                stages.retain(|it| it["id"] != id);
            }
        }
    }

    pub fn stages(&self) -> impl Iterator<Item = &Value> {
        self.pipelines
            .iter()
            .flat_map(|it| it["stages"].as_array())
            .flatten()
    }

    /// What HubSpot works out by itself when a deal comes to a stage.
    pub fn follow_stage(&mut self, record: &mut Record, now: DateTime<Utc>) {
        let stage = self
            .stages()
            .find(|it| it["id"].as_str() == record.get("dealstage"));
        let Some(stage) = stage else { return };
        let is_closed = stage["metadata"]["isClosed"] == "true";
        let is_won = is_closed && stage["metadata"]["probability"] == "1.0";
        let entered = written(now);
        self.set(
            record,
            &[
                ("hs_is_closed", if is_closed { "true" } else { "false" }),
                ("hs_is_closed_won", if is_won { "true" } else { "false" }),
                ("hs_v2_date_entered_current_stage", &entered),
            ],
        );
    }
}
