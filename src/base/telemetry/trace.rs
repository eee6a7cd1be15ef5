//! The id that ties together everything that one Slack event caused, over processes and
//! restarts: it is stored with the event, the job and the turn, and stands on every log line.

use std::fmt;
use std::future::Future;
use tracing::Span;
use uuid::Uuid;

/// Thirty-two hexadecimal digits, as W3C Trace Context has them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct TraceId(Uuid);

#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("a trace id is 32 hexadecimal digits that are not all zero")]
pub struct NotATraceId;

tokio::task_local! {
    static HERE: TraceId;
}

impl TraceId {
    pub fn fresh() -> Self {
        Self(Uuid::now_v7())
    }

    /// Does `work` as part of this trace: what it writes down to be done later is part of it, too.
    pub async fn within<F: Future>(self, work: F) -> F::Output {
        HERE.scope(self, work).await
    }

    /// That of the work which this code is part of. What is spawned is no part of it.
    pub fn here() -> Option<Self> {
        HERE.try_with(|trace| *trace).ok()
    }

    pub fn here_or_fresh() -> Self {
        Self::here().unwrap_or_else(Self::fresh)
    }

    /// Makes `span` part of this trace for an exporter. Log lines take the id from the span's
    /// field `trace_id`.
    pub fn join(self, span: &Span) {
        #[cfg(feature = "otlp")]
        super::otlp::join(span, self.0.as_u128());
        #[cfg(not(feature = "otlp"))]
        let _ = span;
    }
}

impl fmt::Display for TraceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.simple().fmt(f)
    }
}

impl std::str::FromStr for TraceId {
    type Err = NotATraceId;

    fn from_str(text: &str) -> Result<Self, NotATraceId> {
        let hexadecimal = text.len() == 32 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
        Uuid::try_parse(text)
            .ok()
            .filter(|id| hexadecimal && !id.is_nil())
            .map(Self)
            .ok_or(NotATraceId)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_trace_id_survives_being_stored_as_text() {
        let trace = TraceId::fresh();
        assert_eq!(trace.to_string().len(), 32);
        assert_eq!(trace.to_string().parse(), Ok(trace));
    }

    #[tokio::test]
    async fn work_knows_its_trace_and_what_is_beside_it_does_not() {
        let trace = TraceId::fresh();
        let (within, beside) =
            tokio::join!(trace.within(async { TraceId::here_or_fresh() }), async {
                TraceId::here()
            });
        assert_eq!((within, beside), (trace, None));
    }

    #[test]
    fn what_is_no_trace_id_is_refused() {
        for text in [
            "",
            "abc",
            "00000000000000000000000000000000",
            "0af76519-16cd-43dd-8448-eb211c80319c",
            "zaf7651916cd43dd8448eb211c80319c",
        ] {
            assert_eq!(text.parse::<TraceId>(), Err(NotATraceId), "{text}");
        }
    }
}
