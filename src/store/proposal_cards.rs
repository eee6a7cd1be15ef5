//! Where the card of each proposal stands in Slack, and whom it was brought to besides. Several
//! proposals of one turn share a card.

use super::db::{Db, OrgTx, StoreResult};
use super::proposals::Key;
use crate::base::ids::{AskerId, ChannelId, OrgId, ProposalId, Ts, UserId};

/// A message that shows proposals.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Card {
    pub workspace: String,
    pub channel: ChannelId,
    pub thread: Option<Ts>,
    pub message: Ts,
}

/// Remembers where proposals are shown. False: they are shown already, and stay where they are.
pub async fn placed(tx: &mut OrgTx, card: &Card, proposals: &[ProposalId]) -> StoreResult<bool> {
    let ids: Vec<_> = proposals.iter().map(|proposal| proposal.0).collect();
    let placed = sqlx::query!(
        "insert into core.proposal_cards
             (org_id, proposal_id, workspace_id, channel_id, thread_ts, message_ts)
         select $1, unnest($2::uuid[]), $3, $4, $5, $6
         on conflict do nothing",
        tx.org().0,
        &ids,
        card.workspace,
        card.channel.as_str(),
        card.thread.as_ref().map(Ts::as_str),
        card.message.as_str(),
    )
    .execute(tx.connection())
    .await?;
    Ok(placed.rows_affected() > 0)
}

pub async fn of(tx: &mut OrgTx, proposal: ProposalId) -> StoreResult<Option<Card>> {
    Ok(sqlx::query!(
        "select workspace_id, channel_id, thread_ts, message_ts from core.proposal_cards
         where org_id = $1 and proposal_id = $2",
        tx.org().0,
        proposal.0,
    )
    .fetch_optional(tx.connection())
    .await?
    .map(|row| Card {
        workspace: row.workspace_id,
        channel: ChannelId(row.channel_id),
        thread: row.thread_ts.map(Ts),
        message: Ts(row.message_ts),
    }))
}

/// A card in somebody's direct messages, besides the one where it was asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Copied {
    pub to: UserId,
    pub card: Card,
}

/// Remembers that somebody has these proposals in their direct messages. False: they had them all
/// before.
pub async fn copied(tx: &mut OrgTx, copy: &Copied, proposals: &[ProposalId]) -> StoreResult<bool> {
    let ids: Vec<_> = proposals.iter().map(|proposal| proposal.0).collect();
    let copied = sqlx::query!(
        "insert into core.proposal_copies
             (org_id, proposal_id, slack_user_id, workspace_id, channel_id, message_ts)
         select $1, unnest($2::uuid[]), $3, $4, $5, $6
         on conflict do nothing",
        tx.org().0,
        &ids,
        copy.to.as_str(),
        copy.card.workspace,
        copy.card.channel.as_str(),
        copy.card.message.as_str(),
    )
    .execute(tx.connection())
    .await?;
    Ok(copied.rows_affected() > 0)
}

/// Who has a proposal in their direct messages, and where.
pub async fn copies_of(tx: &mut OrgTx, proposal: ProposalId) -> StoreResult<Vec<Copied>> {
    Ok(sqlx::query!(
        "select slack_user_id, workspace_id, channel_id, message_ts from core.proposal_copies
         where org_id = $1 and proposal_id = $2 order by posted_at, slack_user_id",
        tx.org().0,
        proposal.0,
    )
    .fetch_all(tx.connection())
    .await?
    .into_iter()
    .map(|row| Copied {
        to: UserId(row.slack_user_id),
        card: Card {
            workspace: row.workspace_id,
            channel: ChannelId(row.channel_id),
            thread: None,
            message: Ts(row.message_ts),
        },
    })
    .collect())
}

