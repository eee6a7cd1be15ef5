//! `generate_series` is how a query gets a calendar, and also the shortest way to fill a disk.
//! It passes where its end can be read off the text: numbers written out, or dates that are
//! written out or counted from today.

use sqlparser::ast::{
    BinaryOperator, Expr, FunctionArg, FunctionArgExpr, FunctionArguments, Value,
};

pub(super) const BOUND: &str = "at most 10,000 steps between whole numbers, or dates written out \
    or counted from today with a step of an hour or more, such as generate_series(current_date - \
    interval '90 days', current_date, interval '1 day')";

const MAX_STEPS: i64 = 10_000;
/// A century of hours is under a million rows.
const YEARS: std::ops::RangeInclusive<i32> = 1950..=2100;
const MAX_SHIFT_YEARS: i64 = 50;

pub(super) fn is_bounded(args: &[&Expr]) -> bool {
    match args {
        [from, to] => spans_few(from, to, 1),
        [from, to, step] => match whole_number(step) {
            Some(step) => step != 0 && spans_few(from, to, step),
            None => is_date(from) && is_date(to) && is_long_step(step),
        },
        _ => false,
    }
}

fn spans_few(from: &Expr, to: &Expr, step: i64) -> bool {
    match (whole_number(from), whole_number(to)) {
        (Some(from), Some(to)) => to
            .checked_sub(from)
            .is_some_and(|span| (span / step).abs() <= MAX_STEPS),
        _ => false,
    }
}

fn whole_number(expr: &Expr) -> Option<i64> {
    match expr {
        Expr::Value(value) => match &value.value {
            Value::Number(digits, false) => digits.parse().ok(),
            _ => None,
        },
        Expr::UnaryOp {
            op: sqlparser::ast::UnaryOperator::Minus,
            expr,
        } => whole_number(expr)?.checked_neg(),
        Expr::Nested(expr) => whole_number(expr),
        _ => None,
    }
}

/// A date or time that cannot lie centuries away.
fn is_date(expr: &Expr) -> bool {
    match expr {
        Expr::Nested(expr) | Expr::Cast { expr, .. } => is_date(expr),
        Expr::TypedString(typed) => is_near(&typed.value.value),
        Expr::Value(value) => is_near(&value.value),
        Expr::BinaryOp {
            left,
            op: BinaryOperator::Plus | BinaryOperator::Minus,
            right,
        } => is_date(left) && is_short_shift(right),
        Expr::Function(function) => {
            let name = function.name.to_string().to_ascii_lowercase();
            match (name.as_str(), &function.args) {
                ("now" | "current_date" | "current_timestamp" | "localtimestamp", _) => true,
                ("date_trunc", FunctionArguments::List(list)) => match list.args.as_slice() {
                    [_, FunctionArg::Unnamed(FunctionArgExpr::Expr(date))] => is_date(date),
                    _ => false,
                },
                _ => false,
            }
        }
        _ => false,
    }
}

fn is_near(value: &Value) -> bool {
    match value {
        Value::SingleQuotedString(text) => text
            .split_once('-')
            .and_then(|(year, rest)| rest.is_ascii().then(|| year.parse().ok())?)
            .is_some_and(|year| YEARS.contains(&year) && text.len() <= 32),
        _ => false,
    }
}

fn is_short_shift(expr: &Expr) -> bool {
    if let Some(days) = whole_number(expr) {
        return days.abs() <= MAX_SHIFT_YEARS * 366;
    }
    interval_hours(expr).is_some_and(|hours| hours <= MAX_SHIFT_YEARS * 366 * 24)
}

fn is_long_step(expr: &Expr) -> bool {
    interval_hours(expr).is_some_and(|hours| hours >= 1)
}

/// The length of an interval of the form `interval '3 months'`, roughly, in hours.
fn interval_hours(expr: &Expr) -> Option<i64> {
    let (value, field) = match expr {
        Expr::Interval(interval) => (interval.value.as_ref(), interval.leading_field.as_ref()),
        Expr::Cast { expr, .. } => (expr.as_ref(), None),
        Expr::Nested(inner) => return interval_hours(inner),
        Expr::Value(_) => (expr, None),
        _ => return None,
    };
    let Expr::Value(value) = value else {
        return None;
    };
    let Value::SingleQuotedString(text) = &value.value else {
        return None;
    };
    let text = match field {
        Some(field) => format!("{text} {field}"),
        None => text.clone(),
    };
    let (count, unit) = text.trim().split_once(' ')?;
    let hours = match unit.trim().to_ascii_lowercase().trim_end_matches('s') {
        "hour" => 1,
        "day" => 24,
        "week" => 7 * 24,
        "month" | "mon" => 28 * 24,
        "quarter" => 90 * 24,
        "year" => 365 * 24,
        _ => return None,
    };
    count
        .parse::<u16>()
        .ok()
        .map(|count| i64::from(count) * hours)
}

#[cfg(test)]
mod tests {
    use crate::store::sandbox::guard::check;

    fn passes(call: &str) -> bool {
        check(&format!("select * from {call} as t"), &[]).is_ok()
    }

    #[test]
    fn a_calendar_counted_from_today_passes() {
        for call in [
            "generate_series(1, 12)",
            "generate_series(-5, 5)",
            "generate_series(0, 1000000, 1000)",
            "generate_series(date '2026-01-01', date '2026-12-31', interval '1 day')",
            "generate_series('2026-01-01'::date, '2026-12-31'::date, '1 week')",
            "generate_series(date_trunc('month', now()) - interval '11 months', now(), interval '1 month')",
            "generate_series(current_date - 30, current_date, '1 day'::interval)",
        ] {
            assert!(passes(call), "{call}");
        }
    }

    #[test]
    fn a_series_without_an_end_in_sight_is_refused() {
        for call in [
            "generate_series(1, 1000000000)",
            "generate_series(1, 9223372036854775807)",
            "generate_series(-9223372036854775807, 9223372036854775807)",
            "generate_series(1, 10, 0)",
            "generate_series(1, (select count(*) from generate_series(1, 9)))",
            "generate_series('0001-01-01'::date, '2026-12-31'::date, '1 day')",
            "generate_series(date '2000-01-01', date '99999-12-31', interval '1 day')",
            "generate_series(now() - interval '90000 years', now(), interval '1 hour')",
            "generate_series(now() - interval '1 day', now(), interval '1 microsecond')",
            "generate_series(now(), now() + interval '1 day', interval '0 days')",
            "generate_series(now(), to_timestamp(1e15), interval '1 day')",
        ] {
            assert!(!passes(call), "{call}");
        }
    }
}
