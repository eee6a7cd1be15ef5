//! Random companies, random viewers: the database shows exactly the rows that the rule, written
//! down here a second time in Rust, says it should.

use super::world::{Rule, TABLES, World, in_private};
use penny::base::ids::{ChannelId, OrgId, PersonId};
use penny::base::viewer::{Audience, Viewer};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use std::collections::BTreeSet;
use tokio::runtime::Runtime;

const PEOPLE: usize = 3;
const CHANNELS: [&str; 3] = ["C1", "C2", "C3"];

#[derive(Debug, Clone)]
struct Row {
    table: usize,
    org: usize,
    visibility: &'static str,
    owner: Option<usize>,
    channel: Option<usize>,
    shareable: bool,
}

#[derive(Debug, Clone)]
struct Look {
    org: usize,
    person: usize,
    channel: Option<usize>,
    external: bool,
}

#[derive(Debug, Clone)]
struct Case {
    rows: Vec<Row>,
    /// (organisation, channel, person)
    members: Vec<(usize, usize, usize)>,
    guests: Vec<(usize, usize)>,
    looks: Vec<Look>,
}

fn rows() -> impl Strategy<Value = Row> {
    (
        0..TABLES.len(),
        0..2usize,
        prop::sample::select(vec!["org", "channel", "person"]),
        prop::option::of(0..PEOPLE),
        prop::option::of(0..CHANNELS.len()),
        any::<bool>(),
    )
        .prop_map(|(table, org, visibility, owner, channel, shareable)| Row {
            table,
            org,
            visibility,
            // The tables demand the one that the visibility speaks of.
            owner: owner.or((visibility == "person").then_some(0)),
            channel: channel.or((visibility == "channel").then_some(0)),
            shareable,
        })
}

fn cases() -> impl Strategy<Value = Case> {
    let looks = (
        0..2usize,
        0..PEOPLE,
        prop::option::of(0..CHANNELS.len()),
        any::<bool>(),
    )
        .prop_map(|(org, person, channel, external)| Look {
            org,
            person,
            channel,
            external,
        });
    (
        prop::collection::vec(rows(), 1..40),
        prop::collection::vec((0..2usize, 0..CHANNELS.len(), 0..PEOPLE), 0..6),
        prop::collection::vec((0..2usize, 0..PEOPLE), 0..2),
        prop::collection::vec(looks, 4),
    )
        .prop_map(|(rows, members, guests, looks)| Case {
            rows,
            members,
            guests,
            looks,
        })
}

/// The rule, as the product's documents tell it.
fn may_see(case: &Case, look: &Look, row: &Row) -> bool {
    let outsiders_listen = look.external || case.guests.contains(&(look.org, look.person));
    let is_open_to_them = match (row.visibility, look.channel) {
        ("org", _) => true,
        ("person", None) => row.owner == Some(look.person),
        ("person", Some(_)) => false,
        ("channel", None) => row
            .channel
            .is_some_and(|channel| case.members.contains(&(look.org, channel, look.person))),
        ("channel", Some(here)) => row.channel == Some(here),
        _ => unreachable!(),
    };
    row.org == look.org && is_open_to_them && (row.shareable || !outsiders_listen)
}

fn everything() -> String {
    let parts: Vec<String> = TABLES
        .iter()
        .map(|table| format!("select {}::text as id from {}", table.id, table.name))
        .collect();
    parts.join(" union all ")
}

