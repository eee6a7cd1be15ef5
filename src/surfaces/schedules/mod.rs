//! Schedules in Slack: who may see and change which, and the buttons of their list (`listing`).
//! Making one is `making`, in a sentence or in a window.

mod consent;
mod history;
mod keeping;
mod listing;
pub mod making;
pub mod window;
mod words;

pub use listing::{Part, own, show};
pub use words::LIST;

use super::digests;
use super::scene::{Scene, Surfaced, Whisper};
use crate::base::ids::{ScheduleId, UserId};
use crate::jobs::people::is_in;
use crate::jobs::schedules::rule_of;
use crate::slack::ids;
use crate::slack::inbound::{Action, BlockActions};
use crate::store::people::Person;
use crate::store::schedules::{self, Schedule, State};

/// Whoever made it, or an administrator.
fn may_change(person: &Person, user: &UserId, schedule: &Schedule) -> bool {
    !person.is_restricted && (schedule.owner == *user || person.is_admin)
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
        let part = Part::parse(action.chosen().unwrap_or_default());
        return list(scene, clicked, words::LIST, &part).await;
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
    list(scene, clicked, said, &Part::default()).await
}

async fn list(scene: &Scene<'_>, clicked: &BlockActions, said: &str, part: &Part) -> Surfaced {
    let user = &clicked.source.user;
    match Whisper::in_place(clicked) {
        Some(to) => show(scene, to, user, said, part).await,
        None => {
            scene.page.say(said);
            Ok(())
        }
    }
}
