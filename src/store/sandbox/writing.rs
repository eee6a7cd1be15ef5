//! SQL that a model wrote to change Penny's own tables. It never runs as it is: it is taken apart
//! into one query, which the sandbox answers like any other (which rows, and what they become),
//! and the change itself is made by our own statements from those answers.

use super::guard::{self, Refusal};
use sqlparser::ast::{
    Assignment, AssignmentTarget, Delete, Expr, FromTable, Ident, Insert, ObjectName, Query,
    Select, SelectItem, SetExpr, Statement, TableFactor, TableObject, TableWithJoins, Update,
};

/// A table that may be written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OwnTable {
    Tasks,
    Notes,
}

impl OwnTable {
    pub const ALL: [Self; 2] = [Self::Tasks, Self::Notes];

    pub fn name(self) -> &'static str {
        match self {
            Self::Tasks => "tasks",
            Self::Notes => "notes",
        }
    }

    pub fn id_column(self) -> &'static str {
        match self {
            Self::Tasks => "task_id",
            Self::Notes => "note_id",
        }
    }

    /// The columns that may be written.
    pub fn columns(self) -> &'static [&'static str] {
        match self {
            Self::Tasks => &["title", "details", "status", "due_date", "assignee_id"],
            Self::Notes => &["title", "body"],
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Insert,
    Update,
    Delete,
}

/// A write taken apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    pub table: OwnTable,
    pub kind: Kind,
    /// What to ask the sandbox: a row for each one that is written, with the id of one that is
    /// there already and the new value of each column.
    pub query: String,
}

pub fn plan(sql: &str) -> Result<Plan, Refusal> {
    match guard::statement(sql)? {
        Statement::Insert(insert) => of_insert(insert),
        Statement::Update(update) => of_update(update),
        Statement::Delete(delete) => of_delete(delete),
        _ => Err(Refusal::construct(
            "This statement",
            "Write one INSERT, UPDATE or DELETE; SELECT runs in run_sql_query.",
        )),
    }
}

fn of_insert(insert: Insert) -> Result<Plan, Refusal> {
    let TableObject::TableName(name) = &insert.table else {
        return Err(Refusal::foreign("INSERT into a function"));
    };
    let table = table_of(name)?;
    let mut columns = Vec::new();
    for column in &insert.columns {
        columns.push(column_of(table, column)?);
    }
    let form = || only("INSERT INTO tasks (title, due_date) VALUES … or SELECT …");
    let source: &Query = insert.source.as_deref().ok_or_else(form)?;
    let columns = columns.join(", ");
    // Whatever else an INSERT can say (conflicts, returning, …) would go unheard.
    if columns.is_empty()
        || insert.to_string() != format!("INSERT INTO {name} ({columns}) {source}")
    {
        return Err(form());
    }
    Ok(Plan {
        table,
        kind: Kind::Insert,
        query: question(
            &format!("SELECT {columns} FROM (SELECT 1) AS written ({columns})"),
            |select| {
                let target = select.from.first_mut().map(|from| &mut from.relation);
                if let Some(TableFactor::Derived { subquery, .. }) = target {
                    **subquery = source.clone();
                }
            },
        )?,
    })
}

fn of_update(update: Update) -> Result<Plan, Refusal> {
    let Update {
        table: target,
        assignments,
        from: None,
        selection: Some(condition),
        returning: None,
        output: None,
        or: None,
        limit: None,
        order_by,
        optimizer_hints,
        ..
    } = update
    else {
        return Err(only("UPDATE table SET column = value WHERE condition"));
    };
    if !order_by.is_empty() || !optimizer_hints.is_empty() {
        return Err(only("UPDATE table SET column = value WHERE condition"));
    }
    let table = one_table(&target)?;
    let mut values = Vec::new();
    for Assignment { target, value } in assignments {
        let AssignmentTarget::ColumnName(name) = target else {
            return Err(only("SET column = value"));
        };
        values.push(SelectItem::ExprWithAlias {
            expr: Expr::Nested(Box::new(value)),
            alias: Ident::new(column_of(table, &name)?),
        });
    }
    Ok(Plan {
        table,
        kind: Kind::Update,
        query: which(table, target, condition, values)?,
    })
}

fn of_delete(delete: Delete) -> Result<Plan, Refusal> {
    let shape = || only("DELETE FROM table WHERE condition");
    let Delete {
        tables,
        from: FromTable::WithFromKeyword(from),
        using: None,
        selection: Some(condition),
        returning: None,
        output: None,
        order_by,
        limit: None,
        optimizer_hints,
        ..
    } = delete
    else {
        return Err(shape());
    };
    let [target] = from.as_slice() else {
        return Err(shape());
    };
    if !(tables.is_empty() && order_by.is_empty() && optimizer_hints.is_empty()) {
        return Err(shape());
    }
    let table = one_table(target)?;
    Ok(Plan {
        table,
        kind: Kind::Delete,
        query: which(table, target.clone(), condition, Vec::new())?,
    })
}

/// Which rows meet the condition, and what they become.
fn which(
    table: OwnTable,
    target: TableWithJoins,
    condition: Expr,
    values: Vec<SelectItem>,
) -> Result<String, Refusal> {
    let beginning = format!("SELECT {} FROM t WHERE true", table.id_column());
    question(&beginning, |select| {
        select.from = vec![target];
        select.selection = Some(condition);
        select.projection.extend(values);
    })
}

