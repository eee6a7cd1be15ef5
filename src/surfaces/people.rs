//! Who the users of connected systems are here: matched by mail address, seen and corrected by
//! administrators. What one of them said stays, and a system is read anew for it.

use super::call::Call;
use super::scene::{Scene, Surfaced, Whisper};
use crate::approvals::ledger;
use crate::approvals::{Act, Actor};
use crate::base::ids::UserId;
use crate::connectors::registry;
use crate::slack::blocks::people::{Row, SHOWN, match_window, people};
use crate::slack::blocks::raw;
use crate::slack::ids::{FIELD, SystemUser};
use crate::slack::inbound::{BlockActions, View, ViewSubmission};
use crate::slack::mrkdwn::escape;
use crate::slack::text;
use crate::store::people::Person;
use crate::store::sync::{self, PersonLink};
use std::sync::Arc;

pub async fn asked(scene: &Scene<'_>, call: &Call<'_>) -> Surfaced {
    match administrator(scene, call.user()).await? {
        Some(_) => show(scene, call.whisper(), call.words, text::WHO_IS_WHO).await,
        None => {
            call.answer(scene, text::ADMINISTRATORS_MATCH_PEOPLE, Vec::new())
                .await
        }
    }
}

/// Asked of Slack at this moment: who was one yesterday may not be one today.
async fn administrator(scene: &Scene<'_>, user: &UserId) -> Surfaced<Option<Arc<Person>>> {
    let services = scene.services;
    let (person, _) = services
        .directory
        .right_now(&services.db, &scene.workspace, user)
        .await?;
    Ok((person.is_admin && !person.is_restricted).then_some(person))
}

async fn show(scene: &Scene<'_>, to: Whisper<'_>, words: &str, heading: &str) -> Surfaced {
    let mut tx = scene.tx().await?;
    let (links, total) = sync::person_links(&mut tx, words, SHOWN as i64).await?;
    drop(tx);
    if links.is_empty() {
        let sentence = match words {
            "" => text::NO_USERS_KNOWN.to_owned(),
            words => text::nobody_like(words),
        };
        return scene.whisper(to, &sentence, Vec::new()).await;
    }
    let rows: Vec<Row<'_>> = links.iter().map(row).collect();
    let blocks = people(heading, &rows, total - rows.len() as i64);
    scene.whisper(to, heading, raw(blocks)).await
}

fn row(link: &PersonLink) -> Row<'_> {
    let person = link.person.as_ref();
    Row {
        user: SystemUser {
            system: &link.source,
            user: &link.source_id,
        },
        system: name_of(&link.source),
        name: &link.name,
        email: link.email.as_deref(),
        person: person.map(|it| match &it.user {
            Some(user) => format!("<@{user}>"),
            None => escape(&it.name),
        }),
        is_corrected: link.is_corrected,
    }
}

fn name_of(system: &str) -> &str {
    registry::find(system).map_or(system, |it| it.manifest().name)
}

/// Match or Change.
pub async fn wants_to_match(scene: &Scene<'_>, clicked: &BlockActions, value: &str) -> Surfaced {
    if administrator(scene, &clicked.source.user).await?.is_none() {
        return tell(scene, clicked, text::ADMINISTRATORS_MATCH_PEOPLE).await;
    }
    let Some(user) = SystemUser::parse(value) else {
        return Ok(());
    };
    let mut tx = scene.tx().await?;
    let name = sync::linked_name(&mut tx, user.system, user.user).await?;
    drop(tx);
    match name {
        Some(name) => {
            let window = match_window(user, &name, name_of(user.system));
            scene.open_modal_or_tell(&clicked.source, &window).await
        }
        None => tell(scene, clicked, text::USER_GONE).await,
    }
}

/// The window came back.
pub async fn matched(scene: &Scene<'_>, submitted: &ViewSubmission) -> Surfaced {
    let admin = &submitted.source.user;
    let Some(by) = administrator(scene, admin).await? else {
        return scene
            .tell_directly(admin, text::ADMINISTRATORS_MATCH_PEOPLE)
            .await;
    };
    let Some(user) = SystemUser::parse(&submitted.view.private_metadata) else {
        return Ok(());
    };
    let colleague = match chosen(&submitted.view) {
        Some(chosen) => Some((scene.person(&chosen).await?, chosen)),
        None => None,
    };
    let person = colleague.as_ref().map(|(person, _)| person.id);
    let mut tx = scene.tx().await?;
    let name = sync::linked_name(&mut tx, user.system, user.user).await?;
    let is_known = sync::correct_link(&mut tx, user.system, user.user, person).await?;
    let Some(name) = name.filter(|_| is_known) else {
        return scene.tell_directly(admin, text::USER_GONE).await;
    };
    let act = Act::LinkSet {
        system: user.system.to_owned(),
        user: user.user.to_owned(),
        person,
    };
    ledger::record(&mut tx, Actor::Person(by.id), &act).await?;
    sync::read_anew(&mut tx, user.system).await?;
    tx.commit().await?;
    let who = colleague.map(|(_, chosen)| format!("<@{chosen}>"));
    let said = text::person_matched(&name, name_of(user.system), who.as_deref());
    scene.tell_directly(admin, &said).await
}

fn chosen(view: &View) -> Option<UserId> {
    let chosen = view.element(FIELD, FIELD)?["selected_user"].as_str()?;
    Some(UserId::from(chosen))
}

/// Takes a correction back.
pub async fn goes_by_mail(scene: &Scene<'_>, clicked: &BlockActions, value: &str) -> Surfaced {
    let Some(by) = administrator(scene, &clicked.source.user).await? else {
        return tell(scene, clicked, text::ADMINISTRATORS_MATCH_PEOPLE).await;
    };
    let Some(user) = SystemUser::parse(value) else {
        return Ok(());
    };
    let mut tx = scene.tx().await?;
    let name = sync::linked_name(&mut tx, user.system, user.user).await?;
    let Some(name) = name else {
        return tell(scene, clicked, text::USER_GONE).await;
    };
    // A second click finds it done.
    if sync::forget_correction(&mut tx, user.system, user.user).await? {
        let act = Act::LinkForgotten {
            system: user.system.to_owned(),
            user: user.user.to_owned(),
        };
        ledger::record(&mut tx, Actor::Person(by.id), &act).await?;
        sync::read_anew(&mut tx, user.system).await?;
    }
    tx.commit().await?;
    let said = text::person_unmatched(&name, name_of(user.system));
    match Whisper::in_place(clicked) {
        Some(to) => show(scene, to, "", &said).await,
        None => scene.tell_directly(&clicked.source.user, &said).await,
    }
}

async fn tell(scene: &Scene<'_>, clicked: &BlockActions, sentence: &str) -> Surfaced {
    match Whisper::to(clicked) {
        Some(to) => scene.whisper(to, sentence, Vec::new()).await,
        None => scene.tell_directly(&clicked.source.user, sentence).await,
    }
}
