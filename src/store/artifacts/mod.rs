//! Charts, reports and exports with all their versions. What is made for a channel is seen by its
//! members, anything else by its maker alone.

mod delivery;
mod past;

pub use delivery::{Delivery, delivery, set_slack_file, settle};
pub use past::{Past, newest, of_earlier_run};

use super::conversations::root_of;
use super::db::{Db, OrgTx, StoreError, StoreResult};
use super::jobs;
use crate::base::ids::{ArtifactId, ChannelId, ConversationId, PersonId, Ts, TurnId};
use crate::base::viewer::{Audience, Viewer};
use chrono::{DateTime, Utc};
use serde_json::Value;

/// The kind of job that brings a version to where it was asked for; its key is [`Version::key`].
pub const DELIVER: &str = "artifact";

/// The kind of an artifact that is looked at as a page.
pub const DASHBOARD: &str = "dashboard";

/// The call of the agent that makes one. The same call never makes two.
#[derive(Debug, Clone, Copy)]
pub struct Origin<'a> {
    pub conversation: ConversationId,
    pub turn: TurnId,
    pub tool_use_id: &'a str,
}

#[derive(Debug, Clone)]
pub struct New<'a> {
    pub kind: &'a str,
    pub title: &'a str,
    pub recipe: Value,
}

/// What came of a recipe, as it is kept.
#[derive(Debug, Clone)]
pub struct Content {
    pub blocks: Option<Value>,
    pub file: Option<(String, Vec<u8>)>,
    pub words: String,
    pub note: Option<String>,
    pub rows: usize,
    /// The results of its queries, to compare the next version with.
    pub figures: Option<Value>,
    /// What has changed since the version before, a line each; None if there is none.
    pub changes: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Version {
    pub artifact: ArtifactId,
    pub number: i32,
}

impl Version {
    pub fn key(self) -> String {
        format!("{}:{}", self.artifact, self.number)
    }

