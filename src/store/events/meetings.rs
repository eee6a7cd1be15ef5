//! Meetings that have ended: nothing is written when that happens, so somebody has to look.

use super::fresh_ids;
use crate::store::db::{Db, StoreResult};

/// Of one look.
const MOST: usize = 500;
/// Whatever ended before that, while nobody looked, is old news.
const HOURS: i32 = 6;

/// Tells of meetings that have ended, in every organisation: once, even if several systems know of
/// it. One that was prolonged after its end ends again.
pub async fn record_ended_meetings(db: &Db) -> StoreResult<u64> {
    Ok(sqlx::query!(
        r#"with ended as (
             select m.*, 'ended/' || m.source_id || '/' || extract(epoch from m.ends_at) as cause
             from core.meetings as m
             where m.ends_at between now() - make_interval(hours => $2) and now()
                 and m.status <> 'cancelled'
                 -- Of the rows of one meeting (migration 0047) one tells everybody who may know.
                 and not exists (
                     select from core.meetings as u
                     where u.org_id = m.org_id and u.starts_at = m.starts_at
                         and u.meeting_id <> m.meeting_id
                         and u.ends_at between now() - make_interval(hours => $2) and now()
                         and u.status <> 'cancelled' and u.visibility = 'org'
                         and (m.visibility <> 'org'
                             or (u.created_at, u.meeting_id) < (m.created_at, m.meeting_id))
                         and (u.ical_uid = m.ical_uid
                             or (u.ical_uid is null or m.ical_uid is null)
                                 and lower(btrim(u.title)) = lower(btrim(m.title))
                                 and exists (
                                     select from core.meeting_attendees as one
                                     join core.meeting_attendees as other
                                         on other.org_id = one.org_id
                                         and lower(other.email) = lower(one.email)
                                     where one.org_id = m.org_id
                                         and one.meeting_id = m.meeting_id
                                         and other.meeting_id = u.meeting_id)))
         )
         insert into core.events (org_id, event_id, kind, payload, system, source_id, occurred_at,
             visibility, owner_id, channel_id, cause)
         select org_id, ($1::uuid[])[row_number() over (order by ends_at, meeting_id)],
             'meeting.ended',
             jsonb_build_object('meeting_id', meeting_id, 'title', title, 'starts_at', starts_at,
                 'ends_at', ends_at, 'location', location, 'account_id', account_id,
                 'deal_id', deal_id, 'url', source_url),
             source, source_id, ends_at, visibility, owner_id, channel_id, cause
         from (
             select * from ended
             where not exists (select from core.events as known
                 where known.org_id = ended.org_id and known.cause = ended.cause
                     and known.connection_id is null)
             order by ends_at, meeting_id limit $3
         ) as untold
         on conflict do nothing"#,
        &fresh_ids(MOST),
        HOURS,
        MOST as i64,
    )
    .execute(db.system())
    .await?
    .rows_affected())
}
