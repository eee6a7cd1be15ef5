//! Characters that nobody sees but that change what is read: removed from everything that a
//! model writes, because they can hide text, reverse it, or make a name look like another.

/// The text without control, bidirectional, zero-width and tag characters.
pub(super) fn strip_invisible(text: &str) -> String {
    let mut kept = String::with_capacity(text.len());
    let mut before = ' ';
    for character in text.chars() {
        let joins_emoji = character == ZERO_WIDTH_JOINER && is_pictorial(before);
        if joins_emoji || !is_invisible(character) {
            kept.push(character);
            before = character;
        }
    }
    kept
}

/// The text with a name in the place of each hidden character, for what people decide on: there
/// nothing may go unseen, and nothing be left out.
pub fn reveal_invisible(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    let mut before = ' ';
    for character in text.replace("\r\n", "\n").chars() {
        let joins_emoji = character == ZERO_WIDTH_JOINER && is_pictorial(before);
        if joins_emoji || !is_invisible(character) {
            shown.push(character);
        } else {
            shown.push_str(&format!("⟨U+{:04X}⟩", u32::from(character)));
        }
        before = character;
    }
    shown
}

pub(super) const ZERO_WIDTH_JOINER: char = '\u{200D}';

fn is_invisible(character: char) -> bool {
    match character {
        '\n' | '\t' => false,
        _ if character.is_control() => true,
        '\u{00AD}'
        | '\u{034F}'
        | '\u{061C}'
        | '\u{115F}'
        | '\u{1160}'
        | '\u{17B4}'
        | '\u{17B5}'
        | '\u{180B}'..='\u{180F}'
        | '\u{200B}'..='\u{200F}'
        | '\u{2028}'..='\u{202E}'
        | '\u{2060}'..='\u{206F}'
        | '\u{3164}'
        | '\u{FE00}'..='\u{FE0E}'
        | '\u{FEFF}'
        | '\u{FFA0}'
        | '\u{FFF0}'..='\u{FFFB}'
        | '\u{E0000}'..='\u{E0FFF}' => true,
        _ => false,
    }
}

/// A symbol, or what modifies one: only there does a joiner make a picture.
pub(super) fn is_pictorial(character: char) -> bool {
    matches!(character,
        '\u{200D}' | '\u{20E3}' | '\u{2190}'..='\u{2BFF}' | '\u{3030}' | '\u{303D}'
        | '\u{3297}' | '\u{3299}' | '\u{FE0F}' | '\u{1F000}'..='\u{1FAFF}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hidden_characters_go_and_visible_ones_stay() {
        assert_eq!(
            strip_invisible("pay\u{200B}pal\u{202E}.com\u{E0041}\r\n"),
            "paypal.com\n"
        );
        assert_eq!(strip_invisible("a\u{200D}b"), "ab");
        assert_eq!(
            reveal_invisible("pay\u{200B}pal\u{202E}.com\r\n"),
            "pay⟨U+200B⟩pal⟨U+202E⟩.com\n"
        );
        for text in ["👩\u{200D}💻 ❤\u{FE0F}", "naïve Ελλάδα 日本 é", "\ttab\n"] {
            assert_eq!(strip_invisible(text), text);
            assert_eq!(reveal_invisible(text), text);
        }
    }
}
