//! What a person approves: the whole content of a proposal, as canonical bytes under a SHA-256.
//! The bytes are stored once and run as they are; a button carries only a [`Ticket`], which
//! names them and cannot change them.

use super::canonical::{self, NotCanonical};
use super::policy::{Policy, Request, Stakes};
use crate::base::ids::{ConnectionId, OrgId, PersonId, ProposalId};
use crate::store::proposals::Key;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};
use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

/// Changes whenever the meaning of a field does: an older process refuses what it cannot read.
pub const SCHEMA: u32 = 1;

/// Everything that is decided on. Nothing that matters to an execution lives beside it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Content {
    pub schema: u32,
    pub org: OrgId,
    pub proposal: ProposalId,
    pub version: u32,
    pub operation: Operation,
    /// None for what Penny does with her own account, such as posting in Slack.
    pub connection: Option<Connection>,
    pub target: Target,
    pub arguments: Map<String, Value>,
    /// The fields that will change, as they were read when this was proposed; None where
    /// nothing is there yet.
    pub before: Option<Map<String, Value>>,
    pub stakes: Stakes,
    /// What it moves or promises, for grants that are capped by amount.
    pub amount: Option<Amount>,
    pub requester: PersonId,
    /// Who changed the request on its way to this version.
    pub edited_by: BTreeSet<PersonId>,
    pub policy: Policy,
    pub expires_at: DateTime<Utc>,
    /// The proposal whose effect this one takes back.
    pub undo_of: Option<ProposalId>,
}

impl Content {
    pub fn request(&self) -> Request<'_> {
        Request {
            org: self.org,
            requester: self.requester,
            edited_by: &self.edited_by,
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Operation {
    /// The connector's slug, such as `hubspot`.
    pub system: String,
    /// Such as `update_deal`.
    pub name: String,
}

/// Which account is written to, and what Penny was allowed there when this was proposed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Connection {
    pub id: ConnectionId,
    /// The provider's own id of the account: a connection can be made again to another one.
    pub account: String,
    pub scopes: BTreeSet<String>,
}

impl Connection {
    /// Whether what was approved for `self` may be written through `live`.
    pub fn still_holds(&self, live: &Self) -> bool {
        self.id == live.id && self.account == live.account && self.scopes.is_subset(&live.scopes)
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Target {
    /// Such as `deal`.
    pub kind: String,
    /// The provider's id; None for what does not exist yet.
    pub id: Option<String>,
    /// What people call it.
    pub name: String,
    pub link: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Amount {
    /// In the currency's smallest unit.
    pub units: u32,
    /// ISO 4217.
    pub currency: String,
}

#[derive(Debug, thiserror::Error)]
pub enum BrokenSeal {
    #[error("the content does not have the hash that was approved")]
    WrongHash,
    #[error("the content belongs to another proposal")]
    Misplaced,
    #[error("the content is of schema {0}, which this version does not know")]
    OtherSchema(u32),
    #[error("the content cannot be read: {0}")]
    Unreadable(String),
}

/// A content with the bytes and the hash that belong to it.
#[derive(Debug, Clone, PartialEq)]
pub struct Sealed {
    content: Box<Content>,
    text: String,
    hash: Hash,
}

impl Sealed {
    pub fn new(content: Content) -> Result<Self, NotCanonical> {
        let value = serde_json::to_value(&content)
            .map_err(|error| NotCanonical::Unreadable(error.to_string()))?;
        let text = canonical::text(&value)?;
        let hash = Hash::of(text.as_bytes());
        Ok(Self {
            content: Box::new(content),
            text,
            hash,
        })
    }

    /// Reads stored bytes back, if they are those that the hash was made of.
    pub fn open(bytes: &[u8], hash: &Hash) -> Result<Self, BrokenSeal> {
        if Hash::of(bytes) != *hash {
            return Err(BrokenSeal::WrongHash);
        }
        let unreadable = |error: &dyn fmt::Display| BrokenSeal::Unreadable(error.to_string());
        let value = canonical::parse(bytes).map_err(|error| unreadable(&error))?;
        let schema = value.get("schema").and_then(Value::as_u64);
        if schema != Some(SCHEMA.into()) {
            let found = schema.and_then(|schema| schema.try_into().ok());
            return Err(BrokenSeal::OtherSchema(found.unwrap_or_default()));
        }
        let content = serde_json::from_value(value).map_err(|error| unreadable(&error))?;
        let text = String::from_utf8_lossy(bytes).into_owned();
        Ok(Self {
            content,
            text,
            hash: *hash,
        })
    }

    /// Opens a stored version and makes sure that the content is that version's own.
    pub(super) fn of_row(
        org: OrgId,
        key: Key,
        bytes: &[u8],
        hash: &[u8],
    ) -> Result<Self, BrokenSeal> {
        let hash = Hash::from_slice(hash).ok_or(BrokenSeal::WrongHash)?;
        let sealed = Self::open(bytes, &hash)?;
        let own = &sealed.content;
        if (own.org, own.proposal, own.version) != (org, key.proposal, key.version) {
            return Err(BrokenSeal::Misplaced);
        }
        Ok(sealed)
    }

    pub fn content(&self) -> &Content {
        &self.content
    }

    /// The canonical bytes.
    pub fn bytes(&self) -> &[u8] {
        self.text.as_bytes()
    }

    pub fn hash(&self) -> Hash {
        self.hash
    }

    pub fn key(&self) -> Key {
        Key {
            proposal: self.content.proposal,
            version: self.content.version,
        }
    }

    pub fn ticket(&self) -> Ticket {
        Ticket {
            key: self.key(),
            hash: self.hash,
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Hash([u8; 32]);

impl Hash {
    pub fn of(bytes: &[u8]) -> Self {
        Self(Sha256::digest(bytes).into())
    }

    pub(super) fn zero() -> Self {
        Self([0; 32])
    }

    pub fn from_slice(bytes: &[u8]) -> Option<Self> {
        bytes.try_into().ok().map(Self)
    }

    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Display for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(self.0))
    }
}

impl fmt::Debug for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("this is not the value of one of Penny's buttons")]
pub struct BadTicket;

impl FromStr for Hash {
    type Err = BadTicket;

    fn from_str(text: &str) -> Result<Self, BadTicket> {
        let bytes = hex::decode(text).map_err(|_| BadTicket)?;
        let hash = Self::from_slice(&bytes).ok_or(BadTicket)?;
        // Capitals are hex too, yet nothing of ours writes them.
        if hash.to_string() == text {
            Ok(hash)
        } else {
            Err(BadTicket)
        }
    }
}

/// What a button carries: which version was shown, and the seal of what it said. As text it is
/// `proposal.version.hash`, in one spelling only.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Ticket {
    pub key: Key,
    pub hash: Hash,
}

impl fmt::Display for Ticket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Key { proposal, version } = self.key;
        write!(f, "{proposal}.{version}.{}", self.hash)
    }
}

impl FromStr for Ticket {
    type Err = BadTicket;

    fn from_str(text: &str) -> Result<Self, BadTicket> {
        let parts: Vec<&str> = text.split('.').collect();
        let [proposal, version, hash] = parts.as_slice() else {
            return Err(BadTicket);
        };
        let ticket = Self {
            key: Key {
                proposal: proposal.parse().map_err(|_| BadTicket)?,
                version: version.parse().map_err(|_| BadTicket)?,
            },
            hash: hash.parse()?,
        };
        if ticket.to_string() == text {
            Ok(ticket)
        } else {
            Err(BadTicket)
        }
    }
}

impl Serialize for Ticket {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(test)]
mod tests;
