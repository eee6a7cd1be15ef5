//! What tables there are, for the model to read before it writes a query. Names, types and
//! comments come from the database itself, so they are never older than the schema.

use crate::store::db::{Db, StoreResult};

/// The views of schema `agent`. Written down so that the guard needs no database; a test holds
/// it against the migrations.
const VIEWS: &[&str] = &[
    "accounts",
    "activities",
    "commits",
    "connections",
    "contacts",
    "deals",
    "files",
    "goals",
    "issues",
    "meeting_attendees",
    "meetings",
    "messages",
    "notes",
    "people",
    "pipeline_stages",
    "pipelines",
    "projects",
    "pull_requests",
    "repositories",
    "tasks",
    "tracker_teams",
    "workflow_items",
];

pub fn views() -> &'static [&'static str] {
    VIEWS
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct View {
    pub name: String,
    pub about: String,
    pub columns: Vec<Column>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    pub name: String,
    pub data_type: String,
    pub about: Option<String>,
}

/// The named views, or all of them; an unknown name is left out.
pub async fn describe(db: &Db, names: Option<&[String]>) -> StoreResult<Vec<View>> {
    // The catalogue is the same for every organisation.
    let rows = sqlx::query!(
        r#"select c.relname as "view!",
                  coalesce(obj_description(c.oid, 'pg_class'), '') as "about!",
                  a.attname as "column!",
                  format_type(a.atttypid, a.atttypmod) as "data_type!",
                  col_description(c.oid, a.attnum) as column_about
           from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attnum > 0
           where c.relnamespace = 'agent'::regnamespace and c.relkind = 'v'
             and ($1::text[] is null or c.relname = any($1))
           order by c.relname, a.attnum"#,
        names as Option<&[String]>
    )
    .fetch_all(db.system())
    .await?;
    let mut views: Vec<View> = Vec::new();
    for row in rows {
        let column = Column {
            name: row.column,
            data_type: row.data_type,
            about: row.column_about,
        };
        match views.last_mut() {
            Some(view) if view.name == row.view => view.columns.push(column),
            _ => views.push(View {
                name: row.view,
                about: row.about,
                columns: vec![column],
            }),
        }
    }
    Ok(views)
}
