//! Serving HTTP with time-outs for slow clients and a graceful end. axum's own `serve` has no
//! time-out for headers, and a client that never finishes them would hold a connection for ever.

use axum::Router;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

const HEADER_TIME: Duration = Duration::from_secs(10);
/// How long open requests may take to end when the process is leaving.
const LAST_REQUESTS: Duration = Duration::from_secs(5);

/// Serves until `shutdown`, then lets open requests end.
pub async fn serve(listener: TcpListener, router: Router, shutdown: CancellationToken) {
    serve_within(HEADER_TIME, listener, router, shutdown).await;
}

async fn serve_within(
    header_time: Duration,
    listener: TcpListener,
    router: Router,
    shutdown: CancellationToken,
) {
    let graceful = GracefulShutdown::new();
    let mut server = http1::Builder::new();
    server
        .timer(TokioTimer::new())
        .header_read_timeout(header_time);
    loop {
        let stream = tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => stream,
                Err(error) => {
                    // Out of file descriptors, mostly: others will be closed in a moment.
                    tracing::warn!(%error, "a connection could not be accepted");
                    tokio::time::sleep(Duration::from_millis(50)).await;
                    continue;
                }
            },
            () = shutdown.cancelled() => break,
        };
        let _ = stream.set_nodelay(true);
        let service = TowerToHyperService::new(router.clone());
        let connection = graceful.watch(server.serve_connection(TokioIo::new(stream), service));
        tokio::spawn(async move {
            if let Err(error) = connection.await {
                tracing::debug!(%error, "a connection ended early");
            }
        });
    }
    drop(listener);
    if tokio::time::timeout(LAST_REQUESTS, graceful.shutdown())
        .await
        .is_err()
    {
        tracing::info!("some requests did not end in time");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::TcpStream;

    #[tokio::test]
    async fn whoever_never_finishes_the_headers_is_let_go() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let shutdown = CancellationToken::new();
        let moment = Duration::from_millis(50);
        let server = tokio::spawn(serve_within(
            moment,
            listener,
            Router::new(),
            shutdown.clone(),
        ));
        let mut client = TcpStream::connect(address).await.unwrap();
        client
            .write_all(b"GET / HTTP/1.1\r\nhost: pen")
            .await
            .unwrap();
        let mut said = Vec::new();
        let _ = client.read_to_end(&mut said).await;
        assert!(!said.starts_with(b"HTTP/1.1 2"));
        shutdown.cancel();
        server.await.unwrap();
    }
}
