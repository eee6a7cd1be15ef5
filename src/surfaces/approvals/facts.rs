//! Who somebody is and what they may do, looked up when they click: in Slack, and in the tables
//! for whose record it is. Nothing here was remembered from an earlier click.

use super::At;
use crate::approvals::policy::{Decider, Policy, Standing};
use crate::approvals::{Content, Facts, State};
use crate::base::ids::{GroupId, PersonId, UserId};
use crate::jobs::cards::deciders::may_see;
use crate::jobs::people::is_in;
use crate::slack::client::SlackError;
use crate::store::company;
use crate::surfaces::scene::{Scene, Surfaced};
use std::collections::BTreeSet;

/// What somebody may do about a proposal.
pub async fn about(scene: &Scene<'_>, user: &UserId, at: &At) -> Surfaced<Facts> {
    about_by(scene, user, at, &rule_of(at)).await
}

/// Everybody whom the rule of a proposal names, and a stricter one since.
pub fn rule_of(at: &At) -> Policy {
    let mut policy = at.content().policy.clone();
    if let Some(newer) = &at.seen.newer {
        policy.deciders.extend(newer.policy.deciders.clone());
    }
    policy
}

/// The same where another policy decides than the one that the proposal was made under.
pub async fn about_by(
    scene: &Scene<'_>,
    user: &UserId,
    at: &At,
    policy: &Policy,
) -> Surfaced<Facts> {
    let mut facts = of(scene, user).await?;
    let is_there = match &at.card {
        Some(card) => is_in(&scene.workspace, &card.channel, user).await?,
        None => false,
    };
    facts.sees_card = is_there || is_brought(scene, user, at, facts.person).await;
    facts.owns_record = owns(scene, &facts, at.content()).await?;
    facts.groups = groups(scene, user, policy).await?;
    Ok(facts)
}

/// Whether somebody has the card in their direct messages, and may see what it is about, still.
async fn is_brought(scene: &Scene<'_>, user: &UserId, at: &At, person: PersonId) -> bool {
    let state = at.seen.state;
    let is_over = state != State::Proposed && !state.can_be_proposed_again();
    at.copy_of(user).is_some() && (is_over || may_see(scene.services, at.content(), person).await)
}

/// What somebody is by themselves, for what is no single proposal.
pub async fn of(scene: &Scene<'_>, user: &UserId) -> Surfaced<Facts> {
    let services = scene.services;
    let (person, standing) = services
        .directory
        .right_now(&services.db, &scene.workspace, user)
        .await?;
    Ok(Facts {
        org: scene.workspace.org,
        person: person.id,
        standing,
        sees_card: true,
        is_admin: person.is_admin,
        owns_record: false,
        groups: BTreeSet::new(),
    })
}

/// Whether somebody is of another company. Slack is asked where it could be so.
pub async fn is_outsider(scene: &Scene<'_>, user: &UserId) -> Surfaced<bool> {
    let may_be = scene.person(user).await?.is_restricted;
    Ok(may_be && of(scene, user).await?.standing == Standing::External)
}

async fn owns(scene: &Scene<'_>, facts: &Facts, content: &Content) -> Surfaced<bool> {
    let target = &content.target;
    let Some(id) = &target.id else {
        return Ok(false);
    };
    let mut tx = scene.tx().await?;
    let owner = company::owner_of(&mut tx, &content.operation.system, &target.kind, id).await?;
    Ok(owner == Some(facts.person))
}

/// Of the groups that decide those that somebody belongs to. One that is gone has no members.
pub async fn groups(
    scene: &Scene<'_>,
    user: &UserId,
    policy: &Policy,
) -> Surfaced<BTreeSet<GroupId>> {
    let mut groups = BTreeSet::new();
    for decider in &policy.deciders {
        let Decider::Group(group) = decider else {
            continue;
        };
        match scene.workspace.slack.group_members(group).await {
            Ok(members) if members.contains(user) => {
                groups.insert(group.clone());
            }
            Ok(_) => {}
            Err(SlackError::Refused { code, .. }) => {
                tracing::warn!(slack.code = %code, "the members of a user group that decides could not be read");
            }
            Err(error) => return Err(error.into()),
        }
    }
    Ok(groups)
}
