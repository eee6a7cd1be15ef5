//! Walks calls: the function's name and bounds first, then every argument and clause.

use super::functions;
use super::gathering;
use super::names::{absent, column_name, qualifier};
use super::query::Walk;
use super::refusal::Refusal;
use super::size;
use sqlparser::ast::{
    Expr, Function, FunctionArg, FunctionArgExpr, FunctionArgOperator, FunctionArgumentClause,
    FunctionArgumentList, FunctionArguments, WindowFrame, WindowFrameBound, WindowSpec, WindowType,
};

type Checked = Result<(), Refusal>;

impl Walk<'_> {
    pub(super) fn function(&mut self, function: &mut Function) -> Checked {
        let plain = functions::check(function, self.counts)?;
        if matches!(function.args, FunctionArguments::Subquery(_)) {
            return self.array_of_rows(function);
        }
        gathering::bound(function, &plain);
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
        let before = std::mem::take(&mut self.scale.open);
        let mut size = size::COLUMN;
        match args {
            FunctionArguments::None | FunctionArguments::Subquery(_) => {}
            FunctionArguments::List(FunctionArgumentList {
                duplicate_treatment: _,
                args,
                clauses,
            }) => {
                let sizes = self.function_args(args)?;
                size = size::of_call(&plain, args, &sizes);
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
        if !within_group.is_empty() {
            // Ordered-set aggregates return one of the values that they sort.
            size = size.saturating_add(self.scale.open);
        }
        self.each(filter)?;
        match over {
            None => {}
            Some(WindowType::NamedWindow(name)) => column_name(name)?,
            Some(WindowType::WindowSpec(spec)) => self.window_spec(spec)?,
        }
        self.scale.open = before.saturating_add(size);
        Ok(())
    }

    /// ARRAY (SELECT …), which would gather every row there is.
    fn array_of_rows(&mut self, function: &mut Function) -> Checked {
        let FunctionArguments::Subquery(subquery) = &mut function.args else {
            return Ok(());
        };
        self.scale.step(1)?;
        let before = std::mem::take(&mut self.scale.open);
        let row = self.query(subquery)?;
        self.scale
            .weigh(row.widest.saturating_mul(functions::MAX_WIDTH.into()))?;
        self.scale.open = before.saturating_add(size::GATHERED);
        gathering::bound_array(function)
    }

    /// Walks them and says what each comes to.
    pub(super) fn function_args(&mut self, args: &mut [FunctionArg]) -> Result<Vec<u64>, Refusal> {
        args.iter_mut()
            .map(|arg| {
                let before = std::mem::take(&mut self.scale.open);
                self.argument(arg)?;
                Ok(std::mem::replace(&mut self.scale.open, before))
            })
            .collect()
    }

    fn argument(&mut self, arg: &mut FunctionArg) -> Checked {
        match arg {
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
        }
    }

    fn function_arg(&mut self, arg: &mut FunctionArgExpr) -> Checked {
        match arg {
            FunctionArgExpr::Expr(expr) => self.expr(expr),
            FunctionArgExpr::Wildcard => {
                self.scale.open = self.scale.all_columns().whole;
                Ok(())
            }
            FunctionArgExpr::QualifiedWildcard(name) => {
                qualifier(name)?;
                self.scale.open = self.scale.columns_of(&size::last_name(&name.0)).whole;
                Ok(())
            }
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
        self.scale.step(1)?;
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