/// The text of a query into whose tree parts of the write were put as they are. What is read from
/// that text later has to be this very tree, or it might ask for other rows.
fn question(frame: &str, put: impl FnOnce(&mut Select)) -> Result<String, Refusal> {
    let mut asked = guard::statement(frame)?;
    if let Statement::Query(query) = &mut asked
        && let SetExpr::Select(select) = query.body.as_mut()
    {
        put(select);
    }
    let text = asked.to_string();
    match guard::statement(&text) {
        Ok(again) if again == asked => Ok(text),
        _ => Err(Refusal::Ambiguous),
    }
}

fn only(instead: &'static str) -> Refusal {
    Refusal::construct("A write of this form", instead)
}

fn one_table(target: &TableWithJoins) -> Result<OwnTable, Refusal> {
    match &target.relation {
        TableFactor::Table { name, .. } if target.joins.is_empty() => table_of(name),
        _ => Err(only("a single table; use a sub-select in WHERE")),
    }
}

fn table_of(name: &ObjectName) -> Result<OwnTable, Refusal> {
    let written = name.to_string();
    OwnTable::ALL
        .into_iter()
        .find(|table| table.name() == written)
        .ok_or(Refusal::UnknownTable {
            name: written,
            available: "tasks, notes (changes in connected systems go through propose_write)"
                .to_owned(),
        })
}

fn column_of(table: OwnTable, name: &ObjectName) -> Result<&'static str, Refusal> {
    let written = name.to_string();
    let known = table.columns().iter().find(|column| **column == written);
    known.copied().ok_or(Refusal::Name {
        name: written,
        why: match table {
            OwnTable::Tasks => {
                "in tasks only title, details, status, due_date and assignee_id can be written"
            }
            OwnTable::Notes => "in notes only title and body can be written",
        },
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn query(sql: &str) -> String {
        let plan = plan(sql).unwrap();
        // What the plan asks passes the guard like any other query.
        guard::check(&plan.query, super::super::views()).unwrap();
        plan.query
    }

    #[test]
    fn a_write_becomes_the_question_which_rows_it_makes_or_meets() {
        assert_eq!(
            query(
                "insert into tasks (title, due_date) values ('Call Acme', current_date + 1), ('Rest', null)"
            ),
            "SELECT title, due_date FROM (VALUES ('Call Acme', current_date + 1), ('Rest', NULL)) \
             AS written (title, due_date)"
        );
        assert_eq!(
            query("update tasks t set status = 'done' where t.title ilike '%acme%'"),
            "SELECT task_id, ('done') AS status FROM tasks t WHERE t.title ILIKE '%acme%'"
        );
        assert_eq!(
            query("delete from notes where title = 'Old'"),
            "SELECT note_id FROM notes WHERE title = 'Old'"
        );
        query(
            "insert into notes (title, body) select name, next_step from deals where status = 'open'",
        );
    }

    #[test]
    fn a_value_that_looks_like_sql_changes_nothing_about_which_rows_are_written() {
        assert_eq!(
            query(r"delete from notes where title = 'a\'' or true --'"),
            r"SELECT note_id FROM notes WHERE title = E'a\\\' or true --'"
        );
        assert_eq!(
            query(r"update tasks set title = 'a\'' as title from core.tasks --' where title = 'x'"),
            r"SELECT task_id, (E'a\\\' as title from core.tasks --') AS title FROM tasks WHERE title = 'x'"
        );
        assert_eq!(
            query(r"insert into notes (title) values ('a\'''), ('O''Neill ''x''')"),
            r"SELECT title FROM (VALUES (E'a\\\''), (E'O\'Neill \'x\'')) AS written (title)"
        );
        // Printed it would be a comment, and every task would be meant.
        assert_eq!(
            plan("delete from tasks where true or - -1 = 2"),
            Err(Refusal::Ambiguous)
        );
    }

    #[test]
    fn whatever_else_a_write_could_do_is_refused() {
        for sql in [
            "insert into deals (name) values ('x')",
            "insert into core.tasks (title) values ('x')",
            "insert into tasks values ('x')",
            "insert into tasks (task_id, title) values ('x', 'y')",
            "insert into tasks (title) values ('x') returning title",
            "insert into tasks (title) values ('x') on conflict do nothing",
            "update tasks set status = 'done'",
            "update tasks set org_id = '1' where true",
            "update tasks set owner_id = null where true",
            "update tasks set (title, status) = ('x', 'done') where true",
            "update tasks set title = d.name from deals d where true",
            "update tasks set title = 'x' where true returning title",
            "update deals set amount = 0 where true",
            "delete from tasks",
            "delete from tasks using deals where true",
            "delete from tasks where true returning title",
            "delete from messages where true",
            "truncate tasks",
            "drop table tasks",
            "select * from tasks",
            "update tasks set status = 'done' where true; delete from tasks where true",
            "with x as (delete from tasks where true) select 1",
        ] {
            assert!(plan(sql).is_err(), "{sql}");
        }
        // The parts are checked as a query.
        for sql in [
            "update tasks set title = pg_read_file('/etc/passwd') where true",
            "delete from tasks where exists (select from core.installations)",
            "insert into notes (title) select current_setting('penny.viewer')",
        ] {
            let plan = plan(sql).unwrap();
            assert!(
                guard::check(&plan.query, super::super::views()).is_err(),
                "{sql}"
            );
        }
    }
}
