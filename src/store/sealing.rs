//! Secrets at rest: XChaCha20-Poly1305, bound to the row they were sealed for, so that a sealed
//! value copied to another row, purpose or organisation does not open there.
//!
//! Sealed bytes: version (1) · key id (4) · nonce (24) · ciphertext and tag.

use crate::base::ids::OrgId;
use crate::base::secret::Secret;
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE, URL_SAFE_NO_PAD};
use chacha20poly1305::aead::{Aead, Payload};
use chacha20poly1305::{Key, KeyInit, XChaCha20Poly1305, XNonce};
use hmac::{Hmac, Mac};
use rand::RngCore;
use sha2::{Digest, Sha256};
use std::fmt;

const VERSION: u8 = 1;
const KEY_ID: usize = 4;
const NONCE: usize = 24;
const HEADER: usize = 1 + KEY_ID + NONCE;
pub const SIGNATURE: usize = 32;

/// Said to whoever sets `PENNY_SECRET_KEY`; the key itself is never repeated.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    #[error("PENNY_SECRET_KEY is empty. Make one with: openssl rand -base64 32")]
    Missing,
    #[error(
        "PENNY_SECRET_KEY is too short or too simple to protect anything. \
         Make one with: openssl rand -base64 32"
    )]
    NotAKey,
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SealError {
    #[error(
        "a stored secret was sealed with a key that is not in PENNY_SECRET_KEY; add the old key behind a comma"
    )]
    UnknownKey,
    #[error("a stored secret was changed, or belongs to another row")]
    Broken,
}

/// Where a secret is kept. Sealing and opening must name the same place.
#[derive(Debug, Clone, Copy)]
pub struct Place<'a> {
    pub org: OrgId,
    /// What the secret is for, such as `query login`.
    pub purpose: &'a str,
    /// The row's own id.
    pub row: &'a str,
}

impl Place<'_> {
    /// Every part with its length in front, so that no two places read the same.
    fn bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        for part in [
            &self.org.0.as_bytes()[..],
            self.purpose.as_bytes(),
            self.row.as_bytes(),
        ] {
            bytes.extend_from_slice(&(part.len() as u64).to_be_bytes());
            bytes.extend_from_slice(part);
        }
        bytes
    }
}

/// Seals with the first key and opens with any: that is how a key is rotated.
#[derive(Clone)]
pub struct Sealer {
    keys: Vec<SealingKey>,
}

#[derive(Clone)]
struct SealingKey {
    id: [u8; KEY_ID],
    signing: [u8; 32],
    cipher: XChaCha20Poly1305,
}

impl Sealer {
    /// Reads `PENNY_SECRET_KEY`: one key, or the new one and older ones behind commas.
    pub fn from_text(keys: &Secret) -> Result<Self, KeyError> {
        let keys = keys
            .expose()
            .split(',')
            .map(str::trim)
            .filter(|text| !text.is_empty())
            .map(|text| bytes_of(text).map(|bytes| SealingKey::new(&bytes)))
            .collect::<Option<Vec<_>>>()
            .ok_or(KeyError::NotAKey)?;
        if keys.is_empty() {
            return Err(KeyError::Missing);
        }
        Ok(Self { keys })
    }

    pub fn seal(&self, secret: &Secret, place: Place<'_>) -> Result<Vec<u8>, SealError> {
        let key = self.keys.first().ok_or(SealError::UnknownKey)?;
        let mut nonce = [0; NONCE];
        rand::rng().fill_bytes(&mut nonce);
        let payload = Payload {
            msg: secret.expose().as_bytes(),
            aad: &place.bytes(),
        };
        let sealed = key
            .cipher
            .encrypt(&XNonce::from(nonce), payload)
            .map_err(|_| SealError::Broken)?;
        let mut bytes = Vec::with_capacity(HEADER + sealed.len());
        bytes.push(VERSION);
        bytes.extend_from_slice(&key.id);
        bytes.extend_from_slice(&nonce);
        bytes.extend_from_slice(&sealed);
        Ok(bytes)
    }

