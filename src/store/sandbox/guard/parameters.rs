//! Values that are bound to a query when it runs, rather than written into its text: what somebody
//! chooses in a filter never becomes SQL.

use super::query::Walk;
use sqlparser::ast::{CastKind, DataType, Expr, Value};

/// A bound text may be no longer than this many bytes; what a query may come to is reckoned with.
pub const LONGEST_PARAMETER: usize = 200;

/// A value that a query names as `:name`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parameter {
    pub name: String,
    pub kind: ParameterType,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ParameterType {
    Text,
    Date,
}

impl Walk<'_> {
    /// What takes the place of a `:name` that is declared: the value of its number, of its type.
    pub(super) fn bound(&mut self, expr: &Expr) -> Option<Expr> {
        let Expr::Value(value) = expr else {
            return None;
        };
        let Value::Placeholder(written) = &value.value else {
            return None;
        };
        let name = written.strip_prefix(':')?;
        let place = self.parameters.iter().position(|one| one.name == name)?;
        let data_type = match self.parameters.get(place)?.kind {
            ParameterType::Text => DataType::Text,
            ParameterType::Date => DataType::Date,
        };
        self.scale.open = LONGEST_PARAMETER as u64;
        Some(Expr::Cast {
            kind: CastKind::Cast,
            expr: Box::new(Expr::value(Value::Placeholder(format!("${}", place + 1)))),
            data_type,
            format: None,
        })
    }
}
