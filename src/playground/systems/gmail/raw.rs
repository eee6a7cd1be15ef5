//! Reads a mail as it is sent (RFC 5322), as far as Gmail needs to, to show it again.

use super::refusal::Refusal;
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE};

#[derive(Debug)]
pub struct Parsed {
    pub headers: Vec<(String, String)>,
    pub text: String,
}

pub fn parse(raw: &str) -> Result<Parsed, Refusal> {
    let bytes = URL_SAFE
        .decode(raw)
        .map_err(|_| Refusal::invalid("Invalid value for ByteString"))?;
    let mail = String::from_utf8(bytes).map_err(|_| Refusal::invalid("Invalid mail"))?;
    let (head, body) = mail
        .split_once("\r\n\r\n")
        .ok_or_else(|| Refusal::invalid("Invalid mail"))?;
    let unfolded = head.replace("\r\n ", " ");
    let headers: Vec<(String, String)> = unfolded
        .split("\r\n")
        .filter_map(|line| line.split_once(':'))
        .map(|(name, value)| (name.to_owned(), decoded(value.trim())))
        .collect();
    let value = |name: &str| {
        let found = headers.iter().find(|(it, _)| it.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.as_str())
    };
    if value("To").is_none_or(|to| !to.contains('@')) {
        return Err(Refusal::invalid("Recipient address required"));
    }
    let text = match value("Content-Transfer-Encoding") {
        Some("base64") => {
            let bytes = STANDARD.decode(body.replace("\r\n", ""));
            let bytes = bytes.map_err(|_| Refusal::invalid("Invalid mail"))?;
            String::from_utf8_lossy(&bytes).into_owned()
        }
        _ => body.to_owned(),
    };
    Ok(Parsed { headers, text })
}

/// Encoded words (RFC 2047) in UTF-8 and base64, the only ones that are sent here.
fn decoded(value: &str) -> String {
    let words = value.split(' ').map(|word| {
        let inner = word.strip_prefix("=?UTF-8?B?")?.strip_suffix("?=")?;
        String::from_utf8(STANDARD.decode(inner).ok()?).ok()
    });
    let words: Option<Vec<String>> = words.collect();
    words.map_or_else(|| value.to_owned(), |words| words.concat())
}
