//! One of HubSpot's small notes, and which records it is about.

use crate::connectors::Gone;
use crate::connectors::hubspot::objects::Kind;
use serde::Deserialize;
use serde_json::Value;

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Note {
    pub subscription_type: String,
    /// Of newer subscriptions, which are all about an `object`.
    #[serde(default)]
    object_type_id: Option<String>,
    pub object_id: Option<u64>,
    #[serde(default)]
    pub property_name: Option<String>,
    #[serde(default)]
    pub property_value: Option<Value>,
    #[serde(default)]
    event_id: Option<u64>,
    #[serde(default)]
    subscription_id: Option<u64>,
    #[serde(default)]
    pub occurred_at: Option<i64>,
    /// Which records became one: the new one has an id of its own, or that of the first.
    primary_object_id: Option<Value>,
    merged_object_ids: Option<Vec<Value>>,
    new_object_id: Option<Value>,
    /// Which records belong together from now on, or no longer, and what they are: in one word
    /// such as CONTACT_TO_COMPANY, or as numbers.
    from_object_id: Option<Value>,
    to_object_id: Option<Value>,
    association_type: Option<String>,
    from_object_type_id: Option<String>,
    to_object_type_id: Option<String>,
}

impl Note {
    pub fn kind(&self) -> Option<&'static Kind> {
        let (object, _) = self.subscription_type.split_once('.')?;
        match object {
            "object" => numbered(self.object_type_id.as_deref()?),
            object => named(object),
        }
    }

    pub fn what(&self) -> Option<&str> {
        Some(self.subscription_type.split_once('.')?.1)
    }

    /// Those that no list shows as archived: what was erased, and what is part of another one now.
    pub fn gone(&self) -> Vec<Gone> {
        let Some(kind) = self.kind() else {
            return Vec::new();
        };
        let ids = match self.what() {
            Some("privacyDeletion") => self
                .object_id
                .map(|id| id.to_string())
                .into_iter()
                .collect(),
            Some("merge") => self.merged(),
            _ => Vec::new(),
        };
        let gone = |id: String| Gone {
            table: kind.table,
            source_id: kind.source_id(&id),
        };
        ids.into_iter().map(gone).collect()
    }

    fn merged(&self) -> Vec<String> {
        let merged = self.merged_object_ids.iter().flatten();
        let all = merged.chain(&self.primary_object_id).filter_map(id_of);
        let kept = self.kept();
        all.filter(|id| Some(id) != kept.as_ref()).collect()
    }

    /// The record that others have become part of.
    fn kept(&self) -> Option<String> {
        let new = self.new_object_id.as_ref().and_then(id_of);
        new.or_else(|| self.primary_object_id.as_ref().and_then(id_of))
    }

    /// Those to be read by their ids: HubSpot's search knows of a change only later, and never of
    /// one in what belongs together.
    pub fn named(&self) -> Vec<String> {
        let one = |kind: Option<&Kind>, id: Option<String>| Some(kind?.source_id(&id?));
        let named = match self.what() {
            Some("associationChange") => {
                let [from, to] = self.ends();
                let ids = [&self.from_object_id, &self.to_object_id];
                let [first, second] = ids.map(|id| id.as_ref().and_then(id_of));
                [one(from, first), one(to, second)]
            }
            Some("merge") => [one(self.kind(), self.kept()), None],
            Some("creation" | "propertyChange" | "restore") => {
                let id = self.object_id.map(|id| id.to_string());
                [one(self.kind(), id), None]
            }
            _ => [None, None],
        };
        named.into_iter().flatten().collect()
    }

    /// What an association is between.
    fn ends(&self) -> [Option<&'static Kind>; 2] {
        let word = self.association_type.as_deref().unwrap_or_default();
        let (from, to) = word.split_once("_TO_").unwrap_or_default();
        let numbers = [&self.from_object_type_id, &self.to_object_type_id];
        let [first, second] = numbers.map(|number| numbered(number.as_deref()?));
        // Such as COMPANY_UNLABELED.
        let to = to.split('_').next().unwrap_or_default();
        [
            first.or_else(|| named(&from.to_lowercase())),
            second.or_else(|| named(&to.to_lowercase())),
        ]
    }

    /// What HubSpot could not deliver comes again in another batch. Its event ids alone are not
    /// said to be unique.
    pub fn own_id(&self, object: u64) -> Option<String> {
        let (event, subscription) = (self.event_id?, self.subscription_id?);
        let at = self.occurred_at?;
        Some(format!("{subscription}/{event}/{object}/{at}"))
    }
}

/// A kind by the name of one of it.
fn named(one: &str) -> Option<&'static Kind> {
    Kind::of(match one {
        "deal" => "deals",
        "contact" => "contacts",
        "company" => "companies",
        "call" => "calls",
        "email" => "emails",
        "meeting" => "meetings",
        "note" => "notes",
        "task" => "tasks",
        _ => return None,
    })
}

/// A kind by HubSpot's number of it.
fn numbered(number: &str) -> Option<&'static Kind> {
    Kind::of(match number {
        "0-1" => "contacts",
        "0-2" => "companies",
        "0-3" => "deals",
        "0-27" => "tasks",
        "0-46" => "notes",
        "0-47" => "meetings",
        "0-48" => "calls",
        "0-49" => "emails",
        _ => return None,
    })
}

fn id_of(value: &Value) -> Option<String> {
    let number = || value.as_u64().map(|id| id.to_string());
    value.as_str().map(str::to_owned).or_else(number)
}
