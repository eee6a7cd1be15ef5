//! From the bytes of a page to the text that is kept and shown, a part at a time.

use super::readable::readable;
use crate::agent::untrusted;
use crate::net::guard;
use crate::store::pages::Page;
use encoding_rs::{Encoding, UTF_8};

/// As much of a page as is kept.
const KEPT_BYTES: usize = 400_000;
/// As much as is shown at once, with room for what stands above it.
const PART_BYTES: usize = 40_000;
/// Where a page may say in which encoding it is written.
const DECLARED_WITHIN: usize = 1_024;
const TITLE_CHARS: usize = 200;

const CUT: &str = "\n\n(The page goes on. This is as much of it as is kept.)";

#[derive(Debug, PartialEq, Eq)]
pub struct Read {
    pub title: String,
    pub text: String,
}

pub fn read(page: &guard::Page) -> Read {
    let kind = page.content_type.to_ascii_lowercase();
    let (text, ..) = encoding(&kind, &page.body).decode(&page.body);
    let is_html = kind.starts_with("text/html") || kind.starts_with("application/xhtml");
    let (title, text) = if is_html {
        let page = readable(&text, &page.url);
        (page.title, page.text)
    } else {
        (String::new(), text.into_owned())
    };
    let title = untrusted::clean(&title).chars().take(TITLE_CHARS).collect();
    let mut text = untrusted::clean(&text);
    if text.len() > KEPT_BYTES {
        text.truncate(boundary(&text, KEPT_BYTES));
        text.push_str(CUT);
    }
    Read { title, text }
}

/// What the server says, else what the page says, else UTF-8. A byte order mark wins over all,
/// which is the decoder's doing.
fn encoding(content_type: &str, body: &[u8]) -> &'static Encoding {
    let head = &body[..body.len().min(DECLARED_WITHIN)];
    let head = String::from_utf8_lossy(head).to_ascii_lowercase();
    charset(content_type)
        .or_else(|| charset(&head))
        .unwrap_or(UTF_8)
}

fn charset(text: &str) -> Option<&'static Encoding> {
    let (_, rest) = text.split_once("charset=")?;
    let ends = |c: char| c.is_whitespace() || "\"';,>/".contains(c);
    let name = rest.trim_start_matches(['"', '\'']).split(ends).next()?;
    Encoding::for_label(name.as_bytes())
}

/// One part of a page under what there is to say about it; the first line names it.
pub fn part(page: &Page, number: usize) -> Result<String, String> {
    let parts = parts(&page.body);
    let Some(part) = number.checked_sub(1).and_then(|at| parts.get(at)) else {
        return Err(match parts.len() {
            1 => "The page has one part only.".to_owned(),
            several => format!("The page has the parts 1 to {several}."),
        });
    };
    let name = if page.title.is_empty() {
        &page.url
    } else {
        &page.title
    };
    let read_at = page.read_at.format("%Y-%m-%d %H:%M");
    let mut text = format!("{name}\nAddress: {}\nRead: {read_at} UTC\n", page.url);
    if parts.len() > 1 {
        text.push_str(&format!("Part {number} of {}\n", parts.len()));
    }
    text.push('\n');
    if part.trim().is_empty() {
        text.push_str("(There is no text on this page. It may need a browser to show any.)");
    }
    text.push_str(part);
    Ok(text)
}

/// Parts end with a line where one ends near.
fn parts(text: &str) -> Vec<&str> {
    let mut parts = Vec::new();
    let mut rest = text;
    while rest.len() > PART_BYTES {
        let end = boundary(rest, PART_BYTES);
        let end = rest[..end]
            .rfind('\n')
            .map(|at| at + 1)
            .filter(|at| *at > PART_BYTES / 2)
            .unwrap_or(end);
        let (part, after) = rest.split_at(end);
        parts.push(part);
        rest = after;
    }
    parts.push(rest);
    parts
}

fn boundary(text: &str, at: usize) -> usize {
    (0..=at)
        .rev()
        .find(|at| text.is_char_boundary(*at))
        .unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use bytes::Bytes;
    use chrono::DateTime;
    use proptest::prelude::*;

    fn fetched(content_type: &str, body: &[u8]) -> guard::Page {
        guard::Page {
            url: "https://site.example/".parse().unwrap(),
            content_type: content_type.to_owned(),
            body: Bytes::copy_from_slice(body),
        }
    }

    fn page(body: &str) -> Page {
        Page {
            url: "https://site.example/".to_owned(),
            title: "A title".to_owned(),
            body: body.to_owned(),
            read_at: DateTime::UNIX_EPOCH,
        }
    }

    #[test]
    fn a_page_is_read_in_the_encoding_it_was_written_in() {
        for (content_type, body) in [
            ("text/plain", "caf\u{e9}".as_bytes()),
            ("text/plain; charset=ISO-8859-1", b"caf\xe9"),
            ("text/html", b"<meta charset='windows-1252'>caf\xe9"),
            (
                "text/html",
                b"<meta http-equiv=Content-Type content=\"text/html; charset=latin1\">caf\xe9",
            ),
            ("text/plain; charset=utf-8", b"\xff\xfec\0a\0f\0\xe9\0"),
        ] {
            assert_eq!(read(&fetched(content_type, body)).text, "café", "{body:?}");
        }
        let broken = read(&fetched("text/plain; charset=unheard-of", b"caf\xe9 \x00"));
        assert_eq!(broken.text, "caf\u{fffd} ");
    }

    #[test]
    fn data_comes_as_it_is() {
        let csv = "part,price\na|b,<b>1</b>\n";
        assert_eq!(read(&fetched("text/csv", csv.as_bytes())).text, csv);
        let json = r#"{"a": ["<p>"]}"#;
        assert_eq!(
            read(&fetched("application/json", json.as_bytes())).text,
            json
        );
    }

    #[test]
    fn instructions_in_invisible_characters_are_not_kept() {
        let html = "<title>T\u{202e}</title><p>Fine&#x200b;&#xe0041;.</p>";
        let read = read(&fetched("text/html", html.as_bytes()));
        assert_eq!((&*read.title, &*read.text), ("T", "Fine."));
    }

    #[test]
    fn a_page_without_end_is_cut_and_says_so() {
        let read = read(&fetched("text/plain", "ü".repeat(KEPT_BYTES).as_bytes()));
        assert!(read.text.ends_with(CUT));
        assert!(read.text.len() <= KEPT_BYTES + CUT.len());
    }

    #[test]
    fn a_long_page_comes_in_parts_that_are_asked_for_by_number() {
        let lines = "a line of the page\n".repeat(5_000);
        let first = part(&page(&lines), 1).unwrap();
        assert!(first.starts_with(
            "A title\nAddress: https://site.example/\nRead: 1970-01-01 00:00 UTC\nPart 1 of 3\n\na line"
        ));
        assert!(part(&page(&lines), 3).is_ok());
        for wrong in [0, 4, usize::MAX] {
            let said = part(&page(&lines), wrong).unwrap_err();
            assert_eq!(said, "The page has the parts 1 to 3.");
        }
        let empty = part(&page(""), 1).unwrap();
        assert!(empty.contains("There is no text on this page"), "{empty}");
    }

    proptest! {
        #[test]
        fn parts_lose_nothing_and_none_is_too_long(piece in "[a-zü€\n]{1,50}", times in 1usize..4_000) {
            let text = piece.repeat(times);
            let parts = parts(&text);
            prop_assert_eq!(parts.concat(), text.as_str());
            prop_assert!(parts.iter().all(|part| part.len() <= PART_BYTES));
        }
    }
}
