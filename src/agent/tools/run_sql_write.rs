//! Writes what people asked Penny to keep: tasks and notes. It happens at once, because nothing
//! outside changes; it stands in the ledger, and can be taken back.

use super::{Effect, Outcome, Tool, ToolContext, ToolError, arguments, refused};
use crate::approvals::{Act, Actor, ledger};
use crate::base::ids::WriteId;
use crate::base::viewer::Viewer;
use crate::models::ToolSpec;
use crate::store::OrgTx;
use crate::store::own_tables::{self, Fields, Origin, Written};
use crate::store::sandbox::writing::{self, OwnTable, Plan};
use crate::store::sandbox::{Sandbox, Table};
use async_trait::async_trait;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Map, Value};
use std::sync::Arc;

const NAME: &str = "run_sql_write";
const DESCRIPTION: &str = "Writes Penny's own tables, tasks and notes, with one PostgreSQL INSERT, \
    UPDATE or DELETE of at most 100 rows; values and conditions may use sub-selects over the other \
    tables. Writable: tasks (title, details, status open|done, due_date, assignee_id), notes \
    (title, body). It happens at once, so use it only for what somebody asked to be kept, changed \
    or removed. In a direct message the rows are that person's own, in a channel the channel's. \
    It returns the id of the write; to take a write back call it with `undo` and that id. Changes \
    in connected systems go through propose_write instead.";

/// A write of more is no to-do list any more.
const MOST_ROWS: usize = 100;

#[derive(Deserialize, JsonSchema)]
struct Input {
    /// One INSERT INTO … (columns) …, UPDATE … WHERE …, or DELETE FROM … WHERE ….
    sql: Option<String>,
    /// Instead of sql: the id of an earlier write, to put everything back as it was before it.
    undo: Option<String>,
}

pub struct RunSqlWrite {
    sandbox: Arc<Sandbox>,
}

impl RunSqlWrite {
    pub fn new(sandbox: Arc<Sandbox>) -> Self {
        Self { sandbox }
    }
}

#[async_trait]
impl Tool for RunSqlWrite {
    fn spec(&self) -> ToolSpec {
        ToolSpec::of::<Input>(NAME, DESCRIPTION)
    }

    fn effect(&self) -> Effect {
        Effect::LocalWrite
    }

    fn title(&self, input: &Value) -> String {
        let sql = input.get("sql").and_then(Value::as_str).unwrap_or_default();
        match writing::plan(sql).map(|plan| plan.table) {
            Ok(OwnTable::Tasks) => "Writing down tasks".to_owned(),
            Ok(OwnTable::Notes) => "Writing down notes".to_owned(),
            Err(_) => "Putting back what was written".to_owned(),
        }
    }

    async fn call(&self, context: &ToolContext<'_>, input: Value) -> Result<Outcome, ToolError> {
        let input: Input = arguments(input)?;
        let viewer = context.eyes.viewer().await?;
        match (&input.sql, &input.undo) {
            (Some(sql), None) => self.write(context, &viewer, sql).await,
            (None, Some(id)) => take_back(context, &viewer, id).await,
            _ => refused("Give either `sql` or `undo`."),
        }
    }
}

impl RunSqlWrite {
    async fn write(
        &self,
        context: &ToolContext<'_>,
        viewer: &Viewer,
        sql: &str,
    ) -> Result<Outcome, ToolError> {
        let origin = Origin {
            turn: context.turn,
            tool_use_id: context.tool_use_id,
        };
        let mut tx = context.db.org(viewer.org).await?;
        if let Some(written) = own_tables::made_by(&mut tx, origin).await? {
            return Ok(Outcome::Result(said(&written)));
        }
        tx.commit().await?;
        let plan = match writing::plan(sql) {
            Ok(plan) => plan,
            Err(refusal) => return refused(format!("Refused. {refusal}")),
        };
        let found = match self.sandbox.run(viewer, &plan.query).await {
            Ok(found) => found,
            Err(error) if error.is_for_model() => return refused(error.to_string()),
            Err(error) => return Err(ToolError::Unavailable(error.to_string())),
        };
        let rows = rows_of(found).map_err(ToolError::Refused)?;
        let mut tx = context.db.org(viewer.org).await?;
        let written = put(&mut tx, viewer, origin, &plan, rows).await?;
        tx.commit().await?;
        Ok(Outcome::Result(said(&written)))
    }
}

async fn put(
    tx: &mut OrgTx,
    viewer: &Viewer,
    origin: Origin<'_>,
    plan: &Plan,
    rows: Vec<Fields>,
) -> Result<Written, ToolError> {
    let what = (plan.table, plan.kind);
    let written = own_tables::write(tx, viewer, origin, what, rows)
        .await
        .map_err(|error| match error.about_a_value() {
            Some(why) => ToolError::Refused(format!("PostgreSQL says: {why}")),
            None => error.into(),
        })?;
    let act = Act::Wrote {
        write: written.id,
        table: plan.table.name(),
        rows: count(&written),
    };
    note(tx, viewer, &act).await?;
    Ok(written)
}

async fn take_back(
    context: &ToolContext<'_>,
    viewer: &Viewer,
    id: &str,
) -> Result<Outcome, ToolError> {
    let Ok(id) = id.trim().parse::<WriteId>() else {
        return refused("That is not the id of a write.");
    };
    let mut tx = context.db.org(viewer.org).await?;
    let Some(written) = own_tables::of_person(&mut tx, viewer.person, id).await? else {
        return refused("This person has no write with that id.");
    };
    if written.is_undone {
        return Ok(Outcome::Result("It was put back already.".to_owned()));
    }
    let Some(table) = OwnTable::ALL
        .into_iter()
        .find(|table| table.name() == written.table)
    else {
        return refused("That table is no longer there.");
    };
    if !own_tables::take_back(&mut tx, table, &written).await? {
        return refused(
            "Some of these rows have changed since, so nothing was put back. Read them, and \
             change them one by one if the person wants that.",
        );
    }
    note(&mut tx, viewer, &Act::TookBack { write: id }).await?;
    tx.commit().await?;
    Ok(Outcome::Result(
        "Everything is as it was before that write.".to_owned(),
    ))
}

async fn note(tx: &mut OrgTx, viewer: &Viewer, act: &Act) -> Result<(), ToolError> {
    ledger::record(tx, Actor::Person(viewer.person), act)
        .await
        .map_err(|error| ToolError::Unavailable(error.to_string()))
}

/// What the sandbox answered, as rows to write.
fn rows_of(found: Table) -> Result<Vec<Fields>, String> {
    if found.cut.is_some() || found.too_long > 0 || found.rows.len() > MOST_ROWS {
        return Err(format!(
            "That would write more than {MOST_ROWS} rows, or very long ones. Nothing was written."
        ));
    }
    if found.rows.is_empty() {
        return Err(
            "No row fits that this conversation may see, so nothing was written.".to_owned(),
        );
    }
    let named = |row: Vec<Value>| {
        found
            .columns
            .iter()
            .cloned()
            .zip(row)
            .collect::<Map<_, _>>()
    };
    Ok(found.rows.clone().into_iter().map(named).collect())
}

fn count(written: &Written) -> u32 {
    let rows = written.before.len().max(written.after.len());
    u32::try_from(rows).unwrap_or(u32::MAX)
}

fn said(written: &Written) -> String {
    let what = match (written.before.is_empty(), written.after.is_empty()) {
        (true, _) => "added",
        (false, true) => "deleted",
        (false, false) => "changed",
    };
    format!(
        "{} rows of {} {what}. The id of this write, for undo: {}",
        count(written),
        written.table,
        written.id
    )
}
