//! Proof that a request came from Slack. A [`VerifiedRequest`] has one constructor, the
//! verification of its raw bytes, so nothing that Slack did not sign can reach a parser.

use crate::base::secret::Secret;
use bytes::Bytes;
use chrono::{DateTime, Utc};
use hmac::{Hmac, KeyInit, Mac};
use http::HeaderMap;
use http::header::CONTENT_ENCODING;
use sha2::Sha256;

pub const SIGNATURE: &str = "x-slack-signature";
pub const TIMESTAMP: &str = "x-slack-request-timestamp";

/// How far Slack's clock and ours may differ, in either direction.
const MAX_SKEW_SECONDS: u64 = 300;
/// Digits of the longest `i64`.
const MAX_TIMESTAMP_DIGITS: usize = 19;

/// The body of a request that Slack signed with one of our secrets within the last minutes.
#[derive(Debug, Clone)]
pub struct VerifiedRequest {
    body: Bytes,
}

impl VerifiedRequest {
    pub fn body(&self) -> &[u8] {
        &self.body
    }

    pub fn into_body(self) -> Bytes {
        self.body
    }
}

/// Why a request was refused: all that may be logged of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    #[error("the body is compressed")]
    CompressedBody,
    #[error("the signature header is missing")]
    MissingSignature,
    #[error("there is more than one signature header")]
    DuplicateSignature,
    #[error("the signature is not v0= and 64 lowercase hex digits")]
    MalformedSignature,
    #[error("the timestamp header is missing")]
    MissingTimestamp,
    #[error("there is more than one timestamp header")]
    DuplicateTimestamp,
    #[error("the timestamp is not plain digits")]
    MalformedTimestamp,
    #[error("the timestamp is more than five minutes away")]
    Stale,
    #[error("the signature does not match")]
    WrongSignature,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a signing secret must not be empty")]
pub struct EmptySecret;

/// Checks signatures against the current secret and, during a rotation, the previous one.
#[derive(Clone)]
pub struct Verifier {
    current: Hmac<Sha256>,
    previous: Option<Hmac<Sha256>>,
}

impl std::fmt::Debug for Verifier {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Verifier")
    }
}

impl Verifier {
    pub fn new(current: &Secret, previous: Option<&Secret>) -> Result<Self, EmptySecret> {
        Ok(Self {
            current: keyed(current)?,
            previous: previous.map(keyed).transpose()?,
        })
    }

    /// `body` must be the bytes as they came, before any parsing.
    pub fn verify(
        &self,
        headers: &HeaderMap,
        body: Bytes,
        now: DateTime<Utc>,
    ) -> Result<VerifiedRequest, Refusal> {
        if headers.contains_key(CONTENT_ENCODING) {
            return Err(Refusal::CompressedBody);
        }
        let signature = only(
            headers,
            SIGNATURE,
            Refusal::MissingSignature,
            Refusal::DuplicateSignature,
        )?;
        let signature = parse_signature(signature).ok_or(Refusal::MalformedSignature)?;
        let timestamp = only(
            headers,
            TIMESTAMP,
            Refusal::MissingTimestamp,
            Refusal::DuplicateTimestamp,
        )?;
        let seconds = parse_timestamp(timestamp).ok_or(Refusal::MalformedTimestamp)?;
        if now.timestamp().abs_diff(seconds) > MAX_SKEW_SECONDS {
            return Err(Refusal::Stale);
        }

        let matches =
            |key: &Hmac<Sha256>| mac(key, timestamp, &body).verify_slice(&signature).is_ok();
        if matches(&self.current) || self.previous.as_ref().is_some_and(matches) {
            Ok(VerifiedRequest { body })
        } else {
            Err(Refusal::WrongSignature)
        }
    }
}

/// The signature header that Slack would send with `body`: for stand-ins of Slack.
pub fn sign(secret: &Secret, timestamp: i64, body: &[u8]) -> Result<String, EmptySecret> {
    let digest = mac(&keyed(secret)?, timestamp.to_string().as_bytes(), body).finalize();
    Ok(format!("v0={}", hex::encode(digest.into_bytes())))
}

fn keyed(secret: &Secret) -> Result<Hmac<Sha256>, EmptySecret> {
    if secret.is_empty() {
        return Err(EmptySecret);
    }
    Hmac::new_from_slice(secret.expose().as_bytes()).map_err(|_| EmptySecret)
}

fn mac(key: &Hmac<Sha256>, timestamp: &[u8], body: &[u8]) -> Hmac<Sha256> {
    let mut mac = key.clone();
    mac.update(b"v0:");
    mac.update(timestamp);
    mac.update(b":");
    mac.update(body);
    mac
}

