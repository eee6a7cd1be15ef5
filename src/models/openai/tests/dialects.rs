//! What servers send beside the book.

use super::*;

fn called(calls: &[Value], reason: &str) -> String {
    let pieces = calls
        .iter()
        .map(|call| delta(json!({ "tool_calls": [call] })));
    pieces.collect::<String>() + &finish(reason)
}

/// Names and inputs of the calls in a reply, whose ids all differ.
fn calls_of(reply: &Reply) -> Vec<(String, Value)> {
    let mut ids = Vec::new();
    let calls = reply.content.iter().map(|block| match block {
        Block::ToolUse { id, name, input } => {
            assert!(!ids.contains(id), "{id} is there twice");
            ids.push(id.clone());
            (name.clone(), input.clone())
        }
        other => panic!("{other:?}"),
    });
    calls.collect()
}

#[tokio::test]
async fn a_thought_under_both_of_its_names_is_read_once() {
    let thought = json!({ "content": null, "reasoning": "Hm", "reasoning_content": "Hm" });
    let other = json!({ "reasoning": ", nine?", "reasoning_details": [{ "type": "x" }] });
    let stream = delta(thought) + &delta(other) + &delta(json!({ "content": "Nine." }));
    let provider = Provider::start([Answer::stream(stream + &finish("stop"))]).await;
    let (outcome, deltas) = ask(&model(&config(&provider)), &request("hi")).await;
    assert_eq!(outcome.unwrap().content, [Block::text("Nine.")]);
    let expected = [
        Delta::Thinking("Hm".to_owned()),
        Delta::Thinking(", nine?".to_owned()),
        Delta::Text("Nine.".to_owned()),
    ];
    assert_eq!(deltas, expected);
}

#[tokio::test]
async fn parallel_calls_without_ids_and_all_with_the_index_0_stay_apart() {
    let whole = |name: &str, arguments: &str| json!({ "index": 0, "id": "", "function": { "name": name, "arguments": arguments } });
    let reply = reply_to(called(
        &[
            whole("deals", "{}"),
            whole("deals", "{\"of\":2}"),
            whole("people", ""),
            more(0, "{\"of\""),
            more(0, ":3}"),
        ],
        "tool_calls",
    ))
    .await;
    let expected = [
        ("deals".to_owned(), json!({})),
        ("deals".to_owned(), json!({ "of": 2 })),
        ("people".to_owned(), json!({ "of": 3 })),
    ];
    assert_eq!(calls_of(&reply), expected);
}

#[tokio::test]
async fn a_name_or_an_id_that_comes_later_or_again_belongs_to_the_same_call() {
    let stream = called(
        &[
            json!({ "index": 0, "id": "t1", "function": null }),
            json!({ "index": 0, "function": { "name": "query" } }),
            json!({ "index": 0, "id": "t1", "function": { "name": "query", "arguments": "{\"a\"" } }),
            json!({ "index": 0, "function": { "name": "query", "arguments": ":1}" } }),
        ],
        "tool_calls",
    );
    assert_eq!(
        reply_to(stream).await.content,
        [tool_use("t1", json!({ "a": 1 }))]
    );

    let late = called(
        &[
            json!({ "index": 0, "function": { "name": "query", "arguments": "{\"a\"" } }),
            json!({ "index": 0, "id": "t9", "function": { "arguments": ":1}" } }),
        ],
        "tool_calls",
    );
    let expected = [("query".to_owned(), json!({ "a": 1 }))];
    assert_eq!(calls_of(&reply_to(late).await), expected);
}

#[tokio::test]
async fn what_is_of_another_kind_than_agreed_does_not_cost_the_answer() {
    let odd = data(
        &json!({ "model": null, "usage": { "prompt_tokens": null }, "choices": [{
        "delta": { "content": [{ "type": "text", "text": "Ni" }], "tool_calls": null },
        "finish_reason": "" }] }),
    );
    let counted = data(&json!({ "usage": { "prompt_tokens": 7, "completion_tokens": 2 } }));
    let reply =
        reply_to(odd + &delta(json!({ "content": "ne." })) + &finish("stop") + &counted).await;
    assert_eq!(reply.content, [Block::text("Nine.")]);
    assert_eq!((reply.usage.input, reply.usage.output), (7, 2));
}

#[tokio::test]
async fn an_answer_of_nothing_but_thoughts_is_asked_for_again() {
    let thought = delta(json!({ "reasoning": "Nine, or is it?" }));
    let whole = delta(json!({ "content": "Nine." })) + &finish("stop");
    let answers = [
        Answer::stream(thought.clone() + &finish("stop")),
        Answer::stream(whole),
        Answer::stream(thought + &finish("length")),
    ];
    let provider = Provider::start(answers).await;
    let model = model(&config(&provider));
    let (outcome, _) = ask(&model, &request("hi")).await;
    assert_eq!(outcome.unwrap().content, [Block::text("Nine.")]);
    // One that ran out of room is for the agent to go on with.
    let cut = ask(&model, &request("hi")).await.0.unwrap();
    assert_eq!((cut.stop, cut.content), (Stop::MaxTokens, Vec::new()));
}
