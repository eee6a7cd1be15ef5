//! What has become of deals and issues since they were read before. Asked right before a page of
//! them is written, in the same transaction, because afterwards nobody knows what they were.

use super::fresh_ids;
use crate::base::ids::ConnectionId;
use crate::store::company::{Deal, Issue};
use crate::store::db::{OrgTx, StoreResult};
use chrono::{DateTime, Utc};
use sqlx::types::Json;

/// Tells of deals that are new or in another stage. What was made over there before `since` and
/// is seen here for the first time is not new.
pub async fn record_deals(
    tx: &mut OrgTx,
    connection: ConnectionId,
    since: DateTime<Utc>,
    deals: &[Deal],
) -> StoreResult<u64> {
    if deals.is_empty() {
        return Ok(0);
    }
    let done = sqlx::query!(
        r#"insert into core.events (org_id, event_id, kind, payload, connection_id, system,
               source_id, occurred_at, visibility, owner_id, channel_id)
           select $1, ($5::uuid[])[row_number() over (order by happened.at, new.source_id)],
               happened.kind,
               jsonb_build_object('deal_id', coalesce(old.deal_id, new.deal_id), 'name', new.name,
                   'pipeline', pipeline.name, 'stage', stage.name, 'stage_before', before.name,
                   'status', new.status, 'status_before', old.status, 'amount', new.amount,
                   'currency', new.currency, 'close_date', new.close_date, 'url', new.source_url),
               $2, new.source, new.source_id, happened.at, new.visibility, new.owner_id,
               new.channel_id
           from jsonb_populate_recordset(null::core.deals, $4) as new
           left join core.deals as old on old.org_id = $1 and old.source = new.source
               and old.source_id = new.source_id
           left join core.pipelines as pipeline
               on pipeline.org_id = $1 and pipeline.pipeline_id = new.pipeline_id
           left join core.pipeline_stages as stage
               on stage.org_id = $1 and stage.stage_id = new.stage_id
           left join core.pipeline_stages as before
               on before.org_id = $1 and before.stage_id = old.stage_id
           cross join lateral (
               select 'deal.created' as kind, new.created_at as at
               where old.deal_id is null and new.created_at > $3
               union all
               select 'deal.stage_changed', greatest(new.stage_entered_at, old.updated_at)
               where old.stage_id <> new.stage_id
           ) as happened"#,
        tx.org().0,
        connection.0,
        since,
        Json(deals) as _,
        &fresh_ids(deals.len()),
    )
    .execute(tx.connection())
    .await?;
    Ok(done.rows_affected())
}

/// As [`record_deals`], for issues and their status.
pub async fn record_issues(
    tx: &mut OrgTx,
    connection: ConnectionId,
    since: DateTime<Utc>,
    issues: &[Issue],
) -> StoreResult<u64> {
    if issues.is_empty() {
        return Ok(0);
    }
    let done = sqlx::query!(
        r#"insert into core.events (org_id, event_id, kind, payload, connection_id, system,
               source_id, occurred_at, visibility, owner_id, channel_id)
           select $1,
               ($5::uuid[])[row_number() over (order by happened.at, new.source_id, happened.step)],
               happened.kind,
               jsonb_build_object('issue_id', coalesce(old.issue_id, new.issue_id), 'key', new.key,
                   'title', new.title, 'kind', new.kind, 'priority', new.priority,
                   'labels', new.labels, 'assignee', assignee.name, 'due_date', new.due_date,
                   'status', new.status, 'status_before', old.status, 'url', new.source_url),
               $2, new.source, new.source_id, happened.at, new.visibility, new.owner_id,
               new.channel_id
           from jsonb_populate_recordset(null::core.issues, $4) as new
           left join core.issues as old on old.org_id = $1 and old.source = new.source
               and old.source_id = new.source_id
           left join core.people as assignee
               on assignee.org_id = $1 and assignee.person_id = new.assignee_id
           cross join lateral (
               select 1 as step, 'issue.created' as kind, new.created_at as at
               where old.issue_id is null
               union all
               select 2, case new.status when 'done' then 'issue.completed'
                       when 'cancelled' then 'issue.cancelled' else 'issue.status_changed' end,
                   greatest(new.updated_at, new.created_at)
               where old.status <> new.status
                   or old.issue_id is null and new.status in ('done', 'cancelled')
           ) as happened
           where old.issue_id is not null or new.created_at > $3"#,
        tx.org().0,
        connection.0,
        since,
        Json(issues) as _,
        &fresh_ids(issues.len() * 2),
    )
    .execute(tx.connection())
    .await?;
    Ok(done.rows_affected())
}
