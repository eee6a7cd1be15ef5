//! Plain HTTP to Slack's own hosts, for what is not a method of the Web API: file bytes and
//! response URLs. Nothing is followed or sent to any other host.

use super::error::of_status;
use super::{Https, REQUEST_TIMEOUT, SlackError};
use axum::body::Body;
use bytes::Bytes;
use http::{HeaderMap, Request, header};
use hyper_util::client::legacy::{Client, connect::HttpConnector};
use hyper_util::rt::TokioExecutor;
use std::time::Duration;
use url::{Host, Url};

const FILE_TIMEOUT: Duration = Duration::from_secs(60);
/// Slack's answers beside files are short.
const SMALL: usize = 64 * 1024;
const MAX_REDIRECTS: usize = 3;

pub(super) struct PlainHttp {
    client: Client<hyper_rustls::HttpsConnector<HttpConnector>, Body>,
    base: Url,
}

impl PlainHttp {
    pub(super) fn new(connector: Https, base: Url) -> Self {
        Self {
            client: Client::builder(TokioExecutor::new()).build(connector),
            base,
        }
    }

    /// Slack's hosts over HTTPS, and the very origin of a configured stand-in; of one on this
    /// machine also its other ports, and its other names.
    pub(super) fn is_slacks(&self, url: &Url) -> bool {
        if url.origin() == self.base.origin() || (is_loopback(&self.base) && is_loopback(url)) {
            return true;
        }
        let host = url.host_str().unwrap_or_default();
        let on_slack = host == "slack.com" || host.ends_with(".slack.com");
        on_slack
            && url.scheme() == "https"
            && url.port().is_none()
            && url.username().is_empty()
            && url.password().is_none()
    }

    pub(super) fn slacks(&self, url: &str) -> Result<Url, SlackError> {
        let url = Url::parse(url).map_err(|_| SlackError::ForeignAddress)?;
        self.is_slacks(&url)
            .then_some(url)
            .ok_or(SlackError::ForeignAddress)
    }

    pub(super) async fn post(
        &self,
        url: &Url,
        content_type: &str,
        body: Bytes,
    ) -> Result<Bytes, SlackError> {
        let timeout = REQUEST_TIMEOUT + Duration::from_millis(body.len() as u64 / 100);
        let request = Request::post(url.as_str())
            .header(header::CONTENT_TYPE, content_type)
            .body(Body::from(body))
            .map_err(|_| SlackError::ForeignAddress)?;
        within(timeout, async {
            let (_, answer) = self.exchange(request, SMALL).await?;
            Ok(answer)
        })
        .await
    }

    /// Fetches a file with the token. A redirect is followed without it, and only to Slack.
    pub(super) async fn download(
        &self,
        url: &Url,
        bearer: &str,
        limit: usize,
    ) -> Result<(Option<String>, Bytes), SlackError> {
        let mut at = url.clone();
        let fetch = async {
            for hop in 0..=MAX_REDIRECTS {
                let mut request = Request::get(at.as_str());
                if hop == 0 {
                    request = request.header(header::AUTHORIZATION, format!("Bearer {bearer}"));
                }
                let request = request
                    .body(Body::empty())
                    .map_err(|_| SlackError::ForeignAddress)?;
                let (headers, body) = self.exchange(request, limit).await?;
                let Some(target) = headers.get(header::LOCATION) else {
                    return Ok((text_of(&headers, header::CONTENT_TYPE), body));
                };
                let target = target.to_str().map_err(|_| SlackError::ForeignAddress)?;
                at = at.join(target).map_err(|_| SlackError::ForeignAddress)?;
                if !self.is_slacks(&at) {
                    return Err(SlackError::ForeignAddress);
                }
            }
            Err(SlackError::NotAFile)
        };
        within(FILE_TIMEOUT, fetch).await
    }

