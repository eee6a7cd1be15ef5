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
    shift_of(expr).is_some_and(|hours| hours <= MAX_SHIFT_YEARS * 366 * 24)
}

/// How many hours a date is counted away from today or from a date that is written out.
fn shift_of(expr: &Expr) -> Option<i64> {
    match expr {
        Expr::Nested(expr) | Expr::Cast { expr, .. } => shift_of(expr),
        // A zone is a day at most.
        Expr::AtTimeZone { timestamp, .. } => shift_of(timestamp)?.checked_add(24),
        Expr::TypedString(typed) => is_near(&typed.value.value).then_some(0),
        Expr::Value(value) => is_near(&value.value).then_some(0),
        Expr::BinaryOp {
            left,
            op: BinaryOperator::Plus | BinaryOperator::Minus,
            right,
        } => {
            let hours = match whole_number(right) {
                Some(days) => days.checked_abs()?.checked_mul(24)?,
                None => interval_hours(right)?,
            };
            shift_of(left)?.checked_add(hours)
        }
        Expr::Function(function) => {
            let name = function.name.to_string().to_ascii_lowercase();
            match (name.as_str(), &function.args) {
                ("now" | "current_date" | "current_timestamp" | "localtimestamp", _) => Some(0),
                ("date_trunc", FunctionArguments::List(list)) => match list.args.as_slice() {
                    // The third is a zone.
                    [_, FunctionArg::Unnamed(FunctionArgExpr::Expr(date))]
                    | [_, FunctionArg::Unnamed(FunctionArgExpr::Expr(date)), _] => shift_of(date),
                    _ => None,
                },
                _ => None,
            }
        }
        _ => None,
    }
}

/// Written as a year and more, and in none of the words (`BC`) that would make another year of it.
fn is_near(value: &Value) -> bool {
    let Value::SingleQuotedString(text) = value else {
        return false;
    };
    let is_plain = |rest: &str| {
        rest.bytes()
            .all(|byte| byte.is_ascii_digit() || b"-: .+TZ".contains(&byte))
    };
    text.split_once('-')
        .and_then(|(year, rest)| is_plain(rest).then(|| year.parse().ok())?)
        .is_some_and(|year| YEARS.contains(&year) && text.len() <= 32)
}

fn is_long_step(expr: &Expr) -> bool {
    single_interval_hours(expr).is_some_and(|hours| hours >= 1)
}

/// The length of an interval such as `interval '1 month - 1 day'`, roughly, in hours: at most,
/// whatever the signs.
fn interval_hours(expr: &Expr) -> Option<i64> {
    if let Some(hours) = single_interval_hours(expr) {
        return Some(hours);
    }
    let (text, None) = interval_text(expr)? else {
        return None;
    };
    let words: Vec<&str> = text
        .split_whitespace()
        .filter(|word| !matches!(*word, "-" | "+"))
        .collect();
    if words.is_empty() || !words.len().is_multiple_of(2) {
        return None;
    }
    words.chunks(2).try_fold(0_i64, |sum, part| {
        let [count, unit] = part else { return None };
        let count = count.trim_start_matches(['-', '+']);
        sum.checked_add(hours_of(count, unit)?)
    })
}

/// Of one part, without a sign: `interval '3 months'`.
fn single_interval_hours(expr: &Expr) -> Option<i64> {
    let (text, field) = interval_text(expr)?;
    match field {
        Some(field) => hours_of(text.trim(), &field),
        None => {
            let (count, unit) = text.trim().split_once(' ')?;
            hours_of(count, unit.trim())
        }
    }
}

/// What is written between the quotes, and after them.
fn interval_text(expr: &Expr) -> Option<(&str, Option<String>)> {
    let (value, field) = match expr {
        Expr::Interval(interval) => (interval.value.as_ref(), interval.leading_field.as_ref()),
        Expr::Cast { expr, .. } => (expr.as_ref(), None),
        Expr::Nested(inner) => return interval_text(inner),
        Expr::Value(_) => (expr, None),
        _ => return None,
    };
    let Expr::Value(value) = value else {
        return None;
    };
    match &value.value {
        Value::SingleQuotedString(text) => Some((text, field.map(ToString::to_string))),
        _ => None,
    }
}

fn hours_of(count: &str, unit: &str) -> Option<i64> {
    let hours = match unit.to_ascii_lowercase().trim_end_matches('s') {
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
            "generate_series(date_trunc('day', now() at time zone 'Europe/Berlin') - interval '6 days', now() at time zone 'Europe/Berlin', interval '1 day')",
            "generate_series(date_trunc('week', now(), 'Europe/Berlin'), now(), interval '1 day')",
            "generate_series(current_date, current_date + interval '1 month - 1 day', '1 day')",
            "generate_series(current_date - interval '-1 months 3 days', now(), '1 day')",
            "generate_series('2026-01-01 00:00:00+02'::timestamptz, '2026-12-31T23:59:59Z'::timestamptz, '1 week')",
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
            "generate_series(timestamp '2000-01-01 BC', timestamp '2100-01-01', interval '1 hour')",
            "generate_series('2000-01-01 bc'::timestamp, now(), '1 hour')",
            "generate_series(now() + interval '40 years' + interval '40 years', now(), interval '1 hour')",
            "generate_series(now() + interval '40 years - 40 years', now(), interval '1 hour')",
            "generate_series(current_date + 15000 + 15000, now(), '1 day')",
            "generate_series(now(), now() + interval '1 day', interval '1 month - 31 days')",
            "generate_series(now(), now() + interval '1 day', interval '-1 day')",
            "generate_series(date_trunc('day', to_timestamp(1e15), 'UTC'), now(), interval '1 day')",
            "generate_series(to_timestamp(1e15) at time zone 'UTC', now(), interval '1 day')",
        ] {
            assert!(!passes(call), "{call}");
        }
    }
}
