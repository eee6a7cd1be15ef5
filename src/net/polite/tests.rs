//! Manners against a site that counts what it is asked.

use super::*;
use crate::base::clock::{Clock, TestClock};
use axum::Router;
use axum::extract::Request;
use axum::response::{IntoResponse, Redirect, Response};
use http::StatusCode;
use http::header::{CONTENT_TYPE, USER_AGENT};
use parking_lot::Mutex;
use std::net::SocketAddr;

const SITE: &str = "http://site.example";

type Asked = Arc<Mutex<Vec<String>>>;

/// A server that answers paths as told and notes which it was asked for.
async fn site(
    answer: impl Fn(&str, usize) -> Response + Clone + Send + Sync + 'static,
) -> (SocketAddr, Asked) {
    let asked = Asked::default();
    let notes = asked.clone();
    let app = Router::new().fallback(move |request: Request| {
        let (answer, notes) = (answer.clone(), notes.clone());
        async move {
            let agent = request.headers()[USER_AGENT].to_str().unwrap();
            assert!(agent.starts_with("Penny/"), "{agent}");
            let path = request.uri().to_string();
            let before = notes.lock().iter().filter(|asked| **asked == path).count();
            notes.lock().push(path.clone());
            answer(&path, before)
        }
    });
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move { axum::serve(listener, app).await });
    (address, asked)
}

fn page(text: impl Into<String>) -> Response {
    ([(CONTENT_TYPE, "text/plain")], text.into()).into_response()
}

/// Time passes for it as soon as somebody waits.
#[derive(Debug)]
struct Hasty(Arc<TestClock>, Mutex<Vec<Duration>>);

impl Clock for Hasty {
    fn now(&self) -> DateTime<Utc> {
        self.0.now()
    }

    fn sleep(&self, wait: Duration) -> std::pin::Pin<Box<dyn Future<Output = ()> + Send + '_>> {
        self.1.lock().push(wait);
        self.0.advance(wait);
        Box::pin(std::future::ready(()))
    }
}

