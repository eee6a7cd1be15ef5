//! Where other systems send what they have to say. In this order: size, proof over the raw bytes,
//! whom it is for, storage, and only then 200. Of a refused request nothing is logged but the
//! reason, and its answer has no body.

use super::body::{self, Bounds};
use crate::base::clock::SharedClock;
use crate::base::metrics as names;
use crate::connectors::deliveries::{Ears, Listen, Received, Refusal, Refused, Taken};
use crate::connectors::{Connector, registry};
use crate::store::StoreError;
use axum::Router;
use axum::extract::{Path, Request, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use std::time::Duration;
use url::Url;

const BOUNDS: Bounds = Bounds {
    bytes: 1024 * 1024,
    time: Duration::from_secs(5),
};

#[derive(Clone)]
pub struct Webhooks {
    pub ears: Ears,
    pub clock: SharedClock,
    /// What the addresses begin with that systems were given.
    pub public_url: Option<Url>,
}

pub fn routes(webhooks: Webhooks) -> Router {
    Router::new()
        .route("/webhooks/{system}", post(shared))
        .route("/webhooks/{system}/{address}", post(own))
        .with_state(webhooks)
}

async fn shared(
    State(webhooks): State<Webhooks>,
    Path(system): Path<String>,
    request: Request,
) -> Response {
    webhooks.answer(&system, None, request).await
}

async fn own(
    State(webhooks): State<Webhooks>,
    Path((system, address)): Path<(String, String)>,
    request: Request,
) -> Response {
    webhooks.answer(&system, Some(&address), request).await
}

impl Webhooks {
    async fn answer(&self, system: &str, address: Option<&str>, request: Request) -> Response {
        let found = registry::find(system).and_then(|it| Some((it, it.manifest().listen?)));
        let known = found.filter(|(connector, listen)| {
            listen.has_own_address() == address.is_some() && self.ears.is_set_up(*connector, listen)
        });
        let Some((connector, listen)) = known else {
            return refuse("unknown", StatusCode::NOT_FOUND, "nobody listens here");
        };
        let system = connector.manifest().slug;
        match self.take(connector, listen, address, request).await {
            Ok(taken) => {
                count(system, outcome(taken));
                StatusCode::OK.into_response()
            }
            Err(NotTaken::Unread(unread)) => refuse(system, unread.status(), &unread.to_string()),
            Err(NotTaken::Refused(refused)) => refusal(system, &refused),
        }
    }

    async fn take(
        &self,
        connector: &'static dyn Connector,
        listen: &'static Listen,
        address: Option<&str>,
        request: Request,
    ) -> Result<Taken, NotTaken> {
        let (parts, body) = request.into_parts();
        let bounds = Bounds {
            bytes: BOUNDS.bytes.min(connector.longest_delivery()),
            ..BOUNDS
        };
        let body = body::whole(&parts.headers, body, bounds).await?;
        let path = parts.uri.path_and_query().map(|it| it.as_str());
        let sent_to = self.public_url.as_ref().zip(path);
        let received = Received {
            method: parts.method.as_str(),
            address: sent_to.map(|(base, path)| {
                let base = base.as_str().trim_end_matches('/');
                format!("{base}{path}")
            }),
            headers: &parts.headers,
            body,
            now: self.clock.now(),
        };
        Ok(self.ears.take(connector, listen, address, received).await?)
    }
}

#[derive(Debug, thiserror::Error)]
enum NotTaken {
    #[error(transparent)]
    Unread(#[from] body::Unread),
    #[error(transparent)]
    Refused(#[from] Refused),
}

fn outcome(taken: Taken) -> &'static str {
    match taken {
        Taken::Stored => "stored",
        Taken::Known => "known",
        Taken::ForNobody => "for_nobody",
    }
}

fn refusal(system: &'static str, refused: &Refused) -> Response {
    match refused {
        Refused::Unproven(Refusal::NoKeys) => away(system, &Refusal::NoKeys),
        Refused::Unproven(reason) => refuse(system, StatusCode::UNAUTHORIZED, &reason.to_string()),
        // Sending the same bytes again would not help.
        Refused::Unreadable(error) => {
            tracing::warn!(system.slug = system, %error, "a genuine delivery could not be read");
            count(system, "unreadable");
            StatusCode::BAD_REQUEST.into_response()
        }
        Refused::Store(StoreError::Away(reason)) => away(system, reason),
        Refused::Store(_) | Refused::Seal(_) => {
            tracing::error!(system.slug = system, error = %refused, "a delivery could not be stored");
            away(system, &"it could not be stored")
        }
    }
}

/// The sender comes back.
fn away(system: &'static str, reason: &dyn std::fmt::Display) -> Response {
    tracing::warn!(system.slug = system, http.reason = %reason, "a delivery has to be sent again");
    count(system, "away");
    let retry = [(header::RETRY_AFTER, "5")];
    (StatusCode::SERVICE_UNAVAILABLE, retry).into_response()
}

fn refuse(system: &'static str, status: StatusCode, reason: &str) -> Response {
    count(system, "refused");
    tracing::info!(
        system.slug = system,
        http.status = status.as_u16(),
        http.reason = reason,
        "a delivery was refused"
    );
    status.into_response()
}

fn count(system: &'static str, outcome: &'static str) {
    metrics::counter!(names::DELIVERIES, "system" => system, "outcome" => outcome).increment(1);
}
