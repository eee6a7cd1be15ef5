//! HubSpot as fast as it can be: every page of its lists was rendered before anybody asked for it,
//! so that what is measured is Penny and Postgres. Slack is here as well, as far as Penny needs it
//! to start.

use crate::Measured;
use axum::body::Bytes;
use axum::extract::{Path, Query, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde::Deserialize;
use serde_json::{Value, json};
use std::collections::HashMap;
use std::sync::Arc;
use tokio::net::TcpListener;

/// As many as HubSpot lists at most.
const PAGE: usize = 100;
const KEY: &str = "pat-eu1-measuring";

/// What there is to read, in the proportions of a sales team of some years: all in all two hundred
/// thousand records.
const KINDS: [(&str, usize); 4] = [
    ("companies", 30_000),
    ("contacts", 120_000),
    ("deals", 20_000),
    ("notes", 30_000),
];

pub const RECORDS: usize = 200_000;

type Pages = Arc<HashMap<&'static str, Vec<Bytes>>>;

pub struct StandIn {
    pub port: u16,
}

impl StandIn {
    pub async fn start() -> Measured<Self> {
        let pages: Pages = Arc::new(KINDS.into_iter().map(rendered).collect());
        let app = Router::new()
            .route("/api/{method}", get(slack).post(slack))
            .route("/account-info/v3/details", get(details))
            .route("/crm/v3/owners", get(owners))
            .route("/crm/v3/pipelines/deals", get(nothing))
            .route("/crm/v3/objects/{kind}", get(list))
            .route("/crm/v3/objects/{kind}/search", post(nothing))
            .with_state(pages);
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let port = listener.local_addr()?.port();
        let listener = axum::serve::ListenerExt::tap_io(listener, |tcp| {
            let _ = tcp.set_nodelay(true);
        });
        tokio::spawn(async move { axum::serve(listener, app).await });
        Ok(Self { port })
    }

    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    pub fn key(&self) -> &'static str {
        KEY
    }
}

#[derive(Deserialize)]
struct Asked {
    after: Option<usize>,
    #[serde(default)]
    archived: bool,
}

async fn list(
    State(pages): State<Pages>,
    Path(kind): Path<String>,
    Query(asked): Query<Asked>,
) -> Response {
    let number = asked.after.unwrap_or_default() / PAGE;
    let page = pages.get(kind.as_str()).and_then(|all| all.get(number));
    match page.filter(|_| !asked.archived) {
        Some(page) => ([(header::CONTENT_TYPE, "application/json")], page.clone()).into_response(),
        None => nothing().await.into_response(),
    }
}

async fn nothing() -> Json<Value> {
    Json(json!({"total": 0, "results": []}))
}

async fn owners() -> Json<Value> {
    Json(
        json!({"results": [{"id": "77", "email": "ann@load.example", "firstName": "Ann",
        "lastName": "Berg", "userId": 77, "archived": false}]}),
    )
}

async fn details() -> Json<Value> {
    Json(
        json!({"portalId": 62515, "accountType": "STANDARD", "timeZone": "Europe/Berlin",
        "companyCurrency": "EUR", "additionalCurrencies": [], "utcOffset": "+01:00",
        "uiDomain": "app-eu1.hubspot.com", "dataHostingLocation": "eu1"}),
    )
}

async fn slack(Path(method): Path<String>) -> Json<Value> {
    Json(match method.as_str() {
        "auth.test" => json!({"ok": true, "url": "https://load.slack.com/", "team": "Load",
            "team_id": "T0LOAD", "user": "penny", "user_id": "U0PENNY", "bot_id": "B0PENNY",
            "is_enterprise_install": false}),
        _ => json!({"ok": true, "channel": {"id": "D0LOAD"}, "ts": "1900000000.000001"}),
    })
}

fn rendered((kind, count): (&'static str, usize)) -> (&'static str, Vec<Bytes>) {
    let pages = (0..count).step_by(PAGE).map(|first| {
        let last = (first + PAGE).min(count);
        let records: Vec<Value> = (first..last).map(|number| record(kind, number)).collect();
        let mut page = json!({"results": records});
        if last < count {
            page["paging"] = json!({"next": {"after": last.to_string(),
                "link": format!("https://api.hubapi.com/crm/v3/objects/{kind}?after={last}")}});
        }
        Bytes::from(page.to_string())
    });
    (kind, pages.collect())
}

fn record(kind: &str, number: usize) -> Value {
    let id = 10_000_000 + number;
    let linked = |kinds: &[&str]| {
        let one = |kind: &&str| {
            let to = json!({"results": [{"id": (10_000_000 + number / 4).to_string(),
                "type": format!("to_{kind}")}]});
            ((*kind).to_owned(), to)
        };
        kinds.iter().map(one).collect::<serde_json::Map<_, _>>()
    };
    let (mut properties, associations) = match kind {
        "companies" => (company(number), linked(&[])),
        "contacts" => (contact(number), linked(&["companies"])),
        "deals" => (deal(number), linked(&["companies", "contacts"])),
        _ => (note(number), linked(&["companies", "contacts", "deals"])),
    };
    properties["hs_object_id"] = json!(id.to_string());
    properties["createdate"] = json!("2026-02-01T09:30:00.000Z");
    properties["hs_lastmodifieddate"] = json!("2026-10-01T09:30:00.000Z");
    json!({"id": id.to_string(), "properties": properties, "associations": associations,
        "createdAt": "2026-02-01T09:30:00.000Z", "updatedAt": "2026-10-01T09:30:00.000Z",
        "archived": false})
}

fn company(number: usize) -> Value {
    json!({"name": format!("Company {number} GmbH"), "domain": format!("company{number}.example"),
        "industry": "COMPUTER_SOFTWARE", "numberofemployees": (number % 900).to_string(),
        "annualrevenue": format!("{}", number * 1_000), "city": "Berlin", "country": "Germany",
        "lifecyclestage": "customer", "closedate": "2026-05-01T00:00:00Z",
        "description": "Builds instruments for laboratories and sells them all over Europe.",
        "hubspot_owner_id": "77"})
}

fn contact(number: usize) -> Value {
    json!({"firstname": format!("First{number}"), "lastname": format!("Last{number}"),
        "email": format!("person{number}@company{}.example", number / 4),
        "phone": format!("+49 30 {number:06}"), "jobtitle": "Head of Procurement",
        "hs_buying_role": "DECISION_MAKER", "city": "Berlin", "country": "Germany",
        "hs_timezone": "europe_slash_berlin", "hubspot_owner_id": "77",
        "lastmodifieddate": "2026-10-01T09:30:00.000Z"})
}

fn deal(number: usize) -> Value {
    json!({"dealname": format!("Company {number}: 40 seats"), "pipeline": "default",
        "dealstage": "contractsent", "amount": format!("{}.50", number * 10),
        "deal_currency_code": "EUR", "closedate": "2026-12-01T00:00:00Z", "hs_is_closed": "false",
        "hs_is_closed_won": "false", "hs_v2_date_entered_current_stage": "2026-09-01T00:00:00Z",
        "notes_last_updated": "2026-09-15T00:00:00Z", "hs_next_step": "Send the contract",
        "hubspot_owner_id": "77"})
}

fn note(number: usize) -> Value {
    json!({"hs_timestamp": "2026-08-01T10:00:00.000Z", "hubspot_owner_id": "77",
        "hs_note_body": format!("<p>Talked for half an hour about offer {number}. They want <b>40 seats</b>, \
            a pilot in the spring, and an answer about single sign-on by Friday.</p>")})
}
