//! Signatures over a delivery's raw bytes, described rather than programmed: which header, over
//! what, how old it may be. What is checked, and that it takes the same time for every wrong one,
//! is the same for all systems.

use super::verify::{Received, Refusal, only};
use crate::base::secret::Secret;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use chrono::DateTime;
use hmac::{Hmac, KeyInit, Mac};
use serde_json::Value;
use sha2::{Digest, Sha256};

/// Digits of the longest `i64`.
const MAX_DIGITS: usize = 19;

/// An HMAC-SHA256 in a header.
#[derive(Debug, Clone, Copy)]
pub struct Signature {
    pub header: &'static str,
    /// What stands before it there.
    pub prefix: &'static str,
    pub encoding: Encoding,
    /// What it is over, one after the other.
    pub over: &'static [Piece],
    /// How old it may be. None: the system does not say when it sent a delivery.
    pub fresh: Option<Freshness>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encoding {
    /// In small letters.
    Hex,
    Base64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Piece {
    Method,
    /// The whole address, as the system was told it.
    Address,
    /// The moment as it stands in its header.
    Moment,
    Text(&'static str),
    Body,
}

#[derive(Debug, Clone, Copy)]
pub struct Freshness {
    pub at: At,
    pub unit: Unit,
    /// How far the system's clock and ours may differ, in either direction.
    pub seconds: i64,
}

/// Where the moment of sending stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum At {
    Header(&'static str),
    /// A number in the body, which is only looked at once the body is known to be genuine.
    Field(&'static str),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    Seconds,
    Milliseconds,
}

impl Signature {
    /// The fingerprint of what was signed, if one of the secrets has signed it lately.
    pub(super) fn check(
        &self,
        secrets: &[Secret],
        received: &Received<'_>,
    ) -> Result<[u8; 32], Refusal> {
        let shown = only(received.headers, self.header)
            .map_err(|several| several.of(Refusal::MissingSignature, Refusal::DoubledSignature))?;
        let shown = self.decoded(shown).ok_or(Refusal::MalformedSignature)?;
        let moment = match self.fresh.map(|fresh| fresh.at) {
            Some(At::Header(name)) => only(received.headers, name)
                .map_err(|several| several.of(Refusal::MissingMoment, Refusal::DoubledMoment))?,
            _ => b"",
        };
        if let Some(fresh) = self.fresh.filter(|fresh| fresh.is_in_header()) {
            fresh.check(digits(moment), received)?;
        }
        let pieces = self.pieces(received, moment)?;
        let is_genuine = secrets.iter().any(|secret| is_by(secret, &pieces, &shown));
        if !is_genuine {
            return Err(Refusal::WrongSignature);
        }
        if let Some(fresh) = self.fresh
            && let At::Field(name) = fresh.at
        {
            let body: Value = serde_json::from_slice(&received.body).unwrap_or_default();
            fresh.check(body[name].as_i64(), received)?;
        }
        let mut fingerprint = Sha256::new();
        pieces.iter().for_each(|piece| fingerprint.update(piece));
        Ok(fingerprint.finalize().into())
    }

    fn pieces<'r>(
        &self,
        received: &'r Received<'_>,
        moment: &'r [u8],
    ) -> Result<Vec<&'r [u8]>, Refusal> {
        let piece = |piece: &Piece| match piece {
            Piece::Method => Ok(received.method.as_bytes()),
            Piece::Address => match &received.address {
                Some(address) => Ok(address.as_bytes()),
                None => Err(Refusal::NotSetUp),
            },
            Piece::Moment => Ok(moment),
            Piece::Text(text) => Ok(text.as_bytes()),
            Piece::Body => Ok(&received.body[..]),
        };
        self.over.iter().map(piece).collect()
    }

    fn decoded(&self, shown: &[u8]) -> Option<[u8; 32]> {
        let shown = shown.strip_prefix(self.prefix.as_bytes())?;
        let mut digest = [0; 32];
        match self.encoding {
            Encoding::Hex if shown.iter().any(u8::is_ascii_uppercase) => return None,
            Encoding::Hex => hex::decode_to_slice(shown, &mut digest).ok()?,
            Encoding::Base64 => digest = STANDARD.decode(shown).ok()?.try_into().ok()?,
        }
        Some(digest)
    }

    /// What the header would say: for stand-ins of systems, and for whoever tests their sender.
    pub fn sign(&self, secret: &Secret, pieces: &[&[u8]]) -> Option<String> {
        let digest = keyed(secret, pieces)?.finalize().into_bytes();
        let text = match self.encoding {
            Encoding::Hex => hex::encode(digest),
            Encoding::Base64 => STANDARD.encode(digest),
        };
        Some(format!("{}{text}", self.prefix))
    }
}

impl Freshness {
    fn is_in_header(&self) -> bool {
        matches!(self.at, At::Header(_))
    }

    fn check(&self, moment: Option<i64>, received: &Received<'_>) -> Result<(), Refusal> {
        let moment = moment.ok_or(Refusal::MalformedMoment)?;
        let at = match self.unit {
            Unit::Seconds => DateTime::from_timestamp(moment, 0),
            Unit::Milliseconds => DateTime::from_timestamp_millis(moment),
        };
        let at = at.ok_or(Refusal::MalformedMoment)?;
        match (received.now - at).num_milliseconds().abs() > self.seconds * 1_000 {
            true => Err(Refusal::Stale),
            false => Ok(()),
        }
    }
}

fn digits(text: &[u8]) -> Option<i64> {
    if text.len() > MAX_DIGITS || !text.iter().all(u8::is_ascii_digit) {
        return None;
    }
    std::str::from_utf8(text).ok()?.parse().ok()
}

fn keyed(secret: &Secret, pieces: &[&[u8]]) -> Option<Hmac<Sha256>> {
    if secret.is_empty() {
        return None;
    }
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.expose().as_bytes()).ok()?;
    pieces.iter().for_each(|piece| mac.update(piece));
    Some(mac)
}

/// In constant time.
fn is_by(secret: &Secret, pieces: &[&[u8]], shown: &[u8; 32]) -> bool {
    keyed(secret, pieces).is_some_and(|mac| mac.verify_slice(shown).is_ok())
}

#[cfg(test)]
mod tests;