async fn holds(world: &mut World, case: &Case) -> Result<(), TestCaseError> {
    let mut orgs: Vec<(OrgId, Vec<PersonId>)> = Vec::new();
    for name in ["Alpha", "Bravo"] {
        let org = world.org(name).await;
        let mut people = Vec::new();
        for _ in 0..PEOPLE {
            people.push(world.person(org, "Person").await);
        }
        orgs.push((org, people));
    }
    for &(org, channel, person) in &case.members {
        let (org, people) = &orgs[org];
        world.member(*org, CHANNELS[channel], people[person]).await;
    }
    for &(org, person) in &case.guests {
        let guest = orgs[org].1[person];
        world
            .execute(format!(
                "update core.people set is_restricted = true where person_id = '{guest}'"
            ))
            .await;
    }
    let mut ids = Vec::new();
    for row in &case.rows {
        let (org, people) = &orgs[row.org];
        let rule = Rule {
            visibility: row.visibility,
            owner: row.owner.map(|owner| people[owner]),
            channel: row.channel.map(|channel| CHANNELS[channel]),
            shareable: row.shareable,
        };
        let id = world.row(&TABLES[row.table], *org, &rule, "row").await;
        ids.push(id.to_string());
    }
    for look in &case.looks {
        let (org, people) = &orgs[look.org];
        let viewer = Viewer {
            audience: look.channel.map_or(Audience::Private, |channel| {
                Audience::Channel(ChannelId::new(CHANNELS[channel]))
            }),
            external_present: look.external,
            ..in_private(*org, people[look.person])
        };
        let seen: BTreeSet<String> = world
            .column(&viewer, &everything())
            .await
            .into_iter()
            .collect();
        let expected: BTreeSet<String> = case
            .rows
            .iter()
            .zip(&ids)
            .filter(|(row, _)| may_see(case, look, row))
            .map(|(_, id)| id.clone())
            .collect();
        prop_assert_eq!(seen, expected, "{:?}", look);
    }
    Ok(())
}

#[test]
fn over_every_view_a_viewer_sees_exactly_what_the_rule_allows() {
    let runtime = Runtime::new().unwrap();
    let world = runtime.block_on(World::new());
    let world = std::cell::RefCell::new(world);
    TestRunner::new(Config {
        cases: 40,
        failure_persistence: None,
        ..Config::default()
    })
    .run(&cases(), |case| {
        runtime.block_on(holds(&mut world.borrow_mut(), &case))
    })
    .unwrap();
    // Its database is dropped from within the runtime it was made in.
    runtime.block_on(async move { drop(world) });
}

#[tokio::test]
async fn attendees_are_seen_by_those_who_see_the_meeting() {
    let mut world = World::new().await;
    let org = world.org("Alpha").await;
    let ann = world.person(org, "Ann").await;
    let bob = world.person(org, "Bob").await;
    let meetings = TABLES
        .iter()
        .find(|table| table.name == "meetings")
        .unwrap();
    let private = Rule {
        visibility: "person",
        owner: Some(bob),
        ..Rule::everybody()
    };
    for (rule, guest) in [(Rule::everybody(), "everybody"), (private, "only Bob")] {
        let meeting = world.row(meetings, org, &rule, "talk").await;
        world
            .execute(format!(
                "insert into core.meeting_attendees (org_id, meeting_id, email, name)
                 values ('{org}', '{meeting}', 'guest@example.com', '{guest}')"
            ))
            .await;
    }
    let sql = "select name from meeting_attendees order by name";
    assert_eq!(
        world.column(&in_private(org, ann), sql).await,
        ["everybody"]
    );
    assert_eq!(
        world.column(&in_private(org, bob), sql).await,
        ["everybody", "only Bob"]
    );
}

#[tokio::test]
async fn colleagues_know_each_other_and_outsiders_are_not_shown_the_directory() {
    let mut world = World::new().await;
    let alpha = world.org("Alpha").await;
    let bravo = world.org("Bravo").await;
    let ann = world.person(alpha, "Ann").await;
    world.person(bravo, "Eve").await;
    let viewer = in_private(alpha, ann);
    let sql = "select name from people order by name";
    assert_eq!(world.column(&viewer, sql).await, ["Ann", "Nobody"]);
    let with_outsiders = Viewer {
        external_present: true,
        ..viewer
    };
    assert!(world.column(&with_outsiders, sql).await.is_empty());
}
