//! The guard against a corpus of addresses, and against a site that tries to lead it inside.

use super::*;
use async_trait::async_trait;
use axum::Router;
use axum::extract::Request;
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Redirect};
use axum::routing::get;
use parking_lot::Mutex;
use proptest::prelude::*;
use std::collections::VecDeque;
use std::io;
use std::net::{Ipv4Addr, Ipv6Addr};

const CORPUS: &str = include_str!("../../../tests/data/ssrf.txt");
const HERE: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);
const INSIDE: IpAddr = IpAddr::V4(Ipv4Addr::new(127, 0, 0, 2));
const HTML: &[&str] = &["text/html"];

fn corpus(kind: &str) -> Vec<&'static str> {
    let entries: Vec<&str> = CORPUS
        .lines()
        .filter(|line| !line.starts_with('#'))
        .filter_map(|line| line.split_once(' '))
        .filter(|(is, _)| *is == kind)
        .map(|(_, entry)| entry)
        .collect();
    assert!(entries.len() > 5, "the corpus has lost its {kind} entries");
    entries
}

/// Answers with one list of addresses after the other; the last one for ever.
#[derive(Debug)]
struct Changing {
    answers: Mutex<VecDeque<Vec<IpAddr>>>,
    asked: Mutex<Vec<String>>,
}

impl Changing {
    fn new(answers: impl IntoIterator<Item = Vec<IpAddr>>) -> Arc<Self> {
        Arc::new(Self {
            answers: Mutex::new(answers.into_iter().collect()),
            asked: Mutex::default(),
        })
    }
}

#[async_trait]
impl Resolver for Changing {
    async fn addresses(&self, host: &str) -> io::Result<Vec<IpAddr>> {
        self.asked.lock().push(host.to_owned());
        let mut answers = self.answers.lock();
        match answers.len() {
            0 => Err(io::Error::other("no such host")),
            1 => Ok(answers[0].clone()),
            _ => Ok(answers.pop_front().unwrap_or_default()),
        }
    }
}

fn strict(resolver: Arc<Changing>) -> Guard {
    Guard::new(resolver, Limits::default()).unwrap()
}

/// For which only 127.0.0.1 is outside, on any port.
fn toward_here(resolver: Arc<Changing>, limits: Limits) -> Guard {
    let rules = Rules {
        allows: |address| address == HERE,
        any_port: true,
    };
    Guard::with_rules(resolver, limits, rules).unwrap()
}

async fn site(app: Router) -> String {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move { axum::serve(listener, app).await });
    format!("http://site.example:{port}")
}

fn html(body: impl IntoResponse) -> impl IntoResponse {
    ([(CONTENT_TYPE, "text/html; charset=utf-8")], body)
}

async fn fetch(guard: &Guard, url: &str) -> Result<Page, GuardError> {
    let wanted = Fetch {
        url,
        accepts: HTML,
        bearer: None,
    };
    guard.fetch(wanted).await
}

#[tokio::test]
async fn addresses_that_lead_inside_are_refused_before_anything_is_resolved() {
    let resolver = Changing::new([]);
    let guard = strict(resolver.clone());
    for url in corpus("refuse") {
        let error = fetch(&guard, url).await.unwrap_err();
        let expected = [
            GuardError::Malformed,
            GuardError::Scheme,
            GuardError::UserInfo,
            GuardError::Port,
            GuardError::Inside,
        ];
        assert!(expected.contains(&error), "{url}: {error:?}");
    }
    assert!(resolver.asked.lock().is_empty());
}

#[test]
fn ordinary_addresses_are_let_through() {
    for url in corpus("allow") {
        let outcome = target::parse(url, &Rules::default());
        assert!(outcome.is_ok(), "{url}: {outcome:?}");
    }
}

#[tokio::test]
async fn a_public_name_with_an_inner_address_is_refused_also_among_public_ones() {
    let public: IpAddr = "93.184.215.14".parse().unwrap();
    for address in corpus("inner") {
        let address: IpAddr = address.parse().unwrap();
        let guard = strict(Changing::new([vec![public, address]]));
        let error = fetch(&guard, "http://innocent.example/").await.unwrap_err();
        assert_eq!(error, GuardError::Inside, "{address}");
    }
    for address in corpus("outer") {
        assert!(is_public(address.parse().unwrap()), "{address}");
    }
}

proptest! {
    #[test]
    fn no_address_that_wraps_an_older_one_is_public(bits: u32) {
        let [a, b, c, d] = bits.to_be_bytes();
        let (high, low) = (u16::from_be_bytes([a, b]), u16::from_be_bytes([c, d]));
        let v4 = Ipv4Addr::from_bits(bits);
        for wrapped in [
            v4.to_ipv6_mapped(),
            Ipv6Addr::new(0, 0, 0, 0, 0, 0, high, low),
            Ipv6Addr::new(0x64, 0xff9b, 0, 0, 0, 0, high, low),
            Ipv6Addr::new(0x64, 0xff9b, 1, 0, 0, 0, high, low),
            Ipv6Addr::new(0x2002, high, low, 0, 0, 0, 0, 1),
            Ipv6Addr::new(0x2001, 0, 0, 0, 0, 0, !high, !low),
        ] {
            prop_assert!(!is_public(wrapped.into()), "{wrapped}");
        }
        // What the standard library knows to be special, this list must know too.
        if v4.is_private() || v4.is_loopback() || v4.is_link_local() || v4.is_multicast() || v4.is_broadcast() || v4.is_documentation() || v4.is_unspecified() {
            prop_assert!(!is_public(v4.into()), "{v4}");
        }
    }
}

