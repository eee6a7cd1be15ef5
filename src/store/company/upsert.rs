//! Bulk writing. One statement serves all company tables, since they differ in nothing but the
//! names of table and columns, and those are constants of this binary.

use crate::store::db::{OrgTx, StoreResult};
use serde::Serialize;
use sqlx::AssertSqlSafe;
use sqlx::types::Json;

use super::MeetingAttendee;

/// A row of a table that `core.company_table` made.
pub trait CompanyRow: Serialize + Sync {
    const TABLE: &'static str;
    /// Its own columns; those of its origin come on top.
    const COLUMNS: &'static [&'static str];
}

const ORIGIN: [&str; 10] = [
    "visibility",
    "owner_id",
    "channel_id",
    "shareable",
    "source",
    "source_id",
    "source_url",
    "raw",
    "created_at",
    "updated_at",
];

/// Whom else a row may be shown to is for people here to decide, and no reading takes that back.
/// Only where a message was posted says it by itself.
const SHARED_BY_ITS_SOURCE: &str = "messages";

/// Inserts what is new and updates what differs, by source and source id; returns how many rows
/// that were. Of a row that exists already the id stays as it was.
pub async fn upsert<R: CompanyRow>(tx: &mut OrgTx, rows: &[R]) -> StoreResult<u64> {
    if rows.is_empty() {
        return Ok(0);
    }
    let done = sqlx::query(AssertSqlSafe(statement::<R>()))
        .bind(tx.org().0)
        .bind(Json(rows))
        .execute(tx.connection())
        .await?;
    Ok(done.rows_affected())
}

fn statement<R: CompanyRow>() -> String {
    let columns: Vec<&str> = R::COLUMNS.iter().chain(&ORIGIN).copied().collect();
    let is_changeable = |column: &&str| *column != "shareable" || R::TABLE == SHARED_BY_ITS_SOURCE;
    let changeable: Vec<&str> = columns[1..].iter().copied().filter(is_changeable).collect();
    let of = |prefix: &str, columns: &[&str]| {
        let named: Vec<String> = columns.iter().map(|c| format!("{prefix}{c}")).collect();
        named.join(", ")
    };
    format!(
        "insert into core.{table} as old (org_id, {columns})
         select $1, {columns} from jsonb_populate_recordset(null::core.{table}, $2)
         on conflict (org_id, source, source_id) do update
         set ({names}) = row({new}) where ({old}) is distinct from ({new})",
        table = R::TABLE,
        columns = of("", &columns),
        names = of("", &changeable),
        old = of("old.", &changeable),
        new = of("excluded.", &changeable),
    )
}

/// As [`upsert`], for those who are invited to a meeting.
pub async fn upsert_attendees(tx: &mut OrgTx, rows: &[MeetingAttendee]) -> StoreResult<u64> {
    let done = sqlx::query!(
        "insert into core.meeting_attendees as old
             (org_id, meeting_id, email, name, person_id, contact_id, is_organizer, response)
         select $1, meeting_id, email, name, person_id, contact_id, is_organizer, response
         from jsonb_populate_recordset(null::core.meeting_attendees, $2)
         on conflict (org_id, meeting_id, email) do update
         set name = excluded.name, person_id = excluded.person_id, contact_id = excluded.contact_id,
             is_organizer = excluded.is_organizer, response = excluded.response
         where (old.name, old.person_id, old.contact_id, old.is_organizer, old.response)
             is distinct from (excluded.name, excluded.person_id, excluded.contact_id,
                 excluded.is_organizer, excluded.response)",
        tx.org().0,
        serde_json::to_value(rows)?,
    )
    .execute(tx.connection())
    .await?;
    Ok(done.rows_affected())
}
