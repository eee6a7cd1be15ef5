//! HubSpot's kinds of records: what is asked of each, and what it becomes. Properties are text.

use super::rows::{Read, account, activity, contact, deal};
use super::{goals, meetings};
use crate::connectors::{Asked, Batch};
use crate::store::company::Activity;
use chrono::{DateTime, Utc};
use serde::Deserialize;
use serde_json::{Map, Value};
use std::collections::HashMap;

/// A record as lists and searches give it.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Record {
    pub id: String,
    #[serde(default)]
    pub properties: Map<String, Value>,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
    #[serde(default)]
    pub associations: HashMap<String, Associated>,
    /// The contacts that a meeting is with ([`meetings::introduce`]).
    #[serde(skip)]
    pub guests: Vec<Record>,
    /// What HubSpot calls whom a goal is for ([`goals::assign`]).
    #[serde(skip)]
    pub assignee: Option<String>,
}

impl Record {
    /// The ids of those that have become part of it.
    pub fn merged(&self) -> impl Iterator<Item = &str> {
        let ids = self.properties.get(MERGED).and_then(Value::as_str);
        let ids = ids.unwrap_or_default().split(';').map(str::trim);
        ids.filter(|id| !id.is_empty() && *id != self.id)
    }
}

#[derive(Debug, Clone, Default, Deserialize)]
pub struct Associated {
    pub results: Vec<Reference>,
}

#[derive(Debug, Clone, Deserialize)]
pub struct Reference {
    pub id: String,
    /// What sort of association it is, such as deal_to_company, which is that with the primary one.
    #[serde(default, rename = "type")]
    pub sort: Option<String>,
}

/// A kind of record: what is asked of it, and where it goes.
#[derive(Debug)]
pub struct Kind {
    /// HubSpot's name of it in addresses.
    pub name: &'static str,
    /// HubSpot's number of it in the addresses that people open. None: it has no page of its own.
    pub page: Option<&'static str>,
    pub table: &'static str,
    pub properties: &'static [&'static str],
    /// The property that says when a record last changed.
    pub modified: &'static str,
    pub linked: &'static [&'static str],
    add: fn(&mut Batch, &Read<'_>),
}

/// The ids of the records that have become part of one.
const MERGED: &str = "hs_merged_object_ids";

const ENGAGED: &[&str] = &["companies", "contacts", "deals"];

