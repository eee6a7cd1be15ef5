//! Calls that change something: tried once, and clear about what cannot be known.

use super::dialect::ending;
use super::{ApiError, JsonApi, WriteError, reason};
use crate::base::secret::Secret;
use reqwest::{Method, RequestBuilder};
use serde::de::DeserializeOwned;
use serde_json::Value;
use std::time::Duration;

/// Shorter than the lease of the one who writes.
pub(super) const WRITE_TIME: Duration = Duration::from_secs(30);

impl JsonApi {
    /// One try at a call that changes something; a body of null is none.
    pub async fn write<T: DeserializeOwned>(
        &self,
        method: Method,
        path: &str,
        headers: &[(&'static str, &str)],
        body: &Value,
    ) -> Result<T, WriteError> {
        self.write_once(path, || {
            let mut request = self.request(method.clone(), path)?;
            if !body.is_null() {
                request = request.json(body);
            }
            let headers = headers.iter();
            Ok(headers.fold(request, |it, (name, value)| it.header(*name, *value)))
        })
        .await
    }

    /// The same for systems that take forms.
    pub async fn write_form<T: DeserializeOwned>(
        &self,
        path: &str,
        fields: &[(&str, &str)],
    ) -> Result<T, WriteError> {
        let request = || Ok(self.request(Method::POST, path)?.form(fields));
        self.write_once(path, request).await
    }

    /// A token that has just ended turns a call away before it is looked at, so that call is made
    /// with the next one.
    async fn write_once<T: DeserializeOwned>(
        &self,
        path: &str,
        call: impl Fn() -> Result<RequestBuilder, ApiError>,
    ) -> Result<T, WriteError> {
        let token = self.tokens.current().await.map_err(WriteError::NotSent)?;
        self.turn(path).await.map_err(WriteError::NotSent)?;
        match self
            .write_with(call().map_err(WriteError::NotSent)?, &token)
            .await
        {
            Err(WriteError::NotSent(ApiError::Unauthorized)) => {
                let next = self.tokens.instead_of(&token).await;
                let next = next.map_err(WriteError::NotSent)?;
                let written = self
                    .write_with(call().map_err(WriteError::NotSent)?, &next)
                    .await;
                if let Err(WriteError::NotSent(ApiError::Unauthorized)) = &written {
                    self.tokens.shut_out(&next).await;
                }
                written
            }
            written => written,
        }
    }

    async fn write_with<T: DeserializeOwned>(
        &self,
        request: RequestBuilder,
        token: &Secret,
    ) -> Result<T, WriteError> {
        let request = self.signed(request, token).map_err(WriteError::NotSent)?;
        let response = request.timeout(WRITE_TIME).send().await.map_err(|error| {
            let reason = reason(&error).to_owned();
            if error.is_connect() {
                WriteError::NotSent(ApiError::Away(reason))
            } else {
                WriteError::Unclear(ApiError::Away(reason).to_string())
            }
        })?;
        self.answer(response)
            .await
            .and_then(|answer| answer.json())
            .map_err(ending)
            .map_err(|error| match error {
                ApiError::Limited(_) | ApiError::Unauthorized => WriteError::NotSent(error),
                ApiError::Away(_) | ApiError::Unreadable(_) => {
                    WriteError::Unclear(error.to_string())
                }
                error => WriteError::Refused(error.to_string()),
            })
    }
}
