//! Connected systems in Slack: what there is and how it is doing, connecting, reading now, and
//! disconnecting, from `/penny connect`, App Home or a message.

pub mod addresses;
pub mod connecting;
pub mod disconnecting;
pub mod reading;
mod words;

pub use words::LIST;

use super::nearest::nearest;
use super::scene::{Scene, Surfaced, Whisper};
use crate::base::ids::PersonId;
use crate::connectors::{Connector, Manifest, Reach, registry, slack};
use crate::slack::blocks::raw;
use crate::slack::blocks::status::Health;
use crate::slack::blocks::systems::{self as blocks, Deed, State, SystemCard, Use, systems};
use crate::slack::inbound::BlockActions;
use crate::store::connections::{self, Connection};
use crate::store::people::Person;

/// Every system that this person may know of, and those that could be connected.
pub async fn cards(scene: &Scene<'_>, person: &Person) -> Surfaced<Vec<SystemCard>> {
    let mut tx = scene.tx().await?;
    let known = connections::visible_to(&mut tx, person.id).await?;
    drop(tx);
    let others = registry::connectable()
        .map(Connector::manifest)
        .filter(|manifest| known.iter().all(|it| it.system != manifest.slug))
        .map(|manifest| unconnected(person, manifest));
    let mut cards: Vec<SystemCard> = known.iter().map(|it| card(person, it)).collect();
    cards.extend(others);
    let is_slack = |card: &SystemCard| card.slug == slack::SLUG;
    if may_choose_channels(person) && !cards.iter().any(is_slack) {
        cards.push(unread_slack());
    }
    Ok(cards)
}

fn card(person: &Person, connection: &Connection) -> SystemCard {
    SystemCard {
        slug: connection.system.clone(),
        name: connection.name.clone(),
        state: State::Known {
            health: Health::named(&connection.health),
            account: connection.account.clone(),
            note: connection.health_note.clone(),
            read_at: connection.last_synced_at,
            reading: connection.reading.map(|it| blocks::Reading {
                rows: it.rows,
                seconds: it.seconds,
            }),
            last: connection.last_reading.map(|it| blocks::LastReading {
                rows: it.rows,
                changed: it.changed,
                seconds: it.seconds,
                is_whole: it.is_whole,
            }),
            what_for: what_for(&connection.system),
        },
        deeds: deeds(person, connection),
    }
}

fn what_for(system: &str) -> Use {
    match registry::find(system).map(Connector::manifest) {
        Some(manifest) if is_read(manifest) => Use::Read,
        Some(manifest) if manifest.listen.is_some() => Use::Heard,
        Some(_) => Use::Acted,
        None => Use::Read,
    }
}

fn is_read(manifest: &Manifest) -> bool {
    !manifest.streams.is_empty()
}

fn unconnected(person: &Person, manifest: &Manifest) -> SystemCard {
    let may = may_manage(person, manifest.reach, None);
    SystemCard {
        slug: manifest.slug.to_owned(),
        name: manifest.name.to_owned(),
        state: State::NotConnected,
        deeds: may.then_some(Deed::Connect).into_iter().collect(),
    }
}

fn unread_slack() -> SystemCard {
    SystemCard {
        slug: slack::SLUG.to_owned(),
        name: "Slack".to_owned(),
        state: State::Unread,
        deeds: vec![Deed::ChooseChannels],
    }
}

fn may_choose_channels(person: &Person) -> bool {
    person.is_admin && !person.is_restricted
}

fn deeds(person: &Person, connection: &Connection) -> Vec<Deed> {
    let Some(connector) = registry::find(&connection.system) else {
        return Vec::new();
    };
    let reach = connector.manifest().reach;
    let may = may_manage(person, reach, Some(connection));
    let is_broken = Health::named(&connection.health) == Health::Broken;
    let offers = [
        (Deed::Connect, !connection.is_open && may),
        (Deed::Reconnect, connection.is_open && is_broken && may),
        (
            Deed::ReadNow,
            connection.is_open
                && !is_broken
                && !person.is_restricted
                && what_for(&connection.system) == Use::Read,
        ),
        (Deed::Disconnect, connection.is_open && may),
        (
            Deed::ChooseChannels,
            reach == Reach::Penny && may_choose_channels(person),
        ),
    ];
    let offered = offers.into_iter().filter(|(_, is_offered)| *is_offered);
    offered.map(|(deed, _)| deed).collect()
}

/// What serves everybody is for administrators and for whoever connected it; one's own account
/// is one's own affair.
fn may_manage(person: &Person, reach: Reach, connection: Option<&Connection>) -> bool {
    let connected_it = |it: &Connection| it.is_open && it.connected_by == Some(person.id);
    match reach {
        _ if person.is_restricted => false,
        Reach::Person => true,
        Reach::Org => person.is_admin || connection.is_some_and(connected_it),
        Reach::Penny => false,
    }
}

