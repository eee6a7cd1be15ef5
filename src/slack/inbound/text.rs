//! What a message's text says about whom it is for. Slack writes people as `<@U123>` or
//! `<@U123|name>`, and escapes `&`, `<` and `>` in everything that people type.

use crate::base::ids::UserId;

/// Words that may come before the name of the person who is spoken to.
const GREETINGS: [&str; 18] = [
    "hey", "hi", "hello", "hallo", "yo", "ok", "okay", "so", "and", "but", "thanks", "thank",
    "you", "dear", "cc", "good", "morning", "ping",
];

const STOP_WORDS: [&str; 14] = [
    "stop",
    "stop it",
    "stop now",
    "stop please",
    "please stop",
    "stop that",
    "stopp",
    "halt",
    "cancel",
    "cancel that",
    "cancel it",
    "abort",
    "never mind",
    "nevermind",
];

/// A piece of a message: words, or what stands between `<` and `>`.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Piece<'a> {
    Words(&'a str),
    Reference(&'a str),
}

fn pieces(mut text: &str) -> impl Iterator<Item = Piece<'_>> {
    std::iter::from_fn(move || {
        if text.is_empty() {
            return None;
        }
        let piece = match text.strip_prefix('<').and_then(|rest| rest.split_once('>')) {
            Some((inner, rest)) => {
                text = rest;
                Piece::Reference(inner)
            }
            None => {
                let after_first = text.char_indices().nth(1).map_or(text.len(), |(at, _)| at);
                let end = text[after_first..]
                    .find('<')
                    .map_or(text.len(), |at| at + after_first);
                let (words, rest) = text.split_at(end);
                text = rest;
                Piece::Words(words)
            }
        };
        Some(piece)
    })
}

fn user_in(reference: &str) -> Option<&str> {
    let id = reference.strip_prefix('@')?;
    Some(id.split('|').next().unwrap_or(id)).filter(|id| !id.is_empty())
}

/// Everybody who is named in a message, in order, each once.
pub fn mentions(text: &str) -> Vec<UserId> {
    let mut users: Vec<UserId> = Vec::new();
    for piece in pieces(text) {
        if let Piece::Reference(reference) = piece
            && let Some(user) = user_in(reference)
            && !users.iter().any(|known| known.as_str() == user)
        {
            users.push(user.into());
        }
    }
    users
}

/// The message begins by naming a person or a group that is not Penny: "<@U2> can you …".
pub(super) fn addresses_somebody_else(text: &str, penny: &UserId) -> bool {
    for piece in pieces(text) {
        match piece {
            Piece::Words(words) if only_greets(words) => {}
            Piece::Words(_) => return false,
            Piece::Reference(reference) => {
                return reference.starts_with("!subteam^")
                    || user_in(reference).is_some_and(|user| user != penny.as_str());
            }
        }
    }
    false
}

fn only_greets(words: &str) -> bool {
    words
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .all(|word| GREETINGS.contains(&word.to_lowercase().as_str()))
}

/// "@Penny stop", with or without the name, in a few forms.
pub(super) fn asks_to_stop(text: &str, penny: &UserId) -> bool {
    let mut said = String::new();
    for piece in pieces(text) {
        match piece {
            Piece::Words(words) => said.push_str(words),
            Piece::Reference(reference) if user_in(reference) == Some(penny.as_str()) => {
                said.push(' ');
            }
            Piece::Reference(_) => return false,
        }
    }
    let words: Vec<String> = said
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(str::to_lowercase)
        .collect();
    let said = words.join(" ");
    let said = said.strip_prefix("penny ").unwrap_or(&said);
    STOP_WORDS.contains(&said.strip_suffix(" penny").unwrap_or(said))
}

/// The message as a person reads it: names instead of ids, links as they are shown, no escapes.
pub fn readable(text: &str, name_of: impl Fn(&str) -> Option<String>) -> String {
    let mut plain = String::with_capacity(text.len());
    for piece in pieces(text) {
        match piece {
            Piece::Words(words) => unescape_into(words, &mut plain),
            Piece::Reference(reference) => {
                unescape_into(&spoken(reference, &name_of), &mut plain);
            }
        }
    }
    plain
}

