//! How large a value can become, read off the text of a query. Postgres bounds how long a query
//! runs, not how much memory it takes, and `replace` of a `repeat` in a WITH query, doubled a few
//! times by `||`, makes gigabytes of one letter within a second. So every expression is weighed:
//! a column counts as a long text, a literal as itself, and what calls make of them by rule.

use super::literals;
use super::refusal::Refusal;
use sqlparser::ast::{
    BinaryOperator, DataType, ExactNumberInfo, Expr, FunctionArg, Ident, ObjectNamePart, Value,
    visit_expressions,
};
use std::ops::ControlFlow;

/// What a column of a table is taken for. Few hold more, and those that do have room.
pub(super) const COLUMN: u64 = 4 * 1024;
/// One that holds a page or a transcript, where it would be multiplied.
const LONG_COLUMN: u64 = 64 * 1024;
/// What the bounded aggregates of schema `agent` let pass.
pub(super) const GATHERED: u64 = 256 * 1024;
/// A number as text where nothing says how long: `10 ^ 131000` is one.
const LONGEST_NUMBER: u64 = 132 * 1024;
const SMALL: u64 = 64;
const MAX_VALUE: u64 = 8 * 1024 * 1024;
/// Of all that one query computes: constants are computed before the first row, and kept.
const MAX_TOGETHER: u64 = 256 * 1024 * 1024;
/// Of the whole query, with every column of a subquery replaced by what it stands for, which is
/// what the planner does: a column used eight times on each of eight levels is ten million nodes.
const MAX_NODES: u64 = 100_000;
/// Steps of a plan that may each fill their share of memory: joins, sorts, groupings.
const MAX_STEPS: usize = 64;

/// What a subquery, WITH query or table hands to the outside.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Row {
    pub(super) widest: u64,
    pub(super) whole: u64,
    /// Of the largest expression that the planner puts in a column's place.
    pub(super) nodes: u64,
}

impl Row {
    pub(super) const VIEW: Self = Self {
        widest: COLUMN,
        whole: 32 * COLUMN,
        nodes: 1,
    };

    pub(super) fn of(value: u64) -> Self {
        Self {
            widest: value,
            whole: value,
            nodes: 1,
        }
    }

    /// Of a subquery that the planner does not take apart: its columns are computed once.
    pub(super) fn kept_apart(self, is_kept: bool) -> Self {
        let nodes = if is_kept { 1 } else { self.nodes };
        Self { nodes, ..self }
    }

    pub(super) fn add(&mut self, value: u64) {
        self.widest = self.widest.max(value);
        self.whole = self.whole.saturating_add(value);
    }

    pub(super) fn or(self, other: Self) -> Self {
        Self {
            widest: self.widest.max(other.widest),
            whole: self.whole.max(other.whole),
            nodes: self.nodes.max(other.nodes),
        }
    }
}

/// The sizes in sight while a query is walked.
#[derive(Debug, Default)]
pub(super) struct Scale {
    /// Of the expressions walked since the enclosing one began, together.
    pub(super) open: u64,
    together: u64,
    pub(super) nodes: u64,
    steps: usize,
    /// The tables of each SELECT around this place, innermost last.
    scopes: Vec<Vec<(String, Row)>>,
}

impl Scale {
    pub(super) fn enter(&mut self) {
        self.scopes.push(Vec::new());
    }

    pub(super) fn leave(&mut self) -> Row {
        let tables = self.scopes.pop().unwrap_or_default();
        tables
            .into_iter()
            .fold(Row::default(), |all, (_, row)| all.or(row))
    }

    pub(super) fn table(&mut self, alias: Option<String>, row: Row) {
        if let Some(scope) = self.scopes.last_mut() {
            scope.push((alias.unwrap_or_default(), row));
        }
    }

    /// All columns of the tables of this SELECT.
    pub(super) fn all_columns(&self) -> Row {
        let mut all = Row::default();
        for (_, row) in self.scopes.last().into_iter().flatten() {
            all.widest = all.widest.max(row.widest);
            all.whole = all.whole.saturating_add(row.whole);
            all.nodes = all.nodes.max(row.nodes);
        }
        all
    }

    /// A table by its name, or everything in sight.
    pub(super) fn columns_of(&self, name: &str) -> Row {
        self.named(name).unwrap_or_else(|| self.in_sight())
    }

    fn named(&self, name: &str) -> Option<Row> {
        let mut tables = self.scopes.iter().rev().flatten();
        tables.find(|(alias, _)| alias == name).map(|(_, row)| *row)
    }

    fn in_sight(&self) -> Row {
        let tables = self.scopes.iter().flatten();
        tables.fold(Row::default(), |all, (_, row)| all.or(*row))
    }

