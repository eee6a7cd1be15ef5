//! Walks the parts of a query that say where rows come from. Every struct is taken apart by
//! name and every enum matched arm by arm: a field or variant that a new parser version brings
//! does not compile until somebody has decided about it.

use super::fields::Source;
use super::names::{absent, column_name, folded, qualifier};
use super::parameters::Parameter;
use super::patterns::Counts;
use super::refusal::Refusal;
use super::size::{self, Row, Scale};
use sqlparser::ast::{
    Cte, CteAsMaterialized, Distinct, Fetch, GroupByExpr, LimitClause, NamedWindowDefinition,
    NamedWindowExpr, OrderBy, Query, Select, SelectFlavor, SelectItem,
    SelectItemQualifiedWildcardKind, SetExpr, SetOperator, SetQuantifier, Values,
    WildcardAdditionalOptions, With,
};

/// How deep the tree may be. Far above what people write, far below what a stack holds.
const MAX_DEPTH: usize = 200;

pub(super) struct Walk<'a> {
    pub(super) views: &'a [&'a str],
    /// What is bound to the query: `:name` stands for each.
    pub(super) parameters: &'a [Parameter],
    /// Whether patterns that are put together could hold counts.
    pub(super) counts: Counts,
    /// WITH queries that can be seen from here and what they hold, innermost last.
    pub(super) ctes: Vec<(String, Row)>,
    /// What stands in FROM around this place, innermost last.
    pub(super) sources: Vec<Source>,
    pub(super) scale: Scale,
    depth: usize,
}

type Checked = Result<(), Refusal>;

impl<'a> Walk<'a> {
    pub(super) fn new(views: &'a [&'a str], parameters: &'a [Parameter], counts: Counts) -> Self {
        Self {
            views,
            parameters,
            counts,
            ctes: Vec::new(),
            sources: Vec::new(),
            scale: Scale::default(),
            depth: 0,
        }
    }

    /// Runs `step` one level deeper.
    pub(super) fn deeper<T>(
        &mut self,
        step: impl FnOnce(&mut Self) -> Result<T, Refusal>,
    ) -> Result<T, Refusal> {
        if self.depth >= MAX_DEPTH {
            return Err(Refusal::TooDeep);
        }
        self.depth += 1;
        let outcome = step(self);
        self.depth -= 1;
        outcome
    }

    pub(super) fn query(&mut self, query: &mut Query) -> Result<Row, Refusal> {
        let (visible, in_from) = (self.ctes.len(), self.sources.len());
        let outcome = self.deeper(|walk| walk.query_parts(query));
        self.ctes.truncate(visible);
        self.sources.truncate(in_from);
        outcome
    }

    fn query_parts(&mut self, query: &mut Query) -> Result<Row, Refusal> {
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
        let (row, read) = self.set_expr(body)?;
        // What is sorted by may come from the tables as well as from the output.
        self.scale.enter();
        self.scale.table(None, row.or(read));
        self.ending(order_by.as_mut(), limit_clause.as_mut(), fetch.as_mut())?;
        self.scale.leave();
        Ok(row.kept_apart(limit_clause.is_some() || fetch.is_some()))
    }

    fn ending(
        &mut self,
        order_by: Option<&mut OrderBy>,
        limit: Option<&mut LimitClause>,
        fetch: Option<&mut Fetch>,
    ) -> Checked {
        if let Some(order_by) = order_by {
            self.order_by(order_by)?;
        }
        if let Some(limit) = limit {
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
                materialized,
                closing_paren_token: _,
            } = cte;
            absent(from.is_none(), "WITH … FROM")?;
            self.scale.step(1)?;
            let row = self.query(query)?;
            self.table_alias(alias)?;
            let name = folded(&alias.name);
            if name.starts_with("pg_") {
                return Err(Refusal::Name {
                    name,
                    why: "names that begin with pg_ belong to the database",
                });
            }
            // Only from here on: without RECURSIVE a WITH query does not see itself.
            let is_kept = matches!(materialized, Some(CteAsMaterialized::Materialized));
            self.ctes.push((name, row.kept_apart(is_kept)));
        }
        Ok(())
    }

    /// What comes out of it, and what its tables hold.
    fn set_expr(&mut self, body: &mut SetExpr) -> Result<(Row, Row), Refusal> {
        self.deeper(|walk| match body {
            SetExpr::Select(select) => walk.select(select),
            SetExpr::Query(query) => Ok((walk.query(query)?, Row::default())),
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
                walk.scale.step(1)?;
                let (left, _) = walk.set_expr(left)?;
                let (right, _) = walk.set_expr(right)?;
                Ok((left.or(right).kept_apart(true), Row::default()))
            }
            SetExpr::Values(Values {
                explicit_row,
                value_keyword,
                rows,
            }) => {
                absent(!*explicit_row && !*value_keyword, "VALUES ROW(…)")?;
                let mut all = Row::default();
                for values in rows {
                    let mut row = Row::default();
                    for value in &mut values.content {
                        row.add(walk.sized(value)?);
                    }
                    all = all.or(row);
                }
                Ok((all, Row::default()))
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

    fn select(&mut self, select: &mut Select) -> Result<(Row, Row), Refusal> {
        self.scale.enter();
        let row = self.select_parts(select)?;
        Ok((row, self.scale.leave()))
    }

    fn select_parts(&mut self, select: &mut Select) -> Result<Row, Refusal> {
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
        for table in from {
            self.scale.step(1)?;
            self.table_with_joins(table)?;
        }
        self.scale.step(usize::from(distinct.is_some()))?;
        match distinct {
            None | Some(Distinct::All | Distinct::Distinct) => {}
            Some(Distinct::On(exprs)) => self.exprs(exprs)?,
        }
        let mut row = Row::default();
        for item in projection {
            self.select_item(item, &mut row)?;
        }
        self.scale.weigh(row.whole)?;
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
        let is_grouped = match group_by {
            GroupByExpr::Expressions(exprs, _) => !exprs.is_empty(),
            GroupByExpr::All(_) => true,
        };
        Ok(row.kept_apart(is_grouped || distinct.is_some() || having.is_some()))
    }

    fn select_item(&mut self, item: &mut SelectItem, row: &mut Row) -> Checked {
        let before = self.scale.nodes;
        let columns = match item {
            SelectItem::UnnamedExpr(expr) => Row::of(self.sized(expr)?),
            SelectItem::ExprWithAlias { expr, alias } => {
                column_name(alias)?;
                Row::of(self.sized(expr)?)
            }
            SelectItem::ExprWithAliases { .. } => return Err(Refusal::foreign("AS (a, b)")),
            SelectItem::QualifiedWildcard(kind, options) => {
                plain_wildcard(options)?;
                match kind {
                    SelectItemQualifiedWildcardKind::ObjectName(name) => {
                        qualifier(name)?;
                        self.scale.columns_of(&size::last_name(&name.0))
                    }
                    SelectItemQualifiedWildcardKind::Expr(expr) => Row::of(self.sized(expr)?),
                }
            }
            SelectItem::Wildcard(options) => {
                plain_wildcard(options)?;
                self.scale.all_columns()
            }
        };
        row.widest = row.widest.max(columns.widest);
        row.whole = row.whole.saturating_add(columns.whole);
        let nodes = (self.scale.nodes - before).max(columns.nodes);
        row.nodes = row.nodes.max(nodes);
        Ok(())
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
