//! The demo company as a workspace: the same people and channels that the seeded data speaks of.

use super::people::{Guest, Person};
use super::setup::{NewChannel, NewMessage, Setup, Team};
use crate::base::ids::{ChannelId, TeamId, UserId};
use crate::demo::workspace::{Channel, Colleague, Role, Said, Workspace};
use chrono_tz::Tz;

impl From<&Workspace> for Setup {
    fn from(company: &Workspace) -> Self {
        let partner = Team::new(company.partner.id, company.partner.name).external();
        let team = Team::new(company.team.id, company.team.name);
        Self::of_team(team.with_face(company.team.domain, company.team.emoji))
            .team(partner.with_face(company.partner.domain, company.partner.emoji))
            .people(
                company
                    .people
                    .iter()
                    .map(|colleague| person(colleague, company)),
            )
            .channels(company.channels.iter().map(|known| channel(known, company)))
            .messages(company.messages.iter().map(message))
    }
}

fn person(colleague: &Colleague, company: &Workspace) -> Person {
    let mut person = Person::new(colleague.user, colleague.name)
        .titled(colleague.title)
        .mailed(&colleague.email())
        .with_face(colleague.emoji, colleague.color)
        .in_zone(colleague.time_zone.parse().unwrap_or(Tz::UTC));
    person.handle = colleague.handle.to_owned();
    person.is_admin = colleague.is_admin;
    match colleague.role {
        Role::External => person.team = TeamId::new(company.partner.id),
        Role::Guest => person.guest = Guest::SingleChannel,
        _ => {}
    }
    person
}

fn channel(known: &Channel, company: &Workspace) -> NewChannel {
    let mut channel = NewChannel::public(known.name)
        .with_id(known.id)
        .topic(known.topic)
        .members(known.members.iter().copied());
    channel.is_private = known.is_private;
    if known.is_shared {
        channel = channel.shared_with(&TeamId::new(company.partner.id));
    }
    channel
}

fn message(said: &Said) -> NewMessage {
    NewMessage {
        channel: ChannelId::new(said.channel),
        user: UserId::new(said.user),
        text: said.text.clone(),
        at: said.at,
        reply_to: said.reply_to,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::playground::{Slack, Thread};

    #[tokio::test]
    async fn the_demo_company_has_its_people_its_channels_and_what_they_said() {
        let company = crate::demo::workspace(chrono::Utc::now());
        let slack = Slack::start(Setup::from(&company)).await.unwrap();
        let maya = slack.person("maya").unwrap();
        let sales = slack.channel("sales").unwrap();
        let said = maya.channel_messages(&sales);
        assert!(!said.is_empty());
        let spoken = company
            .messages
            .iter()
            .filter(|message| message.channel == "C0SALES")
            .count();
        let threads = said.iter().map(|root| Thread {
            channel: sales.clone(),
            root: root.ts,
        });
        assert_eq!(
            threads
                .map(|thread| maya.sees(&thread).len())
                .sum::<usize>(),
            spoken
        );
        let clara = slack.person("clara").unwrap();
        assert!(
            clara.channel_messages(&sales).is_empty(),
            "a partner sees into #sales"
        );
        assert!(
            slack
                .person("ben")
                .unwrap()
                .channel_messages(&sales)
                .is_empty(),
            "a guest sees into #sales"
        );
    }
}
