//! The adapter against a provider in this process that speaks as Anthropic's does.

mod faults;
mod selection;

use super::*;
use crate::models::testing::{Answer, End, HastyClock, Provider, ask, request};
use crate::models::{Block, Message, Role, Stop, SystemPart, ToolSpec, Usage};
use serde_json::{Value, json};
use std::sync::Arc;

const KEY: &str = "sk-ant-canary-4711";

fn event(name: &str, data: Value) -> String {
    let mut data = data;
    data["type"] = json!(name);
    format!("event: {name}\ndata: {data}\n\n")
}

fn start() -> String {
    let usage = json!({ "input_tokens": 12, "cache_creation_input_tokens": 7,
        "cache_read_input_tokens": 30, "output_tokens": 1 });
    event(
        "message_start",
        json!({ "message": { "id": "msg_1", "type": "message",
        "role": "assistant", "model": "claude-test-1", "content": [], "usage": usage } }),
    )
}

fn block(index: usize, block: Value, deltas: &[Value]) -> String {
    let mut text = event(
        "content_block_start",
        json!({ "index": index, "content_block": block }),
    );
    for delta in deltas {
        text += &event(
            "content_block_delta",
            json!({ "index": index, "delta": delta }),
        );
    }
    text + &event("content_block_stop", json!({ "index": index }))
}

fn tool(index: usize, id: &str, pieces: &[&str]) -> String {
    let deltas: Vec<Value> = pieces
        .iter()
        .map(|piece| json!({ "type": "input_json_delta", "partial_json": piece }))
        .collect();
    let call = json!({ "type": "tool_use", "id": id, "name": "query", "input": {} });
    block(index, call, &deltas)
}

fn text(index: usize, text: &str) -> String {
    let delta = json!({ "type": "text_delta", "text": text });
    block(index, json!({ "type": "text", "text": "" }), &[delta])
}

fn stop(reason: &str) -> String {
    event(
        "message_delta",
        json!({ "delta": { "stop_reason": reason, "stop_sequence": null },
        "usage": { "output_tokens": 42, "input_tokens": null } }),
    ) + &event("message_stop", json!({}))
}

/// Thinking, text with characters of several bytes, two tool calls, a ping and unknown events.
fn recorded() -> String {
    let thinking = [
        json!({ "type": "thinking_delta", "thinking": "Hm, " }),
        json!({ "type": "thinking_delta", "thinking": "Zürich?" }),
        json!({ "type": "signature_delta", "signature": "c2ln" }),
    ];
    let empty = json!({ "type": "thinking", "thinking": "", "signature": "" });
    start()
        + &block(0, empty, &thinking)
        + &event("ping", json!({}))
        + &text(1, "Grüße 🦀")
        + &event("invented_later", json!({ "x": 1 }))
        + &tool(
            2,
            "t1",
            &["", "{\"sql\":\"select ", "'ä'\",\"limit\":", "10}"],
        )
        + &tool(3, "t2", &[])
        + &stop("tool_use")
}

fn recorded_content() -> Vec<Block> {
    let call = |id: &str, input| Block::ToolUse {
        id: id.to_owned(),
        name: "query".to_owned(),
        input,
    };
    vec![
        Block::Thinking {
            thinking: "Hm, Zürich?".to_owned(),
            signature: "c2ln".to_owned(),
        },
        Block::text("Grüße 🦀"),
        call("t1", json!({ "sql": "select 'ä'", "limit": 10 })),
        call("t2", json!({})),
    ]
}

fn answer(words: &str) -> String {
    start() + &text(0, words) + &stop("end_turn")
}

fn config(base_url: &str) -> Config {
    Config {
        base_url: Some(base_url.to_owned()),
        idle: Duration::from_secs(20),
        first_byte: Duration::from_secs(20),
        ..Config::new(Secret::new(KEY), "claude-sonnet-4-5")
    }
}

fn model(config: &Config) -> Anthropic {
    Anthropic::new(config, Arc::new(HastyClock::default())).unwrap()
}

/// The usual address, and one with a path.
fn both_routes(provider: &Provider) -> [Anthropic; 2] {
    let pathed = format!("{}/gateway/anthropic", provider.url);
    [model(&config(&provider.url)), model(&config(&pathed))]
}

#[tokio::test]
async fn a_stream_in_small_chunks_becomes_one_reply_on_both_routes() {
    let whole = || Answer::stream(recorded()).in_chunks_of(37);
    let provider = Provider::start([whole(), whole()]).await;
    for model in both_routes(&provider) {
        let (outcome, deltas) = ask(&model, &request("hi")).await;
        let reply = outcome.unwrap();
        assert_eq!(reply.content, recorded_content());
        assert_eq!(reply.stop, Stop::ToolUse);
        assert_eq!(reply.model, "claude-test-1");
        let usage = Usage {
            input: 12,
            output: 42,
            cache_read: 30,
            cache_write: 7,
        };
        assert_eq!(reply.usage, usage);
        assert_eq!(deltas[0], Delta::Thinking("Hm, ".to_owned()));
        let begun = |delta: &&Delta| matches!(delta, Delta::ToolStarted { .. });
        assert_eq!(deltas.iter().filter(begun).count(), 2);
    }
    let paths: Vec<String> = provider
        .asked()
        .into_iter()
        .map(|asked| asked.path)
        .collect();
    assert_eq!(paths, ["/v1/messages", "/gateway/anthropic/v1/messages"]);
    for asked in provider.asked() {
        assert_eq!(asked.headers["x-api-key"], KEY);
        assert_eq!(asked.headers["anthropic-version"], "2023-06-01");
        assert_eq!(asked.body["stream"], true);
    }
}

