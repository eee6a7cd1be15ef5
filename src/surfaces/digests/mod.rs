//! Daily digests: `/penny digest`, the buttons that switch one on and off, and (`sending`) what
//! comes at its hour. A digest is a schedule, so it is listed, paused and resumed like others.

mod drawing;
pub mod sending;

use super::posting::may_post;
use super::scene::{Scene, Surfaced, Whisper};
use crate::automation::digest::{self, NotUnderstood, Wish};
use crate::automation::rule::{Asked, Rule, zone_or_utc};
use crate::automation::spoken::{Place, when};
use crate::automation::templates::{DIGEST_OF_PERSON, DIGEST_OF_TEAM};
use crate::base::ids::{ChannelId, UserId};
use crate::jobs::schedules::{as_stored, rule_of};
use crate::slack::blocks::digest::switch;
use crate::slack::blocks::raw;
use crate::slack::inbound::{Action, BlockActions};
use crate::slack::mrkdwn::escape;
use crate::slack::{ids, text};
use crate::store::people::Person;
use crate::store::schedules::digests::{self, Hour, Reader};
use crate::store::schedules::{self, Schedule, State};
use crate::surfaces::call::Call;
use serde_json::Value;

/// What a button carries where the digest is one's own.
const MINE: &str = "me";

pub async fn typed(scene: &Scene<'_>, call: &Call<'_>) -> Surfaced {
    let user = call.user();
    let person = scene.person(user).await?;
    if person.is_restricted {
        return call.answer(scene, text::GUESTS_CANNOT, Vec::new()).await;
    }
    let wish = match digest::read(call.words, asked(scene, &person)) {
        Ok(wish) => wish,
        Err(NotUnderstood::Word) => {
            return call
                .answer(scene, text::DIGEST_NOT_UNDERSTOOD, Vec::new())
                .await;
        }
        Err(NotUnderstood::Time(unclear)) => {
            let said = format!(
                "{} {}",
                escape(&unclear.to_string()),
                text::DIGEST_NOT_UNDERSTOOD
            );
            return call.answer(scene, &said, Vec::new()).await;
        }
    };
    let said = match wish {
        Wish::Look => {
            let blocks = own(scene, user).await?;
            return call
                .answer(scene, text::DIGEST_OF_PERSON, raw(blocks))
                .await;
        }
        Wish::On { place, said, rule } => {
            let reader = reader(&place, user, call.channel);
            switch_on(scene, user, &reader, &said, &rule).await?
        }
        Wish::Off { place } => {
            let reader = reader(&place, user, call.channel);
            switch_off(scene, &person, user, &reader).await?
        }
    };
    call.answer(scene, &said, Vec::new()).await
}

/// Whoever types “here” in a direct conversation means themselves.
fn reader(place: &Place, user: &UserId, here: &ChannelId) -> Reader {
    let channel = match place {
        Place::Direct => None,
        Place::Here => Some(here),
        Place::Channel(channel) => Some(channel),
    };
    let channel = channel.filter(|channel| !channel.as_str().starts_with('D'));
    channel.map_or_else(
        || Reader::Person(user.clone()),
        |channel| Reader::Channel(channel.clone()),
    )
}

fn asked(scene: &Scene<'_>, person: &Person) -> Asked {
    Asked {
        at: scene.services.clock.now(),
        zone: zone_or_utc(Some(&person.time_zone)),
    }
}

/// What became of it, in words.
async fn switch_on(
    scene: &Scene<'_>,
    user: &UserId,
    reader: &Reader,
    said: &str,
    rule: &Rule,
) -> Surfaced<String> {
    let called = match reader {
        Reader::Person(_) => text::DIGEST_OF_PERSON,
        Reader::Channel(channel) => match may_post(&scene.workspace, channel, user).await? {
            None => text::DIGEST_OF_TEAM,
            Some(objection) => return Ok(objection.to_owned()),
        },
    };
    let now = scene.services.clock.now();
    let hour = Hour {
        said: said.to_owned(),
        rule: as_stored(rule)?,
        next_run_at: rule.next(now).unwrap_or(now),
    };
    let mut tx = scene.tx().await?;
    digests::switch_on(&mut tx, &scene.workspace.id, user, reader, called, &hour).await?;
    tx.commit().await?;
    Ok(text::digest_is_on(channel(reader), &rule.words()))
}

fn channel(reader: &Reader) -> Option<&str> {
    match reader {
        Reader::Person(_) => None,
        Reader::Channel(channel) => Some(channel.as_str()),
    }
}

async fn find(scene: &Scene<'_>, reader: &Reader) -> Surfaced<Option<Schedule>> {
    let mut tx = scene.tx().await?;
    Ok(digests::of(&mut tx, &scene.workspace.id, reader).await?)
}

async fn switch_off(
    scene: &Scene<'_>,
    person: &Person,
    user: &UserId,
    reader: &Reader,
) -> Surfaced<String> {
    let Some(found) = find(scene, reader).await? else {
        return Ok(text::DIGEST_WAS_OFF.to_owned());
    };
    // A channel's digest is everybody's who may post there.
    if let Reader::Channel(channel) = reader
        && !person.is_admin
        && let Some(objection) = may_post(&scene.workspace, channel, user).await?
    {
        return Ok(objection.to_owned());
    }
    let mut tx = scene.tx().await?;
    schedules::delete(&mut tx, found.id).await?;
    tx.commit().await?;
    Ok(text::digest_is_switched_off(channel(reader)))
}

