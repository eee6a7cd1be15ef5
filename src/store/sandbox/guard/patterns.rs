//! Patterns. Of regular expressions Postgres bounds what matching costs, but lets the compiling
//! of counted repetitions within each other, `((a{1,255}){1,255}){1,255}`, take some 200 MB; those
//! of `format` can ask for a billion spaces.

use super::literals;
use super::refusal::Refusal;
use sqlparser::ast::{BinaryOperator, Expr, visit_expressions};
use std::ops::ControlFlow;

/// Of all repetitions in a pattern, multiplied: a UUID's pattern comes to 6,144.
const MAX_REPETITIONS: u64 = 50_000;

pub(super) fn is_match(op: &BinaryOperator) -> bool {
    matches!(
        op,
        BinaryOperator::PGRegexMatch
            | BinaryOperator::PGRegexIMatch
            | BinaryOperator::PGRegexNotMatch
            | BinaryOperator::PGRegexNotIMatch
    )
}

/// Counts in a pattern have to be written out, and to be few.
pub(super) fn check(pattern: &Expr) -> Result<(), Refusal> {
    let is_bounded = match literals::text(pattern) {
        Some(text) => repetitions(text) <= MAX_REPETITIONS,
        None => !has_braces(pattern),
    };
    if is_bounded {
        return Ok(());
    }
    Err(Refusal::construct(
        "A pattern with many counted repetitions",
        "Write it as one quoted text with fewer of {m,n}, or use * and +.",
    ))
}

fn repetitions(pattern: &str) -> u64 {
    let counts = pattern.split('{').skip(1).filter_map(|rest| {
        let inside = rest.split('}').next()?;
        let most = inside.rsplit(',').find(|count| !count.is_empty())?;
        most.trim().parse::<u64>().ok()
    });
    counts.fold(1, |product, count| product.saturating_mul(count.max(1)))
}

/// In a pattern that is put together, a brace could be half of a count.
fn has_braces(pattern: &Expr) -> bool {
    visit_expressions(pattern, |part| match literals::text(part) {
        Some(text) if text.contains('{') => ControlFlow::Break(()),
        _ => ControlFlow::Continue(()),
    })
    .is_break()
}

/// A width in a pattern (`%999999999s`, or `%*s`) pads as `lpad` does: none is allowed.
pub(super) fn is_plain_format(expr: &Expr) -> bool {
    let Some(mut rest) = literals::text(expr) else {
        return false;
    };
    while let Some((_, after)) = rest.split_once('%') {
        // The position of an argument, `%2$s`.
        let kind = match after.split_once('$') {
            Some((digits, kind)) if is_position(digits) => kind,
            _ => after,
        };
        let Some(next) = kind.strip_prefix(['s', 'I', 'L', '%']) else {
            return false;
        };
        rest = next;
    }
    true
}

fn is_position(digits: &str) -> bool {
    (1..=2).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use crate::store::sandbox::guard::check;

    #[test]
    fn everyday_patterns_pass_and_towers_of_counts_do_not() {
        for pattern in [
            r"'^\d{3}-\d{4}$'",
            "'[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}'",
            r"'\m' || 'word' || '\M'",
            "'{not a count}'",
        ] {
            check(&format!("select 'x' ~ {pattern}"), &[]).unwrap();
        }
        for pattern in [
            "'((a{1,255}){1,255}){1,255}'",
            "'a{1,25' || '5}'",
            "repeat('(a{9}){9}', 9)",
        ] {
            for query in [
                format!("select 'x' ~* {pattern}"),
                format!("select 'x' similar to {pattern}"),
                format!("select regexp_count('x', {pattern})"),
                format!("select substring('x' from {pattern})"),
            ] {
                check(&query, &[]).unwrap_err();
            }
        }
    }
}
