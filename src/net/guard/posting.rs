//! Posting to an address that somebody gave: once, out on the public internet alone, and never on
//! to where it leads.

use super::{Guard, GuardError, Url, refusal_within, target};
use http::HeaderMap;
use reqwest::Response;
use std::time::Duration;
use url::Host;

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PostError {
    #[error(transparent)]
    NotSent(GuardError),
    #[error("there was no answer")]
    Unanswered,
}

impl Guard {
    /// Whether it may be posted to, as far as its host tells by now.
    pub async fn admits(&self, url: &Url) -> Result<(), GuardError> {
        let url = target::parse(url.as_str(), &self.rules)?;
        match url.host() {
            Some(Host::Domain(name)) => self.resolver.checked(name).await.map(drop),
            // An address was looked at with the rest.
            _ => Ok(()),
        }
    }

    /// The answer is not read: its status says whether what was posted was taken.
    pub async fn post(
        &self,
        url: &Url,
        headers: HeaderMap,
        body: Vec<u8>,
        within: Duration,
    ) -> Result<Response, PostError> {
        let url = target::parse(url.as_str(), &self.rules).map_err(PostError::NotSent)?;
        let request = self.client.post(url).headers(headers).body(body);
        let answer = request.timeout(within).send().await;
        answer.map_err(|error| match error.is_connect() {
            true => PostError::NotSent(refusal_within(&error)),
            false => PostError::Unanswered,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::Limits;
    use super::*;
    use axum::Router;
    use axum::body::Bytes;
    use axum::http::StatusCode;
    use axum::routing::post;
    use parking_lot::Mutex;
    use std::net::SocketAddr;
    use std::sync::Arc;
    use tokio::net::TcpListener;

    const WITHIN: Duration = Duration::from_secs(20);

    async fn serve(router: Router) -> SocketAddr {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(async move { axum::serve(listener, router).await });
        address
    }

    fn leading_to(site: SocketAddr) -> Guard {
        let sites = [("site.example".to_owned(), site)];
        Guard::for_stand_ins(sites, Limits::default()).unwrap()
    }

    async fn posted(guard: &Guard, url: &str, within: Duration) -> Result<u16, PostError> {
        let url = url.parse().unwrap();
        let body = b"{}".to_vec();
        let answer = guard.post(&url, HeaderMap::new(), body, within).await;
        answer.map(|answer| answer.status().as_u16())
    }

    #[tokio::test]
    async fn what_is_posted_arrives_as_it_is_and_no_redirect_is_followed() {
        let seen: Arc<Mutex<Vec<Bytes>>> = Arc::default();
        let keeps = seen.clone();
        let take = async move |body: Bytes| keeps.lock().push(body);
        let away = async || {
            let to = [("location", "http://site.example/in")];
            (StatusCode::TEMPORARY_REDIRECT, to)
        };
        let router = Router::new()
            .route("/in", post(take))
            .route("/away", post(away));
        let guard = leading_to(serve(router).await);
        let posted = async |url| posted(&guard, url, WITHIN).await;
        assert_eq!(posted("http://site.example/in?key=1").await, Ok(200));
        assert_eq!(posted("http://site.example/away").await, Ok(307));
        assert_eq!(*seen.lock(), [Bytes::from_static(b"{}")]);
    }

    #[tokio::test]
    async fn nothing_is_posted_inside_or_to_nowhere() {
        let guard = leading_to(([10, 0, 0, 1], 80).into());
        for (url, refusal) in [
            ("http://127.0.0.1/", GuardError::Inside),
            ("http://169.254.169.254/latest", GuardError::Inside),
            ("http://[::1]/", GuardError::Inside),
            ("http://penny.internal/", GuardError::Inside),
            ("http://user@site.example/", GuardError::UserInfo),
            ("http://site.example:8080/", GuardError::Port),
            ("http://nobody.example/", GuardError::UnknownHost),
        ] {
            let admitted = guard.admits(&url.parse().unwrap()).await;
            assert_eq!(admitted, Err(refusal.clone()), "{url}");
            let refused = posted(&guard, url, WITHIN).await;
            assert_eq!(refused, Err(PostError::NotSent(refusal)), "{url}");
        }
    }

    #[tokio::test]
    async fn a_name_that_leads_inside_is_not_posted_to() {
        #[derive(Debug)]
        struct Inside;
        #[async_trait::async_trait]
        impl super::super::Resolver for Inside {
            async fn addresses(&self, _: &str) -> std::io::Result<Vec<SocketAddr>> {
                Ok(vec![
                    ([93, 184, 215, 14], 0).into(),
                    ([10, 0, 0, 7], 0).into(),
                ])
            }
        }
        let guard = Guard::new(Arc::new(Inside), Limits::default()).unwrap();
        let url: Url = "https://rebound.example/".parse().unwrap();
        assert_eq!(guard.admits(&url).await, Err(GuardError::Inside));
        let refused = posted(&guard, url.as_str(), WITHIN).await;
        assert_eq!(refused, Err(PostError::NotSent(GuardError::Inside)));
    }

    #[tokio::test]
    async fn silence_is_no_proof_that_it_did_not_arrive() {
        let silent = post(async || std::future::pending::<()>().await);
        let guard = leading_to(serve(Router::new().route("/", silent)).await);
        let soon = Duration::from_millis(100);
        let unanswered = posted(&guard, "http://site.example/", soon).await;
        assert_eq!(unanswered, Err(PostError::Unanswered));
    }
}
