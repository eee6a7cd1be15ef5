//! The envelope around an event: whose it is, which one it is, and the event itself unparsed.

use super::{Malformed, check_depth, fingerprint, lenient};
use crate::base::ids::{EnterpriseId, TeamId, UserId};
use serde::Deserialize;
use serde_json::value::RawValue;

/// A body of the events endpoint.
#[derive(Debug)]
pub enum Callback<'a> {
    UrlVerification {
        challenge: String,
    },
    Event(EventEnvelope<'a>),
    /// Slack is holding events back: more than 30,000 in an hour.
    RateLimited {
        team: Option<TeamId>,
        minute: i64,
    },
    Unknown {
        kind: String,
    },
}

/// An event with what identifies it. `event` is the JSON as it came.
#[derive(Debug)]
pub struct EventEnvelope<'a> {
    /// Empty in events that something other than Slack recorded or made up.
    pub event_id: String,
    pub event_time: i64,
    pub api_app_id: Option<String>,
    pub installation: Installation,
    /// The bot user of the installation that Slack delivers this event for.
    pub authorized_user: Option<UserId>,
    pub is_ext_shared_channel: bool,
    pub event: &'a RawValue,
}

/// Which installation a request belongs to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Installation {
    pub team: Option<TeamId>,
    pub enterprise: Option<EnterpriseId>,
    /// The app is installed on the whole Enterprise Grid organisation: the token is found
    /// by `enterprise`, and `team` only says where it happened.
    pub org_wide: bool,
}

#[derive(Deserialize)]
struct Wire<'a> {
    #[serde(rename = "type", default, deserialize_with = "lenient::or_default")]
    kind: String,
    #[serde(default, deserialize_with = "lenient::or_default")]
    challenge: String,
    #[serde(default, deserialize_with = "lenient::or_default")]
    event_id: String,
    #[serde(default, deserialize_with = "lenient::or_default")]
    event_time: i64,
    #[serde(default, deserialize_with = "lenient::or_default")]
    api_app_id: Option<String>,
    #[serde(default, deserialize_with = "lenient::or_default")]
    team_id: Option<TeamId>,
    #[serde(default, deserialize_with = "lenient::or_default")]
    enterprise_id: Option<EnterpriseId>,
    #[serde(default, deserialize_with = "lenient::or_default")]
    minute_rate_limited: i64,
    #[serde(default, deserialize_with = "lenient::or_default")]
    is_ext_shared_channel: bool,
    #[serde(default, deserialize_with = "lenient::or_default")]
    is_enterprise_install: bool,
    #[serde(default, deserialize_with = "lenient::readable_entries")]
    authorizations: Vec<Authorization>,
    #[serde(default, borrow)]
    event: Option<&'a RawValue>,
}

#[derive(Deserialize)]
struct Authorization {
    #[serde(default, deserialize_with = "lenient::or_default")]
    team_id: Option<TeamId>,
    #[serde(default, deserialize_with = "lenient::or_default")]
    enterprise_id: Option<EnterpriseId>,
    #[serde(default, deserialize_with = "lenient::or_default")]
    user_id: Option<UserId>,
    #[serde(default, deserialize_with = "lenient::or_default")]
    is_enterprise_install: Option<bool>,
}

impl<'a> Callback<'a> {
    pub fn parse(body: &'a [u8]) -> Result<Self, Malformed> {
        check_depth(body)?;
        let body = std::str::from_utf8(body).map_err(|_| Malformed::NotText)?;
        if !body.trim_start().starts_with('{') {
            return Err(Malformed::Json);
        }
        let wire: Wire<'a> = serde_json::from_str(body).map_err(|_| Malformed::Json)?;
        Ok(match wire.kind.as_str() {
            "url_verification" => Self::UrlVerification {
                challenge: wire.challenge,
            },
            "app_rate_limited" => Self::RateLimited {
                team: wire.team_id,
                minute: wire.minute_rate_limited,
            },
            "event_callback" => Self::Event(wire.into_envelope()?),
            _ => Self::Unknown { kind: wire.kind },
        })
    }
}

impl<'a> EventEnvelope<'a> {
    /// Reads a stored event again.
    pub fn parse(body: &'a [u8]) -> Result<Self, Malformed> {
        match Callback::parse(body)? {
            Callback::Event(envelope) => Ok(envelope),
            _ => Err(Malformed::Json),
        }
    }

    /// The same for every delivery of one event. One without an id is told from others by what
    /// it says.
    pub fn key(&self) -> String {
        if !self.event_id.is_empty() {
            return format!("e:{}", self.event_id);
        }
        let told = format!("{} {}", self.event_time, self.event.get());
        format!("h:{}", fingerprint(told.as_bytes()))
    }
}

impl<'a> Wire<'a> {
    fn into_envelope(self) -> Result<EventEnvelope<'a>, Malformed> {
        let first = self.authorizations.into_iter().next();
        let (team, enterprise, user, org_wide) = match first {
            Some(first) => (
                first.team_id,
                first.enterprise_id,
                first.user_id,
                first.is_enterprise_install,
            ),
            None => (None, None, None, None),
        };
        Ok(EventEnvelope {
            event_id: self.event_id,
            event_time: self.event_time,
            api_app_id: self.api_app_id,
            installation: Installation {
                team: team.or(self.team_id),
                enterprise: enterprise.or(self.enterprise_id),
                org_wide: org_wide.unwrap_or(self.is_enterprise_install),
            },
            authorized_user: user,
            is_ext_shared_channel: self.is_ext_shared_channel,
            event: self.event.ok_or(Malformed::MissingField)?,
        })
    }
}