#[tokio::test]
async fn what_is_stable_is_marked_for_the_cache() {
    let provider = Provider::start([Answer::stream(answer("ok"))]).await;
    let part = |text: &str, cache| SystemPart {
        text: text.to_owned(),
        cache,
    };
    let spec = |name: &str| ToolSpec {
        name: name.to_owned(),
        description: "A tool.".to_owned(),
        input_schema: json!({ "type": "object" }),
    };
    let request = Request {
        system: vec![
            part("a", true),
            part("b", true),
            part("c", true),
            part("now", false),
        ],
        tools: Arc::new([spec("one"), spec("two")]),
        max_tokens: 8000,
        ..request("hi")
    };
    ask(&model(&config(&provider.url)), &request)
        .await
        .0
        .unwrap();
    let body = &provider.asked()[0].body;
    let marked = |value: &Value| value["cache_control"]["type"] == "ephemeral";
    let marks = |list: &Value| {
        list.as_array()
            .unwrap()
            .iter()
            .map(marked)
            .collect::<Vec<_>>()
    };
    assert_eq!(marks(&body["system"]), [false, true, true, false]);
    assert_eq!(marks(&body["tools"]), [false, true]);
    assert_eq!(marks(&body["messages"][0]["content"]), [true]);
    assert_eq!(
        body["thinking"],
        json!({ "type": "enabled", "budget_tokens": 4000 })
    );
}

#[tokio::test]
async fn thinking_goes_back_with_its_signature_and_tool_results_follow_it() {
    let provider = Provider::start([Answer::stream(answer("ok"))]).await;
    let result = Block::ToolResult {
        tool_use_id: "t1".to_owned(),
        content: "3 rows".to_owned(),
        is_error: false,
    };
    let mut request = request("hi");
    request.max_tokens = 8000;
    let said = Message {
        role: Role::Assistant,
        content: recorded_content(),
    };
    request.messages.extend([
        said,
        Message {
            role: Role::User,
            content: vec![result],
        },
    ]);
    ask(&model(&config(&provider.url)), &request)
        .await
        .0
        .unwrap();
    let messages = &provider.asked()[0].body["messages"];
    let thought = json!({ "type": "thinking", "thinking": "Hm, Zürich?", "signature": "c2ln" });
    assert_eq!(messages[1]["content"][0], thought);
    assert_eq!(messages[1]["content"][2]["input"]["limit"], 10);
    assert_eq!(messages[2]["content"][0]["tool_use_id"], "t1");
}

#[tokio::test]
async fn images_and_documents_are_sent_as_such_and_other_files_are_named() {
    let provider = Provider::start([Answer::stream(answer("ok"))]).await;
    let media = |media_type: &str| Block::Media {
        media_type: media_type.to_owned(),
        data: "AAAA".to_owned(),
        title: Some("plan".to_owned()),
    };
    let mut request = request("look");
    request.messages[0]
        .content
        .extend(["image/png", "application/pdf", "audio/ogg"].map(media));
    ask(&model(&config(&provider.url)), &request)
        .await
        .0
        .unwrap();
    let content = provider.asked()[0].body["messages"][0]["content"].clone();
    assert_eq!(content[1]["source"]["media_type"], "image/png");
    assert_eq!(
        (&content[2]["type"], &content[2]["title"]),
        (&json!("document"), &json!("plan"))
    );
    assert!(content[3]["text"].as_str().unwrap().contains("plan"));
}

#[tokio::test]
async fn broken_tool_json_comes_through_marked_and_goes_back_as_an_object() {
    let cut = start() + &tool(0, "t1", &["{\"sql\": \"sel"]) + &stop("max_tokens");
    let provider = Provider::start([Answer::stream(cut), Answer::stream(answer("ok"))]).await;
    let model = model(&config(&provider.url));
    let reply = ask(&model, &request("hi")).await.0.unwrap();
    assert_eq!(reply.stop, Stop::MaxTokens);
    assert_eq!(reply.content[0].malformed_input(), Some("{\"sql\": \"sel"));
    let mut next = request("hi");
    next.messages.push(Message {
        role: Role::Assistant,
        content: reply.content,
    });
    ask(&model, &next).await.0.unwrap();
    assert!(provider.asked()[1].body["messages"][1]["content"][0]["input"].is_object());
}

#[tokio::test]
async fn refusals_and_pauses_are_told_apart_and_empty_text_is_left_out() {
    let ends = ["refusal", "pause_turn", "end_turn", "stop_sequence"];
    let answers = ends.map(|reason| Answer::stream(start() + &text(0, "") + &stop(reason)));
    let provider = Provider::start(answers).await;
    let model = model(&config(&provider.url));
    for expected in [Stop::Refusal, Stop::Pause, Stop::EndTurn, Stop::EndTurn] {
        let reply = ask(&model, &request("hi")).await.0.unwrap();
        assert_eq!((reply.stop, reply.content), (expected, vec![]));
    }
}
