//! A mail as it goes over the wire (RFC 5322, with RFC 2047 and 2045 for what is not ASCII).
//! Whatever stands in its fields, it has exactly the headers that are written here.

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE};
use std::fmt::Write;

/// What Penny finds a mail again by: Gmail gives every mail that it sends a `Message-ID` of its
/// own, and keeps this.
pub const MARK: &str = "X-Penny-Action";

/// Bytes of one encoded word, so that its line stays within 76.
const WORD: usize = 42;
/// Longer subjects are encoded, which also folds them.
const PLAIN_SUBJECT: usize = 64;
const LINE: usize = 76;

#[derive(Debug)]
pub struct Outgoing<'a> {
    pub from: &'a str,
    pub to: Vec<&'a str>,
    pub cc: Vec<&'a str>,
    pub subject: &'a str,
    pub body: &'a str,
    /// Names this mail, and no other one.
    pub key: &'a str,
    pub answers: Option<Answers>,
}

/// What a reply refers to, by the headers of the mail before it.
#[derive(Debug)]
pub struct Answers {
    pub message_id: String,
    /// Those that the conversation consists of, the answered one last.
    pub references: Vec<String>,
}

impl Outgoing<'_> {
    /// As Gmail takes it.
    pub fn encoded(&self) -> String {
        URL_SAFE.encode(self.text())
    }

    fn text(&self) -> String {
        let mut text = String::new();
        let mut header = |name: &str, value: &str| {
            let value: String = value.chars().filter(|it| !is_forbidden(*it)).collect();
            let _ = write!(text, "{name}: {}\r\n", folded(&value));
        };
        header("From", self.from);
        header("To", &self.to.join(", "));
        if !self.cc.is_empty() {
            header("Cc", &self.cc.join(", "));
        }
        header("Subject", &subject(self.subject));
        header("Message-ID", &format!("<{}@penny>", self.key));
        header(MARK, self.key);
        if let Some(answers) = &self.answers {
            header("In-Reply-To", &answers.message_id);
            header("References", &answers.references.join(" "));
        }
        header("MIME-Version", "1.0");
        header("Content-Type", "text/plain; charset=utf-8");
        header("Content-Transfer-Encoding", "base64");
        text.push_str("\r\n");
        let body = self
            .body
            .replace("\r\n", "\n")
            .replace(['\n', '\r'], "\r\n");
        let encoded = STANDARD.encode(body);
        for (place, letter) in encoded.chars().enumerate() {
            if place > 0 && place % LINE == 0 {
                text.push_str("\r\n");
            }
            text.push(letter);
        }
        text.push_str("\r\n");
        text
    }
}

/// Nothing in a header's value may end the header.
fn is_forbidden(letter: char) -> bool {
    letter.is_control() || !letter.is_ascii()
}

/// At its spaces, where a line would become too long.
fn folded(value: &str) -> String {
    let mut lines = String::new();
    let mut length = 0;
    for word in value.split(' ') {
        if length > 0 && length + word.len() >= LINE {
            lines.push_str("\r\n ");
            length = 0;
        } else if !lines.is_empty() {
            lines.push(' ');
        }
        lines.push_str(word);
        length += word.len() + 1;
    }
    lines
}

fn subject(subject: &str) -> String {
    let is_plain = subject.len() <= PLAIN_SUBJECT
        && !subject.contains("=?")
        && subject.bytes().all(|byte| (b' '..=b'~').contains(&byte));
    if is_plain {
        return subject.trim().to_owned();
    }
    let mut words = vec![String::new()];
    for letter in subject.trim().chars() {
        let is_full = |word: &String| word.len() + letter.len_utf8() > WORD;
        if words.last().is_some_and(is_full) {
            words.push(String::new());
        }
        if let Some(last) = words.last_mut() {
            last.push(letter);
        }
    }
    let encoded = words
        .iter()
        .map(|word| format!("=?UTF-8?B?{}?=", STANDARD.encode(word)));
    encoded.collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn mail<'a>(subject: &'a str, body: &'a str) -> Outgoing<'a> {
        Outgoing {
            from: "maya@example.com",
            to: vec!["ann@acme.example"],
            cc: vec![],
            subject,
            body,
            key: "penny-1-1",
            answers: None,
        }
    }

    fn parts(text: &str) -> (Vec<String>, String) {
        let (head, body) = text.split_once("\r\n\r\n").unwrap();
        let head = head.replace("\r\n ", " ");
        (
            head.split("\r\n").map(str::to_owned).collect(),
            body.to_owned(),
        )
    }

    /// As a mail program shows it.
    fn shown(header: &str) -> String {
        let value = header.split_once(": ").unwrap().1;
        if !value.starts_with("=?") {
            return value.to_owned();
        }
        let word = |word: &str| {
            let inner = word
                .strip_prefix("=?UTF-8?B?")
                .unwrap()
                .strip_suffix("?=")
                .unwrap();
            String::from_utf8(STANDARD.decode(inner).unwrap()).unwrap()
        };
        value.split(' ').map(word).collect()
    }

    #[test]
    fn a_mail_has_what_a_mail_needs() {
        let (head, body) = parts(&mail("Hello", "Hi Ann,\nall good.").text());
        assert_eq!(
            head,
            [
                "From: maya@example.com",
                "To: ann@acme.example",
                "Subject: Hello",
                "Message-ID: <penny-1-1@penny>",
                "X-Penny-Action: penny-1-1",
                "MIME-Version: 1.0",
                "Content-Type: text/plain; charset=utf-8",
                "Content-Transfer-Encoding: base64",
            ]
        );
        let body = STANDARD.decode(body.replace("\r\n", "")).unwrap();
        assert_eq!(body, b"Hi Ann,\r\nall good.");
    }

    #[test]
    fn a_reply_names_the_mails_before_it() {
        let mut reply = mail("Re: Hello", "Fine.");
        reply.answers = Some(Answers {
            message_id: "<b@acme.example>".to_owned(),
            references: vec!["<a@acme.example>".to_owned(), "<b@acme.example>".to_owned()],
        });
        let (head, _) = parts(&reply.text());
        assert!(head.contains(&"In-Reply-To: <b@acme.example>".to_owned()));
        assert!(head.contains(&"References: <a@acme.example> <b@acme.example>".to_owned()));
    }

    proptest! {
        #[test]
        fn no_subject_or_text_adds_a_header(subject in "\\PC{1,300}|[ -~\\r\\n\\t]{1,80}", body in "(?s).{0,400}") {
            let text = mail(&subject, &body).text();
            let (head, encoded) = parts(&text);
            prop_assert_eq!(head.len(), 8);
            prop_assert_eq!(shown(&head[2]), subject.trim());
            for line in text.split("\r\n") {
                prop_assert!(line.len() <= 90 && line.is_ascii(), "{}", line);
            }
            let decoded = STANDARD.decode(encoded.replace("\r\n", "")).unwrap();
            let decoded = String::from_utf8(decoded).unwrap().replace("\r\n", "\n");
            prop_assert_eq!(decoded, body.replace("\r\n", "\n").replace('\r', "\n"));
        }

        #[test]
        fn no_address_adds_a_header(address in "(?s).{1,80}") {
            let mut mail = mail("Hello", "Hi");
            mail.cc = vec![&address];
            let (head, _) = parts(&mail.text());
            prop_assert!(head.len() == 9 && head[2].starts_with("Cc: "));
        }
    }
}
