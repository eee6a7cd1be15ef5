//! Where a system's HTTP differs from that of most, and answers before anybody made sense of them.

use super::ApiError;
use crate::net::retry::retry_after;
use chrono::{DateTime, Utc};
use http::HeaderMap;
use std::time::Duration;

/// Where a system's HTTP differs from that of most.
#[derive(Debug, Clone, Copy)]
pub struct Dialect {
    /// Sent with every call.
    pub headers: &'static [(&'static str, &'static str)],
    pub keys: Keys,
    /// What an answer means where its status does not say it. None: it means what its status says.
    pub meaning: fn(&Answered<'_>) -> Option<ApiError>,
}

impl Dialect {
    pub const PLAIN: Self = Self {
        headers: &[],
        keys: Keys::Bearer,
        meaning: |_| None,
    };
}

/// How a system is shown what opens it.
#[derive(Debug, Clone, Copy)]
pub enum Keys {
    Bearer,
    /// Those that begin with this are sent as they are, the others as bearer tokens.
    BareFrom(&'static str),
    /// HTTP Basic, with the name and the password that a key is made of; none if it is no key.
    Login(for<'k> fn(&'k str) -> Option<(&'k str, &'k str)>),
}

/// An answer before anybody has made sense of it.
#[derive(Debug)]
pub struct Answered<'a> {
    pub status: u16,
    pub headers: &'a HeaderMap,
    pub body: &'a [u8],
    pub now: DateTime<Utc>,
}

impl Answered<'_> {
    pub fn number(&self, header: &str) -> Option<i64> {
        self.headers.get(header)?.to_str().ok()?.trim().parse().ok()
    }

    pub fn retry_after(&self) -> Option<Duration> {
        retry_after(self.headers, self.now)
    }
}
