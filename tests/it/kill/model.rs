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
    /// What it proposes before it answers.
    wish: Mutex<Option<Value>>,
    /// What it got to read as results of tools.
    told: Mutex<Vec<String>>,
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

    /// From now on it proposes this change before it answers.
    pub fn proposes(&self, change: Value) {
        *self.desk.wish.lock() = Some(change);
    }

    /// Whether a tool's result told it this.
    pub fn was_told(&self, words: &str) -> bool {
        let told = self.desk.told.lock();
        told.iter().any(|result| result.contains(words))
    }

    /// How often an answer to this question was asked for.
    pub fn asked_for(&self, question: &str) -> usize {
        let asked = self.desk.asked.lock();
        asked.iter().filter(|asked| *asked == question).count()
    }
}

impl Desk {
    /// What it does before it answers, if anything.
    fn first_call(&self, questions: &[String]) -> Option<(&'static str, Value)> {
        if let Some(change) = self.wish.lock().clone() {
            return Some(("propose_write", change));
        }
        let looks_up = |name: &String| name.ends_with(['1', '3', '5', '7', '9']);
        let looks_up = questions.iter().any(looks_up);
        looks_up.then(|| ("list_connected_systems", json!({})))
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
    let results = results(&request);
    let events = match desk.first_call(&questions) {
        Some((tool, input)) if results.is_empty() => call(tool, &input),
        _ => say(&questions),
    };
    desk.told.lock().extend(results);
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

/// What the tools said that it has called since its last answer.
fn results(request: &Value) -> Vec<String> {
    let blocks = unanswered(request)
        .into_iter()
        .filter_map(|message| message["content"].as_array());
    let results = blocks
        .flatten()
        .filter(|block| block["type"] == "tool_result");
    results.map(|block| block["content"].to_string()).collect()
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

fn call(tool: &str, input: &Value) -> Vec<String> {
    let call = json!({ "type": "tool_use", "id": format!("toolu_{}", uuid::Uuid::new_v4().simple()),
        "name": tool, "input": {} });
    let input = json!({ "type": "input_json_delta", "partial_json": input.to_string() });
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
