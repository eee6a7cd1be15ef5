//! Walks FROM: joins, subqueries, table functions, and the names of tables, of which only our
//! views and WITH queries in sight exist.

use super::functions;
use super::names::{absent, column_name, folded, qualifier};
use super::query::Walk;
use super::refusal::Refusal;
use super::types;
use sqlparser::ast::{
    Ident, Join, JoinConstraint, JoinOperator, ObjectName, ObjectNamePart, TableAlias, TableFactor,
    TableFunctionArgs, TableWithJoins,
};

type Checked = Result<(), Refusal>;

/// The schema that views live in: names are printed with it, so nothing else can be meant.
const SCHEMA: &str = "agent";

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
                        functions::check_table_function(name, args)?;
                        walk.function_args(args)
                    }
                    None => {
                        absent(!*with_ordinality, "WITH ORDINALITY on a table")?;
                        walk.table_name(name)
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
                walk.query(subquery)
            }
            TableFactor::Function {
                lateral: _,
                name,
                args,
                with_ordinality: _,
                alias,
            } => {
                walk.alias(alias)?;
                functions::check_table_function(name, args)?;
                walk.function_args(args)
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
                walk.exprs(array_exprs)
            }
            TableFactor::NestedJoin {
                table_with_joins,
                alias,
            } => {
                walk.alias(alias)?;
                walk.table_with_joins(table_with_joins)
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

    /// A table is a WITH query in sight or a view of ours; the latter is printed with its schema.
    fn table_name(&mut self, name: &mut ObjectName) -> Checked {
        let unknown = |name: &ObjectName, views: &[&str]| Refusal::UnknownTable {
            name: name.to_string(),
            available: views.join(", "),
        };
        let view = match name.0.as_slice() {
            [ObjectNamePart::Identifier(table)] => {
                let folded = folded(table);
                if self.ctes.contains(&folded) {
                    return Ok(());
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
        Ok(())
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

fn sampling() -> Refusal {
    Refusal::construct("TABLESAMPLE", "Use ORDER BY and LIMIT.")
}
