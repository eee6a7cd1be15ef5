//! Who may decide on a proposal, asked of Slack at this moment, and whether they may see what it is
//! about.

use super::CardError;
use super::read::Seen;
use crate::approvals::policy::{Decider, Policy};
use crate::approvals::{self, Content, Facts, Verdict};
use crate::base::ids::{ChannelId, GroupId, PersonId, UserId};
use crate::base::viewer::Audience;
use crate::connectors::changes::{self, Unfit, Wanted};
use crate::connectors::{Reach, registry};
use crate::jobs::Services;
use crate::jobs::people::LookupError;
use crate::jobs::workspaces::Workspace;
use crate::slack::client::SlackError;
use crate::store::{company, people};
use std::collections::{BTreeSet, HashSet};

/// Who is asked about for one proposal; whoever comes after them can still decide where it stands.
const MOST_ASKED_ABOUT: usize = 20;
/// Of a workspace's people, of whom Slack names two hundred at once, to find its administrators.
const MOST_PAGES: usize = 10;

/// Somebody who may say yes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MayDecide {
    pub user: UserId,
    pub person: PersonId,
    /// In the channel of the card.
    pub is_there: bool,
}

/// Whom the rule of a proposal names, and a stricter one since.
pub fn named(seen: &Seen) -> BTreeSet<Decider> {
    let since = seen.newer.iter().flat_map(|it| &it.policy.deciders);
    let made_under = &seen.sealed.content().policy.deciders;
    made_under.iter().chain(since).cloned().collect()
}

/// Whether the yes of whoever asked is enough, who is where the card is.
pub fn asker_suffices(seen: &Seen) -> bool {
    let suffices = |policy: &Policy| {
        policy.approvals == 1
            && !policy.not_requester
            && policy.deciders.contains(&Decider::Requester)
    };
    let since = seen.newer.as_ref().is_none_or(|it| suffices(&it.policy));
    suffices(&seen.sealed.content().policy) && since
}

/// Everybody in a channel.
pub async fn members(
    workspace: &Workspace,
    channel: &ChannelId,
) -> Result<HashSet<UserId>, SlackError> {
    let mut all = HashSet::new();
    let mut cursor = None;
    loop {
        let page = workspace.slack.members(channel, cursor).await?;
        all.extend(page.entries);
        cursor = page.next;
        if cursor.is_none() {
            return Ok(all);
        }
    }
}

/// Those who may say yes and have not, first those who are where the card is.
pub async fn of(
    services: &Services,
    workspace: &Workspace,
    seen: &Seen,
    there: &HashSet<UserId>,
) -> Result<Vec<MayDecide>, CardError> {
    let content = seen.sealed.content();
    let named = named(seen);
    let mut groups = Vec::new();
    for decider in &named {
        if let Decider::Group(group) = decider {
            groups.push((group.clone(), in_group(workspace, group).await?));
        }
    }
    let look = LookUp {
        services,
        workspace,
        seen,
        there,
        owner: owner_of(services, content).await?,
        groups,
    };
    let mut users = users_of(services, seen, &named, look.owner).await?;
    users.extend(look.groups.iter().flat_map(|(_, members)| members.clone()));
    let admins_decide = named.contains(&Decider::Admin);
    if admins_decide {
        let mut tx = services.db.org(content.org).await?;
        users.extend(people::admins(&mut tx).await?);
    }
    let mut asked_about = HashSet::new();
    let mut may = look.those_of(users, &mut asked_about).await?;
    let needed = approvals::needed(content, seen.newer.as_ref());
    if admins_decide && may.len() + seen.approvers().len() < needed {
        // Slack knows of administrators who have never met Penny.
        let admins = all_admins(workspace).await?;
        may.extend(look.those_of(admins, &mut asked_about).await?);
    }
    may.sort_by_key(|one| !one.is_there);
    Ok(may)
}

/// Administrators of the workspace, whatever they may decide on: first those who know Penny.
pub async fn administrators(
    services: &Services,
    workspace: &Workspace,
) -> Result<Vec<UserId>, CardError> {
    let mut tx = services.db.org(workspace.org).await?;
    let known = people::admins(&mut tx).await?;
    drop(tx);
    match known.is_empty() {
        true => Ok(all_admins(workspace).await?),
        false => Ok(known),
    }
}

/// What is known while people are asked about.
struct LookUp<'a> {
    services: &'a Services,
    workspace: &'a Workspace,
    seen: &'a Seen,
    there: &'a HashSet<UserId>,
    owner: Option<PersonId>,
    groups: Vec<(GroupId, Vec<UserId>)>,
}

