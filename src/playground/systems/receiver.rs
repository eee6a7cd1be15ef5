//! A stand-in for whoever receives webhooks: it takes what is posted to it, wherever, and keeps it
//! as it came.

use super::faults;
use super::stand_in::{StandIn, System};
use super::{Row, Table};
use crate::base::secret::Secret;
use crate::connectors::webhook::SIGNATURE;
use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use chrono::{DateTime, Utc};

pub type Receiver = StandIn<World>;
pub type Fault = faults::Fault<Limit>;

#[derive(Debug, Default)]
pub struct World {
    received: Vec<Received>,
}

#[derive(Debug, Clone)]
pub struct Received {
    /// With its query.
    pub path: String,
    pub headers: HeaderMap,
    pub body: Bytes,
    at: DateTime<Utc>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Limit;

impl IntoResponse for Limit {
    fn into_response(self) -> Response {
        (StatusCode::TOO_MANY_REQUESTS, [("retry-after", "1")]).into_response()
    }
}

impl Received {
    pub fn header(&self, name: &str) -> &str {
        let value = self.headers.get(name).and_then(|it| it.to_str().ok());
        value.unwrap_or_default()
    }

    /// As a receiver would check it.
    pub fn is_signed_with(&self, secret: &str) -> bool {
        let moment = self.header("x-penny-timestamp");
        let pieces = [moment.as_bytes(), b".", &self.body];
        let signature = SIGNATURE.sign(&Secret::new(secret), &pieces);
        signature.is_some_and(|it| it == self.header(SIGNATURE.header))
    }
}

impl Receiver {
    /// In the order of arrival.
    pub fn received(&self) -> Vec<Received> {
        self.world().received.clone()
    }
}

impl System for World {
    const SLUG: &'static str = "outgoing_webhook";
    const NAME: &'static str = "Webhook receiver";
    const HOME: &'static str = "https://hooks.wayfold.example";
    type Limit = Limit;

    fn router(receiver: Receiver) -> Router {
        Router::new()
            .fallback_service(post(take).with_state(receiver.clone()))
            .with_state(receiver)
    }

    fn tables(&self) -> Vec<Table> {
        let rows = self.received.iter().map(|received| Row {
            id: received.header("x-penny-delivery").to_owned(),
            link: None,
            cells: vec![
                received.header("x-penny-event").to_owned(),
                String::from_utf8_lossy(&received.body).into_owned(),
            ],
            changed: received.at,
        });
        vec![Table::new("Calls", &["Event", "Body"], rows)]
    }
}

async fn take(
    State(receiver): State<Receiver>,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> StatusCode {
    let path = uri.path_and_query().map(|it| it.as_str().to_owned());
    receiver.edit(|world, at| {
        world.received.push(Received {
            path: path.unwrap_or_default(),
            headers,
            body,
            at,
        });
    });
    StatusCode::NO_CONTENT
}
