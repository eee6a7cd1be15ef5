//! Walks FROM: joins, subqueries, table functions, and the names of tables, of which only our
//! views and WITH queries in sight exist.

use super::fields::Source;
use super::functions;
use super::names::{absent, column_name, folded, qualifier};
use super::query::Walk;
use super::refusal::Refusal;
use super::size::{self, Row};
use super::types;
use sqlparser::ast::{
    FunctionArg, Ident, Join, JoinConstraint, JoinOperator, ObjectName, ObjectNamePart, TableAlias,
    TableFactor, TableFunctionArgs, TableWithJoins,
};

type Checked = Result<(), Refusal>;

/// The schema that views live in: names are printed with it, so nothing else can be meant.
pub(super) const SCHEMA: &str = "agent";

impl Walk<'_> {
    pub(super) fn table_with_joins(&mut self, table: &mut TableWithJoins) -> Checked {
        let TableWithJoins { relation, joins } = table;
        self.table_factor(relation)?;
        joins.iter_mut().try_for_each(|join| self.join(join))
    }

    fn join(&mut self, join: &mut Join) -> Checked {
        let Join {
            relation,
            global,
            join_operator,
        } = join;
        absent(!*global, "GLOBAL JOIN")?;
        self.scale.step(1)?;
        self.table_factor(relation)?;
        match join_operator {
            JoinOperator::Join(constraint)
            | JoinOperator::Inner(constraint)
            | JoinOperator::Left(constraint)
            | JoinOperator::LeftOuter(constraint)
            | JoinOperator::Right(constraint)
            | JoinOperator::RightOuter(constraint)
            | JoinOperator::FullOuter(constraint)
            | JoinOperator::CrossJoin(constraint) => self.join_constraint(constraint),
            JoinOperator::Semi(_)
            | JoinOperator::LeftSemi(_)
            | JoinOperator::RightSemi(_)
            | JoinOperator::Anti(_)
            | JoinOperator::LeftAnti(_)
            | JoinOperator::RightAnti(_) => Err(Refusal::construct(
                "SEMI JOIN or ANTI JOIN",
                "Use WHERE EXISTS (…) or NOT EXISTS (…).",
            )),
            JoinOperator::CrossApply | JoinOperator::OuterApply => {
                Err(Refusal::construct("APPLY", "Use JOIN LATERAL."))
            }
            JoinOperator::AsOf { .. }
            | JoinOperator::StraightJoin(_)
            | JoinOperator::ArrayJoin
            | JoinOperator::LeftArrayJoin
            | JoinOperator::InnerArrayJoin => Err(Refusal::foreign("this kind of JOIN")),
        }
    }

    fn join_constraint(&mut self, constraint: &mut JoinConstraint) -> Checked {
        match constraint {
            JoinConstraint::On(expr) => self.expr(expr),
            JoinConstraint::Using(columns) => columns.iter().try_for_each(qualifier),
            JoinConstraint::Natural | JoinConstraint::None => Ok(()),
        }
    }

    fn table_factor(&mut self, factor: &mut TableFactor) -> Checked {
        let named = alias_of(factor);
        if let Some(row) = self.rows_of(factor)? {
            self.scale.table(named, row);
        }
        self.sources.extend(Source::of(factor));
        Ok(())
    }

    /// What a row of it holds; none where its parts stand in FROM themselves.
    fn rows_of(&mut self, factor: &mut TableFactor) -> Result<Option<Row>, Refusal> {
        self.deeper(|walk| match factor {
            TableFactor::Table {
                name,
                alias,
                args,
                with_hints,
                version,
                with_ordinality,
                partitions,
                json_path,
                sample,
                index_hints,
            } => {
                if sample.is_some() {
                    return Err(sampling());
                }
                absent(
                    with_hints.is_empty()
                        && version.is_none()
                        && partitions.is_empty()
                        && json_path.is_none()
                        && index_hints.is_empty(),
                    "a table hint, version or partition",
                )?;
                walk.alias(alias)?;
                match args {
                    Some(TableFunctionArgs { args, settings }) => {
                        absent(settings.is_none(), "SETTINGS")?;
                        walk.table_function(name, args).map(Some)
                    }
                    None => {
                        absent(!*with_ordinality, "WITH ORDINALITY on a table")?;
                        walk.table_name(name).map(Some)
                    }
                }
            }
            TableFactor::Derived {
                lateral: _,
                subquery,
                alias,
                sample,
            } => {
                if sample.is_some() {
                    return Err(sampling());
                }
                walk.alias(alias)?;
                walk.query(subquery).map(Some)
            }
            TableFactor::Function {
                lateral: _,
                name,
                args,
                with_ordinality: _,
                alias,
            } => {
                walk.alias(alias)?;
                walk.table_function(name, args).map(Some)
            }
            TableFactor::UNNEST {
                alias,
                array_exprs,
                with_offset,
                with_offset_alias,
                with_ordinality: _,
            } => {
                absent(
                    !*with_offset && with_offset_alias.is_none(),
                    "UNNEST … WITH OFFSET",
                )?;
                walk.alias(alias)?;
                let mut row = Row::default();
                for array in array_exprs {
                    row.add(walk.sized(array)?);
                }
                Ok(Some(row))
            }
            TableFactor::NestedJoin {
                table_with_joins,
                alias,
            } => {
                walk.alias(alias)?;
                walk.table_with_joins(table_with_joins)?;
                Ok(None)
            }
            TableFactor::TableFunction { .. }
            | TableFactor::JsonTable { .. }
            | TableFactor::OpenJsonTable { .. }
            | TableFactor::Pivot { .. }
            | TableFactor::Unpivot { .. }
            | TableFactor::UnpivotExpr { .. }
            | TableFactor::MatchRecognize { .. }
            | TableFactor::XmlTable { .. }
            | TableFactor::SemanticView { .. } => Err(Refusal::construct(
                "This kind of table expression",
                "Use tables, subqueries, unnest(), jsonb_array_elements() or generate_series().",
            )),
        })
    }

    fn table_function(
        &mut self,
        name: &ObjectName,
        args: &mut [FunctionArg],
    ) -> Result<Row, Refusal> {
        let plain = functions::check_table_function(name, args, self.counts)?;
        let sizes = self.function_args(args)?;
        let size = self.scale.weigh(size::of_call(&plain, args, &sizes))?;
        Ok(Row::of(size))
    }

    /// A table is a WITH query in sight or a view of ours; the latter is printed with its schema.
    fn table_name(&mut self, name: &mut ObjectName) -> Result<Row, Refusal> {
        let unknown = |name: &ObjectName, views: &[&str]| Refusal::UnknownTable {
            name: name.to_string(),
            available: views.join(", "),
        };
        let view = match name.0.as_slice() {
            [ObjectNamePart::Identifier(table)] => {
                let folded = folded(table);
                let in_sight = self.ctes.iter().rev();
                if let Some((_, row)) = in_sight.into_iter().find(|(cte, _)| *cte == folded) {
                    return Ok(*row);
                }
                folded
            }
            [
                ObjectNamePart::Identifier(schema),
                ObjectNamePart::Identifier(table),
            ] if folded(schema) == SCHEMA => folded(table),
            _ => return Err(unknown(name, self.views)),
        };
        if !self.views.contains(&view.as_str()) {
            return Err(unknown(name, self.views));
        }
        *name = ObjectName::from(vec![Ident::new(SCHEMA), Ident::new(view)]);
        Ok(Row::VIEW)
    }

    fn alias(&mut self, alias: &Option<TableAlias>) -> Checked {
        alias.iter().try_for_each(|alias| self.table_alias(alias))
    }

    pub(super) fn table_alias(&mut self, alias: &TableAlias) -> Checked {
        let TableAlias {
            explicit: _,
            name,
            columns,
            at,
        } = alias;
        absent(at.is_none(), "AT in an alias")?;
        column_name(name)?;
        for column in columns {
            column_name(&column.name)?;
            if let Some(data_type) = &column.data_type {
                types::check(data_type)?;
            }
        }
        Ok(())
    }
}

/// The name that its columns may be called by.
fn alias_of(factor: &TableFactor) -> Option<String> {
    let (alias, name) = match factor {
        TableFactor::Table { name, alias, .. } => (alias, size::last_name(&name.0)),
        TableFactor::Function { name, alias, .. } => (alias, size::last_name(&name.0)),
        TableFactor::Derived { alias, .. } | TableFactor::UNNEST { alias, .. } => {
            (alias, String::new())
        }
        _ => return None,
    };
    Some(alias.as_ref().map_or(name, |alias| folded(&alias.name)))
}

fn sampling() -> Refusal {
    Refusal::construct("TABLESAMPLE", "Use ORDER BY and LIMIT.")
}
