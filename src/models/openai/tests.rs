//! The adapter against a provider in this process, in the dialects that servers speak.

mod dialects;
mod small;

use super::*;
use crate::models::testing::{Answer, End, HastyClock, Provider, ask, request};
use crate::models::{Block, Message, Role, Stop, SystemPart, ToolSpec, Usage};
use serde_json::{Value, json};
use std::sync::Arc;

const KEY: &str = "sk-canary-0815";

fn data(value: &Value) -> String {
    format!("data: {value}\n\n")
}

fn delta(delta: Value) -> String {
    data(&json!({ "id": "c1", "model": "gpt-test", "choices": [
        { "index": 0, "delta": delta, "finish_reason": null }], "usage": null }))
}

fn finish(reason: &str) -> String {
    data(&json!({ "choices": [{ "index": 0, "delta": {}, "finish_reason": reason }] }))
}

fn call(index: usize, id: &str, arguments: &str) -> Value {
    json!({ "index": index, "id": id, "type": "function",
        "function": { "name": "query", "arguments": arguments } })
}

fn more(index: usize, arguments: &str) -> Value {
    json!({ "index": index, "function": { "arguments": arguments } })
}

fn recorded() -> String {
    let usage = json!({ "prompt_tokens": 50, "completion_tokens": 9,
        "prompt_tokens_details": { "cached_tokens": 20 } });
    delta(json!({ "role": "assistant", "content": "" }))
        + &delta(json!({ "reasoning_content": "Hm, Zürich" }))
        + &delta(json!({ "content": "Grüße 🦀" }))
        + &delta(json!({ "tool_calls": [call(0, "t1", "")] }))
        + &delta(json!({ "tool_calls": [more(0, "{\"sql\":\"select ")] }))
        + &delta(json!({ "tool_calls": [call(1, "t2", "{\"a\"")] }))
        + &delta(json!({ "tool_calls": [more(1, ":1}"), more(0, "'ä'\"}")] }))
        + &finish("tool_calls")
        + &data(&json!({ "choices": [], "usage": usage }))
        + "data: [DONE]\n\n"
}

fn tool_use(id: &str, input: Value) -> Block {
    Block::ToolUse {
        id: id.to_owned(),
        name: "query".to_owned(),
        input,
    }
}

fn recorded_content() -> Vec<Block> {
    vec![
        Block::text("Grüße 🦀"),
        tool_use("t1", json!({ "sql": "select 'ä'" })),
        tool_use("t2", json!({ "a": 1 })),
    ]
}

fn config(provider: &Provider) -> Config {
    Config {
        base_url: format!("{}/v1/", provider.url),
        ..Config::new(Secret::new(KEY), "some-model")
    }
}

fn model(config: &Config) -> OpenAi {
    OpenAi::new(config, Arc::new(HastyClock::default())).unwrap()
}

async fn reply_to(stream: String) -> Reply {
    let provider = Provider::start([Answer::stream(stream)]).await;
    ask(&model(&config(&provider)), &request("hello there"))
        .await
        .0
        .unwrap()
}

#[tokio::test]
async fn a_stream_in_small_chunks_becomes_one_reply() {
    let provider = Provider::start([Answer::stream(recorded()).in_chunks_of(37)]).await;
    let (outcome, deltas) = ask(&model(&config(&provider)), &request("hi")).await;
    let reply = outcome.unwrap();
    assert_eq!(reply.content, recorded_content());
    assert_eq!(
        (reply.stop, reply.model.as_str()),
        (Stop::ToolUse, "gpt-test")
    );
    let usage = Usage {
        input: 30,
        output: 9,
        cache_read: 20,
        cache_write: 0,
    };
    assert_eq!(reply.usage, usage);
    assert_eq!(deltas[0], Delta::Thinking("Hm, Zürich".to_owned()));
    let asked = &provider.asked()[0];
    assert_eq!(asked.path, "/v1/chat/completions");
    assert_eq!(asked.headers["authorization"], format!("Bearer {KEY}"));
}

