//! Links that a model wrote: kept if their text is honest about where they lead, shown bare if
//! it names another place, and reduced to their text if they lead nowhere a browser should go.

use crate::base::invisible::is_invisible;
use pulldown_cmark::{Event, Parser};
use url::Url;

/// What a Markdown link or image becomes. Images become links, so nothing is ever fetched. The
/// label may have gaps for what was hidden in it as it was `written`.
pub(super) fn link(written: &str, label: &str, target: &str) -> String {
    let Some(target) = safe_target(target) else {
        return label.to_owned();
    };
    let label: String = label.chars().filter(|c| !"[]<>`".contains(*c)).collect();
    let label = label.trim();
    let lies = [label, &as_shown(label), &as_shown(written)]
        .into_iter()
        .any(|label| is_lie(label, &target));
    if label.is_empty() || lies {
        return target;
    }
    format!("[{label}]({target})")
}

/// What `<target|label>` or `<target>` becomes, if the target is an address at all.
pub(super) fn bare(target: &str) -> Option<String> {
    let scheme = target.split(':').next().unwrap_or_default();
    let has_scheme = target.contains(':')
        && scheme.starts_with(|c: char| c.is_ascii_alphabetic())
        && scheme
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || "+.-".contains(c));
    let looks_like_address = has_scheme || target.starts_with("//") || address_in(target).is_some();
    looks_like_address.then(|| {
        safe_target(target).unwrap_or_else(|| {
            // Without its colon nothing takes it for a link.
            target.replacen(':', " ", 1)
        })
    })
}

/// An address that may be clicked: http, https or mail, without hidden user info.
fn safe_target(target: &str) -> Option<String> {
    let target = target.trim();
    let url = Url::parse(target).ok()?;
    let is_web = matches!(url.scheme(), "http" | "https")
        && url.has_host()
        && url.username().is_empty()
        && url.password().is_none();
    if !is_web && url.scheme() != "mailto" {
        return None;
    }
    let harmless = |c: char| c.is_ascii_alphanumeric() || "-._~:/?#@!$&'*+,;=%".contains(c);
    // In its original spelling where possible: a parsed address gains slashes and loses case.
    let written_plainly = target.chars().all(harmless) && !target.contains("/@");
    let spelled = if written_plainly {
        target.to_owned()
    } else {
        url.to_string()
    };
    let mut safe = String::with_capacity(spelled.len());
    for character in spelled.chars() {
        if harmless(character) {
            safe.push(character);
        } else {
            for byte in character.to_string().bytes() {
                safe.push_str(&format!("%{byte:02X}"));
            }
        }
    }
    Some(safe)
}

/// The label as people read it: `bank&#46;com` and `*bank*.com` look like `bank.com`.
fn as_shown(label: &str) -> String {
    let texts = Parser::new(label).filter_map(|event| match event {
        Event::Text(text) | Event::Code(text) => Some(text.into_string()),
        _ => None,
    });
    texts.collect()
}

fn is_lie(label: &str, target: &str) -> bool {
    let target = normalized(target);
    let label: String = label
        .chars()
        .filter(|c| shows(*c))
        .map(plain_sign)
        .collect();
    label
        .split(|c: char| !c.is_alphanumeric() && !"-.@:/?#!&%=+".contains(c))
        .flat_map(readings)
        .filter_map(address_in)
        .any(|shown| {
            let leads_there = target
                .strip_prefix(&shown)
                .is_some_and(|rest| rest.is_empty() || rest.starts_with(['/', '?', '#']));
            // A file's name looks like a host; it is honest if the target is that file.
            let path = target.split(['?', '#']).next().unwrap_or_default();
            let is_file = !shown.contains('/') && path.ends_with(&format!("/{shown}"));
            !leads_there && !is_file
        })
}

/// Whether it is more than a mark on the letter before it.
fn shows(character: char) -> bool {
    !is_invisible(character)
        && !matches!(character,
            '\u{0300}'..='\u{036F}' | '\u{1AB0}'..='\u{1AFF}' | '\u{1DC0}'..='\u{1DFF}'
            | '\u{20D0}'..='\u{20FF}' | '\u{FE20}'..='\u{FE2F}')
}

pub(super) fn is_dot(text: &str) -> bool {
    text.chars().count() == 1 && text.starts_with(is_dot_sign)
}

/// A dot, or a sign that is taken for one.
pub(super) fn is_dot_sign(character: char) -> bool {
    matches!(character, '.' | '．' | '。' | '｡' | '․' | '‧' | '﹒')
}

/// A sign for what people take it for.
fn plain_sign(character: char) -> char {
    match character {
        dot if is_dot_sign(dot) => '.',
        '：' | '﹕' | '∶' | 'ː' | '︓' | '꞉' => ':',
        '／' | '⁄' | '∕' | '⧸' | '╱' => '/',
        other => other,
    }
}