impl LookUp<'_> {
    /// Of these people those who may say yes and have not; each is asked about once.
    async fn those_of(
        &self,
        mut users: Vec<UserId>,
        asked_about: &mut HashSet<UserId>,
    ) -> Result<Vec<MayDecide>, CardError> {
        users.retain(|user| asked_about.insert(user.clone()));
        users.sort_by_key(|user| !self.there.contains(user));
        users.truncate(MOST_ASKED_ABOUT);
        let (content, newer) = (self.seen.sealed.content(), self.seen.newer.as_ref());
        let mut may = Vec::new();
        for user in users {
            let Some(facts) = self.facts(&user).await? else {
                continue;
            };
            let may_say = approvals::may_say(content, newer, &facts, Verdict::Approved);
            if may_say.is_ok() && !self.seen.has_agreed(facts.person) {
                may.push(MayDecide {
                    is_there: self.there.contains(&user),
                    person: facts.person,
                    user,
                });
            }
        }
        Ok(may)
    }

    /// None: Slack does not know them any more.
    async fn facts(&self, user: &UserId) -> Result<Option<Facts>, CardError> {
        let Services { db, directory, .. } = self.services;
        let (person, standing) = match directory.right_now(db, self.workspace, user).await {
            Ok(found) => found,
            Err(LookupError::Slack(SlackError::Refused { .. })) => return Ok(None),
            Err(LookupError::Slack(error)) => return Err(error.into()),
            Err(LookupError::Store(error)) => return Err(error.into()),
        };
        let groups = self.groups.iter();
        let groups = groups.filter(|(_, members)| members.contains(user));
        Ok(Some(Facts {
            org: self.workspace.org,
            person: person.id,
            standing,
            sees_card: true,
            is_admin: person.is_admin,
            owns_record: self.owner == Some(person.id),
            groups: groups.map(|(group, _)| group.clone()).collect(),
        }))
    }
}

/// Those whom a rule names one by one, as Slack names them.
async fn users_of(
    services: &Services,
    seen: &Seen,
    named: &BTreeSet<Decider>,
    owner: Option<PersonId>,
) -> Result<Vec<UserId>, CardError> {
    let content = seen.sealed.content();
    let people = named.iter().filter_map(|decider| match decider {
        Decider::Requester => Some(content.requester),
        Decider::RecordOwner => owner,
        Decider::Person(person) => Some(*person),
        Decider::Admin | Decider::Group(_) => None,
    });
    let people: Vec<PersonId> = people.collect();
    let mut tx = services.db.org(content.org).await?;
    let people = people::by_ids(&mut tx, &people).await?.into_iter();
    Ok(people.filter_map(|person| person.slack_user).collect())
}

async fn owner_of(services: &Services, content: &Content) -> Result<Option<PersonId>, CardError> {
    let target = &content.target;
    let Some(id) = &target.id else {
        return Ok(None);
    };
    let mut tx = services.db.org(content.org).await?;
    let system = &content.operation.system;
    Ok(company::owner_of(&mut tx, system, &target.kind, id).await?)
}

/// A group that is gone has no members.
async fn in_group(workspace: &Workspace, group: &GroupId) -> Result<Vec<UserId>, SlackError> {
    match workspace.slack.group_members(group).await {
        Err(SlackError::Refused { .. }) => Ok(Vec::new()),
        members => members,
    }
}

async fn all_admins(workspace: &Workspace) -> Result<Vec<UserId>, SlackError> {
    let mut admins = Vec::new();
    let mut cursor = None;
    for _ in 0..MOST_PAGES {
        let page = workspace.slack.users(cursor).await?;
        let found = page.entries.into_iter();
        let found = found.filter(|it| (it.is_admin || it.is_owner) && !it.deleted && !it.is_bot);
        admins.extend(found.map(|it| UserId(it.id)));
        cursor = page.next;
        if cursor.is_none() {
            break;
        }
    }
    Ok(admins)
}

/// Whether somebody else than who asked may see what a proposal is about: the system itself is
/// asked, with their eyes. What belongs to one person's own account is theirs alone.
pub async fn may_see(services: &Services, content: &Content, person: PersonId) -> bool {
    if person == content.requester {
        return true;
    }
    let is_own = |reach| reach == Reach::Person;
    let system = registry::find(&content.operation.system);
    if system.is_none_or(|system| is_own(system.manifest().reach)) {
        return false;
    }
    let wanted = Wanted {
        requester: person,
        audience: Audience::Private,
        system: &content.operation.system,
        operation: &content.operation.name,
        arguments: &content.arguments,
        undo_of: None,
    };
    let looking = changes::draft(&services.connections, content.org, &wanted);
    match Box::pin(looking).await {
        Ok(draft) => draft.target.id == content.target.id,
        Err(Unfit::NothingChanges) => true,
        Err(_) => false,
    }
}
