//! The allow-list in front of model-written SQL: what it does not know, it refuses. The database
//! keeps organisations and people apart without it; the guard stops what rights cannot (memory,
//! settings, catalogs) and turns "permission denied" into a sentence that a model can act on.

mod calls;
mod clauses;
mod expr;
mod fields;
mod functions;
mod gathering;
mod leaves;
mod listed;
mod lists;
mod literals;
mod names;
mod parameters;
mod patterns;
mod query;
mod refusal;
mod series;
mod size;
mod tables;
mod types;

pub use parameters::{LONGEST_PARAMETER, Parameter, ParameterType};
pub use refusal::Refusal;

use query::Walk;
use sqlparser::ast::{Query, Statement};
use sqlparser::dialect::PostgreSqlDialect;
use sqlparser::parser::{Parser, ParserError};
use sqlparser::tokenizer::{Token, TokenWithSpan, Tokenizer};

/// Bounds on the text itself. Chains such as `1+1+1…` nest one level a token without the
/// parser's own recursion limit noticing, so tokens are counted before anything is built.
const MAX_BYTES: usize = 16 * 1024;
const MAX_TOKENS: usize = 3_000;
const MAX_PARSER_DEPTH: usize = 60;

/// A query that passed: printed from the tree that was checked, so that what runs is what was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CheckedSql(String);

impl CheckedSql {
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Checks one query against the views that exist.
pub fn check(text: &str, views: &[&str]) -> Result<CheckedSql, Refusal> {
    check_bound(text, views, &[])
}

/// The same for a query with values that are bound when it runs: `:name` for each of them, which
/// becomes `$1` and so on in the order in which they are declared.
pub fn check_bound(
    text: &str,
    views: &[&str],
    parameters: &[Parameter],
) -> Result<CheckedSql, Refusal> {
    let mut query = parse(text)?;
    let counts = patterns::counts_in(&tokens(text)?);
    Walk::new(views, parameters, counts).query(&mut query)?;
    // Nothing but this tree, of which every part was walked, is printed; and as the printer can
    // lose meaning (`- -id` becomes `--id`, a comment), only text that reads back as the very
    // same tree may run.
    let printed = query.to_string();
    match parse(&printed) {
        Ok(again) if again == query => Ok(CheckedSql(printed)),
        _ => Err(Refusal::Ambiguous),
    }
}

fn parse(text: &str) -> Result<Box<Query>, Refusal> {
    match statement(text)? {
        Statement::Query(query) => Ok(query),
        other => Err(Refusal::NotASelect(first_word(&other))),
    }
}

/// The one statement that a text is.
pub(super) fn statement(text: &str) -> Result<Statement, Refusal> {
    if text.len() > MAX_BYTES {
        return Err(Refusal::TooLong { max: MAX_BYTES });
    }
    let statements = Parser::new(&PostgreSqlDialect {})
        .with_recursion_limit(MAX_PARSER_DEPTH)
        .with_tokens_with_locations(tokens(text)?)
        .parse_statements()
        .map_err(|error| match error {
            ParserError::RecursionLimitExceeded => Refusal::TooDeep,
            ParserError::TokenizerError(what) | ParserError::ParserError(what) => {
                Refusal::Syntax(what)
            }
        })?;
    match <[Statement; 1]>::try_from(statements) {
        Ok([statement]) => Ok(statement),
        Err(none) if none.is_empty() => Err(Refusal::Empty),
        Err(_) => Err(Refusal::SeveralStatements),
    }
}

fn tokens(text: &str) -> Result<Vec<TokenWithSpan>, Refusal> {
    let mut tokens = Tokenizer::new(&PostgreSqlDialect {}, text)
        .tokenize_with_location()
        .map_err(|error| Refusal::Syntax(error.to_string()))?;
    tokens
        .iter_mut()
        .for_each(|token| literals::sound(&mut token.token));
    let meaningful = tokens
        .iter()
        .filter(|token| !matches!(token.token, Token::Whitespace(_)))
        .count();
    if meaningful > MAX_TOKENS {
        return Err(Refusal::TooLong { max: MAX_BYTES });
    }
    Ok(tokens)
}

fn first_word(statement: &Statement) -> String {
    let text = statement.to_string();
    text.split_whitespace()
        .next()
        .unwrap_or("this")
        .to_uppercase()
}

#[cfg(test)]
mod tests;
