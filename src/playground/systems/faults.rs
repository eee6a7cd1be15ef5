//! Misbehaviour on command: what a system or the network does to the next calls of a path.

use axum::body::{Body, Bytes};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use parking_lot::Mutex;

#[derive(Debug)]
struct Rule<F> {
    path: &'static str,
    method: Option<&'static str>,
    skip: u32,
    left: u32,
    fault: F,
}

/// What each system can be made to do is its own `F`.
#[derive(Debug)]
pub struct Faults<F> {
    rules: Mutex<Vec<Rule<F>>>,
}

impl<F> Default for Faults<F> {
    fn default() -> Self {
        Self {
            rules: Mutex::default(),
        }
    }
}

/// A fault being described: `hubspot.faults().on("/crm/v3/owners").next(2).hit(Fault::Cut)`.
#[derive(Debug)]
pub struct FaultFor<'a, F> {
    faults: &'a Faults<F>,
    path: &'static str,
    method: Option<&'static str>,
    skip: u32,
    left: u32,
}

impl<F: Clone> Faults<F> {
    /// Of the paths that begin with this.
    pub fn on(&self, path: &'static str) -> FaultFor<'_, F> {
        FaultFor {
            faults: self,
            path,
            method: None,
            skip: 0,
            left: 1,
        }
    }

    /// How many faults wait for their call: a test asserts that all of them happened.
    pub fn unused(&self) -> usize {
        self.rules.lock().len()
    }

    pub(super) fn strike(&self, method: &str, path: &str) -> Option<F> {
        let mut rules = self.rules.lock();
        let place = rules.iter().position(|rule| {
            path.starts_with(rule.path) && rule.method.is_none_or(|wanted| wanted == method)
        })?;
        let rule = &mut rules[place];
        if rule.skip > 0 {
            rule.skip -= 1;
            return None;
        }
        rule.left -= 1;
        let fault = rule.fault.clone();
        if rule.left == 0 {
            rules.remove(place);
        }
        Some(fault)
    }
}

impl<F> FaultFor<'_, F> {
    /// Only calls of this method.
    pub fn method(mut self, method: &'static str) -> Self {
        self.method = Some(method);
        self
    }

    /// Lets this many calls through first.
    pub fn after(mut self, calls: u32) -> Self {
        self.skip = calls;
        self
    }

    /// Hits this many calls instead of one.
    pub fn next(mut self, calls: u32) -> Self {
        self.left = calls;
        self
    }

    pub fn hit(self, fault: F) {
        self.faults.rules.lock().push(Rule {
            path: self.path,
            method: self.method,
            skip: self.skip,
            left: self.left,
            fault,
        });
    }
}

/// A status with a page in place of JSON.
pub(super) fn broken(status: u16) -> Response {
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    (status, "<html>Something went wrong</html>").into_response()
}

/// Half of an answer, and then no more.
pub(super) async fn cut(response: Response) -> Response {
    let (parts, body) = response.into_parts();
    let whole = axum::body::to_bytes(body, usize::MAX).await;
    let whole = whole.unwrap_or_default();
    let half: Result<Bytes, std::io::Error> = Ok(whole.slice(..whole.len() / 2));
    let gone = Err(std::io::ErrorKind::ConnectionReset.into());
    let body = Body::from_stream(futures::stream::iter([half, gone]));
    let mut response = Response::from_parts(parts, body);
    if response.status() == StatusCode::NO_CONTENT {
        // An answer without a body could not be cut off.
        *response.status_mut() = StatusCode::OK;
    }
    response.headers_mut().remove(header::CONTENT_LENGTH);
    if response.status() == StatusCode::NO_CONTENT {
        // An answer without a body could not be cut off.
        *response.status_mut() = StatusCode::OK;
    }
    response
}
