//! The words of a piece of HTML, such as the body of a mail: its text line by line, without markup,
//! styles, scripts and comments.

use html5gum::emitters::default::DefaultEmitter;
use html5gum::{Token, Tokenizer};

/// What is never read as text.
const LEFT_OUT: [&[u8]; 5] = [b"head", b"script", b"style", b"template", b"title"];
/// What begins a new line.
const BLOCKS: [&[u8]; 17] = [
    b"blockquote",
    b"br",
    b"dd",
    b"div",
    b"dt",
    b"h1",
    b"h2",
    b"h3",
    b"h4",
    b"hr",
    b"li",
    b"ol",
    b"p",
    b"pre",
    b"table",
    b"tr",
    b"ul",
];

pub fn words(html: &str) -> String {
    let mut emitter = DefaultEmitter::default();
    emitter.naively_switch_states(true);
    let mut text = String::with_capacity(html.len() / 2);
    let mut left_out: Option<Vec<u8>> = None;
    for token in Tokenizer::new_with_emitter(html, emitter).filter_map(Result::ok) {
        match token {
            Token::StartTag(tag) => {
                let name: &[u8] = &tag.name;
                if left_out.is_none() && LEFT_OUT.contains(&name) && !tag.self_closing {
                    left_out = Some(name.to_vec());
                }
                separate(&mut text, name);
            }
            Token::EndTag(tag) => {
                let name: &[u8] = &tag.name;
                if left_out.as_deref() == Some(name) {
                    left_out = None;
                }
                separate(&mut text, name);
            }
            Token::String(words) if left_out.is_none() => {
                text.push_str(&String::from_utf8_lossy(&words));
            }
            _ => {}
        }
    }
    tidy(&text)
}

/// Lines end where blocks do, cells of a table are kept apart by a space.
fn separate(text: &mut String, tag: &[u8]) {
    if BLOCKS.contains(&tag) {
        text.push('\u{2028}');
    } else if tag == b"td" || tag == b"th" {
        text.push(' ');
    }
}

/// HTML's own line breaks are spaces, and its empty lines are many.
fn tidy(text: &str) -> String {
    let lines = text
        .split('\u{2028}')
        .map(|line| line.split_whitespace().collect::<Vec<_>>().join(" "));
    let mut tidied = String::with_capacity(text.len());
    for line in lines.filter(|line| !line.is_empty()) {
        if !tidied.is_empty() {
            tidied.push('\n');
        }
        tidied.push_str(&line);
    }
    tidied
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mail_is_read_without_its_markup() {
        for (html, text) in [
            (
                "<p>Called Ann &amp; Bob.</p><p>They sign <b>soon</b>.</p>",
                "Called Ann & Bob.\nThey sign soon.",
            ),
            (
                "<html><head><title>x</title><style>p { color: red }</style></head>\
                 <body>one<br>two<br/>three</body></html>",
                "one\ntwo\nthree",
            ),
            ("a < b and c", "a < b and c"),
            ("<td>7</td><td>seats</td>", "7 seats"),
            (
                "<!-- hidden --><script>alert(1)</script>Hello\n  there",
                "Hello there",
            ),
            ("&amp;lt;b&amp;gt;", "&lt;b&gt;"),
            ("", ""),
        ] {
            assert_eq!(words(html), text, "{html}");
        }
    }
}
