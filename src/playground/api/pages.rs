//! Slack's paging: a slice of a sorted list, and an opaque cursor to the next one.

use super::args::Args;
use crate::playground::refusal::Refusal;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;

pub struct Paging {
    pub limit: usize,
    /// The key after which the page begins.
    pub after: Option<String>,
}

impl Paging {
    pub fn of(args: &Args, default: usize, max: usize) -> Result<Self, Refusal> {
        let limit = match args.number("limit")? {
            None | Some(0) => default,
            Some(limit) => usize::try_from(limit).unwrap_or(max).min(max),
        };
        let after = match args.text("cursor").filter(|cursor| !cursor.is_empty()) {
            None => None,
            Some(cursor) => Some(decode(cursor).ok_or_else(|| Refusal::code("invalid_cursor"))?),
        };
        Ok(Self { limit, after })
    }
}

pub fn cursor(last_key: &str) -> String {
    STANDARD.encode(format!("next:{last_key}"))
}

fn decode(cursor: &str) -> Option<String> {
    let bytes = STANDARD.decode(cursor).ok()?;
    let text = String::from_utf8(bytes).ok()?;
    text.strip_prefix("next:").map(str::to_owned)
}
