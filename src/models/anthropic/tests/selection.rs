//! Which model `auto` ends up with.

use super::*;
use crate::base::clock::TestClock;
use chrono::Utc;
use futures::FutureExt;

fn listed(id: &str, created_at: &str) -> Value {
    json!({ "type": "model", "id": id, "display_name": id, "created_at": created_at })
}

fn page(models: &[Value], next: Option<&str>) -> Answer {
    Answer::json(
        200,
        &json!({ "data": models, "has_more": next.is_some(),
        "first_id": null, "last_id": next }),
    )
}

fn auto(url: &str) -> Config {
    let mut config = Config {
        model: None,
        ..config(url)
    };
    config.retry.attempts = 1;
    config
}

#[tokio::test]
async fn auto_is_the_newest_sonnet_on_any_page() {
    let first = [
        listed("claude-opus-5", "2026-10-01T00:00:00Z"),
        listed("claude-sonnet-4-5-20250929", "2025-09-29T00:00:00Z"),
    ];
    let mut newest = listed("claude-sonnet-9", "2026-08-01T00:00:00Z");
    newest["capabilities"] =
        json!({ "thinking": { "types": { "adaptive": { "supported": true } } } });
    let second = [newest, listed("claude-haiku-9", "2026-11-01T00:00:00Z")];
    let provider = Provider::start([]).await;
    for url in [provider.url.clone(), format!("{}/gateway", provider.url)] {
        provider.then(page(&first, Some("claude-sonnet-4-5-20250929")));
        provider.then(page(&second, None));
        let model = model(&auto(&url));
        assert_eq!(model.name(), DEFAULT_MODEL);
        model.look_up_newest().await.unwrap();
        assert_eq!(model.name(), "claude-sonnet-9");
        assert_eq!(model.current.load().thinking, Thinking::Adaptive);
        assert!(model.price().is_some());
        let asked = provider.asked().last().unwrap().path.clone();
        assert!(
            asked.contains("after_id=claude-sonnet-4-5-20250929"),
            "{asked}"
        );
    }
}

#[tokio::test]
async fn a_gateway_without_a_list_leaves_the_default_model_in_use() {
    let provider = Provider::start([]).await;
    let model = model(&auto(&provider.url));
    assert!(model.look_up_newest().await.is_err());
    assert_eq!(model.name(), DEFAULT_MODEL);
}

#[tokio::test]
async fn a_list_that_could_not_be_read_is_read_again_a_minute_later() {
    let provider = Provider::start([Answer::json(404, &json!({}))]).await;
    provider.then(page(
        &[listed("claude-sonnet-9", "2026-08-01T00:00:00Z")],
        None,
    ));
    let clock = TestClock::at(Utc::now());
    let model = Anthropic::new(&auto(&provider.url), clock.clone()).unwrap();
    let found = async {
        while model.name() == DEFAULT_MODEL {
            if provider.asked().len() == 1 {
                clock.advance(Duration::from_secs(60));
            }
            tokio::task::yield_now().await;
        }
    };
    tokio::select! {
        () = model.follow_newest() => panic!("it follows for ever"),
        () = found => {}
    }
    assert_eq!(model.name(), "claude-sonnet-9");
}

#[tokio::test]
async fn a_model_that_was_named_is_not_looked_up() {
    let provider = Provider::start([]).await;
    let named = model(&config(&provider.url));
    assert!(named.follow_newest().now_or_never().is_some());
    assert!(provider.asked().is_empty());
}
