//! Dashboards in the browser. A signed link from Slack is all there is: no login and no session.
//! Each request looks the link up and the queries run with the rights of the person whose link it
//! is, at that moment; a link that is no good gives a plain sentence and no data.

mod draw;
mod headers;

use super::page::page;
use crate::base::ids::LinkId;
use crate::base::viewer::{Audience, Viewer};
use crate::jobs::Services;
use crate::jobs::dashboards::link_of;
use crate::reports::dashboard::{Chosen, View};
use crate::reports::{MakeError, Recipe};
use crate::store::StoreError;
use crate::store::dashboards::{self, Link, LinkState};
use axum::Router;
use axum::extract::{Path, RawQuery, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use moka::future::Cache;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Semaphore;
use url::form_urlencoded;

/// The same view is not looked up again within this, however many pages show it.
const FRESH: Duration = Duration::from_secs(5);
const REMEMBERED: u64 = 500;
/// Nobody waits longer for a page.
const PATIENCE: Duration = Duration::from_secs(25);
/// Of what is chosen in one address; more belongs to no filter.
const MOST_CHOSEN: usize = 20;

#[derive(Clone)]
pub struct Dashboards {
    services: Services,
    views: Cache<(LinkId, Chosen), Arc<View>>,
    /// One link has its queries run one page after the other, whatever is asked of it.
    turns: Cache<LinkId, Arc<Semaphore>>,
}

impl Dashboards {
    pub fn new(services: Services) -> Self {
        let views = Cache::builder()
            .max_capacity(REMEMBERED)
            .time_to_live(FRESH)
            .build();
        let turns = Cache::builder()
            .max_capacity(REMEMBERED)
            .time_to_idle(PATIENCE * 2)
            .build();
        Self {
            services,
            views,
            turns,
        }
    }
}

pub fn routes(dashboards: Dashboards) -> Router {
    Router::new()
        .route("/dashboards/assets/dashboard.css", get(headers::style))
        .route("/dashboards/assets/dashboard.js", get(headers::script))
        .route("/dashboards/{token}", get(whole))
        .route("/dashboards/{token}/live", get(live))
        .with_state(dashboards)
}

/// Why nobody gets to see anything.
#[derive(Debug, thiserror::Error)]
enum Stopped {
    #[error("there is no such link")]
    Unknown,
    #[error("the link has ended")]
    Expired,
    #[error("the link was revoked")]
    Revoked,
    #[error("the dashboard is not for the person of the link")]
    NotTheirs,
    #[error("it took too long, or too many look")]
    Busy,
    #[error("it cannot be looked up: {0}")]
    Wrong(String),
    #[error(transparent)]
    Store(#[from] StoreError),
}

async fn whole(
    State(dashboards): State<Dashboards>,
    Path(token): Path<String>,
    RawQuery(query): RawQuery,
) -> Response {
    match dashboards.looked(&token, query).await {
        Ok((link, view)) => headers::of_page(draw::whole(&view, link.expires_at)),
        Err(stopped) => explain(&stopped),
    }
}

/// What the page asks for again and again: only what changes.
async fn live(
    State(dashboards): State<Dashboards>,
    Path(token): Path<String>,
    RawQuery(query): RawQuery,
) -> Response {
    match dashboards.looked(&token, query).await {
        Ok((_, view)) => headers::of_page(draw::tiles(&view)),
        Err(stopped) => explain(&stopped),
    }
}

impl Dashboards {
    async fn looked(
        &self,
        token: &str,
        query: Option<String>,
    ) -> Result<(Link, Arc<View>), Stopped> {
        let link = self.link(token).await?;
        let query = query.unwrap_or_default();
        let values = form_urlencoded::parse(query.as_bytes()).into_owned();
        let chosen = Chosen(values.take(MOST_CHOSEN).collect());
        let looked = self.view(&link, chosen);
        let view = tokio::time::timeout(PATIENCE, looked).await;
        Ok((link, view.unwrap_or(Err(Stopped::Busy))?))
    }

    async fn link(&self, token: &str) -> Result<Link, Stopped> {
        let Services { db, sealer, .. } = &self.services;
        let id = link_of(sealer, token).ok_or(Stopped::Unknown)?;
        let link = dashboards::read(db, id).await?.ok_or(Stopped::Unknown)?;
        match link.state {
            LinkState::Good => {}
            LinkState::Expired => return Err(Stopped::Expired),
            LinkState::Revoked => return Err(Stopped::Revoked),
            LinkState::NotTheirs => return Err(Stopped::NotTheirs),
        }
        // Where Penny was removed, nothing is shown any more.
        let workspace = self.services.workspaces.get(&link.workspace);
        workspace.map(|_| link).ok_or(Stopped::Unknown)
    }

    async fn view(&self, link: &Link, chosen: Chosen) -> Result<Arc<View>, Stopped> {
        let key = (link.id, chosen);
        if let Some(view) = self.views.get(&key).await {
            return Ok(view);
        }
        let one_at_a_time = async { Arc::new(Semaphore::new(1)) };
        let turn = self.turns.get_with(link.id, one_at_a_time).await;
        let _turn = turn.acquire().await.map_err(|_| Stopped::Busy)?;
        if let Some(view) = self.views.get(&key).await {
            return Ok(view);
        }
        let recipe: Recipe = serde_json::from_value(link.recipe.clone())
            .map_err(|error| Stopped::Wrong(error.to_string()))?;
        let viewer = Viewer {
            org: link.org,
            person: link.person,
            audience: Audience::Private,
            external_present: link.is_restricted,
        };
        let looked = self.services.maker.look(&recipe, &viewer, &key.1).await;
        let view = Arc::new(looked.map_err(|error| match error {
            MakeError::Query(crate::store::sandbox::QueryError::Store(error)) => error.into(),
            MakeError::Query(crate::store::sandbox::QueryError::Busy) => Stopped::Busy,
            error => Stopped::Wrong(error.to_string()),
        })?);
        self.views.insert(key, view.clone()).await;
        Ok(view)
    }
}

/// Nothing in it tells what the dashboard is called or whose it is.
fn explain(stopped: &Stopped) -> Response {
    const AGAIN: &str = "Press <b>Open dashboard</b> in Slack for a new one; it takes a second.";
    let (status, title, why) = match stopped {
        Stopped::Unknown => (
            StatusCode::NOT_FOUND,
            "There is no dashboard here",
            format!("This link is incomplete, or nobody was given it. {AGAIN}"),
        ),
        Stopped::Expired => (
            StatusCode::GONE,
            "This link has ended",
            format!("Links to dashboards work for a day. {AGAIN}"),
        ),
        Stopped::Revoked => (
            StatusCode::GONE,
            "This link was ended",
            format!("Whoever it belongs to ended it in Slack. {AGAIN}"),
        ),
        Stopped::NotTheirs => (
            StatusCode::FORBIDDEN,
            "This dashboard isn’t for you any more",
            "It belongs to a channel that you are no longer in. Ask somebody there to share it."
                .to_owned(),
        ),
        Stopped::Busy => (
            StatusCode::SERVICE_UNAVAILABLE,
            "One moment",
            "The figures are taking longer than usual. Please reload this page in a minute."
                .to_owned(),
        ),
        Stopped::Wrong(_) => {
            tracing::warn!(error = %stopped, "a dashboard could not be looked up");
            (
                StatusCode::INTERNAL_SERVER_ERROR,
                "This dashboard needs mending",
                "Its queries no longer fit the data. Ask Penny in Slack to make it anew."
                    .to_owned(),
            )
        }
        Stopped::Store(_) => {
            tracing::error!(error = %stopped, "a dashboard could not be looked up");
            (
                StatusCode::SERVICE_UNAVAILABLE,
                "Please try again in a minute",
                "Penny cannot reach her database right now.".to_owned(),
            )
        }
    };
    headers::guarded(page(status, title, &why)).into_response()
}