/// The one value of a header. Two of them would let a proxy and us read different ones.
fn only<'h>(
    headers: &'h HeaderMap,
    name: &str,
    missing: Refusal,
    duplicate: Refusal,
) -> Result<&'h [u8], Refusal> {
    let mut values = headers.get_all(name).iter();
    let first = values.next().ok_or(missing)?;
    match values.next() {
        None => Ok(first.as_bytes()),
        Some(_) => Err(duplicate),
    }
}

fn parse_signature(header: &[u8]) -> Option<[u8; 32]> {
    let digits = header.strip_prefix(b"v0=")?;
    if digits.iter().any(u8::is_ascii_uppercase) {
        return None;
    }
    let mut digest = [0; 32];
    hex::decode_to_slice(digits, &mut digest).ok()?;
    Some(digest)
}

fn parse_timestamp(header: &[u8]) -> Option<i64> {
    if header.len() > MAX_TIMESTAMP_DIGITS || !header.iter().all(u8::is_ascii_digit) {
        return None;
    }
    std::str::from_utf8(header).ok()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::HeaderValue;
    use proptest::prelude::*;

    const NOW: i64 = 1_790_000_000;
    const BODY: &[u8] = br#"{"type":"event_callback"}"#;

    fn now() -> DateTime<Utc> {
        DateTime::from_timestamp(NOW, 0).unwrap()
    }

    fn secret() -> Secret {
        Secret::new("8f742231b10e8888abcd99yyyzzz85a5")
    }

    fn verifier() -> Verifier {
        Verifier::new(&secret(), None).unwrap()
    }

    fn signed(timestamp: i64, body: &[u8]) -> HeaderMap {
        headers(
            &sign(&secret(), timestamp, body).unwrap(),
            &timestamp.to_string(),
        )
    }

    fn headers(signature: &str, timestamp: &str) -> HeaderMap {
        let mut headers = HeaderMap::new();
        headers.insert(
            SIGNATURE,
            HeaderValue::from_bytes(signature.as_bytes()).unwrap(),
        );
        headers.insert(
            TIMESTAMP,
            HeaderValue::from_bytes(timestamp.as_bytes()).unwrap(),
        );
        headers
    }

    fn refusal(headers: &HeaderMap, body: &[u8]) -> Refusal {
        verifier()
            .verify(headers, Bytes::copy_from_slice(body), now())
            .unwrap_err()
    }

    #[test]
    fn slacks_published_example_is_accepted() {
        let body = "token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text=&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c";
        let headers = headers(
            "v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503",
            "1531420618",
        );
        let then = DateTime::from_timestamp(1_531_420_618, 0).unwrap();
        let request = verifier().verify(&headers, body.into(), then).unwrap();
        assert_eq!(request.body(), body.as_bytes());
    }

    #[test]
    fn both_secrets_are_good_during_a_rotation_and_only_the_new_one_after_it() {
        let new = Secret::new("the-new-one");
        let during = Verifier::new(&new, Some(&secret())).unwrap();
        let after = Verifier::new(&new, None).unwrap();
        let old_headers = signed(NOW, BODY);
        assert!(during.verify(&old_headers, BODY.into(), now()).is_ok());
        assert_eq!(
            after.verify(&old_headers, BODY.into(), now()).unwrap_err(),
            Refusal::WrongSignature
        );
        let new_headers = headers(&sign(&new, NOW, BODY).unwrap(), &NOW.to_string());
        assert!(during.verify(&new_headers, BODY.into(), now()).is_ok());
    }

    #[test]
    fn five_minutes_of_skew_pass_in_both_directions_and_a_second_more_does_not() {
        for offset in [-300, 0, 300] {
            let headers = signed(NOW + offset, BODY);
            assert!(verifier().verify(&headers, BODY.into(), now()).is_ok());
        }
        for offset in [-301, 301] {
            assert_eq!(refusal(&signed(NOW + offset, BODY), BODY), Refusal::Stale);
        }
    }

    #[test]
    fn a_timestamp_that_is_not_plain_digits_is_refused_even_when_correctly_signed() {
        let oddities = [
            "",
            "+1790000000",
            "-1790000000",
            "1790000000.0",
            "1.79e9",
            "0x6AB1",
            "١٧٩٠٠٠٠٠٠٠",
            "nan",
            " 1790000000",
            "1790000000 ",
            "99999999999999999999",
            "9999999999999999999",
            "179000000000000000000000000000000000000",
        ];
        for odd in oddities {
            let digest = mac(&keyed(&secret()).unwrap(), odd.as_bytes(), BODY).finalize();
            let signature = format!("v0={}", hex::encode(digest.into_bytes()));
            assert_eq!(
                refusal(&headers(&signature, odd), BODY),
                Refusal::MalformedTimestamp,
                "{odd}"
            );
        }
    }

    #[test]
    fn a_signature_of_another_form_is_refused() {
        let good = sign(&secret(), NOW, BODY).unwrap();
        let digits = good.trim_start_matches("v0=");
        let oddities = [
            String::new(),
            "v0=".into(),
            digits.into(),
            format!("v1={digits}"),
            format!("V0={digits}"),
            format!("v0:{digits}"),
            format!("v0={}", &digits[..62]),
            format!("v0={}", &digits[..63]),
            format!("v0={digits}00"),
            format!("v0= {digits}"),
            format!(
                "v0={}",
                digits
                    .to_uppercase()
                    .replace(|c: char| c.is_ascii_digit(), "A")
            ),
            format!("v0={}", "zz".repeat(32)),
            format!("v0={}", "é".repeat(32)),
            format!("v0={digits},v0={digits}"),
        ];
        for odd in oddities {
            assert_eq!(
                refusal(&headers(&odd, &NOW.to_string()), BODY),
                Refusal::MalformedSignature,
                "{odd}"
            );
        }
    }

    #[test]
    fn missing_and_doubled_headers_are_refused() {
        let mut no_signature = signed(NOW, BODY);
        no_signature.remove(SIGNATURE);
        assert_eq!(refusal(&no_signature, BODY), Refusal::MissingSignature);

        let mut no_timestamp = signed(NOW, BODY);
        no_timestamp.remove(TIMESTAMP);
        assert_eq!(refusal(&no_timestamp, BODY), Refusal::MissingTimestamp);

        let mut two_signatures = signed(NOW, BODY);
        let copy = two_signatures[SIGNATURE].clone();
        two_signatures.append(SIGNATURE, copy);
        assert_eq!(refusal(&two_signatures, BODY), Refusal::DuplicateSignature);

        let mut two_timestamps = signed(NOW, BODY);
        let copy = two_timestamps[TIMESTAMP].clone();
        two_timestamps.append(TIMESTAMP, copy);
        assert_eq!(refusal(&two_timestamps, BODY), Refusal::DuplicateTimestamp);
    }

    #[test]
    fn a_compressed_body_is_refused_whatever_its_signature() {
        for encoding in ["gzip", "deflate", "br", "identity"] {
            let mut headers = signed(NOW, BODY);
            headers.insert(CONTENT_ENCODING, HeaderValue::from_static(encoding));
            assert_eq!(refusal(&headers, BODY), Refusal::CompressedBody);
        }
    }

    #[test]
    fn a_body_written_anew_is_another_body() {
        let headers = signed(NOW, br#"{"a": 1}"#);
        assert_eq!(refusal(&headers, br#"{"a":1}"#), Refusal::WrongSignature);
        assert_eq!(refusal(&headers, b""), Refusal::WrongSignature);
    }

    #[test]
    fn an_empty_signing_secret_is_never_accepted() {
        assert!(Verifier::new(&Secret::new(""), None).is_err());
        assert!(Verifier::new(&secret(), Some(&Secret::new(""))).is_err());
    }

    proptest! {
        #[test]
        fn whatever_slack_signs_is_accepted_and_any_flipped_bit_is_not(
            body in proptest::collection::vec(any::<u8>(), 1..300),
            bit in any::<proptest::sample::Index>(),
        ) {
            let headers = signed(NOW, &body);
            prop_assert!(verifier().verify(&headers, body.clone().into(), now()).is_ok());
            let mut changed = body;
            let at = bit.index(changed.len() * 8);
            changed[at / 8] ^= 1 << (at % 8);
            prop_assert_eq!(refusal(&headers, &changed), Refusal::WrongSignature);
        }

        #[test]
        fn no_header_bytes_make_the_verifier_panic_or_pass(
            signature in proptest::collection::vec(32u8..=255, 0..100),
            timestamp in proptest::collection::vec(32u8..=255, 0..40),
        ) {
            let (Ok(signature), Ok(timestamp)) = (
                HeaderValue::from_bytes(&signature),
                HeaderValue::from_bytes(&timestamp),
            ) else {
                return Ok(());
            };
            let mut headers = HeaderMap::new();
            headers.insert(SIGNATURE, signature);
            headers.insert(TIMESTAMP, timestamp);
            prop_assert!(verifier().verify(&headers, BODY.into(), now()).is_err());
        }
    }
}