/// The connection that this person would deal with: the company's, or their own.
async fn connection_of(
    scene: &Scene<'_>,
    person: PersonId,
    manifest: &Manifest,
) -> Surfaced<Option<Connection>> {
    let mut tx = scene.tx().await?;
    let known = connections::visible_to(&mut tx, person).await?;
    let owner = manifest.owner(person);
    Ok(known
        .into_iter()
        .find(|it| it.system == manifest.slug && it.owner == owner))
}

/// The system that somebody means, or a sentence about the word that they wrote.
pub fn meant(word: &str, command: &str) -> Result<&'static dyn Connector, String> {
    let word = word.to_lowercase();
    let is_it = |manifest: &Manifest| manifest.slug == word || manifest.name.to_lowercase() == word;
    let found = registry::connectable().find(|connector| is_it(connector.manifest()));
    found.ok_or_else(|| {
        let slugs: Vec<_> = registry::connectable()
            .map(|it| it.manifest().slug)
            .collect();
        words::unknown_system(&word, command, nearest(&word, &slugs), &slugs)
    })
}

/// For a command without the name of a system.
pub fn which(command: &str) -> String {
    let slugs: Vec<_> = registry::connectable()
        .map(|it| it.manifest().slug)
        .collect();
    words::which_system(command, &slugs)
}

/// The list of all systems, under a sentence about what just happened.
pub async fn show(scene: &Scene<'_>, to: Whisper<'_>, person: &Person, heading: &str) -> Surfaced {
    let mut blocks = systems(&cards(scene, person).await?);
    blocks.insert(0, crate::slack::blocks::sentence(heading));
    scene.whisper(to, heading, raw(blocks)).await
}

/// Says what a button did where the button was.
async fn tell(
    scene: &Scene<'_>,
    clicked: &BlockActions,
    person: &Person,
    sentence: String,
) -> Surfaced {
    match Whisper::in_place(clicked) {
        Some(to) => show(scene, to, person, &sentence).await,
        None => {
            scene.page.say(sentence);
            Ok(())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::ids::ConnectionId;

    fn person(is_admin: bool, is_restricted: bool) -> Person {
        Person {
            id: PersonId::fresh(),
            slack_user: None,
            name: "Maya".to_owned(),
            email: None,
            title: None,
            time_zone: "UTC".to_owned(),
            is_admin,
            is_restricted,
            is_deactivated: false,
            is_fresh: true,
        }
    }

    fn connection(by: &Person) -> Connection {
        Connection {
            id: ConnectionId::fresh(),
            system: "hubspot".to_owned(),
            name: "HubSpot".to_owned(),
            account: None,
            health: "healthy".to_owned(),
            health_note: None,
            last_synced_at: None,
            owner: None,
            connected_by: Some(by.id),
            is_open: true,
            reading: None,
            last_reading: None,
        }
    }

    #[test]
    fn what_serves_everybody_is_for_admins_and_for_whoever_connected_it() {
        let (admin, member, guest) = (
            person(true, false),
            person(false, false),
            person(true, true),
        );
        let by_member = connection(&member);
        for (who, reach, connection, may) in [
            (&admin, Reach::Org, None, true),
            (&admin, Reach::Org, Some(&by_member), true),
            (&member, Reach::Org, None, false),
            (&member, Reach::Org, Some(&by_member), true),
            (&member, Reach::Person, None, true),
            (&guest, Reach::Org, None, false),
            (&guest, Reach::Person, None, false),
        ] {
            assert_eq!(may_manage(who, reach, connection), may, "{reach:?}");
        }
    }

    #[test]
    fn a_member_may_have_it_read_and_whoever_sees_it_broken_and_may_connects_it_anew() {
        let (admin, member) = (person(true, false), person(false, false));
        let mut hubspot = connection(&admin);
        assert_eq!(deeds(&member, &hubspot), [Deed::ReadNow]);
        assert_eq!(deeds(&admin, &hubspot), [Deed::ReadNow, Deed::Disconnect]);
        hubspot.health = "broken".to_owned();
        assert_eq!(deeds(&member, &hubspot), []);
        assert_eq!(deeds(&admin, &hubspot), [Deed::Reconnect, Deed::Disconnect]);
        hubspot.is_open = false;
        assert_eq!(deeds(&admin, &hubspot), [Deed::Connect]);
    }

    #[test]
    fn a_mistyped_system_is_answered_with_the_one_that_was_meant() {
        assert_eq!(meant("HubSpot", "sync").unwrap().manifest().slug, "hubspot");
        let sentence = meant("hubspt", "sync").err().unwrap();
        assert!(sentence.contains("`/penny sync hubspot`"), "{sentence}");
        let sentence = meant("<!channel>", "sync").err().unwrap();
        assert!(!sentence.contains("<!"), "{sentence}");
    }
}
