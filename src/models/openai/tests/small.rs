//! Small servers: a context that is soon full, and one model whose name nobody has said.

use super::*;

fn refuses(message: &str) -> Answer {
    Answer::json(
        400,
        &json!({ "error": { "type": "BadRequestError", "message": message } }),
    )
}

fn says(text: &str) -> Answer {
    Answer::stream(delta(json!({ "content": text })) + &finish("stop"))
}

const TOO_MUCH: &str = "This model's maximum context length is 8192 tokens. However, you requested \
    1074 tokens (50 in the messages, 1024 in the completion).";

/// How much room each answer was asked to have.
fn rooms(provider: &Provider) -> Vec<Option<u64>> {
    let asked = provider.asked();
    asked
        .iter()
        .map(|asked| asked.body["max_tokens"].as_u64())
        .collect()
}

#[tokio::test]
async fn an_answer_that_might_not_fit_is_asked_for_with_less_room_and_that_is_remembered() {
    for refusal in [
        TOO_MUCH,
        "max_tokens is too large: 1024. This model supports at most 300 completion tokens",
    ] {
        let provider = Provider::start([refuses(refusal), says("Nine."), says("Four.")]).await;
        let model = model(&config(&provider));
        for expected in ["Nine.", "Four."] {
            let reply = ask(&model, &request("hi")).await.0.unwrap();
            assert_eq!(reply.content, [Block::text(expected)]);
        }
        assert_eq!(rooms(&provider), [Some(1024), Some(256), Some(256)]);
    }
}

#[tokio::test]
async fn a_server_that_takes_no_limit_at_all_is_told_none() {
    let unknown = "Unsupported parameter: 'max_tokens' is not supported with this model.";
    let answers = [
        refuses(unknown),
        refuses(unknown),
        says("Nine."),
        says("Four."),
    ];
    let provider = Provider::start(answers).await;
    let model = model(&config(&provider));
    for _ in 0..2 {
        assert!(ask(&model, &request("hi")).await.0.is_ok());
    }
    assert_eq!(rooms(&provider), [Some(1024), Some(256), None, None]);
}

#[tokio::test]
async fn a_conversation_that_is_too_long_whatever_the_room_is_said_to_be() {
    let too_long = "This model's maximum context length is 8192 tokens, and this has 9000.";
    let nothing_left = "max_tokens must be at least 1, got -808.";
    let again = [refuses(too_long), refuses(too_long), refuses(nothing_left)];
    let provider = Provider::start(again).await;
    let model = model(&config(&provider));
    let (outcome, _) = ask(&model, &request("hi")).await;
    assert!(
        matches!(outcome, Err(ModelError::ContextTooLong)),
        "{outcome:?}"
    );
    provider.then(says("Nine."));
    assert!(ask(&model, &request("hi")).await.0.is_ok());
    assert_eq!(
        rooms(&provider).last(),
        Some(&Some(1024)),
        "nothing was learnt"
    );
}

fn has(names: &[&str]) -> Answer {
    let models = names
        .iter()
        .map(|name| json!({ "id": name, "object": "model" }));
    Answer::json(
        200,
        &json!({ "object": "list", "data": models.collect::<Vec<_>>() }),
    )
}

fn unnamed(provider: &Provider) -> OpenAi {
    model(&Config {
        model: AUTO.to_owned(),
        ..config(provider)
    })
}

#[tokio::test]
async fn where_nobody_named_a_model_the_servers_own_is_taken_and_asked_for_once() {
    let listed = has(&["nomic-embed-text", "llama3.3", "qwen3"]);
    let provider = Provider::start([listed, says("Nine."), says("Four.")]).await;
    let model = unnamed(&provider);
    assert_eq!(model.name(), AUTO);
    for _ in 0..2 {
        assert!(ask(&model, &request("hi")).await.0.is_ok());
    }
    assert_eq!(model.name(), "llama3.3");
    let asked = provider.asked();
    let paths: Vec<&str> = asked.iter().map(|asked| asked.path.as_str()).collect();
    let chat = "/v1/chat/completions";
    assert_eq!(paths, ["/v1/models", chat, chat]);
    assert_eq!(asked[2].body["model"], "llama3.3");
}

#[tokio::test]
async fn a_server_with_no_model_or_very_many_has_one_named_for_it() {
    let names: Vec<String> = (0..300).map(|number| format!("model-{number}")).collect();
    let many: Vec<&str> = names.iter().map(String::as_str).collect();
    let unknown = Answer::json(404, &json!({ "error": "no such path" }));
    for answer in [has(&[]), has(&["bge-reranker"]), has(&many), unknown] {
        let provider = Provider::start([answer]).await;
        let (outcome, _) = ask(&unnamed(&provider), &request("hi")).await;
        let error = outcome.unwrap_err();
        assert!(matches!(error, ModelError::Unnamed), "{error:?}");
        assert!(error.to_string().contains("PENNY_MODEL"), "{error}");
        assert_eq!(provider.asked().len(), 1, "it is not asked again and again");
    }
}
