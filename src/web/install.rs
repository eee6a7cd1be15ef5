//! Installing Penny through OAuth: a state that works once, in the browser that asked for it,
//! then Slack's code for a token, which is sealed before anybody is told of it.

use super::cookie;
use super::page::{escape, page};
use crate::base::ids::UserId;
use crate::base::secret::Secret;
use crate::jobs::Services;
use crate::jobs::workspaces::NewInstallation;
use crate::slack::client::{AppCredentials, Grant, SlackError};
use crate::slack::oauth::{CALLBACK_PATH, INSTALL_PATH, Nonce, authorize_url};
use crate::store::installations;
use axum::Router;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use chrono::{DateTime, Utc};
use serde::Deserialize;
use url::Url;

const COOKIE: &str = "penny_install";

#[derive(Debug, Clone)]
pub struct Install {
    pub services: Services,
    pub app: AppCredentials,
    /// Where Slack sends the browser back to; fixed, so that no request can choose it.
    pub public_url: Url,
}

pub fn routes(install: Install) -> Router {
    Router::new()
        .route(INSTALL_PATH, get(begin))
        .route(CALLBACK_PATH, get(finish))
        .with_state(install)
}

async fn begin(State(install): State<Install>) -> Response {
    let (Ok(state), Ok(browser)) = (Nonce::fresh(), Nonce::fresh()) else {
        return away();
    };
    let db = &install.services.db;
    let (state_hash, browser_hash) = (state.fingerprint(), browser.fingerprint());
    if let Err(error) = installations::remember_state(db, &state_hash, &browser_hash).await {
        tracing::warn!(%error, "an installation could not be begun");
        return away();
    }
    let api = install.services.workspaces.api().base();
    let redirect_uri = install.address(CALLBACK_PATH);
    let url = authorize_url(api, &install.app.client_id, &redirect_uri, &state);
    let cookie = cookie::set(
        COOKIE,
        browser.expose(),
        cookie::TEN_MINUTES,
        &install.public_url,
    );
    ([(header::SET_COOKIE, cookie)], Redirect::to(url.as_str())).into_response()
}

#[derive(Deserialize)]
struct Answer {
    #[serde(default)]
    state: String,
    code: Option<String>,
    error: Option<String>,
}

async fn finish(
    State(install): State<Install>,
    Query(answer): Query<Answer>,
    headers: HeaderMap,
) -> Response {
    let response = install.outcome(answer, &headers).await;
    let spent = cookie::set(COOKIE, "", 0, &install.public_url);
    ([(header::SET_COOKIE, spent)], response).into_response()
}

impl Install {
    async fn outcome(&self, answer: Answer, headers: &HeaderMap) -> Response {
        let Some(browser) = cookie::read(COOKIE, headers) else {
            return self.again(
                "This isn’t the browser that began",
                "Penny can only be installed in the browser in which you pressed Install.",
            );
        };
        let db = &self.services.db;
        let state = Nonce::received(&answer.state).fingerprint();
        match installations::spend_state(db, &state, &browser.fingerprint()).await {
            Ok(true) => {}
            Ok(false) => {
                return self.again(
                    "That link has expired",
                    "It works once and for ten minutes, in the browser that it was made for.",
                );
            }
            Err(error) => {
                tracing::warn!(%error, "an installation could not be finished");
                return away();
            }
        }
        match (answer.error.as_deref(), answer.code) {
            (Some("access_denied"), _) => self.again(
                "Nothing was installed",
                "You cancelled, so Penny has access to nothing.",
            ),
            (None, Some(code)) => self.exchange(&Secret::new(code)).await,
            _ => self.again(
                "Slack did not agree",
                "It gave no reason that I understand.",
            ),
        }
    }

    async fn exchange(&self, code: &Secret) -> Response {
        let workspaces = &self.services.workspaces;
        let redirect_uri = self.address(CALLBACK_PATH);
        let grant = match workspaces
            .api()
            .exchange_code(&self.app, code, &redirect_uri)
            .await
        {
            Ok(grant) => grant,
            Err(error) => return self.refused(&error),
        };
        let Some(new) = installation(grant, self.services.clock.now()) else {
            return self.again(
                "Slack left something out",
                "It did not say which workspace this is, or which user Penny is there.",
            );
        };
        let name = new.name.clone();
        if let Err(error) = workspaces.install(new).await {
            tracing::error!(%error, "an installation could not be stored");
            return away();
        }
        tracing::info!(slack.name = name, "installed");
        page(
            StatusCode::OK,
            "Penny is in",
            &format!(
                "She now works in <b>{}</b>. Open Slack, find Penny under Apps and ask her something, or invite her to a channel with <b>/invite @Penny</b>. You can close this page.",
                escape(&name)
            ),
        )
    }

    fn address(&self, path: &str) -> String {
        format!("{}{path}", self.public_url.as_str().trim_end_matches('/'))
    }

    fn refused(&self, error: &SlackError) -> Response {
        tracing::warn!(%error, "Slack did not exchange the code of an installation");
        match error {
            SlackError::Refused { .. } => self.again(
                "Slack did not accept that",
                "The code of this installation is no longer good, or the app’s credentials are wrong.",
            ),
            _ => self.again(
                "Slack could not be reached",
                "Nothing was installed. Please try again in a minute.",
            ),
        }
    }

    /// An error, and the way to begin anew.
    fn again(&self, title: &str, why: &str) -> Response {
        let link = escape(&self.address(INSTALL_PATH));
        page(
            StatusCode::BAD_REQUEST,
            title,
            &format!("{why} <a href=\"{link}\">Begin again</a>."),
        )
    }
}

/// None where Slack does not say whose installation it is.
fn installation(grant: Grant, now: DateTime<Utc>) -> Option<NewInstallation> {
    let token_expires_at = grant.expires_at(now);
    let (workspace, name) = if grant.org_wide {
        let id = grant.enterprise?;
        (id.0.clone(), grant.enterprise_name.unwrap_or(id.0))
    } else {
        let team = grant.team?;
        (team.id.0, team.name)
    };
    Some(NewInstallation {
        workspace,
        name,
        app: Some(grant.app_id).filter(|app| !app.is_empty()),
        is_enterprise: grant.org_wide,
        bot_user: grant.bot_user.filter(|user: &UserId| !user.0.is_empty())?,
        bot_token: grant.bot_token,
        refresh_token: grant.refresh_token,
        token_expires_at,
        scopes: grant.scopes,
        installed_by: grant.installer,
    })
}

fn away() -> Response {
    page(
        StatusCode::SERVICE_UNAVAILABLE,
        "Please try again in a minute",
        "Penny cannot store anything right now. Nothing was installed.",
    )
}
