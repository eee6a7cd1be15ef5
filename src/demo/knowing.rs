//! Files, Slack messages, and the systems that all of it is said to come from.

use super::chatter;
use super::company::{Company, Narrow, World};
use super::prose::{Prose, euros};
use super::random::id_of;
use super::selling::{Story, account_name};
use super::words::{self, column};
use super::workspace::{self, CHANNELS, Colleague, PEOPLE, Said, by_handle};
use crate::base::ids::ChannelId;
use crate::store::company::{ChannelMessage, Connection, File, Origin};
use chrono::Duration;
use serde_json::json;

/// Of each kind of file that a deal brings.
const PER_KIND: usize = 3;

pub fn file_away(world: &World<'_>, stories: &[Story], company: &mut Company) {
    let mut dice = world.random("files");
    for (kind, row) in words::FILES.iter().enumerate() {
        for n in 0..PER_KIND {
            let story = &stories[(kind * 11 + n * 17 + 1) % stories.len()];
            let amount = company.deals[story.deal]
                .amount
                .map_or(0, |amount| amount.0 / 100);
            let account = account_name(world, story.account);
            let prose = Prose::new(story, &account, euros(amount));
            let name = prose.fill(column(row, 0), &mut dice);
            let content = prose.fill(column(row, 5), &mut dice);
            let mut file = file(
                world,
                row,
                story.owner,
                (name, content),
                company.files.len(),
            );
            file.account_id = Some(story.account_id);
            file.deal_id = Some(story.deal_id);
            company.files.push(file);
        }
    }
    for row in words::DOCUMENTS.iter().filter(|_| world.copy == 0) {
        let owner = by_handle(column(row, 2)).unwrap_or(&PEOPLE[0]);
        let words = (column(row, 0).to_owned(), column(row, 5).to_owned());
        let file = file(world, row, owner, words, company.files.len());
        company.files.push(file);
    }
}

fn file(
    world: &World<'_>,
    row: &[&str],
    owner: &Colleague,
    (name, content): (String, String),
    n: usize,
) -> File {
    let edited = world.calendar.past(-(n as i64 * 5 % 60 + 1), 200);
    let origin = world.origin(
        "google_drive",
        ("files", n),
        Some(owner),
        (edited - Duration::days(20), edited),
    );
    File {
        file_id: world.id("files", n),
        name,
        mime_type: Some(mime_type(column(row, 4)).to_owned()),
        size_bytes: Some(content.len() as i64 * 97),
        folder: Some(column(row, 1).to_owned()),
        content: Some(content),
        account_id: None,
        deal_id: None,
        project_id: None,
        origin: match column(row, 3) {
            "leadership" => origin.in_channel("C0LEADERS"),
            "design" => origin.shared(true),
            "person" => origin.private(),
            "shared" => origin.shared(true),
            _ => origin,
        },
    }
}

fn mime_type(ending: &str) -> &'static str {
    match ending {
        "pdf" => "application/pdf",
        "docx" => "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        "xlsx" => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        "md" => "text/markdown",
        _ => "application/octet-stream",
    }
}

/// The same messages that the playground's channels show.
pub fn post_messages(world: &World<'_>, company: &mut Company) {
    for said in chatter::messages(&world.calendar) {
        let author = PEOPLE.iter().find(|person| person.user == said.user);
        let channel = CHANNELS.iter().find(|channel| channel.id == said.channel);
        let (Some(author), Some(channel)) = (author, channel) else {
            continue;
        };
        let n = company.messages.len();
        let origin = Origin {
            channel_id: Some(ChannelId::from(channel.id)),
            ..world.origin("slack", ("messages", n), Some(author), (said.at, said.at))
        };
        company.messages.push(ChannelMessage {
            message_id: id_of("messages", &n.to_string()),
            channel_name: channel.name.to_owned(),
            author_name: author.name.to_owned(),
            text: said.text,
            sent_at: said.at,
            thread_id: Some(Said::ts(said.reply_to.unwrap_or(said.at))),
            origin: match channel.is_private {
                true => origin.in_channel(channel.id),
                false => origin.shared(channel.is_shared),
            },
        });
    }
}