#[tokio::test]
async fn a_stream_cut_at_any_byte_is_an_error_and_never_a_wrong_reply() {
    let stream = recorded();
    let provider = Provider::start([]).await;
    let mut once = config(&provider);
    once.retry.attempts = 1;
    let model = model(&once);
    let complete_from = stream.find("\"tool_calls\"}").unwrap();
    for offset in 0..stream.len() {
        provider.then(Answer::stream(stream.clone()).cut_at(offset, End::Clean));
        match ask(&model, &request("hi")).await.0 {
            Ok(reply) => {
                assert_eq!(reply.content, recorded_content(), "cut at {offset}");
                assert!(offset > complete_from, "cut at {offset}");
            }
            Err(ModelError::Broken(_)) => {}
            Err(other) => panic!("cut at {offset}: {other:?}"),
        }
    }
}

#[tokio::test]
async fn servers_that_leave_out_ids_or_indexes_are_understood() {
    let without_id = json!({ "index": 0, "function": { "name": "query", "arguments": "{}" } });
    let reply = reply_to(delta(json!({ "tool_calls": [without_id] })) + &finish("stop")).await;
    assert!(matches!(&reply.content[..], [Block::ToolUse { id, .. }] if id.starts_with("call_")));
    assert_eq!(reply.stop, Stop::ToolUse);

    let whole =
        |arguments: Value| json!({ "function": { "name": "query", "arguments": arguments } });
    let both = json!({ "tool_calls": [whole(json!({ "a": 1 })), whole(json!("{\"a\":2}"))] });
    let reply = reply_to(delta(both) + &finish("tool_calls")).await;
    let inputs = reply.content.iter().map(|block| match block {
        Block::ToolUse { input, .. } => input["a"].clone(),
        other => panic!("{other:?}"),
    });
    assert_eq!(inputs.collect::<Vec<_>>(), [json!(1), json!(2)]);

    let all_zero =
        json!({ "tool_calls": [call(0, "t1", "{\"a\":1}"), call(0, "t2", "{\"a\":2}")] });
    let reply = reply_to(delta(all_zero) + &finish("tool_calls")).await;
    let expected = [
        tool_use("t1", json!({ "a": 1 })),
        tool_use("t2", json!({ "a": 2 })),
    ];
    assert_eq!(reply.content, expected);
}

#[tokio::test]
async fn every_reason_to_stop_is_understood_and_missing_counts_are_estimated() {
    let says = |reason| delta(json!({ "content": "twelve chars" })) + &finish(reason);
    for (reason, expected) in [
        ("stop", Stop::EndTurn),
        ("length", Stop::MaxTokens),
        ("content_filter", Stop::Refusal),
    ] {
        let reply = reply_to(says(reason)).await;
        assert_eq!(reply.stop, expected);
        assert_eq!((reply.usage.input, reply.usage.output), (3, 3));
    }
    let broken = delta(json!({ "tool_calls": [call(0, "t1", "{\"sql\": ")] })) + &finish("length");
    assert_eq!(
        reply_to(broken).await.content[0].malformed_input(),
        Some("{\"sql\": ")
    );
}

#[tokio::test]
async fn an_error_inside_the_stream_or_before_it_is_tried_again_or_told() {
    let busy = json!({ "error": { "code": 503, "message": "no capacity" } });
    let half = delta(json!({ "content": "half" })) + &data(&busy);
    let limit = Answer::json(429, &json!({ "error": { "message": "slow down" } }));
    let whole = delta(json!({ "content": "whole" })) + &finish("stop");
    let answers = [
        Answer::stream(half),
        limit.header("retry-after", "3"),
        Answer::stream(whole),
    ];
    let provider = Provider::start(answers).await;
    let model = model(&config(&provider));
    let (outcome, deltas) = ask(&model, &request("hi")).await;
    assert_eq!(outcome.unwrap().content, [Block::text("whole")]);
    assert_eq!(deltas[1], Delta::Restarted);

    let table = [
        (
            401,
            json!({ "code": "invalid_api_key", "message": format!("Incorrect key {KEY}") }),
            "refused the key",
        ),
        (
            429,
            json!({ "type": "insufficient_quota", "message": "" }),
            "out of credit",
        ),
        (
            400,
            json!({ "code": "context_length_exceeded", "message": "" }),
            "too long",
        ),
        (
            404,
            json!({ "message": format!("no such model for {KEY}") }),
            "no such model",
        ),
    ];
    for (status, error, expected) in table {
        // Before a conversation is too long it is tried with less room for the answer, twice.
        let tries = if status == 400 { 3 } else { 1 };
        for _ in 0..tries {
            provider.then(Answer::json(status, &json!({ "error": error })));
        }
        let error = ask(&model, &request("hi")).await.0.unwrap_err();
        let text = format!("{error} {error:?} {model:?}");
        assert!(
            text.contains(expected) && !text.contains("canary"),
            "{text}"
        );
    }
}

