//! Trading an OAuth code or a refresh token for bot tokens. slack-morphism has no rotation and
//! cannot read an org-wide answer, in which `team` is null.

use super::method::Method;
use super::{SlackApi, SlackError, count, read};
use crate::base::ids::{EnterpriseId, TeamId, UserId};
use crate::base::secret::Secret;
use bytes::Bytes;
use chrono::{DateTime, Utc};
use serde::Deserialize;
use serde_json::Value;
use std::time::Duration;
use url::form_urlencoded;

/// What Slack granted: the installation and its bot token.
#[derive(Debug, Clone)]
pub struct Grant {
    pub app_id: String,
    /// None on an org-wide install.
    pub team: Option<GrantedTeam>,
    pub enterprise: Option<EnterpriseId>,
    pub enterprise_name: Option<String>,
    pub org_wide: bool,
    pub bot_user: Option<UserId>,
    pub bot_token: Secret,
    pub scopes: Vec<String>,
    /// Used once; only with token rotation.
    pub refresh_token: Option<Secret>,
    pub expires_in: Option<Duration>,
    pub installer: Option<UserId>,
}

impl Grant {
    /// When the bot token has to be renewed by; none if it lasts.
    pub fn expires_at(&self, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        Some(now + self.expires_in?)
    }
}

#[derive(Debug, Clone)]
pub struct GrantedTeam {
    pub id: TeamId,
    pub name: String,
}

/// The app's own credentials.
#[derive(Debug, Clone)]
pub struct AppCredentials {
    pub client_id: String,
    pub client_secret: Secret,
}

#[derive(Deserialize)]
struct Wire {
    access_token: String,
    #[serde(default)]
    app_id: Option<String>,
    #[serde(default)]
    bot_user_id: Option<UserId>,
    #[serde(default)]
    scope: Option<String>,
    #[serde(default)]
    team: Option<Named>,
    #[serde(default)]
    enterprise: Option<Named>,
    #[serde(default)]
    is_enterprise_install: Option<bool>,
    #[serde(default)]
    refresh_token: Option<String>,
    #[serde(default)]
    expires_in: Option<u64>,
    #[serde(default)]
    authed_user: Option<Installer>,
}

#[derive(Deserialize)]
struct Named {
    id: String,
    #[serde(default)]
    name: Option<String>,
}

#[derive(Deserialize)]
struct Installer {
    #[serde(default)]
    id: Option<UserId>,
}

impl SlackApi {
    pub async fn exchange_code(
        &self,
        app: &AppCredentials,
        code: &Secret,
        redirect_uri: &str,
    ) -> Result<Grant, SlackError> {
        let fields = [("code", code.expose()), ("redirect_uri", redirect_uri)];
        self.oauth_access(app, &fields).await
    }

    /// A refresh token works once: whoever calls this must be the only one to do so.
    pub async fn refresh(
        &self,
        app: &AppCredentials,
        refresh_token: &Secret,
    ) -> Result<Grant, SlackError> {
        let fields = [
            ("grant_type", "refresh_token"),
            ("refresh_token", refresh_token.expose()),
        ];
        self.oauth_access(app, &fields).await
    }

    async fn oauth_access(
        &self,
        app: &AppCredentials,
        fields: &[(&str, &str)],
    ) -> Result<Grant, SlackError> {
        let form = form_urlencoded::Serializer::new(String::new())
            .append_pair("client_id", &app.client_id)
            .append_pair("client_secret", app.client_secret.expose())
            .extend_pairs(fields)
            .finish();
        let method = Method::OauthAccess;
        let address = format!(
            "{}/{}",
            self.base.as_str().trim_end_matches('/'),
            method.name()
        );
        let url = self.plain.slacks(&address)?;
        let answer = self
            .plain
            .post(&url, "application/x-www-form-urlencoded", Bytes::from(form))
            .await
            .and_then(|body| granted(&body));
        let outcome = answer.as_ref().err().map_or("ok", SlackError::outcome);
        count(method, outcome);
        answer
    }
}

fn granted(body: &[u8]) -> Result<Grant, SlackError> {
    let answer: Value = serde_json::from_slice(body)
        .map_err(|_| SlackError::Ambiguous("Slack's answer could not be read"))?;
    if let Some(code) = answer.get("error").and_then(Value::as_str) {
        return Err(SlackError::refused(code, None));
    }
    let wire: Wire = read(answer)?;
    let team = wire.team.map(|team| GrantedTeam {
        id: TeamId(team.id),
        name: team.name.unwrap_or_default(),
    });
    let (enterprise, enterprise_name) = match wire.enterprise {
        Some(it) => (Some(EnterpriseId(it.id)), it.name),
        None => (None, None),
    };
    Ok(Grant {
        app_id: wire.app_id.unwrap_or_default(),
        org_wide: wire.is_enterprise_install.unwrap_or(team.is_none()),
        team,
        enterprise,
        enterprise_name,
        bot_user: wire.bot_user_id,
        bot_token: Secret::new(wire.access_token),
        scopes: wire
            .scope
            .unwrap_or_default()
            .split(',')
            .map(|scope| scope.trim().to_owned())
            .filter(|scope| !scope.is_empty())
            .collect(),
        refresh_token: wire.refresh_token.map(Secret::new),
        expires_in: wire.expires_in.map(Duration::from_secs),
        installer: wire.authed_user.and_then(|user| user.id),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_workspace_install_and_its_rotation_are_read() {
        let answer = json!({
            "ok": true, "access_token": "xoxe.xoxb-canary", "token_type": "bot", "app_id": "A1",
            "scope": "chat:write,commands", "bot_user_id": "U0", "expires_in": 43200,
            "refresh_token": "xoxe-1-canary", "team": {"id": "T1", "name": "Acme"},
            "enterprise": null, "authed_user": {"id": "U1"}, "is_enterprise_install": false,
        });
        let grant = granted(answer.to_string().as_bytes()).unwrap();
        assert_eq!(grant.team.as_ref().unwrap().id, "T1".into());
        assert_eq!(grant.scopes, ["chat:write", "commands"]);
        assert_eq!(grant.expires_in, Some(Duration::from_secs(43_200)));
        assert!(!grant.org_wide);
        assert!(!format!("{grant:?}").contains("canary"));
    }

    #[test]
    fn an_org_wide_install_has_no_team() {
        let answer = json!({
            "ok": true, "access_token": "xoxb-1", "app_id": "A1", "team": null,
            "enterprise": {"id": "E1", "name": "Acme Group"}, "is_enterprise_install": true,
        });
        let grant = granted(answer.to_string().as_bytes()).unwrap();
        assert!(grant.org_wide && grant.team.is_none());
        assert_eq!(grant.enterprise, Some("E1".into()));
    }

    #[test]
    fn a_code_that_was_used_before_is_a_refusal() {
        let refused = granted(br#"{"ok":false,"error":"code_already_used"}"#).unwrap_err();
        assert_eq!(refused.code().unwrap().as_str(), "code_already_used");
    }
}
