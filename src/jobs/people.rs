//! Who people are and who reads along: asked of Slack when it must be, remembered meanwhile.
//! Whoever cannot be looked up counts as a guest, so a failure never shows too much.

use super::workspaces::Workspace;
use crate::approvals::policy::Standing;
use crate::base::ids::{ChannelId, OrgId, PersonId, TeamId, UserId};
use crate::slack::client::{Channel, Member, SlackError};
use crate::store::people::{self, Person, SlackProfile};
use crate::store::{Db, StoreError, StoreResult};
use futures::future::join_all;
use moka::future::Cache;
use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// Nobody waits longer than this for a name.
const PATIENCE: Duration = Duration::from_millis(800);
/// Members of a channel that are looked up one by one; with more strangers it counts as mixed.
const MOST_LOOKUPS: usize = 40;

/// Why it could not be found out who somebody is.
#[derive(Debug, thiserror::Error)]
pub enum LookupError {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Slack(#[from] SlackError),
}

type Key = (OrgId, String);

#[derive(Debug, Clone)]
pub struct Directory {
    people: Cache<Key, Arc<Person>>,
    channels: Cache<Key, Arc<Channel>>,
    /// Whether everybody in a channel is a full member.
    audiences: Cache<Key, bool>,
    /// How often an audience was forgotten: what was found out meanwhile may be the one before.
    changes: Arc<AtomicU64>,
}

impl Default for Directory {
    fn default() -> Self {
        Self {
            people: cache(),
            channels: cache(),
            audiences: cache(),
            changes: Arc::default(),
        }
    }
}

/// Ten minutes: as long as something may take to reach Penny of which Slack sends no event, or
/// whose event was lost.
fn cache<V: Clone + Send + Sync + 'static>() -> Cache<Key, V> {
    Cache::builder()
        .max_capacity(20_000)
        .time_to_live(Duration::from_secs(600))
        .build()
}

impl Directory {
    pub async fn person(
        &self,
        db: &Db,
        workspace: &Workspace,
        user: &UserId,
    ) -> StoreResult<Arc<Person>> {
        let key = (workspace.org, user.0.clone());
        if let Some(known) = self.people.get(&key).await {
            return Ok(known);
        }
        let mut tx = db.org(workspace.org).await?;
        let stored = people::by_slack_user(&mut tx, user).await?;
        drop(tx);
        let person = match stored {
            Some(person) if person.is_fresh => person,
            stored => match self.ask_slack(db, workspace, user).await? {
                Some(person) => person,
                // Not cached: the next message asks again.
                None => return Ok(Arc::new(stored.unwrap_or_else(|| stranger(user)))),
            },
        };
        let person = Arc::new(person);
        self.people.insert(key, person.clone()).await;
        Ok(person)
    }

    /// Several at once, for names in a thread.
    pub async fn people(
        &self,
        db: &Db,
        workspace: &Workspace,
        users: impl IntoIterator<Item = UserId>,
    ) -> StoreResult<HashMap<UserId, Arc<Person>>> {
        let lookups = users.into_iter().map(|user| async move {
            let person = self.person(db, workspace, &user).await?;
            Ok((user, person))
        });
        join_all(lookups).await.into_iter().collect()
    }

    /// Who somebody is at this moment, asked of Slack and of no memory: what they may decide
    /// depends on it.
    pub async fn right_now(
        &self,
        db: &Db,
        workspace: &Workspace,
        user: &UserId,
    ) -> Result<(Arc<Person>, Standing), LookupError> {
        let member = workspace.slack.user(user).await?;
        let standing = standing(workspace, &member);
        let profile = profile(workspace, user, member);
        let mut tx = db.org(workspace.org).await?;
        people::refresh(&mut tx, &profile).await?;
        let person = people::by_slack_user(&mut tx, user).await?;
        tx.commit().await?;
        let person = Arc::new(person.unwrap_or_else(|| stranger(user)));
        let key = (workspace.org, user.0.clone());
        self.people.insert(key, person.clone()).await;
        Ok((person, standing))
    }

