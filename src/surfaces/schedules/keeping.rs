//! What was filled in is kept: as a schedule, as a change of one, or, if it shall run as a
//! colleague, as a proposal to them that touches nothing before they agree.

use super::consent;
use super::window::Filled;
use super::words;
use crate::automation::rule::{Asked, Rule};
use crate::base::ids::UserId;
use crate::jobs::schedules::as_stored;
use crate::slack::blocks::{offer, raw};
use crate::slack::client::NewMessage;
use crate::slack::{ids, text};
use crate::store::schedules::{self, Plan, Schedule, State};
use crate::surfaces::scene::{Scene, Surfaced};

pub async fn keep(
    scene: &Scene<'_>,
    user: &UserId,
    changed: Option<&Schedule>,
    filled: Filled,
    asked: Asked,
) -> Surfaced {
    let owner = filled.owner.unwrap_or_else(|| user.clone());
    let plan = Plan {
        channel: filled.channel,
        question: filled.what,
        said: filled.when,
        rule: as_stored(&filled.rule)?,
        catch_up: filled.catch_up,
        terms: filled.terms,
        next_run_at: filled.rule.next(asked.at).unwrap_or(asked.at),
    };
    let has_agreed = changed.is_some_and(|it| it.owner == owner);
    if owner != *user && !has_agreed {
        return ask(scene, user, changed, &owner, &plan).await;
    }
    let mut tx = scene.tx().await?;
    match changed {
        Some(schedule) => {
            // Nobody agrees any more to what it was going to be.
            schedules::withdraw(&mut tx, schedule.id, scene.event_key).await?;
            schedules::change(&mut tx, schedule.id, &owner, &plan).await?;
        }
        None => {
            let workspace = &scene.workspace.id;
            schedules::create(&mut tx, scene.event_key, workspace, &owner, &plan).await?;
        }
    }
    tx.commit().await?;
    match changed.filter(|it| it.state == State::Paused) {
        Some(paused) => tell_paused(scene, user, paused, &plan, &filled.rule, asked).await,
        None => {
            let said = words::made(&plan, &filled.rule, asked.at);
            scene.tell_directly(user, &said).await
        }
    }
}

async fn ask(
    scene: &Scene<'_>,
    user: &UserId,
    changed: Option<&Schedule>,
    owner: &UserId,
    plan: &Plan,
) -> Surfaced {
    let workspace = &scene.workspace.id;
    let replaced = changed.map(|it| it.id);
    let mut tx = scene.tx().await?;
    if let Some(replaced) = replaced {
        schedules::withdraw(&mut tx, replaced, scene.event_key).await?;
    }
    let proposal = schedules::propose(&mut tx, scene.event_key, workspace, owner, plan).await?;
    schedules::await_owner(&mut tx, &proposal, user, replaced).await?;
    tx.commit().await?;
    consent::ask(scene, proposal.id, user).await?;
    let said = words::asks_owner(plan, owner, changed);
    scene.tell_directly(user, &said).await
}

/// A change starts nothing that somebody, or its failures, had paused.
async fn tell_paused(
    scene: &Scene<'_>,
    user: &UserId,
    paused: &Schedule,
    plan: &Plan,
    rule: &Rule,
    asked: Asked,
) -> Surfaced {
    let said = words::changed_while_paused(plan, rule, asked.at);
    let dm = scene
        .workspace
        .slack
        .open_conversation(std::slice::from_ref(user))
        .await?;
    let id = paused.id.to_string();
    let message = NewMessage {
        blocks: raw(offer(&said, text::RESUME, ids::SCHEDULE_RESUME, &id)),
        text: said,
        ..NewMessage::default()
    };
    scene
        .post(&dm, &format!("tell:{}", scene.event_key), message)
        .await?;
    Ok(())
}
