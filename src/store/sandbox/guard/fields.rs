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
use sqlparser::ast::{AccessExpr, Expr, FunctionArguments, Ident, Subscript};

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

/// `table.column`, with or without the schema.
pub(super) fn column_of_table(parts: &[Ident]) -> Checked {
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
    /// A value and what is taken out of it, by place or by name.
    pub(super) fn field_access(&mut self, root: &mut Expr, chain: &mut [AccessExpr]) -> Checked {
        let named = chain.iter().take_while(|one| plain_field(one).is_some());
        let (named, rest) = chain.split_at_mut(named.count());
        if let Expr::Identifier(table) = root {
            let fields = named.iter().filter_map(plain_field);
            let parts: Vec<Ident> = std::iter::once(&*table).chain(fields).cloned().collect();
            match parts.as_slice() {
                [column] => bare_column(column)?,
                parts => column_of_table(parts)?,
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
            "select name from accounts order by ('penny.viewer').current_setting",
        ] {
            assert!(check(sql).is_err(), "{sql}");
        }
    }
}