#[tokio::test]
async fn a_name_is_resolved_once_and_the_connection_goes_to_what_was_checked() {
    let url = site(Router::new().route("/", get(async || html("hello")))).await;
    let rebinding = Changing::new([vec![HERE], vec![INSIDE]]);
    let guard = toward_here(rebinding.clone(), Limits::default());
    let page = fetch(&guard, &url).await.unwrap();
    assert_eq!(page.body, "hello");
    assert_eq!(*rebinding.asked.lock(), ["site.example"]);
    assert_eq!(fetch(&guard, &url).await.unwrap_err(), GuardError::Inside);
}

#[tokio::test]
async fn every_redirect_is_checked_again() {
    let inner = "http://127.0.0.2/secret";
    let app = Router::new()
        .route("/direct", get(async || Redirect::temporary(inner)))
        .route("/again", get(async || Redirect::temporary("/page")))
        .route(
            "/file",
            get(async || Redirect::temporary("file:///etc/passwd")),
        )
        .route("/loop", get(async || Redirect::temporary("/loop")))
        .route("/page", get(async || html("arrived")));
    let url = site(app).await;
    let steady = || toward_here(Changing::new([vec![HERE]]), Limits::default());
    let outcome = async |path: &str| fetch(&steady(), &format!("{url}{path}")).await;
    assert_eq!(outcome("/direct").await.unwrap_err(), GuardError::Inside);
    assert_eq!(outcome("/file").await.unwrap_err(), GuardError::Scheme);
    assert_eq!(
        outcome("/loop").await.unwrap_err(),
        GuardError::TooManyRedirects
    );
    let page = outcome("/again").await.unwrap();
    assert_eq!(
        (page.url.path(), &page.body[..]),
        ("/page", &b"arrived"[..])
    );

    let rebinding = Changing::new([vec![HERE], vec![INSIDE]]);
    let guard = toward_here(rebinding, Limits::default());
    let error = fetch(&guard, &format!("{url}/again")).await.unwrap_err();
    assert_eq!(error, GuardError::Inside);
}

#[test]
fn a_redirect_from_https_to_http_is_refused() {
    let from = Url::parse("https://site.example/").unwrap();
    let to = |location| target::redirected(&from, location, &Rules::default());
    assert_eq!(
        to("http://site.example/").unwrap_err(),
        GuardError::Downgrade
    );
    assert_eq!(
        to("//other.example/").unwrap().as_str(),
        "https://other.example/"
    );
}

#[tokio::test]
async fn a_credential_stays_with_its_host() {
    let seen: Arc<Mutex<Vec<HeaderMap>>> = Arc::default();
    let notes = seen.clone();
    let other = site(Router::new().fallback(async move |request: Request| {
        notes.lock().push(request.headers().clone());
        html("other")
    }))
    .await;
    let other = other.replace("site.example", "other.example");
    let notes = seen.clone();
    let url = site(Router::new().fallback(async move |request: Request| {
        notes.lock().push(request.headers().clone());
        Redirect::temporary(&other)
    }))
    .await;
    let guard = toward_here(Changing::new([vec![HERE]]), Limits::default());
    let secret = Secret::new("xoxb-canary");
    let wanted = Fetch {
        url: &url,
        accepts: HTML,
        bearer: Some(&secret),
    };
    guard.fetch(wanted).await.unwrap();
    let seen = seen.lock();
    assert_eq!(seen[0]["authorization"], "Bearer xoxb-canary");
    assert!(!seen[1].contains_key("authorization"));
    assert!(!seen[1].contains_key("cookie") && !seen[1].contains_key("referer"));
}

#[tokio::test]
async fn what_is_too_large_too_slow_compressed_or_of_the_wrong_kind_is_refused() {
    let endless = || {
        axum::body::Body::from_stream(futures::stream::repeat_with(|| {
            Ok::<_, io::Error>(vec![b'x'; 1000])
        }))
    };
    let app = Router::new()
        .route("/declared", get(async || html("x".repeat(5000))))
        .route("/endless", get(async move || html(endless())))
        .route("/never", get(async || std::future::pending::<()>().await))
        .route(
            "/zip",
            get(async || ([(CONTENT_ENCODING, "gzip")], html("x"))),
        )
        .route("/image", get(async || ([(CONTENT_TYPE, "image/png")], "x")))
        .route("/gone", get(async || http::StatusCode::GONE));
    let url = site(app).await;
    let limits = Limits {
        bytes: 4000,
        time: Duration::from_millis(300),
        ..Limits::default()
    };
    let guard = toward_here(Changing::new([vec![HERE]]), limits);
    let refused = async |path: &str| fetch(&guard, &format!("{url}{path}")).await.unwrap_err();
    assert_eq!(refused("/declared").await, GuardError::TooLarge(4000));
    assert_eq!(refused("/endless").await, GuardError::TooLarge(4000));
    assert_eq!(refused("/never").await, GuardError::TooSlow(limits.time));
    assert_eq!(refused("/zip").await, GuardError::Compressed);
    assert_eq!(
        refused("/image").await,
        GuardError::WrongType("image/png".to_owned())
    );
    assert_eq!(refused("/gone").await, GuardError::Status(410));
}

#[tokio::test]
async fn an_unknown_host_is_told_apart_from_a_forbidden_one() {
    let error = fetch(&strict(Changing::new([])), "https://nowhere.example/").await;
    assert_eq!(error.unwrap_err(), GuardError::UnknownHost);
}
