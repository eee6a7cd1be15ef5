//! Somebody wants a schedule to be run as a colleague: the colleague is asked, and it is not due
//! before they agree. One that runs already goes on as it is until then.

use super::words;
use crate::base::ids::{ScheduleId, UserId};
use crate::jobs::schedules::rule_of;
use crate::slack::blocks::raw;
use crate::slack::blocks::schedules::consent;
use crate::slack::client::{NewMessage, PATIENT};
use crate::slack::inbound::BlockActions;
use crate::store::OrgTx;
use crate::store::schedules::{self, Schedule, State};
use crate::surfaces::scene::{Scene, Surfaced};

/// Asks the owner in the direct conversation with Penny.
pub async fn ask(scene: &Scene<'_>, id: ScheduleId, by: &UserId) -> Surfaced {
    let mut tx = scene.tx().await?;
    let schedule = schedules::get(&mut tx, id).await?;
    drop(tx);
    let Some(schedule) = schedule else {
        return Ok(());
    };
    let now = scene.services.clock.now();
    let question = words::would_run_as_you(&schedule, by, &rule_of(&schedule)?, now);
    let owner = std::slice::from_ref(&schedule.owner);
    let dm = scene.workspace.slack.open_conversation(owner).await?;
    let message = NewMessage {
        blocks: raw(consent(&question, &id.to_string())),
        text: question,
        ..NewMessage::default()
    };
    let key = format!("consent:{}", scene.event_key);
    scene.post(&dm, &key, message).await?;
    Ok(())
}

pub async fn agreed(scene: &Scene<'_>, clicked: &BlockActions, schedule: &Schedule) -> Surfaced {
    let Some(by) = asks(clicked, schedule) else {
        return replace(scene, clicked, words::DECIDED).await;
    };
    let next = rule_of(schedule)?.next(scene.services.clock.now());
    let Some(next) = next else {
        return replace(scene, clicked, words::OVER).await;
    };
    let mut tx = scene.tx().await?;
    let replaced = replaced(&mut tx, schedule).await?;
    match &replaced {
        Some(replaced) => schedules::take_over(&mut tx, schedule, replaced.id, next).await?,
        None => schedules::resume(&mut tx, schedule.id, next).await?,
    }
    tx.commit().await?;
    // What was paused stays so until somebody resumes it.
    let next = replaced
        .is_none_or(|it| it.state != State::Paused)
        .then_some(next);
    replace(scene, clicked, &words::you_agreed(schedule, next)).await?;
    scene
        .tell_directly(by, &words::owner_agreed(schedule, next))
        .await
}

pub async fn declined(scene: &Scene<'_>, clicked: &BlockActions, schedule: &Schedule) -> Surfaced {
    let Some(by) = asks(clicked, schedule) else {
        return replace(scene, clicked, words::DECIDED).await;
    };
    let mut tx = scene.tx().await?;
    let replaced = replaced(&mut tx, schedule).await?;
    schedules::drop_proposal(&mut tx, schedule.id).await?;
    tx.commit().await?;
    replace(scene, clicked, &words::you_declined(schedule)).await?;
    scene
        .tell_directly(by, &words::owner_declined(schedule, replaced.as_ref()))
        .await
}

/// The schedule whose place it is to take.
async fn replaced(tx: &mut OrgTx, proposal: &Schedule) -> Surfaced<Option<Schedule>> {
    Ok(match proposal.replaces {
        Some(id) => schedules::get(tx, id).await?,
        None => None,
    })
}

/// Who waits for the answer of the one who clicked.
fn asks<'a>(clicked: &BlockActions, schedule: &'a Schedule) -> Option<&'a UserId> {
    let is_asked = schedule.state == State::Proposed && schedule.owner == clicked.source.user;
    schedule.asked_by.as_ref().filter(|_| is_asked)
}

/// The question makes room for what came of it.
async fn replace(scene: &Scene<'_>, clicked: &BlockActions, said: &str) -> Surfaced {
    let container = &clicked.container;
    let (Some(channel), Some(ts)) = (&container.channel_id, &container.message_ts) else {
        return scene.tell_directly(&clicked.source.user, said).await;
    };
    let message = NewMessage {
        text: said.to_owned(),
        ..NewMessage::default()
    };
    let slack = &scene.workspace.slack;
    slack.update_message(channel, ts, &message, PATIENT).await?;
    Ok(())
}