/// All proposals that a message shows, in the order in which they were made.
pub async fn shown_in(tx: &mut OrgTx, card: &Card) -> StoreResult<Vec<ProposalId>> {
    Ok(sqlx::query_scalar!(
        r#"select proposal_id as "proposal_id!" from (
             select proposal_id from core.proposal_cards
             where org_id = $1 and channel_id = $2 and message_ts = $3
             union select proposal_id from core.proposal_copies
             where org_id = $1 and channel_id = $2 and message_ts = $3) as shown
         order by 1"#,
        tx.org().0,
        card.channel.as_str(),
        card.message.as_str(),
    )
    .fetch_all(tx.connection())
    .await?
    .into_iter()
    .map(ProposalId)
    .collect())
}

/// What a turn has proposed and nobody was shown yet, in the order in which it was made.
pub async fn unshown_of(tx: &mut OrgTx, asker: AskerId) -> StoreResult<Vec<ProposalId>> {
    Ok(sqlx::query_scalar!(
        "select distinct p.proposal_id from core.proposals p
         where p.org_id = $1 and p.turn_id = $2 and not exists (
             select from core.proposal_cards c
             where c.org_id = p.org_id and c.proposal_id = p.proposal_id)
         order by p.proposal_id",
        tx.org().0,
        asker.0,
    )
    .fetch_all(tx.connection())
    .await?
    .into_iter()
    .map(ProposalId)
    .collect())
}

/// Forgets the cards of proposals that are no longer kept.
pub async fn forget_orphans(db: &Db) -> StoreResult<u64> {
    sqlx::query!(
        "delete from core.proposal_copies c where not exists (
             select from core.proposals p
             where p.org_id = c.org_id and p.proposal_id = c.proposal_id)"
    )
    .execute(db.system())
    .await?;
    Ok(sqlx::query!(
        "delete from core.proposal_cards c where not exists (
             select from core.proposals p
             where p.org_id = c.org_id and p.proposal_id = c.proposal_id)"
    )
    .execute(db.system())
    .await?
    .rows_affected())
}

/// Whom an open proposal is brought to before its time is up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Call {
    /// Those who may decide, when a quarter of its time is left.
    Reminder,
    /// Some of them one by one, when half an hour is left, or a tenth of its time.
    Escalation,
}

/// Open proposals of all organisations for which it is time, and which nobody was called for.
pub async fn to_call_for(db: &Db, call: Call, limit: i64) -> StoreResult<Vec<(OrgId, Key)>> {
    // Over all organisations, because no one of them knows that its time has come.
    let is_escalation = call == Call::Escalation;
    Ok(sqlx::query!(
        "select p.org_id, p.proposal_id, p.version
         from core.proposals p join core.proposal_cards c using (org_id, proposal_id)
         where p.state = 'proposed' and p.expires_at > clock_timestamp()
             and p.version > case when $1 then c.escalated_version else c.reminded_version end
             and p.expires_at - clock_timestamp() < case when $1
                 then least(interval '30 minutes', (p.expires_at - p.created_at) / 10)
                 else (p.expires_at - p.created_at) / 4 end
         limit $2",
        is_escalation,
        limit,
    )
    .fetch_all(db.system())
    .await?
    .into_iter()
    .map(|row| {
        let key = Key {
            proposal: ProposalId(row.proposal_id),
            version: row.version.cast_unsigned(),
        };
        (OrgId(row.org_id), key)
    })
    .collect())
}

/// Notes that people were called for this version.
pub async fn called(tx: &mut OrgTx, key: Key, call: Call) -> StoreResult<()> {
    let is_escalation = call == Call::Escalation;
    sqlx::query!(
        "update core.proposal_cards
         set escalated_version = case when $4 then $3 else escalated_version end,
             reminded_version = case when $4 then reminded_version else $3 end
         where org_id = $1 and proposal_id = $2",
        tx.org().0,
        key.proposal.0,
        key.version.cast_signed(),
        is_escalation,
    )
    .execute(tx.connection())
    .await?;
    Ok(())
}
