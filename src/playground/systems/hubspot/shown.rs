//! What the playground's page shows of HubSpot.

use super::HubSpot;
use super::kinds::{COMPANIES, CONTACTS, DEALS, Kind, NOTES};
use super::records::{PORTAL, Record, World};
use crate::playground::systems::{Row, Shown, Table};
use serde_json::Value;
use std::cmp::Reverse;
use tokio::sync::watch;

/// Of each kind, the latest.
const MOST: usize = 200;

impl Shown for HubSpot {
    fn slug(&self) -> &'static str {
        "hubspot"
    }

    fn name(&self) -> &'static str {
        "HubSpot"
    }

    fn home(&self) -> String {
        home()
    }

    fn tables(&self) -> Vec<Table> {
        let world = self.shared.world.lock();
        let deal = |record: &Record| {
            vec![
                of(record, "dealname"),
                named(world.stages(), record.get("dealstage"), |it| {
                    text(it, "label")
                }),
                amount(record),
                of(record, "closedate").chars().take(10).collect(),
                owner(&world, record),
            ]
        };
        let contact = |record: &Record| {
            vec![
                [of(record, "firstname"), of(record, "lastname")].join(" "),
                of(record, "email"),
                of(record, "jobtitle"),
                owner(&world, record),
            ]
        };
        let company = |record: &Record| {
            vec![
                of(record, "name"),
                of(record, "domain"),
                of(record, "city"),
                owner(&world, record),
            ]
        };
        let note = |record: &Record| vec![of(record, "hs_note_body").replace("<br>", " ")];
        vec![
            Table {
                title: "Deals",
                columns: &["Deal", "Stage", "Amount", "Closes", "Owner"],
                rows: rows(&world, DEALS, Some("0-3"), deal),
            },
            Table {
                title: "Contacts",
                columns: &["Name", "Mail address", "Job title", "Owner"],
                rows: rows(&world, CONTACTS, Some("0-1"), contact),
            },
            Table {
                title: "Companies",
                columns: &["Name", "Domain", "City", "Owner"],
                rows: rows(&world, COMPANIES, Some("0-2"), company),
            },
            Table {
                title: "Notes",
                columns: &["Note"],
                rows: rows(&world, NOTES, None, note),
            },
        ]
    }

    fn changes(&self) -> watch::Receiver<u64> {
        self.shared.version.subscribe()
    }
}

fn home() -> String {
    format!("https://app.hubspot.com/contacts/{PORTAL}")
}

fn rows(
    world: &World,
    kind: &Kind,
    page: Option<&str>,
    cells: impl Fn(&Record) -> Vec<String>,
) -> Vec<Row> {
    let mut latest: Vec<&Record> = world.table(kind).live.values().collect();
    latest.sort_by_key(|record| Reverse(record.key()));
    let row = |record: &Record| Row {
        id: record.id.to_string(),
        link: page.map(|page| format!("{}/record/{page}/{}", home(), record.id)),
        cells: cells(record),
        changed: record.modified,
    };
    latest.into_iter().take(MOST).map(row).collect()
}

/// `48000.00` → `48,000 EUR`.
fn amount(record: &Record) -> String {
    let amount = of(record, "amount");
    let (whole, cents) = amount.split_once('.').unwrap_or((&amount, ""));
    let mut grouped = String::new();
    for (place, digit) in whole.chars().enumerate() {
        if place > 0 && (whole.len() - place).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    if cents.bytes().any(|digit| digit != b'0') {
        grouped = format!("{grouped}.{cents:0<2}");
    }
    match amount.as_str() {
        "" => String::new(),
        _ => format!("{grouped} {}", of(record, "deal_currency_code")),
    }
}

fn of(record: &Record, name: &str) -> String {
    record.get(name).unwrap_or_default().to_owned()
}

fn owner(world: &World, record: &Record) -> String {
    let name = |owner: &Value| format!("{} {}", text(owner, "firstName"), text(owner, "lastName"));
    named(world.owners.iter(), record.get("hubspot_owner_id"), name)
}

fn named<'a>(
    mut all: impl Iterator<Item = &'a Value>,
    id: Option<&str>,
    name: impl Fn(&Value) -> String,
) -> String {
    let found = id.and_then(|id| all.find(|it| it["id"] == id));
    found.map(name).unwrap_or_default()
}

fn text(value: &Value, name: &str) -> String {
    value[name].as_str().unwrap_or_default().to_owned()
}
