//! Meetings with customers and among colleagues: the past ones with summary and transcript, the
//! coming ones with an invitation.

use super::company::{Company, Narrow, World};
use super::prose::{Prose, euros, first_name};
use super::random::Random;
use super::selling::{DEAL_ROOM_ACCOUNTS, SHARED_ACCOUNT, STAGES, Story, account_name};
use super::words::{self, column, number};
use super::workspace::{Colleague, PEOPLE, by_handle};
use crate::store::company::{Meeting, MeetingAttendee, Origin};
use chrono::{DateTime, Duration, Utc};

/// With the internal ones, 60 past meetings.
const PAST_WITH_CUSTOMERS: usize = 44;
/// Every salesperson has something to prepare for.
const COMING_EACH: usize = 3;

/// A customer meeting's course; `us` and `them` say who speaks.
const COURSE: [&str; 11] = [
    "us_open",
    "them_open",
    "them_pain",
    "us_ask",
    "them_fact",
    "us_proof",
    "them_doubt",
    "us_answer",
    "them_money",
    "us_money",
    "them_close",
];

pub fn meet(world: &World<'_>, stories: &[Story], company: &mut Company) {
    let mut dice = world.random("meetings");
    for n in 0..PAST_WITH_CUSTOMERS {
        let story = &stories[(n * 7 + 3) % stories.len()];
        meet_customer(world, story, true, &mut dice, company);
    }
    for story in stories {
        let is_open = STAGES[story.stage].outcome == "open";
        if is_open && coming(company, world, story.owner) < COMING_EACH {
            meet_customer(world, story, false, &mut dice, company);
        }
    }
    for (index, row) in words::MEETINGS.iter().enumerate() {
        let day = index as i64 % 4;
        for (days, minute) in [
            (-8 - day, 120),
            (-1 - day, 180),
            (day, 150 + 30 * index as i64),
        ] {
            meet_colleagues(world, row, (days, minute), company);
        }
    }
}

fn coming(company: &Company, world: &World<'_>, seller: &Colleague) -> usize {
    let (now, seller) = (world.calendar.now(), world.roster.id(seller));
    let meetings = company.meetings.iter();
    meetings
        .filter(|meeting| meeting.starts_at > now && meeting.origin.owner_id == seller)
        .count()
}

fn meet_customer(
    world: &World<'_>,
    story: &Story,
    is_past: bool,
    dice: &mut Random,
    company: &mut Company,
) {
    let n = company.meetings.len();
    let starts_at = if is_past {
        let days = dice.between(story.last_contact, story.opened);
        world.calendar.past(-days, 90 + 30 * dice.between(0, 12))
    } else {
        world
            .calendar
            .at(dice.between(1, 9), 90 + 30 * dice.between(0, 12))
    };
    let amount = company.deals[story.deal]
        .amount
        .map_or(0, |amount| amount.0 / 100);
    let account = account_name(world, story.account);
    let prose = Prose::new(story, &account, euros(amount));
    let ends_at = starts_at + Duration::minutes(30 + 15 * dice.between(0, 2));
    let mut origin = origin_of(world, n, story.owner, (starts_at, ends_at), dice)
        .shared(story.account == SHARED_ACCOUNT);
    if DEAL_ROOM_ACCOUNTS.contains(&story.account) && dice.percent(50) {
        origin = origin.in_channel("C0DEALROOM");
    }
    company.meetings.push(Meeting {
        meeting_id: world.id("meetings", n),
        title: format!("{account}: {}", title_of(story, dice)),
        starts_at,
        ends_at,
        status: "confirmed",
        location: Some(
            dice.word(&["Video call", "At the customer's", "Phone"])
                .to_owned(),
        ),
        account_id: Some(story.account_id),
        deal_id: Some(story.deal_id),
        summary: is_past.then(|| {
            [
                "summary_open",
                "summary_mid",
                "summary_block",
                "summary_next",
            ]
            .map(|kind| prose.say(kind, dice))
            .join(" ")
        }),
        transcript: is_past.then(|| transcript(&prose, story, dice)),
        recording_url: is_past.then(|| {
            format!(
                "https://fireflies.wayfold.example/{}",
                world.key("meetings", n)
            )
        }),
        ical_uid: None,
        origin,
    });
    invite(
        world,
        n,
        story.owner,
        &["noor", "tom", "lukas"][dice.below(3)..][..1],
        is_past,
        company,
    );
    company.attendees.push(MeetingAttendee {
        meeting_id: world.id("meetings", n),
        email: story.contact.email.clone(),
        name: story.contact.name.clone(),
        person_id: None,
        contact_id: Some(story.contact.id),
        is_organizer: false,
        response: if is_past || dice.percent(60) {
            "accepted"
        } else {
            "none"
        },
    });
}

