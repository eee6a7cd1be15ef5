//! The leaves of an expression: columns, literals, operators, parts of dates.

use super::functions;
use super::names::{absent, column_name};
use super::refusal::Refusal;
use sqlparser::ast::{BinaryOperator, DateTimeField, Ident, UnaryOperator, Value};

type Checked = Result<(), Refusal>;

/// Words that look like a column but are calls that tell who is connected.
pub(super) fn bare_column(ident: &Ident) -> Checked {
    const CALLS: &[&str] = &[
        "current_catalog",
        "current_role",
        "current_schema",
        "current_user",
        "session_user",
        "system_user",
        "user",
    ];
    let word = ident.value.to_ascii_lowercase();
    if ident.quote_style.is_none() && CALLS.contains(&word.as_str()) {
        return Err(functions::unavailable(&word));
    }
    column_name(ident)
}

pub(super) fn date_field(field: &DateTimeField) -> Checked {
    match field {
        // In quotes, as Postgres takes it, too.
        DateTimeField::Custom(ident)
            if ident.quote_style == Some('\'')
                && ident.value.bytes().all(|byte| byte.is_ascii_alphabetic()) =>
        {
            Ok(())
        }
        DateTimeField::Custom(ident) | DateTimeField::Week(Some(ident)) => column_name(ident),
        // A word of the grammar, printed as it came; Postgres knows which it takes.
        _ => Ok(()),
    }
}

/// Of texts only the spellings that `literals::sound` leaves.
pub(super) fn literal(value: &Value) -> Checked {
    match value {
        Value::Number(_, is_long) => absent(!*is_long, "a number with a suffix"),
        Value::Boolean(_) | Value::Null => Ok(()),
        Value::SingleQuotedString(text) | Value::EscapedStringLiteral(text) => {
            if text.contains('\0') {
                return Err(Refusal::construct(
                    "A text with a zero byte",
                    "Leave it out.",
                ));
            }
            Ok(())
        }
        Value::Placeholder(_) => Err(Refusal::construct(
            "A placeholder such as $1 or :name that is not declared",
            "Write the value itself.",
        )),
        Value::DollarQuotedString(_)
        | Value::TripleSingleQuotedString(_)
        | Value::TripleDoubleQuotedString(_)
        | Value::UnicodeStringLiteral(_)
        | Value::SingleQuotedByteStringLiteral(_)
        | Value::DoubleQuotedByteStringLiteral(_)
        | Value::TripleSingleQuotedByteStringLiteral(_)
        | Value::TripleDoubleQuotedByteStringLiteral(_)
        | Value::SingleQuotedRawStringLiteral(_)
        | Value::DoubleQuotedRawStringLiteral(_)
        | Value::TripleSingleQuotedRawStringLiteral(_)
        | Value::TripleDoubleQuotedRawStringLiteral(_)
        | Value::NationalStringLiteral(_)
        | Value::QuoteDelimitedStringLiteral(_)
        | Value::NationalQuoteDelimitedStringLiteral(_)
        | Value::HexStringLiteral(_)
        | Value::DoubleQuotedString(_) => Err(Refusal::construct(
            "This way to quote a text",
            "Use plain single quotes.",
        )),
    }
}

pub(super) fn operator(op: &BinaryOperator) -> Checked {
    use BinaryOperator as Op;
    match op {
        Op::Plus
        | Op::Minus
        | Op::Multiply
        | Op::Divide
        | Op::Modulo
        | Op::StringConcat
        | Op::Gt
        | Op::Lt
        | Op::GtEq
        | Op::LtEq
        | Op::Eq
        | Op::NotEq
        | Op::And
        | Op::Or
        | Op::PGExp
        | Op::PGOverlap
        | Op::PGRegexMatch
        | Op::PGRegexIMatch
        | Op::PGRegexNotMatch
        | Op::PGRegexNotIMatch
        | Op::PGLikeMatch
        | Op::PGILikeMatch
        | Op::PGNotLikeMatch
        | Op::PGNotILikeMatch
        | Op::PGStartsWith
        | Op::Arrow
        | Op::LongArrow
        | Op::HashArrow
        | Op::HashLongArrow
        | Op::AtAt
        | Op::AtArrow
        | Op::ArrowAt
        | Op::AtQuestion
        | Op::Question
        | Op::QuestionAnd
        | Op::QuestionPipe
        | Op::Overlaps => Ok(()),
        Op::Spaceship
        | Op::Xor
        | Op::BitwiseOr
        | Op::BitwiseAnd
        | Op::BitwiseXor
        | Op::DuckIntegerDivide
        | Op::MyIntegerDivide
        | Op::Match
        | Op::Regexp
        | Op::Glob
        | Op::Custom(_)
        | Op::PGBitwiseXor
        | Op::PGBitwiseShiftLeft
        | Op::PGBitwiseShiftRight
        | Op::PGCustomBinaryOperator(_)
        | Op::HashMinus
        | Op::DoubleHash
        | Op::LtDashGt
        | Op::AndLt
        | Op::AndGt
        | Op::LtLtPipe
        | Op::PipeGtGt
        | Op::AndLtPipe
        | Op::PipeAndGt
        | Op::LtCaret
        | Op::GtCaret
        | Op::QuestionHash
        | Op::QuestionDash
        | Op::QuestionDashPipe
        | Op::QuestionDoublePipe
        | Op::At
        | Op::TildeEq
        | Op::Assignment => Err(rare_operator()),
    }
}

pub(super) fn unary_operator(op: &UnaryOperator) -> Checked {
    match op {
        UnaryOperator::Plus | UnaryOperator::Minus | UnaryOperator::Not => Ok(()),
        UnaryOperator::AtDashAt
        | UnaryOperator::BangNot
        | UnaryOperator::BitwiseNot
        | UnaryOperator::DoubleAt
        | UnaryOperator::Hash
        | UnaryOperator::PGAbs
        | UnaryOperator::PGCubeRoot
        | UnaryOperator::PGPostfixFactorial
        | UnaryOperator::PGPrefixFactorial
        | UnaryOperator::PGSquareRoot
        | UnaryOperator::QuestionDash
        | UnaryOperator::QuestionPipe => Err(rare_operator()),
    }
}

fn rare_operator() -> Refusal {
    Refusal::construct(
        "This operator",
        "Arithmetic, comparison, LIKE, regular expressions, || and the JSON, array and text search operators are allowed.",
    )
}