    pub fn parse(key: &str) -> Option<Self> {
        let (artifact, number) = key.split_once(':')?;
        Some(Self {
            artifact: artifact.parse().ok()?,
            number: number.parse().ok()?,
        })
    }
}

/// An artifact as lists show it.
#[derive(Debug, Clone, PartialEq)]
pub struct Listed {
    pub id: ArtifactId,
    pub kind: String,
    pub title: String,
    pub words: String,
    pub versions: i32,
    pub made_by: PersonId,
    pub made_at: DateTime<Utc>,
    pub channel: ChannelId,
    pub thread: Option<Ts>,
}

/// An artifact with what is needed to make it again.
#[derive(Debug, Clone)]
pub struct Kept {
    pub id: ArtifactId,
    pub title: String,
    pub kind: String,
    pub recipe: Value,
    pub made_by: PersonId,
    pub channel: ChannelId,
}

/// Whom a viewer's artifacts are for: a channel, or none for their maker alone.
fn audience(viewer: &Viewer) -> Option<&str> {
    match &viewer.audience {
        Audience::Private => None,
        Audience::Channel(channel) => Some(channel.as_str()),
    }
}

/// What a call has made already, if it is repeated.
pub async fn of_call(tx: &mut OrgTx, origin: Origin<'_>) -> StoreResult<Option<ArtifactId>> {
    Ok(sqlx::query_scalar!(
        "select artifact_id from core.artifacts
         where org_id = $1 and turn_id = $2 and tool_use_id = $3",
        tx.org().0,
        origin.turn.0,
        origin.tool_use_id,
    )
    .fetch_optional(tx.connection())
    .await?
    .map(ArtifactId))
}

/// Keeps what a call has made, and has its first version brought to the thread.
pub async fn keep(
    tx: &mut OrgTx,
    viewer: &Viewer,
    origin: Origin<'_>,
    new: &New<'_>,
    content: &Content,
) -> StoreResult<ArtifactId> {
    let id = ArtifactId::fresh();
    let kept = sqlx::query!(
        "insert into core.artifacts
             (org_id, artifact_id, kind, title, recipe, made_by, audience_channel,
              workspace_id, channel_id, thread_ts, turn_id, tool_use_id)
         select $1, $2, $3, $4, $5, $6, $7, workspace_id, channel_id, thread_ts, $8, $9
         from core.conversations where org_id = $1 and conversation_id = $10",
        tx.org().0,
        id.0,
        new.kind,
        new.title,
        new.recipe,
        viewer.person.0,
        audience(viewer),
        origin.turn.0,
        origin.tool_use_id,
        origin.conversation.0,
    )
    .execute(tx.connection())
    .await?;
    if kept.rows_affected() == 0 {
        return Err(StoreError::Corrupt(
            "a turn without a conversation".to_owned(),
        ));
    }
    add_version(tx, id, viewer, content).await?;
    Ok(id)
}

/// Keeps a copy of an artifact in another channel, with what is for the eyes there, and has it
/// brought there, outside all threads. The same click makes one.
pub async fn keep_copy(
    tx: &mut OrgTx,
    viewer: &Viewer,
    (of, click): (ArtifactId, &str),
    content: &Content,
) -> StoreResult<()> {
    let (id, Audience::Channel(channel)) = (ArtifactId::fresh(), &viewer.audience) else {
        return Ok(());
    };
    let kept = sqlx::query!(
        "insert into core.artifacts
             (org_id, artifact_id, kind, title, recipe, made_by, audience_channel,
              workspace_id, channel_id, thread_ts, turn_id, tool_use_id)
         select org_id, $3, kind, title, recipe, $4, $5, workspace_id, $5, '', $2, $6
         from core.artifacts where org_id = $1 and artifact_id = $2
         on conflict (org_id, turn_id, tool_use_id) do nothing",
        tx.org().0,
        of.0,
        id.0,
        viewer.person.0,
        channel.as_str(),
        click,
    )
    .execute(tx.connection())
    .await?;
    if kept.rows_affected() == 1 {
        add_version(tx, id, viewer, content).await?;
    }
    Ok(())
}

/// Adds a version, and has it brought to the thread.
pub async fn add_version(
    tx: &mut OrgTx,
    artifact: ArtifactId,
    viewer: &Viewer,
    content: &Content,
) -> StoreResult<Version> {
    // One after the other, so that two who press a button at once make two versions.
    sqlx::query!(
        "select artifact_id from core.artifacts where org_id = $1 and artifact_id = $2 for update",
        tx.org().0,
        artifact.0,
    )
    .fetch_optional(tx.connection())
    .await?;
    let (name, bytes) = match &content.file {
        Some((name, bytes)) => (Some(name.as_str()), Some(bytes.as_slice())),
        None => (None, None),
    };
    let number = sqlx::query_scalar!(
        r#"insert into core.artifact_versions
             (org_id, artifact_id, version, made_by, blocks, file_name, bytes, words, note, row_count,
              figures, had_outsiders, changes)
         select $1, $2, coalesce(max(version), 0) + 1, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12
         from core.artifact_versions where org_id = $1 and artifact_id = $2
         returning version"#,
        tx.org().0,
        artifact.0,
        viewer.person.0,
        content.blocks,
        name,
        bytes,
        content.words,
        content.note,
        i64::try_from(content.rows).unwrap_or(i64::MAX),
        content.figures,
        viewer.external_present,
        content.changes,
    )
    .fetch_one(tx.connection())
    .await?;
    let version = Version { artifact, number };
    jobs::nudge(tx, DELIVER, &version.key()).await?;
    Ok(version)
}

/// What a viewer may see, newest first; all of `words` stand in its title or its words.
pub async fn seen_by(
    tx: &mut OrgTx,
    viewer: &Viewer,
    words: &[String],
    limit: i64,
) -> StoreResult<Vec<Listed>> {
    let patterns: Vec<String> = words.iter().map(|word| like(word)).collect();
    Ok(sqlx::query!(
        r#"select a.artifact_id, a.kind, a.title, a.made_by, a.channel_id, a.thread_ts,
                v.version, v.words, v.made_at
         from core.artifacts a
         join lateral (
             select version, words, made_at from core.artifact_versions
             where org_id = a.org_id and artifact_id = a.artifact_id
             order by version desc limit 1) v on true
         where a.org_id = $1
           and case
             when $2::text is not null then a.audience_channel = $2
             when a.audience_channel is null then a.made_by = $3
             else exists (
                 select from core.channel_members m
                 where m.org_id = a.org_id and m.channel_id = a.audience_channel
                   and m.person_id = $3)
             end
           and (a.title || ' ' || v.words) ilike all ($4::text[])
         order by v.made_at desc limit $5"#,
        tx.org().0,
        audience(viewer),
        viewer.person.0,
        &patterns,
        limit,
    )
    .fetch_all(tx.connection())
    .await?
    .into_iter()
    .map(|row| Listed {
        id: ArtifactId(row.artifact_id),
        kind: row.kind,
        title: row.title,
        words: row.words,
        versions: row.version,
        made_by: PersonId(row.made_by),
        made_at: row.made_at,
        channel: ChannelId(row.channel_id),
        thread: in_thread(&row.thread_ts),
    })
    .collect())
}

fn in_thread(thread: &str) -> Option<Ts> {
    (!thread.is_empty()).then(|| root_of(thread))
}

/// A word, as a pattern that finds it anywhere.
pub(super) fn like(word: &str) -> String {
    let escaped = word
        .replace('\\', "\\\\")
        .replace('%', "\\%")
        .replace('_', "\\_");
    format!("%{escaped}%")
}

/// An artifact that the viewer may see; None as well if there is none.
pub async fn find(
    tx: &mut OrgTx,
    viewer: &Viewer,
    artifact: ArtifactId,
) -> StoreResult<Option<Kept>> {
    Ok(sqlx::query!(
        "select title, kind, recipe, made_by, channel_id from core.artifacts a
         where org_id = $1 and artifact_id = $2
           and case
             when $3::text is not null then audience_channel = $3
             when audience_channel is null then made_by = $4
             else exists (
                 select from core.channel_members m
                 where m.org_id = a.org_id and m.channel_id = a.audience_channel
                   and m.person_id = $4)
             end",
        tx.org().0,
        artifact.0,
        audience(viewer),
        viewer.person.0,
    )
    .fetch_optional(tx.connection())
    .await?
    .map(|row| Kept {
        id: artifact,
        title: row.title,
        kind: row.kind,
        recipe: row.recipe,
        made_by: PersonId(row.made_by),
        channel: ChannelId(row.channel_id),
    }))
}

pub async fn title(tx: &mut OrgTx, artifact: ArtifactId) -> StoreResult<Option<String>> {
    Ok(sqlx::query_scalar!(
        "select title from core.artifacts where org_id = $1 and artifact_id = $2",
        tx.org().0,
        artifact.0,
    )
    .fetch_optional(tx.connection())
    .await?)
}

pub async fn delete(tx: &mut OrgTx, artifact: ArtifactId) -> StoreResult<()> {
    sqlx::query!(
        "delete from core.artifacts where org_id = $1 and artifact_id = $2",
        tx.org().0,
        artifact.0,
    )
    .execute(tx.connection())
    .await?;
    Ok(())
}

/// Whose reports they are.
pub async fn organisation(tx: &mut OrgTx) -> StoreResult<String> {
    let name = sqlx::query_scalar!("select name from core.orgs where org_id = $1", tx.org().0)
        .fetch_optional(tx.connection())
        .await?;
    Ok(name.unwrap_or_default())
}

/// Deletes what nobody has made anew for so long, over all organisations.
pub async fn delete_older_than(db: &Db, days: i32, limit: i64) -> StoreResult<u64> {
    Ok(sqlx::query!(
        "delete from core.artifacts where (org_id, artifact_id) in (
             select org_id, artifact_id from core.artifacts a
             where made_at < now() - make_interval(days => $1) and not exists (
                 select from core.artifact_versions v
                 where v.org_id = a.org_id and v.artifact_id = a.artifact_id
                   and v.made_at >= now() - make_interval(days => $1))
             order by made_at limit $2)",
        days,
        limit,
    )
    .execute(db.system())
    .await?
    .rows_affected())
}
