//! How a query may call functions: those that are listed, within the bounds that some have.

use super::gathering::GATHERING;
use super::listed::{BARE, TABLE_FUNCTIONS, is_allowed};
use super::literals;
use super::patterns::{self, Counts};
use super::refusal::Refusal;
use super::series;
use super::tables::SCHEMA;
use sqlparser::ast::{
    Expr, Function, FunctionArg, FunctionArgExpr, FunctionArguments, ObjectName, ObjectNamePart,
    Value,
};

pub(super) const MAX_WIDTH: u32 = 1_000;

/// The name of a function that may be called like this.
pub(super) fn check(function: &Function, counts: Counts) -> Result<String, Refusal> {
    let name = plain_name(&function.name)?;
    if let ("array", FunctionArguments::Subquery(_)) = (name.as_str(), &function.args) {
        return Ok(name);
    }
    if !is_allowed(&name) {
        return Err(unavailable(&name));
    }
    match &function.args {
        FunctionArguments::List(list) => check_bounds(&name, &list.args, counts)?,
        FunctionArguments::None if BARE.contains(&name.as_str()) => {}
        FunctionArguments::None | FunctionArguments::Subquery(_) => {
            return Err(unavailable(&name));
        }
    }
    Ok(name)
}

pub(super) fn check_table_function(
    name: &ObjectName,
    args: &[FunctionArg],
    counts: Counts,
) -> Result<String, Refusal> {
    let name = plain_name(name)?;
    if !TABLE_FUNCTIONS.contains(&name.as_str()) {
        return Err(unavailable(&name));
    }
    check_bounds(&name, args, counts)?;
    Ok(name)
}

pub(super) fn plain_name(name: &ObjectName) -> Result<String, Refusal> {
    match name.0.as_slice() {
        [ObjectNamePart::Identifier(ident)] if ident.quote_style.is_none() => {
            Ok(ident.value.to_ascii_lowercase())
        }
        // As it is printed.
        [
            ObjectNamePart::Identifier(schema),
            ObjectNamePart::Identifier(ident),
        ] if schema.value == SCHEMA && GATHERING.contains(&ident.value.as_str()) => {
            Ok(ident.value.clone())
        }
        _ => Err(Refusal::Name {
            name: name.to_string(),
            why: "call functions by their plain name, without schema and quotes",
        }),
    }
}

fn check_bounds(name: &str, args: &[FunctionArg], counts: Counts) -> Result<(), Refusal> {
    let unbounded = |bound| {
        Err(Refusal::Unbounded {
            name: name.to_owned(),
            bound,
        })
    };
    // Bounds and sizes are read off an argument's place.
    if !name.starts_with("make_") && args.iter().any(is_named) {
        return unbounded("write its arguments in their order, without names");
    }
    match name {
        "repeat" | "lpad" | "rpad" => match args.get(1).and_then(argument) {
            Some(width) if is_small_number(width) => Ok(()),
            _ => unbounded("write the width as a number up to 1000"),
        },
        "format" => match args.first().and_then(argument) {
            Some(pattern) if patterns::is_plain_format(pattern) => Ok(()),
            _ => unbounded("its pattern must be a quoted text with only %s, %I, %L, %1$s or %%"),
        },
        "jsonb_path_query" | "jsonb_path_query_array" | "jsonb_path_query_first" => {
            match args.get(1).and_then(argument).and_then(literals::text) {
                Some(path) if !path.contains("**") => patterns::check_path(path),
                _ => unbounded("its path must be a quoted text without **"),
            }
        }
        "jsonb_path_exists" => args
            .get(1)
            .and_then(argument)
            .and_then(literals::text)
            .map_or(Ok(()), patterns::check_path),
        _ if name.starts_with("regexp_") || name == "substring" => args
            .get(1)
            .and_then(argument)
            .map_or(Ok(()), |pattern| patterns::check(pattern, counts)),
        "generate_series" => match args.iter().map(argument).collect::<Option<Vec<_>>>() {
            Some(args) if series::is_bounded(&args) => Ok(()),
            _ => unbounded(series::BOUND),
        },
        _ => Ok(()),
    }
}

pub(super) fn argument(arg: &FunctionArg) -> Option<&Expr> {
    match arg {
        FunctionArg::Unnamed(FunctionArgExpr::Expr(expr)) => Some(expr),
        _ => None,
    }
}

fn is_named(arg: &FunctionArg) -> bool {
    !matches!(arg, FunctionArg::Unnamed(_))
}

fn is_small_number(expr: &Expr) -> bool {
    let Expr::Value(value) = expr else {
        return false;
    };
    matches!(&value.value, Value::Number(digits, false)
        if digits.parse::<u32>().is_ok_and(|width| width <= MAX_WIDTH))
}

pub(super) fn unavailable(name: &str) -> Refusal {
    if name == "semantic_embed" {
        return Refusal::SemanticSearch;
    }
    let instead = match name {
        "nvl" | "ifnull" | "isnull" => "Use coalesce().",
        "iff" | "if" | "decode" => "Use CASE WHEN … THEN … ELSE … END.",
        "datediff" | "date_diff" => "Subtract dates, or use age().",
        "dateadd" | "date_sub" => "Add or subtract an interval, such as + interval '7 days'.",
        "getdate" | "sysdate" | "today" => "Use now() or current_date.",
        "strftime" | "date_format" | "format_date" => "Use to_char(value, 'YYYY-MM-DD').",
        "group_concat" | "listagg" => "Use string_agg(value, ', ').",
        "median" => "Use percentile_cont(0.5) WITHIN GROUP (ORDER BY value).",
        "year" | "month" | "day" | "hour" => "Use extract(year FROM value).",
        "jsonb_pretty" => "Return the JSON itself.",
        "random" | "gen_random_uuid" => "Order by a column to get the same rows each time.",
        _ => {
            "The usual aggregate, window, text, date, number, JSON, array and text search \
             functions are; functions that read settings, files or catalogs, run other SQL or \
             wait are not."
        }
    };
    Refusal::Function {
        name: name.to_owned(),
        instead,
    }
}
