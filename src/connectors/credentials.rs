//! What lets Penny into a system, as it is kept: sealed for one connection, and for no other.

use super::oauth::Granted;
use crate::base::ids::OrgId;
use crate::base::secret::Secret;
use crate::store::sealing::{Place, SealError};
use crate::store::sync::Auth;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

const KEY: &str = "connection key";

/// What is said of a connection whose key or token is good no longer.
pub(super) const SHUT_OUT: &str = "It no longer lets me in. Connect it again with /penny connect.";

/// What somebody let Penny in with, before it is sealed.
pub(super) struct NewCredentials {
    pub auth: Auth,
    pub text: Secret,
    pub expires_at: Option<DateTime<Utc>>,
    pub scopes: Vec<String>,
}

/// Tokens as they are sealed.
#[derive(Clone, Serialize, Deserialize)]
pub(super) struct Kept {
    pub(super) access: String,
    pub(super) refresh: Option<String>,
    pub(super) expires_at: Option<DateTime<Utc>>,
    /// None in what an older version has kept.
    #[serde(default)]
    renew_at: Option<DateTime<Utc>>,
}

impl Kept {
    pub(super) fn of(granted: &Granted) -> Self {
        Self {
            access: granted.access.expose().to_owned(),
            refresh: granted.refresh.as_ref().map(|it| it.expose().to_owned()),
            expires_at: granted.expires_at,
            renew_at: granted.renew_at,
        }
    }

    pub(super) fn sealable(&self) -> Result<Secret, SealError> {
        let text = serde_json::to_string(self).map_err(|_| SealError::Broken)?;
        Ok(Secret::new(text))
    }

    pub(super) fn opened(text: &Secret) -> Result<Self, SealError> {
        serde_json::from_str(text.expose()).map_err(|_| SealError::Broken)
    }

    pub(super) fn is_good(&self, now: DateTime<Utc>) -> bool {
        let until = self.renew_at.or(self.expires_at);
        until.is_none_or(|until| now < until)
    }
}

/// Bound to the row, so that a key copied to another connection does not open there.
pub(super) fn place(org: OrgId, row: &str) -> Place<'_> {
    Place {
        org,
        purpose: KEY,
        row,
    }
}
