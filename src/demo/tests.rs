//! What makes the demo company believable, checked for many days and copies.

use super::calendar::Calendar;
use super::company::{Company, Roster, World};
use super::workspace::{CHANNELS, PEOPLE, Role, of_role, workspace};
use crate::base::ids::{OrgId, PersonId};
use crate::store::Db;
use crate::store::company::{Origin, Visibility};
use crate::store::embedded::testing::TestDatabase;
use chrono::{DateTime, Duration, TimeZone, Utc};
use proptest::prelude::*;
use std::collections::HashSet;
use uuid::Uuid;

fn noon(days: i64) -> DateTime<Utc> {
    Utc.timestamp_opt(1_795_262_400, 0).unwrap() + Duration::days(days)
}

fn company(now: DateTime<Utc>, copy: u32) -> Company {
    let roster = Roster::offline();
    Company::generate(&World {
        org: OrgId(Uuid::nil()),
        calendar: Calendar::new(now),
        roster: &roster,
        copy,
    })
}

fn origins(company: &Company) -> Vec<&Origin> {
    let mut all: Vec<&Origin> = Vec::new();
    all.extend(company.connections.iter().map(|row| &row.origin));
    all.extend(company.goals.iter().map(|row| &row.origin));
    all.extend(company.accounts.iter().map(|row| &row.origin));
    all.extend(company.contacts.iter().map(|row| &row.origin));
    all.extend(company.deals.iter().map(|row| &row.origin));
    all.extend(company.activities.iter().map(|row| &row.origin));
    all.extend(company.meetings.iter().map(|row| &row.origin));
    all.extend(company.issues.iter().map(|row| &row.origin));
    all.extend(company.pull_requests.iter().map(|row| &row.origin));
    all.extend(company.commits.iter().map(|row| &row.origin));
    all.extend(company.files.iter().map(|row| &row.origin));
    all.extend(company.messages.iter().map(|row| &row.origin));
    all
}

#[test]
fn the_company_has_the_size_it_is_said_to_have() {
    let company = company(noon(0), 0);
    let members = PEOPLE.iter().filter(|person| person.role != Role::External);
    assert_eq!(members.count(), 12);
    assert_eq!(company.accounts.len(), 40);
    assert_eq!(company.contacts.len(), 150);
    assert_eq!(company.deals.len(), 120);
    assert_eq!(company.activities.len(), 800);
    assert_eq!(company.issues.len(), 200);
    assert_eq!(company.pull_requests.len(), 100);
    assert_eq!(company.files.len(), 30);
    let held = company
        .meetings
        .iter()
        .filter(|meeting| meeting.transcript.is_some());
    assert_eq!(held.count(), 60);
}

#[test]
fn the_same_day_makes_the_same_company() {
    assert_eq!(company(noon(3), 0), company(noon(3), 0));
}

#[test]
fn another_day_moves_the_dates_and_nothing_else() {
    let (today, later) = (company(noon(0), 0), company(noon(45), 0));
    let ids = |company: &Company| -> Vec<String> {
        origins(company)
            .iter()
            .map(|origin| origin.source_id.clone())
            .collect()
    };
    assert_eq!(ids(&today), ids(&later));
    let names = |company: &Company| -> Vec<String> {
        company.deals.iter().map(|deal| deal.name.clone()).collect()
    };
    assert_eq!(names(&today), names(&later));
    assert_ne!(today.deals[0].closed_at, later.deals[0].closed_at);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn on_any_day_what_has_happened_is_past_and_what_is_open_closes_around_today(
        day in 0_i64..1500,
        minute in 0_i64..1440,
        copy in 0_u32..4,
    ) {
        let now = noon(day) + Duration::minutes(minute);
        let company = company(now, copy);
        for deal in &company.deals {
            let close = deal.close_date.unwrap();
            prop_assert_eq!(deal.status == "open", deal.closed_at.is_none());
            prop_assert!(deal.origin.created_at <= now);
            match deal.closed_at {
                Some(closed) => prop_assert!(closed <= now && closed.date_naive() == close),
                None => prop_assert!((close - now.date_naive()).num_days().abs() < 160),
            }
        }
        for activity in &company.activities {
            prop_assert!(activity.occurred_at <= now);
        }
        for meeting in &company.meetings {
            prop_assert!(meeting.starts_at < meeting.ends_at);
            prop_assert_eq!(meeting.summary.is_some(), meeting.transcript.is_some());
            if meeting.transcript.is_some() {
                prop_assert!(meeting.starts_at <= now);
            }
        }
        for issue in &company.issues {
            let is_closed = matches!(issue.status, "done" | "cancelled");
            prop_assert_eq!(is_closed, issue.completed_at.is_some());
            prop_assert!(issue.completed_at.is_none_or(|done| done <= now && done >= issue.origin.created_at));
        }
        for origin in origins(&company) {
            prop_assert!(origin.created_at <= origin.updated_at && origin.created_at <= now);
        }
    }
}

