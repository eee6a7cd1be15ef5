//! Why a query was refused, in words that let the model write a better one.

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    #[error("The query is empty. Write one SELECT.")]
    Empty,
    #[error(
        "The query is too long (at most {max} bytes and about 3,000 words and signs). \
         Write a shorter one, or split the question into several queries."
    )]
    TooLong { max: usize },
    #[error(
        "A value in this query could fill the database's memory. Shorten texts with \
         left(column, 200) before they are repeated, replaced or joined, and do so in fewer steps."
    )]
    TooBig,
    #[error(
        "The query has too many joins, groupings and sorts (at most {max}). Split the question \
         into several queries."
    )]
    TooManySteps { max: usize },
    #[error("The query is nested too deeply. Use WITH to name the steps instead.")]
    TooDeep,
    #[error("The query does not parse: {0}. Use plain PostgreSQL.")]
    Syntax(String),
    #[error(
        "{0} is not allowed: only a single SELECT (or WITH … SELECT) can run, and nothing can be \
         changed here."
    )]
    NotASelect(String),
    #[error("Only one statement can run at a time. Send each SELECT as its own query.")]
    SeveralStatements,
    #[error("There is no table `{name}`. Available: {available}.")]
    UnknownTable { name: String, available: String },
    #[error("The name {name} cannot be used here: {why}.")]
    Name { name: String, why: &'static str },
    #[error("The function {name}() is not available. {instead}")]
    Function { name: String, instead: &'static str },
    #[error("{name}() is allowed only within bounds: {bound}.")]
    Unbounded { name: String, bound: &'static str },
    #[error(
        "The type {0} is not available. Use text, numeric, integer, boolean, date, time, timestamptz, interval, uuid, jsonb, or an array of these."
    )]
    Type(String),
    #[error("{what} is not allowed. {instead}")]
    Construct {
        what: &'static str,
        instead: &'static str,
    },
    #[error(
        "semantic_embed() is not available yet. Search text with ILIKE or \
         to_tsvector('english', …) @@ websearch_to_tsquery('english', '…') instead."
    )]
    SemanticSearch,
    #[error(
        "The query reads in two ways. Put parentheses around negative values, such as -(-1), \
         and try again."
    )]
    Ambiguous,
}

impl Refusal {
    pub fn construct(what: &'static str, instead: &'static str) -> Self {
        Self::Construct { what, instead }
    }

    /// For grammar of other databases, and corners of Postgres that analysis does without.
    pub fn foreign(what: &'static str) -> Self {
        Self::construct(what, "Write it in plain PostgreSQL.")
    }
}
