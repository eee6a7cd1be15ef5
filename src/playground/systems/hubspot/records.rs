//! What the stand-in remembers: records by kind, their links, owners and pipelines.

use super::kinds::{CONTACTS, DEALS, KINDS, Kind};
use super::{Kept, NoSuchRecord, written};
use crate::playground::systems::keys::{Grants, Key};
use chrono::{DateTime, Utc};
use serde_json::{Map, Value, json};
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::Arc;

/// The number of the account.
pub const PORTAL: u64 = 245_191_007;

/// Each kind counts for itself from here, so that ids mean nothing without their kind, and none
/// fits 32 bits.
pub const FIRST_ID: u64 = 33_800_000_001;

#[derive(Debug, Clone)]
pub struct Record {
    pub id: u64,
    /// HubSpot's values are all text.
    properties: Vec<(Arc<str>, String)>,
    pub created: DateTime<Utc>,
    pub modified: DateTime<Utc>,
    archived: Option<DateTime<Utc>>,
}

/// A record to be taken over as it is.
#[derive(Debug)]
pub struct Settled {
    pub id: u64,
    pub created: DateTime<Utc>,
    pub modified: DateTime<Utc>,
    pub properties: Vec<(&'static str, String)>,
    pub links: Vec<(&'static Kind, u64)>,
}

#[derive(Debug, Default)]
pub struct Table {
    made: u64,
    pub live: BTreeMap<u64, Record>,
    pub archived: BTreeMap<u64, Record>,
    /// The keys of all that live, in the order of change; None: to be made by the next search.
    order: Option<Vec<(i64, u64)>>,
    /// What a search that is behind finds in place of what there is; None: nothing.
    pub behind: HashMap<u64, Option<Record>>,
}

#[derive(Debug)]
pub struct World {
    pub key: Key,
    pub grants: Grants,
    pub withdrawn: BTreeSet<&'static str>,
    pub tables: [Table; KINDS.len()],
    links: HashMap<(usize, u64), Vec<(usize, u64)>>,
    pub owners: Vec<Value>,
    pub pipelines: Vec<Value>,
    names: HashSet<Arc<str>>,
    is_search_held: bool,
    /// What there is to tell, and how much was told.
    pub news: Vec<Value>,
    pub told: u64,
}

/// Records of the same millisecond come in an order that nobody may rely on.
pub fn place((at, id): &(i64, u64)) -> (i64, u64) {
    (*at, id.reverse_bits())
}

impl Table {
    /// Made before a search reads it.
    fn put_in_order(&mut self) {
        let live = &self.live;
        self.order.get_or_insert_with(|| {
            let mut order: Vec<_> = live.values().map(Record::key).collect();
            order.sort_unstable_by_key(place);
            order
        });
    }

    /// (milliseconds, id) of what changed within these milliseconds.
    pub fn changed_within(&self, first: i64, last: i64) -> &[(i64, u64)] {
        let order = self.order.as_deref().unwrap_or_default();
        let begin = order.partition_point(|(at, _)| *at < first);
        let end = order.partition_point(|(at, _)| *at <= last);
        &order[begin..end.max(begin)]
    }
}

impl Default for World {
    fn default() -> Self {
        Self {
            key: Key::new("pat-eu1-"),
            grants: Grants::default(),
            withdrawn: BTreeSet::new(),
            tables: Default::default(),
            links: HashMap::new(),
            owners: Vec::new(),
            pipelines: Vec::new(),
            names: HashSet::new(),
            is_search_held: false,
            news: Vec::new(),
            told: 0,
        }
    }
}

impl World {
    pub fn table(&self, kind: &Kind) -> &Table {
        &self.tables[kind.at]
    }

    pub fn table_to_search(&mut self, kind: &Kind) -> &Table {
        let table = &mut self.tables[kind.at];
        table.put_in_order();
        table
    }

    pub fn add(&mut self, kind: &Kind, properties: &[(&str, &str)], now: DateTime<Utc>) -> u64 {
        let id = FIRST_ID + self.tables[kind.at].made;
        self.tables[kind.at].made += 1;
        let mut record = Record {
            id,
            properties: Vec::with_capacity(properties.len()),
            created: now,
            modified: now,
            archived: None,
        };
        self.set(&mut record, properties);
        if kind.at == DEALS.at {
            self.follow_stage(&mut record, now);
            // What was given stands.
            self.set(&mut record, properties);
        }
        self.put(kind, record);
        self.note(kind, id, "creation", &Value::Null, now);
        id
    }

    /// A record as it would be after a life elsewhere: with its own id, times and links.
    pub fn settle(&mut self, kind: &Kind, settled: &Settled) {
        let mut record = Record {
            id: settled.id,
            properties: Vec::new(),
            created: settled.created,
            modified: settled.modified,
            archived: None,
        };
        let properties: Vec<(&str, &str)> = settled
            .properties
            .iter()
            .map(|(name, value)| (*name, value.as_str()))
            .collect();
        if kind.at == DEALS.at {
            self.set(&mut record, &properties);
            self.follow_stage(&mut record, settled.modified);
        }
        self.set(&mut record, &properties);
        self.put(kind, record);
        let table = &mut self.tables[kind.at];
        table.made = table.made.max(settled.id.saturating_sub(FIRST_ID) + 1);
        for (other, id) in &settled.links {
            let ends = [
                ((kind.at, settled.id), (other.at, *id)),
                ((other.at, *id), (kind.at, settled.id)),
            ];
            for (end, other) in ends {
                self.links.entry(end).or_default().push(other);
            }
        }
    }

    pub fn change(
        &mut self,
        kind: &Kind,
        id: u64,
        properties: &[(&str, &str)],
        now: DateTime<Utc>,
    ) -> Result<(), NoSuchRecord> {
        let mut record = self.take(kind, id)?;
        let stage = record.get("dealstage").map(str::to_owned);
        self.set(&mut record, properties);
        if kind.at == DEALS.at && record.get("dealstage") != stage.as_deref() {
            self.follow_stage(&mut record, now);
        }
        record.modified = now;
        self.put(kind, record);
        for (name, value) in properties {
            let changed = json!({"propertyName": name, "propertyValue": value});
            self.note(kind, id, "propertyChange", &changed, now);
        }
        Ok(())
    }

    pub fn archive(
        &mut self,
        kind: &Kind,
        id: u64,
        now: DateTime<Utc>,
    ) -> Result<(), NoSuchRecord> {
        let mut record = self.take(kind, id)?;
        record.archived = Some(now);
        self.tables[kind.at].archived.insert(id, record);
        self.note(kind, id, "deletion", &Value::Null, now);
        Ok(())
    }

    /// Erases a record: no list names it from now on, not even that of what was archived.
    pub fn erase(&mut self, kind: &Kind, id: u64, now: DateTime<Utc>) -> Result<(), NoSuchRecord> {
        self.take(kind, id)?;
        self.note(kind, id, "deletion", &Value::Null, now);
        let other = json!({"subscriptionId": 8});
        self.note(kind, id, "privacyDeletion", &other, now);
        Ok(())
    }

    /// Makes a record a part of another one, and no longer one itself.
    pub fn merge(
        &mut self,
        kind: &Kind,
        id: u64,
        into: u64,
        now: DateTime<Utc>,
    ) -> Result<(), NoSuchRecord> {
        self.take(kind, id)?;
        let merged = id.to_string();
        self.change(kind, into, &[("hs_merged_object_ids", &merged)], now)?;
        let told = json!({
            "primaryObjectId": into, "mergedObjectIds": [id], "newObjectId": into,
            "numberOfPropertiesMoved": 0,
        });
        self.note(kind, into, "merge", &told, now);
        Ok(())
    }

    /// HubSpot counts a record's associations in its properties, so a link is a change of both
    /// ends, except of what happened with them.
    pub fn link(
        &mut self,
        from: (&Kind, u64),
        to: (&Kind, u64),
        now: DateTime<Utc>,
    ) -> Result<(), NoSuchRecord> {
        for (kind, id) in [from, to] {
            if !self.table(kind).live.contains_key(&id) {
                return Err(NoSuchRecord::new(kind, id));
            }
        }
        for ((kind, id), (other, other_id)) in [(from, to), (to, from)] {
            let links = self.links.entry((kind.at, id)).or_default();
            if !links.contains(&(other.at, other_id)) {
                links.push((other.at, other_id));
            }
            if !kind.is_engagement() {
                self.change(kind, id, &[], now)?;
            }
        }
        Ok(())
    }

    /// The records of a kind that one is linked with, as long as they are not archived.
    pub fn linked(&self, kind: &Kind, id: u64, to: &Kind) -> Vec<u64> {
        let links = self.links.get(&(kind.at, id)).into_iter().flatten();
        links
            .filter(|(at, other)| *at == to.at && self.table(to).live.contains_key(other))
            .map(|(_, other)| *other)
            .collect()
    }

    pub fn hold_search(&mut self, held: bool) {
        self.is_search_held = held;
        for table in &mut self.tables {
            table.behind.clear();
        }
    }

    pub fn all(&self, kind: &Kind) -> Vec<Kept> {
        let table = self.table(kind);
        let mut all: Vec<_> = table.live.values().chain(table.archived.values()).collect();
        all.sort_by_key(|record| record.id);
        all.into_iter().map(Record::kept).collect()
    }

    /// The contact with a mail address.
    pub fn contact_with(&self, email: &str) -> Option<u64> {
        let mut contacts = self.table(CONTACTS).live.values();
        Some(contacts.find(|it| it.get("email") == Some(email))?.id)
    }

    pub fn set(&mut self, record: &mut Record, properties: &[(&str, &str)]) {
        for (name, value) in properties {
            let value = (*value).to_owned();
            match record.properties.iter_mut().find(|(it, _)| **it == **name) {
                Some((_, old)) => *old = value,
                None => record.properties.push((self.name(name), value)),
            }
        }
    }

    /// One text for all records that have this property.
    fn name(&mut self, name: &str) -> Arc<str> {
        if let Some(known) = self.names.get(name) {
            return known.clone();
        }
        let name: Arc<str> = name.into();
        self.names.insert(name.clone());
        name
    }

    fn take(&mut self, kind: &Kind, id: u64) -> Result<Record, NoSuchRecord> {
        let table = &mut self.tables[kind.at];
        let gone = || NoSuchRecord::new(kind, id);
        let record = table.live.remove(&id).ok_or_else(gone)?;
        if let Some(order) = &mut table.order {
            let key = record.key();
            if let Ok(found) = order.binary_search_by_key(&place(&key), place) {
                order.remove(found);
            }
        }
        if self.is_search_held {
            let before = || Some(record.clone());
            table.behind.entry(id).or_insert_with(before);
        }
        Ok(record)
    }

    fn put(&mut self, kind: &Kind, record: Record) {
        let table = &mut self.tables[kind.at];
        if self.is_search_held {
            table.behind.entry(record.id).or_insert(None);
        }
        if let Some(order) = &mut table.order {
            let key = record.key();
            let before = order.partition_point(|other| place(other) < place(&key));
            order.insert(before, key);
        }
        table.live.insert(record.id, record);
    }
}

impl Record {
    pub fn key(&self) -> (i64, u64) {
        (self.modified.timestamp_millis(), self.id)
    }

    pub fn get(&self, name: &str) -> Option<&str> {
        let found = self.properties.iter().find(|(it, _)| **it == *name);
        found.map(|(_, value)| value.as_str())
    }

    /// As lists and searches give it: what was asked for, what has no value as null, and three
    /// properties that come in any case.
    pub fn shown(&self, kind: &Kind, asked: &[String]) -> Value {
        let mut properties = Map::new();
        let mut show = |name: &str| {
            let value = self.get(name).map_or(Value::Null, Value::from);
            properties.insert(name.to_owned(), value);
        };
        if asked.is_empty() {
            kind.listed.iter().for_each(|name| show(name));
        } else {
            asked.iter().for_each(|name| show(name));
        }
        let id = self.id.to_string();
        let (created, modified) = (written(self.created), written(self.modified));
        properties.insert(kind.created.to_owned(), created.as_str().into());
        properties.insert(kind.modified.to_owned(), modified.as_str().into());
        properties.insert("hs_object_id".to_owned(), id.as_str().into());
        let mut shown = json!({
            "id": id,
            "properties": properties,
            "createdAt": created,
            "updatedAt": modified,
            "archived": self.archived.is_some(),
        });
        if let Some(at) = self.archived {
            shown["archivedAt"] = written(at).into();
        }
        shown
    }

    fn kept(&self) -> Kept {
        let text = |(name, value): &(Arc<str>, String)| (name.to_string(), value.clone());
        Kept {
            id: self.id.to_string(),
            properties: self.properties.iter().map(text).collect(),
            modified: self.modified,
            archived: self.archived.is_some(),
        }
    }
}