    async fn ask_slack(
        &self,
        db: &Db,
        workspace: &Workspace,
        user: &UserId,
    ) -> StoreResult<Option<Person>> {
        let member = match tokio::time::timeout(PATIENCE, workspace.slack.user(user)).await {
            Ok(Ok(member)) if !member.id.is_empty() => member,
            Ok(Ok(_)) | Err(_) => return Ok(None),
            Ok(Err(error)) => {
                tracing::debug!(%error, "a person could not be looked up");
                return Ok(None);
            }
        };
        let profile = profile(workspace, user, member);
        let mut tx = db.org(workspace.org).await?;
        people::refresh(&mut tx, &profile).await?;
        let person = people::by_slack_user(&mut tx, user).await?;
        tx.commit().await?;
        Ok(person)
    }

    pub async fn channel(
        &self,
        workspace: &Workspace,
        channel: &ChannelId,
    ) -> Option<Arc<Channel>> {
        let key = (workspace.org, channel.0.clone());
        if let Some(known) = self.channels.get(&key).await {
            return Some(known);
        }
        let asked = tokio::time::timeout(PATIENCE, workspace.slack.conversation(channel)).await;
        let found = Arc::new(asked.ok()?.ok()?);
        self.channels.insert(key, found.clone()).await;
        Some(found)
    }

    /// Somebody has come or gone, or another company has: who reads along is found out anew.
    pub async fn forget_audience(&self, org: OrgId, channel: &ChannelId) {
        self.changes.fetch_add(1, Ordering::SeqCst);
        let key = (org, channel.0.clone());
        self.audiences.invalidate(&key).await;
        self.channels.invalidate(&key).await;
    }

    /// The same, as another process has told it.
    pub async fn hear_of_audience(&self, told: &str) {
        if let Some((org, channel)) = told.split_once(' ')
            && let Ok(org) = org.parse()
        {
            self.forget_audience(org, &ChannelId::new(channel)).await;
        }
    }

    /// Whether somebody in the channel may not see everything; keeps its members current.
    pub(super) async fn is_mixed(
        &self,
        db: &Db,
        workspace: &Workspace,
        channel: &ChannelId,
    ) -> StoreResult<bool> {
        let key = (workspace.org, channel.0.clone());
        if let Some(known) = self.audiences.get(&key).await {
            return Ok(known);
        }
        let before = self.changes.load(Ordering::SeqCst);
        let Some(info) = self.channel(workspace, channel).await else {
            return Ok(true);
        };
        if info.is_ext_shared {
            return Ok(true);
        }
        let Some(members) = members(workspace, channel).await else {
            return Ok(true);
        };
        let mixed = self
            .any_restricted(db, workspace, channel, &members)
            .await?;
        if self.changes.load(Ordering::SeqCst) == before {
            self.audiences.insert(key, mixed).await;
        }
        Ok(mixed)
    }

    async fn any_restricted(
        &self,
        db: &Db,
        workspace: &Workspace,
        channel: &ChannelId,
        members: &[UserId],
    ) -> StoreResult<bool> {
        let others = members.iter().filter(|user| **user != workspace.bot_user);
        let names: Vec<String> = others.map(|user| user.0.clone()).collect();
        let mut tx = db.org(workspace.org).await?;
        let mut found = people::known(&mut tx, &names).await?;
        drop(tx);
        let unknown: Vec<UserId> = names
            .iter()
            .filter(|name| !found.iter().any(|(user, _)| user.as_str() == name.as_str()))
            .map(|name| UserId(name.clone()))
            .collect();
        if unknown.len() > MOST_LOOKUPS {
            return Ok(true);
        }
        // Of those whom Slack was not asked about for a day, as many as there are lookups left;
        // the others are who they were until the next look.
        let stale = found.iter().filter(|(_, person)| !person.is_fresh);
        let stale = stale.map(|(user, _)| user.clone());
        let again: Vec<UserId> = stale.take(MOST_LOOKUPS - unknown.len()).collect();
        let lookups = unknown.into_iter().chain(again);
        let mut asked = self.people(db, workspace, lookups).await?;
        for (user, person) in &mut found {
            if let Some(now) = asked.remove(user) {
                *person = Person::clone(&now);
            }
        }
        for (user, person) in asked {
            found.push((user, Person::clone(&person)));
        }
        let known = found.iter().filter(|(_, person)| !person.id.0.is_nil());
        let ids: Vec<PersonId> = known.map(|(_, person)| person.id).collect();
        let mut tx = db.org(workspace.org).await?;
        people::set_members(&mut tx, channel, &ids).await?;
        tx.commit().await?;
        Ok(found
            .iter()
            .any(|(_, person)| person.is_restricted && !person.is_deactivated))
    }
}

