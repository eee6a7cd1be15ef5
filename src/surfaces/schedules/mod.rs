//! Schedules in Slack: who may see and change which, their list, and its buttons. Making one is
//! `making`, in a sentence or in a window.

mod consent;
mod history;
mod keeping;
pub mod making;
pub mod window;
mod words;

pub use words::LIST;

use super::digests;
use super::home;
use super::scene::{Scene, Surfaced, Whisper};
use crate::base::ids::{ChannelId, ScheduleId, UserId};
use crate::jobs::people::is_in;
use crate::jobs::schedules::rule_of;
use crate::slack::blocks::schedules::{Deed, SHOWN, ScheduleCard, schedules as listed};
use crate::slack::blocks::{raw, sentence};
use crate::slack::ids;
use crate::slack::inbound::{Action, BlockActions};
use crate::slack::text;
use crate::store::people::Person;
use crate::store::schedules::{self, Run, Schedule, State};
use std::collections::HashMap;

/// More of one workspace are not looked through for those that somebody may see.
const MOST: i64 = 500;
/// Channels that Slack is asked about, for one list.
const MOST_CHANNELS: usize = 20;

/// Whoever made it, or an administrator.
fn may_change(person: &Person, user: &UserId, schedule: &Schedule) -> bool {
    !person.is_restricted && (schedule.owner == *user || person.is_admin)
}

/// The schedules that somebody may see: their own, those of the channels that they are in, and
/// all for administrators.
async fn visible(scene: &Scene<'_>, user: &UserId, person: &Person) -> Surfaced<Vec<Schedule>> {
    let mut tx = scene.tx().await?;
    let all = schedules::list(&mut tx, &scene.workspace.id, MOST).await?;
    drop(tx);
    let mut channels: HashMap<ChannelId, bool> = HashMap::new();
    let mut seen = Vec::new();
    for schedule in all {
        if may_change(person, user, &schedule) {
            seen.push(schedule);
            continue;
        }
        let Some(channel) = &schedule.channel else {
            continue;
        };
        let is_member = match channels.get(channel) {
            Some(known) => *known,
            None if channels.len() >= MOST_CHANNELS => false,
            None => {
                // A channel that cannot be looked into any more shows nobody anything.
                let found = is_in(&scene.workspace, channel, user)
                    .await
                    .unwrap_or(false);
                channels.insert(channel.clone(), found);
                found
            }
        };
        if is_member {
            seen.push(schedule);
        }
    }
    Ok(seen)
}

async fn may_see(scene: &Scene<'_>, user: &UserId, person: &Person, schedule: &Schedule) -> bool {
    let in_channel = async {
        match &schedule.channel {
            Some(channel) => is_in(&scene.workspace, channel, user)
                .await
                .unwrap_or(false),
            None => false,
        }
    };
    may_change(person, user, schedule) || in_channel.await
}

async fn card(
    scene: &Scene<'_>,
    user: &UserId,
    person: &Person,
    schedule: &Schedule,
) -> Surfaced<ScheduleCard> {
    let mut tx = scene.tx().await?;
    let last = schedules::history(&mut tx, schedule.id, 1).await?.pop();
    drop(tx);
    Ok(ScheduleCard {
        id: schedule.id.to_string(),
        line: words::line(schedule, &rule_of(schedule)?, last.as_ref()),
        deeds: deeds(
            may_change(person, user, schedule),
            schedule.state,
            last.as_ref(),
        )
        .into_iter()
        // What a digest asks is not for its owner to write.
        .filter(|deed| !schedule.is_digest || *deed != Deed::Edit)
        .collect(),
    })
}

fn deeds(may_change: bool, state: State, last: Option<&Run>) -> Vec<Deed> {
    let offers = [
        (Deed::RunNow, may_change),
        (Deed::Pause, may_change && state == State::Active),
        (Deed::Resume, may_change && state == State::Paused),
        (Deed::Edit, may_change),
        (Deed::History, last.is_some()),
        (Deed::Delete, may_change),
    ];
    let offered = offers.into_iter().filter(|(_, is_offered)| *is_offered);
    offered.map(|(deed, _)| deed).collect()
}

/// Their own, for App Home.
pub async fn own(scene: &Scene<'_>, user: &UserId, person: &Person) -> Surfaced<Vec<ScheduleCard>> {
    let mut tx = scene.tx().await?;
    let all = schedules::list(&mut tx, &scene.workspace.id, MOST).await?;
    drop(tx);
    let mut cards = Vec::new();
    for schedule in all.iter().filter(|schedule| schedule.owner == *user) {
        cards.push(card(scene, user, person, schedule).await?);
    }
    Ok(cards)
}

/// The list, under a sentence about what just happened.
pub async fn show(scene: &Scene<'_>, to: Whisper<'_>, user: &UserId, heading: &str) -> Surfaced {
    let person = scene.person(user).await?;
    if person.is_restricted {
        return scene.whisper(to, text::GUESTS_CANNOT, Vec::new()).await;
    }
    let mut cards = Vec::new();
    for schedule in visible(scene, user, &person).await? {
        cards.push(card(scene, user, &person, &schedule).await?);
    }
    let mut blocks = listed(&cards, SHOWN);
    blocks.insert(0, sentence(heading));
    scene.whisper(to, heading, raw(blocks)).await
}