    /// A column, or a table's whole row where its name stands for one.
    pub(super) fn column(&mut self, parts: &[Ident]) -> u64 {
        let (row, is_whole) = match parts {
            [name] => match self.named(&super::names::folded(name)) {
                Some(row) => (row, true),
                None => (self.in_sight(), false),
            },
            [table, ..] => (self.columns_of(&super::names::folded(table)), false),
            [] => return 0,
        };
        self.nodes = self.nodes.saturating_add(row.nodes);
        if is_whole { row.whole } else { row.widest }
    }

    /// Counts what was computed, or refuses it.
    pub(super) fn weigh(&mut self, size: u64) -> Result<u64, Refusal> {
        self.together = self.together.saturating_add(size);
        self.nodes = self.nodes.saturating_add(1);
        if size > MAX_VALUE || self.together > MAX_TOGETHER || self.nodes > MAX_NODES {
            return Err(Refusal::TooBig);
        }
        Ok(size)
    }

    pub(super) fn step(&mut self, steps: usize) -> Result<(), Refusal> {
        self.steps = self.steps.saturating_add(steps);
        if self.steps > MAX_STEPS {
            return Err(Refusal::TooManySteps { max: MAX_STEPS });
        }
        Ok(())
    }
}

/// What an expression comes to whose parts come to `parts`. Calls are weighed by `of_call`.
pub(super) fn of_expr(expr: &Expr, parts: u64, scale: &mut Scale) -> u64 {
    match expr {
        Expr::Identifier(name) => scale.column(std::slice::from_ref(name)),
        Expr::CompoundIdentifier(names) => scale.column(names),
        Expr::Value(value) => of_literal(&value.value),
        Expr::TypedString(typed) => of_cast(&typed.data_type, of_literal(&typed.value.value)),
        Expr::Cast { data_type, .. } => of_cast(data_type, parts),
        Expr::BinaryOp { op, .. } => match op {
            BinaryOperator::PGExp => LONGEST_NUMBER,
            BinaryOperator::Plus
            | BinaryOperator::Minus
            | BinaryOperator::Multiply
            | BinaryOperator::Divide
            | BinaryOperator::Modulo
            | BinaryOperator::StringConcat
            | BinaryOperator::Arrow
            | BinaryOperator::LongArrow
            | BinaryOperator::HashArrow
            | BinaryOperator::HashLongArrow => parts,
            // Comparisons, in one sense or another.
            _ => 1,
        },
        Expr::IsFalse(_)
        | Expr::IsNotFalse(_)
        | Expr::IsTrue(_)
        | Expr::IsNotTrue(_)
        | Expr::IsNull(_)
        | Expr::IsNotNull(_)
        | Expr::IsUnknown(_)
        | Expr::IsNotUnknown(_)
        | Expr::IsDistinctFrom(..)
        | Expr::IsNotDistinctFrom(..)
        | Expr::InList { .. }
        | Expr::InSubquery { .. }
        | Expr::Between { .. }
        | Expr::AnyOp { .. }
        | Expr::AllOp { .. }
        | Expr::Like { .. }
        | Expr::ILike { .. }
        | Expr::SimilarTo { .. }
        | Expr::Exists { .. } => 1,
        Expr::Interval(_) | Expr::Extract { .. } | Expr::Position { .. } => SMALL,
        Expr::Substring {
            substring_for: Some(length),
            ..
        } => parts.min(of_width(length)),
        _ => parts,
    }
}

fn of_literal(value: &Value) -> u64 {
    match value {
        Value::SingleQuotedString(text) | Value::EscapedStringLiteral(text) => text.len() as u64,
        Value::Number(digits, _) if digits.contains(['e', 'E']) => LONGEST_NUMBER,
        Value::Number(digits, _) => digits.len() as u64,
        _ => SMALL,
    }
}

fn of_cast(data_type: &DataType, from: u64) -> u64 {
    use DataType as T;
    let with_quotes_doubled = from.saturating_mul(2).saturating_add(SMALL);
    match data_type {
        T::Text
        | T::Character(_)
        | T::Char(_)
        | T::CharacterVarying(_)
        | T::CharVarying(_)
        | T::Varchar(_) => with_quotes_doubled,
        T::Numeric(ExactNumberInfo::None)
        | T::Decimal(ExactNumberInfo::None)
        | T::Dec(ExactNumberInfo::None) => LONGEST_NUMBER,
        T::JSON | T::JSONB | T::TsVector | T::TsQuery | T::Array(_) => {
            from.saturating_mul(8).saturating_add(SMALL)
        }
        T::Custom(..) => with_quotes_doubled,
        _ => 1_000 + SMALL,
    }
}