/// One's own, with its switch: for App Home and for the command by itself.
pub async fn own(scene: &Scene<'_>, user: &UserId) -> Surfaced<Vec<Value>> {
    let found = find(scene, &Reader::Person(user.clone())).await?;
    let active = found.filter(|it| it.state == State::Active);
    Ok(match active {
        Some(schedule) => {
            let words = rule_of(&schedule)?.words();
            switch(&text::digest_is_on(None, &words), true, MINE)
        }
        None => switch(text::DIGEST_IS_OFF, false, MINE),
    })
}

/// The buttons, and those of the two templates that are digests.
pub async fn clicked(scene: &Scene<'_>, clicked: &BlockActions, action: &Action) -> Surfaced {
    let user = &clicked.source.user;
    let value = action.chosen().unwrap_or_default();
    let reader = match value {
        MINE => Reader::Person(user.clone()),
        channel => Reader::Channel(channel.into()),
    };
    let person = scene.person(user).await?;
    if person.is_restricted {
        return tell(scene, clicked, text::GUESTS_CANNOT).await;
    }
    let said = match ids::meaning(&action.action_id) {
        ids::DIGEST_ON => usual(scene, &person, user, &reader).await?,
        ids::DIGEST_OFF => switch_off(scene, &person, user, &reader).await?,
        _ => send_now(scene, user, &reader).await?,
    };
    tell(scene, clicked, &said).await
}

/// A template that is a digest is switched on by the click itself. False: it is none.
pub async fn from_template(
    scene: &Scene<'_>,
    clicked: &BlockActions,
    slug: &str,
) -> Surfaced<bool> {
    let here = clicked.channel.as_ref();
    let Some(said) = take(scene, &clicked.source.user, slug, here).await? else {
        return Ok(false);
    };
    tell(scene, clicked, &said).await?;
    Ok(true)
}

/// The same of one that was asked for by its name.
pub async fn by_name(scene: &Scene<'_>, call: &Call<'_>, slug: &str) -> Surfaced<bool> {
    let Some(said) = take(scene, call.user(), slug, Some(call.channel)).await? else {
        return Ok(false);
    };
    call.answer(scene, &said, Vec::new()).await?;
    Ok(true)
}

/// Switches on what a template stands for. None: it is no digest.
async fn take(
    scene: &Scene<'_>,
    user: &UserId,
    slug: &str,
    here: Option<&ChannelId>,
) -> Surfaced<Option<String>> {
    if ![DIGEST_OF_PERSON, DIGEST_OF_TEAM].contains(&slug) {
        return Ok(None);
    }
    let person = scene.person(user).await?;
    if person.is_restricted {
        return Ok(Some(text::GUESTS_CANNOT.to_owned()));
    }
    let channel = here.filter(|here| !here.as_str().starts_with('D'));
    let reader = match (slug, channel) {
        (DIGEST_OF_PERSON, _) => Reader::Person(user.clone()),
        (_, Some(channel)) => Reader::Channel(channel.clone()),
        // A team’s is never taken for one’s own.
        (_, None) => return Ok(Some(text::DIGEST_WHICH_CHANNEL.to_owned())),
    };
    Ok(Some(usual(scene, &person, user, &reader).await?))
}

/// At the usual hour.
async fn usual(
    scene: &Scene<'_>,
    person: &Person,
    user: &UserId,
    reader: &Reader,
) -> Surfaced<String> {
    let said = match reader {
        Reader::Person(_) => digest::USUAL_FOR_PERSON,
        Reader::Channel(_) => digest::USUAL_FOR_CHANNEL,
    };
    match when(said, asked(scene, person)) {
        Ok(rule) => switch_on(scene, user, reader, said, &rule).await,
        Err(unclear) => Ok(unclear.to_string()),
    }
}

async fn send_now(scene: &Scene<'_>, user: &UserId, reader: &Reader) -> Surfaced<String> {
    let Some(found) = find(scene, reader).await? else {
        return Ok(text::DIGEST_WAS_OFF.to_owned());
    };
    let said = match reader {
        Reader::Person(_) => text::DIGEST_SENDING,
        Reader::Channel(channel) => match may_post(&scene.workspace, channel, user).await? {
            None => text::DIGEST_SENDING_HERE,
            Some(objection) => return Ok(objection.to_owned()),
        },
    };
    let mut tx = scene.tx().await?;
    schedules::run_now(&mut tx, found.id, scene.services.clock.now()).await?;
    tx.commit().await?;
    Ok(said.to_owned())
}

/// Says what a button did where the button was.
async fn tell(scene: &Scene<'_>, clicked: &BlockActions, said: &str) -> Surfaced {
    match Whisper::to(clicked) {
        Some(to) => scene.whisper(to, said, Vec::new()).await,
        None => {
            scene.page.say(said);
            Ok(())
        }
    }
}