pub async fn clicked(scene: &Scene<'_>, clicked: &BlockActions, action: &Action) -> Surfaced {
    let user = &clicked.source.user;
    let meaning = ids::meaning(&action.action_id);
    if meaning == ids::SCHEDULE_WHEN {
        return window::typed(scene, clicked, action.chosen().unwrap_or_default()).await;
    }
    if meaning == ids::SCHEDULE_TEMPLATE {
        let slug = action.chosen().unwrap_or_default();
        return match digests::from_template(scene, clicked, slug).await? {
            true => Ok(()),
            false => window::from_template(scene, clicked, slug).await,
        };
    }
    if meaning == ids::SCHEDULES_LIST {
        return tell(scene, clicked, words::LIST).await;
    }
    let id: Option<ScheduleId> = action.chosen().and_then(|id| id.parse().ok());
    let mut tx = scene.tx().await?;
    let found = match id {
        Some(id) => schedules::get(&mut tx, id).await?,
        None => None,
    };
    drop(tx);
    let Some(schedule) = found else {
        return tell(scene, clicked, words::GONE).await;
    };
    match meaning {
        ids::SCHEDULE_AGREE => return consent::agreed(scene, clicked, &schedule).await,
        ids::SCHEDULE_DECLINE => return consent::declined(scene, clicked, &schedule).await,
        _ => {}
    }
    // It is in no list before its owner agrees; an older list may still show it.
    if schedule.state == State::Proposed {
        return tell(scene, clicked, words::GONE).await;
    }
    let person = scene.person(user).await?;
    if !may_see(scene, user, &person, &schedule).await {
        return tell(scene, clicked, words::GONE).await;
    }
    if meaning == ids::SCHEDULE_HISTORY {
        return history::show(scene, clicked, &schedule).await;
    }
    if !may_change(&person, user, &schedule) {
        return tell(scene, clicked, &words::not_yours(&schedule)).await;
    }
    match meaning {
        ids::SCHEDULE_RUN => run_now(scene, clicked, &schedule).await,
        ids::SCHEDULE_PAUSE => pause(scene, clicked, &schedule).await,
        ids::SCHEDULE_RESUME => resume(scene, clicked, &schedule).await,
        ids::SCHEDULE_EDIT => window::edit(scene, clicked, &schedule).await,
        ids::SCHEDULE_DELETE => delete(scene, clicked, &schedule).await,
        _ => Ok(()),
    }
}

async fn run_now(scene: &Scene<'_>, clicked: &BlockActions, schedule: &Schedule) -> Surfaced {
    let mut tx = scene.tx().await?;
    let now = scene.services.clock.now();
    let begins = schedules::run_now(&mut tx, schedule.id, now).await?;
    tx.commit().await?;
    let said = if begins {
        words::running(schedule)
    } else {
        words::runs_already(schedule)
    };
    tell(scene, clicked, &said).await
}

async fn pause(scene: &Scene<'_>, clicked: &BlockActions, schedule: &Schedule) -> Surfaced {
    let mut tx = scene.tx().await?;
    schedules::pause(&mut tx, schedule.id).await?;
    tx.commit().await?;
    tell(scene, clicked, &words::paused(schedule)).await
}

async fn resume(scene: &Scene<'_>, clicked: &BlockActions, schedule: &Schedule) -> Surfaced {
    let next = rule_of(schedule)?.next(scene.services.clock.now());
    let Some(next) = next else {
        return tell(scene, clicked, words::OVER).await;
    };
    let mut tx = scene.tx().await?;
    schedules::resume(&mut tx, schedule.id, next).await?;
    tx.commit().await?;
    tell(scene, clicked, &words::resumed(schedule, next)).await
}

async fn delete(scene: &Scene<'_>, clicked: &BlockActions, schedule: &Schedule) -> Surfaced {
    let mut tx = scene.tx().await?;
    schedules::delete(&mut tx, schedule.id).await?;
    tx.commit().await?;
    tell(scene, clicked, &words::deleted(schedule)).await
}

/// Says what a button did where the button was.
async fn tell(scene: &Scene<'_>, clicked: &BlockActions, said: &str) -> Surfaced {
    let user = &clicked.source.user;
    match Whisper::in_place(clicked) {
        Some(to) => show(scene, to, user, said).await,
        None => home::say(scene, user, said).await,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_may_not_change_a_schedule_is_offered_its_history_alone() {
        assert_eq!(deeds(false, State::Active, None), []);
        assert_eq!(
            deeds(true, State::Active, None),
            [Deed::RunNow, Deed::Pause, Deed::Edit, Deed::Delete]
        );
        assert_eq!(
            deeds(true, State::Paused, None),
            [Deed::RunNow, Deed::Resume, Deed::Edit, Deed::Delete]
        );
    }
}
