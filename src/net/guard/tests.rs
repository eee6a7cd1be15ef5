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
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

const CORPORA: [&str; 3] = [
    include_str!("../../../tests/data/ssrf.txt"),
    include_str!("../../../tests/data/ssrf_ranges.txt"),
    include_str!("../../../tests/data/ssrf_spellings.txt"),
];
const SITE: &str = "http://site.example";
const HTML: &[&str] = &["text/html"];

fn corpus(kind: &str) -> Vec<&'static str> {
    let entries: Vec<&str> = CORPORA
        .iter()
        .flat_map(|corpus| corpus.lines())
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
    answers: Mutex<VecDeque<Vec<SocketAddr>>>,
    asked: Mutex<Vec<String>>,
}

impl Changing {
    fn new(answers: impl IntoIterator<Item = Vec<SocketAddr>>) -> Arc<Self> {
        Arc::new(Self {
            answers: Mutex::new(answers.into_iter().collect()),
            asked: Mutex::default(),
        })
    }
}

#[async_trait]
impl Resolver for Changing {
    async fn addresses(&self, host: &str) -> io::Result<Vec<SocketAddr>> {
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

/// For which one server on this machine counts as outside.
fn toward(site: SocketAddr, resolver: Arc<Changing>, limits: Limits) -> Guard {
    let rules = Rules { also: vec![site] };
    Guard::with_rules(resolver, limits, rules).unwrap()
}

fn steadily(site: SocketAddr) -> Guard {
    toward(site, Changing::new([vec![site]]), Limits::default())
}

/// The same port on another inner address.
fn inside(site: SocketAddr) -> SocketAddr {
    SocketAddr::new(Ipv4Addr::new(127, 0, 0, 2).into(), site.port())
}

async fn site(app: Router) -> SocketAddr {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move { axum::serve(listener, app).await });
    address
}

fn html(body: impl IntoResponse) -> impl IntoResponse {
    ([(CONTENT_TYPE, "text/html; charset=utf-8")], body)
}

async fn fetch(guard: &Guard, url: &str) -> Result<Page, GuardError> {
    guard.fetch(url, HTML).await
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
        let both = [public, address].map(|address| SocketAddr::new(address, 0));
        let guard = strict(Changing::new([both.to_vec()]));
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

proptest! {
    #[test]
    fn whatever_is_written_what_passes_names_a_public_host(
        scheme in "(https?|HTTP|ftp|file)", sign in "(://|:/|:|:///)", user in "(|[a-z]{1,3}@)",
        host in "([a-z0-9.-]{0,12}|[0-9]{1,3}(\\.[0-9]{1,3}){0,4}|0x[0-9a-f]{1,8}|\\[[0-9a-f:.]{2,20}\\]|\\PC{0,8})",
        port in "(|:80|:443|:22|:[0-9]{0,6})", rest in "\\PC{0,20}",
    ) {
        let written = format!("{scheme}{sign}{user}{host}{port}{rest}");
        if let Ok(url) = target::parse(&written, &Rules::default()) {
            prop_assert!(matches!(url.port_or_known_default(), Some(80 | 443)), "{written}");
            prop_assert!(url.username().is_empty() && url.password().is_none(), "{written}");
            match url.host().unwrap() {
                url::Host::Domain(name) => {
                    let label = name.trim_end_matches('.').rsplit('.').next().unwrap();
                    prop_assert!(!label.is_empty() && label.parse::<u64>().is_err(), "{written}");
                }
                url::Host::Ipv4(address) => prop_assert!(is_public(address.into()), "{written}"),
                url::Host::Ipv6(address) => prop_assert!(is_public(address.into()), "{written}"),
            }
        }
    }
}

#[tokio::test]
async fn a_name_is_resolved_once_and_the_connection_goes_to_what_was_checked() {
    let site = site(Router::new().route("/", get(async || html("hello")))).await;
    let rebinding = Changing::new([vec![site], vec![inside(site)]]);
    let guard = toward(site, rebinding.clone(), Limits::default());
    let page = fetch(&guard, SITE).await.unwrap();
    assert_eq!(page.body, "hello");
    assert_eq!(*rebinding.asked.lock(), ["site.example"]);
    assert_eq!(fetch(&guard, SITE).await.unwrap_err(), GuardError::Inside);
}

#[tokio::test]
async fn every_redirect_is_checked_again() {
    let to = |target: &'static str| get(async move || Redirect::temporary(target));
    let app = Router::new()
        .route("/direct", to("http://127.0.0.2/secret"))
        .route("/disguised", to("http://0x7f.1/secret"))
        .route("/mapped", to("http://[::ffff:127.0.0.1]/"))
        .route("/named", to("http://metadata.google.internal/"))
        .route("/elsewhere", to("http://site.example:6379/"))
        .route("/with-a-name", to("http://admin@site.example/page"))
        .route("/again", to("/page"))
        .route("/file", to("file:///etc/passwd"))
        .route("/loop", to("/loop"))
        .route("/page", get(async || html("arrived")));
    let site = site(app).await;
    let refused = async |path: &str| {
        let outcome = fetch(&steadily(site), &format!("{SITE}{path}")).await;
        outcome.unwrap_err()
    };
    for path in ["/direct", "/disguised", "/mapped", "/named"] {
        assert_eq!(refused(path).await, GuardError::Inside, "{path}");
    }
    assert_eq!(refused("/elsewhere").await, GuardError::Port);
    assert_eq!(refused("/with-a-name").await, GuardError::UserInfo);
    assert_eq!(refused("/file").await, GuardError::Scheme);
    assert_eq!(refused("/loop").await, GuardError::TooManyRedirects);
    let page = fetch(&steadily(site), &format!("{SITE}/again")).await;
    let page = page.unwrap();
    assert_eq!(
        (page.url.path(), &page.body[..]),
        ("/page", &b"arrived"[..])
    );

    let rebinding = Changing::new([vec![site], vec![inside(site)]]);
    let guard = toward(site, rebinding, Limits::default());
    let error = fetch(&guard, &format!("{SITE}/again")).await.unwrap_err();
    assert_eq!(error, GuardError::Inside);
}

#[tokio::test]
async fn three_redirects_are_followed_and_a_fourth_is_not() {
    let app = Router::new().fallback(async |request: Request| {
        match request.uri().path().trim_start_matches('/').parse() {
            Ok(0) => html("arrived").into_response(),
            Ok(left @ 1_u32..) => Redirect::temporary(&format!("/{}", left - 1)).into_response(),
            Err(_) => http::StatusCode::NOT_FOUND.into_response(),
        }
    });
    let guard = steadily(site(app).await);
    assert!(fetch(&guard, &format!("{SITE}/3")).await.is_ok());
    let error = fetch(&guard, &format!("{SITE}/4")).await.unwrap_err();
    assert_eq!(error, GuardError::TooManyRedirects);
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
async fn no_request_carries_a_credential_a_cookie_or_where_it_came_from() {
    let seen: Arc<Mutex<Vec<HeaderMap>>> = Arc::default();
    let notes = seen.clone();
    let app = Router::new().fallback(async move |request: Request| {
        notes.lock().push(request.headers().clone());
        match request.uri().path() {
            "/" => {
                let cookie = [(http::header::SET_COOKIE, "session=canary; Path=/")];
                (cookie, Redirect::temporary("/page")).into_response()
            }
            _ => html("page").into_response(),
        }
    });
    let guard = steadily(site(app).await);
    fetch(&guard, SITE).await.unwrap();
    fetch(&guard, SITE).await.unwrap();
    let seen = seen.lock();
    assert_eq!(seen.len(), 4);
    for headers in seen.iter() {
        for name in ["authorization", "cookie", "referer"] {
            assert!(!headers.contains_key(name), "{name}");
        }
    }
}

/// The environment belongs to the whole process, so another one tries it.
#[test]
fn a_proxy_that_the_environment_names_is_not_asked() {
    let nobody_there = "http://127.0.0.1:1";
    let tried = std::process::Command::new(std::env::current_exe().unwrap())
        .args([
            "--exact",
            "net::guard::tests::every_redirect_is_checked_again",
        ])
        .envs(["http_proxy", "HTTP_PROXY", "ALL_PROXY"].map(|name| (name, nobody_there)))
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&tried.stdout);
    assert!(
        tried.status.success() && said.contains("1 passed"),
        "{said}"
    );
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
        .route("/gone", get(async || http::StatusCode::GONE))
        .route(
            "/busy",
            get(async || (http::StatusCode::TOO_MANY_REQUESTS, [("retry-after", "7")])),
        );
    let site = site(app).await;
    let limits = Limits {
        bytes: 4000,
        time: Duration::from_millis(300),
        ..Limits::default()
    };
    let guard = toward(site, Changing::new([vec![site]]), limits);
    let refused = async |path: &str| fetch(&guard, &format!("{SITE}{path}")).await.unwrap_err();
    assert_eq!(refused("/declared").await, GuardError::TooLarge(4000));
    assert_eq!(refused("/endless").await, GuardError::TooLarge(4000));
    assert_eq!(refused("/never").await, GuardError::TooSlow(limits.time));
    assert_eq!(refused("/zip").await, GuardError::Compressed);
    assert_eq!(
        refused("/image").await,
        GuardError::WrongType("image/png".to_owned())
    );
    let status = |status, seconds: Option<u64>| GuardError::Status {
        status,
        retry_after: seconds.map(Duration::from_secs),
    };
    assert_eq!(refused("/gone").await, status(410, None));
    assert_eq!(refused("/busy").await, status(429, Some(7)));
}

#[tokio::test]
async fn an_unknown_host_is_told_apart_from_a_forbidden_one() {
    let error = fetch(&strict(Changing::new([])), "https://nowhere.example/").await;
    assert_eq!(error.unwrap_err(), GuardError::UnknownHost);
}
