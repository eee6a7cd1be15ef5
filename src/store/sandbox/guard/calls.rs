//! Walks calls: the function's name and bounds first, then every argument and clause.

use super::functions;
use super::names::{absent, column_name, qualifier};
use super::query::Walk;
use super::refusal::Refusal;
use sqlparser::ast::{
    Expr, Function, FunctionArg, FunctionArgExpr, FunctionArgOperator, FunctionArgumentClause,
    FunctionArgumentList, FunctionArguments, WindowFrame, WindowFrameBound, WindowSpec, WindowType,
};

type Checked = Result<(), Refusal>;

impl Walk<'_> {
    pub(super) fn function(&mut self, function: &mut Function) -> Checked {
        functions::check(function)?;
        let Function {
            name: _,
            uses_odbc_syntax,
            parameters,
            args,
            within_group,
            filter,
            null_treatment,
            over,
        } = function;
        absent(
            !*uses_odbc_syntax
                && null_treatment.is_none()
                && matches!(parameters, FunctionArguments::None),
            "{fn …}, IGNORE NULLS or a second list of parameters",
        )?;
        match args {
            FunctionArguments::None => {}
            // Only ARRAY (SELECT …) gets this far.
            FunctionArguments::Subquery(subquery) => self.query(subquery)?,
            FunctionArguments::List(FunctionArgumentList {
                duplicate_treatment: _,
                args,
                clauses,
            }) => {
                self.function_args(args)?;
                for clause in clauses {
                    match clause {
                        FunctionArgumentClause::OrderBy(exprs) => self.order_by_exprs(exprs)?,
                        FunctionArgumentClause::IgnoreOrRespectNulls(_)
                        | FunctionArgumentClause::Where(_)
                        | FunctionArgumentClause::Limit(_)
                        | FunctionArgumentClause::OnOverflow(_)
                        | FunctionArgumentClause::Having(_)
                        | FunctionArgumentClause::Separator(_)
                        | FunctionArgumentClause::JsonNullClause(_)
                        | FunctionArgumentClause::JsonReturningClause(_) => {
                            return Err(Refusal::foreign("this clause inside a function call"));
                        }
                    }
                }
            }
        }
        self.order_by_exprs(within_group)?;
        self.each(filter)?;
        match over {
            None => Ok(()),
            Some(WindowType::NamedWindow(name)) => column_name(name),
            Some(WindowType::WindowSpec(spec)) => self.window_spec(spec),
        }
    }

    pub(super) fn function_args(&mut self, args: &mut [FunctionArg]) -> Checked {
        args.iter_mut().try_for_each(|arg| match arg {
            FunctionArg::Unnamed(value) => self.function_arg(value),
            // One parser setting reads the name as a column, another as a name.
            FunctionArg::ExprNamed {
                name: Expr::Identifier(name),
                arg,
                operator: FunctionArgOperator::RightArrow,
            }
            | FunctionArg::Named {
                name,
                arg,
                operator: FunctionArgOperator::RightArrow,
            } => {
                column_name(name)?;
                self.function_arg(arg)
            }
            FunctionArg::Named { .. } | FunctionArg::ExprNamed { .. } => {
                Err(Refusal::construct("name: value", "Write name => value."))
            }
        })
    }

    fn function_arg(&mut self, arg: &mut FunctionArgExpr) -> Checked {
        match arg {
            FunctionArgExpr::Expr(expr) => self.expr(expr),
            FunctionArgExpr::Wildcard => Ok(()),
            FunctionArgExpr::QualifiedWildcard(name) => qualifier(name),
            FunctionArgExpr::WildcardWithOptions(_) => {
                Err(Refusal::foreign("SELECT * with options"))
            }
        }
    }

    pub(super) fn window_spec(&mut self, spec: &mut WindowSpec) -> Checked {
        let WindowSpec {
            window_name,
            partition_by,
            order_by,
            window_frame,
        } = spec;
        window_name.iter().try_for_each(column_name)?;
        self.exprs(partition_by)?;
        self.order_by_exprs(order_by)?;
        let Some(WindowFrame {
            units: _,
            start_bound,
            end_bound,
        }) = window_frame
        else {
            return Ok(());
        };
        for bound in [Some(start_bound), end_bound.as_mut()]
            .into_iter()
            .flatten()
        {
            match bound {
                WindowFrameBound::CurrentRow => {}
                WindowFrameBound::Preceding(rows) | WindowFrameBound::Following(rows) => {
                    self.each(rows)?;
                }
            }
        }
        Ok(())
    }
}
