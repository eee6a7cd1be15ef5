//! The HTTP side: routes, a listener that takes no address but loopback, and connections that
//! can be cut in the middle when a test asks for it.

use super::slack::Slack;
use super::{api, assets, authorize, play, transfer};
use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::response::{IntoResponse, Response};
use axum::routing::{any, get, post};
use http::StatusCode;
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
        .fallback(assets::asset)
        .layer(DefaultBodyLimit::max(MAX_BODY))
        .with_state(slack)
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
