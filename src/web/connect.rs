//! Connecting a system by consent in the browser. A private link from Slack leads to a page that
//! says for whom; from there a state that works once, in that browser, goes to the system and
//! comes back with a code, which is traded for tokens and sealed.

use super::cookie;
use super::page::{escape, page};
use crate::base::secret::Secret;
use crate::connectors::connections::{ConnectionError, Opened};
use crate::connectors::oauth::{Consent, OAuthError};
use crate::connectors::{Connector, Reach, registry};
use crate::jobs::{Services, show_sync};
use crate::slack::oauth::Nonce;
use crate::store::connect_links::{self, Returned};
use crate::store::people;
use crate::store::sealing::{Place, SealError};
use crate::store::{StoreError, StoreResult};
use axum::Router;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use serde::Deserialize;
use url::Url;

const COOKIE: &str = "penny_connect";
const VERIFIER: &str = "pkce verifier";

#[derive(Debug, Clone)]
pub struct Connect {
    pub services: Services,
    /// Where systems send the browser back to; fixed, so that no request can choose it.
    pub public_url: Url,
}

pub fn routes(connect: Connect) -> Router {
    Router::new()
        .route("/connect/{system}", get(offer))
        .route("/connect/{system}/begin", get(begin))
        .route("/connect/{system}/callback", get(finish))
        .with_state(connect)
}

