//! What a conversation is called until somebody gives it a name: its first question, as one
//! short line of plain words.

use super::text::readable;
use crate::base::ids::UserId;

const MOST_CHARS: usize = 60;
/// A word that would leave less of the line than this is cut itself.
const FEWEST_CHARS: usize = 30;

/// None if nothing was said in words.
pub fn title(
    text: &str,
    penny: &UserId,
    name_of: impl Fn(&str) -> Option<String>,
) -> Option<String> {
    text.split("\n\n")
        .map(|paragraph| line(&readable(without_address(paragraph, penny), &name_of)))
        .find(|line| line.chars().any(char::is_alphanumeric))
        .map(|line| capitalised(&clipped(&line)))
}

/// Without the name by which Penny was called: she takes part in every title's conversation.
fn without_address<'a>(text: &'a str, penny: &UserId) -> &'a str {
    let mut rest = text.trim_start();
    while let Some(named) = rest
        .strip_prefix("<@")
        .and_then(|name| name.strip_prefix(penny.as_str()))
        .filter(|name| name.starts_with(['>', '|']))
        .and_then(|name| name.split_once('>'))
    {
        rest = named.1.trim_start_matches([' ', ',', ':', '!', '-', '–']);
    }
    rest
}

/// The words of some lines in a row, without the marks of quotations, lists, styles and code.
fn line(text: &str) -> String {
    let mut words = Vec::new();
    for line in text.lines() {
        let line = line.replace(|letter: char| letter.is_control(), " ");
        let line = line.trim_start_matches(['>', '•', ' ']);
        let line = line.strip_prefix("- ").unwrap_or(line);
        words.extend(without_styles(line).split_whitespace().map(str::to_owned));
    }
    words.join(" ")
}

/// `*`, `_` and `~` style what they enclose, but within a word or between numbers they are meant.
fn without_styles(line: &str) -> String {
    let letters: Vec<char> = line.chars().collect();
    let is_mark = |at: usize| {
        let before = at.checked_sub(1).map(|before| letters[before]);
        let after = letters.get(at + 1);
        let opens = before.is_none_or(|letter| !letter.is_alphanumeric())
            && after.is_some_and(|letter| !letter.is_whitespace());
        let closes = before.is_some_and(|letter| !letter.is_whitespace())
            && after.is_none_or(|letter| !letter.is_alphanumeric());
        match letters[at] {
            '`' => true,
            '*' | '_' | '~' => opens || closes,
            _ => false,
        }
    };
    let kept = (0..letters.len()).filter(|at| !is_mark(*at));
    kept.map(|at| letters[at]).collect()
}

fn clipped(line: &str) -> String {
    if line.chars().count() <= MOST_CHARS {
        return line.to_owned();
    }
    // The place of the ellipsis may hold the space after the last word.
    let start: String = line.chars().take(MOST_CHARS).collect();
    let word_ends = start.rfind(' ').filter(|end| *end >= FEWEST_CHARS);
    let last = start.char_indices().next_back().map_or(0, |(at, _)| at);
    let kept = &start[..word_ends.unwrap_or(last)];
    format!(
        "{}…",
        kept.trim_end_matches([',', ';', ':', '.', '-', '–', ' '])
    )
}

fn capitalised(line: &str) -> String {
    let mut letters = line.chars();
    match letters.next() {
        Some(first) => first.to_uppercase().chain(letters).collect(),
        None => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn titled(text: &str) -> Option<String> {
        let name_of = |id: &str| (id == "U2").then(|| "Jonas Weber".to_owned());
        title(text, &"UPENNY".into(), name_of)
    }

    #[test]
    fn a_conversation_is_called_after_its_question_in_plain_words() {
        let cases = [
            (
                "<@UPENNY> how many deals are open?",
                "How many deals are open?",
            ),
            (
                "<@UPENNY|penny>, ask <@U2> *which* deal",
                "Ask @Jonas Weber which deal",
            ),
            (
                "&gt; a quoted line\nis that so?",
                "A quoted line is that so?",
            ),
            ("• `run_sql` and _this_ ~that~", "Run_sql and this that"),
            ("is 2 * 3 &lt; snake_case?", "Is 2 * 3 < snake_case?"),
            (
                "What do they want?\n\nThe message, by <@U2>:",
                "What do they want?",
            ),
            ("<@UPENNY>\n\nand now?", "And now?"),
            ("a\u{0}b", "A b"),
            ("see <https://x.io|the site>", "See the site (https://x.io)"),
        ];
        for (text, expected) in cases {
            assert_eq!(titled(text).as_deref(), Some(expected), "{text}");
        }
        assert_eq!(titled("<@UPENNY>"), None);
        assert_eq!(titled(" \n "), None);
    }

    #[test]
    fn a_long_question_is_clipped_at_a_word() {
        assert_eq!(
            titled("How is our sales pipeline doing this quarter, by stage, and what changed?")
                .as_deref(),
            Some("How is our sales pipeline doing this quarter, by stage, and…")
        );
        let unbroken = titled(&"x".repeat(200)).unwrap();
        assert_eq!(unbroken.chars().count(), MOST_CHARS);
    }

    proptest! {
        #[test]
        fn no_text_makes_a_title_that_is_empty_or_too_long(text in "[<>@U2PENY *_~`é😀\n&;a]{0,200}") {
            if let Some(title) = titled(&text) {
                prop_assert!(title.chars().count() <= MOST_CHARS + 2, "{title}");
                prop_assert!(!title.trim().is_empty() && !title.contains('\n'));
            }
        }
    }
}
