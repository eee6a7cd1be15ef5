//! A call: what was approved, byte for byte, under a key by which a receiver knows a repeated one.
//! It is signed as Penny expects of those who send to her, so that either end can be written once.

use super::address::Address;
use crate::approvals::seal::Target;
use crate::approvals::{ApprovedAction, Effect};
use crate::connectors::ConnectorError;
use crate::connectors::field::{Arguments, as_json};
use crate::connectors::operation::{Look, LookError};
use crate::connectors::webhook::SIGNATURE;
use crate::net::json_api::{ApiError, JsonApi, WriteError};
use chrono::{DateTime, Utc};
use http::{HeaderMap, HeaderName, HeaderValue};
use serde_json::Value;

const BODY_CHARS: usize = 20_000;
const EVENT_CHARS: usize = 100;

pub async fn look(api: &JsonApi, given: &Arguments) -> Result<Look, LookError> {
    let address = Address::of(api).await?;
    let event = given.get("event").and_then(Value::as_str).map(str::trim);
    if event.is_some_and(|event| !is_name(event)) {
        let said = format!(
            "Event must be a name of at most {EVENT_CHARS} letters, digits, dots, dashes and \
             underscores, such as deal.won."
        );
        return Err(LookError::problem("event", said));
    }
    let body = given.get("body").and_then(as_json).unwrap_or_default();
    // As it will be sent, so that what is approved is what arrives.
    let body = serde_json::to_string_pretty(&body).unwrap_or_default();
    if body.chars().count() > BODY_CHARS {
        let said = format!("Body must have at most {BODY_CHARS} characters.");
        return Err(LookError::problem("body", said));
    }
    let mut arguments = Arguments::new();
    if let Some(event) = event {
        arguments.insert("event".to_owned(), event.into());
    }
    arguments.insert("body".to_owned(), body.into());
    Ok(Look {
        target: Target {
            kind: "webhook".to_owned(),
            // So that a permission in advance can name what it is for.
            id: event.map(str::to_owned),
            name: address.host().to_owned(),
            link: None,
        },
        arguments,
        before: None,
        amount: None,
        owner: None,
    })
}

fn is_name(event: &str) -> bool {
    let is_plain = |it: u8| it.is_ascii_alphanumeric() || b"._-".contains(&it);
    (1..=EVENT_CHARS).contains(&event.len()) && event.bytes().all(is_plain)
}

pub async fn call(api: &JsonApi, action: &ApprovedAction) -> Result<Effect, WriteError> {
    let address = Address::of(api).await.map_err(|error| match error {
        ConnectorError::Api(error) => WriteError::NotSent(error),
        error => WriteError::Refused(error.to_string()),
    })?;
    let text = |name: &str| {
        let value = action.content().arguments.get(name);
        value.and_then(Value::as_str).unwrap_or_default()
    };
    let (key, body) = (action.idempotency_key(), text("body").as_bytes());
    let headers = headers(&address, (&key, text("event")), body, api.now());
    let headers = headers.ok_or_else(|| {
        let said = "it cannot be put into headers".to_owned();
        WriteError::NotSent(ApiError::Unreadable(said))
    })?;
    api.call_out(&address.url, headers, body.to_vec()).await?;
    Ok(Effect {
        id: Some(key),
        link: None,
        after: None,
    })
}

fn headers(
    address: &Address,
    (key, event): (&str, &str),
    body: &[u8],
    now: DateTime<Utc>,
) -> Option<HeaderMap> {
    let moment = now.timestamp().to_string();
    let mut named = vec![
        ("content-type", "application/json".to_owned()),
        ("idempotency-key", key.to_owned()),
        ("x-penny-delivery", key.to_owned()),
        ("x-penny-timestamp", moment.clone()),
    ];
    if !event.is_empty() {
        named.push(("x-penny-event", event.to_owned()));
    }
    if let Some(secret) = &address.secret {
        let pieces = [moment.as_bytes(), b".", body];
        named.push((SIGNATURE.header, SIGNATURE.sign(secret, &pieces)?));
    }
    let headers = named.into_iter().map(|(name, value)| {
        let value = HeaderValue::try_from(value).ok()?;
        Some((HeaderName::from_static(name), value))
    });
    headers.collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::TimeZone;

    fn address(secret: Option<&str>) -> Address {
        Address {
            url: "https://hooks.example.com/".parse().unwrap(),
            secret: secret.map(Into::into),
        }
    }

    #[test]
    fn a_call_is_signed_over_its_moment_and_its_very_bytes() {
        let now = Utc.timestamp_opt(1_700_000_000, 0).unwrap();
        let signed = |secret, body: &[u8]| {
            let headers = headers(&address(secret), ("k1", "deal.won"), body, now).unwrap();
            let text = |name: &str| Some(headers.get(name)?.to_str().unwrap().to_owned());
            assert_eq!(text("idempotency-key").as_deref(), Some("k1"));
            assert_eq!(text("x-penny-event").as_deref(), Some("deal.won"));
            assert_eq!(text("x-penny-timestamp").as_deref(), Some("1700000000"));
            text("x-penny-signature")
        };
        assert_eq!(signed(None, b"{}"), None);
        let [one, two] = [b"{}".as_slice(), b"{ }"].map(|body| signed(Some("a secret"), body));
        assert!(one.as_ref().is_some_and(|it| it.starts_with("v1=")));
        assert_ne!(one, two);
    }

    #[test]
    fn the_name_of_an_event_adds_no_header() {
        assert!(is_name("deal.stage_changed-2"));
        for wrong in ["", "deal won", "x\r\nauthorization: y", &"x".repeat(101)] {
            assert!(!is_name(wrong), "{wrong}");
        }
    }
}