#[test]
fn a_reply_follows_the_mail_that_it_answers() {
    let company = company(noon(0), 0);
    let mails = company
        .activities
        .iter()
        .filter(|activity| activity.thread_key.is_some());
    let mut threads: std::collections::HashMap<_, Vec<_>> = std::collections::HashMap::new();
    for mail in mails {
        threads
            .entry(mail.thread_key.clone())
            .or_default()
            .push(mail);
    }
    for thread in threads.values() {
        let directions: Vec<_> = thread.iter().map(|mail| mail.direction.unwrap()).collect();
        assert_eq!(directions, ["outbound", "inbound"]);
        assert!(thread[0].occurred_at < thread[1].occurred_at);
        assert_eq!(
            thread[1].subject,
            thread[0]
                .subject
                .as_ref()
                .map(|subject| format!("Re: {subject}"))
        );
    }
}

#[test]
fn no_two_rows_are_the_same_row() {
    let (first, second) = (company(noon(0), 0), company(noon(0), 1));
    let mut seen = HashSet::new();
    for company in [&first, &second] {
        for activity in &company.activities {
            assert!(seen.insert(activity.activity_id));
        }
        for deal in &company.deals {
            assert!(seen.insert(deal.deal_id));
        }
    }
}

#[test]
fn what_people_write_reads_like_prose_and_seldom_repeats() {
    let company = company(noon(0), 0);
    let bodies: Vec<&String> = company
        .activities
        .iter()
        .filter_map(|row| row.body.as_ref())
        .collect();
    let different: HashSet<&&String> = bodies.iter().collect();
    assert!(
        different.len() * 100 >= bodies.len() * 97,
        "{} of {}",
        different.len(),
        bodies.len()
    );
    let transcripts = company
        .meetings
        .iter()
        .filter_map(|row| row.transcript.as_ref());
    for text in bodies.into_iter().chain(transcripts) {
        assert!(text.len() > 20, "{text}");
        for blunder in ["{", "}", "lorem", "Lorem", "  ", "..", " ,", "TODO"] {
            assert!(!text.contains(blunder), "{blunder:?} in: {text}");
        }
    }
}

#[test]
fn everybody_owns_something_and_every_salesperson_has_private_mail() {
    let (company, roster) = (company(noon(0), 0), Roster::offline());
    let owners: HashSet<PersonId> = origins(&company)
        .iter()
        .filter_map(|row| row.owner_id)
        .collect();
    for person in &PEOPLE {
        assert!(
            owners.contains(&roster.id(person).unwrap()),
            "{}",
            person.name
        );
    }
    for seller in of_role(Role::Sales) {
        let is_private = |origin: &Origin| {
            origin.visibility == Visibility::Person && origin.owner_id == roster.id(seller)
        };
        assert!(
            company
                .activities
                .iter()
                .any(|mail| is_private(&mail.origin)),
            "{}",
            seller.name
        );
    }
    let in_channel = |row: &&Origin| row.visibility == Visibility::Channel;
    assert!(origins(&company).into_iter().filter(in_channel).count() > 10);
    assert!(origins(&company).iter().filter(|row| row.shareable).count() > 10);
}

#[test]
fn nothing_private_is_shareable_with_people_from_outside() {
    for origin in origins(&company(noon(0), 0)) {
        assert!(
            !origin.shareable || origin.visibility == Visibility::Org,
            "{origin:?}"
        );
    }
}

#[test]
fn who_speaks_in_a_channel_is_in_it() {
    for said in workspace(noon(0)).messages {
        let channel = CHANNELS
            .iter()
            .find(|channel| channel.id == said.channel)
            .unwrap();
        let is_guest_in_public = said.channel == "C0RANDOM" && said.user == "U0BEN";
        assert!(
            channel.members.contains(&said.user) || is_guest_in_public,
            "{said:?}"
        );
    }
}

#[tokio::test]
async fn seeding_twice_changes_nothing_and_seeding_tomorrow_moves_the_dates() {
    let database = TestDatabase::fresh().await.unwrap();
    let db = Db::connect(database.url().expose(), 2).await.unwrap();
    let org = OrgId(Uuid::from_u128(7));
    let rows = super::seed(&db, org, noon(0), 2, &|_| {}).await.unwrap();
    // That the database takes them shows that every reference resolves.
    assert!(rows > 3000, "{rows}");
    assert_eq!(super::seed(&db, org, noon(0), 2, &|_| {}).await.unwrap(), 0);
    let moved = super::seed(&db, org, noon(7), 1, &|_| {}).await.unwrap();
    assert!(moved > 1000, "{moved}");
}
