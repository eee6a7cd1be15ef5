//! Penny's own tables (tasks, notes): rows as JSON go in and out, and every write is kept with
//! the rows as they were and as they became, so that it can be taken back.

use super::db::{OrgTx, StoreResult};
use super::sandbox::writing::{Kind, OwnTable};
use crate::base::ids::{PersonId, TurnId, WriteId};
use crate::base::viewer::{Audience, Viewer};
use chrono::{DateTime, Utc};
use serde_json::{Map, Value, json};
use uuid::Uuid;

pub type Fields = Map<String, Value>;

/// The call of the agent that writes. The same call never writes twice.
#[derive(Debug, Clone, Copy)]
pub struct Origin<'a> {
    pub turn: TurnId,
    pub tool_use_id: &'a str,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Written {
    pub id: WriteId,
    pub table: String,
    /// As they were; empty where rows were made.
    pub before: Vec<Value>,
    /// As they became; empty where rows were deleted.
    pub after: Vec<Value>,
    pub written_at: DateTime<Utc>,
    pub is_undone: bool,
}

struct Row {
    write_id: Uuid,
    table_name: String,
    before: Value,
    after: Value,
    written_at: DateTime<Utc>,
    is_undone: bool,
}

impl From<Row> for Written {
    fn from(row: Row) -> Self {
        Self {
            id: WriteId(row.write_id),
            table: row.table_name,
            before: list(row.before),
            after: list(row.after),
            written_at: row.written_at,
            is_undone: row.is_undone,
        }
    }
}

fn list(rows: Value) -> Vec<Value> {
    match rows {
        Value::Array(rows) => rows,
        _ => Vec::new(),
    }
}

/// Every query for kept writes, which differ only in which ones.
macro_rules! writes {
    ($which:tt, $($argument:expr),+ $(,)?) => {
        sqlx::query_as!(
            Row,
            r#"select write_id, table_name, before, after, written_at,
                   undone_at is not null as "is_undone!"
               from core.own_writes where org_id = $1 and "# + $which,
            $($argument),+
        )
    };
}

/// What this call wrote before, if it did.
pub async fn made_by(tx: &mut OrgTx, origin: Origin<'_>) -> StoreResult<Option<Written>> {
    let row = writes!(
        "turn_id = $2 and tool_use_id = $3",
        tx.org().0,
        origin.turn.0,
        origin.tool_use_id,
    )
    .fetch_optional(tx.connection())
    .await?;
    Ok(row.map(Written::from))
}

/// Somebody's own write, held until the transaction ends.
pub async fn of_person(
    tx: &mut OrgTx,
    person: PersonId,
    write: WriteId,
) -> StoreResult<Option<Written>> {
    let row = writes!(
        "person_id = $2 and write_id = $3 for update",
        tx.org().0,
        person.0,
        write.0,
    )
    .fetch_optional(tx.connection())
    .await?;
    Ok(row.map(Written::from))
}

/// What somebody had written lately and not taken back, newest first.
pub async fn recent(tx: &mut OrgTx, person: PersonId, limit: i64) -> StoreResult<Vec<Written>> {
    let rows = writes!(
        "person_id = $2 and undone_at is null order by written_at desc limit $3",
        tx.org().0,
        person.0,
        limit,
    )
    .fetch_all(tx.connection())
    .await?;
    Ok(rows.into_iter().map(Written::from).collect())
}

/// Makes, changes or deletes rows. For an update or a deletion each row names one that is there;
/// one that is gone meanwhile is left out.
pub async fn write(
    tx: &mut OrgTx,
    viewer: &Viewer,
    origin: Origin<'_>,
    (table, kind): (OwnTable, Kind),
    rows: Vec<Fields>,
) -> StoreResult<Written> {
    let ids: Vec<Uuid> = rows.iter().filter_map(|row| id_of(table, row)).collect();
    let before = match kind {
        Kind::Insert => Vec::new(),
        Kind::Update | Kind::Delete => lock(tx, table, &ids).await?,
    };
    let after = match kind {
        Kind::Insert => {
            let made = rows.into_iter().map(|row| fresh(viewer, table, row));
            put(tx, table, made.collect()).await?
        }
        Kind::Update => {
            let changed = before.iter().filter_map(|old| changed(table, old, &rows));
            let changed = changed.collect();
            put(tx, table, changed).await?
        }
        Kind::Delete => {
            delete(tx, table, &ids).await?;
            Vec::new()
        }
    };
    let row = sqlx::query!(
        "insert into core.own_writes (org_id, write_id, person_id, turn_id, tool_use_id, table_name,
             before, after)
         values ($1, $2, $3, $4, $5, $6, $7, $8) returning write_id, written_at",
        tx.org().0,
        WriteId::fresh().0,
        viewer.person.0,
        origin.turn.0,
        origin.tool_use_id,
        table.name(),
        Value::from(before.clone()),
        Value::from(after.clone()),
    )
    .fetch_one(tx.connection())
    .await?;
    Ok(Written {
        id: WriteId(row.write_id),
        table: table.name().to_owned(),
        before,
        after,
        written_at: row.written_at,
        is_undone: false,
    })
}

