//! Slack and the model, both of which answer at once and remember no more than when they were
//! called: what is measured is Penny, not them.

use crate::Measured;
use axum::body::{Bytes, to_bytes};
use axum::extract::{Request, State};
use axum::response::{IntoResponse, Response};
use axum::{Json, Router};
use parking_lot::Mutex;
use serde_json::{Value, json};
use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;
use tokio::net::TcpListener;

pub const TEAM: &str = "T0LOAD";
pub const BOT: &str = "U0PENNY";

const ANSWER: &str = concat!(
    "event: message_start\ndata: {\"type\":\"message_start\",\"message\":{\"id\":\"msg_1\",\"type\":\"message\",\"role\":\"assistant\",\"model\":\"claude-instant-stand-in\",\"content\":[],\"usage\":{\"input_tokens\":10,\"output_tokens\":1}}}\n\n",
    "event: content_block_start\ndata: {\"type\":\"content_block_start\",\"index\":0,\"content_block\":{\"type\":\"text\",\"text\":\"\"}}\n\n",
    "event: content_block_delta\ndata: {\"type\":\"content_block_delta\",\"index\":0,\"delta\":{\"type\":\"text_delta\",\"text\":\"Nine deals are open, \"}}\n\n",
    "event: content_block_delta\ndata: {\"type\":\"content_block_delta\",\"index\":0,\"delta\":{\"type\":\"text_delta\",\"text\":\"and two of them close this week.\"}}\n\n",
    "event: content_block_stop\ndata: {\"type\":\"content_block_stop\",\"index\":0}\n\n",
    "event: message_delta\ndata: {\"type\":\"message_delta\",\"delta\":{\"stop_reason\":\"end_turn\"},\"usage\":{\"output_tokens\":12}}\n\n",
    "event: message_stop\ndata: {\"type\":\"message_stop\"}\n\n",
);

/// What was seen of the calls since it was last asked.
#[derive(Default)]
pub struct Seen {
    pub first_call: Option<Instant>,
    pub last_message: Option<Instant>,
    /// When the first message appeared in each thread.
    pub first_message: HashMap<String, Instant>,
    pub calls: HashMap<String, usize>,
}

#[derive(Clone, Default)]
pub struct StandIn {
    seen: Arc<Mutex<Seen>>,
    stamps: Arc<AtomicU64>,
}

impl StandIn {
    /// Returns itself and the port that it listens on.
    pub async fn start() -> Measured<(Self, u16)> {
        let stand_in = Self::default();
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let port = listener.local_addr()?.port();
        let app = Router::new().fallback(answer).with_state(stand_in.clone());
        let listener = axum::serve::ListenerExt::tap_io(listener, |tcp| {
            let _ = tcp.set_nodelay(true);
        });
        tokio::spawn(async move { axum::serve(listener, app).await });
        Ok((stand_in, port))
    }

    pub fn forget(&self) {
        *self.seen.lock() = Seen::default();
    }

    pub fn look<R>(&self, at: impl FnOnce(&Seen) -> R) -> R {
        at(&self.seen.lock())
    }

    fn note(&self, method: &str, body: &Bytes) {
        let now = Instant::now();
        let mut seen = self.seen.lock();
        seen.first_call.get_or_insert(now);
        *seen.calls.entry(method.to_owned()).or_default() += 1;
        if !method.starts_with("chat.") {
            return;
        }
        seen.last_message = Some(now);
        if matches!(method, "chat.startStream" | "chat.postMessage")
            && let Ok(body) = serde_json::from_slice::<Value>(body)
            && let Some(thread) = body["thread_ts"].as_str()
        {
            seen.first_message.entry(thread.to_owned()).or_insert(now);
        }
    }

    fn slack(&self, method: &str, query: &str, body: &Bytes) -> Value {
        self.note(method, body);
        match method {
            "auth.test" => json!({ "ok": true, "url": "https://load.slack.com/", "team": "Load",
                "team_id": TEAM, "user": "penny", "user_id": BOT, "bot_id": "B0PENNY",
                "is_enterprise_install": false }),
            "chat.postMessage" | "chat.startStream" | "chat.update" | "chat.stopStream" => {
                let stamp = self.stamps.fetch_add(1, Ordering::Relaxed);
                json!({ "ok": true, "channel": "C0LOAD", "ts": format!("1900000000.{stamp:06}") })
            }
            "users.info" => {
                let asked = query.split('&').find_map(|pair| pair.strip_prefix("user="));
                json!({ "ok": true, "user": { "id": asked.unwrap_or("U0ANN"), "team_id": TEAM,
                    "name": "ann", "real_name": "Ann", "tz": "UTC", "profile": {} } })
            }
            "conversations.info" => {
                json!({ "ok": true, "channel": { "id": "C0LOAD", "name": "load" } })
            }
            "conversations.members" => json!({ "ok": true, "members": ["U0ANN", BOT] }),
            _ => json!({ "ok": true, "messages": [], "has_more": false }),
        }
    }
}

async fn answer(State(stand_in): State<StandIn>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let body = to_bytes(body, usize::MAX).await.unwrap_or_default();
    match parts.uri.path().strip_prefix("/api/") {
        Some(method) => {
            let query = parts.uri.query().unwrap_or_default();
            Json(stand_in.slack(method, query, &body)).into_response()
        }
        None => ([("content-type", "text/event-stream")], ANSWER).into_response(),
    }
}
