//! Patterns. Of regular expressions Postgres bounds what matching costs, but lets the compiling
//! of counted repetitions within each other, `((a{1,255}){1,255}){1,255}`, take some 200 MB; those
//! of `format` can ask for a billion spaces.

use super::functions;
use super::literals;
use super::refusal::Refusal;
use sqlparser::ast::{BinaryOperator, Expr, Value};
use sqlparser::tokenizer::{Token, TokenWithSpan};

/// Of all repetitions in a pattern, multiplied: a UUID's pattern comes to 6,144.
const MAX_REPETITIONS: u64 = 50_000;

/// Whether anything in a query could make `{1,255}` of other texts: then only a pattern that is
/// written out can be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Counts {
    WrittenOut,
    PutTogether,
}

/// A brace comes from a text that has one, in one spelling or another, from `chr`, and from
/// arrays, which Postgres writes in braces.
pub(super) fn counts_in(tokens: &[TokenWithSpan]) -> Counts {
    let may_make_one = tokens.iter().any(|token| match &token.token {
        Token::SingleQuotedString(text) | Token::EscapedStringLiteral(text) => {
            text.contains('{') || text.contains("\\u")
        }
        Token::Word(word) => {
            let word = word.value.to_ascii_lowercase();
            word == "chr" || word.contains("array") || word.starts_with("regexp_match")
        }
        Token::LBracket => true,
        _ => false,
    });
    if may_make_one {
        Counts::PutTogether
    } else {
        Counts::WrittenOut
    }
}

/// The right side of an operator, where that is a pattern.
pub(super) fn check_operand(
    op: &BinaryOperator,
    right: &Expr,
    counts: Counts,
) -> Result<(), Refusal> {
    use BinaryOperator as Op;
    match op {
        Op::PGRegexMatch | Op::PGRegexIMatch | Op::PGRegexNotMatch | Op::PGRegexNotIMatch => {
            check(right, counts)
        }
        // Postgres takes only what is written out for a path.
        Op::AtAt | Op::AtQuestion => literals::text(right).map_or(Ok(()), check_path),
        _ => Ok(()),
    }
}

/// A JSON path, in which `like_regex` may stand.
pub(super) fn check_path(path: &str) -> Result<(), Refusal> {
    refuse_unless(repetitions(path) <= MAX_REPETITIONS)
}

/// Counts in a pattern have to be written out, and to be few.
pub(super) fn check(pattern: &Expr, counts: Counts) -> Result<(), Refusal> {
    if let Some(text) = literals::text(pattern) {
        return refuse_unless(repetitions(text) <= MAX_REPETITIONS);
    }
    match pattern {
        // Of ANY and ALL.
        Expr::Array(list) => list.elem.iter().try_for_each(|one| check(one, counts)),
        _ => refuse_unless(counts == Counts::WrittenOut || is_number(pattern) || is_plain(pattern)),
    }
}

fn refuse_unless(is_bounded: bool) -> Result<(), Refusal> {
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

/// Where `substring` begins, rather than its pattern.
fn is_number(expr: &Expr) -> bool {
    match expr {
        Expr::Value(value) => matches!(value.value, Value::Number(..)),
        Expr::Position { .. } => true,
        Expr::Nested(inner) | Expr::UnaryOp { expr: inner, .. } => is_number(inner),
        Expr::BinaryOp { left, op, right } => {
            matches!(
                op,
                BinaryOperator::Plus
                    | BinaryOperator::Minus
                    | BinaryOperator::Multiply
                    | BinaryOperator::Divide
            ) && (is_number(left) || is_number(right))
        }
        Expr::Function(call) => functions::plain_name(&call.name)
            .is_ok_and(|name| matches!(name.as_str(), "length" | "strpos" | "char_length")),
        _ => false,
    }
}

/// Texts without braces, joined.
fn is_plain(pattern: &Expr) -> bool {
    match pattern {
        Expr::Nested(inner) => is_plain(inner),
        Expr::BinaryOp {
            left,
            op: BinaryOperator::StringConcat,
            right,
        } => is_plain(left) && is_plain(right),
        _ => literals::text(pattern).is_some_and(|text| !text.contains('{')),
    }
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
            "$$^a{2,5}$$",
            "any(array['a{2}', 'b{3}'])",
            "('^' || t.p) from (select 'a' as p) t",
        ] {
            check(&format!("select 'x' ~ {pattern}"), &[]).unwrap();
        }
        for query in [
            "select substring('a@b' from position('@' in 'a@b') + 1), array[1]",
            "select substring('a@b', strpos('a@b', '@') + 1, 3), '{}'::jsonb",
            "select 'x' ~ ('a' || 'b'), array[1]",
            "select to_tsvector('a') @@ to_tsquery('a & b'), '{\"a\": 1}'::jsonb @? '$.a'",
            "select jsonb_path_exists('{}', '$ ? (@ like_regex \"^a{2,3}$\")')",
        ] {
            check(query, &[]).unwrap();
        }
        for pattern in [
            "'((a{1,255}){1,255}){1,255}'",
            "'a{1,25' || '5}'",
            "repeat('(a{9}){9}', 9)",
            "$$((a{1,255}){1,255}){1,255}$$",
            "E'((a{1,255}){1,255}){1,255}'",
            "('((a{1,255}){1,255}){1,255}')",
            "(select '((a{1,255}){1,255}){1,255}')",
            "('(a' || chr(123) || '1,255' || chr(125) || ')')",
            "('(a' || array[1, 255]::text || ')')",
            "('(a' || ('\"\\u007b1,255\\u007d\"'::jsonb ->> 0) || ')')",
        ] {
            for query in [
                format!("select 'x' ~* {pattern}"),
                format!("select 'x' similar to {pattern}"),
                format!("select regexp_count('x', {pattern})"),
                format!("select substring('x' from {pattern})"),
            ] {
                assert!(check(&query, &[]).is_err(), "{query}");
            }
        }
        let tower = "((a{1,255}){1,255}){1,255}";
        for query in [
            format!("with p as (select '{tower}' as p) select 'a' ~ p from p"),
            format!("select 'a' ~ v.p from (values ('{tower}')) as v(p)"),
            format!("select 'a' ~ any(array['{tower}'])"),
            format!("select 'a' !~* all(array['b', '{tower}'])"),
            format!("select regexp_like(pattern => '{tower}', string => 'a')"),
            format!("select jsonb_path_exists('1', '$ ? (@ like_regex \"{tower}\")')"),
            format!("select jsonb_path_query('1', '$ ? (@ like_regex \"{tower}\")')"),
            format!("select '1'::jsonb @? '$ ? (@ like_regex \"{tower}\")'"),
            format!("select '1'::jsonb @@ ('$ like_regex \"{tower}\"')"),
        ] {
            assert!(check(&query, &[]).is_err(), "{query}");
        }
    }
}
