//! Proposals as rows: what was proposed, in which state it is, and who said what to it. What a
//! state means, and what may follow it, is `approvals`' to know.

mod asking;
mod execution;
mod housekeeping;
mod transitions;

pub use asking::{Asker, asker};
pub use execution::{
    Claim, Lease, Settled, claim, keep_over, put_off, renew, resolve, send, settle,
};
pub use housekeeping::{delete_older_than, due, forget_all, stranded};
pub use transitions::{decide, expire, mark_undone, record_decision, supersede, withdraw};

use super::db::{OrgTx, StoreResult};
use crate::base::ids::{AskerId, ConversationId, GrantId, PersonId, ProposalId, WorkflowRunId};
use chrono::{DateTime, Utc};
use std::fmt;
use std::str::FromStr;
use std::time::Duration;
use uuid::Uuid;

/// One version of a proposal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Key {
    pub proposal: ProposalId,
    pub version: u32,
}

/// As the job that carries it out is called.
impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.proposal, self.version)
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("this does not name the version of a proposal")]
pub struct BadKey;

impl FromStr for Key {
    type Err = BadKey;

    fn from_str(text: &str) -> Result<Self, BadKey> {
        let (proposal, version) = text.split_once('.').ok_or(BadKey)?;
        Ok(Self {
            proposal: proposal.parse().map_err(|_| BadKey)?,
            version: version.parse().map_err(|_| BadKey)?,
        })
    }
}

/// The call of the agent, or the step of a workflow, that asked for a proposal and waits for what
/// comes of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin {
    pub conversation: ConversationId,
    pub asker: AskerId,
    pub tool_use_id: String,
}

#[derive(Debug)]
pub struct NewProposal<'a> {
    pub key: Key,
    pub content: &'a [u8],
    pub hash: &'a [u8],
    pub system: &'a str,
    pub operation: &'a str,
    pub requester: PersonId,
    pub undo_of: Option<ProposalId>,
    pub origin: Option<&'a Origin>,
    pub expires_at: DateTime<Utc>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    pub key: Key,
    pub state: String,
    pub content: Vec<u8>,
    pub hash: Vec<u8>,
    pub origin: Option<Origin>,
    pub created_at: DateTime<Utc>,
    pub expires_at: DateTime<Utc>,
    pub decided_at: Option<DateTime<Utc>>,
    /// Until when it waits, approved, because the system asks for a pause.
    pub wait_until: Option<DateTime<Utc>>,
    pub ended_at: Option<DateTime<Utc>>,
    /// What came of it, as JSON.
    pub outcome: Option<String>,
}

struct Row {
    proposal_id: Uuid,
    version: i32,
    state: String,
    content: Vec<u8>,
    hash: Vec<u8>,
    conversation_id: Option<Uuid>,
    turn_id: Option<Uuid>,
    tool_use_id: Option<String>,
    created_at: DateTime<Utc>,
    expires_at: DateTime<Utc>,
    decided_at: Option<DateTime<Utc>>,
    wait_until: Option<DateTime<Utc>>,
    ended_at: Option<DateTime<Utc>>,
    outcome: Option<String>,
}

impl From<Row> for Record {
    fn from(row: Row) -> Self {
        let asked = row.conversation_id.zip(row.turn_id);
        Self {
            key: key(row.proposal_id, row.version),
            state: row.state,
            content: row.content,
            hash: row.hash,
            origin: asked
                .zip(row.tool_use_id)
                .map(|((conversation, asker), tool_use_id)| Origin {
                    conversation: ConversationId(conversation),
                    asker: AskerId(asker),
                    tool_use_id,
                }),
            created_at: row.created_at,
            expires_at: row.expires_at,
            decided_at: row.decided_at,
            wait_until: row.wait_until,
            ended_at: row.ended_at,
            outcome: row.outcome,
        }
    }
}

/// Every query for whole rows, which differ only in which ones.
macro_rules! rows {
    ($which:tt, $($argument:expr),+ $(,)?) => {
        sqlx::query_as!(
            Row,
            "select proposal_id, version, state, content, hash, conversation_id, turn_id,
                 tool_use_id, created_at, expires_at, decided_at, wait_until,
                 ended_at, outcome
             from core.proposals " + $which,
            $($argument),+
        )
    };
}

fn key(proposal: Uuid, version: i32) -> Key {
    Key {
        proposal: ProposalId(proposal),
        version: version.cast_unsigned(),
    }
}

/// When something that is made now and lives this long ends, by the database's clock and in
/// whole seconds.
pub async fn end_of(tx: &mut OrgTx, lives_for: Duration) -> StoreResult<DateTime<Utc>> {
    Ok(sqlx::query_scalar!(
        r#"select date_trunc('second', clock_timestamp() + make_interval(secs => $1)) as "end!""#,
        lives_for.as_secs_f64(),
    )
    .fetch_one(tx.connection())
    .await?)
}

/// Stores a version; false if there is one already, for this version, this call or this undo.
pub async fn insert(tx: &mut OrgTx, new: &NewProposal<'_>) -> StoreResult<bool> {
    let inserted = sqlx::query!(
        "insert into core.proposals (org_id, proposal_id, version, content, hash, system, operation,
             requester_id, undo_of, conversation_id, turn_id, tool_use_id, expires_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
         on conflict do nothing",
        tx.org().0,
        new.key.proposal.0,
        new.key.version.cast_signed(),
        new.content,
        new.hash,
        new.system,
        new.operation,
        new.requester.0,
        new.undo_of.map(|proposal| proposal.0),
        new.origin.map(|origin| origin.conversation.0),
        new.origin.map(|origin| origin.asker.0),
        new.origin.map(|origin| origin.tool_use_id.as_str()),
        new.expires_at,
    )
    .execute(tx.connection())
    .await?;
    Ok(inserted.rows_affected() == 1)
}