fn title_of(story: &Story, dice: &mut Random) -> String {
    let product = column(story.topic, 1);
    match STAGES[story.stage].name {
        "Discovery" => format!("first look at {product}"),
        "Demo" => format!("demo of {product}"),
        "Pilot" => format!("pilot review, {product}"),
        "Proposal" | "Negotiation" => format!("offer for {product}"),
        _ => format!(
            "{product}, {}",
            dice.word(&["next steps", "decision", "results"])
        ),
    }
}

fn transcript(prose: &Prose<'_>, story: &Story, dice: &mut Random) -> String {
    let (us, them) = (
        first_name(story.owner.name),
        first_name(&story.contact.name),
    );
    let mut lines: Vec<String> = Vec::with_capacity(COURSE.len() + 1);
    for kind in COURSE.iter().chain(&["us_close"]) {
        let speaker = if kind.starts_with("us") { us } else { them };
        lines.push(format!("{speaker}: {}", prose.say(kind, dice)));
    }
    lines.join("\n")
}

fn meet_colleagues(
    world: &World<'_>,
    row: &[&'static str],
    (days, minute): (i64, i64),
    company: &mut Company,
) {
    let Some(organiser) = by_handle(column(row, 1)) else {
        return;
    };
    let n = company.meetings.len();
    let is_past = days < 0;
    let starts_at = if is_past {
        world.calendar.past(days, minute)
    } else {
        world.calendar.at(days, minute)
    };
    let ends_at = starts_at + Duration::minutes(number(row, 4));
    let mut origin = world.origin(
        "google_calendar",
        ("meetings", n),
        Some(organiser),
        (
            starts_at - Duration::days(14),
            ends_at.min(world.calendar.now()),
        ),
    );
    origin = match column(row, 3) {
        "leadership" => origin.in_channel("C0LEADERS"),
        "person" => origin.private(),
        _ => origin,
    };
    company.meetings.push(Meeting {
        meeting_id: world.id("meetings", n),
        title: column(row, 0).to_owned(),
        starts_at,
        ends_at,
        status: "confirmed",
        location: Some("Room Harbour".to_owned()),
        account_id: None,
        deal_id: None,
        summary: is_past.then(|| column(row, 5).to_owned()),
        transcript: is_past.then(|| {
            column(row, 6)
                .split(" ; ")
                .map(spoken)
                .collect::<Vec<_>>()
                .join("\n")
        }),
        recording_url: None,
        ical_uid: None,
        origin,
    });
    let others: Vec<&str> = column(row, 2).split(',').collect();
    invite(world, n, organiser, &others, is_past, company);
}

/// `maya: Hello` → `Maya: Hello`.
fn spoken(line: &'static str) -> String {
    let (handle, text) = line.split_once(": ").unwrap_or(("", line));
    let name = by_handle(handle).map_or(handle, Colleague::first_name);
    format!("{name}: {text}")
}

fn origin_of(
    world: &World<'_>,
    n: usize,
    owner: &Colleague,
    (starts_at, ends_at): (DateTime<Utc>, DateTime<Utc>),
    dice: &mut Random,
) -> Origin {
    let invited = (starts_at - Duration::days(dice.between(3, 15))).min(world.calendar.now());
    let touched = ends_at.min(world.calendar.now());
    world.origin(
        "google_calendar",
        ("meetings", n),
        Some(owner),
        (invited, touched),
    )
}

fn invite(
    world: &World<'_>,
    n: usize,
    organiser: &Colleague,
    others: &[&str],
    is_past: bool,
    company: &mut Company,
) {
    let others = PEOPLE
        .iter()
        .filter(|person| others.contains(&person.handle));
    for person in [organiser].into_iter().chain(others) {
        let is_organizer = person.user == organiser.user;
        company.attendees.push(MeetingAttendee {
            meeting_id: world.id("meetings", n),
            email: person.email(),
            name: person.name.to_owned(),
            person_id: world.roster.id(person),
            contact_id: None,
            is_organizer,
            response: if is_past || is_organizer {
                "accepted"
            } else {
                "none"
            },
        });
    }
}