/// Puts everything back as it was before a write. False: a row has changed since, and nothing
/// was done.
pub async fn take_back(tx: &mut OrgTx, table: OwnTable, written: &Written) -> StoreResult<bool> {
    let ids_in = |rows: &[Value]| -> Vec<Uuid> {
        let objects = rows.iter().filter_map(Value::as_object);
        objects.filter_map(|row| id_of(table, row)).collect()
    };
    let mut ids = ids_in(&written.after);
    ids.extend(ids_in(&written.before));
    ids.sort_unstable();
    ids.dedup();
    if !are_same(lock(tx, table, &ids).await?, &written.after) {
        return Ok(false);
    }
    delete(tx, table, &ids).await?;
    put(tx, table, written.before.clone()).await?;
    sqlx::query!(
        "update core.own_writes set undone_at = now() where org_id = $1 and write_id = $2",
        tx.org().0,
        written.id.0,
    )
    .execute(tx.connection())
    .await?;
    Ok(true)
}

fn are_same(mut now: Vec<Value>, after: &[Value]) -> bool {
    let mut after = after.to_vec();
    now.sort_by_key(Value::to_string);
    after.sort_by_key(Value::to_string);
    now == after
}

fn id_of(table: OwnTable, row: &Fields) -> Option<Uuid> {
    row.get(table.id_column())?.as_str()?.parse().ok()
}

/// A new row: whoever hears the answer sees it, and nobody else.
fn fresh(viewer: &Viewer, table: OwnTable, row: Fields) -> Value {
    let id = Uuid::now_v7();
    let (visibility, channel) = match &viewer.audience {
        Audience::Private => ("person", None),
        Audience::Channel(channel) => ("channel", Some(channel)),
    };
    let now = Utc::now();
    let mut whole = json!({
        "org_id": viewer.org,
        table.id_column(): id,
        "visibility": visibility,
        "owner_id": viewer.person,
        "channel_id": channel,
        "shareable": false,
        "source": "penny",
        "source_id": id,
        "created_at": now,
        "updated_at": now,
    });
    if table == OwnTable::Tasks && !row.contains_key("status") {
        whole["status"] = json!("open");
    }
    for (column, value) in row {
        whole[column] = value;
    }
    whole
}

fn changed(table: OwnTable, old: &Value, rows: &[Fields]) -> Option<Value> {
    let id = id_of(table, old.as_object()?)?;
    let new = rows.iter().find(|row| id_of(table, row) == Some(id))?;
    let mut whole = old.clone();
    for (column, value) in new {
        whole[column] = value.clone();
    }
    whole["updated_at"] = json!(Utc::now());
    Some(whole)
}

async fn lock(tx: &mut OrgTx, table: OwnTable, ids: &[Uuid]) -> StoreResult<Vec<Value>> {
    let org = tx.org().0;
    Ok(match table {
        OwnTable::Tasks => {
            sqlx::query_scalar!(
                r#"select to_jsonb(t) as "row!" from core.tasks t
               where org_id = $1 and task_id = any($2) order by task_id for update"#,
                org,
                ids,
            )
            .fetch_all(tx.connection())
            .await?
        }
        OwnTable::Notes => {
            sqlx::query_scalar!(
                r#"select to_jsonb(t) as "row!" from core.notes t
               where org_id = $1 and note_id = any($2) order by note_id for update"#,
                org,
                ids,
            )
            .fetch_all(tx.connection())
            .await?
        }
    })
}

async fn delete(tx: &mut OrgTx, table: OwnTable, ids: &[Uuid]) -> StoreResult<()> {
    let org = tx.org().0;
    match table {
        OwnTable::Tasks => {
            sqlx::query!(
                "delete from core.tasks where org_id = $1 and task_id = any($2)",
                org,
                ids,
            )
            .execute(tx.connection())
            .await?
        }
        OwnTable::Notes => {
            sqlx::query!(
                "delete from core.notes where org_id = $1 and note_id = any($2)",
                org,
                ids,
            )
            .execute(tx.connection())
            .await?
        }
    };
    Ok(())
}

/// Writes whole rows and returns them as the database has them.
async fn put(tx: &mut OrgTx, table: OwnTable, rows: Vec<Value>) -> StoreResult<Vec<Value>> {
    let rows = Value::from(rows);
    Ok(match table {
        OwnTable::Tasks => {
            sqlx::query_scalar!(
                r#"insert into core.tasks as t
               select * from jsonb_populate_recordset(null::core.tasks, $1)
               on conflict (org_id, task_id) do update
               set title = excluded.title, details = excluded.details, status = excluded.status,
                   due_date = excluded.due_date, assignee_id = excluded.assignee_id,
                   updated_at = excluded.updated_at
               returning to_jsonb(t) as "row!""#,
                rows,
            )
            .fetch_all(tx.connection())
            .await?
        }
        OwnTable::Notes => {
            sqlx::query_scalar!(
                r#"insert into core.notes as t
               select * from jsonb_populate_recordset(null::core.notes, $1)
               on conflict (org_id, note_id) do update
               set title = excluded.title, body = excluded.body, updated_at = excluded.updated_at
               returning to_jsonb(t) as "row!""#,
                rows,
            )
            .fetch_all(tx.connection())
            .await?
        }
    })
}

/// Forgets what can no longer be taken back, in every organisation, a bounded number at a time.
pub async fn delete_older_than(db: &super::Db, days: i32, limit: i64) -> StoreResult<u64> {
    Ok(sqlx::query!(
        "delete from core.own_writes where (org_id, write_id) in (
            select org_id, write_id from core.own_writes
            where written_at < now() - make_interval(days => $1) limit $2)",
        days,
        limit,
    )
    .execute(db.system())
    .await?
    .rows_affected())
}
