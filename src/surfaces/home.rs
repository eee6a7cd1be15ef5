//! App Home: published when somebody opens it and whenever one of its buttons changed it.

use super::ask::{self, Asking};
use super::page::Notice;
use super::scene::{Scene, Surfaced};
use super::{approvals, digests, memory, schedules, status, systems, workflows};
use crate::base::ids::UserId;
use crate::slack::blocks::home::{Conversation, Home, Spending, home};
use crate::slack::prompts::PROMPTS;
use crate::slack::text;
use crate::store::conversations::{self, Recent};
use crate::store::spending;
use futures::future::join_all;

const CONVERSATIONS: i64 = 5;

/// Says on the page what a click on it did.
pub async fn answer(scene: &Scene<'_>, user: &UserId) -> Surfaced {
    match scene.page.take() {
        Some(notice) => publish(scene, user, Some(notice)).await,
        None => Ok(()),
    }
}

pub async fn publish(scene: &Scene<'_>, user: &UserId, notice: Option<Notice>) -> Surfaced {
    let person = scene.person(user).await?;
    let notes = memory::notes_of(scene, person.id).await?;
    let status = status::read(scene, &person).await?;
    let systems = match person.is_restricted {
        true => None,
        false => Some(systems::cards(scene, &person).await?),
    };
    let schedules = match person.is_restricted {
        true => None,
        false => Some(schedules::own(scene, user, &person).await?),
    };
    let digest = match person.is_restricted {
        true => Vec::new(),
        false => digests::own(scene, user).await?,
    };
    let workflows = match person.is_restricted {
        true => None,
        false => workflows::own(scene, user).await?,
    };
    let approvals = match person.is_restricted {
        true => None,
        false => approvals::home::read(scene, user).await?,
    };
    let mut tx = scene.tx().await?;
    let recent = conversations::recent_of(&mut tx, user.as_str(), CONVERSATIONS).await?;
    let spent = spending::this_month(&mut tx, user.as_str()).await?;
    drop(tx);
    let conversations = join_all(recent.into_iter().map(|one| conversation(scene, one))).await;
    let (said, forgotten) = match &notice {
        Some(Notice::Said(said)) => (Some(said.as_str()), None),
        Some(Notice::Forgot(note)) => (None, Some(note)),
        None => (None, None),
    };
    let view = home(&Home {
        name: &person.name,
        notice: said,
        forgotten,
        model: &status.model,
        prompts: &status.prompts,
        approvals: approvals.as_ref(),
        conversations: &conversations,
        notes: &notes,
        schedules: schedules.as_ref(),
        digest,
        workflows,
        systems: systems.as_deref(),
        spending: Spending {
            turns: spent.turns,
            tokens: spent.tokens,
            cost_micros: spent.cost_micros,
        },
        queue: status.queue,
    });
    Ok(scene.workspace.slack.publish_home(user, &view).await?)
}

/// Asks one of the questions that the page offers, in the direct conversation.
pub async fn try_prompt(scene: &Scene<'_>, user: &UserId, place: &str) -> Surfaced {
    let place: Option<usize> = place.parse().ok();
    let Some(prompt) = place.and_then(|place| PROMPTS.get(place)) else {
        return Ok(());
    };
    let channel = ask::direct(scene, user).await?;
    let asking = Asking {
        by: user,
        channel: &channel,
        thread: None,
        question: prompt.message,
        about: None,
    };
    ask::ask(scene, &asking).await?;
    let notice = Notice::Said(text::ANSWERING_IN_MESSAGES.to_owned());
    publish(scene, user, Some(notice)).await
}

/// A conversation whose link cannot be had is listed without one.
async fn conversation(scene: &Scene<'_>, recent: Recent) -> Conversation {
    let slack = &scene.workspace.slack;
    let link = slack.permalink(&recent.channel, &recent.thread_ts).await;
    Conversation {
        title: recent.title.unwrap_or_else(|| text::UNTITLED.to_owned()),
        link: link.ok(),
        last_active_at: recent.last_active_at,
        state: text::turn_state(&recent.state),
    }
}