fn guest(sites: impl IntoIterator<Item = (&'static str, SocketAddr)>) -> (Polite, Arc<Hasty>) {
    let clock = Arc::new(Hasty(TestClock::at(Utc::now()), Mutex::default()));
    let sites = sites
        .into_iter()
        .map(|(name, address)| (name.to_owned(), address));
    let guard = Guard::for_stand_ins(sites, Limits::default()).unwrap();
    let polite = Polite::new(guard, clock.clone(), Manners::default());
    (polite, clock)
}

async fn read(polite: &Polite, path: &str) -> Result<String, PoliteError> {
    let page = polite.fetch(&format!("{SITE}{path}"), &["text/"]).await?;
    Ok(String::from_utf8(page.body.to_vec()).unwrap())
}

#[tokio::test]
async fn what_robots_txt_forbids_is_never_asked_for() {
    let (address, asked) = site(|path, _| match path {
        "/robots.txt" => page("User-agent: *\nDisallow: /private"),
        _ => page("open"),
    })
    .await;
    let (polite, clock) = guest([("site.example", address)]);
    assert_eq!(
        read(&polite, "/private?x=1").await,
        Err(PoliteError::Unwelcome)
    );
    assert_eq!(read(&polite, "/a").await.unwrap(), "open");
    assert_eq!(read(&polite, "/b").await.unwrap(), "open");
    assert_eq!(*asked.lock(), ["/robots.txt", "/a", "/b"]);
    let waits = clock.1.lock().clone();
    assert_eq!(waits.len(), 1, "{waits:?}");
    assert!((2.0..=5.0).contains(&waits[0].as_secs_f64()), "{waits:?}");

    clock.0.advance(Duration::from_secs(24 * 3600 + 1));
    read(&polite, "/c").await.unwrap();
    assert_eq!(asked.lock()[3..], ["/robots.txt", "/c"]);
}

#[tokio::test]
async fn a_site_without_robots_txt_may_be_read_and_one_that_cannot_tell_may_not() {
    let (free, _) = site(|path, _| match path {
        "/robots.txt" => StatusCode::NOT_FOUND.into_response(),
        _ => page("open"),
    })
    .await;
    let (polite, _) = guest([("site.example", free)]);
    assert_eq!(read(&polite, "/").await.unwrap(), "open");

    let (broken, asked) = site(|path, _| match path {
        "/robots.txt" => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
        _ => page("open"),
    })
    .await;
    let (polite, _) = guest([("site.example", broken)]);
    assert_eq!(read(&polite, "/").await, Err(PoliteError::UnknownWishes));
    assert_eq!(read(&polite, "/").await, Err(PoliteError::UnknownWishes));
    assert_eq!(
        *asked.lock(),
        ["/robots.txt"],
        "it is not asked at once again"
    );
}

#[tokio::test]
async fn the_host_of_a_redirect_is_asked_for_its_wishes_too() {
    let (other, asked) = site(|path, _| match path {
        "/robots.txt" => page("User-agent: Penny\nDisallow: /"),
        _ => page("secret"),
    })
    .await;
    let (first, _) = site(|path, _| match path {
        "/robots.txt" => page(""),
        _ => Redirect::temporary("http://other.example/page").into_response(),
    })
    .await;
    let (polite, _) = guest([("site.example", first), ("other.example", other)]);
    assert_eq!(read(&polite, "/").await, Err(PoliteError::Unwelcome));
    assert_eq!(*asked.lock(), ["/robots.txt"]);
}

#[tokio::test]
async fn a_site_that_is_busy_is_asked_again_when_it_says_so() {
    let (address, asked) = site(|path, before| match (path, before) {
        ("/robots.txt", _) => page(""),
        (_, 0) => (StatusCode::TOO_MANY_REQUESTS, [("retry-after", "11")]).into_response(),
        (_, 1) => StatusCode::BAD_GATEWAY.into_response(),
        _ => page("at last"),
    })
    .await;
    let (polite, clock) = guest([("site.example", address)]);
    let begun = clock.now();
    assert_eq!(read(&polite, "/").await.unwrap(), "at last");
    assert_eq!(asked.lock().len(), 4);
    assert!(clock.now() - begun >= TimeDelta::seconds(11));
}

#[tokio::test]
async fn a_site_that_wants_a_long_peace_has_it_and_the_caller_is_told_how_long() {
    let (address, asked) = site(|path, _| match path {
        "/robots.txt" => page(""),
        _ => (StatusCode::SERVICE_UNAVAILABLE, [("retry-after", "600")]).into_response(),
    })
    .await;
    let (polite, clock) = guest([("site.example", address)]);
    let refused = read(&polite, "/a").await.unwrap_err();
    assert_eq!(asked_to_wait(&refused), Some(Duration::from_secs(600)));
    let busy = read(&polite, "/b").await.unwrap_err();
    assert_eq!(busy, PoliteError::Busy(Duration::from_secs(600)));
    assert_eq!(asked.lock().len(), 2);
    clock.0.advance(Duration::from_secs(601));
    let refused = read(&polite, "/b").await.unwrap_err();
    assert!(matches!(refused, PoliteError::Guard(_)), "{refused:?}");
}

#[tokio::test]
async fn a_lasting_refusal_is_not_repeated() {
    let (address, asked) = site(|path, _| match path {
        "/robots.txt" => page(""),
        _ => StatusCode::FORBIDDEN.into_response(),
    })
    .await;
    let (polite, _) = guest([("site.example", address)]);
    let refused = read(&polite, "/").await.unwrap_err();
    assert!(matches!(
        refused,
        PoliteError::Guard(GuardError::Status { status: 403, .. })
    ));
    assert_eq!(asked.lock().len(), 2);
}
