//! What the adapter makes of a provider that refuses, stalls, breaks off or talks nonsense.

use super::*;

fn refusal(status: u16, kind: &str, message: &str) -> Answer {
    let error = json!({ "type": kind, "message": message });
    Answer::json(status, &json!({ "type": "error", "error": error }))
}

/// One attempt only, so that what is observed is that attempt.
fn once(url: &str) -> Config {
    let mut config = config(url);
    config.retry.attempts = 1;
    config
}

async fn survives_a_cut(model: &Anthropic, offset: usize, whole: usize) {
    let (outcome, _) = ask(model, &request("hi")).await;
    match outcome {
        Ok(reply) => {
            assert_eq!(reply.content, recorded_content(), "cut at {offset}");
            assert!(
                offset + 2 >= whole,
                "accepted a stream that was cut at {offset}"
            );
        }
        Err(ModelError::Broken(_)) => {}
        Err(other) => panic!("cut at {offset}: {other:?}"),
    }
}

#[tokio::test]
async fn a_stream_cut_at_any_byte_is_an_error_and_never_a_wrong_reply() {
    let stream = recorded();
    let provider = Provider::start([]).await;
    let [sdk, direct] = [
        model(&once(&provider.url)),
        model(&once(&format!("{}/gateway", provider.url))),
    ];
    for offset in 0..stream.len() {
        let whole = Answer::stream(stream.clone());
        provider.then(whole.clone().cut_at(offset, End::Clean));
        survives_a_cut(&sdk, offset, stream.len()).await;
        provider.then(whole.cut_at(offset, End::Clean));
        survives_a_cut(&direct, offset, stream.len()).await;
    }
}

#[tokio::test]
async fn a_connection_that_is_torn_down_is_an_error_too() {
    let stream = recorded();
    let provider = Provider::start([]).await;
    for model in [
        model(&once(&provider.url)),
        model(&once(&format!("{}/gateway", provider.url))),
    ] {
        for offset in (1..stream.len()).step_by(97) {
            provider.then(Answer::stream(stream.clone()).cut_at(offset, End::Abort));
            survives_a_cut(&model, offset, stream.len()).await;
        }
    }
}

#[tokio::test]
async fn an_answer_that_breaks_off_is_asked_for_again_and_the_half_is_voided() {
    let half = recorded().len() / 2;
    let cut = || Answer::stream(recorded()).cut_at(half, End::Clean);
    let provider = Provider::start([]).await;
    for model in both_routes(&provider) {
        provider.then(cut());
        provider.then(Answer::stream(answer("whole")));
        let (outcome, deltas) = ask(&model, &request("hi")).await;
        assert_eq!(outcome.unwrap().content, [Block::text("whole")]);
        let restarted = deltas
            .iter()
            .position(|delta| *delta == Delta::Restarted)
            .unwrap();
        assert_eq!(deltas[restarted + 1..], [Delta::Text("whole".to_owned())]);
    }
}

#[tokio::test]
async fn an_error_inside_the_stream_is_understood_and_tried_again() {
    let overloaded = json!({ "error": { "type": "overloaded_error", "message": "Overloaded" } });
    let broken = start() + &text(0, "so ") + &event("error", overloaded);
    let provider = Provider::start([]).await;
    for model in both_routes(&provider) {
        provider.then(Answer::stream(broken.clone()));
        provider.then(Answer::stream(answer("whole")));
        assert!(ask(&model, &request("hi")).await.0.is_ok());
    }
    provider.then(Answer::stream(broken));
    let (outcome, _) = ask(&model(&once(&provider.url)), &request("hi")).await;
    assert!(
        matches!(outcome, Err(ModelError::Overloaded)),
        "{outcome:?}"
    );
}

#[tokio::test]
async fn an_overloaded_provider_is_asked_again_when_it_says() {
    let provider = Provider::start([]).await;
    for (model, status) in both_routes(&provider).iter().zip([529, 429]) {
        provider.then(refusal(status, "overloaded_error", "busy").header("retry-after", "0"));
        provider.then(Answer::stream(answer("at last")));
        let (outcome, deltas) = ask(model, &request("hi")).await;
        assert_eq!(outcome.unwrap().content, [Block::text("at last")]);
        assert!(!deltas.contains(&Delta::Restarted), "nothing had been sent");
    }
    assert_eq!(provider.asked().len(), 4);
}

