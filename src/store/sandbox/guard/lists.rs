//! `name NOT ILIKE ALL (list)`, which the parser takes for a call of `all`: it becomes the operator
//! that Postgres makes of it, `name !~~* ALL (list)`.

use sqlparser::ast::{
    BinaryOperator, Expr, Function, FunctionArg, FunctionArgExpr, FunctionArguments, Value,
};

/// Puts the operator in the place of LIKE and its kin where their pattern is ALL of a list.
pub(super) fn each_pattern(expr: &mut Expr) {
    let ignores_case = matches!(expr, Expr::ILike { .. });
    let (Expr::Like {
        negated,
        any: false,
        expr: value,
        pattern,
        escape_char: None,
    }
    | Expr::ILike {
        negated,
        any: false,
        expr: value,
        pattern,
        escape_char: None,
    }) = expr
    else {
        return;
    };
    let op = match (*negated, ignores_case) {
        (false, false) => BinaryOperator::PGLikeMatch,
        (true, false) => BinaryOperator::PGNotLikeMatch,
        (false, true) => BinaryOperator::PGILikeMatch,
        (true, true) => BinaryOperator::PGNotILikeMatch,
    };
    let Some(list) = all_of(pattern) else {
        return;
    };
    let nothing = || Expr::value(Value::Null);
    *expr = Expr::AllOp {
        left: Box::new(std::mem::replace(value, nothing())),
        compare_op: op,
        right: Box::new(std::mem::replace(list, nothing())),
    };
}

/// What stands in `all (…)`.
fn all_of(pattern: &mut Expr) -> Option<&mut Expr> {
    let Expr::Function(Function {
        name,
        args: FunctionArguments::List(list),
        filter: None,
        over: None,
        ..
    }) = pattern
    else {
        return None;
    };
    match list.args.as_mut_slice() {
        [FunctionArg::Unnamed(FunctionArgExpr::Expr(argument))]
            if name.to_string().eq_ignore_ascii_case("all")
                && list.duplicate_treatment.is_none()
                && list.clauses.is_empty() =>
        {
            Some(argument)
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use crate::store::sandbox::guard::check;

    #[test]
    fn a_list_of_patterns_may_be_asked_for_as_a_whole() {
        for (written, printed) in [
            ("not ilike all (array['%a%'])", "!~~* ALL(ARRAY['%a%'])"),
            ("ilike all ('{a,b}')", "~~* ALL('{a,b}')"),
            (
                "not like all (array['%a%', 'b'])",
                "!~~ ALL(ARRAY['%a%', 'b'])",
            ),
            ("like all (array['%a%'])", "~~ ALL(ARRAY['%a%'])"),
            ("like any (array['%a%'])", "LIKE ANY (ARRAY['%a%'])"),
        ] {
            let query = format!("select 1 from accounts where name {written}");
            let checked = check(&query, &["accounts"]).unwrap();
            let wanted = format!("SELECT 1 FROM agent.accounts WHERE name {printed}");
            assert_eq!(checked.as_str(), wanted);
        }
        for refused in [
            "like all (pg_sleep(1))",
            "like all ('a', 'b')",
            "= all('a', 'b')",
        ] {
            let query = format!("select 1 from accounts where name {refused}");
            assert!(check(&query, &["accounts"]).is_err(), "{refused}");
        }
    }
}
