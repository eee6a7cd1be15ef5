//! What can come of a query besides rows. Everything but `Store` is for the model: what went
//! wrong and what to do instead, and nothing about servers, roles or other organisations.

use super::guard::Refusal;
use super::session::BEFORE_QUERY;
use crate::store::db::StoreError;
use sqlx::postgres::{PgDatabaseError, PgErrorPosition};

#[derive(Debug, thiserror::Error)]
pub enum QueryError {
    #[error("Refused. {0}")]
    Refused(#[from] Refusal),
    #[error("PostgreSQL says: {0}")]
    Wrong(String),
    #[error(
        "The query took longer than {seconds} seconds and was stopped. Narrow it with WHERE \
         (a shorter period, one account), join on ids, or aggregate in smaller steps."
    )]
    TooSlow { seconds: u64 },
    #[error(
        "The query needed too much memory or disk space and was stopped. Filter earlier, and \
         avoid joins without a condition."
    )]
    TooBig,
    #[error("Too many queries are running right now. Try this one again in a moment.")]
    Busy,
    /// Not the query's fault; another try may work.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl QueryError {
    /// Whether the model can do something about it, as opposed to the operator.
    pub fn is_for_model(&self) -> bool {
        !matches!(self, Self::Store(_))
    }

    pub(super) fn from_query(error: sqlx::Error, sql: &str, seconds: u64) -> Self {
        let Some(db) = error
            .as_database_error()
            .and_then(|db| db.try_downcast_ref::<PgDatabaseError>())
        else {
            return Self::Store(error.into());
        };
        match db.code() {
            "57014" => Self::TooSlow { seconds },
            // The last is the stack.
            "53100" | "53200" | "53400" | "54001" => Self::TooBig,
            "53300" => Self::Busy,
            "42501" | "25006" => Self::Wrong(
                "this reads or changes something outside the tables that are available".to_owned(),
            ),
            // Syntax and names, values, cardinality, features, limits of a query (so many columns,
            // arguments, entries): said in Postgres's own words, or in ours where an aggregate
            // of schema `agent` says them, which are about this query and the rows it may see.
            code if ["42", "22", "21", "0A", "54"]
                .iter()
                .any(|class| code.starts_with(class)) =>
            {
                Self::Wrong(in_words(db, sql))
            }
            _ => Self::Store(error.into()),
        }
    }
}

fn in_words(db: &PgDatabaseError, sql: &str) -> String {
    let mut words = db.message().to_owned();
    if let Some(place) = place(db, sql) {
        words.push_str(&format!(", at `{place}`"));
    }
    if let Some(hint) = db.hint() {
        words.push_str(&format!(". {hint}"));
    }
    words
}

/// The piece of the query that the error points to.
fn place(db: &PgDatabaseError, sql: &str) -> Option<String> {
    const SHOWN: usize = 40;
    let Some(PgErrorPosition::Original(position)) = db.position() else {
        return None;
    };
    let start = position
        .checked_sub(1)?
        .checked_sub(BEFORE_QUERY.chars().count())?;
    let mut rest = sql.chars().skip(start);
    let shown: String = rest.by_ref().take(SHOWN).collect();
    let more = if rest.next().is_some() { "…" } else { "" };
    (!shown.is_empty()).then(|| format!("{shown}{more}"))
}