/// The word as it is, and each piece of it in which somebody could see an address: `Login:bank.com`,
/// `bank.com&login`, `//bank.com`.
fn readings(word: &str) -> Vec<&str> {
    let mut all = vec![word];
    // What follows the path's beginning belongs to the address, where there is one.
    if address_in(word).is_none() {
        let pieces = word.split(|c: char| "&%=+:/#?".contains(c));
        all.extend(pieces.filter(|piece| *piece != word));
    }
    all
}

/// The address that a word looks like, in a form that can be compared.
fn address_in(word: &str) -> Option<String> {
    let word = word.trim_matches(|c: char| ".:!?".contains(c));
    if word.contains("://") || word.to_lowercase().starts_with("mailto:") {
        return Some(normalized(word));
    }
    let host = word.split(['/', '?', '#', ':']).next().unwrap_or_default();
    looks_like_host(host).then(|| normalized(word))
}

fn looks_like_host(host: &str) -> bool {
    let Some((name, ending)) = host.rsplit_once('.') else {
        return false;
    };
    let is_of_names = !name.is_empty()
        && name
            .chars()
            .all(|c| c.is_alphanumeric() || "-.@".contains(c));
    let is_ending = ending.chars().count() >= 2 && ending.chars().all(char::is_alphabetic)
        || ending.to_lowercase().starts_with("xn--");
    (is_of_names && is_ending) || host.parse::<std::net::Ipv4Addr>().is_ok()
}

fn normalized(address: &str) -> String {
    let address = address.to_lowercase();
    let address = address
        .split_once("://")
        .map_or(address.as_str(), |(_, rest)| rest);
    let address = address.strip_prefix("mailto:").unwrap_or(address);
    let address = address.strip_prefix("www.").unwrap_or(address);
    address.trim_end_matches('/').to_owned()
}

#[cfg(test)]
mod tests {
    fn link(label: &str, target: &str) -> String {
        super::link(label, label, target)
    }

    #[test]
    fn honest_links_stay_links() {
        for (label, target) in [
            ("the deal", "https://app.hubspot.com/deals/7"),
            ("example.com", "https://example.com/"),
            ("https://www.example.com/a", "https://example.com/a"),
            ("example.com", "https://www.example.com/pricing?x=1"),
            ("README.md", "https://github.com/acme/x/blob/main/README.md"),
            ("v1.2 (beta)", "https://example.com/releases"),
            ("Sales: Q3/Q4 & more, 50% = half", "https://example.com/a"),
            ("#42: node.js", "https://example.com/blob/node.js"),
            ("10.0.0.1", "http://10.0.0.1/status"),
            (
                "src/main.rs",
                "https://github.com/acme/x/blob/main/src/main.rs#L10",
            ),
            ("release 1.2.3", "https://example.com/releases"),
            ("example.com/a?b=c.de&d", "https://example.com/a?b=c.de&d"),
            ("example.com:8080/a", "https://example.com:8080/a"),
            ("❤\u{FE0F} our plan", "https://example.com/a"),
            ("ann@acme.com", "mailto:ann@acme.com"),
        ] {
            assert_eq!(link(label, target), format!("[{label}]({target})"));
        }
    }

    #[test]
    fn a_link_that_shows_another_target_is_shown_bare() {
        for label in [
            "https://bank.com",
            "bank.com",
            "www.bank.com/login",
            "log in at **bank.com** now",
            "bank．com",
            "https://evil.example.bank.com",
            "ann@bank.com",
            "evil.exam",
            "bank&#46;com",
            "bank\\.com",
            "*bank*.com",
            "\\\\bank.com",
            "“bank.com”",
            "𝖻𝖺𝗇𝗄.com",
            "Login:bank.com",
            "https:/bank.com",
            "https:bank.com",
            "//bank.com",
            "/bank.com",
            "#bank.com",
            "https：//bank.com",
            "https∶∕∕bank.com",
            "bank.com&login",
            "bank.com=safe",
            "=bank.com",
            "bank.com+id",
            "10.0.0.1",
            "10.0.0.1:8080/login",
            "bank.xn--p1ai",
            "bank\u{FE0F}.com",
            "bank.c\u{0301}om",
            "bank&#8203;.com",
        ] {
            assert_eq!(
                link(label, "https://evil.example/x"),
                "https://evil.example/x",
                "{label}"
            );
        }
        assert_eq!(link("", "https://evil.example"), "https://evil.example");
    }

    #[test]
    fn a_link_to_nowhere_safe_is_only_its_text() {
        for target in [
            "javascript:alert(1)",
            "JaVaScRiPt:alert(1)",
            "data:text/html,x",
            "vbscript:x",
            "file:///etc/passwd",
            "slack://open",
            "/relative",
            "#anchor",
            "",
            "https://bank.com@evil.example/",
            "https://user:pw@evil.example/",
        ] {
            assert_eq!(link("text", target), "text", "{target}");
        }
    }

    #[test]
    fn an_address_cannot_break_out_of_its_link() {
        let made = link("text", "https://x.io/a|b>c)d](e <f");
        assert_eq!(made.matches([')', '(', '>', '<', '|']).count(), 2, "{made}");
    }
}
