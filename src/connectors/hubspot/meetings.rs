//! HubSpot's meetings and who comes to them: colleagues by their numbers as owners, customers as
//! contacts, anybody else by a mail address.

use super::objects::Record;
use super::rows::Read;
use crate::connectors::{Batch, ConnectorError};
use crate::net::json_api::JsonApi;
use crate::store::company::{Guest, Guests, Meeting};
use serde::Deserialize;
use serde_json::{Value, json};
use std::collections::{BTreeSet, HashMap};

pub const NAME: &str = "meetings";

pub const PROPERTIES: &[&str] = &[
    "hs_timestamp",
    "hs_meeting_title",
    "hs_meeting_body",
    "hs_internal_meeting_notes",
    "hs_meeting_start_time",
    "hs_meeting_end_time",
    "hs_meeting_location",
    "hs_meeting_outcome",
    "hs_meeting_external_url",
    "hs_i_cal_uid",
    "hs_attendee_owner_ids",
    "hs_guest_emails",
    "hubspot_owner_id",
];

/// HubSpot reads so many records by their ids at once.
const BY_ID: usize = 100;

#[derive(Deserialize)]
struct Found {
    results: Vec<Record>,
}

/// Finds out who the contacts of meetings are: their ids are all that a meeting says of them.
pub async fn introduce(api: &JsonApi, records: &mut [Record]) -> Result<(), ConnectorError> {
    let ids: BTreeSet<&str> = records.iter().flat_map(contacts).collect();
    let ids: Vec<&str> = ids.into_iter().collect();
    let mut known: HashMap<String, Record> = HashMap::new();
    for some in ids.chunks(BY_ID) {
        let inputs: Vec<Value> = some.iter().map(|id| json!({"id": id})).collect();
        let wanted = json!({"properties": ["firstname", "lastname", "email"], "inputs": inputs});
        let path = "/crm/v3/objects/contacts/batch/read";
        let found: Found = api.search(path, &wanted).await?;
        known.extend(found.results.into_iter().map(|it| (it.id.clone(), it)));
    }
    for record in records {
        let ids: BTreeSet<&str> = contacts(record).collect();
        let guests = ids.into_iter().filter_map(|id| known.get(id).cloned());
        record.guests = guests.collect();
    }
    Ok(())
}

fn contacts(record: &Record) -> impl Iterator<Item = &str> {
    let linked = record.associations.get("contacts");
    let linked = linked.into_iter().flat_map(|it| &it.results);
    linked.map(|it| it.id.as_str())
}

pub fn add(rows: &mut Batch, read: &Read<'_>) {
    let starts_at = read
        .moment("hs_meeting_start_time")
        .or_else(|| read.moment("hs_timestamp"))
        .unwrap_or(read.record.created_at);
    let ends_at = read.moment("hs_meeting_end_time").unwrap_or(starts_at);
    let said = ["hs_internal_meeting_notes", "hs_meeting_body"];
    let said: Vec<String> = said.iter().filter_map(|it| read.plain(it)).collect();
    let mut origin = read.origin();
    // Its page in the calendar; HubSpot has none for it.
    origin.source_url = read
        .text("hs_meeting_external_url")
        .filter(|url| url.starts_with("https://"));
    rows.guests.push(Guests {
        source: origin.source,
        source_id: origin.source_id.clone(),
        guests: guests(read),
    });
    rows.meetings.push(Meeting {
        meeting_id: read.id(),
        title: read
            .text("hs_meeting_title")
            .unwrap_or_else(|| "(no title)".to_owned()),
        starts_at,
        ends_at: ends_at.max(starts_at),
        status: match read.get("hs_meeting_outcome") {
            Some("CANCELED") => "cancelled",
            _ => "confirmed",
        },
        location: read.text("hs_meeting_location"),
        account_id: read.linked("companies", "accounts"),
        deal_id: read.linked("deals", "deals"),
        summary: (!said.is_empty()).then(|| said.join("\n\n")),
        transcript: None,
        recording_url: None,
        ical_uid: read.text("hs_i_cal_uid"),
        origin,
    });
}

fn guests(read: &Read<'_>) -> Vec<Guest> {
    let organizer = read.get("hubspot_owner_id");
    let owners = listed(read, "hs_attendee_owner_ids");
    let owners = owners.filter(|id| Some(*id) != organizer);
    let colleagues = organizer.into_iter().chain(owners).map(|id| Guest {
        user_id: Some(id.to_owned()),
        is_organizer: Some(id) == organizer,
        ..Guest::default()
    });
    let contacts = read.record.guests.iter().map(|contact| {
        let record = Read {
            record: contact,
            ..*read
        };
        let names = [record.get("firstname"), record.get("lastname")];
        let name = names.into_iter().flatten().collect::<Vec<_>>().join(" ");
        Guest {
            contact_id: Some(read.row("contacts", "contacts", &contact.id)),
            email: record.text("email"),
            name: (!name.is_empty()).then(|| name.replace('\0', "")),
            ..Guest::default()
        }
    });
    let others = listed(read, "hs_guest_emails").map(|email| Guest {
        email: Some(email.replace('\0', "")),
        ..Guest::default()
    });
    colleagues.chain(contacts).chain(others).collect()
}

/// Several values are one text with semicolons.
fn listed<'a>(read: &'a Read<'_>, property: &str) -> impl Iterator<Item = &'a str> {
    let all = read.get(property).unwrap_or_default().split([';', ',']);
    all.map(str::trim).filter(|it| !it.is_empty())
}