static KINDS: [Kind; 9] = [
    Kind {
        name: "companies",
        page: Some("0-2"),
        table: "accounts",
        properties: &[
            "name",
            "domain",
            "industry",
            "numberofemployees",
            "annualrevenue",
            "city",
            "country",
            "lifecyclestage",
            "description",
            "closedate",
            "hubspot_owner_id",
            MERGED,
        ],
        modified: "hs_lastmodifieddate",
        linked: &[],
        add: |rows, read| rows.accounts.push(account(read)),
    },
    Kind {
        name: "contacts",
        page: Some("0-1"),
        table: "contacts",
        properties: &[
            "firstname",
            "lastname",
            "email",
            "phone",
            "jobtitle",
            "hs_buying_role",
            "city",
            "country",
            "hs_timezone",
            "hubspot_owner_id",
            MERGED,
        ],
        modified: "lastmodifieddate",
        linked: &["companies"],
        add: |rows, read| rows.contacts.push(contact(read)),
    },
    Kind {
        name: "deals",
        page: Some("0-3"),
        table: "deals",
        properties: &[
            "dealname",
            "pipeline",
            "dealstage",
            "amount",
            "deal_currency_code",
            "closedate",
            "hs_is_closed",
            "hs_is_closed_won",
            "hs_v2_date_entered_current_stage",
            "notes_last_updated",
            "hs_next_step",
            "closed_lost_reason",
            "hubspot_owner_id",
            MERGED,
        ],
        modified: "hs_lastmodifieddate",
        linked: &["companies", "contacts"],
        add: |rows, read| rows.deals.push(deal(read)),
    },
    Kind {
        name: "emails",
        page: None,
        table: "activities",
        properties: &[
            "hs_timestamp",
            "hs_email_subject",
            "hs_email_text",
            "hs_email_direction",
            "hs_email_thread_id",
            "hubspot_owner_id",
        ],
        modified: "hs_lastmodifieddate",
        linked: ENGAGED,
        add: |rows, read| {
            rows.activities.push(Activity {
                subject: read.text("hs_email_subject"),
                body: read.text("hs_email_text"),
                direction: match read.get("hs_email_direction") {
                    Some("INCOMING_EMAIL") => Some("inbound"),
                    Some(_) => Some("outbound"),
                    None => None,
                },
                thread_key: read.text("hs_email_thread_id"),
                ..activity(read, "mail")
            });
        },
    },
    Kind {
        name: "calls",
        page: None,
        table: "activities",
        properties: &[
            "hs_timestamp",
            "hs_call_title",
            "hs_call_body",
            "hs_call_direction",
            "hs_call_duration",
            "hubspot_owner_id",
        ],
        modified: "hs_lastmodifieddate",
        linked: ENGAGED,
        add: |rows, read| {
            let milliseconds: Option<f64> =
                read.get("hs_call_duration").and_then(|it| it.parse().ok());
            rows.activities.push(Activity {
                subject: read.text("hs_call_title"),
                body: read.plain("hs_call_body"),
                direction: match read.get("hs_call_direction") {
                    Some("INBOUND") => Some("inbound"),
                    Some("OUTBOUND") => Some("outbound"),
                    _ => None,
                },
                duration_minutes: milliseconds.map(|it| (it / 60_000.0).round() as i32),
                ..activity(read, "call")
            });
        },
    },
    Kind {
        name: "notes",
        page: None,
        table: "activities",
        properties: &["hs_timestamp", "hs_note_body", "hubspot_owner_id"],
        modified: "hs_lastmodifieddate",
        linked: ENGAGED,
        add: |rows, read| {
            rows.activities.push(Activity {
                body: read.plain("hs_note_body"),
                ..activity(read, "note")
            });
        },
    },
    Kind {
        name: "tasks",
        page: None,
        table: "activities",
        properties: &[
            "hs_timestamp",
            "hs_task_subject",
            "hs_task_body",
            "hs_task_completion_date",
            "hubspot_owner_id",
        ],
        modified: "hs_lastmodifieddate",
        linked: ENGAGED,
        add: |rows, read| {
            rows.activities.push(Activity {
                subject: read.text("hs_task_subject"),
                body: read.plain("hs_task_body"),
                occurred_at: read.record.created_at,
                due_at: read.moment("hs_timestamp"),
                completed_at: read.moment("hs_task_completion_date"),
                ..activity(read, "task")
            });
        },
    },
    Kind {
        name: meetings::NAME,
        page: None,
        table: "meetings",
        properties: meetings::PROPERTIES,
        modified: "hs_lastmodifieddate",
        linked: ENGAGED,
        add: meetings::add,
    },
    Kind {
        name: goals::NAME,
        page: None,
        table: "goals",
        properties: goals::PROPERTIES,
        modified: "hs_lastmodifieddate",
        linked: &[],
        add: goals::add,
    },
];

impl Kind {
    pub fn of(stream: &str) -> Option<&'static Self> {
        KINDS.iter().find(|kind| kind.name == stream)
    }

    pub fn add(&self, rows: &mut Batch, asked: &Asked<'_>, home: &str, record: &Record) {
        (self.add)(
            rows,
            &Read {
                kind: self,
                asked,
                home,
                record,
            },
        );
    }

    /// Where people see a record.
    pub fn link(&self, home: &str, id: &str) -> Option<String> {
        Some(format!("{home}/record/{}/{id}", self.page?))
    }

    /// Records of several kinds share a table, and HubSpot numbers each kind by itself.
    pub fn source_id(&self, id: &str) -> String {
        format!("{}/{id}", self.name)
    }
}
