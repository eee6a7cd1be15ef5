//! Texts in a query, each in the one spelling that the parser's printer writes back as it was. Of
//! its own accord the printer takes `''` and `\'` within a plain text for quotes that are escaped
//! already and leaves them alone, so that a text could end early and go on as SQL.

use sqlparser::ast::{Expr, Value};
use sqlparser::tokenizer::Token;

/// Plain quotes for a text without a quote in it, an escape string for any other. Done before
/// anything is parsed, so whatever reads a tree meets a text in no third spelling.
pub(super) fn sound(token: &mut Token) {
    let text = match token {
        Token::SingleQuotedString(text) | Token::EscapedStringLiteral(text) => std::mem::take(text),
        Token::DollarQuotedString(quoted) => std::mem::take(&mut quoted.value),
        _ => return,
    };
    *token = if text.contains('\'') {
        Token::EscapedStringLiteral(text)
    } else {
        Token::SingleQuotedString(text)
    };
}

/// The text that an expression spells out.
pub(super) fn text(expr: &Expr) -> Option<&str> {
    match expr {
        Expr::Value(value) => match &value.value {
            Value::SingleQuotedString(text) | Value::EscapedStringLiteral(text) => Some(text),
            _ => None,
        },
        Expr::Nested(inner) => text(inner),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use crate::store::sandbox::guard::check;
    use proptest::prelude::*;

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        /// Each of the ways to write a text that Postgres has, wherever a text may stand.
        #[test]
        fn any_text_in_any_quotes_is_one_text_and_stays_it(
            text in "['\\\\a\n\"$;() -]{0,12}",
            quotes in 0..3,
            place in prop::sample::select(vec![
                "select ?", "select array(select ?)", "select name from accounts where name = ?",
                "select string_agg(name, ?) from accounts", "select name ~ ? from accounts",
                "select array(select name from accounts where name = any(array(select ?)))",
            ]),
        ) {
            let literal = match quotes {
                0 => format!("'{}'", text.replace('\'', "''")),
                1 => format!("E'{}'", text.replace('\\', "\\\\").replace('\'', "\\'")),
                _ => format!("$x${text}$x$"),
            };
            let checked = check(&place.replace('?', &literal), &["accounts"]).unwrap();
            let shown = if text.contains('\'') {
                let escaped = text
                    .replace('\\', "\\\\")
                    .replace('\'', "\\'")
                    .replace('\n', "\\n");
                format!("E'{escaped}'")
            } else {
                format!("'{text}'")
            };
            let plain = check(&place.replace('?', "'place'"), &["accounts"]).unwrap();
            prop_assert_eq!(checked.as_str(), plain.as_str().replace("'place'", &shown));
        }
    }
}
