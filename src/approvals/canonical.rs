//! JSON in the one form that RFC 8785 (JCS) gives it, so that equal contents are equal bytes and
//! a hash over them means something, to whoever computes it and with whatever library.

use serde_json::{Map, Number, Value};

/// The largest whole number that every JSON reader keeps exactly (I-JSON).
const LARGEST_WHOLE: u64 = (1 << 53) - 1;
/// Less than what our own reader accepts: what was sealed can be read back.
const DEEPEST: usize = 100;

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotCanonical {
    #[error("the number {0} is beyond 2^53, where JSON readers lose digits; pass it as a text")]
    TooLarge(String),
    #[error("a number has to be finite")]
    NotFinite,
    #[error("it is nested deeper than {DEEPEST} levels")]
    TooDeep,
    #[error("it is not JSON in canonical form: {0}")]
    Unreadable(String),
}

/// The canonical bytes, which are always UTF-8.
pub fn text(value: &Value) -> Result<String, NotCanonical> {
    let mut out = String::new();
    write(value, 0, &mut out)?;
    Ok(out)
}

/// Reads what [`text`] wrote, and refuses every other spelling of it.
pub fn parse(bytes: &[u8]) -> Result<Value, NotCanonical> {
    let unreadable = |error: serde_json::Error| NotCanonical::Unreadable(error.to_string());
    let value: Value = serde_json::from_slice(bytes).map_err(unreadable)?;
    if text(&value)?.as_bytes() != bytes {
        return Err(NotCanonical::Unreadable("it is spelled otherwise".into()));
    }
    Ok(value)
}

fn write(value: &Value, depth: usize, out: &mut String) -> Result<(), NotCanonical> {
    if depth > DEEPEST {
        return Err(NotCanonical::TooDeep);
    }
    match value {
        Value::Number(number) => out.push_str(&write_number(number)?),
        Value::Array(items) => {
            out.push('[');
            for (at, item) in items.iter().enumerate() {
                if at > 0 {
                    out.push(',');
                }
                write(item, depth + 1, out)?;
            }
            out.push(']');
        }
        Value::Object(members) => write_object(members, depth, out)?,
        // Null, booleans and texts: serde_json escapes what JCS escapes, and nothing else.
        plain => out.push_str(&plain.to_string()),
    }
    Ok(())
}

fn write_object(
    members: &Map<String, Value>,
    depth: usize,
    out: &mut String,
) -> Result<(), NotCanonical> {
    let mut members: Vec<_> = members.iter().collect();
    // By UTF-16 code units: a surrogate pair sorts before U+E000, unlike in UTF-8.
    members.sort_by(|(a, _), (b, _)| a.encode_utf16().cmp(b.encode_utf16()));
    out.push('{');
    for (at, (key, value)) in members.into_iter().enumerate() {
        if at > 0 {
            out.push(',');
        }
        out.push_str(&Value::from(key.as_str()).to_string());
        out.push(':');
        write(value, depth + 1, out)?;
    }
    out.push('}');
    Ok(())
}

fn write_number(number: &Number) -> Result<String, NotCanonical> {
    let whole = number.as_u64().or(number.as_i64().map(i64::unsigned_abs));
    let text = match (whole, number.as_f64()) {
        (Some(_), _) => number.to_string(),
        (None, Some(float)) => ecmascript(float)?,
        (None, None) => return Err(NotCanonical::NotFinite),
    };
    // A float without a fraction reads back as a whole number, so one bound holds for both.
    let digits = text.trim_start_matches('-');
    let is_too_large = match digits.parse::<u64>() {
        Ok(whole) => whole > LARGEST_WHOLE,
        Err(_) => digits.bytes().all(|byte| byte.is_ascii_digit()),
    };
    if is_too_large {
        return Err(NotCanonical::TooLarge(text));
    }
    Ok(text)
}

