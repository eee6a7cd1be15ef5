//! Slack's own references in model text (`<!channel>`, `<@U…>`, `<url|lie>` …) made inert:
//! they are shown as words and reach nobody.

use super::clean::clean_inline;
use super::links;
use crate::base::invisible::is_invisible;

/// Looks like `@` and is not one, so no client makes a mention of it.
const INERT_AT: char = '＠';
const INERT_OPEN: char = '‹';
const INERT_CLOSE: char = '›';

/// Entities for characters that nobody sees, in small letters.
const INVISIBLE: [&str; 17] = [
    "zwj",
    "zwnj",
    "lrm",
    "rlm",
    "shy",
    "zerowidthspace",
    "negativeverythinspace",
    "negativethinspace",
    "negativemediumspace",
    "negativethickspace",
    "nobreak",
    "applyfunction",
    "af",
    "invisibletimes",
    "it",
    "invisiblecomma",
    "ic",
];

const BROADCASTS: [&str; 4] = ["channel", "here", "everyone", "group"];

/// `@channel` and its like; other names stay as they are. Where the name ends is the reader's
/// guess: `_` begins emphasis for one and goes on with the name for another, and an entity may
/// stand for its next letter.
pub(super) fn at(name: &str, next: Option<char>) -> String {
    let lower = name.to_lowercase();
    let word = lower.split('_').next().unwrap_or_default();
    let may_be_broadcast = BROADCASTS.contains(&word) || next == Some('&');
    let at = if may_be_broadcast { INERT_AT } else { '@' };
    format!("{at}{name}")
}

/// What stood between `<` and `>`.
pub(super) fn angle(inner: &str) -> String {
    let (target, label) = match inner.split_once('|') {
        Some((target, label)) => (target, Some(label).filter(|label| !label.trim().is_empty())),
        None => (inner, None),
    };
    let shown = |fallback: &str| clean_inline(label.unwrap_or(fallback));
    match inner.chars().next() {
        Some('@') => format!(
            "{INERT_AT}{}",
            shown(&target[1..]).trim_start_matches(['@', INERT_AT])
        ),
        Some('#') => format!("#{}", shown(&target[1..]).trim_start_matches('#')),
        Some('!') => special(&target[1..], label),
        _ => match links::bare(target) {
            Some(address) => address,
            None if is_harmless_after_angle(inner.chars().next()) => {
                format!("<{}>", clean_inline(inner))
            }
            None => format!("{INERT_OPEN}{}{INERT_CLOSE}", clean_inline(inner)),
        },
    }
}

/// Anything else might be unescaped or reduced to the beginning of a reference.
fn is_harmless_after_angle(next: Option<char>) -> bool {
    next.is_none_or(|next| next.is_alphabetic() || next == '/')
}

fn special(target: &str, label: Option<&str>) -> String {
    let kind = target.split('^').next().unwrap_or_default().to_lowercase();
    let label = label.map(|label| clean_inline(label).trim_start_matches('@').to_owned());
    match kind.as_str() {
        "date" => label.unwrap_or_else(|| "a date".to_owned()),
        "subteam" => match label {
            Some(label) => format!("{INERT_AT}{}", label.trim_start_matches(INERT_AT)),
            None => "a group".to_owned(),
        },
        kind if BROADCASTS.contains(&kind) => format!("{INERT_AT}{kind}"),
        _ => format!("{INERT_OPEN}!{}{INERT_CLOSE}", clean_inline(target)),
    }
}

/// A `<` without its `>`; what follows later must not complete it.
pub(super) fn loose_angle(next: Option<char>) -> char {
    if is_harmless_after_angle(next) {
        '<'
    } else {
        INERT_OPEN
    }
}

/// An entity is text, unless it writes the beginning of a reference. For one that nobody would
/// see stands a gap: without any, what is before and after it could become one construct.
pub(super) fn entity(source: &str, next: Option<char>) -> String {
    let name = source.trim_matches(['&', ';']).to_lowercase();
    let code = match name.strip_prefix('#') {
        Some(number) => match number.strip_prefix('x') {
            Some(hex) => u32::from_str_radix(hex, 16).ok(),
            None => number.parse().ok(),
        },
        None => match name.as_str() {
            "lt" => Some(u32::from('<')),
            "commat" => Some(u32::from('@')),
            _ if INVISIBLE.contains(&name.as_str()) => return " ".to_owned(),
            _ => None,
        },
    };
    match code.and_then(char::from_u32) {
        Some('<') if matches!(next, Some('!' | '@' | '#' | '\\' | '&')) => INERT_OPEN.to_string(),
        Some('@') => INERT_AT.to_string(),
        Some(character) if is_invisible(character) => " ".to_owned(),
        Some('<' | '>' | '&') | None => source.to_owned(),
        // Other numeric spellings hide letters from those who read the source.
        Some(character) if character.is_ascii_alphanumeric() => character.to_string(),
        Some(_) => source.to_owned(),
    }
}

/// Code is shown as it is, but even there a reference must not work.
pub(super) fn in_code(code: &str) -> String {
    let mut inert = String::with_capacity(code.len());
    let mut rest = code;
    while let Some(at) = rest.find('<') {
        let (before, from) = rest.split_at(at);
        inert.push_str(before);
        let is_active = is_reference(&from[1..]);
        inert.push(if is_active { INERT_OPEN } else { '<' });
        rest = &from[1..];
    }
    inert.push_str(rest);
    inert
}

/// How much of a growing line of code is surely not the beginning of a reference.
pub(super) fn settled_code(line: &str) -> usize {
    match line.rfind('<') {
        Some(at) if line.len() - at < 200 && !line[at..].contains('>') => at,
        _ => line.len(),
    }
}

fn is_reference(after_angle: &str) -> bool {
    let starts_id = |rest: &str| rest.starts_with(|c: char| c.is_ascii_alphanumeric());
    if let Some(rest) = after_angle.strip_prefix('!') {
        let rest = rest.to_lowercase();
        return BROADCASTS.iter().any(|word| rest.starts_with(word))
            || rest.starts_with("subteam^")
            || rest.starts_with("date^");
    }
    if let Some(rest) = after_angle.strip_prefix(['@', '#']) {
        return starts_id(rest);
    }
    let inner = after_angle.split('>').next().unwrap_or_default();
    inner
        .split_once('|')
        .is_some_and(|(target, _)| target.contains(':') && links::bare(target).is_some())
}
