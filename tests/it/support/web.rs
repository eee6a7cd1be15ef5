//! Stand-ins for the web: sites under names of their own, which note what they are asked for.

use axum::Router;
use axum::body::Bytes;
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, StatusCode, Uri, header};
use parking_lot::Mutex;
use penny::base::clock::SharedClock;
use penny::net::guard::{Guard, Limits};
use penny::net::polite::{Manners, Polite};
use serde_json::Value;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

#[derive(Debug, Clone)]
pub struct Site {
    name: String,
    address: SocketAddr,
    asked: Arc<Mutex<Vec<Asked>>>,
}

/// One request to a site.
#[derive(Debug, Clone)]
pub struct Asked {
    /// With the query.
    pub path: String,
    pub headers: HeaderMap,
    /// What was posted, if that was JSON.
    pub body: Value,
}

impl Site {
    /// A site that answers a path with what the function says; everything else is not found,
    /// robots.txt included.
    pub async fn start(
        name: &str,
        answer: impl Fn(&str) -> Option<Response> + Clone + Send + Sync + 'static,
    ) -> Self {
        let asked: Arc<Mutex<Vec<Asked>>> = Arc::default();
        let notes = asked.clone();
        let app = Router::new().fallback(move |uri: Uri, headers: HeaderMap, body: Bytes| {
            let (answer, notes) = (answer.clone(), notes.clone());
            async move {
                let path = uri.to_string();
                notes.lock().push(Asked {
                    path: path.clone(),
                    headers,
                    body: serde_json::from_slice(&body).unwrap_or_default(),
                });
                answer(&path).unwrap_or_else(|| StatusCode::NOT_FOUND.into_response())
            }
        });
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0")
            .await
            .expect("a port");
        let address = listener.local_addr().expect("an address");
        tokio::spawn(async move { axum::serve(listener, app).await });
        Self {
            name: name.to_owned(),
            address,
            asked,
        }
    }

    /// Its address on this machine, for what is configured and not guarded.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    pub fn asked(&self) -> Vec<Asked> {
        self.asked.lock().clone()
    }

    /// The paths it was asked for.
    pub fn paths(&self) -> Vec<String> {
        self.asked().into_iter().map(|asked| asked.path).collect()
    }
}

pub fn html(body: &str) -> Option<Response> {
    typed("text/html; charset=utf-8", body)
}

pub fn typed(content_type: &'static str, body: &str) -> Option<Response> {
    Some(([(header::CONTENT_TYPE, content_type)], body.to_owned()).into_response())
}

/// The web as these sites, to a guest who need not wait between two requests.
pub fn of(sites: &[Site], clock: &SharedClock) -> Polite {
    let sites = sites.iter().map(|site| (site.name.clone(), site.address));
    let guard = Guard::for_stand_ins(sites, Limits::default()).expect("a guard");
    let manners = Manners {
        shortest: Duration::ZERO,
        longest: Duration::ZERO,
        ..Manners::default()
    };
    Polite::new(guard, clock.clone(), manners)
}
