//! Characters that nobody sees but that change what is read: they can hide text, reverse it, or
//! make a name look like another. One list for what models write and for what they read.

const ZERO_WIDTH_JOINER: char = '\u{200D}';
/// Asks for the coloured form of the symbol before it.
const AS_EMOJI: char = '\u{FE0F}';

/// The text without control, bidirectional, zero-width and tag characters. What makes an emoji of
/// symbols stays, in emoji.
pub fn strip_invisible(text: &str) -> String {
    let mut kept = String::with_capacity(text.len());
    let mut base = ' ';
    for character in text.chars().filter(|c| is_seen(*c, &mut base)) {
        kept.push(character);
    }
    kept
}

/// The text with a name in the place of each hidden character, for what people decide on: there
/// nothing may go unseen, and nothing be left out.
pub fn reveal_invisible(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    let mut base = ' ';
    for character in text.replace("\r\n", "\n").chars() {
        if is_seen(character, &mut base) {
            shown.push(character);
        } else {
            shown.push_str(&format!("⟨U+{:04X}⟩", u32::from(character)));
        }
    }
    shown
}

/// Whether it shows something, or makes an emoji of what stands before it.
fn is_seen(character: char, base: &mut char) -> bool {
    let is_seen = match character {
        // A digit, # and * become keys.
        AS_EMOJI => {
            return is_pictorial(*base) || base.is_ascii_digit() || "#*©®‼⁉™ℹ".contains(*base);
        }
        ZERO_WIDTH_JOINER => is_pictorial(*base),
        _ => !is_invisible(character),
    };
    *base = character;
    is_seen
}

/// Whether a character shows nothing of its own, wherever it stands.
pub fn is_invisible(character: char) -> bool {
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
        | '\u{FE00}'..='\u{FE0F}'
        | '\u{FEFF}'
        | '\u{FFA0}'
        | '\u{FFF0}'..='\u{FFFB}'
        | '\u{1BCA0}'..='\u{1BCA3}'
        | '\u{1D173}'..='\u{1D17A}'
        | '\u{E0000}'..='\u{E0FFF}' => true,
        _ => false,
    }
}

/// A symbol that emoji are made of: only there does a joiner make a picture.
pub fn is_pictorial(character: char) -> bool {
    matches!(character,
        '\u{20E3}' | '\u{2190}'..='\u{2BFF}' | '\u{3030}' | '\u{303D}'
        | '\u{3297}' | '\u{3299}' | '\u{1F000}'..='\u{1FAFF}')
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
        assert_eq!(
            reveal_invisible("pay\u{200B}pal\u{202E}.com\r\n"),
            "pay⟨U+200B⟩pal⟨U+202E⟩.com\n"
        );
        for text in [
            "👩\u{200D}💻 ❤\u{FE0F} ❤\u{FE0F}\u{200D}🔥 1\u{FE0F}\u{20E3} ™\u{FE0F} 👩🏽\u{200D}🚀",
            "naïve Ελλάδα 日本 é",
            "\ttab\n",
        ] {
            assert_eq!(strip_invisible(text), text);
            assert_eq!(reveal_invisible(text), text);
        }
    }

    #[test]
    fn what_emoji_are_made_of_is_hidden_anywhere_else() {
        for hidden in [
            "a\u{200D}b",
            "a\u{FE0F}b",
            "a\u{FE0F}\u{200D}b",
            "a\u{200D}\u{200D}b",
        ] {
            assert_eq!(strip_invisible(hidden), "ab", "{hidden:?}");
        }
        assert_eq!(strip_invisible("1\u{FE0F}\u{200D}2"), "1\u{FE0F}2");
    }
}
