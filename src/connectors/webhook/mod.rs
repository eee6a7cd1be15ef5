//! Any system that can send a signed request: each connection is an address of its own with a
//! secret of its own, and whatever is sent there is an event.

use super::deliveries::{
    At, Encoding, EventKind, Freshness, Happened, Heard, Listen, Piece, Proof, Said, Signature,
    Unit,
};
use super::tracker::without_nul;
use super::{Account, Connector, ConnectorError, Manifest, Reach, undeclared};
use crate::net::json_api::JsonApi;
use async_trait::async_trait;
use serde_json::{Value, json};

/// An event is looked at by whoever acts upon it, so it has to stay small.
const MAX_SAID: usize = 64 * 1024;

/// Over the moment of sending, a dot, and the body.
pub const SIGNATURE: Signature = Signature {
    header: "x-penny-signature",
    prefix: "v1=",
    encoding: Encoding::Hex,
    over: &[Piece::Moment, Piece::Text("."), Piece::Body],
    fresh: Some(Freshness {
        at: At::Header("x-penny-timestamp"),
        unit: Unit::Seconds,
        seconds: 300,
    }),
};

static LISTEN: Listen = Listen {
    proof: Proof::Own(SIGNATURE),
    id_header: Some("x-penny-delivery"),
    topic_header: Some("x-penny-event"),
    events: &[EventKind {
        name: "webhook.received",
        about: "Something was sent; topic, and body as it came.",
    }],
};

static MANIFEST: Manifest = Manifest {
    slug: "webhook",
    name: "Webhook",
    key: None,
    oauth: None,
    reach: Reach::Org,
    // Nothing is ever asked there.
    base_url: "https://localhost",
    streams: &[],
    limits: &[],
    topics: &[],
    queries: &[],
    operations: &[],
    listen: Some(&LISTEN),
    guide: include_str!("guide.md"),
};

pub struct Webhook;

#[async_trait]
impl Connector for Webhook {
    fn manifest(&self) -> &'static Manifest {
        &MANIFEST
    }

    async fn account(&self, _api: &JsonApi) -> Result<Account, ConnectorError> {
        Err(undeclared("account"))
    }

    fn longest_delivery(&self) -> usize {
        MAX_SAID
    }

    fn hear(&self, said: &Said<'_>) -> Result<Vec<Heard>, ConnectorError> {
        // An older version has taken it.
        if said.payload.len() > MAX_SAID {
            let why = format!("it is longer than {MAX_SAID} bytes");
            return Err(ConnectorError::Unexpected(why));
        }
        let text = || Value::String(String::from_utf8_lossy(said.payload).into_owned());
        let mut body = serde_json::from_slice(said.payload).unwrap_or_else(|_| text());
        without_nul(&mut body);
        let fields = json!({"topic": said.topic, "body": body});
        Ok(vec![Heard::Event(Happened::new(
            "webhook.received",
            fields,
        ))])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn heard(payload: &[u8]) -> Result<Value, ConnectorError> {
        let said = Said {
            topic: Some("invoice.paid"),
            payload,
        };
        let mut heard = Webhook.hear(&said)?;
        match heard.pop() {
            Some(Heard::Event(event)) => Ok(event.fields),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn whatever_is_sent_is_an_event_as_long_as_it_is_small() {
        let fields = heard(br#"{"amount": 12, "note": "a\u0000b"}"#).unwrap();
        assert_eq!(fields["topic"], "invoice.paid");
        assert_eq!(fields["body"], json!({"amount": 12, "note": "ab"}));
        assert_eq!(heard(b"amount=12").unwrap()["body"], "amount=12");
        assert_eq!(heard(&[0xff]).unwrap()["body"], "\u{fffd}");
        assert!(heard(&vec![b'1'; MAX_SAID + 1]).is_err());
    }
}
