//! Walks the parts of a query that say where rows come from. Every struct is taken apart by
//! name and every enum matched arm by arm: a field or variant that a new parser version brings
//! does not compile until somebody has decided about it.

use super::names::{absent, column_name, folded, qualifier};
use super::refusal::Refusal;
use sqlparser::ast::{
    Cte, Distinct, Fetch, GroupByExpr, GroupByWithModifier, LimitClause, NamedWindowDefinition,
    NamedWindowExpr, Offset, OrderBy, OrderByExpr, OrderByKind, OrderByOptions, OrderBySort, Query,
    Select, SelectFlavor, SelectItem, SelectItemQualifiedWildcardKind, SetExpr, SetOperator,
    SetQuantifier, Values, WildcardAdditionalOptions, With,
};

/// How deep the tree may be. Far above what people write, far below what a stack holds.
const MAX_DEPTH: usize = 200;
pub(super) struct Walk<'a> {
    pub(super) views: &'a [&'a str],
    /// Names of WITH queries that can be seen from here, innermost last.
    pub(super) ctes: Vec<String>,
    depth: usize,
}

type Checked = Result<(), Refusal>;

impl<'a> Walk<'a> {
    pub(super) fn new(views: &'a [&'a str]) -> Self {
        Self {
            views,
            ctes: Vec::new(),
            depth: 0,
        }
    }

    /// Runs `step` one level deeper.
    pub(super) fn deeper(&mut self, step: impl FnOnce(&mut Self) -> Checked) -> Checked {
        if self.depth >= MAX_DEPTH {
            return Err(Refusal::TooDeep);
        }
        self.depth += 1;
        let outcome = step(self);
        self.depth -= 1;
        outcome
    }

    pub(super) fn query(&mut self, query: &mut Query) -> Checked {
        let visible = self.ctes.len();
        let outcome = self.deeper(|walk| walk.query_parts(query));
        self.ctes.truncate(visible);
        outcome
    }

    fn query_parts(&mut self, query: &mut Query) -> Checked {
        let Query {
            with,
            body,
            order_by,
            limit_clause,
            fetch,
            locks,
            for_clause,
            settings,
            format_clause,
            pipe_operators,
        } = query;
        if !locks.is_empty() {
            return Err(Refusal::construct(
                "FOR UPDATE or FOR SHARE",
                "Leave it out: nothing can be locked or changed here.",
            ));
        }
        absent(
            for_clause.is_none()
                && settings.is_none()
                && format_clause.is_none()
                && pipe_operators.is_empty(),
            "FOR XML/JSON, SETTINGS, FORMAT and |> pipes",
        )?;
        if let Some(with) = with {
            self.with(with)?;
        }
        self.set_expr(body)?;
        if let Some(order_by) = order_by {
            self.order_by(order_by)?;
        }
        if let Some(limit) = limit_clause {
            self.limit(limit)?;
        }
        match fetch {
            None => Ok(()),
            Some(Fetch {
                with_ties: _,
                percent,
                quantity,
            }) => {
                absent(!*percent, "FETCH … PERCENT")?;
                quantity.iter_mut().try_for_each(|expr| self.expr(expr))
            }
        }
    }

    fn with(&mut self, with: &mut With) -> Checked {
        let With {
            with_token: _,
            recursive,
            cte_tables,
        } = with;
        if *recursive {
            return Err(Refusal::construct(
                "WITH RECURSIVE",
                "Use plain WITH, joins, or generate_series() with fixed bounds.",
            ));
        }
        for cte in cte_tables {
            let Cte {
                alias,
                query,
                from,
                materialized: _,
                closing_paren_token: _,
            } = cte;
            absent(from.is_none(), "WITH … FROM")?;
            self.query(query)?;
            self.table_alias(alias)?;
            let name = folded(&alias.name);
            if name.starts_with("pg_") {
                return Err(Refusal::Name {
                    name,
                    why: "names that begin with pg_ belong to the database",
                });
            }
            // Only from here on: without RECURSIVE a WITH query does not see itself.
            self.ctes.push(name);
        }
        Ok(())
    }

    fn set_expr(&mut self, body: &mut SetExpr) -> Checked {
        self.deeper(|walk| match body {
            SetExpr::Select(select) => walk.select(select),
            SetExpr::Query(query) => walk.query(query),
            SetExpr::SetOperation {
                left,
                op,
                set_quantifier,
                right,
            } => {
                match op {
                    SetOperator::Union | SetOperator::Except | SetOperator::Intersect => {}
                    SetOperator::Minus => return Err(Refusal::foreign("MINUS")),
                }
                match set_quantifier {
                    SetQuantifier::All | SetQuantifier::Distinct | SetQuantifier::None => {}
                    SetQuantifier::ByName
                    | SetQuantifier::AllByName
                    | SetQuantifier::DistinctByName => return Err(Refusal::foreign("BY NAME")),
                }
                walk.set_expr(left)?;
                walk.set_expr(right)
            }
            SetExpr::Values(Values {
                explicit_row,
                value_keyword,
                rows,
            }) => {
                absent(!*explicit_row && !*value_keyword, "VALUES ROW(…)")?;
                rows.iter_mut()
                    .try_for_each(|row| walk.exprs(&mut row.content))
            }
            SetExpr::Insert(_) | SetExpr::Update(_) | SetExpr::Delete(_) | SetExpr::Merge(_) => {
                Err(Refusal::construct(
                    "INSERT, UPDATE, DELETE or MERGE",
                    "Only SELECT can run, and nothing can be changed here.",
                ))
            }
            SetExpr::Table(_) => Err(Refusal::construct(
                "TABLE name",
                "Write SELECT * FROM name.",
            )),
        })
    }

    fn select(&mut self, select: &mut Select) -> Checked {
        let Select {
            select_token: _,
            optimizer_hints,
            distinct,
            select_modifiers,
            top,
            top_before_distinct: _,
            projection,
            exclude,
            into,
            from,
            lateral_views,
            prewhere,
            selection,
            connect_by,
            group_by,
            cluster_by,
            distribute_by,
            sort_by,
            having,
            named_window,
            qualify,
            window_before_qualify: _,
            value_table_mode,
            flavor,
        } = select;
        if into.is_some() {
            return Err(Refusal::construct(
                "SELECT INTO",
                "Use WITH to name an intermediate result.",
            ));
        }
        absent(
            optimizer_hints.is_empty()
                && select_modifiers.is_none()
                && top.is_none()
                && exclude.is_none()
                && lateral_views.is_empty()
                && prewhere.is_none()
                && connect_by.is_empty()
                && cluster_by.is_empty()
                && distribute_by.is_empty()
                && sort_by.is_empty()
                && qualify.is_none()
                && value_table_mode.is_none()
                && matches!(flavor, SelectFlavor::Standard),
            "a SELECT clause of another database (TOP, QUALIFY, EXCLUDE, hints …)",
        )?;
        match distinct {
            None | Some(Distinct::All | Distinct::Distinct) => {}
            Some(Distinct::On(exprs)) => self.exprs(exprs)?,
        }
        for item in projection {
            self.select_item(item)?;
        }
        for table in from {
            self.table_with_joins(table)?;
        }
        for condition in [selection, having].into_iter().flatten() {
            self.expr(condition)?;
        }
        self.group_by(group_by)?;
        for NamedWindowDefinition(name, window) in named_window {
            column_name(name)?;
            match window {
                NamedWindowExpr::NamedWindow(other) => column_name(other)?,
                NamedWindowExpr::WindowSpec(spec) => self.window_spec(spec)?,
            }
        }
        Ok(())
    }

    fn select_item(&mut self, item: &mut SelectItem) -> Checked {
        match item {
            SelectItem::UnnamedExpr(expr) => self.expr(expr),
            SelectItem::ExprWithAlias { expr, alias } => {
                column_name(alias)?;
                self.expr(expr)
            }
            SelectItem::ExprWithAliases { .. } => Err(Refusal::foreign("AS (a, b)")),
            SelectItem::QualifiedWildcard(kind, options) => {
                plain_wildcard(options)?;
                match kind {
                    SelectItemQualifiedWildcardKind::ObjectName(name) => qualifier(name),
                    SelectItemQualifiedWildcardKind::Expr(expr) => self.expr(expr),
                }
            }
            SelectItem::Wildcard(options) => plain_wildcard(options),
        }
    }

    fn group_by(&mut self, group_by: &mut GroupByExpr) -> Checked {
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
                self.exprs(exprs)
            }
        }
    }

    fn order_by(&mut self, order_by: &mut OrderBy) -> Checked {
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

    fn limit(&mut self, limit: &mut LimitClause) -> Checked {
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

fn plain_wildcard(options: &WildcardAdditionalOptions) -> Checked {
    let WildcardAdditionalOptions {
        wildcard_token: _,
        opt_ilike,
        opt_exclude,
        opt_except,
        opt_replace,
        opt_rename,
        opt_alias,
    } = options;
    absent(
        opt_ilike.is_none()
            && opt_exclude.is_none()
            && opt_except.is_none()
            && opt_replace.is_none()
            && opt_rename.is_none()
            && opt_alias.is_none(),
        "SELECT * with EXCEPT, EXCLUDE, REPLACE or RENAME",
    )
}