/// Reads a version.
pub async fn get(tx: &mut OrgTx, key: Key) -> StoreResult<Option<Record>> {
    let row = rows!(
        "where org_id = $1 and proposal_id = $2 and version = $3",
        tx.org().0,
        key.proposal.0,
        key.version.cast_signed(),
    )
    .fetch_optional(tx.connection())
    .await?;
    Ok(row.map(Record::from))
}

/// Reads a version and keeps others from moving it until `tx` ends.
pub async fn lock(tx: &mut OrgTx, key: Key) -> StoreResult<Option<Record>> {
    let row = rows!(
        "where org_id = $1 and proposal_id = $2 and version = $3 for update",
        tx.org().0,
        key.proposal.0,
        key.version.cast_signed(),
    )
    .fetch_optional(tx.connection())
    .await?;
    Ok(row.map(Record::from))
}

/// The newest version, which is the only one that can still be decided on.
pub async fn latest(tx: &mut OrgTx, proposal: ProposalId) -> StoreResult<Option<Record>> {
    let row = rows!(
        "where org_id = $1 and proposal_id = $2 order by version desc limit 1",
        tx.org().0,
        proposal.0,
    )
    .fetch_optional(tx.connection())
    .await?;
    Ok(row.map(Record::from))
}

/// The newest version of what a call of the agent asked for.
pub async fn made_by(tx: &mut OrgTx, origin: &Origin) -> StoreResult<Option<Record>> {
    let row = rows!(
        "where org_id = $1 and turn_id = $2 and tool_use_id = $3 order by version desc limit 1",
        tx.org().0,
        origin.asker.0,
        origin.tool_use_id,
    )
    .fetch_optional(tx.connection())
    .await?;
    Ok(row.map(Record::from))
}

/// What these runs, or turns of theirs, have asked for and nobody has begun to carry out; kept
/// from others until `tx` ends.
pub async fn open_of_runs(tx: &mut OrgTx, runs: &[WorkflowRunId]) -> StoreResult<Vec<Record>> {
    let runs: Vec<Uuid> = runs.iter().map(|run| run.0).collect();
    let rows = rows!(
        "where org_id = $1 and state in ('proposed', 'approved')
             and (turn_id = any($2) or turn_id in (
                 select turn_id from core.turns where org_id = $1 and run_id = any($2)))
         order by proposal_id, version for update",
        tx.org().0,
        &runs,
    )
    .fetch_all(tx.connection())
    .await?;
    Ok(rows.into_iter().map(Record::from).collect())
}

/// What waits for a decision in the organisation, the most urgent first.
pub async fn open(tx: &mut OrgTx, limit: i64) -> StoreResult<Vec<Record>> {
    let rows = rows!(
        "where org_id = $1 and state = 'proposed' and expires_at > clock_timestamp()
         order by expires_at, proposal_id limit $2",
        tx.org().0,
        limit,
    )
    .fetch_all(tx.connection())
    .await?;
    Ok(rows.into_iter().map(Record::from).collect())
}

/// What a person asked for, newest first, without the versions that others replaced.
pub async fn requested_by(
    tx: &mut OrgTx,
    requester: PersonId,
    limit: i64,
) -> StoreResult<Vec<Record>> {
    let rows = rows!(
        "where org_id = $1 and requester_id = $2 and state <> 'superseded'
         order by created_at desc limit $3",
        tx.org().0,
        requester.0,
        limit,
    )
    .fetch_all(tx.connection())
    .await?;
    Ok(rows.into_iter().map(Record::from).collect())
}

/// What was carried out of what a person asked for or decided on, the latest first.
pub async fn carried_out_for(
    tx: &mut OrgTx,
    person: PersonId,
    limit: i64,
) -> StoreResult<Vec<Record>> {
    let rows = rows!(
        "where org_id = $1 and sent_at is not null and ended_at is not null
             and (requester_id = $2 or exists (
                 select from core.decisions d
                 where d.org_id = $1 and d.proposal_id = proposals.proposal_id
                     and d.version = proposals.version and d.person_id = $2))
         order by ended_at desc limit $3",
        tx.org().0,
        person.0,
        limit,
    )
    .fetch_all(tx.connection())
    .await?;
    Ok(rows.into_iter().map(Record::from).collect())
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decision {
    pub person: PersonId,
    /// approved or rejected.
    pub verdict: String,
    pub reason: Option<String>,
    pub grant: Option<GrantId>,
    pub at: DateTime<Utc>,
    /// Whoever said so is still a full member.
    pub still_counts: bool,
}

/// What was said to a version, in order.
pub async fn decisions(tx: &mut OrgTx, key: Key) -> StoreResult<Vec<Decision>> {
    Ok(sqlx::query!(
        r#"
        select d.person_id, d.verdict, d.reason, d.grant_id, d.decided_at,
            exists (select from core.people p
                    where p.org_id = d.org_id and p.person_id = d.person_id
                        and not p.is_deactivated and not p.is_restricted) as "still_counts!"
        from core.decisions d
        where d.org_id = $1 and d.proposal_id = $2 and d.version = $3
        order by d.decided_at
        "#,
        tx.org().0,
        key.proposal.0,
        key.version.cast_signed(),
    )
    .fetch_all(tx.connection())
    .await?
    .into_iter()
    .map(|row| Decision {
        person: PersonId(row.person_id),
        verdict: row.verdict,
        reason: row.reason,
        grant: row.grant_id.map(GrantId),
        at: row.decided_at,
        still_counts: row.still_counts,
    })
    .collect())
}
