//! A model server that speaks Anthropic's streaming API and answers each question by its name,
//! so that an answer that is missing, doubled or out of order shows. It types slowly enough to
//! be caught in the middle, and looks something up before every other answer.

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::response::Response;
use axum::routing::post;
use futures::stream::{self, StreamExt};
use parking_lot::Mutex;
use serde_json::{Value, json};
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::sync::Notify;

const TYPING: Duration = Duration::from_millis(25);

#[derive(Clone)]
pub struct ModelServer {
    pub url: String,
    desk: Arc<Desk>,
}

#[derive(Default)]
struct Desk {
    asked: Mutex<Vec<String>>,
    hold: Mutex<Option<Arc<Hold>>>,
}

#[derive(Default)]
struct Hold {
    asked: Notify,
    released: Notify,
}

/// An answer that does not come before it is released.
pub struct HeldAnswer(Arc<Hold>);

impl HeldAnswer {
    pub async fn was_asked(&self) {
        let asked = tokio::time::timeout(Duration::from_secs(30), self.0.asked.notified());
        asked.await.expect("the model is asked");
    }

    pub fn release(&self) {
        self.0.released.notify_one();
    }
}

impl ModelServer {
    pub async fn start() -> Self {
        let desk = Arc::new(Desk::default());
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let url = format!("http://{}", listener.local_addr().expect("its address"));
        let app = Router::new()
            .route("/v1/messages", post(answer))
            .with_state(desk.clone());
        tokio::spawn(async move { axum::serve(listener, app).await });
        Self { url, desk }
    }

    pub fn hold_the_next_answer(&self) -> HeldAnswer {
        let hold = Arc::new(Hold::default());
        *self.desk.hold.lock() = Some(hold.clone());
        HeldAnswer(hold)
    }

    /// How often an answer to this question was asked for.
    pub fn asked_for(&self, question: &str) -> usize {
        let asked = self.desk.asked.lock();
        asked.iter().filter(|asked| *asked == question).count()
    }
}

async fn answer(State(desk): State<Arc<Desk>>, body: Bytes) -> Response {
    let request: Value = serde_json::from_slice(&body).unwrap_or_default();
    let questions = open_questions(&request);
    desk.asked.lock().extend(questions.iter().cloned());
    let hold = desk.hold.lock().take();
    if let Some(hold) = hold {
        hold.asked.notify_one();
        hold.released.notified().await;
    }
    let looks_up = questions
        .iter()
        .any(|name| name.ends_with(['1', '3', '5', '7', '9']));
    let events = if looks_up && !has_looked_up(&request) {
        look_up()
    } else {
        say(&questions)
    };
    let typed = stream::iter(events).then(|event| async move {
        tokio::time::sleep(TYPING).await;
        std::io::Result::Ok(event)
    });
    Response::builder()
        .header("content-type", "text/event-stream")
        .body(Body::from_stream(typed))
        .expect("a response")
}

/// What was asked since the last answer, in the thread of the last question.
fn open_questions(request: &Value) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    for text in unanswered(request).into_iter().flat_map(texts) {
        for word in text.split(|c: char| !c.is_alphanumeric() && c != '-') {
            if is_question(word) && !found.iter().any(|known| known == word) {
                found.push(word.to_owned());
            }
        }
    }
    let thread = found
        .last()
        .and_then(|name| name.split('-').next())
        .map(str::to_owned);
    found.retain(|name| name.split('-').next() == thread.as_deref());
    found
}

/// `t2-m7`: the seventh message of the second thread.
pub fn is_question(word: &str) -> bool {
    let number = |part: &str, letter| {
        part.strip_prefix(letter)
            .is_some_and(|rest: &str| rest.parse::<u32>().is_ok())
    };
    word.split_once('-')
        .is_some_and(|(thread, message)| number(thread, 't') && number(message, 'm'))
}

/// The messages after the last one of the model's that called no tool.
fn unanswered(request: &Value) -> Vec<&Value> {
    let messages = request["messages"]
        .as_array()
        .map_or(&[][..], Vec::as_slice);
    let is_answer =
        |message: &Value| message["role"] == "assistant" && !mentions(message, "tool_use");
    let from = messages.iter().rposition(is_answer).map_or(0, |at| at + 1);
    messages[from..]
        .iter()
        .filter(|message| message["role"] == "user")
        .collect()
}

fn has_looked_up(request: &Value) -> bool {
    unanswered(request)
        .into_iter()
        .any(|message| mentions(message, "tool_result"))
}

fn mentions(message: &Value, kind: &str) -> bool {
    let blocks = message["content"].as_array();
    blocks.is_some_and(|blocks| blocks.iter().any(|block| block["type"] == kind))
}

fn texts(message: &Value) -> Vec<&str> {
    match &message["content"] {
        Value::Array(blocks) => blocks
            .iter()
            .filter_map(|block| block["text"].as_str())
            .collect(),
        Value::String(text) => vec![text],
        _ => Vec::new(),
    }
}

fn say(questions: &[String]) -> Vec<String> {
    let piece = |name: &String| json!({ "type": "text_delta", "text": format!("Done: {name}. ") });
    let pieces: Vec<Value> = questions.iter().map(piece).collect();
    reply(json!({ "type": "text", "text": "" }), &pieces, "end_turn")
}

fn look_up() -> Vec<String> {
    let call = json!({ "type": "tool_use", "id": format!("toolu_{}", uuid::Uuid::new_v4().simple()),
        "name": "list_connected_systems", "input": {} });
    let input = json!({ "type": "input_json_delta", "partial_json": "{}" });
    reply(call, &[input], "tool_use")
}

fn reply(block: Value, deltas: &[Value], stop: &str) -> Vec<String> {
    let usage = json!({ "input_tokens": 10, "output_tokens": 1 });
    let mut events = vec![
        event(
            "message_start",
            json!({ "message": { "id": "msg_1", "type": "message",
            "role": "assistant", "model": "claude-stand-in", "content": [], "usage": usage } }),
        ),
        event(
            "content_block_start",
            json!({ "index": 0, "content_block": block }),
        ),
    ];
    for delta in deltas {
        events.push(event(
            "content_block_delta",
            json!({ "index": 0, "delta": delta }),
        ));
    }
    events.push(event("content_block_stop", json!({ "index": 0 })));
    events.push(event(
        "message_delta",
        json!({ "delta": { "stop_reason": stop },
        "usage": { "output_tokens": 5 } }),
    ));
    events.push(event("message_stop", json!({})));
    events
}

fn event(name: &str, mut data: Value) -> String {
    data["type"] = json!(name);
    format!("event: {name}\ndata: {data}\n\n")
}