/// `Number.prototype.toString` of ECMAScript: the shortest digits that read back as the same
/// number, with an exponent only beyond 21 digits or six leading zeros.
fn ecmascript(float: f64) -> Result<String, NotCanonical> {
    if !float.is_finite() {
        return Err(NotCanonical::NotFinite);
    }
    if float == 0.0 {
        return Ok("0".into());
    }
    let sign = if float < 0.0 { "-" } else { "" };
    let written = shortest(float.abs());
    let (mantissa, exponent) = written.split_once('e').unwrap_or((&written, "0"));
    let digits = mantissa.replace('.', "");
    // Where the point stands, counted from in front of the first digit.
    let point = exponent.parse::<i32>().unwrap_or_default() + 1;
    let count = i32::try_from(digits.len()).unwrap_or(i32::MAX);
    let zeros = |many: i32| "0".repeat(many.unsigned_abs() as usize);
    Ok(match point {
        _ if count <= point && point <= 21 => format!("{sign}{digits}{}", zeros(point - count)),
        1..=21 => {
            let (whole, fraction) = digits.split_at(point.unsigned_abs() as usize);
            format!("{sign}{whole}.{fraction}")
        }
        -5..=0 => format!("{sign}0.{}{digits}", zeros(point)),
        _ => {
            let (first, rest) = digits.split_at(1);
            let fraction = if rest.is_empty() { "" } else { "." };
            format!("{sign}{first}{fraction}{rest}e{:+}", point - 1)
        }
    })
}

