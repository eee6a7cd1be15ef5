//! SQL that a model wrote to change Penny's own tables. It never runs as it is: it is taken apart
//! into one query, which the sandbox answers like any other (which rows, and what they become),
//! and the change itself is made by our own statements from those answers.

use super::guard::{self, Refusal};
use sqlparser::ast::{
    Assignment, AssignmentTarget, Delete, FromTable, Insert, ObjectName, Query, Statement,
    TableFactor, TableObject, TableWithJoins, Update,
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
        query: format!("SELECT {columns} FROM ({source}) AS written ({columns})"),
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
    let mut columns = vec![table.id_column().to_owned()];
    for Assignment { target, value } in &assignments {
        let AssignmentTarget::ColumnName(name) = target else {
            return Err(only("SET column = value"));
        };
        columns.push(format!("({value}) AS {}", column_of(table, name)?));
    }
    Ok(Plan {
        table,
        kind: Kind::Update,
        query: format!(
            "SELECT {} FROM {target} WHERE {condition}",
            columns.join(", ")
        ),
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
        query: format!(
            "SELECT {} FROM {target} WHERE {condition}",
            table.id_column()
        ),
    })
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
