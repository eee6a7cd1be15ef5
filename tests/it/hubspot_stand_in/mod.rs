//! The stand-in for HubSpot keeps to HubSpot's shapes and limits: what passes against it is meant
//! to pass against the real one.

mod reading;
mod writing;

use chrono::{TimeZone, Utc};
use penny::base::clock::TestClock;
use penny::playground::systems::hubspot::HubSpot;
use reqwest::{Method, RequestBuilder, Response};
use serde_json::{Value, json};
use std::sync::Arc;
use std::time::Duration;

const DEALS_PATH: &str = "/crm/v3/objects/deals";

struct Client {
    hubspot: HubSpot,
    http: reqwest::Client,
    clock: Arc<TestClock>,
}

impl Client {
    async fn start() -> Self {
        let clock = TestClock::at(Utc.with_ymd_and_hms(2026, 3, 2, 9, 30, 0).unwrap());
        Self::of(HubSpot::start_at(clock.clone()).await.unwrap(), clock)
    }

    fn of(hubspot: HubSpot, clock: Arc<TestClock>) -> Self {
        penny::net::install_crypto();
        Self {
            hubspot,
            http: reqwest::Client::new(),
            clock,
        }
    }

    fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let url = format!("{}{path}", self.hubspot.url());
        let token = self.hubspot.token();
        self.http.request(method, url).bearer_auth(token.expose())
    }

    async fn gets(&self, path: &str) -> (u16, Value) {
        answer(self.request(Method::GET, path).send().await.unwrap()).await
    }

    async fn posts(&self, path: &str, body: &Value) -> (u16, Value) {
        let sent = self.request(Method::POST, path).json(body).send().await;
        answer(sent.unwrap()).await
    }

    /// The ids that a search finds, with what it says there are in all.
    async fn finds(&self, kind: &str, body: &Value) -> (Vec<String>, u64) {
        let path = format!("/crm/v3/objects/{kind}/search");
        let (status, body) = self.posts(&path, body).await;
        assert_eq!(status, 200, "{body}");
        (ids(&body), body["total"].as_u64().unwrap())
    }

    fn later(&self) {
        self.clock.advance(Duration::from_millis(7));
    }
}

async fn answer(response: Response) -> (u16, Value) {
    let status = response.status().as_u16();
    let body = response.text().await.unwrap();
    (status, serde_json::from_str(&body).unwrap_or_default())
}

fn ids(body: &Value) -> Vec<String> {
    let id = |it: &Value| it["id"].as_str().unwrap().to_owned();
    body["results"].as_array().unwrap().iter().map(id).collect()
}

/// What changed since a moment, oldest first.
fn changed_since(kind_of_moment: &str, milliseconds: i64) -> Value {
    json!({
        "filterGroups": [{"filters": [{
            "propertyName": kind_of_moment,
            "operator": "GTE",
            "value": milliseconds.to_string(),
        }]}],
        "sorts": [{"propertyName": kind_of_moment, "direction": "ASCENDING"}],
        "limit": 200,
    })
}