async fn members(workspace: &Workspace, channel: &ChannelId) -> Option<Vec<UserId>> {
    let mut all = Vec::new();
    let mut cursor = None;
    loop {
        let page = workspace.slack.members(channel, cursor).await.ok()?;
        all.extend(page.entries);
        cursor = page.next.filter(|cursor| !cursor.is_empty());
        if cursor.is_none() {
            return Some(all);
        }
    }
}

/// Whether somebody is in a channel at this moment.
pub async fn is_in(
    workspace: &Workspace,
    channel: &ChannelId,
    user: &UserId,
) -> Result<bool, SlackError> {
    let mut cursor = None;
    loop {
        let page = workspace.slack.members(channel, cursor).await?;
        if page.entries.contains(user) {
            return Ok(true);
        }
        cursor = page.next.filter(|cursor| !cursor.is_empty());
        if cursor.is_none() {
            return Ok(false);
        }
    }
}

fn standing(workspace: &Workspace, member: &Member) -> Standing {
    if member.deleted {
        Standing::Deactivated
    } else if member.is_bot {
        Standing::Bot
    } else if member.is_stranger || is_foreign(workspace, member) {
        Standing::External
    } else if member.is_guest {
        Standing::Guest
    } else {
        Standing::Member
    }
}

/// Of another company. A colleague in an organisation of several workspaces has one of them as
/// home, whichever of them Penny is asked in.
fn is_foreign(workspace: &Workspace, member: &Member) -> bool {
    if workspace.is_enterprise {
        let enterprise = member.enterprise.as_ref();
        return enterprise.is_some_and(|it| it.as_str() != workspace.id);
    }
    let is_home = |team: &TeamId| team.as_str() == workspace.id;
    let lives_elsewhere = member.team.as_ref().is_some_and(|team| !is_home(team));
    lives_elsewhere && !member.teams.iter().any(is_home)
}

fn profile(workspace: &Workspace, user: &UserId, member: Member) -> SlackProfile {
    let foreign = is_foreign(workspace, &member);
    let name = [member.display_name, member.real_name]
        .into_iter()
        .flatten()
        .chain([member.name])
        .find(|name| !name.trim().is_empty())
        .unwrap_or_else(|| user.0.clone());
    SlackProfile {
        user: user.clone(),
        name,
        email: member.email,
        title: member.title,
        time_zone: member.time_zone.unwrap_or_else(|| "UTC".to_owned()),
        is_admin: member.is_admin || member.is_owner,
        is_restricted: member.is_guest || member.is_stranger || foreign,
        is_deactivated: member.deleted,
    }
}

/// Somebody of whom nothing could be found out.
fn stranger(user: &UserId) -> Person {
    Person {
        id: PersonId(uuid::Uuid::nil()),
        slack_user: Some(user.clone()),
        name: user.0.clone(),
        email: None,
        title: None,
        time_zone: "UTC".to_owned(),
        is_admin: false,
        is_restricted: true,
        is_deactivated: false,
        is_fresh: false,
    }
}
