//! Slash commands, which Slack sends as a form.

use super::envelope::Installation;
use super::{Malformed, Source, fingerprint};
use crate::base::ids::{ChannelId, TeamId, UserId};
use crate::base::secret::Secret;

#[derive(Debug, Clone, PartialEq)]
pub struct SlashCommand {
    pub source: Source,
    pub command: String,
    pub text: String,
    pub channel: ChannelId,
    pub channel_name: Option<String>,
}

impl SlashCommand {
    pub fn parse(body: &[u8]) -> Result<Self, Malformed> {
        let mut wire = Wire::default();
        for (name, value) in fields(body)? {
            wire.set(&name, value.into_owned());
        }
        wire.into_command().ok_or(Malformed::MissingField)
    }

    /// The same for every delivery of one command. A trigger alone does not say which one: who
    /// plays recorded commands may give them all the same.
    pub fn dedupe_key(&self, body: &[u8]) -> String {
        let trigger = self.source.trigger_id.as_deref().unwrap_or_default();
        format!("{trigger}:{}", fingerprint(body))
    }
}

/// Slack's certificate check: a form that carries nothing of meaning.
pub fn is_ssl_check(body: &[u8]) -> bool {
    // An event is JSON, which is not worth reading as a form.
    !body.starts_with(b"{")
        && fields(body)
            .is_ok_and(|mut fields| fields.any(|(name, value)| name == "ssl_check" && value == "1"))
}

pub(super) fn fields(body: &[u8]) -> Result<url::form_urlencoded::Parse<'_>, Malformed> {
    std::str::from_utf8(body).map_err(|_| Malformed::NotText)?;
    Ok(url::form_urlencoded::parse(body))
}

#[derive(Default)]
struct Wire {
    command: String,
    text: String,
    team: Option<String>,
    enterprise: Option<String>,
    org_wide: bool,
    channel: Option<String>,
    channel_name: Option<String>,
    user: Option<String>,
    user_name: Option<String>,
    api_app_id: Option<String>,
    trigger_id: Option<String>,
    response_url: Option<String>,
}

impl Wire {
    fn set(&mut self, name: &str, value: String) {
        let value_or_none = || Some(value.clone()).filter(|value| !value.is_empty());
        match name {
            "command" => self.command = value,
            "text" => self.text = value,
            "team_id" => self.team = value_or_none(),
            "enterprise_id" => self.enterprise = value_or_none(),
            "is_enterprise_install" => self.org_wide = value == "true",
            "channel_id" => self.channel = value_or_none(),
            "channel_name" => self.channel_name = value_or_none(),
            "user_id" => self.user = value_or_none(),
            "user_name" => self.user_name = value_or_none(),
            "api_app_id" => self.api_app_id = value_or_none(),
            "trigger_id" => self.trigger_id = value_or_none(),
            "response_url" => self.response_url = value_or_none(),
            _ => {}
        }
    }

    fn into_command(self) -> Option<SlashCommand> {
        if self.command.is_empty() {
            return None;
        }
        Some(SlashCommand {
            source: Source {
                installation: Installation {
                    team: self.team.map(TeamId),
                    enterprise: self.enterprise.map(crate::base::ids::EnterpriseId),
                    org_wide: self.org_wide,
                },
                user: UserId(self.user?),
                user_name: self.user_name,
                api_app_id: self.api_app_id,
                trigger_id: self.trigger_id,
                response_url: self.response_url.map(Secret::new),
            },
            command: self.command,
            text: self.text.trim().to_owned(),
            channel: ChannelId(self.channel?),
            channel_name: self.channel_name,
        })
    }
}
