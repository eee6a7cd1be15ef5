//! Writes the demo company. Doing it again changes nothing; on another day it moves the dates.

use super::calendar::Calendar;
use super::company::{Company, Roster, World};
use super::workspace::{CHANNELS, COMPANY, Channel, PEOPLE};
use crate::base::ids::{ChannelId, OrgId, PersonId, UserId};
use crate::store::company::{ChannelMessage, upsert, upsert_attendees};
use crate::store::people::{self, SlackProfile};
use crate::store::{Db, OrgTx, StoreResult, installations, listening};
use chrono::{DateTime, Utc};

/// Seeds `scale` copies of the company into an organisation and returns how many rows were new
/// or changed. Each copy is one transaction, so memory stays flat however many there are.
pub async fn seed(
    db: &Db,
    org: OrgId,
    now: DateTime<Utc>,
    scale: u32,
    progress: &(dyn Fn(&str) + Send + Sync),
) -> StoreResult<u64> {
    let roster = seed_people(db, org).await?;
    let mut changed = 0;
    for copy in 0..scale.max(1) {
        let world = World {
            org,
            calendar: Calendar::new(now),
            roster: &roster,
            copy,
        };
        let company = Company::generate(&world);
        let mut tx = db.org(org).await?;
        changed += write(&mut tx, &company).await?;
        tx.commit().await?;
        if (copy + 1) % 10 == 0 {
            progress(&format!(
                "Seeded {} of {scale} copies of the demo company",
                copy + 1
            ));
        }
    }
    Ok(changed)
}

/// Who exists already, because Slack told of them, keeps the id they have.
async fn seed_people(db: &Db, org: OrgId) -> StoreResult<Roster> {
    let mut tx = db.org(org).await?;
    installations::ensure_org(&mut tx, COMPANY).await?;
    let mut ids = Vec::with_capacity(PEOPLE.len());
    for person in &PEOPLE {
        let profile = SlackProfile {
            user: UserId::from(person.user),
            name: person.name.to_owned(),
            email: Some(person.email()),
            title: Some(person.title.to_owned()),
            time_zone: person.time_zone.to_owned(),
            is_admin: person.is_admin,
            is_restricted: person.is_restricted(),
            is_deactivated: false,
        };
        ids.push(people::refresh(&mut tx, &profile).await?);
    }
    for channel in CHANNELS.iter().filter(|channel| channel.is_private) {
        let members = members(channel, &ids);
        people::set_members(&mut tx, &ChannelId::from(channel.id), &members).await?;
    }
    tx.commit().await?;
    Ok(Roster::new(ids))
}

fn members(channel: &Channel, ids: &[PersonId]) -> Vec<PersonId> {
    let everybody = PEOPLE.iter().zip(ids);
    everybody
        .filter(|(person, _)| channel.members.contains(&person.user))
        .map(|(_, id)| *id)
        .collect()
}

/// What is referred to comes before what refers to it.
async fn write(tx: &mut OrgTx, company: &Company) -> StoreResult<u64> {
    let mut changed = 0;
    changed += upsert(tx, &company.connections).await?;
    changed += upsert(tx, &company.pipelines).await?;
    changed += upsert(tx, &company.stages).await?;
    changed += upsert(tx, &company.goals).await?;
    changed += upsert(tx, &company.accounts).await?;
    changed += upsert(tx, &company.contacts).await?;
    changed += upsert(tx, &company.deals).await?;
    changed += upsert(tx, &company.activities).await?;
    changed += upsert(tx, &company.meetings).await?;
    changed += upsert_attendees(tx, &company.attendees).await?;
    changed += upsert(tx, &company.projects).await?;
    changed += upsert(tx, &company.issues).await?;
    changed += upsert(tx, &company.repositories).await?;
    changed += upsert(tx, &company.pull_requests).await?;
    changed += upsert(tx, &company.commits).await?;
    changed += upsert(tx, &company.files).await?;
    let messages = unread(tx, &company.messages).await?;
    changed += upsert(tx, &messages).await?;
    Ok(changed)
}

/// What was said in a channel that Penny reads she knows from there.
async fn unread(tx: &mut OrgTx, messages: &[ChannelMessage]) -> StoreResult<Vec<ChannelMessage>> {
    let read = listening::list(tx).await?;
    let is_read = |message: &&ChannelMessage| {
        let channel = message.origin.channel_id.as_ref();
        read.iter().any(|it| Some(&it.id) == channel)
    };
    let unread = messages.iter().filter(|message| !is_read(message));
    Ok(unread.cloned().collect())
}
