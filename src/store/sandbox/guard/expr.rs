//! Walks expressions, every kind of them by name.

use super::leaves::{bare_column, date_field, literal, operator, unary_operator};
use super::lists;
use super::names::{absent, qualifier};
use super::patterns;
use super::query::Walk;
use super::refusal::Refusal;
use super::size;
use super::types;
use sqlparser::ast::{
    Array, CaseWhen, CastKind, CeilFloorKind, DateTimeField, Expr, ExtractSyntax, Interval, Query,
    TypedString,
};

type Checked = Result<(), Refusal>;

impl Walk<'_> {
    pub(super) fn exprs(&mut self, exprs: &mut [Expr]) -> Checked {
        exprs.iter_mut().try_for_each(|expr| self.expr(expr))
    }

    pub(super) fn each<'e>(
        &mut self,
        exprs: impl IntoIterator<Item = &'e mut Box<Expr>>,
    ) -> Checked {
        exprs.into_iter().try_for_each(|expr| self.expr(expr))
    }

    pub(super) fn expr(&mut self, expr: &mut Expr) -> Checked {
        let before = std::mem::take(&mut self.scale.open);
        self.deeper(|walk| walk.expr_kind(expr))?;
        let size = size::of_expr(expr, self.scale.open, &mut self.scale);
        self.scale.open = before.saturating_add(self.scale.weigh(size)?);
        Ok(())
    }

    /// Walks it and says what it comes to.
    pub(super) fn sized(&mut self, expr: &mut Expr) -> Result<u64, Refusal> {
        let before = std::mem::take(&mut self.scale.open);
        self.expr(expr)?;
        Ok(std::mem::replace(&mut self.scale.open, before))
    }

    fn subquery(&mut self, query: &mut Query) -> Checked {
        self.scale.step(1)?;
        let before = std::mem::take(&mut self.scale.open);
        let row = self.query(query)?;
        self.scale.open = before.saturating_add(row.widest);
        Ok(())
    }

    fn expr_kind(&mut self, expr: &mut Expr) -> Checked {
        if let Some(bound) = self.bound(expr) {
            *expr = bound;
            return Ok(());
        }
        lists::each_pattern(expr);
        match expr {
            Expr::Identifier(ident) => bare_column(ident),
            Expr::CompoundIdentifier(parts) => self.column_of_table(parts),
            Expr::Wildcard(_) => Ok(()),
            Expr::QualifiedWildcard(name, _) => qualifier(name),
            Expr::Value(value) => literal(&value.value),
            Expr::TypedString(TypedString {
                data_type,
                value,
                uses_odbc_syntax,
            }) => {
                absent(!*uses_odbc_syntax, "{d '…'}")?;
                types::check(data_type)?;
                literal(&value.value)
            }
            Expr::Interval(interval) => self.interval(interval),

            Expr::IsFalse(inner)
            | Expr::IsNotFalse(inner)
            | Expr::IsTrue(inner)
            | Expr::IsNotTrue(inner)
            | Expr::IsNull(inner)
            | Expr::IsNotNull(inner)
            | Expr::IsUnknown(inner)
            | Expr::IsNotUnknown(inner)
            | Expr::Nested(inner) => self.expr(inner),
            Expr::IsDistinctFrom(left, right) | Expr::IsNotDistinctFrom(left, right) => {
                self.each([left, right])
            }
            Expr::InList {
                expr,
                list,
                negated: _,
            } => {
                self.expr(expr)?;
                self.exprs(list)
            }
            Expr::InSubquery {
                expr,
                subquery,
                negated: _,
            } => {
                self.expr(expr)?;
                self.subquery(subquery)
            }
            Expr::Between {
                expr,
                negated: _,
                low,
                high,
            } => self.each([expr, low, high]),
            Expr::BinaryOp { left, op, right } => {
                operator(op)?;
                patterns::check_operand(op, right, self.counts)?;
                self.each([left, right])
            }
            Expr::AnyOp {
                left,
                compare_op,
                right,
                is_some: _,
            }
            | Expr::AllOp {
                left,
                compare_op,
                right,
            } => {
                operator(compare_op)?;
                patterns::check_operand(compare_op, right, self.counts)?;
                self.each([left, right])
            }
            Expr::UnaryOp { op, expr } => {
                unary_operator(op)?;
                self.expr(expr)
            }
            Expr::Like {
                negated: _,
                any: _,
                expr,
                pattern,
                escape_char,
            }
            | Expr::ILike {
                negated: _,
                any: _,
                expr,
                pattern,
                escape_char,
            } => {
                self.each([expr, pattern])?;
                self.each(escape_char)
            }
            Expr::SimilarTo {
                negated: _,
                expr,
                pattern,
                escape_char,
            } => {
                patterns::check(pattern, self.counts)?;
                self.each([expr, pattern])?;
                self.each(escape_char)
            }
            Expr::Cast {
                kind,
                expr,
                data_type,
                format,
            } => {
                match kind {
                    CastKind::Cast | CastKind::DoubleColon => {}
                    CastKind::TryCast | CastKind::SafeCast => {
                        return Err(Refusal::construct("TRY_CAST", "Use CAST or ::."));
                    }
                }
                absent(format.is_none(), "CAST … FORMAT")?;
                types::check(data_type)?;
                self.expr(expr)
            }
            Expr::AtTimeZone {
                timestamp,
                time_zone,
            } => self.each([timestamp, time_zone]),
            Expr::Extract {
                field,
                syntax,
                expr,
            } => {
                absent(
                    matches!(syntax, ExtractSyntax::From),
                    "EXTRACT with a comma",
                )?;
                date_field(field)?;
                self.expr(expr)
            }
            Expr::Ceil { expr, field } | Expr::Floor { expr, field } => {
                match field {
                    CeilFloorKind::DateTimeField(DateTimeField::NoDateTime) => {}
                    CeilFloorKind::DateTimeField(_) | CeilFloorKind::Scale(_) => {
                        return Err(Refusal::construct(
                            "CEIL or FLOOR with a scale",
                            "Use round(value, digits) or date_trunc().",
                        ));
                    }
                }
                self.expr(expr)
            }
            Expr::Position { expr, r#in } => self.each([expr, r#in]),
            Expr::Substring {
                expr,
                substring_from,
                substring_for,
                special: _,
                shorthand: _,
            } => {
                substring_from
                    .iter()
                    .try_for_each(|from| patterns::check(from, self.counts))?;
                self.expr(expr)?;
                self.each(substring_from)?;
                self.each(substring_for)
            }
            Expr::Trim {
                trim_where: _,
                trim_what,
                expr,
                trim_characters,
            } => {
                self.expr(expr)?;
                self.each(trim_what)?;
                trim_characters
                    .iter_mut()
                    .try_for_each(|list| self.exprs(list))
            }
            Expr::Overlay {
                expr,
                overlay_what,
                overlay_from,
                overlay_for,
            } => {
                self.each([expr, overlay_what, overlay_from])?;
                self.each(overlay_for)
            }
            Expr::Function(function) => self.function(function),
            Expr::Case {
                case_token: _,
                end_token: _,
                operand,
                conditions,
                else_result,
            } => {
                self.each(operand)?;
                for CaseWhen { condition, result } in conditions {
                    self.expr(condition)?;
                    self.expr(result)?;
                }
                self.each(else_result)
            }
            Expr::Exists {
                subquery,
                negated: _,
            } => self.subquery(subquery),
            Expr::Subquery(subquery) => self.subquery(subquery),
            Expr::GroupingSets(sets) | Expr::Cube(sets) | Expr::Rollup(sets) => {
                sets.iter_mut().try_for_each(|set| self.exprs(set))
            }
            Expr::Tuple(exprs) => self.exprs(exprs),
            Expr::Array(Array { elem, named: _ }) => self.exprs(elem),
            Expr::CompoundFieldAccess { root, access_chain } => {
                self.field_access(root, access_chain)
            }

            Expr::JsonAccess { .. } => Err(Refusal::construct(
                "value:path",
                "Read JSON with -> and ->>.",
            )),
            Expr::Convert { .. } => Err(Refusal::construct("CONVERT", "Use CAST or ::.")),
            Expr::RLike { .. } => Err(Refusal::construct("RLIKE or REGEXP", "Use ~ or ~*.")),
            Expr::Collate { .. } => Err(Refusal::construct(
                "COLLATE",
                "Leave it out, or compare with lower().",
            )),
            Expr::Prefixed { .. } => Err(Refusal::construct(
                "A literal with a prefix",
                "Use a plain quoted text.",
            )),
            Expr::IsJson { .. }
            | Expr::IsNormalized { .. }
            | Expr::InUnnest { .. }
            | Expr::Struct { .. }
            | Expr::Named { .. }
            | Expr::Dictionary(_)
            | Expr::Map(_)
            | Expr::MatchAgainst { .. }
            | Expr::OuterJoin(_)
            | Expr::Prior(_)
            | Expr::Lambda(_)
            | Expr::MemberOf(_) => Err(Refusal::foreign("this kind of expression")),
        }
    }

    fn interval(&mut self, interval: &mut Interval) -> Checked {
        let Interval {
            value,
            leading_field,
            leading_precision,
            last_field,
            fractional_seconds_precision,
        } = interval;
        absent(
            leading_precision.is_none() && fractional_seconds_precision.is_none(),
            "INTERVAL with a precision",
        )?;
        for field in [leading_field, last_field].into_iter().flatten() {
            date_field(field)?;
        }
        if !matches!(value.as_ref(), Expr::Value(_)) {
            return Err(Refusal::construct(
                "INTERVAL with a computed value",
                "Write a quoted one, such as n * interval '1 day'.",
            ));
        }
        self.expr(value)
    }
}