    pub fn open(&self, sealed: &[u8], place: Place<'_>) -> Result<Secret, SealError> {
        let [VERSION, rest @ ..] = sealed else {
            return Err(SealError::Broken);
        };
        let (id, rest) = rest
            .split_first_chunk::<KEY_ID>()
            .ok_or(SealError::Broken)?;
        let (nonce, ciphertext) = rest.split_first_chunk::<NONCE>().ok_or(SealError::Broken)?;
        let key = self
            .keys
            .iter()
            .find(|key| key.id == *id)
            .ok_or(SealError::UnknownKey)?;
        let payload = Payload {
            msg: ciphertext,
            aad: &place.bytes(),
        };
        let opened = key
            .cipher
            .decrypt(&XNonce::from(*nonce), payload)
            .map_err(|_| SealError::Broken)?;
        String::from_utf8(opened)
            .map(Secret::new)
            .map_err(|_| SealError::Broken)
    }

    /// Signs what goes out into the world and comes back, so that nobody can make one up. What it
    /// is for is signed too.
    pub fn sign(&self, purpose: &str, bytes: &[u8]) -> Result<[u8; SIGNATURE], SealError> {
        let key = self.keys.first().ok_or(SealError::UnknownKey)?;
        key.signing(purpose, bytes)
            .map(|mac| mac.finalize().into_bytes().into())
    }

    /// Whether this was signed with one of the keys; takes as long for a wrong signature as for
    /// a right one.
    pub fn is_signed(&self, purpose: &str, bytes: &[u8], signature: &[u8]) -> bool {
        self.keys.iter().any(|key| {
            let mac = key.signing(purpose, bytes);
            mac.is_ok_and(|mac| mac.verify_slice(signature).is_ok())
        })
    }

    /// False for what an older key sealed: open it and seal it again.
    pub fn is_current(&self, sealed: &[u8]) -> bool {
        matches!(
            (sealed, self.keys.first()),
            ([VERSION, rest @ ..], Some(key)) if rest.starts_with(&key.id)
        )
    }
}

impl fmt::Debug for Sealer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Sealer({} keys)", self.keys.len())
    }
}

impl SealingKey {
    fn new(bytes: &[u8; 32]) -> Self {
        let mut id = [0; KEY_ID];
        let digest = Sha256::digest([b"penny key id".as_slice(), bytes].concat());
        id.copy_from_slice(&digest[..KEY_ID]);
        Self {
            id,
            signing: Sha256::digest([b"penny signing key".as_slice(), bytes].concat()).into(),
            cipher: XChaCha20Poly1305::new(&Key::from(*bytes)),
        }
    }

    fn signing(&self, purpose: &str, bytes: &[u8]) -> Result<Hmac<Sha256>, SealError> {
        let mut mac = <Hmac<Sha256> as hmac::KeyInit>::new_from_slice(&self.signing)
            .map_err(|_| SealError::Broken)?;
        mac.update(&(purpose.len() as u64).to_be_bytes());
        mac.update(purpose.as_bytes());
        mac.update(bytes);
        Ok(mac)
    }
}

/// 32 bytes in hex or any base64. Any other text of some length is hashed to a key: as strong
/// as it is hard to guess, which is its owner's choice.
fn bytes_of(text: &str) -> Option<[u8; 32]> {
    let decoded = hex::decode(text).ok().or_else(|| {
        [STANDARD, STANDARD_NO_PAD, URL_SAFE, URL_SAFE_NO_PAD]
            .iter()
            .find_map(|base64| base64.decode(text).ok())
    });
    if let Some(Ok(bytes)) = decoded.map(<[u8; 32]>::try_from) {
        return Some(bytes);
    }
    let distinct: std::collections::HashSet<char> = text.chars().collect();
    (text.chars().count() >= SHORTEST_TEXT && distinct.len() >= 6)
        .then(|| Sha256::digest(text.as_bytes()).into())
}