    async fn exchange(
        &self,
        request: Request<Body>,
        limit: usize,
    ) -> Result<(HeaderMap, Bytes), SlackError> {
        let response = self.client.request(request).await.map_err(|error| {
            if error.is_connect() {
                SlackError::NotSent
            } else {
                SlackError::Ambiguous("the connection broke")
            }
        })?;
        let (head, body) = response.into_parts();
        if head.status.is_redirection() {
            return Ok((head.headers, Bytes::new()));
        }
        if !head.status.is_success() {
            return Err(of_status(head.status));
        }
        let announced = text_of(&head.headers, header::CONTENT_LENGTH)
            .and_then(|length| length.parse::<usize>().ok());
        if announced.is_some_and(|length| length > limit) {
            return Err(SlackError::TooLarge { limit });
        }
        let body = axum::body::to_bytes(Body::new(body), limit)
            .await
            .map_err(|error| body_error(error, limit))?;
        let mut headers = head.headers;
        headers.remove(header::LOCATION);
        Ok((headers, body))
    }
}

fn is_loopback(url: &Url) -> bool {
    let is_local = match url.host() {
        Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    };
    is_local && matches!(url.scheme(), "http" | "https")
}

/// `to_bytes` has one error for "too large" and "broke off"; only the first has a cause that
/// names the limit.
fn body_error(error: axum::Error, limit: usize) -> SlackError {
    let mut source: Option<&dyn std::error::Error> = Some(&error);
    while let Some(cause) = source {
        if cause.to_string().contains("length limit") {
            return SlackError::TooLarge { limit };
        }
        source = cause.source();
    }
    SlackError::Ambiguous("the connection broke")
}

fn text_of(headers: &HeaderMap, name: header::HeaderName) -> Option<String> {
    headers.get(name)?.to_str().ok().map(str::to_owned)
}

async fn within<T>(
    timeout: Duration,
    call: impl Future<Output = Result<T, SlackError>>,
) -> Result<T, SlackError> {
    tokio::time::timeout(timeout, call)
        .await
        .unwrap_or(Err(SlackError::Ambiguous("it took too long")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::clock::SystemClock;
    use std::sync::Arc;

    #[test]
    fn a_token_goes_to_slack_and_to_nobody_else() {
        crate::slack::client::tests::install_tls();
        let base = Url::parse("https://slack.com/api").unwrap();
        let api = super::super::SlackApi::new(&base, Arc::new(SystemClock)).unwrap();
        for good in [
            "https://files.slack.com/files-pri/T1-F1/plan.pdf",
            "https://acme.slack.com/files/x",
            "https://hooks.slack.com/actions/x",
        ] {
            assert!(api.plain.slacks(good).is_ok(), "{good}");
        }
        for bad in [
            "http://files.slack.com/x",
            "https://files.slack.com.evil.com/x",
            "https://evilslack.com/x",
            "https://files.slack.com@evil.com/x",
            "https://user:pw@files.slack.com/x",
            "https://files.slack.com:8443/x",
            "https://127.0.0.1/x",
            "file:///etc/passwd",
            "files.slack.com/x",
        ] {
            assert!(api.plain.slacks(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_stand_in_on_this_machine_may_have_several_ports_and_names() {
        crate::slack::client::tests::install_tls();
        let plain = |base: &str| {
            let base = Url::parse(base).unwrap();
            let api = super::super::SlackApi::new(&base, Arc::new(SystemClock)).unwrap();
            move |url: &str| api.plain.slacks(url).is_ok()
        };
        let local = plain("http://127.0.0.1:4000/api");
        for good in [
            "http://localhost:4001/response/1",
            "http://127.0.0.1:9/files/x",
            "http://[::1]:4000/x",
        ] {
            assert!(local(good), "{good}");
        }
        for bad in [
            "http://10.0.0.1:4000/x",
            "http://localhost.evil.com/x",
            "ftp://localhost/x",
        ] {
            assert!(!local(bad), "{bad}");
        }
        let elsewhere = plain("http://slack.test:4000/api");
        assert!(elsewhere("http://slack.test:4000/response/1"));
        assert!(!elsewhere("http://slack.test:4001/response/1"));
        assert!(!elsewhere("http://localhost:4000/response/1"));
    }
}
