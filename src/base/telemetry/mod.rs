//! Telemetry: log lines and traces. A message reads as a sentence, everything variable is a
//! dotted field (`slack.team`, `turn.id`), and a `trace_id` leads from the Slack event to the
//! last call that it caused. Metrics are in [`super::metrics`].

mod line;
#[cfg(feature = "otlp")]
mod otlp;
mod redact;
#[cfg(test)]
mod tests;
mod trace;

pub use line::Format;
pub use redact::redact;
pub use trace::{NotATraceId, TraceId};

use super::config::{ConfigError, Source};
use chrono::Utc;
use line::Fields;
use std::io::{IsTerminal, Write};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Subscriber};
use tracing_subscriber::layer::{Context, Layer, SubscriberExt};
use tracing_subscriber::registry::LookupSpan;
use tracing_subscriber::{EnvFilter, Registry};

/// Penny's own words and, of everybody else's, only what went wrong.
const DEFAULT_FILTER: &str = "warn,penny=info";

/// What must be ended before the process exits, or the last spans are lost.
#[derive(Debug)]
#[must_use = "the last spans are sent by `shutdown`"]
pub struct Telemetry {
    #[cfg(feature = "otlp")]
    exporter: Option<otlp::Exporter>,
}

/// Starts logging to standard error, as `PENNY_LOG` and `RUST_LOG` say, and exporting traces
/// where `OTEL_EXPORTER_OTLP_ENDPOINT` names a collector. Once a process; needs a Tokio runtime.
pub fn install(source: &Source) -> Result<Telemetry, ConfigError> {
    let logs = LogLayer::new(format(source)?, |line| {
        // There is nowhere left to report that standard error is closed.
        let _ = std::io::stderr().lock().write_all(line.as_bytes());
    });
    let subscriber = Registry::default().with(filter(source)?).with(logs);

    #[cfg(feature = "otlp")]
    let (subscriber, exporter) = {
        let exporter = otlp::Exporter::from_source(source)?;
        let layer = exporter.as_ref().map(otlp::Exporter::layer);
        (subscriber.with(layer), exporter)
    };
    if tracing::subscriber::set_global_default(subscriber).is_err() {
        tracing::debug!("telemetry was installed before");
    }
    report_panics();
    if cfg!(not(feature = "otlp")) && source.has("OTEL_EXPORTER_OTLP_ENDPOINT") {
        tracing::warn!(
            "OTEL_EXPORTER_OTLP_ENDPOINT is set, but this build has no OTLP; build with --features otlp"
        );
    }
    Ok(Telemetry {
        #[cfg(feature = "otlp")]
        exporter,
    })
}

impl Telemetry {
    /// Sends what has not been sent yet.
    pub async fn shutdown(self) {
        #[cfg(feature = "otlp")]
        if let Some(exporter) = self.exporter {
            exporter.shutdown().await;
        }
    }
}

fn format(source: &Source) -> Result<Format, ConfigError> {
    let terminal = std::io::stderr().is_terminal();
    match source.text("PENNY_LOG") {
        Some("json") => Ok(Format::Json),
        None if !terminal => Ok(Format::Json),
        Some("pretty") | None => Ok(Format::Pretty {
            colour: terminal && !source.has("NO_COLOR"),
        }),
        Some(_) => Err(ConfigError::Invalid {
            name: "PENNY_LOG",
            reason: "it is `pretty` or `json`".to_owned(),
        }),
    }
}

fn filter(source: &Source) -> Result<EnvFilter, ConfigError> {
    EnvFilter::builder()
        .parse(source.text("RUST_LOG").unwrap_or(DEFAULT_FILTER))
        .map_err(|error| ConfigError::Invalid {
            name: "RUST_LOG",
            reason: error.to_string(),
        })
}

/// A panic is logged like any other error: on one line, redacted, with its trace.
fn report_panics() {
    std::panic::set_hook(Box::new(|panic| {
        let place = panic.location().map(ToString::to_string);
        let reason = panic.payload_as_str().unwrap_or("of an unknown kind");
        tracing::error!(
            panic.place = place,
            panic.reason = reason,
            "a task panicked"
        );
    }));
}

/// Writes one line an event.
struct LogLayer<Out> {
    format: Format,
    out: Out,
}

impl<Out: Fn(&str) + Send + Sync + 'static> LogLayer<Out> {
    fn new(format: Format, out: Out) -> Self {
        Self { format, out }
    }
}

impl<S, Out> Layer<S> for LogLayer<Out>
where
    S: Subscriber + for<'span> LookupSpan<'span>,
    Out: Fn(&str) + Send + Sync + 'static,
{
    fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, context: Context<'_, S>) {
        let mut fields = Fields::default();
        attributes.record(&mut fields);
        if let Some(span) = context.span(id) {
            span.extensions_mut().insert(fields);
        }
    }

    fn on_record(&self, id: &Id, values: &Record<'_>, context: Context<'_, S>) {
        if let Some(span) = context.span(id)
            && let Some(fields) = span.extensions_mut().get_mut::<Fields>()
        {
            values.record(fields);
        }
    }

    fn on_event(&self, event: &Event<'_>, context: Context<'_, S>) {
        let mut fields = Fields::default();
        for span in context.event_scope(event).into_iter().flatten() {
            if let Some(outer) = span.extensions().get::<Fields>() {
                let inner = std::mem::replace(&mut fields, outer.clone());
                fields.extend(inner);
            }
        }
        event.record(&mut fields);
        (self.out)(&self.format.line(Utc::now(), event.metadata(), fields));
    }
}