#[tokio::test]
async fn a_conversation_is_told_in_the_words_of_this_protocol() {
    let provider = Provider::start([Answer::stream(recorded())]).await;
    let media = |media_type: &str| Block::Media {
        media_type: media_type.to_owned(),
        data: "AAAA".to_owned(),
        title: Some("plan".to_owned()),
    };
    let result = Block::ToolResult {
        tool_use_id: "t1".to_owned(),
        content: "no table".to_owned(),
        is_error: true,
    };
    let thought = Block::Thinking {
        thinking: "secret".to_owned(),
        signature: "s".to_owned(),
    };
    let said = vec![
        thought,
        Block::text("wait"),
        tool_use("t1", json!("{broken")),
    ];
    let then = vec![
        result,
        Block::text("and?"),
        media("image/png"),
        media("application/pdf"),
    ];
    let mut request = request("hi");
    request.system = vec![SystemPart {
        text: "be kind".to_owned(),
        cache: true,
    }];
    request.tools = Arc::new([ToolSpec {
        name: "query".to_owned(),
        description: "Asks.".to_owned(),
        input_schema: json!({ "type": "object" }),
    }]);
    request.messages.push(Message {
        role: Role::Assistant,
        content: said,
    });
    request.messages.push(Message {
        role: Role::User,
        content: then,
    });
    ask(&model(&config(&provider)), &request).await.0.unwrap();

    let body = &provider.asked()[0].body;
    let messages = body["messages"].as_array().unwrap();
    let roles: Vec<&str> = messages
        .iter()
        .map(|m| m["role"].as_str().unwrap())
        .collect();
    assert_eq!(roles, ["system", "user", "assistant", "tool", "user"]);
    assert_eq!(messages[1]["content"], "hi");
    let arguments = messages[2]["tool_calls"][0]["function"]["arguments"]
        .as_str()
        .unwrap();
    assert!(
        serde_json::from_str::<Value>(arguments)
            .unwrap()
            .is_object()
    );
    assert_eq!(messages[3]["content"], "Error: no table");
    assert_eq!(
        messages[4]["content"][1]["image_url"]["url"],
        "data:image/png;base64,AAAA"
    );
    assert!(
        messages[4]["content"][2]["text"]
            .as_str()
            .unwrap()
            .contains("plan")
    );
    assert!(!body.to_string().contains("secret"));
    assert_eq!(body["tools"][0]["function"]["name"], "query");
    assert_eq!(
        (
            &body["max_tokens"],
            &body["stream_options"]["include_usage"]
        ),
        (&json!(1024), &json!(true))
    );
}

#[tokio::test]
async fn a_stream_that_falls_silent_is_given_up_and_no_key_is_sent_where_there_is_none() {
    let stalled = Answer::stream(recorded()).cut_at(200, End::Stall);
    let provider = Provider::start([stalled]).await;
    let mut silent = Config {
        idle: Duration::from_millis(50),
        api_key: Secret::new(""),
        ..config(&provider)
    };
    silent.retry.attempts = 1;
    let (outcome, _) = ask(&model(&silent), &request("hi")).await;
    assert!(matches!(outcome, Err(ModelError::Broken(_))), "{outcome:?}");
    assert!(!provider.asked()[0].headers.contains_key("authorization"));
}
