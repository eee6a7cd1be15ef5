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
    /// Keys that begin with this are sent as they are, and not as bearer tokens.
    pub bare_keys: Option<&'static str>,
    /// What an answer means where its status does not say it. None: it means what its status says.
    pub meaning: fn(&Answered<'_>) -> Option<ApiError>,
}

impl Dialect {
    pub const PLAIN: Self = Self {
        headers: &[],
        bare_keys: None,
        meaning: |_| None,
    };
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