const SHORTEST_TEXT: usize = 16;

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use uuid::Uuid;

    #[test]
    fn what_was_signed_is_known_again_also_after_a_rotation_and_nothing_else_is() {
        let old = sealer(OLD);
        let signature = old.sign("link", b"seven").unwrap();
        assert!(old.is_signed("link", b"seven", &signature));
        assert!(sealer(&format!("{NEW},{OLD}")).is_signed("link", b"seven", &signature));
        assert!(!sealer(NEW).is_signed("link", b"seven", &signature));
        assert!(!old.is_signed("link", b"eight", &signature));
        assert!(!old.is_signed("linkseven", b"", &signature));
        assert!(!old.is_signed("link", b"seven", &signature[..31]));
        let mut changed = signature;
        changed[31] ^= 1;
        assert!(!old.is_signed("link", b"seven", &changed));
    }

    const NEW: &str = "wbwB4LhzTpvZ5VrxG97V0BEybRbM8UtbJz9TC/0aCSU=";
    const OLD: &str = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";

    fn sealer(keys: &str) -> Sealer {
        Sealer::from_text(&Secret::new(keys)).unwrap()
    }

    fn place(org: u128, row: &str) -> Place<'_> {
        Place {
            org: OrgId(Uuid::from_u128(org)),
            purpose: "test",
            row,
        }
    }

    #[test]
    fn keys_are_read_in_hex_and_in_base64() {
        for key in [NEW, OLD, NEW.trim_end_matches('=')] {
            assert!(Sealer::from_text(&Secret::new(key)).is_ok());
        }
    }

    #[test]
    fn a_key_that_protects_nothing_is_refused_without_being_repeated() {
        for phrase in ["hunter2", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "abcd"] {
            let error = Sealer::from_text(&Secret::new(phrase)).unwrap_err();
            assert_eq!(error, KeyError::NotAKey);
            assert!(!error.to_string().contains(phrase));
        }
        assert_eq!(
            Sealer::from_text(&Secret::new(" ")).unwrap_err(),
            KeyError::Missing
        );
    }

    #[test]
    fn a_long_text_serves_as_a_key_too() {
        assert!(Sealer::from_text(&Secret::new("correct horse battery staple")).is_ok());
    }

    #[test]
    fn debug_shows_no_part_of_a_key() {
        assert_eq!(format!("{:?}", sealer(NEW)), "Sealer(1 keys)");
    }

    #[test]
    fn after_a_rotation_old_secrets_open_and_new_ones_use_the_new_key() {
        let sealed = sealer(OLD).seal(&"token".into(), place(1, "a")).unwrap();
        let rotated = sealer(&format!("{NEW},{OLD}"));
        assert_eq!(
            rotated.open(&sealed, place(1, "a")).unwrap().expose(),
            "token"
        );
        assert!(!rotated.is_current(&sealed));
        let again = rotated.seal(&"token".into(), place(1, "a")).unwrap();
        assert!(rotated.is_current(&again));
        assert_eq!(
            sealer(NEW).open(&again, place(1, "a")).unwrap().expose(),
            "token"
        );
        assert_eq!(
            sealer(NEW).open(&sealed, place(1, "a")).unwrap_err(),
            SealError::UnknownKey
        );
    }

    proptest! {
        #[test]
        fn what_is_sealed_opens_in_its_place_alone(
            text in ".{0,64}",
            org in any::<u128>(), other_org in any::<u128>(),
            row in "[a-z0-9]{0,8}", other_row in "[a-z0-9]{0,8}",
        ) {
            prop_assume!(org != other_org && row != other_row);
            let sealer = sealer(NEW);
            let sealed = sealer.seal(&Secret::new(text.clone()), place(org, &row)).unwrap();
            let opened = sealer.open(&sealed, place(org, &row)).unwrap();
            prop_assert_eq!(opened.expose(), text.as_str());
            prop_assert!(sealer.open(&sealed, place(org, &other_row)).is_err());
            prop_assert!(sealer.open(&sealed, place(other_org, &row)).is_err());
            let elsewhere = Place { purpose: "tests", ..place(org, &row) };
            prop_assert!(sealer.open(&sealed, elsewhere).is_err());
        }

        #[test]
        fn flipping_any_bit_makes_it_unreadable(text in ".{0,32}", at in any::<prop::sample::Index>(), bit in 0..8u8) {
            let sealer = sealer(NEW);
            let mut sealed = sealer.seal(&Secret::new(text), place(1, "a")).unwrap();
            let at = at.index(sealed.len());
            sealed[at] ^= 1 << bit;
            prop_assert!(sealer.open(&sealed, place(1, "a")).is_err());
            prop_assert!(sealer.open(&sealed[..at], place(1, "a")).is_err());
        }
    }
}
