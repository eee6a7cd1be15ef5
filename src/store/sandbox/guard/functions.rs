//! Which functions a query may call. Postgres has thousands, some of which read settings, run
//! SQL that stands in a string, or fill memory; a list of what analysis needs is short.

use super::gathering::GATHERING;
use super::literals;
use super::patterns;
use super::refusal::Refusal;
use super::series;
use super::tables::SCHEMA;
use sqlparser::ast::{
    Expr, Function, FunctionArg, FunctionArgExpr, FunctionArguments, ObjectName, ObjectNamePart,
    Value,
};

/// Sorted, for the search.
const ALLOWED: &[&str] = &[
    "abs",
    "age",
    "any_value",
    "array_agg",
    "array_append",
    "array_cat",
    "array_length",
    "array_position",
    "array_positions",
    "array_prepend",
    "array_remove",
    "array_to_string",
    "array_upper",
    "ascii",
    "avg",
    "bool_and",
    "bool_or",
    "btrim",
    "cardinality",
    "cbrt",
    "ceil",
    "ceiling",
    "char_length",
    "character_length",
    "chr",
    "clock_timestamp",
    "coalesce",
    "concat",
    "concat_ws",
    "corr",
    "count",
    "covar_pop",
    "covar_samp",
    "cume_dist",
    "current_date",
    "current_time",
    "current_timestamp",
    "date",
    "date_add",
    "date_bin",
    "date_part",
    "date_subtract",
    "date_trunc",
    "daterange",
    "degrees",
    "dense_rank",
    "div",
    "every",
    "exp",
    "first_value",
    "floor",
    "format",
    "generate_series",
    "greatest",
    "grouping",
    "initcap",
    "isfinite",
    "json_agg",
    "json_array_elements",
    "json_array_elements_text",
    "json_array_length",
    "json_build_array",
    "json_build_object",
    "json_each",
    "json_each_text",
    "json_extract_path",
    "json_extract_path_text",
    "json_object_agg",
    "json_object_keys",
    "json_typeof",
    "jsonb_agg",
    "jsonb_array_elements",
    "jsonb_array_elements_text",
    "jsonb_array_length",
    "jsonb_build_array",
    "jsonb_build_object",
    "jsonb_each",
    "jsonb_each_text",
    "jsonb_exists",
    "jsonb_extract_path",
    "jsonb_extract_path_text",
    "jsonb_object_agg",
    "jsonb_object_keys",
    "jsonb_path_exists",
    "jsonb_path_query",
    "jsonb_path_query_array",
    "jsonb_path_query_first",
    "jsonb_strip_nulls",
    "jsonb_typeof",
    "justify_days",
    "justify_hours",
    "justify_interval",
    "lag",
    "last_value",
    "lead",
    "least",
    "left",
    "length",
    "ln",
    "localtime",
    "localtimestamp",
    "log",
    "log10",
    "lower",
    "lpad",
    "ltrim",
    "make_date",
    "make_interval",
    "make_time",
    "make_timestamp",
    "make_timestamptz",
    "max",
    "md5",
    "min",
    "mod",
    "mode",
    "now",
    "nth_value",
    "ntile",
    "nullif",
    "octet_length",
    "percent_rank",
    "percentile_cont",
    "percentile_disc",
    "phraseto_tsquery",
    "pi",
    "plainto_tsquery",
    "pow",
    "power",
    "radians",
    "rank",
    "regexp_count",
    "regexp_instr",
    "regexp_like",
    "regexp_match",
    "regexp_matches",
    "regexp_replace",
    "regexp_split_to_array",
    "regexp_split_to_table",
    "regexp_substr",
    "regr_avgx",
    "regr_avgy",
    "regr_count",
    "regr_intercept",
    "regr_r2",
    "regr_slope",
    "repeat",
    "replace",
    "reverse",
    "right",
    "round",
    "row",
    "row_number",
    "row_to_json",
    "rpad",
    "rtrim",
    "sign",
    "split_part",
    "sqrt",
    "starts_with",
    "statement_timestamp",
    "stddev",
    "stddev_pop",
    "stddev_samp",
    "string_agg",
    "string_to_array",
    "string_to_table",
    "strpos",
    "substr",
    "substring",
    "sum",
    "timezone",
    "to_char",
    "to_date",
    "to_json",
    "to_jsonb",
    "to_number",
    "to_timestamp",
    "to_tsquery",
    "to_tsvector",
    "translate",
    "trim_array",
    "trunc",
    "ts_headline",
    "ts_rank",
    "ts_rank_cd",
    "tsrange",
    "tstzrange",
    "unnest",
    "upper",
    "var_pop",
    "var_samp",
    "variance",
    "websearch_to_tsquery",
    "width_bucket",
];

/// Those of the above that may stand in FROM.
const TABLE_FUNCTIONS: &[&str] = &[
    "generate_series",
    "json_array_elements",
    "json_array_elements_text",
    "json_each",
    "json_each_text",
    "json_object_keys",
    "jsonb_array_elements",
    "jsonb_array_elements_text",
    "jsonb_each",
    "jsonb_each_text",
    "jsonb_object_keys",
    "jsonb_path_query",
    "regexp_matches",
    "regexp_split_to_table",
    "string_to_table",
    "unnest",
];

/// Calls that the grammar knows without parentheses.
const BARE: &[&str] = &[
    "current_date",
    "current_time",
    "current_timestamp",
    "localtime",
    "localtimestamp",
];

pub(super) const MAX_WIDTH: u32 = 1_000;

/// The name of a function that may be called like this.
pub(super) fn check(function: &Function) -> Result<String, Refusal> {
    let name = plain_name(&function.name)?;
    if let ("array", FunctionArguments::Subquery(_)) = (name.as_str(), &function.args) {
        return Ok(name);
    }
    if !is_allowed(&name) {
        return Err(unavailable(&name));
    }
    match &function.args {
        FunctionArguments::List(list) => check_bounds(&name, &list.args)?,
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
) -> Result<String, Refusal> {
    let name = plain_name(name)?;
    if !TABLE_FUNCTIONS.contains(&name.as_str()) {
        return Err(unavailable(&name));
    }
    check_bounds(&name, args)?;
    Ok(name)
}

fn is_allowed(name: &str) -> bool {
    ALLOWED.binary_search(&name).is_ok()
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

fn check_bounds(name: &str, args: &[FunctionArg]) -> Result<(), Refusal> {
    let unbounded = |bound| {
        Err(Refusal::Unbounded {
            name: name.to_owned(),
            bound,
        })
    };
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
                Some(path) if !path.contains("**") => Ok(()),
                _ => unbounded("its path must be a quoted text without **"),
            }
        }
        _ if name.starts_with("regexp_") || name == "substring" => args
            .get(1)
            .and_then(argument)
            .map_or(Ok(()), patterns::check),
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_is_sorted_and_table_functions_are_on_it() {
        assert!(ALLOWED.is_sorted());
        for name in TABLE_FUNCTIONS.iter().chain(BARE) {
            assert!(is_allowed(name), "{name}");
        }
    }
}
