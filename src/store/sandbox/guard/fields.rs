//! What follows a dot. Where Postgres knows no such column it takes the word for a function (or a
//! type to cast to) and calls it with the value before the dot: `(60).pg_sleep`. No list of
//! functions sees that, so a dot may follow only what has columns: a table, or one of the few
//! calls whose rows have names that are known.

use super::functions;
use super::gathering::GATHERING;
use super::leaves::bare_column;
use super::names::{column_name, folded};
use super::query::Walk;
use super::refusal::Refusal;
use super::size;
use sqlparser::ast::{AccessExpr, Expr, FunctionArguments, Ident, Subscript, TableFactor};

type Checked = Result<(), Refusal>;

/// Calls whose rows have these two fields.
const PAIRS: &[&str] = &[
    "json_each",
    "json_each_text",
    "jsonb_each",
    "jsonb_each_text",
];
const FIELDS: &[&str] = &["key", "value"];

/// More of what a whole row could be handed to, besides the aggregates that gather. What is left
/// out (`count`, `max`) makes nothing of it that a query might not see.
const OF_ROWS: &[&str] = &[
    "hash_record",
    "json_agg_strict",
    "jsonb_agg_strict",
    "record_out",
    "record_send",
];

/// What stands in FROM under a name.
#[derive(Debug)]
pub(super) struct Source {
    name: String,
    /// Of a call that returns single values: there the name stands for the value as it is, and
    /// whatever is no column would be called with it. Rows of anything else are rows.
    columns: Option<Vec<String>>,
}

impl Source {
    pub(super) fn of(factor: &TableFactor) -> Option<Self> {
        let (called, alias) = match factor {
            TableFactor::Table {
                name,
                alias,
                args: Some(_),
                ..
            }
            | TableFactor::Function { name, alias, .. } => (size::last_name(&name.0), alias),
            TableFactor::UNNEST { alias, .. } => ("unnest".to_owned(), alias),
            TableFactor::Table { name, alias, .. } => {
                let alias = alias.as_ref().map(|alias| folded(&alias.name));
                let name = alias.unwrap_or_else(|| size::last_name(&name.0));
                return Some(Self::of_rows(name));
            }
            TableFactor::Derived { alias, .. } | TableFactor::NestedJoin { alias, .. } => {
                return Some(Self::of_rows(folded(&alias.as_ref()?.name)));
            }
            _ => return None,
        };
        let name = alias
            .as_ref()
            .map_or_else(|| called.clone(), |alias| folded(&alias.name));
        if PAIRS.contains(&called.as_str()) {
            return Some(Self::of_rows(name));
        }
        let mut columns: Vec<String> = alias
            .iter()
            .flat_map(|alias| &alias.columns)
            .map(|column| folded(&column.name))
            .collect();
        if columns.is_empty() {
            columns.push(name.clone());
        }
        columns.push("ordinality".to_owned());
        Some(Self {
            name,
            columns: Some(columns),
        })
    }

    fn of_rows(name: String) -> Self {
        Self {
            name,
            columns: None,
        }
    }
}

/// `table.column`, with or without the schema.
fn column_of_table(parts: &[Ident], sources: &[Source]) -> Checked {
    if let [table, column] = parts {
        let (table, column) = (folded(table), folded(column));
        let source = sources.iter().rev().find(|source| source.name == table);
        let is_column = match source.map(|source| &source.columns) {
            None => false,
            Some(None) => true,
            Some(Some(columns)) => columns.contains(&column),
        };
        if !is_column {
            return Err(Refusal::Name {
                name: format!("{table}.{column}"),
                why: "no table with such a column stands in FROM here; name what a call in FROM \
                      returns, as in unnest(list) AS t(name)",
            });
        }
    }
    parts.iter().try_for_each(column_name)?;
    let Some(last) = parts.last().map(folded) else {
        return Ok(());
    };
    let is_call = GATHERING.contains(&last.as_str())
        || OF_ROWS.contains(&last.as_str())
        || last.starts_with("pg_");
    if is_call && parts.len() > 1 {
        return Err(Refusal::Name {
            name: format!("{last:?} after a dot"),
            why: "it would be read as a call with the whole row; give the column another name \
                  with AS where it is made",
        });
    }
    Ok(())
}

impl Walk<'_> {
    pub(super) fn column_of_table(&self, parts: &[Ident]) -> Checked {
        column_of_table(parts, &self.sources)
    }

    /// A value and what is taken out of it, by place or by name.
    pub(super) fn field_access(&mut self, root: &mut Expr, chain: &mut [AccessExpr]) -> Checked {
        let named = chain.iter().take_while(|one| plain_field(one).is_some());
        let (named, rest) = chain.split_at_mut(named.count());
        if let Expr::Identifier(table) = root {
            let fields = named.iter().filter_map(plain_field);
            let parts: Vec<Ident> = std::iter::once(&*table).chain(fields).cloned().collect();
            match parts.as_slice() {
                [column] => bare_column(column)?,
                parts => self.column_of_table(parts)?,
            }
            let size = self.scale.column(&parts);
            let size = self.scale.weigh(size)?;
            self.scale.open = self.scale.open.saturating_add(size);
        } else {
            self.expr(root)?;
            match &*named {
                [] => {}
                [field] if is_field_of(root, field) => {}
                _ => return Err(no_field()),
            }
        }
        rest.iter_mut().try_for_each(|access| match access {
            AccessExpr::Dot(_) => Err(no_field()),
            AccessExpr::Subscript(Subscript::Index { index }) => self.expr(index),
            AccessExpr::Subscript(Subscript::Slice {
                lower_bound,
                upper_bound,
                stride,
            }) => [lower_bound, upper_bound, stride]
                .into_iter()
                .flatten()
                .try_for_each(|bound| self.expr(bound)),
        })
    }
}