/// Short name, name, minutes since the last sync, what is wrong.
type System = (&'static str, &'static str, i64, Option<&'static str>);

const SYSTEMS: [System; 7] = [
    ("hubspot", "HubSpot", 6, None),
    ("google_calendar", "Google Calendar", 3, None),
    ("google_drive", "Google Drive", 22, None),
    ("github", "GitHub", 2, None),
    ("slack", "Slack", 1, None),
    ("twilio", "Twilio", 35, None),
    (
        "linear",
        "Linear",
        190,
        Some("Linear limits how often we may ask; the next sync is in a few minutes."),
    ),
];

pub fn connect_systems(world: &World<'_>, company: &mut Company) {
    for (n, (system, name, minutes, note)) in SYSTEMS.into_iter().enumerate() {
        let connection = connection(world, n, (system, name, minutes, note), None, company);
        company.connections.push(connection);
    }
    for (n, seller) in workspace::of_role(workspace::Role::Sales).enumerate() {
        let name = format!("Gmail of {}", seller.name);
        let system = ("gmail", name.as_str(), 4 + n as i64, None);
        let connection = connection(world, 20 + n, system, Some(seller), company);
        company.connections.push(connection);
    }
}

fn connection(
    world: &World<'_>,
    n: usize,
    (system, name, minutes, note): (&'static str, &str, i64, Option<&str>),
    seller: Option<&Colleague>,
    company: &Company,
) -> Connection {
    let now = world.calendar.now();
    let since = (
        world.calendar.past(-180 + n as i64, 90),
        now - Duration::minutes(minutes),
    );
    let origin = world.origin("penny", ("connections", n), seller, since);
    Connection {
        connection_id: world.id("connections", n),
        system,
        name: name.to_owned(),
        scope: if seller.is_some() { "person" } else { "org" },
        health: if note.is_some() { "delayed" } else { "healthy" },
        health_note: note.map(str::to_owned),
        last_synced_at: Some(now - Duration::minutes(minutes)),
        row_counts: row_counts(
            company,
            system,
            seller.and_then(|seller| world.roster.id(seller)),
        ),
        origin: if seller.is_some() {
            origin.private()
        } else {
            origin
        },
    }
}

fn row_counts(
    company: &Company,
    system: &str,
    owner: Option<crate::base::ids::PersonId>,
) -> serde_json::Value {
    let mut counts = serde_json::Map::new();
    let mut count = |table: &str, origins: &mut dyn Iterator<Item = &Origin>| {
        let of_system = |origin: &&Origin| {
            origin.source == system && (owner.is_none() || origin.owner_id == owner)
        };
        let rows = origins.filter(of_system).count();
        if rows > 0 {
            counts.insert(table.to_owned(), json!(rows));
        }
    };
    count(
        "accounts",
        &mut company.accounts.iter().map(|row| &row.origin),
    );
    count(
        "contacts",
        &mut company.contacts.iter().map(|row| &row.origin),
    );
    count("deals", &mut company.deals.iter().map(|row| &row.origin));
    count(
        "activities",
        &mut company.activities.iter().map(|row| &row.origin),
    );
    count(
        "meetings",
        &mut company.meetings.iter().map(|row| &row.origin),
    );
    count("issues", &mut company.issues.iter().map(|row| &row.origin));
    count(
        "pull_requests",
        &mut company.pull_requests.iter().map(|row| &row.origin),
    );
    count(
        "commits",
        &mut company.commits.iter().map(|row| &row.origin),
    );
    count("files", &mut company.files.iter().map(|row| &row.origin));
    count(
        "messages",
        &mut company.messages.iter().map(|row| &row.origin),
    );
    serde_json::Value::Object(counts)
}
