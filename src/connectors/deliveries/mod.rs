//! What other systems deliver by themselves: webhooks. A connector's manifest says how a delivery
//! proves where it comes from ([`Listen`]); the connector says whom it is for and what it means
//! ([`Heard`]). Checking, storing, repeating and acting upon it is done around that.

mod addresses;
mod ears;
mod signature;
mod token;
mod verify;
mod watching;

pub use addresses::{AddressError, OpenedAddress};
pub use ears::{Ears, Refused, Taken};
pub use signature::{At, Encoding, Freshness, Piece, Signature, Unit};
pub use verify::{Received, Refusal, VerifiedDelivery};

use super::Gone;
use chrono::{DateTime, Utc};
use serde_json::Value;

/// The kind of job that asks a system to tell of changes; its key is the connection's id.
pub const WATCH: &str = "watch";

/// How a system is listened to.
#[derive(Debug)]
pub struct Listen {
    pub proof: Proof,
    /// The header with the sender's own id of a delivery, which a repetition has, too.
    pub id_header: Option<&'static str>,
    /// The header that says what a delivery is about.
    pub topic_header: Option<&'static str>,
    /// What may be heard there.
    pub events: &'static [EventKind],
}

/// Something that may be heard of a system.
#[derive(Debug)]
pub struct EventKind {
    /// What happens to what, such as `deal.stage_changed`.
    pub name: &'static str,
    /// When that is, and which fields it has.
    pub about: &'static str,
}

/// What shows that a delivery comes from where it says.
#[derive(Debug)]
pub enum Proof {
    /// A signature by the one secret that Penny is registered with there.
    Shared(Signature, SharedSecret),
    /// A signature by the secret of one connection, which has an address of its own.
    Own(Signature),
    /// A token of Google's that comes with each push of a Pub/Sub subscription.
    PubSub,
}

/// Which variable holds the secret, behind the system's short name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SharedSecret {
    /// `<SYSTEM>_CLIENT_SECRET`.
    Client,
    /// `<SYSTEM>_WEBHOOK_SECRET`.
    Webhook,
}

/// What of a delivery is for whom. One delivery may tell of several accounts, and nobody gets to
/// keep what is another's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    pub to: Addressee,
    pub payload: Vec<u8>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Addressee {
    /// Whoever reads this account.
    Account(String),
    /// Whoever reads this repository.
    Repository(String),
}

/// A stored delivery, as its connector reads it.
#[derive(Debug, Clone, Copy)]
pub struct Said<'a> {
    pub topic: Option<&'a str>,
    pub payload: &'a [u8],
}

/// What a delivery means. Nothing at all is fine: systems tell of much that is of no use here.
#[derive(Debug, Clone, PartialEq)]
pub enum Heard {
    /// Something has changed there: it is read soon.
    Changed,
    /// This record is gone there for good, and so it is here, at once.
    Gone(Gone),
    /// This record is read by its id, for looking at what has changed may not show it.
    Named(String),
    Event(Happened),
}

/// Something that happened there.
#[derive(Debug, Clone, PartialEq)]
pub struct Happened {
    pub name: &'static str,
    /// The record that it is about, by its id over there.
    pub source_id: Option<String>,
    /// A few plain values to look at: no bodies, nothing that is read from there anyway.
    pub fields: Value,
    pub occurred_at: Option<DateTime<Utc>>,
    /// The system's own id of what happened, where a repetition may come in another delivery.
    pub id: Option<String>,
    pub within: Option<Place>,
}

/// What a record lies in: what Penny does not have of that, not everybody here may know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    TrackerTeam(String),
    Repository(String),
    Issue(String),
}

impl Happened {
    pub fn new(name: &'static str, fields: Value) -> Self {
        Self {
            name,
            source_id: None,
            fields,
            occurred_at: None,
            id: None,
            within: None,
        }
    }
}

impl Listen {
    /// Whether each of its connections is heard at an address of its own.
    pub fn has_own_address(&self) -> bool {
        matches!(self.proof, Proof::Own(_))
    }
}