fn plain_field(access: &AccessExpr) -> Option<&Ident> {
    match access {
        AccessExpr::Dot(Expr::Identifier(field)) => Some(field),
        _ => None,
    }
}

/// `(jsonb_each(column)).key`.
fn is_field_of(root: &Expr, field: &AccessExpr) -> bool {
    let Expr::Nested(inner) = root else {
        return false;
    };
    let Expr::Function(call) = inner.as_ref() else {
        return false;
    };
    matches!(call.args, FunctionArguments::List(_))
        && functions::plain_name(&call.name).is_ok_and(|name| PAIRS.contains(&name.as_str()))
        && plain_field(field).is_some_and(|field| FIELDS.contains(&folded(field).as_str()))
}

fn no_field() -> Refusal {
    Refusal::construct(
        "A field of a value, as in (value).name,",
        "Write table.column, call functions as name(value), and read JSON with -> and ->>.",
    )
}

#[cfg(test)]
mod tests {
    use crate::store::sandbox::guard::check;

    #[test]
    fn a_dot_leads_to_columns_and_never_to_calls() {
        let check = |sql: &str| check(sql, &["accounts", "issues"]);
        for sql in [
            "select a.name, agent.accounts.name, a.labels[1], a.labels[1:2] from accounts a",
            "select (a.raw -> 'x')['y'], (array[1, 2])[1], ('{}'::jsonb)['a']['b'] from accounts a",
            "select (jsonb_each(raw)).key, (jsonb_each_text(raw)).value from accounts",
            "select c.count, c.max from (select count(*), max(name) from accounts) c",
            "select a.\"json agg\" from accounts a",
            "select t.t, u.x, u.ordinality, unnest.unnest from unnest(a) t, unnest(b) with ordinality u(x), unnest(c)",
            "select d.d from generate_series(1, 3) d order by d.d",
            "select kv.key, kv.value from issues i, jsonb_each(i.raw) kv where i.name = kv.key",
            "with d as (select d from generate_series(1, 3) d) select d.d, x.amount from d, lateral (select d.name, 1 as amount from accounts d) x",
            "select a.name from accounts a where exists (select from issues where issues.id = a.id order by issues.id)",
            "select j.name, agent.issues.name from (accounts a join issues i on a.id = i.id) j, issues",
        ] {
            assert!(check(sql).is_ok(), "{sql}: {:?}", check(sql));
        }
        for sql in [
            "select (60).pg_sleep",
            "select (60).\"pg_sleep\"",
            "select ('penny.viewer').current_setting",
            "select labels[1].current_setting from issues",
            "select (labels[1]).current_setting from issues",
            "select issues.labels[1].current_setting from issues",
            "select (a).name from accounts a",
            "select ((a)).row_to_json from accounts a",
            "select (jsonb_each(raw)).current_setting from accounts",
            "select ((jsonb_each(raw)).value).text from accounts",
            "select (jsonb_each(raw)).value.text from accounts",
            "select ('<a/>').xml",
            "select (null::int).pg_stat_get_activity",
            "select a.json_agg from accounts a",
            "select a.\"json_agg\" from accounts a",
            "select a.JSONB_AGG_STRICT from accounts a",
            "select agent.accounts.array_agg from accounts",
            "select a.pg_column_size from accounts a",
            "select a.json_agg[1] from accounts a",
            "select t.current_setting from unnest(array['penny.viewer']) as t",
            "select unnest.current_setting from unnest(array['penny.viewer'])",
            "select current_setting.current_setting from unnest(array['penny.viewer']) as current_setting(x)",
            "select t.pg_sleep from generate_series(1, 1) t",
            "select t.regclass from regexp_split_to_table('a', 'b') t",
            "select t.current_setting[1] from unnest(array['penny.viewer']) as t",
            "select 1 from unnest(array['penny.viewer']) as t order by t.current_setting",
            "select name from accounts t where exists (select 1 from unnest(array['x']) t order by t.current_setting)",
            "select 1 from unnest(array['penny.viewer']) t, lateral (select t.current_setting) x",
            "select name from accounts t union select t.current_setting from unnest(array['x']) t",
            "select name from accounts order by ('penny.viewer').current_setting",
        ] {
            assert!(check(sql).is_err(), "{sql}");
        }
    }
}
