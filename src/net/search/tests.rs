//! Both engines against a server that answers as theirs do, also when they do not want to.

use super::*;
use crate::base::clock::{Clock, TestClock};
use crate::base::secret::Secret;
use axum::body::Bytes;
use axum::response::{IntoResponse, Response};
use axum::{Json, Router};
use chrono::{DateTime, Utc};
use http::{HeaderMap, StatusCode, Uri};
use parking_lot::Mutex;
use serde_json::json;
use std::sync::Arc;

type Asked = Arc<Mutex<Vec<(String, HeaderMap, Value)>>>;

/// Time passes for it as soon as somebody waits.
#[derive(Debug)]
struct Hasty(Arc<TestClock>);

impl Clock for Hasty {
    fn now(&self) -> DateTime<Utc> {
        self.0.now()
    }

    fn sleep(&self, wait: Duration) -> std::pin::Pin<Box<dyn Future<Output = ()> + Send + '_>> {
        self.0.advance(wait);
        Box::pin(std::future::ready(()))
    }
}

async fn server(
    answer: impl Fn(usize) -> Response + Clone + Send + Sync + 'static,
) -> (url::Url, Asked) {
    let asked = Asked::default();
    let notes = asked.clone();
    let app = Router::new().fallback(move |uri: Uri, headers: HeaderMap, body: Bytes| {
        let (answer, notes) = (answer.clone(), notes.clone());
        async move {
            let question = serde_json::from_slice(&body).unwrap();
            let mut notes = notes.lock();
            notes.push((uri.path().to_owned(), headers, question));
            answer(notes.len())
        }
    });
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/gateway/", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, app).await });
    (url.parse().unwrap(), asked)
}

fn engines(url: &url::Url) -> Vec<Engine> {
    let endpoint = Some(Endpoint {
        url: url.clone(),
        key: Secret::new("key-canary"),
    });
    let config = SearchConfig {
        exa: endpoint.clone(),
        perplexity: endpoint,
    };
    let clock: SharedClock = Arc::new(Hasty(TestClock::at(Utc::now())));
    Engine::all(&config, &clock).unwrap()
}

#[tokio::test]
async fn each_engine_is_asked_in_its_own_way_and_answers_with_pages() {
    let (url, asked) = server(|number| {
        let exa = json!({"requestId": "r", "results": [
            {"id": "1", "title": "Widgets\n of 2026", "url": "https://a.example/1",
             "publishedDate": "2026-03-04T00:00:00.000Z", "text": "long ".repeat(500)},
            {"title": null, "url": "https://a.example/2", "publishedDate": null},
            {"title": "without an address"},
        ]});
        let perplexity = json!({"id": "x", "results": [
            {"title": "Gadgets", "url": "https://b.example/", "snippet": "About gadgets.",
             "date": "2026-02-01", "last_updated": "2026-02-03"},
        ]});
        Json(if number == 1 { exa } else { perplexity }).into_response()
    })
    .await;
    let engines = engines(&url);
    let found = engines[0].search("widgets", 5).await.unwrap();
    assert_eq!(found.len(), 2);
    assert_eq!(found[0].title, "Widgets of 2026");
    assert_eq!(found[0].date.as_deref(), Some("2026-03-04"));
    assert_eq!(found[0].excerpt.chars().count(), EXCERPT_CHARS + 1);
    assert_eq!((found[1].title.as_str(), &found[1].date), ("", &None));

    let found = engines[1].search("gadgets", 5).await.unwrap();
    let gadgets = Found {
        title: "Gadgets".to_owned(),
        url: "https://b.example/".to_owned(),
        date: Some("2026-02-01".to_owned()),
        excerpt: "About gadgets.".to_owned(),
    };
    assert_eq!(found, [gadgets]);

    let asked = asked.lock();
    let (path, headers, question) = &asked[0];
    assert_eq!(path, "/gateway/search");
    assert_eq!(headers["x-api-key"], "key-canary");
    assert_eq!(
        (&question["query"], &question["numResults"]),
        (&json!("widgets"), &json!(5))
    );
    let (_, headers, question) = &asked[1];
    assert_eq!(headers["authorization"], "Bearer key-canary");
    assert_eq!(
        (&question["query"], &question["max_results"]),
        (&json!("gadgets"), &json!(5))
    );
}

#[tokio::test]
async fn what_is_wrong_is_said_in_plain_words_that_hold_no_key() {
    for (status, expected) in [
        (401, "Exa does not accept the key in EXA_API_KEY"),
        (402, "the account at Exa is out of credit"),
        (400, "Exa did not accept the question"),
        (200, "Exa answered with something that cannot be read"),
    ] {
        let (url, asked) =
            server(move |_| (StatusCode::from_u16(status).unwrap(), "key-canary").into_response())
                .await;
        let error = engines(&url)[0].search("x", 3).await.unwrap_err();
        assert_eq!(error.to_string(), expected);
        assert_eq!(asked.lock().len(), 1, "asking again would not help");
    }
}

#[tokio::test]
async fn a_busy_engine_is_asked_again_and_a_very_busy_one_is_not() {
    let (url, asked) = server(|number| match number {
        1 => (StatusCode::TOO_MANY_REQUESTS, [("retry-after", "2")]).into_response(),
        2 => StatusCode::BAD_GATEWAY.into_response(),
        _ => Json(json!({"results": []})).into_response(),
    })
    .await;
    assert_eq!(engines(&url)[0].search("x", 3).await, Ok(Vec::new()));
    assert_eq!(asked.lock().len(), 3);

    let (url, asked) =
        server(|_| (StatusCode::TOO_MANY_REQUESTS, [("retry-after", "900")]).into_response()).await;
    let error = engines(&url)[0].search("x", 3).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "Exa is asked too often and wants 900 seconds of peace"
    );
    assert_eq!(asked.lock().len(), 1);
}

#[test]
fn without_a_key_there_is_no_engine() {
    let clock: SharedClock = TestClock::at(Utc::now());
    let none = Engine::all(&SearchConfig::default(), &clock).unwrap();
    assert!(none.is_empty());
}