/// What a call comes to; `sizes` are those of its arguments.
pub(super) fn of_call(name: &str, args: &[FunctionArg], sizes: &[u64]) -> u64 {
    let sum = sizes.iter().copied().fold(SMALL, u64::saturating_add);
    let size = |place: usize| sizes.get(place).copied().unwrap_or(0);
    let given = |place| args.get(place).and_then(super::functions::argument);
    let width = |place| given(place).map_or(u64::MAX, of_width);
    let long = |size| given(0).map_or(size, |text| of_multiplied(text, size));
    // Each piece of the one may bring the whole of the other.
    let times = |one: u64, other: u64| one.saturating_add(1).saturating_mul(other.max(1));
    match name {
        "count" | "length" | "char_length" | "character_length" | "octet_length" | "strpos"
        | "cardinality" | "array_length" | "jsonb_array_length" | "json_array_length"
        | "date_trunc" | "date_part" | "row_number" | "rank" | "dense_rank" => SMALL,
        "repeat" => match given(1).and_then(whole_number) {
            Some(count) => long(size(0)).saturating_mul(count),
            None => u64::MAX,
        },
        "lpad" | "rpad" => width(1),
        "left" | "right" => sum.min(width(1)),
        "substr" | "substring" if args.len() == 3 => sum.min(width(2)),
        "replace" => {
            let size = |place| {
                if place == 0 {
                    long(size(0))
                } else {
                    size(place)
                }
            };
            let searched = given(1)
                .and_then(literals::text)
                .map_or(1, |text| text.len().max(1));
            times(size(0), size(2).div_ceil(searched as u64))
        }
        "regexp_replace" => times(long(size(0)), size(2)),
        "array_replace" => times(size(0), size(2)),
        "array_to_string" => times(size(0), size(1).saturating_add(size(2)) / 4 + 1),
        "concat_ws" => sum.saturating_add(size(0).saturating_mul(sizes.len() as u64)),
        "string_to_array"
        | "regexp_split_to_array"
        | "regexp_match"
        | "regexp_matches"
        | "regexp_split_to_table"
        | "string_to_table" => sum.saturating_mul(24),
        "to_json" | "to_jsonb" | "row_to_json" | "json_build_object" | "jsonb_build_object"
        | "json_build_array" | "jsonb_build_array" => sum.saturating_mul(6),
        "to_char" => size(1).saturating_mul(12).saturating_add(SMALL),
        "format" => {
            let pattern = given(0).and_then(literals::text).unwrap_or_default();
            let places = pattern.matches('%').count() as u64;
            sum.saturating_mul(2).saturating_mul(places.max(1))
        }
        "ts_headline" => times(sum, sizes.last().copied().unwrap_or(0)),
        "jsonb_path_query" | "jsonb_path_query_array" | "jsonb_path_query_first" => {
            times(size(0), size(1))
        }
        "power" | "pow" | "exp" => LONGEST_NUMBER,
        _ if super::gathering::GATHERING.contains(&name) => GATHERED,
        _ => sum,
    }
}

/// A text of so much that is about to be repeated or replaced piece by piece: of columns there
/// that are not cut short, each is taken for a long one.
fn of_multiplied(text: &Expr, size: u64) -> u64 {
    match text {
        Expr::Nested(inner) => of_multiplied(inner, size),
        Expr::Substring {
            substring_for: Some(_),
            ..
        } => size,
        Expr::Function(call)
            if super::functions::plain_name(&call.name)
                .is_ok_and(|name| matches!(name.as_str(), "left" | "right")) =>
        {
            size
        }
        _ => {
            let mut columns = 0_u64;
            let _ = visit_expressions(text, |part| {
                let is_column = matches!(part, Expr::Identifier(_) | Expr::CompoundIdentifier(_));
                columns += u64::from(is_column);
                ControlFlow::<()>::Continue(())
            });
            size.max(columns.saturating_mul(LONG_COLUMN))
        }
    }
}

/// Bytes of so many characters.
fn of_width(characters: &Expr) -> u64 {
    whole_number(characters).map_or(u64::MAX, |count| count.saturating_mul(4))
}

fn whole_number(expr: &Expr) -> Option<u64> {
    match expr {
        Expr::Value(value) => match &value.value {
            Value::Number(digits, false) => digits.parse().ok(),
            _ => None,
        },
        _ => None,
    }
}

/// How many groupings `GROUP BY` of this expression makes.
pub(super) fn groupings(expr: &Expr) -> usize {
    match expr {
        Expr::Cube(sets) => 1_usize
            .checked_shl(sets.len().min(32) as u32)
            .unwrap_or(usize::MAX),
        Expr::Rollup(sets) => sets.len() + 1,
        Expr::GroupingSets(sets) => sets.len(),
        _ => 0,
    }
}

pub(super) fn last_name(parts: &[ObjectNamePart]) -> String {
    match parts.last() {
        Some(ObjectNamePart::Identifier(name)) => super::names::folded(name),
        _ => String::new(),
    }
}
