//! The HTTP side: routes, a listener that takes no address but loopback, and connections that
//! can be cut in the middle when a test asks for it.

use super::slack::Slack;
use super::{api, assets, authorize, play, transfer};
use axum::Router;
use axum::extract::{DefaultBodyLimit, Request};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::{any, get, post};
use http::header::{HOST, ORIGIN};
use http::{HeaderMap, StatusCode};
use hyper_util::rt::{TokioIo, TokioTimer};
use std::net::{Ipv4Addr, SocketAddr};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tower::ServiceExt;

const MAX_BODY: usize = 64 * 1024 * 1024;

/// Everything that the stand-in answers to: Slack's API and the page with its own calls.
pub fn router(slack: Slack) -> Router {
    Router::new()
        .route("/api/{method}", any(api::handle))
        .route("/response/{id}", post(api::response_url::handle))
        .route("/files-upload/{id}", any(transfer::upload))
        .route("/files-pri/{id}/{name}", get(transfer::download))
        .route(
            "/oauth/v2/authorize",
            get(authorize::ask).post(authorize::decide),
        )
        .route("/play/people", get(play::people))
        .route("/play/stream", get(play::stream::open))
        .route("/play/act", post(play::act::act))
        .route("/play/files", post(transfer::receive))
        .route("/play/files/{id}", get(transfer::show))
        .route("/play/history", get(play::history))
        .route("/play/systems", get(play::systems::all))
        .route("/play/systems/{slug}", get(play::systems::watch))
        .fallback(assets::asset)
        .layer(DefaultBodyLimit::max(MAX_BODY))
        .layer(middleware::from_fn(refuse_other_sites))
        .with_state(slack)
}

/// A web page from elsewhere must not act for people through the visitor's browser, be it by its
/// own requests or by a name that it makes point at this machine.
async fn refuse_other_sites(request: Request, next: Next) -> Response {
    if comes_from_here(request.headers()) {
        return next.run(request).await;
    }
    (
        StatusCode::FORBIDDEN,
        "The playground answers to this machine only.",
    )
        .into_response()
}

fn comes_from_here(headers: &HeaderMap) -> bool {
    let text = |name| {
        headers
            .get(name)
            .map(|value| value.to_str().unwrap_or_default())
    };
    let host_of = |origin| str::split_once(origin, "://").map_or(origin, |(_, host)| host);
    text(HOST).is_some_and(is_loopback) && text(ORIGIN).map(host_of).is_none_or(is_loopback)
}

fn is_loopback(host: &str) -> bool {
    let name = host.rsplit_once(':').map_or(host, |(name, _)| name);
    matches!(name, "127.0.0.1" | "localhost")
}

/// Only loopback: the playground lets everybody act for anybody.
pub async fn bind(port: u16) -> std::io::Result<TcpListener> {
    TcpListener::bind(SocketAddr::from((Ipv4Addr::LOCALHOST, port))).await
}

/// Marks a response that must not be sent: the connection ends instead.
#[derive(Debug, Clone, Copy)]
struct Cut;

#[derive(Debug, thiserror::Error)]
#[error("the connection was cut on request")]
struct WasCut;

pub fn cut_connection() -> Response {
    let mut response = StatusCode::BAD_GATEWAY.into_response();
    response.extensions_mut().insert(Cut);
    response
}

/// Accepts until told to stop.
pub async fn serve(listener: TcpListener, slack: Slack, mut stop: watch::Receiver<bool>) {
    let router = router(slack);
    let until = stop.clone();
    loop {
        tokio::select! {
            accepted = listener.accept() => {
                if let Ok((stream, _)) = accepted {
                    tokio::spawn(connection(stream, router.clone(), until.clone()));
                }
            }
            _ = stop.wait_for(|stop| *stop) => return,
        }
    }
}

async fn connection(stream: TcpStream, router: Router, mut stop: watch::Receiver<bool>) {
    // Small answers must not wait for Nagle's timer.
    let _ = stream.set_nodelay(true);
    let service =
        hyper::service::service_fn(move |request: http::Request<hyper::body::Incoming>| {
            let router = router.clone();
            async move {
                let response = match router.oneshot(request).await {
                    Ok(response) => response,
                    Err(never) => match never {},
                };
                if response.extensions().get::<Cut>().is_some() {
                    return Err(WasCut);
                }
                Ok(response)
            }
        });
    let serving = hyper::server::conn::http1::Builder::new()
        .timer(TokioTimer::new())
        .serve_connection(TokioIo::new(stream), service);
    tokio::select! {
        // A client that goes away is not worth a word.
        _ = serving => {}
        _ = stop.wait_for(|stop| *stop) => {}
    }
}
