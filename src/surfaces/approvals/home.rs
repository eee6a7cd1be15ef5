//! Approvals in App Home: what waits for the one who looks, what they asked for, what became of
//! it, and what they have allowed beforehand.

use super::{At, facts, words};
use crate::approvals::policy::Standing;
use crate::approvals::{Facts, State, Verdict, may_say};
use crate::base::ids::{ChannelId, PersonId, UserId};
use crate::connectors::registry;
use crate::jobs::cards::read::see_record;
use crate::jobs::people::is_in;
use crate::slack::blocks::approval::home::{Approvals, Done, Granted, Waiting};
use crate::slack::mrkdwn::escape;
use crate::store::grants::{self, Grant};
use crate::store::proposals::{self, Record};
use crate::store::{OrgTx, company, people};
use crate::surfaces::scene::{Scene, Surfaced};
use std::collections::HashMap;

/// Open proposals that are looked through for those that wait for somebody.
const LOOKED_THROUGH: i64 = 40;
const SHOWN: usize = 5;

/// None for whoever decides on nothing.
pub async fn read(scene: &Scene<'_>, user: &UserId) -> Surfaced<Option<Approvals>> {
    let facts = facts::of(scene, user).await?;
    if facts.standing != Standing::Member {
        return Ok(None);
    }
    let mut tx = scene.tx().await?;
    let open = proposals::open(&mut tx, LOOKED_THROUGH).await?;
    let open = seen(&mut tx, open).await?;
    let asked = proposals::requested_by(&mut tx, facts.person, LOOKED_THROUGH).await?;
    let asked = seen(&mut tx, asked).await?;
    let grants = grants(&mut tx, &facts).await?;
    drop(tx);
    let waiting = waiting(scene, user, &facts, open).await?;
    let mut under_way = Vec::new();
    for at in asked
        .iter()
        .filter(|at| is_under_way(at.seen.state))
        .take(SHOWN)
    {
        under_way.push(Waiting {
            line: words::asked_for(&at.shown()),
            link: link(scene, user, at).await,
        });
    }
    Ok(Some(Approvals {
        more: waiting.len().saturating_sub(SHOWN),
        waiting: lines(scene, user, waiting).await,
        under_way,
        lately: done_for(scene, facts.person, SHOWN).await?,
        grants,
    }))
}

async fn seen(tx: &mut OrgTx, records: Vec<Record>) -> Surfaced<Vec<At>> {
    let mut all = Vec::new();
    for record in records {
        let seen = see_record(tx, record).await?;
        let ticket = seen.sealed.ticket();
        all.push(At::of(tx, ticket, seen).await?);
    }
    Ok(all)
}

/// Of what is open that which this person could approve now. Each channel is asked about once.
async fn waiting(
    scene: &Scene<'_>,
    user: &UserId,
    facts: &Facts,
    open: Vec<At>,
) -> Surfaced<Vec<At>> {
    let mut channels: HashMap<ChannelId, bool> = HashMap::new();
    let mut waiting = Vec::new();
    for at in open {
        let Some(card) = &at.card else { continue };
        let sees_card = match channels.get(&card.channel) {
            _ if at.copy_of(user).is_some() => true,
            Some(known) => *known,
            None => {
                // A channel that cannot be read any more has nobody in it.
                let is_in = is_in(&scene.workspace, &card.channel, user).await;
                let is_in = is_in.unwrap_or_default();
                channels.insert(card.channel.clone(), is_in);
                is_in
            }
        };
        if !sees_card {
            continue;
        }
        let content = at.content();
        let own = Facts {
            owns_record: owns(scene, facts, &at).await?,
            groups: facts::groups(scene, user, &facts::rule_of(&at)).await?,
            ..facts.clone()
        };
        let since = at.seen.newer.as_ref().and_then(|newer| newer.since);
        let has_agreed = at
            .seen
            .decisions
            .iter()
            .any(|one| one.person == facts.person && since.is_none_or(|since| one.at >= since));
        let may = may_say(content, at.seen.newer.as_ref(), &own, Verdict::Approved);
        if may.is_ok() && !has_agreed {
            waiting.push(at);
        }
    }
    Ok(waiting)
}

async fn owns(scene: &Scene<'_>, facts: &Facts, at: &At) -> Surfaced<bool> {
    let content = at.content();
    let Some(id) = &content.target.id else {
        return Ok(false);
    };
    let mut tx = scene.tx().await?;
    let (system, kind) = (&content.operation.system, &content.target.kind);
    Ok(company::owner_of(&mut tx, system, kind, id).await? == Some(facts.person))
}

async fn lines(scene: &Scene<'_>, user: &UserId, waiting: Vec<At>) -> Vec<Waiting> {
    let mut lines = Vec::new();
    for at in waiting.iter().take(SHOWN) {
        lines.push(Waiting {
            line: words::waits(&at.shown()),
            link: link(scene, user, at).await,
        });
    }
    lines
}

async fn link(scene: &Scene<'_>, user: &UserId, at: &At) -> Option<String> {
    let card = at.card_for(user)?;
    let slack = &scene.workspace.slack;
    slack.permalink(&card.channel, &card.message).await.ok()
}

fn is_under_way(state: State) -> bool {
    matches!(state, State::Proposed | State::Approved | State::Executing)
}

/// What was carried out for somebody, the latest first, with what can still be undone.
pub async fn done_for(scene: &Scene<'_>, person: PersonId, most: usize) -> Surfaced<Vec<Done>> {
    let mut tx = scene.tx().await?;
    let limit = i64::try_from(most).unwrap_or(i64::MAX);
    let records = proposals::carried_out_for(&mut tx, person, limit).await?;
    let done = seen(&mut tx, records).await?;
    let done = done.iter().map(|at| {
        let card = at.shown();
        let is_done = at.seen.state == State::Succeeded;
        Done {
            line: words::became(&card, at.seen.record.ended_at),
            undo: (is_done && card.can_be_undone).then(|| card.ticket.clone()),
        }
    });
    Ok(done.collect())
}

/// Grants that somebody gave or has, and for administrators all.
async fn grants(tx: &mut OrgTx, facts: &Facts) -> Surfaced<Vec<Granted>> {
    let usable = grants::usable(tx).await?;
    let concerns = |grant: &Grant| {
        facts.is_admin || [grant.granted_by, grant.requester].contains(&facts.person)
    };
    let mut shown = Vec::new();
    for grant in usable.iter().filter(|grant| concerns(grant)).take(SHOWN) {
        let people = people::by_ids(tx, &[grant.granted_by, grant.requester]).await?;
        let mention = |id: PersonId| {
            let found = people.iter().find(|person| person.id == id);
            match found.map(|person| (person.slack_user.as_ref(), &person.name)) {
                Some((Some(user), _)) => format!("<@{user}>"),
                Some((None, name)) => escape(name),
                None => words::SOMEBODY.to_owned(),
            }
        };
        let manifest = registry::find(&grant.system).map(|it| it.manifest());
        let operation = manifest.and_then(|it| it.operation(&grant.operation));
        let title = operation.map_or(grant.operation.as_str(), |it| it.title);
        shown.push(Granted {
            id: grant.id.to_string(),
            line: words::grant(
                title,
                &mention(grant.requester),
                &mention(grant.granted_by),
                grant,
            ),
        });
    }
    Ok(shown)
}
