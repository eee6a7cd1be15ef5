//! Walks the clauses at a query's end: GROUP BY, ORDER BY, LIMIT.

use super::names::absent;
use super::query::Walk;
use super::refusal::Refusal;
use super::size;
use sqlparser::ast::{
    GroupByExpr, GroupByWithModifier, LimitClause, Offset, OrderBy, OrderByExpr, OrderByKind,
    OrderByOptions, OrderBySort,
};

type Checked = Result<(), Refusal>;

impl Walk<'_> {
    pub(super) fn group_by(&mut self, group_by: &mut GroupByExpr) -> Checked {
        match group_by {
            GroupByExpr::All(_) => Err(Refusal::construct(
                "GROUP BY ALL",
                "List the columns to group by.",
            )),
            GroupByExpr::Expressions(exprs, modifiers) => {
                for modifier in modifiers {
                    match modifier {
                        GroupByWithModifier::GroupingSets(expr) => self.expr(expr)?,
                        GroupByWithModifier::Rollup
                        | GroupByWithModifier::Cube
                        | GroupByWithModifier::Totals => {
                            return Err(Refusal::construct(
                                "GROUP BY … WITH",
                                "Write GROUP BY ROLLUP (…) or CUBE (…).",
                            ));
                        }
                    }
                }
                self.scale.step(usize::from(!exprs.is_empty()))?;
                self.scale.step(exprs.iter().map(size::groupings).sum())?;
                self.exprs(exprs)
            }
        }
    }

    pub(super) fn order_by(&mut self, order_by: &mut OrderBy) -> Checked {
        let OrderBy { kind, interpolate } = order_by;
        absent(interpolate.is_none(), "INTERPOLATE")?;
        match kind {
            OrderByKind::All(_) => Err(Refusal::construct(
                "ORDER BY ALL",
                "List the columns to order by.",
            )),
            OrderByKind::Expressions(exprs) => self.order_by_exprs(exprs),
        }
    }

    pub(super) fn order_by_exprs(&mut self, exprs: &mut [OrderByExpr]) -> Checked {
        self.scale.step(usize::from(!exprs.is_empty()))?;
        for OrderByExpr {
            expr,
            options,
            with_fill,
        } in exprs
        {
            absent(with_fill.is_none(), "WITH FILL")?;
            let OrderByOptions {
                sort,
                nulls_first: _,
            } = options;
            match sort {
                None | Some(OrderBySort::Asc | OrderBySort::Desc) => {}
                Some(OrderBySort::Using(_)) => {
                    return Err(Refusal::construct("ORDER BY … USING", "Use ASC or DESC."));
                }
            }
            self.expr(expr)?;
        }
        Ok(())
    }

    pub(super) fn limit(&mut self, limit: &mut LimitClause) -> Checked {
        match limit {
            LimitClause::LimitOffset {
                limit,
                offset,
                limit_by,
            } => {
                absent(limit_by.is_empty(), "LIMIT … BY")?;
                limit.iter_mut().try_for_each(|expr| self.expr(expr))?;
                match offset {
                    Some(Offset { value, rows: _ }) => self.expr(value),
                    None => Ok(()),
                }
            }
            LimitClause::OffsetCommaLimit { .. } => {
                Err(Refusal::construct("LIMIT a, b", "Write LIMIT b OFFSET a."))
            }
        }
    }
}