/// Why somebody did not get on; each is a page of its own.
#[derive(Debug, thiserror::Error)]
enum Stopped {
    #[error("there is no such system, or no consent for it")]
    Unknown,
    #[error("the link or the state is not good any more")]
    Stale,
    #[error("it came back in another browser")]
    OtherBrowser,
    #[error("the person said no")]
    Declined(&'static str),
    #[error("the system did not agree")]
    Disagreed(&'static str),
    #[error("the system did not answer")]
    Silent(&'static str),
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Seal(#[from] SealError),
}

#[derive(Deserialize)]
struct Came {
    #[serde(default)]
    link: String,
}

/// Says whose account would serve whom before anybody is sent on: a link that was passed on must
/// not have somebody hand their own account to another person. And what looks at links ahead of
/// people does not use them up.
async fn offer(
    State(connect): State<Connect>,
    Path(system): Path<String>,
    Query(came): Query<Came>,
) -> Response {
    let looked = async {
        let (connector, _) = connect.system(&system)?;
        let fingerprint = Nonce::received(&came.link).fingerprint();
        let db = &connect.services.db;
        let link = connect_links::read(db, &fingerprint, &system).await?;
        Ok((connector, link.ok_or(Stopped::Stale)?))
    };
    let (connector, link) = match looked.await {
        Ok(found) => found,
        Err(stopped) => return explain(&stopped),
    };
    let manifest = connector.manifest();
    let (name, person) = (escape(manifest.name), escape(&link.name));
    let whose = match manifest.reach {
        Reach::Org | Reach::Penny => {
            format!("{person} asked for this, and it will serve everybody in the workspace.")
        }
        Reach::Person => format!(
            "It will serve <b>{person}</b> and nobody else. If that isn’t you, close this page: the account that you would sign in with would be theirs to read."
        ),
    };
    let next = connect.address(&system, "/begin");
    let next = format!("{next}?link={}", escape(&came.link));
    page(
        StatusCode::OK,
        &format!("Connect {name} to Penny?"),
        &format!("{whose} <a href=\"{next}\">Go on to {name}</a>."),
    )
}

async fn begin(
    State(connect): State<Connect>,
    Path(system): Path<String>,
    Query(came): Query<Came>,
) -> Response {
    match connect.begun(&system, &came.link).await {
        Ok((url, browser)) => {
            let seconds = cookie::TEN_MINUTES;
            let cookie = cookie::set(COOKIE, browser.expose(), seconds, &connect.public_url);
            ([(header::SET_COOKIE, cookie)], Redirect::to(url.as_str())).into_response()
        }
        Err(stopped) => explain(&stopped),
    }
}

#[derive(Deserialize)]
struct Answer {
    #[serde(default)]
    state: String,
    code: Option<String>,
    error: Option<String>,
}

async fn finish(
    State(connect): State<Connect>,
    Path(system): Path<String>,
    Query(answer): Query<Answer>,
    headers: HeaderMap,
) -> Response {
    let response = match connect.finished(&system, answer, &headers).await {
        Ok(response) => response,
        Err(stopped) => explain(&stopped),
    };
    let spent = cookie::set(COOKIE, "", 0, &connect.public_url);
    ([(header::SET_COOKIE, spent)], response).into_response()
}

impl Connect {
    fn system(&self, slug: &str) -> Result<(&'static dyn Connector, Consent<'_>), Stopped> {
        let connector = registry::find(slug).ok_or(Stopped::Unknown)?;
        let consent = self.services.connections.consent(connector.manifest());
        Ok((connector, consent.ok_or(Stopped::Unknown)?))
    }

    fn address(&self, system: &str, path: &str) -> String {
        let base = self.public_url.as_str().trim_end_matches('/');
        format!("{base}/connect/{system}{path}")
    }

    async fn begun(&self, system: &str, link: &str) -> Result<(Url, Nonce), Stopped> {
        let (_, consent) = self.system(system)?;
        let fresh = || Nonce::fresh().map_err(|_| Stopped::Unknown);
        let (state, browser, verifier) = (fresh()?, fresh()?, Secret::new(fresh()?.expose()));
        let db = &self.services.db;
        let link = Nonce::received(link).fingerprint();
        let found = connect_links::read(db, &link, system).await?;
        let org = found.ok_or(Stopped::Stale)?.org;
        let row = hex::encode(state.fingerprint());
        let sealed = self.services.sealer.seal(
            &verifier,
            Place {
                org,
                purpose: VERIFIER,
                row: &row,
            },
        )?;
        let mut tx = db.org(org).await?;
        let (state_hash, browser_hash) = (state.fingerprint(), browser.fingerprint());
        if !connect_links::begin(&mut tx, &link, &state_hash, &browser_hash, &sealed).await? {
            return Err(Stopped::Stale);
        }
        tx.commit().await?;
        let back = self.address(system, "/callback");
        let url = consent.page(&back, state.expose(), &verifier);
        Ok((url.ok_or(Stopped::Unknown)?, browser))
    }

    async fn finished(
        &self,
        system: &str,
        answer: Answer,
        headers: &HeaderMap,
    ) -> Result<Response, Stopped> {
        let (connector, consent) = self.system(system)?;
        let name = connector.manifest().name;
        let browser = cookie::read(COOKIE, headers).ok_or(Stopped::OtherBrowser)?;
        let (state, browser) = (
            Nonce::received(&answer.state).fingerprint(),
            browser.fingerprint(),
        );
        let db = &self.services.db;
        let returned = connect_links::come_back(db, &state, &browser, system).await?;
        let returned = returned.ok_or(Stopped::Stale)?;
        let code = match (answer.error.as_deref(), answer.code) {
            (Some("access_denied"), _) => return Err(Stopped::Declined(name)),
            (None, Some(code)) => Secret::new(code),
            _ => return Err(Stopped::Disagreed(name)),
        };
        let place = Place {
            org: returned.org,
            purpose: VERIFIER,
            row: &hex::encode(state),
        };
        let verifier = self.services.sealer.open(&returned.verifier, place)?;
        let back = self.address(system, "/callback");
        let now = self.services.clock.now();
        let granted = consent.exchange(&code, &back, &verifier, now).await;
        let granted = granted.map_err(|error| {
            tracing::warn!(system.slug = system, %error, "a code was not traded for tokens");
            match error {
                OAuthError::Away => Stopped::Silent(name),
                _ => Stopped::Disagreed(name),
            }
        })?;
        let connections = &self.services.connections;
        let opened = connections
            .connect_granted(returned.org, returned.person, connector, granted)
            .await
            .map_err(|error| refused(name, error))?;
        tracing::info!(system.slug = system, "a system was connected");
        self.follow(&returned, &opened).await;
        Ok(done(name, &opened.account.name))
    }

    /// What was begun in Slack goes on there. If nobody can be told, it is read all the same.
    async fn follow(&self, returned: &Returned, opened: &Opened) {
        let user = self.user(returned).await.unwrap_or_else(|error| {
            tracing::warn!(%error, "who connected a system could not be found out, so nobody sees it being read");
            None
        });
        let known = self.services.workspaces.all();
        let workspace = known.into_iter().find(|it| it.org == returned.org);
        let (Some(user), Some(workspace)) = (user, workspace) else {
            return;
        };
        let key = format!("connected:{}", opened.run);
        let told = show_sync::follow(&self.services, &workspace, &user, opened.run, &key);
        if let Err(error) = told.await {
            tracing::warn!(%error, "a run could not be shown in Slack");
        }
    }

    async fn user(&self, returned: &Returned) -> StoreResult<Option<crate::base::ids::UserId>> {
        let mut tx = self.services.db.org(returned.org).await?;
        people::slack_user_of(&mut tx, returned.person).await
    }
}

fn refused(name: &'static str, error: ConnectionError) -> Stopped {
    tracing::warn!(%error, "an account that was just opened could not be read");
    match error {
        ConnectionError::Store(error) => error.into(),
        ConnectionError::Seal(error) => error.into(),
        _ => Stopped::Silent(name),
    }
}

fn done(name: &str, account: &str) -> Response {
    let (name, account) = (escape(name), escape(account));
    page(
        StatusCode::OK,
        &format!("{name} is connected"),
        &format!(
            "Penny is reading <b>{account}</b> now. How far she is stands in your direct messages with her. You can close this page."
        ),
    )
}

fn explain(stopped: &Stopped) -> Response {
    let bad = StatusCode::BAD_REQUEST;
    let again = "Type <b>/penny connect</b> in Slack to begin again.";
    let (status, title, why) = match stopped {
        Stopped::Unknown => (
            StatusCode::NOT_FOUND,
            "There is nothing to connect here".to_owned(),
            "Penny isn’t set up for this system.".to_owned(),
        ),
        Stopped::Stale => (
            bad,
            "That link has expired".to_owned(),
            format!("It works once and for ten minutes, in one browser. {again}"),
        ),
        Stopped::OtherBrowser => (
            bad,
            "This isn’t the browser that began".to_owned(),
            format!(
                "A system can only be connected in the browser that the link was opened in. {again}"
            ),
        ),
        Stopped::Declined(name) => (
            bad,
            format!("{name} was not connected"),
            format!("You said no, so Penny has access to nothing. {again}"),
        ),
        Stopped::Disagreed(name) => (
            bad,
            format!("{name} did not agree"),
            format!(
                "Nothing was connected. {again} If it happens again, whoever runs Penny should look at her client there."
            ),
        ),
        Stopped::Silent(name) => (
            StatusCode::BAD_GATEWAY,
            format!("{name} could not be reached"),
            format!("Nothing was connected. Please try it again in a minute. {again}"),
        ),
        Stopped::Store(_) | Stopped::Seal(_) => {
            tracing::error!(error = %stopped, "a system could not be connected");
            (
                StatusCode::SERVICE_UNAVAILABLE,
                "Please try again in a minute".to_owned(),
                "Penny cannot store anything right now. Nothing was connected.".to_owned(),
            )
        }
    };
    page(status, &title, &why)
}
