//! Links that a model wrote: kept if their text is honest about where they lead, shown bare if
//! it names another place, and reduced to their text if they lead nowhere a browser should go.

use pulldown_cmark::{Event, Parser};
use url::Url;

/// What a Markdown link or image becomes. Images become links, so nothing is ever fetched.
pub(super) fn link(label: &str, target: &str) -> String {
    let Some(target) = safe_target(target) else {
        return label.to_owned();
    };
    let label: String = label.chars().filter(|c| !"[]<>`".contains(*c)).collect();
    let label = label.trim();
    if label.is_empty() || is_lie(label, &target) || is_lie(&as_shown(label), &target) {
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
    label
        .split(|c: char| !c.is_alphanumeric() && !"-.@:/?#%&=+!．。｡․‧".contains(c))
        .filter_map(address_in)
        .any(|shown| {
            let leads_there = target
                .strip_prefix(&shown)
                .is_some_and(|rest| rest.is_empty() || rest.starts_with(['/', '?', '#']));
            // A file's name looks like a host; it is honest if the target is that file.
            let is_file = !shown.contains('/') && target.ends_with(&format!("/{shown}"));
            !leads_there && !is_file
        })
}

/// The address that a word looks like, in a form that can be compared.
fn address_in(word: &str) -> Option<String> {
    let word = word.trim_matches(|c: char| ".:!?".contains(c));
    let word = word.replace(['．', '。', '｡', '․', '‧'], ".");
    if word.contains("://") || word.to_lowercase().starts_with("mailto:") {
        return Some(normalized(&word));
    }
    let host = word.split(['/', '?', '#', ':']).next().unwrap_or_default();
    let (name, ending) = host.rsplit_once('.')?;
    let looks_like_host = !name.is_empty()
        && ending.chars().count() >= 2
        && ending.chars().all(char::is_alphabetic)
        && name
            .chars()
            .all(|c| c.is_alphanumeric() || "-.@".contains(c));
    looks_like_host.then(|| normalized(&word))
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
    use super::*;

    #[test]
    fn honest_links_stay_links() {
        for (label, target) in [
            ("the deal", "https://app.hubspot.com/deals/7"),
            ("example.com", "https://example.com/"),
            ("https://www.example.com/a", "https://example.com/a"),
            ("example.com", "https://www.example.com/pricing?x=1"),
            ("README.md", "https://github.com/acme/x/blob/main/README.md"),
            ("v1.2 (beta)", "https://example.com/releases"),
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
