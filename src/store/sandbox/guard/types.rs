//! Types that a cast may name. Types that look things up (`regclass` and its kin) or parse
//! documents (`xml`) are left out, and so are widths that would make Postgres pad memory full.

use super::refusal::Refusal;
use sqlparser::ast::{
    ArrayElemTypeDef, CharacterLength, DataType, ExactNumberInfo, ObjectName, ObjectNamePart,
};

const MAX_WIDTH: u64 = 1_000;
const NAMED: &[&str] = &["bpchar", "timestamptz", "timetz"];

pub(super) fn check(data_type: &DataType) -> Result<(), Refusal> {
    if is_allowed(data_type) {
        Ok(())
    } else {
        Err(Refusal::Type(data_type.to_string()))
    }
}

fn is_allowed(data_type: &DataType) -> bool {
    use DataType as T;
    match data_type {
        T::Character(length)
        | T::Char(length)
        | T::CharacterVarying(length)
        | T::CharVarying(length)
        | T::Varchar(length) => has_small_length(length.as_ref()),
        T::Numeric(info) | T::Decimal(info) | T::Dec(info) | T::Float(info) => {
            has_small_precision(info)
        }
        T::Double(ExactNumberInfo::None)
        | T::Int2(None)
        | T::SmallInt(None)
        | T::Int(None)
        | T::Int4(None)
        | T::Int8(None)
        | T::Integer(None)
        | T::BigInt(None)
        | T::Float4
        | T::Float8
        | T::Real
        | T::DoublePrecision
        | T::Bool
        | T::Boolean
        | T::Date
        | T::Time(..)
        | T::Timestamp(..)
        | T::Interval { .. }
        | T::Text
        | T::Uuid
        | T::JSON
        | T::JSONB
        | T::TsVector
        | T::TsQuery => true,
        T::Array(ArrayElemTypeDef::SquareBracket(element, None)) => is_allowed(element),
        T::Custom(name, modifiers) => modifiers.is_empty() && is_named(name),
        // Everything else, other databases' types included. A deny by default is the point, so
        // this one match may have an open end.
        _ => false,
    }
}

fn is_named(name: &ObjectName) -> bool {
    match name.0.as_slice() {
        [ObjectNamePart::Identifier(ident)] => {
            ident.quote_style.is_none()
                && NAMED.contains(&ident.value.to_ascii_lowercase().as_str())
        }
        _ => false,
    }
}

fn has_small_length(length: Option<&CharacterLength>) -> bool {
    match length {
        None => true,
        Some(CharacterLength::IntegerLength { length, unit }) => {
            *length <= MAX_WIDTH && unit.is_none()
        }
        Some(CharacterLength::Max) => false,
    }
}

fn has_small_precision(info: &ExactNumberInfo) -> bool {
    match info {
        ExactNumberInfo::None => true,
        ExactNumberInfo::Precision(precision) => *precision <= MAX_WIDTH,
        ExactNumberInfo::PrecisionAndScale(precision, scale) => {
            *precision <= MAX_WIDTH && scale.unsigned_abs() <= MAX_WIDTH
        }
    }
}