fn spoken(reference: &str, name_of: &impl Fn(&str) -> Option<String>) -> String {
    let (target, label) = match reference.split_once('|') {
        Some((target, label)) => (target, Some(label).filter(|label| !label.is_empty())),
        None => (reference, None),
    };
    let named = |id: &str| {
        name_of(id)
            .or_else(|| label.map(str::to_owned))
            .unwrap_or_else(|| id.to_owned())
    };
    match target.split_at_checked(1) {
        Some(("@", user)) => format!("@{}", named(user)),
        Some(("#", channel)) => format!("#{}", named(channel)),
        Some(("!", special)) => match special.split('^').next() {
            Some("subteam") => label.unwrap_or("@a group").to_owned(),
            Some("date") => label.unwrap_or("a date").to_owned(),
            _ => format!("@{special}"),
        },
        _ => match label {
            Some(label) if label != target => format!("{label} ({target})"),
            _ => target.to_owned(),
        },
    }
}

fn unescape_into(text: &str, plain: &mut String) {
    let mut rest = text;
    while let Some(at) = rest.find('&') {
        plain.push_str(&rest[..at]);
        rest = &rest[at..];
        let (character, length) = match rest {
            _ if rest.starts_with("&lt;") => ('<', 4),
            _ if rest.starts_with("&gt;") => ('>', 4),
            _ if rest.starts_with("&amp;") => ('&', 5),
            _ => ('&', 1),
        };
        plain.push(character);
        rest = &rest[length..];
    }
    plain.push_str(rest);
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn penny() -> UserId {
        "UPENNY".into()
    }

    #[test]
    fn everybody_named_is_found_once_and_in_order() {
        let users = mentions("<@U2|bob> and <@UPENNY>, <@U2>, not <#C1|sales> <!here> or <@");
        assert_eq!(users, [UserId::from("U2"), penny()]);
    }

    #[test]
    fn a_message_that_begins_with_a_colleagues_name_is_for_the_colleague() {
        for text in [
            "<@U2> can you check this?",
            "  <@U2|bob>: done",
            "hey <@U2>, what do you think",
            "Thanks, <@U2>!",
            "<!subteam^S1|@design> please look",
        ] {
            assert!(addresses_somebody_else(text, &penny()), "{text}");
        }
        for text in [
            "<@UPENNY> ask <@U2>",
            "and what about <@U2>'s deals?",
            "hey, how many deals has <@U2>?",
            "<#C1|sales> had a good week",
            "<https://example.com> is down",
            "",
        ] {
            assert!(!addresses_somebody_else(text, &penny()), "{text}");
        }
    }

    #[test]
    fn a_request_to_stop_is_known_in_its_usual_forms_only() {
        for text in [
            "<@UPENNY> stop",
            "<@UPENNY>  Stop!",
            "stop, <@UPENNY|penny>.",
            "Please stop",
            "Penny, stop please",
            "STOP",
        ] {
            assert!(asks_to_stop(text, &penny()), "{text}");
        }
        for text in [
            "<@UPENNY> when do we stop taking orders?",
            "<@U2> stop",
            "stop loss orders",
            "",
            "<@UPENNY>",
        ] {
            assert!(!asks_to_stop(text, &penny()), "{text}");
        }
    }

    #[test]
    fn readable_text_has_names_and_no_escapes() {
        let name = |id: &str| (id == "U2").then(|| "Bob".to_owned());
        assert_eq!(
            readable(
                "<@U2> a &lt;b&gt; &amp;amp; <#C1|sales> <https://x.io|the site> <!here> <https://y.io>",
                name
            ),
            "@Bob a <b> &amp; #sales the site (https://x.io) @here https://y.io"
        );
    }

    proptest! {
        #[test]
        fn no_text_breaks_the_reading(text in "[<>@!#|&;a-zU2 é😀^]{0,40}") {
            mentions(&text);
            addresses_somebody_else(&text, &penny());
            asks_to_stop(&text, &penny());
            readable(&text, |_| None);
        }

        #[test]
        fn text_without_references_reads_as_it_was_typed(typed in "[a-z <>&é;]{0,40}") {
            let escaped = typed.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
            prop_assert_eq!(readable(&escaped, |_| None), typed);
        }
    }
}
