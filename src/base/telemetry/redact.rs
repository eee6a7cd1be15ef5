//! The last net under every log line: whatever looks like a credential is masked. Secrets are
//! kept out of logs by their type ([`crate::base::secret::Secret`]); this catches the one that
//! a third party put into an error's text.

use std::borrow::Cow;

const MASK: &str = "[redacted]";

/// A credential that is known by how it begins.
struct Shape {
    prefix: &'static str,
    /// Fewer characters than this after the prefix are no credential.
    shortest: usize,
    belongs: fn(u8) -> bool,
    /// Whether letters before the prefix rule it out, as in "risk-averse".
    begins_a_word: bool,
}

const SHAPES: &[Shape] = &[
    shape("xox", 6, is_token),
    shape("xapp-", 4, is_token),
    shape("xwfp-", 4, is_token),
    shape("sk-ant-", 1, is_token),
    Shape {
        begins_a_word: true,
        ..shape("sk-", 6, is_token)
    },
    shape("bearer ", 6, is_header),
    shape("v0=", 32, is_hex),
    shape("ghp_", 16, is_token),
    shape("github_pat_", 16, is_token),
];

const fn shape(prefix: &'static str, shortest: usize, belongs: fn(u8) -> bool) -> Shape {
    Shape {
        prefix,
        shortest,
        belongs,
        begins_a_word: false,
    }
}

fn is_token(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.')
}

fn is_header(byte: u8) -> bool {
    is_token(byte) || matches!(byte, b'~' | b'+' | b'/' | b'=')
}

fn is_hex(byte: u8) -> bool {
    byte.is_ascii_hexdigit()
}

/// The text with every credential in it masked. What a credential begins with stays,
/// so that a reader knows its kind.
pub fn redact(text: &str) -> Cow<'_, str> {
    let mut masked = String::new();
    let mut copied = 0;
    let mut at = 0;
    while at < text.len() {
        match credential_at(text.as_bytes(), at) {
            Some((from, to)) => {
                masked.push_str(&text[copied..from]);
                masked.push_str(MASK);
                copied = to;
                at = to;
            }
            None => at += 1,
        }
    }
    if copied == 0 {
        return Cow::Borrowed(text);
    }
    masked.push_str(&text[copied..]);
    Cow::Owned(masked)
}

/// Where the secret part of a credential that begins at `at` lies. All delimiters are ASCII,
/// so both ends are character boundaries.
fn credential_at(text: &[u8], at: usize) -> Option<(usize, usize)> {
    if text[at..].starts_with(b"://") {
        return password_in_url(text, at + 3);
    }
    SHAPES.iter().find_map(|shape| {
        let from = at + shape.prefix.len();
        let head = text.get(at..from)?;
        let inside_a_word = at > 0 && text[at - 1].is_ascii_alphanumeric();
        if !head.eq_ignore_ascii_case(shape.prefix.as_bytes())
            || (shape.begins_a_word && inside_a_word)
        {
            return None;
        }
        let to = from + run(&text[from..], shape.belongs);
        (to - from >= shape.shortest).then_some((from, to))
    })
}

/// `user:password@host`: from the colon to the last `@` before the path.
fn password_in_url(text: &[u8], authority: usize) -> Option<(usize, usize)> {
    let length = run(&text[authority..], |byte| {
        byte.is_ascii_graphic() && !matches!(byte, b'/' | b'?' | b'#' | b'"')
    });
    let authority_text = &text[authority..authority + length];
    let end = authority_text.iter().rposition(|byte| *byte == b'@')?;
    let colon = authority_text[..end]
        .iter()
        .position(|byte| *byte == b':')?;
    (colon + 1 < end).then_some((authority + colon + 1, authority + end))
}

fn run(text: &[u8], belongs: impl Fn(u8) -> bool) -> usize {
    text.iter()
        .position(|byte| !belongs(*byte))
        .unwrap_or(text.len())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn every_kind_of_credential_is_masked_wherever_it_stands() {
        let signature = format!("v0={}", "0a".repeat(32));
        for (text, canary) in [
            ("token=xoxb-1-CANARY&x=1", "CANARY"),
            ("xoxe.xoxp-1-CANARY", "CANARY"),
            ("XOXP-1-CANARY", "CANARY"),
            ("an \"xapp-1-CANARY\" here", "CANARY"),
            ("invalid x-api-key: sk-ant-api03-CANARY", "CANARY"),
            ("sk-proj-CANARY.", "CANARY"),
            ("Authorization: Bearer CANARY/+~==", "CANARY"),
            ("authorization: bearer\u{20}CANARYCANARY", "CANARY"),
            (signature.as_str(), "0a0a"),
            ("postgres://penny:CANARY@db/penny", "CANARY"),
            ("postgres://penny:CAN@ARY@db/penny", "ARY"),
            ("remote: ghp_CANARYCANARYCANARY", "CANARY"),
        ] {
            let masked = redact(text);
            assert!(!masked.contains(canary), "{text} became {masked}");
            assert!(masked.contains(MASK), "{text} became {masked}");
        }
    }

    #[test]
    fn words_that_only_resemble_credentials_stay_readable() {
        for text in [
            "a risk-averse person moved the task-force",
            "the locale sk-SK",
            "see https://example.com:8080/a@b",
            "v0=abc",
            "bearer of news",
            "xoxo",
            "größer als 5 · 日本",
        ] {
            assert_eq!(redact(text), text);
        }
    }

    proptest! {
        #[test]
        fn no_token_survives_whatever_surrounds_it(
            before in r"(\PC{0,20}[^a-zA-Z0-9])?",
            kind in prop::sample::select(vec!["xoxb-", "xoxe.xoxp-", "xapp-", "sk-ant-", "sk-", "Bearer "]),
            token in "[A-Z0-9]{12,40}",
            after in r"\PC{0,20}",
        ) {
            let text = format!("{before}{kind}{token}{after}");
            prop_assert!(!redact(&text).contains(&token));
        }

        #[test]
        fn masking_twice_changes_nothing_more(text in r"\PC{0,80}") {
            let once = redact(&text).into_owned();
            prop_assert_eq!(redact(&once).into_owned(), once);
        }
    }
}
