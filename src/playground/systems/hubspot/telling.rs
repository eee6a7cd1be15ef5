//! What the stand-in for HubSpot tells of its records: a batch for each change, signed by the
//! third scheme.

use super::kinds::{COMPANIES, CONTACTS, DEALS, Kind};
use super::records::{PORTAL, World};
use crate::connectors::hubspot::SIGNATURE;
use crate::playground::systems::telling::{Letter, Subscription};
use chrono::{DateTime, Utc};
use serde_json::{Value, json};

impl World {
    /// Notes that something has become of a record, if HubSpot tells of such.
    pub fn note(&mut self, kind: &Kind, id: u64, what: &str, more: &Value, now: DateTime<Utc>) {
        let told = [DEALS, CONTACTS, COMPANIES];
        if !told.iter().any(|it| it.at == kind.at) {
            return;
        }
        self.told += 1;
        let mut note = json!({
            "eventId": self.told, "subscriptionId": 7, "portalId": PORTAL, "appId": 9,
            "occurredAt": now.timestamp_millis(), "attemptNumber": 0, "objectId": id,
            "subscriptionType": format!("{}.{what}", kind.singular),
            "changeSource": "CRM_UI",
        });
        if let (Some(note), Some(more)) = (note.as_object_mut(), more.as_object()) {
            note.extend(more.clone());
        }
        self.news.push(note);
    }
}

pub fn letter(
    notes: Vec<Value>,
    subscription: &Subscription,
    now: DateTime<Utc>,
) -> Option<Letter> {
    let body = Value::Array(notes).to_string();
    let moment = now.timestamp_millis().to_string();
    let pieces = ["POST", &subscription.address, &body, &moment];
    let signature = subscription.signed(&SIGNATURE, &pieces)?;
    Some(Letter {
        headers: vec![signature, ("x-hubspot-request-timestamp", moment)],
        body,
    })
}
