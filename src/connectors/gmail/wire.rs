//! Gmail's messages as its API tells them, and what is read out of their parts.

use crate::connectors::html;
use base64::Engine;
use base64::alphabet::URL_SAFE;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use chrono::{DateTime, Utc};
use serde::Deserialize;

/// Gmail's base64, which comes with padding or without.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &URL_SAFE,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

pub const ME: &str = "/gmail/v1/users/me";

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Profile {
    pub email_address: String,
    pub history_id: String,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Reference {
    pub id: String,
    pub thread_id: String,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Listed {
    #[serde(default)]
    pub messages: Vec<Reference>,
    pub next_page_token: Option<String>,
}

#[derive(Debug, Deserialize)]
pub struct Thread {
    #[serde(default)]
    pub messages: Vec<Message>,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Message {
    pub id: String,
    pub thread_id: String,
    pub label_ids: Vec<String>,
    pub snippet: String,
    /// Milliseconds, as text.
    pub internal_date: String,
    pub payload: Part,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Part {
    pub mime_type: String,
    pub filename: String,
    pub headers: Vec<Header>,
    pub body: Body,
    pub parts: Vec<Part>,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Header {
    pub name: String,
    pub value: String,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Body {
    pub size: u64,
    pub data: Option<String>,
}

/// A file that is attached, without its content.
#[derive(Debug)]
pub struct Attachment<'a> {
    pub name: &'a str,
    pub mime_type: &'a str,
    pub bytes: u64,
}

impl Message {
    pub fn has_label(&self, label: &str) -> bool {
        self.label_ids.iter().any(|it| it == label)
    }

    /// What is not mail that somebody got or sent: thrown away, unwanted, unfinished, or a chat.
    pub fn is_gone(&self) -> bool {
        ["TRASH", "SPAM", "DRAFT", "CHAT"]
            .iter()
            .any(|label| self.has_label(label))
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        let mut headers = self.payload.headers.iter();
        let found = headers.find(|header| header.name.eq_ignore_ascii_case(name))?;
        Some(found.value.trim()).filter(|value| !value.is_empty())
    }

    pub fn at(&self) -> Option<DateTime<Utc>> {
        DateTime::from_timestamp_millis(self.internal_date.parse().ok()?)
    }

    /// Its plain part, or else the words of its HTML.
    pub fn text(&self) -> String {
        let plain = self.payload.texts("text/plain");
        if !plain.trim().is_empty() {
            return plain.replace("\r\n", "\n").trim().to_owned();
        }
        html::words(&self.payload.texts("text/html"))
    }

    pub fn attachments(&self) -> Vec<Attachment<'_>> {
        let mut found = Vec::new();
        self.payload.attached(&mut found);
        found
    }
}

impl Part {
    /// The content of all parts of this type that are not files, one after the other.
    fn texts(&self, mime_type: &str) -> String {
        let mut text = String::new();
        self.gather(mime_type, &mut text);
        text
    }

    fn gather(&self, mime_type: &str, text: &mut String) {
        if self.mime_type.eq_ignore_ascii_case(mime_type)
            && self.filename.is_empty()
            && let Some(data) = &self.body.data
        {
            let bytes = BASE64.decode(data).unwrap_or_default();
            if !text.is_empty() {
                text.push('\n');
            }
            text.push_str(&String::from_utf8_lossy(&bytes));
        }
        for part in &self.parts {
            part.gather(mime_type, text);
        }
    }

    fn attached<'a>(&'a self, found: &mut Vec<Attachment<'a>>) {
        if !self.filename.is_empty() {
            found.push(Attachment {
                name: &self.filename,
                mime_type: &self.mime_type,
                bytes: self.body.size,
            });
        }
        for part in &self.parts {
            part.attached(found);
        }
    }
}

/// The bare addresses in a header such as `From` or `To`, in small letters.
pub fn addresses(header: &str) -> Vec<String> {
    let mut found = Vec::new();
    for entry in entries(header) {
        let address = match entry.rsplit_once('<') {
            Some((_, rest)) => rest.split('>').next().unwrap_or_default(),
            None => &entry,
        };
        let address = address.trim().to_lowercase();
        if address.contains('@') && !address.contains(char::is_whitespace) {
            found.push(address);
        }
    }
    found
}

/// The entries of a list of addresses: at its commas, except those within quotes or brackets.
fn entries(header: &str) -> Vec<String> {
    let mut all = vec![String::new()];
    let (mut is_quoted, mut is_escaped, mut is_inside) = (false, false, false);
    for letter in header.chars() {
        let ends = letter == ',' && !is_quoted && !is_inside;
        if ends {
            all.push(String::new());
            continue;
        }
        match letter {
            '"' if !is_escaped => is_quoted = !is_quoted,
            '<' if !is_quoted => is_inside = true,
            '>' if !is_quoted => is_inside = false,
            _ => {}
        }
        is_escaped = letter == '\\' && !is_escaped;
        if let Some(last) = all.last_mut() {
            last.push(letter);
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn message(value: Value) -> Message {
        serde_json::from_value(value).unwrap()
    }

    #[test]
    fn addresses_are_found_whatever_names_stand_around_them() {
        for (header, found) in [
            ("ann@acme.example", vec!["ann@acme.example"]),
            (
                r#""Lee, Ann" <Ann@Acme.example>, Bob <bob@x.example>"#,
                vec!["ann@acme.example", "bob@x.example"],
            ),
            (
                r#""a \" , <b@x.example>" <c@x.example>"#,
                vec!["c@x.example"],
            ),
            ("undisclosed-recipients:;", vec![]),
            ("", vec![]),
        ] {
            assert_eq!(addresses(header), found, "{header}");
        }
    }

    #[test]
    fn the_plain_part_of_a_mail_is_its_text_and_files_are_not() {
        let mail = message(json!({"payload": {"mimeType": "multipart/mixed", "parts": [
            {"mimeType": "multipart/alternative", "parts": [
                {"mimeType": "text/plain", "body": {"data": "SGkgQW5uLA0KYWxsIGdvb2Qu"}},
                {"mimeType": "text/html", "body": {"data": "PGI-SGk8L2I-"}},
            ]},
            {"mimeType": "text/plain", "filename": "notes.txt",
                "body": {"attachmentId": "a", "size": 7}},
        ]}}));
        assert_eq!(mail.text(), "Hi Ann,\nall good.");
        let files: Vec<_> = mail
            .attachments()
            .iter()
            .map(|it| (it.name, it.bytes))
            .collect();
        assert_eq!(files, [("notes.txt", 7)]);
    }

    #[test]
    fn a_mail_of_html_alone_is_read_by_its_words() {
        let mail = message(json!({"payload": {"mimeType": "text/html",
            "body": {"data": "PHA-SGkgPGI-QW5uPC9iPjwvcD4="}}}));
        assert_eq!(mail.text(), "Hi Ann");
    }
}
