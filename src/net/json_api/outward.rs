//! Calls to an address that somebody typed in place of a key. Its host is checked like that of any
//! address from outside, and nothing of it is repeated in an error: it may be a secret.

use super::writing::WRITE_TIME;
use super::{ApiError, JsonApi, LIMITED, WriteError};
use crate::net::guard::{GuardError, PostError};
use crate::net::retry::retry_after;
use http::HeaderMap;
use reqwest::{Response, StatusCode};
use url::Url;

impl JsonApi {
    /// Whether calls to this address can be made.
    pub async fn reaches(&self, url: &Url) -> Result<(), GuardError> {
        match self.is_moved {
            true => Ok(()),
            false => self.http.guard.admits(url).await,
        }
    }

    /// One try. Whoever is called says by a status of its own whether it has taken it.
    pub async fn call_out(
        &self,
        url: &Url,
        headers: HeaderMap,
        body: Vec<u8>,
    ) -> Result<(), WriteError> {
        let answer = match self.is_moved {
            true => self.call_instead(url, headers, body).await,
            false => {
                let guard = &self.http.guard;
                guard.post(url, headers, body, WRITE_TIME).await
            }
        };
        let answer = answer.map_err(|error| match error {
            PostError::NotSent(GuardError::Unreachable | GuardError::UnknownHost) => {
                WriteError::NotSent(ApiError::Away("no connection".to_owned()))
            }
            PostError::NotSent(refusal) => WriteError::Refused(refusal.to_string()),
            PostError::Unanswered => WriteError::Unclear(error.to_string()),
        })?;
        self.taken(&answer)
    }

    /// At the place that the operator has named, under the address's own path.
    async fn call_instead(
        &self,
        url: &Url,
        headers: HeaderMap,
        body: Vec<u8>,
    ) -> Result<Response, PostError> {
        let mut instead = self.base.clone();
        instead.set_path(url.path());
        instead.set_query(url.query());
        let client = self.http.client(&instead);
        let request = client.post(instead).headers(headers).body(body);
        let answer = request.timeout(WRITE_TIME).send().await;
        answer.map_err(|error| match error.is_connect() {
            true => PostError::NotSent(GuardError::Unreachable),
            false => PostError::Unanswered,
        })
    }

    fn taken(&self, answer: &Response) -> Result<(), WriteError> {
        let status = answer.status();
        if status.is_success() {
            return Ok(());
        }
        let said = format!("it answered with status {}", status.as_u16());
        Err(match status {
            StatusCode::TOO_MANY_REQUESTS => {
                let wait = retry_after(answer.headers(), self.clock.now());
                WriteError::NotSent(ApiError::Limited(wait.unwrap_or(LIMITED)))
            }
            // Whoever gave up waiting, or broke, may have done it all the same.
            StatusCode::REQUEST_TIMEOUT => WriteError::Unclear(said),
            status if status.is_server_error() => WriteError::Unclear(said),
            status if status.is_redirection() => WriteError::Refused(format!(
                "{said}, which leads elsewhere, and is not followed"
            )),
            _ => WriteError::Refused(said),
        })
    }
}