#[tokio::test]
async fn a_provider_that_limits_us_is_asked_again_when_it_says_however_late_or_not_at_all() {
    let provider = Provider::start([]).await;
    let limits = |seconds| refusal(429, "rate_limit_error", "busy").header("retry-after", seconds);
    for model in both_routes(&provider) {
        provider.then(limits("75"));
        provider.then(Answer::stream(answer("at last")));
        let (outcome, _) = ask(&model, &request("hi")).await;
        assert_eq!(outcome.unwrap().content, [Block::text("at last")]);

        provider.then(limits("600"));
        let (outcome, _) = ask(&model, &request("hi")).await;
        let asked = Some(Duration::from_secs(600));
        assert!(
            matches!(outcome, Err(ModelError::RateLimited { retry_after }) if retry_after == asked),
            "{outcome:?}"
        );
    }
    assert_eq!(provider.asked().len(), 6);
}

#[tokio::test]
async fn lasting_refusals_are_told_at_once_in_our_terms() {
    let provider = Provider::start([]).await;
    for model in both_routes(&provider) {
        let failed = async |answer| {
            provider.then(answer);
            let (outcome, _) = ask(&model, &request("hi")).await;
            outcome.unwrap_err()
        };
        let poor = refusal(
            400,
            "invalid_request_error",
            "Your credit balance is too low",
        );
        assert!(matches!(failed(poor).await, ModelError::OutOfCredit));
        let stranger = refusal(401, "authentication_error", "invalid x-api-key");
        assert!(matches!(failed(stranger).await, ModelError::Unauthorized));
        let long = refusal(400, "invalid_request_error", "prompt is too long: 9 > 8");
        assert!(matches!(failed(long).await, ModelError::ContextTooLong));
        let echo = refusal(
            400,
            "invalid_request_error",
            &format!("bad field near {KEY}"),
        );
        let error = failed(echo).await;
        assert!(matches!(&error, ModelError::Rejected(text) if text.contains("bad field")));
        assert!(!format!("{error:?} {error}").contains("canary"));
    }
    assert_eq!(provider.asked().len(), 8, "none of them was repeated");
}

#[tokio::test]
async fn a_stream_that_falls_silent_is_given_up() {
    let provider = Provider::start([]).await;
    for url in [provider.url.clone(), format!("{}/gateway", provider.url)] {
        provider.then(Answer::stream(recorded()).cut_at(300, End::Stall));
        let silent = Config {
            idle: Duration::from_millis(50),
            ..once(&url)
        };
        let (outcome, _) = ask(&model(&silent), &request("hi")).await;
        assert!(matches!(outcome, Err(ModelError::Broken(_))), "{outcome:?}");
    }
}

#[tokio::test]
async fn a_provider_that_accepts_and_never_answers_is_unreachable() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    for url in [url.clone(), format!("{url}/gateway")] {
        let slow = Config {
            first_byte: Duration::from_millis(50),
            ..once(&url)
        };
        let (outcome, _) = ask(&model(&slow), &request("hi")).await;
        assert!(
            matches!(outcome, Err(ModelError::Unreachable(_))),
            "{outcome:?}"
        );
    }
}

#[tokio::test]
async fn nobody_at_the_address_is_unreachable() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let (outcome, _) = ask(&model(&once(&url)), &request("hi")).await;
    assert!(
        matches!(outcome, Err(ModelError::Unreachable(_))),
        "{outcome:?}"
    );
}

#[test]
fn the_key_is_in_no_debug_output_and_a_key_that_cannot_be_sent_is_named() {
    let config = config("http://127.0.0.1:1/gateway");
    let text = format!("{:?} {config:?}", model(&config));
    assert!(!text.contains("canary"), "{text}");
    let pasted = Config {
        api_key: Secret::new("sk-canary\n"),
        ..config
    };
    let error = Anthropic::new(&pasted, Arc::new(HastyClock::default())).unwrap_err();
    assert!(matches!(error, SetupError::Key));
    let typo = Config {
        base_url: Some("localhost:8080".to_owned()),
        ..pasted
    };
    let error = Anthropic::new(&typo, Arc::new(HastyClock::default())).unwrap_err();
    assert!(matches!(error, SetupError::BaseUrl));
}
