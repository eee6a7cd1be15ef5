//! Misbehaviour on command: what a system or the network does to the next calls of a path.

use axum::body::{Body, Bytes};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use parking_lot::Mutex;
use std::future::{Future, pending};
use std::time::Duration;

/// `L` is how the system says that it was asked too much.
#[derive(Debug, Clone, PartialEq)]
pub enum Fault<L> {
    Limited(L),
    /// A status with a page in place of JSON; the call is not applied.
    Status(u16),
    /// The call is applied, and then answered with this status and a page.
    AppliedStatus(u16),
    /// The call is applied, and then answered with this status and these words in JSON.
    AppliedWords(u16, &'static str),
    /// The answer takes this long (real time).
    Slow(Duration),
    /// The call is applied, and the connection is cut in the middle of its answer.
    Cut,
    /// The call is applied, and then there is no answer at all; the connection stays open.
    AppliedHang,
    /// No answer at all; the connection stays open, and the call is not applied.
    Hang,
}

#[derive(Debug)]
struct Rule<L> {
    path: &'static str,
    method: Option<&'static str>,
    skip: u32,
    left: u32,
    fault: Fault<L>,
}

#[derive(Debug)]
pub struct Faults<L> {
    rules: Mutex<Vec<Rule<L>>>,
}

impl<L> Default for Faults<L> {
    fn default() -> Self {
        Self {
            rules: Mutex::default(),
        }
    }
}

/// A fault being described: `hubspot.faults().on("/crm/v3/owners").next(2).hit(Fault::Cut)`.
#[derive(Debug)]
pub struct FaultFor<'a, L> {
    faults: &'a Faults<L>,
    path: &'static str,
    method: Option<&'static str>,
    skip: u32,
    left: u32,
}

impl<L: Clone> Faults<L> {
    /// Of the paths that begin with this.
    pub fn on(&self, path: &'static str) -> FaultFor<'_, L> {
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

    pub(super) fn strike(&self, method: &str, path: &str) -> Option<Fault<L>> {
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

impl<L> FaultFor<'_, L> {
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

    pub fn hit(self, fault: Fault<L>) {
        self.faults.rules.lock().push(Rule {
            path: self.path,
            method: self.method,
            skip: self.skip,
            left: self.left,
            fault,
        });
    }
}

/// What becomes of an answer under a fault. One that is never waited for is never made.
pub(super) async fn suffer<L: IntoResponse>(
    fault: Option<Fault<L>>,
    answer: impl Future<Output = Response>,
) -> Response {
    match fault {
        None => answer.await,
        Some(Fault::Limited(limit)) => limit.into_response(),
        Some(Fault::Status(status)) => broken(status),
        Some(Fault::AppliedStatus(status)) => {
            answer.await;
            broken(status)
        }
        Some(Fault::AppliedWords(status, words)) => {
            answer.await;
            let json = [(header::CONTENT_TYPE, "application/json")];
            (status_of(status), json, words).into_response()
        }
        Some(Fault::Slow(time)) => {
            tokio::time::sleep(time).await;
            answer.await
        }
        Some(Fault::Cut) => cut(answer.await).await,
        Some(Fault::AppliedHang) => {
            answer.await;
            pending().await
        }
        Some(Fault::Hang) => pending().await,
    }
}

fn broken(status: u16) -> Response {
    (status_of(status), "<html>Something went wrong</html>").into_response()
}

fn status_of(status: u16) -> StatusCode {
    StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
}

/// Half of an answer, and then no more.
async fn cut(response: Response) -> Response {
    let (parts, body) = response.into_parts();
    let whole = axum::body::to_bytes(body, usize::MAX).await;
    let whole = whole.unwrap_or_default();
    let half: Result<Bytes, std::io::Error> = Ok(whole.slice(..whole.len() / 2));
    let gone = Err(std::io::ErrorKind::ConnectionReset.into());
    let body = Body::from_stream(futures::stream::iter([half, gone]));
    let mut response = Response::from_parts(parts, body);
    response.headers_mut().remove(header::CONTENT_LENGTH);
    if response.status() == StatusCode::NO_CONTENT {
        // An answer without a body could not be cut off.
        *response.status_mut() = StatusCode::OK;
    }
    response
}
