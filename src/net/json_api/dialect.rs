//! Where a system's HTTP differs from that of most, and answers before anybody made sense of them.

use super::ApiError;
use crate::net::retry::retry_after;
use chrono::{DateTime, Utc};
use http::HeaderMap;
use std::time::Duration;

/// How long a dialect says that a limit lasts whose end nobody names. It is tried again after waits
/// that grow; where they do not suffice, whoever called hears of a while in place of this.
pub const UNNAMED: Duration = Duration::MAX;
/// Between once and twice as long: a few of them outlast a quota by the minute, and not everybody
/// comes back at the same moment.
const A_WHILE: Duration = Duration::from_secs(30);

/// As whoever called may hear it.
pub(super) fn ending(error: ApiError) -> ApiError {
    match error {
        ApiError::Limited(wait) if wait == UNNAMED => {
            ApiError::Limited(A_WHILE.mul_f64(rand::random_range(1.0..=2.0)))
        }
        error => error,
    }
}

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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_limit_without_an_end_is_over_in_a_while_and_another_when_it_says() {
        for _ in 0..100 {
            let ApiError::Limited(wait) = ending(ApiError::Limited(UNNAMED)) else {
                panic!("it is a limit");
            };
            assert!((A_WHILE..=2 * A_WHILE).contains(&wait), "{wait:?}");
        }
        for error in [
            ApiError::Limited(Duration::from_secs(7)),
            ApiError::Unauthorized,
        ] {
            assert_eq!(ending(error.clone()), error);
        }
    }
}
