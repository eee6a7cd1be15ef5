//! Reading a request's body whole, within bounds: a client may send anything, as much of it and
//! as slowly as it likes.

use axum::body::{Body, HttpBody};
use axum::http::{HeaderMap, StatusCode, header};
use bytes::{Bytes, BytesMut};
use futures::StreamExt;
use std::time::Duration;

#[derive(Debug, Clone, Copy)]
pub struct Bounds {
    pub bytes: usize,
    pub time: Duration,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Unread {
    #[error("the body is too large")]
    TooLarge,
    #[error("the body came too slowly")]
    TooSlow,
    #[error("the body could not be read")]
    Broken,
}

impl Unread {
    pub fn status(self) -> StatusCode {
        match self {
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::TooSlow => StatusCode::REQUEST_TIMEOUT,
            Self::Broken => StatusCode::BAD_REQUEST,
        }
    }
}

/// What was read of a body that breaks a bound is dropped at once, and its connection is closed.
pub async fn whole(headers: &HeaderMap, body: Body, bounds: Bounds) -> Result<Bytes, Unread> {
    let announced = headers
        .get(header::CONTENT_LENGTH)
        .and_then(|length| length.to_str().ok()?.parse::<u64>().ok());
    if announced.is_some_and(|length| length > bounds.bytes as u64) {
        return Err(Unread::TooLarge);
    }
    tokio::time::timeout(bounds.time, gathered(body, bounds.bytes))
        .await
        .unwrap_or(Err(Unread::TooSlow))
}

async fn gathered(body: Body, at_most: usize) -> Result<Bytes, Unread> {
    let mut chunks = body.into_data_stream();
    let mut whole = BytesMut::new();
    while let Some(chunk) = chunks.next().await {
        let chunk = chunk.map_err(|_| Unread::Broken)?;
        // Mostly all of it comes at once.
        if whole.is_empty() && chunks.is_end_stream() && chunk.len() <= at_most {
            return Ok(chunk);
        }
        if whole.len() + chunk.len() > at_most {
            return Err(Unread::TooLarge);
        }
        whole.extend_from_slice(&chunk);
    }
    Ok(whole.freeze())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::web::server;
    use axum::Router;
    use axum::extract::Request;
    use axum::response::IntoResponse;
    use axum::routing::post;
    use std::net::SocketAddr;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::{TcpListener, TcpStream};
    use tokio::task::JoinHandle;
    use tokio_util::sync::CancellationToken;

    const BOUNDS: Bounds = Bounds {
        bytes: 100,
        time: Duration::from_millis(50),
    };

    /// The real server, with one route that says how long the body was.
    async fn served(shutdown: &CancellationToken) -> (SocketAddr, JoinHandle<()>) {
        let router = Router::new().route(
            "/",
            post(async |request: Request| {
                let (parts, body) = request.into_parts();
                match whole(&parts.headers, body, BOUNDS).await {
                    Ok(body) => body.len().to_string().into_response(),
                    Err(unread) => unread.status().into_response(),
                }
            }),
        );
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let server = tokio::spawn(server::serve(listener, router, shutdown.clone()));
        (address, server)
    }

    async fn begins(address: SocketAddr, headers: &str) -> TcpStream {
        let mut client = TcpStream::connect(address).await.unwrap();
        let head = format!("POST / HTTP/1.1\r\nhost: penny\r\n{headers}\r\n");
        client.write_all(head.as_bytes()).await.unwrap();
        client
    }

    /// Everything that the server says before it closes the connection.
    async fn answer(mut client: impl AsyncReadExt + Unpin) -> String {
        let mut said = Vec::new();
        let _ = client.read_to_end(&mut said).await;
        String::from_utf8(said).unwrap()
    }

    #[tokio::test]
    async fn whoever_dribbles_a_body_gets_408_and_holds_nothing_open() {
        let shutdown = CancellationToken::new();
        let (address, server) = served(&shutdown).await;
        for headers in ["content-length: 90\r\n", "transfer-encoding: chunked\r\n"] {
            let (read, mut write) = begins(address, headers).await.into_split();
            let dribble = async {
                // A whole chunk of one byte where chunks are expected, else four bytes.
                while write.write_all(b"1\r\nx\r\n").await.is_ok() {
                    tokio::time::sleep(Duration::from_millis(10)).await;
                }
                std::future::pending().await
            };
            let said = tokio::select! {
                said = answer(read) => said,
                () = dribble => unreachable!(),
            };
            assert!(said.starts_with("HTTP/1.1 408 "), "{headers}: {said}");
        }
        let silent = begins(address, "content-length: 90\r\n").await;
        assert!(answer(silent).await.starts_with("HTTP/1.1 408 "));

        shutdown.cancel();
        server.await.unwrap();
    }

    #[tokio::test]
    async fn a_body_is_refused_by_its_size_announced_or_not_and_taken_within_the_bounds() {
        let shutdown = CancellationToken::new();
        let (address, _server) = served(&shutdown).await;
        let announced = begins(address, "content-length: 101\r\n").await;
        assert!(answer(announced).await.starts_with("HTTP/1.1 413 "));

        let mut unannounced = begins(address, "transfer-encoding: chunked\r\n").await;
        let chunk = format!("65\r\n{}\r\n", "x".repeat(101));
        unannounced.write_all(chunk.as_bytes()).await.unwrap();
        assert!(answer(unannounced).await.starts_with("HTTP/1.1 413 "));

        let mut fine = begins(address, "connection: close\r\ncontent-length: 3\r\n").await;
        fine.write_all(b"abc").await.unwrap();
        let said = answer(fine).await;
        assert!(
            said.starts_with("HTTP/1.1 200 ") && said.ends_with('3'),
            "{said}"
        );
    }
}