/// The fewest digits that read back as the same number, as `d.ddde±x`. Of two that are equally
/// near, ECMAScript takes the even one; `{:e}` takes the upper, and `{:.n$e}` the even one.
fn shortest(float: f64) -> String {
    let short = format!("{float:e}");
    let mantissa = short.split('e').next().unwrap_or_default();
    let decimals = mantissa.len().saturating_sub(2);
    let even = format!("{float:.decimals$e}");
    if even.parse() == Ok(float) {
        even
    } else {
        short
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    #[test]
    fn the_examples_of_the_rfc_come_out_as_printed_there() {
        let input = r#"{
            "numbers": [333333333.33333329, 1E30, 4.50, 2e-3, 0.000000000000000000000000001],
            "string": "\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/",
            "literals": [null, true, false]
        }"#;
        assert_eq!(
            text(&serde_json::from_str(input).unwrap()).unwrap(),
            r#"{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],"string":"€$\u000f\nA'B\"\\\\\"/"}"#
        );
    }

    #[test]
    fn keys_sort_by_utf_16_as_in_the_rfc() {
        let input = r#"{
            "\u20ac": "Euro Sign", "\r": "Carriage Return",
            "\ufb33": "Hebrew Letter Dalet With Dagesh", "1": "One",
            "\ud83d\ude00": "Emoji: Grinning Face", "\u0080": "Control",
            "\u00f6": "Latin Small Letter O With Diaeresis"
        }"#;
        assert_eq!(
            text(&serde_json::from_str(input).unwrap()).unwrap(),
            "{\"\\r\":\"Carriage Return\",\"1\":\"One\",\"\u{80}\":\"Control\",\
             \"ö\":\"Latin Small Letter O With Diaeresis\",\"€\":\"Euro Sign\",\
             \"😀\":\"Emoji: Grinning Face\",\"\u{fb33}\":\"Hebrew Letter Dalet With Dagesh\"}"
        );
    }

    #[test]
    fn numbers_are_written_as_in_appendix_b_of_the_rfc() {
        for (bits, expected) in [
            (0x0000000000000000, "0"),
            (0x8000000000000000, "0"),
            (0x0000000000000001, "5e-324"),
            (0x8000000000000001, "-5e-324"),
            (0x7fefffffffffffff, "1.7976931348623157e+308"),
            (0xffefffffffffffff, "-1.7976931348623157e+308"),
            (0x4340000000000000, "9007199254740992"),
            (0xc340000000000000, "-9007199254740992"),
            (0x4430000000000000, "295147905179352830000"),
            (0x44b52d02c7e14af5, "9.999999999999997e+22"),
            (0x44b52d02c7e14af6, "1e+23"),
            (0x44b52d02c7e14af7, "1.0000000000000001e+23"),
            (0x444b1ae4d6e2ef4e, "999999999999999700000"),
            (0x444b1ae4d6e2ef4f, "999999999999999900000"),
            (0x444b1ae4d6e2ef50, "1e+21"),
            (0x3eb0c6f7a0b5ed8c, "9.999999999999997e-7"),
            (0x3eb0c6f7a0b5ed8d, "0.000001"),
            (0x41b3de4355555553, "333333333.3333332"),
            (0x41b3de4355555554, "333333333.33333325"),
            (0x41b3de4355555555, "333333333.3333333"),
            (0x41b3de4355555556, "333333333.3333334"),
            (0x41b3de4355555557, "333333333.33333343"),
            (0xbecbf647612f3696, "-0.0000033333333333333333"),
            (0x43143ff3c1cb0959, "1424953923781206.2"),
        ] {
            assert_eq!(ecmascript(f64::from_bits(bits)).unwrap(), expected);
        }
        for bits in [0x7fffffffffffffff, 0x7ff0000000000000] {
            let refused = ecmascript(f64::from_bits(bits));
            assert_eq!(refused, Err(NotCanonical::NotFinite));
        }
    }

    #[test]
    fn a_whole_number_that_readers_would_round_is_refused_by_name() {
        for large in [
            "9007199254740992",
            "-9007199254740992",
            "1e20",
            "18446744073709551616",
        ] {
            let refused = text(&serde_json::from_str(large).unwrap()).unwrap_err();
            assert!(matches!(refused, NotCanonical::TooLarge(_)), "{large}");
        }
        assert_eq!(
            text(&json!(9_007_199_254_740_991_i64)).unwrap(),
            "9007199254740991"
        );
        let named = text(&json!({"id": 9_007_199_254_740_993_u64})).unwrap_err();
        assert!(named.to_string().contains("9007199254740993"), "{named}");
    }

    #[test]
    fn what_is_nested_too_deep_to_be_read_back_is_refused() {
        let nested = |levels| (0..levels).fold(json!(1), |inner, _| json!([inner]));
        assert_eq!(text(&nested(DEEPEST + 1)), Err(NotCanonical::TooDeep));
        let deepest = text(&nested(DEEPEST)).unwrap();
        assert_eq!(parse(deepest.as_bytes()).unwrap(), nested(DEEPEST));
    }

    #[test]
    fn another_spelling_of_the_same_json_is_not_read() {
        for other in [
            "{ }",
            "1.0",
            "1e2",
            r#"{"b":1,"a":2}"#,
            r#"{"a":1,"a":1}"#,
            r#""\u0041""#,
            "-0",
        ] {
            assert!(parse(other.as_bytes()).is_err(), "{other}");
        }
    }

    /// JSON as it is after it was read once: whole numbers are not floats.
    pub fn json_values() -> impl Strategy<Value = Value> {
        let bound = LARGEST_WHOLE.cast_signed();
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            (-bound..=bound).prop_map(Value::from),
            any::<f64>()
                .prop_filter("a fraction", |float| float.fract() != 0.0)
                .prop_map(Value::from),
            any::<String>().prop_map(Value::from),
        ];
        leaf.prop_recursive(4, 40, 6, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
                prop::collection::vec((any::<String>(), inner), 0..6)
                    .prop_map(|members| Value::Object(members.into_iter().collect())),
            ]
        })
    }

    fn reversed(value: &Value) -> Value {
        match value {
            Value::Array(items) => items.iter().map(reversed).collect(),
            Value::Object(members) => Value::Object(
                members
                    .iter()
                    .rev()
                    .map(|(key, value)| (key.clone(), reversed(value)))
                    .collect(),
            ),
            plain => plain.clone(),
        }
    }

    proptest! {
        #[test]
        fn canonical_json_reads_back_as_what_it_was_and_stays_as_it_is(value in json_values()) {
            let once = text(&value).unwrap();
            let read = parse(once.as_bytes()).unwrap();
            prop_assert_eq!(&read, &value);
            prop_assert_eq!(text(&read).unwrap(), once);
        }

        #[test]
        fn the_order_of_members_makes_no_difference(value in json_values()) {
            prop_assert_eq!(text(&value).unwrap(), text(&reversed(&value)).unwrap());
        }

        #[test]
        fn any_finite_number_is_written_so_that_it_reads_back_the_same(bits in any::<u64>()) {
            let float = f64::from_bits(bits);
            prop_assume!(float.is_finite());
            let written = ecmascript(float).unwrap();
            prop_assert_eq!(written.parse::<f64>().unwrap(), float);
        }
    }
}
