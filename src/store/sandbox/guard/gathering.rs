//! What gathers rows into one value: Postgres lets it grow to a gigabyte, so in its place stands
//! what schema `agent` has for it, which ends in an error long before.

use super::refusal::Refusal;
use super::size;
use super::tables::SCHEMA;
use sqlparser::ast::{
    CastKind, DataType, Expr, Function, FunctionArg, FunctionArgExpr, FunctionArguments, Ident,
    ObjectName,
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
            && size::text(expr).is_some()
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

/// Gives ARRAY (SELECT …) an end, and an error where there would have been more.
pub(super) fn bound_array(function: &mut Function) -> Result<(), Refusal> {
    let FunctionArguments::Subquery(subquery) = &function.args else {
        return Ok(());
    };
    let text = format!(
        "{SCHEMA}.bounded(ARRAY(SELECT * FROM ({subquery}) AS listed LIMIT {}))",
        MAX_ENTRIES + 1
    );
    let parsed = Parser::new(&PostgreSqlDialect {})
        .try_with_sql(&text)
        .and_then(|mut parser| parser.parse_expr());
    match parsed {
        Ok(Expr::Function(bounded)) => {
            *function = bounded;
            Ok(())
        }
        _ => Err(Refusal::Ambiguous),
    }
}
