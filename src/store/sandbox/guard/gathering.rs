//! What gathers rows into one value: Postgres lets it grow to a gigabyte, so in its place stands
//! what schema `agent` has for it, which ends in an error long before.

use super::literals;
use super::refusal::Refusal;
use super::tables::SCHEMA;
use sqlparser::ast::{
    CastKind, DataType, Expr, Function, FunctionArg, FunctionArgExpr, FunctionArguments, Ident,
    ObjectName, Query, SetExpr, TableFactor,
};
use sqlparser::dialect::PostgreSqlDialect;
use sqlparser::parser::Parser;

/// Aggregates that gather what they are given. Each has a bounded twin in schema `agent`, which
/// is printed in its place.
pub(super) const GATHERING: &[&str] = &[
    "array_agg",
    "json_agg",
    "json_object_agg",
    "jsonb_agg",
    "jsonb_object_agg",
    "string_agg",
];

/// As many entries as the bounded aggregates take.
const MAX_ENTRIES: u32 = 10_000;

/// Puts the bounded aggregate in the place of one that gathers. A literal gets its type, which
/// Postgres would only infer for its own.
pub(super) fn bound(function: &mut Function, name: &str) {
    if !GATHERING.contains(&name) {
        return;
    }
    function.name = ObjectName::from(vec![Ident::new(SCHEMA), Ident::new(name)]);
    let FunctionArguments::List(list) = &mut function.args else {
        return;
    };
    for arg in &mut list.args {
        if let FunctionArg::Unnamed(FunctionArgExpr::Expr(expr @ Expr::Value(_))) = arg
            && literals::text(expr).is_some()
        {
            *expr = Expr::Cast {
                kind: CastKind::DoubleColon,
                expr: Box::new(expr.clone()),
                data_type: DataType::Text,
                format: None,
            };
        }
    }
}

/// Gives ARRAY (SELECT …) an end, and an error where there would have been more. The checked query
/// is put into a tree of our own as it is: printed and read again it could become another.
pub(super) fn bound_array(function: &mut Function) -> Result<(), Refusal> {
    let mut bounded = bounded_listing()?;
    let (FunctionArguments::Subquery(checked), Some(place)) =
        (&mut function.args, listed(&mut bounded))
    else {
        return Err(Refusal::Ambiguous);
    };
    std::mem::swap(checked, place);
    *function = bounded;
    Ok(())
}

/// Around a placeholder.
fn bounded_listing() -> Result<Function, Refusal> {
    let text = format!(
        "{SCHEMA}.bounded(ARRAY(SELECT * FROM (SELECT 1) AS listed LIMIT {}))",
        MAX_ENTRIES + 1
    );
    let parsed = Parser::new(&PostgreSqlDialect {})
        .try_with_sql(&text)
        .and_then(|mut parser| parser.parse_expr());
    match parsed {
        Ok(Expr::Function(bounded)) => Ok(bounded),
        _ => Err(Refusal::Ambiguous),
    }
}

/// The placeholder's own place.
fn listed(bounded: &mut Function) -> Option<&mut Box<Query>> {
    let FunctionArguments::List(list) = &mut bounded.args else {
        return None;
    };
    let FunctionArg::Unnamed(FunctionArgExpr::Expr(Expr::Function(array))) =
        list.args.first_mut()?
    else {
        return None;
    };
    let FunctionArguments::Subquery(query) = &mut array.args else {
        return None;
    };
    let SetExpr::Select(select) = query.body.as_mut() else {
        return None;
    };
    match &mut select.from.first_mut()?.relation {
        TableFactor::Derived { subquery, .. } => Some(subquery),
        _ => None,
    }
}
