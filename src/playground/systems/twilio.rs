//! A stand-in for Twilio's messaging API, in process and from memory, as Twilio documents it:
//! numbers, messages that wait in its queue, and its own ways to say no.

use super::faults;
use super::stand_in::{StandIn, System};
use super::{Row, Table};
use crate::base::secret::Secret;
use axum::extract::{Form, Path, Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use chrono::{DateTime, Utc};
use serde_json::{Value, json};
use std::collections::HashMap;
use uuid::Uuid;

pub type Twilio = StandIn<World>;
pub type Fault = faults::Fault<Limit>;

const LONGEST: usize = 1_600;

#[derive(Debug)]
pub struct World {
    account: String,
    token: String,
    is_revoked: bool,
    status: &'static str,
    numbers: Vec<(String, bool)>,
    /// Who does not want to be written to any more.
    stopped: Vec<String>,
    messages: Vec<Message>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    pub sid: String,
    pub to: String,
    pub from: String,
    pub body: String,
    made: DateTime<Utc>,
}

/// 429, which Twilio says with a code of its own.
#[derive(Debug, Clone, PartialEq)]
pub struct Limit {
    pub retry_after: Option<u64>,
}

impl IntoResponse for Limit {
    fn into_response(self) -> Response {
        let mut response = refusal(StatusCode::TOO_MANY_REQUESTS, 20_429, "Too Many Requests");
        if let Some(seconds) = self.retry_after {
            response
                .headers_mut()
                .insert(header::RETRY_AFTER, seconds.into());
        }
        response
    }
}

fn sid(kind: &str) -> String {
    format!("{kind}{}", Uuid::new_v4().simple())
}

impl Default for World {
    fn default() -> Self {
        Self {
            account: sid("AC"),
            token: Uuid::new_v4().simple().to_string(),
            is_revoked: false,
            status: "active",
            numbers: Vec::new(),
            stopped: Vec::new(),
            messages: Vec::new(),
        }
    }
}

impl Twilio {
    /// A number that can send.
    pub fn number(&self, number: &str) {
        self.edit(|world, _| world.numbers.push((number.to_owned(), true)));
    }

    /// One for calls alone.
    pub fn number_for_calls(&self, number: &str) {
        self.edit(|world, _| world.numbers.push((number.to_owned(), false)));
    }

    /// As it is pasted: the account and its token.
    pub fn key(&self) -> Secret {
        let world = self.world();
        Secret::new(format!("{}:{}", world.account, world.token))
    }

    pub fn revoke_token(&self) {
        self.edit(|world, _| world.is_revoked = true);
    }

    pub fn suspend(&self) {
        self.edit(|world, _| world.status = "suspended");
    }

    /// Somebody has answered STOP.
    pub fn stop(&self, number: &str) {
        self.edit(|world, _| world.stopped.push(number.to_owned()));
    }

    /// What was sent, in the order of sending.
    pub fn messages(&self) -> Vec<Message> {
        self.world().messages.clone()
    }

    /// Somebody else of the company writes to a number.
    pub fn sends(&self, from: &str, to: &str, body: &str) {
        self.edit(|world, now| world.add(from, to, body, now));
    }

    /// What whoever shows this is told in place of an answer.
    fn refuses(&self, headers: &HeaderMap, account: &str) -> Option<Response> {
        let world = self.world();
        let pair = STANDARD.encode(format!("{}:{}", world.account, world.token));
        let shown = headers.get(header::AUTHORIZATION);
        let shown = shown.and_then(|it| it.to_str().ok()).unwrap_or_default();
        if world.is_revoked || shown != format!("Basic {pair}") {
            let said = "Authenticate";
            return Some(refusal(StatusCode::UNAUTHORIZED, 20_003, said));
        }
        let is_other = account != world.account;
        is_other.then(|| refusal(StatusCode::NOT_FOUND, 20_404, "Not found"))
    }
}

impl World {
    fn add(&mut self, from: &str, to: &str, body: &str, made: DateTime<Utc>) -> Message {
        let message = Message {
            sid: sid("SM"),
            to: to.to_owned(),
            from: from.to_owned(),
            body: body.to_owned(),
            made,
        };
        self.messages.push(message.clone());
        message
    }

    fn shown(&self, message: &Message) -> Value {
        let made = message.made.to_rfc2822();
        let (from, service) = match message.from.starts_with("MG") {
            true => (Value::Null, json!(message.from)),
            false => (json!(message.from), Value::Null),
        };
        json!({
            "sid": message.sid, "account_sid": self.account, "api_version": "2010-04-01",
            "body": message.body, "to": message.to, "from": from,
            "messaging_service_sid": service, "direction": "outbound-api", "status": "queued",
            "date_created": made, "date_updated": made, "date_sent": null,
            "num_segments": "1", "num_media": "0", "price": null, "price_unit": "USD",
            "error_code": null, "error_message": null,
            "uri": format!("/2010-04-01/Accounts/{}/Messages/{}.json", self.account, message.sid),
        })
    }
}

impl System for World {
    const SLUG: &'static str = "twilio";
    const NAME: &'static str = "Twilio";
    const HOME: &'static str = "https://console.twilio.com";
    type Limit = Limit;

    fn router(twilio: Twilio) -> Router {
        Router::new()
            .route("/2010-04-01/Accounts/{account}", get(account))
            .route(
                "/2010-04-01/Accounts/{account}/IncomingPhoneNumbers.json",
                get(numbers),
            )
            .route(
                "/2010-04-01/Accounts/{account}/Messages.json",
                get(messages).post(send),
            )
            .with_state(twilio)
    }

    fn tables(&self) -> Vec<Table> {
        let rows = self.messages.iter().map(|message| Row {
            id: message.sid.clone(),
            link: None,
            cells: vec![
                message.to.clone(),
                message.from.clone(),
                message.body.clone(),
            ],
            changed: message.made,
        });
        vec![Table::new("Text messages", &["To", "From", "Text"], rows)]
    }
}

fn refusal(status: StatusCode, code: u32, message: &str) -> Response {
    let body = json!({
        "code": code, "message": message, "status": status.as_u16(),
        "more_info": format!("https://www.twilio.com/docs/errors/{code}"),
    });
    (status, Json(body)).into_response()
}

async fn account(
    State(twilio): State<Twilio>,
    Path(account): Path<String>,
    headers: HeaderMap,
) -> Response {
    let account = account.trim_end_matches(".json");
    if let Some(refused) = twilio.refuses(&headers, account) {
        return refused;
    }
    let status = twilio.world().status;
    let shown =
        json!({"sid": account, "friendly_name": "Wayfold", "status": status, "type": "Full"});
    Json(shown).into_response()
}

async fn numbers(
    State(twilio): State<Twilio>,
    Path(account): Path<String>,
    Query(query): Query<HashMap<String, String>>,
    headers: HeaderMap,
) -> Response {
    if let Some(refused) = twilio.refuses(&headers, &account) {
        return refused;
    }
    let wanted = query.get("PhoneNumber").map_or("", |it| it.as_str());
    let world = twilio.world();
    let found = world.numbers.iter().filter(|(it, _)| it.contains(wanted));
    let shown = found.map(|(number, sms)| {
        json!({
            "phone_number": number, "friendly_name": number,
            "capabilities": {"voice": true, "sms": sms, "mms": false},
        })
    });
    let shown = json!({"incoming_phone_numbers": shown.collect::<Vec<_>>(), "page": 0});
    Json(shown).into_response()
}

async fn messages(
    State(twilio): State<Twilio>,
    Path(account): Path<String>,
    Query(query): Query<HashMap<String, String>>,
    headers: HeaderMap,
) -> Response {
    if let Some(refused) = twilio.refuses(&headers, &account) {
        return refused;
    }
    let number = |name: &str, usual: usize| {
        let given = query.get(name).and_then(|it| it.parse::<usize>().ok());
        given.unwrap_or(usual)
    };
    let (page, size) = (number("Page", 0), number("PageSize", 50).clamp(1, 1_000));
    let to = query.get("To");
    let world = twilio.world();
    let newest_first = world.messages.iter().rev();
    let found: Vec<_> = newest_first
        .filter(|it| to.is_none_or(|to| it.to == *to))
        .collect();
    let shown: Vec<Value> = found
        .iter()
        .skip(page * size)
        .take(size)
        .map(|it| world.shown(it))
        .collect();
    let next = (found.len() > (page + 1) * size).then(|| {
        let mut further = url::form_urlencoded::Serializer::new(String::new());
        further.extend_pairs(to.map(|to| ("To", to.as_str())));
        further.append_pair("PageSize", &size.to_string());
        further.append_pair("Page", &(page + 1).to_string());
        format!(
            "/2010-04-01/Accounts/{account}/Messages.json?{}",
            further.finish()
        )
    });
    Json(json!({"messages": shown, "page": page, "page_size": size, "next_page_uri": next}))
        .into_response()
}

async fn send(
    State(twilio): State<Twilio>,
    Path(account): Path<String>,
    headers: HeaderMap,
    Form(fields): Form<HashMap<String, String>>,
) -> Response {
    if let Some(refused) = twilio.refuses(&headers, &account) {
        return refused;
    }
    let field = |name: &str| fields.get(name).map_or("", |it| it.as_str());
    let (to, body) = (field("To"), field("Body"));
    let from = match field("MessagingServiceSid") {
        "" => field("From"),
        service => service,
    };
    let refused = |code, said: &str| refusal(StatusCode::BAD_REQUEST, code, said);
    let is_known = {
        let world = twilio.world();
        let known = world.numbers.iter().any(|(it, sms)| it == from && *sms);
        if world.stopped.iter().any(|it| it == to) {
            return refused(21_610, "Attempt to send to unsubscribed recipient");
        }
        known || from.starts_with("MG")
    };
    if !to.starts_with('+') {
        let said = format!("Invalid 'To' Phone Number: {to}");
        return refused(21_211, &said);
    }
    if !is_known {
        let said = format!("The 'From' phone number {from} is not a valid, SMS-capable number");
        return refused(21_606, &said);
    }
    if body.is_empty() {
        return refused(21_602, "Message body is required.");
    }
    if body.chars().count() > LONGEST {
        let said = "The concatenated message body exceeds the 1600 character limit";
        return refused(21_617, said);
    }
    let message = twilio.edit(|world, now| world.add(from, to, body, now));
    let shown = twilio.world().shown(&message);
    (StatusCode::CREATED, Json(shown)).into_response()
}
