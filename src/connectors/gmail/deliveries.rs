//! What Gmail tells by itself: through Pub/Sub, that something about a mailbox has changed. What
//! that is stands in the mailbox's history, which is read for its owner alone.

use super::wire::ME;
use crate::connectors::ConnectorError;
use crate::connectors::deliveries::{Addressee, Heard, Listen, Part, Proof, Said};
use crate::net::json_api::JsonApi;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use base64::{DecodeError, Engine};
use chrono::{DateTime, Utc};
use serde::Deserialize;
use serde_json::json;

/// Pub/Sub pads, in the alphabet that most use; Gmail's own guide calls it the one for addresses,
/// and whoever stands between may take the padding away.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

pub static LISTEN: Listen = Listen {
    proof: Proof::PubSub,
    id_header: None,
    topic_header: None,
    events: &[],
};

#[derive(Deserialize)]
struct Push {
    message: Message,
}

#[derive(Deserialize)]
struct Message {
    #[serde(default)]
    data: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Note {
    email_address: String,
}

pub fn addressed(body: &[u8]) -> Result<Vec<Part>, ConnectorError> {
    let push: Push = serde_json::from_slice(body).map_err(odd)?;
    if push.message.data.is_empty() {
        // It is about nobody's mailbox; refused, it would come for ever.
        return Ok(Vec::new());
    }
    let note = decoded(&push.message.data).map_err(odd)?;
    let note: Note = serde_json::from_slice(&note).map_err(odd)?;
    Ok(vec![Part {
        to: Addressee::Account(note.email_address),
        payload: body.to_vec(),
    }])
}

fn decoded(data: &str) -> Result<Vec<u8>, DecodeError> {
    BASE64.decode(data.replace('-', "+").replace('_', "/"))
}

pub fn hear(_said: &Said<'_>) -> Result<Vec<Heard>, ConnectorError> {
    Ok(vec![Heard::Changed])
}

#[derive(Deserialize)]
struct Watched {
    /// Milliseconds, as text.
    expiration: String,
}

pub async fn watch(api: &JsonApi, topic: &str) -> Result<DateTime<Utc>, ConnectorError> {
    let asked = json!({"topicName": topic});
    // Asking twice is the same as once, so it may be repeated.
    let watched: Watched = api.search(&format!("{ME}/watch"), &asked).await?;
    let until = watched.expiration.parse().ok();
    let until = until.and_then(DateTime::from_timestamp_millis);
    until.ok_or_else(|| ConnectorError::Unexpected("a watch without an end".to_owned()))
}

fn odd(error: impl std::fmt::Display) -> ConnectorError {
    ConnectorError::Unexpected(error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE, URL_SAFE_NO_PAD};

    #[test]
    fn a_push_is_for_whoever_owns_the_mailbox_that_it_names() {
        // Letters that the two alphabets write differently.
        let note = r#"{"emailAddress":"Ann~?~?~?@acme.example","historyId":9876543210}"#;
        let (plain, for_addresses) = (STANDARD.encode(note), URL_SAFE.encode(note));
        assert_ne!(plain, for_addresses);
        for data in [
            plain,
            for_addresses,
            STANDARD_NO_PAD.encode(note),
            URL_SAFE_NO_PAD.encode(note),
        ] {
            let push = json!({"message": {"data": data, "messageId": "1"}, "subscription": "s"});
            let parts = addressed(push.to_string().as_bytes()).unwrap();
            let owner = Addressee::Account("Ann~?~?~?@acme.example".to_owned());
            assert_eq!(parts[0].to, owner);
        }
        let about_nobody = json!({"message": {"messageId": "1", "attributes": {"a": "b"}}});
        assert_eq!(addressed(about_nobody.to_string().as_bytes()), Ok(vec![]));
        for odd in [json!({}), json!({"message": {"data": "%%%"}}), json!([])] {
            assert!(addressed(odd.to_string().as_bytes()).is_err(), "{odd}");
        }
    }
}
