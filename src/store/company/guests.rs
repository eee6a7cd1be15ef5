//! Who comes to the meetings of a connected system, which names them as it knows them: its own
//! users, its contacts, addresses. Who they are here is found out when they are stored.

use crate::store::db::{OrgTx, StoreResult};
use serde::Serialize;
use uuid::Uuid;

/// Everybody who is invited to a meeting; whoever is not among them is no longer.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Guests {
    /// Where the meeting is from, and its id there.
    pub source: &'static str,
    pub source_id: String,
    pub guests: Vec<Guest>,
}

#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Guest {
    /// A user of that system, by their id there.
    pub user_id: Option<String>,
    pub contact_id: Option<Uuid>,
    pub email: Option<String>,
    pub name: Option<String>,
    pub is_organizer: bool,
}

/// Makes these the guests of meetings that are stored already; returns how many rows that changed.
/// Of whom nobody knows an address nothing can be kept. What somebody has answered stays.
pub async fn upsert_guests(tx: &mut OrgTx, lists: &[Guests]) -> StoreResult<u64> {
    if lists.is_empty() {
        return Ok(0);
    }
    let changed = sqlx::query_scalar!(
        r#"
        with lists as materialized (
            select m.meeting_id, m.source, l.guests
            from jsonb_to_recordset($2) as l(source text, source_id text, guests jsonb)
            join core.meetings as m
                on m.org_id = $1 and m.source = l.source and m.source_id = l.source_id
        ), named as (
            select lists.meeting_id, lower(coalesce(u.email, g.email)) as email,
                coalesce(u.name, g.name, u.email, g.email) as name, u.person_id,
                coalesce(u.is_corrected, false) as is_corrected, g.contact_id, g.is_organizer
            from lists
            cross join lateral jsonb_to_recordset(lists.guests)
                as g(user_id text, contact_id uuid, email text, name text, is_organizer boolean)
            left join core.person_links as u
                on u.org_id = $1 and u.source = lists.source and u.source_id = g.user_id
            where coalesce(u.email, g.email) <> ''
        ), invited as materialized (
            select distinct on (n.meeting_id, n.email) n.meeting_id, n.email, n.name,
                case when n.is_corrected then n.person_id
                    else coalesce(n.person_id, (
                        select p.person_id from core.people as p
                        where p.org_id = $1 and lower(p.email) = n.email
                        order by p.slack_user_id is null, p.person_id limit 1))
                end as person_id,
                -- It may be read later than its meeting.
                (select c.contact_id from core.contacts as c
                 where c.org_id = $1 and c.contact_id = n.contact_id) as contact_id,
                n.is_organizer
            from named as n
            order by n.meeting_id, n.email, n.is_organizer desc, n.person_id is null,
                n.contact_id is null, n.name
        ), gone as (
            delete from core.meeting_attendees as a using lists
            where a.org_id = $1 and a.meeting_id = lists.meeting_id
                and not exists (select from invited as i
                    where i.meeting_id = a.meeting_id and i.email = a.email)
            returning a.email
        ), come as (
            insert into core.meeting_attendees as old
                (org_id, meeting_id, email, name, person_id, contact_id, is_organizer)
            select $1, meeting_id, email, name, person_id, contact_id, is_organizer from invited
            on conflict (org_id, meeting_id, email) do update
            set name = excluded.name, person_id = excluded.person_id,
                contact_id = excluded.contact_id, is_organizer = excluded.is_organizer
            where (old.name, old.person_id, old.contact_id, old.is_organizer) is distinct from
                (excluded.name, excluded.person_id, excluded.contact_id, excluded.is_organizer)
            returning old.email
        )
        select (select count(*) from gone) + (select count(*) from come) as "changed!"
        "#,
        tx.org().0,
        serde_json::to_value(lists)?,
    )
    .fetch_one(tx.connection())
    .await?;
    Ok(changed.unsigned_abs())
}
