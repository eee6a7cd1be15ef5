//! What reading is compared with: the rows that it brought, written by nothing but Postgres.

use crate::shared::database::Database;
use crate::shared::report::Measured;
use futures::TryStreamExt;
use sqlx::AssertSqlSafe;
use sqlx::postgres::PgPoolCopyExt;
use std::time::Instant;

const TABLES: [&str; 4] = ["accounts", "contacts", "deals", "activities"];
const INSERTS: usize = 5_000;

/// Rows a second of COPY into tables without an index or a rule.
pub async fn copy(database: &Database) -> Measured<f64> {
    let (mut rows, mut seconds) = (0, 0.0);
    for table in TABLES {
        bare(database, table).await?;
        let out = format!("copy core.{table} to stdout");
        let parts = database.pool.copy_out_raw(&out).await?;
        let data: Vec<_> = parts.try_collect().await?;
        let begun = Instant::now();
        let mut copy = database
            .pool
            .copy_in_raw(&format!("copy public.bare_{table} from stdin"))
            .await?;
        for part in data.chunks(1_000) {
            copy.send(part.concat()).await?;
        }
        rows += copy.finish().await?;
        seconds += begun.elapsed().as_secs_f64();
    }
    Ok(rows as f64 / seconds)
}

/// Rows a second of a client that writes, and commits, each contact by itself.
pub async fn one_insert_a_row(database: &Database) -> Measured<f64> {
    bare(database, "contacts").await?;
    let rows: Vec<String> = sqlx::query_scalar(AssertSqlSafe(format!(
        "select to_jsonb(c)::text from core.contacts as c limit {INSERTS}"
    )))
    .fetch_all(&database.pool)
    .await?;
    let mut connection = database.pool.acquire().await?;
    let begun = Instant::now();
    for row in &rows {
        sqlx::query(
            "insert into public.bare_contacts
             select * from jsonb_populate_record(null::public.bare_contacts, $1::jsonb)",
        )
        .bind(row)
        .execute(&mut *connection)
        .await?;
    }
    Ok(rows.len() as f64 / begun.elapsed().as_secs_f64())
}

async fn bare(database: &Database, table: &str) -> Measured<()> {
    database
        .execute(&format!(
            "drop table if exists public.bare_{table};
             create table public.bare_{table} as table core.{table} with no data"
        ))
        .await
}
