//! HubSpot as one of the stand-ins, and what the playground's page shows of it.

use super::kinds::{COMPANIES, CONTACTS, DEALS, Kind, NOTES};
use super::oauth::COMPANY;
use super::records::{Record, World};
use super::refusal::Limit;
use super::{HubSpot, routes, telling};
use crate::playground::systems::keys::{Key, Keyed};
use crate::playground::systems::stand_in::System;
use crate::playground::systems::telling::{Letter, Subscription};
use crate::playground::systems::{Row, Table};
use axum::Router;
use chrono::{DateTime, Utc};
use serde_json::Value;

impl System for World {
    const SLUG: &'static str = "hubspot";
    const NAME: &'static str = "HubSpot";
    const HOME: &'static str = "https://app.hubspot.com/contacts/245191007";
    type Limit = Limit;

    fn router(hubspot: HubSpot) -> Router {
        routes::router(hubspot)
    }

    fn news(&mut self) -> Vec<Value> {
        std::mem::take(&mut self.news)
    }

    /// At most a hundred of them come at a time.
    fn letters(news: Vec<Value>, to: &Subscription, now: DateTime<Utc>) -> Vec<Letter> {
        let batches = news.chunks(100).map(<[Value]>::to_vec);
        batches
            .filter_map(|notes| telling::letter(notes, to, now))
            .collect()
    }

    fn tables(&self) -> Vec<Table> {
        let world = self;
        let deal = |record: &Record| {
            vec![
                of(record, "dealname"),
                named(world.stages(), record.get("dealstage"), |it| {
                    text(it, "label")
                }),
                amount(record),
                of(record, "closedate").chars().take(10).collect(),
                owner(world, record),
            ]
        };
        let contact = |record: &Record| {
            vec![
                [of(record, "firstname"), of(record, "lastname")].join(" "),
                of(record, "email"),
                of(record, "jobtitle"),
                owner(world, record),
            ]
        };
        let company = |record: &Record| {
            vec![
                of(record, "name"),
                of(record, "domain"),
                of(record, "city"),
                owner(world, record),
            ]
        };
        let note = |record: &Record| vec![of(record, "hs_note_body").replace("<br>", " ")];
        vec![
            Table::new(
                "Deals",
                &["Deal", "Stage", "Amount", "Closes", "Owner"],
                rows(world, DEALS, Some("0-3"), deal),
            ),
            Table::new(
                "Contacts",
                &["Name", "Mail address", "Job title", "Owner"],
                rows(world, CONTACTS, Some("0-1"), contact),
            ),
            Table::new(
                "Companies",
                &["Name", "Domain", "City", "Owner"],
                rows(world, COMPANIES, Some("0-2"), company),
            ),
            Table::new("Notes", &["Note"], rows(world, NOTES, None, note)),
        ]
    }
}

impl Keyed for World {
    fn key(&mut self) -> &mut Key {
        &mut self.key
    }

    fn revoke(&mut self) {
        self.key.revoke();
        self.grants.revoke(COMPANY);
    }
}

fn rows(
    world: &World,
    kind: &Kind,
    page: Option<&str>,
    cells: impl Fn(&Record) -> Vec<String>,
) -> Vec<Row> {
    let row = |record: &Record| Row {
        id: record.id.to_string(),
        link: page.map(|page| format!("{}/record/{page}/{}", World::HOME, record.id)),
        cells: cells(record),
        changed: record.modified,
    };
    world.table(kind).live.values().map(row).collect()
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
