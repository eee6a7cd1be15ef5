//! What the tests of all adapters need: requests to send, replies to compare, and a provider in
//! this process that answers with recorded bytes and remembers what it was asked.

use super::{Block, Delta, Message, Model, ModelError, Reply, Request, Stop, Usage};
use crate::base::clock::Clock;
use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{Request as HttpRequest, State};
use axum::response::Response;
use axum::serve::ListenerExt;
use chrono::{DateTime, Utc};
use futures::stream::{self, StreamExt};
use parking_lot::Mutex;
use std::collections::VecDeque;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

/// A clock on which every wait is over at once, and has still passed.
#[derive(Debug, Default)]
pub struct HastyClock(Mutex<DateTime<Utc>>);

impl Clock for HastyClock {
    fn now(&self) -> DateTime<Utc> {
        *self.0.lock()
    }

    fn sleep(&self, wait: Duration) -> Pin<Box<dyn Future<Output = ()> + Send + '_>> {
        *self.0.lock() += wait;
        Box::pin(std::future::ready(()))
    }
}

pub fn request(text: &str) -> Request {
    Request {
        system: Vec::new(),
        tools: Arc::new([]),
        messages: vec![Message::user(text)],
        max_tokens: 1024,
    }
}

pub fn reply(text: &str) -> Reply {
    Reply {
        model: "test-model".to_owned(),
        content: vec![Block::text(text)],
        stop: Stop::EndTurn,
        usage: Usage::default(),
        cost_micros: None,
    }
}

pub async fn ask(model: &dyn Model, request: &Request) -> (Result<Reply, ModelError>, Vec<Delta>) {
    let mut deltas = Vec::new();
    let outcome = model.reply(request, &mut |delta| deltas.push(delta)).await;
    (outcome, deltas)
}

/// How a recorded response ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    Clean,
    /// The connection is cut.
    Abort,
    /// Nothing more comes, and the connection stays open.
    Stall,
}

#[derive(Debug, Clone)]
pub struct Answer {
    status: u16,
    headers: Vec<(&'static str, String)>,
    body: Bytes,
    chunk: usize,
    end: End,
}

impl Answer {
    pub fn stream(body: impl Into<Bytes>) -> Self {
        Self {
            status: 200,
            headers: vec![("content-type", "text/event-stream".to_owned())],
            body: body.into(),
            chunk: usize::MAX,
            end: End::Clean,
        }
    }

    pub fn json(status: u16, body: &serde_json::Value) -> Self {
        Self {
            status,
            headers: vec![("content-type", "application/json".to_owned())],
            ..Self::stream(body.to_string())
        }
    }

    pub fn header(mut self, name: &'static str, value: &str) -> Self {
        self.headers.push((name, value.to_owned()));
        self
    }

    pub fn in_chunks_of(mut self, bytes: usize) -> Self {
        self.chunk = bytes;
        self
    }

    pub fn cut_at(mut self, offset: usize, end: End) -> Self {
        self.body.truncate(offset);
        self.end = end;
        self
    }

    fn into_response(self) -> Response {
        let chunk = self.chunk.min(self.body.len().max(1));
        let pieces: Vec<Result<Bytes, std::io::Error>> = self
            .body
            .chunks(chunk)
            .map(|piece| Ok(Bytes::copy_from_slice(piece)))
            .collect();
        let end = match self.end {
            End::Clean => stream::empty().boxed(),
            End::Abort => stream::iter([Err(std::io::Error::other("cut"))]).boxed(),
            End::Stall => stream::pending().boxed(),
        };
        // Pieces that are ready at once would be joined into one write.
        let spread = stream::iter(pieces).then(|piece| async {
            tokio::task::yield_now().await;
            piece
        });
        let mut response = Response::builder().status(self.status);
        for (name, value) in self.headers {
            response = response.header(name, value);
        }
        response.body(Body::from_stream(spread.chain(end))).unwrap()
    }
}

#[derive(Debug, Clone)]
pub struct Asked {
    pub path: String,
    pub headers: axum::http::HeaderMap,
    pub body: serde_json::Value,
}

#[derive(Debug, Default)]
struct Script {
    answers: VecDeque<Answer>,
    asked: Vec<Asked>,
}

/// Answers in the order in which it was told to, then with 404.
#[derive(Debug, Clone)]
pub struct Provider {
    pub url: String,
    script: Arc<Mutex<Script>>,
}

impl Provider {
    pub async fn start(answers: impl IntoIterator<Item = Answer>) -> Self {
        crate::net::install_crypto();
        let script = Arc::new(Mutex::new(Script {
            answers: answers.into_iter().collect(),
            asked: Vec::new(),
        }));
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let app = Router::new().fallback(answer).with_state(script.clone());
        // Without it, small pieces wait for acknowledgements and the tests crawl.
        let listener = listener.tap_io(|tcp| tcp.set_nodelay(true).unwrap());
        tokio::spawn(async move { axum::serve(listener, app).await });
        Self { url, script }
    }

    pub fn then(&self, answer: Answer) {
        self.script.lock().answers.push_back(answer);
    }

    pub fn asked(&self) -> Vec<Asked> {
        self.script.lock().asked.clone()
    }
}

async fn answer(State(script): State<Arc<Mutex<Script>>>, request: HttpRequest) -> Response {
    let path = request.uri().to_string();
    let headers = request.headers().clone();
    let body = axum::body::to_bytes(request.into_body(), usize::MAX)
        .await
        .unwrap_or_default();
    let mut script = script.lock();
    script.asked.push(Asked {
        path,
        headers,
        body: serde_json::from_slice(&body).unwrap_or_default(),
    });
    let missing = || {
        Answer::json(
            404,
            &serde_json::json!({ "error": { "type": "not_found_error" } }),
        )
    };
    script
        .answers
        .pop_front()
        .unwrap_or_else(missing)
        .into_response()
}
