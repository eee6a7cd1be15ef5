//! What opens a stand-in: a key that its owner pastes, or what was handed out by consent.

use super::stand_in::{StandIn, System};
use crate::base::secret::Secret;
use axum::http::{HeaderMap, header};
use chrono::{DateTime, TimeDelta, Utc};
use std::collections::HashMap;
use uuid::Uuid;

/// The key of an account that may do everything.
#[derive(Debug)]
pub struct Key {
    text: String,
    is_revoked: bool,
}

impl Key {
    /// A new one, which begins as the system's keys do.
    pub fn new(prefix: &str) -> Self {
        Self {
            text: format!("{prefix}{}", Uuid::new_v4().simple()),
            is_revoked: false,
        }
    }

    pub fn is(&self, shown: &str) -> bool {
        !self.is_revoked && shown == self.text
    }

    pub fn revoke(&mut self) {
        self.is_revoked = true;
    }
}

/// A system that a key opens.
pub trait Keyed: System {
    fn key(&mut self) -> &mut Key;

    /// The key is gone, and with it whatever else was let in.
    fn revoke(&mut self) {
        self.key().revoke();
    }
}

impl<S: Keyed> StandIn<S> {
    pub fn token(&self) -> Secret {
        Secret::new(self.world().key().text.clone())
    }

    pub fn revoke_token(&self) {
        self.world().revoke();
    }
}

/// What a caller shows, as it stands in the header.
pub fn shown(headers: &HeaderMap) -> Option<&str> {
    headers.get(header::AUTHORIZATION)?.to_str().ok()
}

pub fn bearer(headers: &HeaderMap) -> Option<&str> {
    shown(headers)?.strip_prefix("Bearer ")
}

/// What was handed out by consent, each for one owner: a mailbox, or with no name the company.
#[derive(Debug, Default)]
pub struct Grants {
    made: u32,
    /// How long access lasts, where that is not what is usual there.
    pub lasts: Option<TimeDelta>,
    codes: HashMap<String, Code>,
    /// Whose access it is, and when it ends.
    access: HashMap<String, (String, DateTime<Utc>)>,
    refresh: HashMap<String, String>,
}

/// A code that is good once, and for the address that it was sent to.
#[derive(Debug, Clone, Default)]
pub struct Code {
    pub owner: String,
    pub address: String,
    pub challenge: Option<String>,
    pub scope: String,
    /// Whether it brings a token that outlives the access.
    pub lasts: bool,
}

/// How an access token stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Standing {
    Good { owner: String },
    Expired,
    Unknown,
}

impl Grants {
    fn fresh(&mut self, prefix: &str) -> String {
        self.made += 1;
        format!("{prefix}{:04}-of-the-stand-in", self.made)
    }

    pub fn code(&mut self, prefix: &str, code: Code) -> String {
        let text = self.fresh(prefix);
        self.codes.insert(text.clone(), code);
        text
    }

    pub fn take_code(&mut self, text: &str) -> Option<Code> {
        self.codes.remove(text)
    }

    pub fn access(&mut self, prefix: &str, owner: &str, ends: DateTime<Utc>) -> String {
        let token = self.fresh(prefix);
        self.access.insert(token.clone(), (owner.to_owned(), ends));
        token
    }

    pub fn refresh(&mut self, prefix: &str, owner: &str) -> String {
        let token = self.fresh(prefix);
        self.refresh.insert(token.clone(), owner.to_owned());
        token
    }

    /// Whom a refresh token is of.
    pub fn refreshes(&self, token: &str) -> Option<String> {
        self.refresh.get(token).cloned()
    }

    pub fn standing(&self, token: &str, now: DateTime<Utc>) -> Standing {
        match self.access.get(token) {
            Some((owner, ends)) if *ends > now => Standing::Good {
                owner: owner.clone(),
            },
            Some(_) => Standing::Expired,
            None => Standing::Unknown,
        }
    }

    /// Ends the access that this owner gave so far, as time would.
    pub fn expire(&mut self, owner: &str, now: DateTime<Utc>) {
        let given = self.access.values_mut().filter(|(it, _)| it == owner);
        given.for_each(|(_, ends)| *ends = now);
    }

    /// The app gives access back; false: there was none.
    pub fn give_back(&mut self, token: &str) -> bool {
        let of_access = self.access.remove(token).map(|(owner, _)| owner);
        let Some(owner) = self.refresh.remove(token).or(of_access) else {
            return false;
        };
        self.access.retain(|_, (it, _)| *it != owner);
        true
    }

    /// Whether anybody is let in still.
    pub fn is_empty(&self) -> bool {
        self.access.is_empty() && self.refresh.is_empty()
    }

    /// The owner has removed the app: nothing of theirs is good any more.
    pub fn revoke(&mut self, owner: &str) {
        self.codes.retain(|_, it| it.owner != owner);
        self.access.retain(|_, (it, _)| it != owner);
        self.refresh.retain(|_, it| it != owner);
    }
}
