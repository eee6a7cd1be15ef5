//! Proof that a delivery is genuine. A [`VerifiedDelivery`] has one constructor, the check of its
//! raw bytes, so nothing that nobody signed can reach a parser.

use super::token::{Audience, PushTokens};
use super::{Listen, Proof};
use crate::base::secret::Secret;
use bytes::Bytes;
use chrono::{DateTime, Utc};
use http::HeaderMap;
use http::header::CONTENT_ENCODING;
use sha2::{Digest, Sha256};

/// Ids of deliveries are short everywhere.
const MAX_LABEL: usize = 200;

/// A request as it came, before anything is believed of it.
#[derive(Debug)]
pub struct Received<'a> {
    pub method: &'a str,
    /// Where it was sent to, as the system knows the address; none where Penny does not know that
    /// herself.
    pub address: Option<String>,
    pub headers: &'a HeaderMap,
    pub body: Bytes,
    pub now: DateTime<Utc>,
}

/// The body of a delivery that its system has signed, and what the system calls it.
#[derive(Debug, Clone)]
pub struct VerifiedDelivery {
    body: Bytes,
    sender_id: String,
    fingerprint: [u8; 32],
    topic: Option<String>,
}

impl VerifiedDelivery {
    pub fn body(&self) -> &[u8] {
        &self.body
    }

    pub fn topic(&self) -> Option<&str> {
        self.topic.as_deref()
    }

    pub(super) fn sender_id(&self) -> &str {
        &self.sender_id
    }

    pub(super) fn fingerprint(&self) -> &[u8; 32] {
        &self.fingerprint
    }
}

/// Why a delivery was refused: all that may be logged of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    #[error("the body is compressed")]
    Compressed,
    #[error("the signature is missing")]
    MissingSignature,
    #[error("there is more than one signature")]
    DoubledSignature,
    #[error("the signature is none by its looks")]
    MalformedSignature,
    #[error("the moment of sending is missing")]
    MissingMoment,
    #[error("there is more than one moment of sending")]
    DoubledMoment,
    #[error("the moment of sending is no number")]
    MalformedMoment,
    #[error("it was sent too long ago, or is from the future")]
    Stale,
    #[error("the signature does not match")]
    WrongSignature,
    #[error("the token is not for this address, or not from whom it should be")]
    WrongToken,
    #[error("there is no such address")]
    NoSuchAddress,
    #[error("what is needed to check it is not set up")]
    NotSetUp,
    /// Not the sender's fault: they may try again.
    #[error("the keys to check it with cannot be had right now")]
    NoKeys,
}

/// There is not exactly one of a header's values.
pub(super) enum NotOne {
    None,
    Several,
}

impl NotOne {
    pub fn of(self, none: Refusal, several: Refusal) -> Refusal {
        match self {
            Self::None => none,
            Self::Several => several,
        }
    }
}

/// The one value of a header. Two of them would let a proxy and us read different ones.
pub(super) fn only<'h>(headers: &'h HeaderMap, name: &str) -> Result<&'h [u8], NotOne> {
    let mut values = headers.get_all(name).iter();
    let first = values.next().ok_or(NotOne::None)?;
    match values.next() {
        None => Ok(first.as_bytes()),
        Some(_) => Err(NotOne::Several),
    }
}

/// What a system's deliveries are checked with.
pub(super) enum Means<'a> {
    Secrets(&'a [Secret]),
    Tokens(&'a PushTokens, &'a Audience),
}

pub(super) async fn verify(
    listen: &Listen,
    means: Means<'_>,
    received: Received<'_>,
) -> Result<VerifiedDelivery, Refusal> {
    if received.headers.contains_key(CONTENT_ENCODING) {
        return Err(Refusal::Compressed);
    }
    let fingerprint = match (&listen.proof, means) {
        (Proof::Shared(signature, _) | Proof::Own(signature), Means::Secrets(secrets)) => {
            signature.check(secrets, &received)?
        }
        (Proof::PubSub, Means::Tokens(tokens, audience)) => {
            tokens
                .check(received.headers, audience, received.now)
                .await?;
            Sha256::digest(&received.body).into()
        }
        _ => return Err(Refusal::NotSetUp),
    };
    let label = |name: Option<&str>| {
        let value = only(received.headers, name?).ok()?;
        let text = std::str::from_utf8(value).ok()?;
        let is_plain = text.bytes().all(|it| it.is_ascii_graphic());
        (is_plain && (1..=MAX_LABEL).contains(&text.len())).then(|| text.to_owned())
    };
    let sender_id = label(listen.id_header).unwrap_or_else(|| hex::encode(fingerprint));
    let topic = label(listen.topic_header);
    Ok(VerifiedDelivery {
        body: received.body,
        sender_id,
        fingerprint,
        topic,
    })
}
