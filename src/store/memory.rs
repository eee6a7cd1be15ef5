//! What Penny was asked to remember, for a person or for a channel. A note is read only where
//! it belongs: a person's in their own direct messages, a channel's in that channel.

use super::db::{Db, OrgTx, StoreResult};
use crate::base::ids::{ChannelId, PersonId, TurnId};
use crate::base::viewer::{Audience, Viewer};
use chrono::{DateTime, Utc};
use uuid::Uuid;

/// Notes a person or a channel can have: they are in the context of every turn there.
pub const MAX_NOTES: i64 = 100;
pub const MAX_CHARS: usize = 1_000;
/// How long a forgotten note can be brought back.
pub const UNDO_MINUTES: i32 = 10;

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Scope {
    Person(PersonId),
    Channel(ChannelId),
}

impl Scope {
    /// The notes that may be read in front of this viewer. A channel's own are not, while
    /// outsiders listen: nobody has said that those are for them.
    pub fn readable_by(viewer: &Viewer) -> Option<Self> {
        match &viewer.audience {
            Audience::Private => Some(Self::Person(viewer.person)),
            Audience::Channel(_) if viewer.external_present => None,
            Audience::Channel(channel) => Some(Self::Channel(channel.clone())),
        }
    }

    fn person(&self) -> Option<Uuid> {
        match self {
            Self::Person(person) => Some(person.0),
            Self::Channel(_) => None,
        }
    }

    fn channel(&self) -> Option<&str> {
        match self {
            Self::Person(_) => None,
            Self::Channel(channel) => Some(channel.as_str()),
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Memory {
    pub id: Uuid,
    pub text: String,
    pub author: String,
    pub created_at: DateTime<Utc>,
}

/// The call that asked for a note. The same call never makes a second one.
#[derive(Debug, Clone, Copy)]
pub struct Origin<'a> {
    pub turn: TurnId,
    pub tool_use_id: &'a str,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Remembered {
    Kept(Uuid),
    /// The text is empty or longer than [`MAX_CHARS`].
    BadLength,
    /// There are [`MAX_NOTES`] already.
    Full,
}

pub async fn remember(
    tx: &mut OrgTx,
    scope: &Scope,
    author: PersonId,
    text: &str,
    origin: Option<Origin<'_>>,
) -> StoreResult<Remembered> {
    let text = text.trim();
    if text.is_empty() || text.chars().count() > MAX_CHARS {
        return Ok(Remembered::BadLength);
    }
    // One at a time for a scope, or two would both find room for the last note.
    sqlx::query!(
        "select pg_advisory_xact_lock(hashtextextended(concat_ws(':', $1::uuid, $2::uuid, $3::text), 0))",
        tx.org().0,
        scope.person(),
        scope.channel(),
    )
    .execute(tx.connection())
    .await?;
    if let Some(origin) = origin
        && let Some(id) = made_by(tx, origin).await?
    {
        return Ok(Remembered::Kept(id));
    }
    let id = sqlx::query_scalar!(
        "insert into core.memories (org_id, memory_id, person_id, channel_id, author_id, text, turn_id, tool_use_id)
         select $1, $2, $3, $4, $5, $6, $7, $8
         where (select count(*) from core.memories
                where org_id = $1 and forgotten_at is null
                  and (person_id = $3 or channel_id = $4)) < $9
         returning memory_id",
        tx.org().0,
        Uuid::now_v7(),
        scope.person(),
        scope.channel(),
        author.0,
        text,
        origin.map(|origin| origin.turn.0),
        origin.map(|origin| origin.tool_use_id),
        MAX_NOTES,
    )
    .fetch_optional(tx.connection())
    .await?;
    Ok(id.map_or(Remembered::Full, Remembered::Kept))
}

async fn made_by(tx: &mut OrgTx, origin: Origin<'_>) -> StoreResult<Option<Uuid>> {
    Ok(sqlx::query_scalar!(
        "select memory_id from core.memories
         where org_id = $1 and turn_id = $2 and tool_use_id = $3",
        tx.org().0,
        origin.turn.0,
        origin.tool_use_id,
    )
    .fetch_optional(tx.connection())
    .await?)
}

/// The notes of a scope, oldest first.
pub async fn list(tx: &mut OrgTx, scope: &Scope) -> StoreResult<Vec<Memory>> {
    Ok(sqlx::query_as!(
        Memory,
        "select m.memory_id as id, m.text, p.name as author, m.created_at
         from core.memories m
         join core.people p on p.org_id = m.org_id and p.person_id = m.author_id
         where m.org_id = $1 and m.forgotten_at is null
             and (m.person_id = $2 or m.channel_id = $3)
         order by m.created_at, m.memory_id",
        tx.org().0,
        scope.person(),
        scope.channel(),
    )
    .fetch_all(tx.connection())
    .await?)
}

/// Forgets a note of this scope and returns its text; None if there is none. Forgetting it a
/// second time within the time to undo says the same again.
pub async fn forget(
    tx: &mut OrgTx,
    scope: &Scope,
    id: Uuid,
    by: PersonId,
) -> StoreResult<Option<String>> {
    Ok(sqlx::query_scalar!(
        "update core.memories
         set forgotten_at = coalesce(forgotten_at, now()), forgotten_by = coalesce(forgotten_by, $5)
         where org_id = $1 and memory_id = $2 and (person_id = $3 or channel_id = $4)
         returning text",
        tx.org().0,
        id,
        scope.person(),
        scope.channel(),
        by.0,
    )
    .fetch_optional(tx.connection())
    .await?)
}

/// Brings a forgotten note back and returns its text, while there is time to.
pub async fn restore(tx: &mut OrgTx, scope: &Scope, id: Uuid) -> StoreResult<Option<String>> {
    Ok(sqlx::query_scalar!(
        "update core.memories set forgotten_at = null, forgotten_by = null
         where org_id = $1 and memory_id = $2 and (person_id = $3 or channel_id = $4)
             and forgotten_at > now() - make_interval(mins => $5)
         returning text",
        tx.org().0,
        id,
        scope.person(),
        scope.channel(),
        UNDO_MINUTES,
    )
    .fetch_optional(tx.connection())
    .await?)
}

/// Deletes what was forgotten and can no longer be brought back. Returns how many.
pub async fn purge(db: &Db) -> StoreResult<u64> {
    // Housekeeping, over all organisations.
    let deleted = sqlx::query!(
        "delete from core.memories where forgotten_at <= now() - make_interval(mins => $1)",
        UNDO_MINUTES,
    )
    .execute(db.system())
    .await?;
    Ok(deleted.rows_affected())
}
