//! What Linear tells by itself: one record a delivery, with what it was before.

use crate::connectors::ConnectorError;
use crate::connectors::deliveries::{
    Addressee, At, Encoding, EventKind, Freshness, Happened, Heard, Listen, Part, Piece, Place,
    Proof, Said, SharedSecret, Signature, Unit,
};
use serde::Deserialize;
use serde_json::{Value, json};

pub const SIGNATURE: Signature = Signature {
    header: "linear-signature",
    prefix: "",
    encoding: Encoding::Hex,
    over: &[Piece::Body],
    fresh: Some(Freshness {
        at: At::Field("webhookTimestamp"),
        unit: Unit::Milliseconds,
        seconds: 60,
    }),
};

pub static LISTEN: Listen = Listen {
    proof: Proof::Shared(SIGNATURE, SharedSecret::Webhook),
    id_header: Some("linear-delivery"),
    topic_header: Some("linear-event"),
    events: &[
        event(
            "issue.changed",
            "Something about an issue, not its status; changed names it.",
        ),
        event("issue.deleted", "An issue was deleted."),
        event("issue.commented", "Somebody commented on an issue."),
    ],
};

const fn event(name: &'static str, about: &'static str) -> EventKind {
    EventKind { name, about }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Told {
    #[serde(default)]
    action: String,
    #[serde(default)]
    r#type: String,
    #[serde(default)]
    organization_id: String,
    #[serde(default)]
    created_at: Option<String>,
    #[serde(default)]
    url: Option<String>,
    #[serde(default)]
    data: Value,
    /// What changed, as it was before.
    #[serde(default)]
    updated_from: Value,
}

pub fn addressed(body: &[u8]) -> Result<Vec<Part>, ConnectorError> {
    let told: Told = serde_json::from_slice(body).map_err(odd)?;
    Ok(vec![Part {
        to: Addressee::Account(told.organization_id),
        payload: body.to_vec(),
    }])
}

pub fn hear(said: &Said<'_>) -> Result<Vec<Heard>, ConnectorError> {
    let told: Told = serde_json::from_slice(said.payload).map_err(odd)?;
    let event = match told.r#type.as_str() {
        "Issue" => told.issue(),
        "Comment" if told.action == "create" => told.comment(),
        // The last: somebody has taken access away, which reading will show.
        "Comment" | "Project" | "Team" | "User" | "IssueLabel" | "Cycle" | "OAuthApp" => None,
        _ => return Ok(Vec::new()),
    };
    let event = event.map(Heard::Event);
    Ok(std::iter::once(Heard::Changed).chain(event).collect())
}

impl Told {
    fn issue(&self) -> Option<Happened> {
        let issue = &self.data;
        let has_moved = !self.updated_from["stateId"].is_null();
        let name = match self.action.as_str() {
            // Reading tells of these, with what was before.
            "create" => return None,
            "update" if has_moved => return None,
            "remove" => "issue.deleted",
            _ => "issue.changed",
        };
        let team = issue["team"]["id"].as_str().or(issue["teamId"].as_str())?;
        let changed = self.updated_from.as_object();
        let changed: Vec<_> = changed.into_iter().flat_map(|it| it.keys()).collect();
        let fields = json!({
            "key": key(issue), "title": issue["title"],
            "url": self.url.as_ref().map_or(issue["url"].clone(), |url| json!(url)),
            "team": issue["team"]["key"], "status": issue["state"]["name"],
            "priority": issue["priority"], "assignee": issue["assignee"]["name"],
            "changed": changed,
        });
        Some(Happened {
            source_id: Some(issue["id"].as_str()?.to_owned()),
            within: Some(Place::TrackerTeam(team.to_owned())),
            occurred_at: self.at(),
            ..Happened::new(name, fields)
        })
    }

    fn comment(&self) -> Option<Happened> {
        let comment = &self.data;
        let issue = comment["issueId"].as_str();
        let issue = issue.or(comment["issue"]["id"].as_str())?;
        let fields = json!({
            "title": comment["issue"]["title"], "url": self.url, "by": comment["user"]["name"],
        });
        Some(Happened {
            source_id: Some(issue.to_owned()),
            within: Some(Place::Issue(issue.to_owned())),
            occurred_at: self.at(),
            ..Happened::new("issue.commented", fields)
        })
    }

    fn at(&self) -> Option<chrono::DateTime<chrono::Utc>> {
        self.created_at.as_deref()?.parse().ok()
    }
}

fn key(issue: &Value) -> Value {
    match issue["identifier"].as_str() {
        Some(key) => json!(key),
        None => {
            let team = issue["team"]["key"].as_str().unwrap_or_default();
            json!(format!("{team}-{}", issue["number"]))
        }
    }
}

fn odd(error: serde_json::Error) -> ConnectorError {
    ConnectorError::Unexpected(error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn heard(told: &Value) -> Vec<Heard> {
        let payload = told.to_string();
        hear(&Said {
            topic: None,
            payload: payload.as_bytes(),
        })
        .unwrap()
    }

    fn update(before: Value) -> Value {
        json!({
            "action": "update", "type": "Issue", "createdAt": "2026-03-02T10:00:00.000Z",
            "organizationId": "org", "updatedFrom": before,
            "data": {
                "id": "one", "number": 7, "title": "Login fails", "teamId": "team",
                "team": {"id": "team", "key": "ENG"}, "state": {"type": "completed", "name": "Done"},
            },
        })
    }

    #[test]
    fn a_renamed_issue_is_an_event_for_those_who_know_its_team() {
        let renamed = heard(&update(json!({"title": "Log-in fails"})));
        let [Heard::Changed, Heard::Event(event)] = &renamed[..] else {
            panic!("{renamed:?}");
        };
        assert_eq!(event.name, "issue.changed");
        assert_eq!(event.fields["key"], "ENG-7");
        assert_eq!(event.fields["changed"], json!(["title"]));
        assert_eq!(event.within, Some(Place::TrackerTeam("team".to_owned())));
    }

    #[test]
    fn what_reading_tells_with_what_was_before_is_not_told_twice() {
        let moved = update(json!({"stateId": "before", "title": "Log-in fails"}));
        let mut made = update(Value::Null);
        made["action"] = "create".into();
        for told in [moved, made] {
            assert_eq!(heard(&told), [Heard::Changed]);
        }
    }

    #[test]
    fn that_access_was_taken_away_is_a_reason_to_look() {
        let told = json!({
            "action": "revoked", "type": "OAuthApp", "createdAt": "2026-03-02T10:00:00.000Z",
            "organizationId": "org", "oauthClientId": "penny", "webhookTimestamp": 1,
        });
        assert_eq!(heard(&told), [Heard::Changed]);
    }

    #[test]
    fn what_is_not_known_is_heard_without_a_word() {
        for kind in ["Reaction", "SomethingNew"] {
            let told = json!({"action": "create", "type": kind, "organizationId": "org"});
            assert_eq!(heard(&told), []);
        }
    }
}
