//! Traces to an OpenTelemetry collector. The exporter sends through hyper with the same TLS
//! provider as everything else, and what it sends is redacted like the log.

use super::redact::redact;
use crate::base::config::{ConfigError, Source};
use async_trait::async_trait;
use bytes::Bytes;
use opentelemetry::trace::{
    SpanContext, SpanId, TraceContextExt, TraceFlags, TraceId, TraceState, TracerProvider,
};
use opentelemetry::{Context, KeyValue, StringValue, Value};
use opentelemetry_http::hyper::HyperClient;
use opentelemetry_http::{HttpClient, HttpError};
use opentelemetry_otlp::WithHttpConfig;
use opentelemetry_sdk::error::OTelSdkResult;
use opentelemetry_sdk::trace::{SdkTracerProvider, SpanData, SpanExporter};
use opentelemetry_sdk::{Resource, trace::SdkTracer};
use std::borrow::Cow;
use std::time::Duration;
use tracing::{Span, Subscriber};
use tracing_opentelemetry::{OpenTelemetryLayer, OpenTelemetrySpanExt};
use tracing_subscriber::registry::LookupSpan;

const ENDPOINT: &str = "OTEL_EXPORTER_OTLP_ENDPOINT";
const TIMEOUT: Duration = Duration::from_secs(10);

#[derive(Debug)]
pub struct Exporter(SdkTracerProvider);

impl Exporter {
    pub fn from_source(source: &Source) -> Result<Option<Self>, ConfigError> {
        if !source.has(ENDPOINT) {
            return Ok(None);
        }
        let refuse = |reason: String| ConfigError::Invalid {
            name: ENDPOINT,
            reason,
        };
        // The endpoint and its headers are read by the exporter itself, from the same variables.
        let exporter = opentelemetry_otlp::SpanExporter::builder()
            .with_http()
            .with_http_client(Client::new().map_err(|error| refuse(error.to_string()))?)
            .build()
            .map_err(|error| refuse(error.to_string()))?;
        let provider = SdkTracerProvider::builder()
            .with_resource(Resource::builder().with_service_name("penny").build())
            .with_batch_exporter(Redacting(exporter))
            .build();
        Ok(Some(Self(provider)))
    }

    pub fn layer<S>(&self) -> OpenTelemetryLayer<S, SdkTracer>
    where
        S: Subscriber + for<'span> LookupSpan<'span>,
    {
        tracing_opentelemetry::layer().with_tracer(self.0.tracer("penny"))
    }

    pub async fn shutdown(self) {
        // It waits for its own thread, which needs this runtime to send.
        let ended =
            tokio::task::spawn_blocking(move || self.0.shutdown_with_timeout(TIMEOUT)).await;
        if let Ok(Err(error)) = ended {
            tracing::warn!(error = %error, "the last spans were not exported");
        }
    }
}

/// Puts `span` into the trace. The parent is made up: only the trace's id is known.
pub fn join(span: &Span, trace: u128) {
    let parent = SpanContext::new(
        TraceId::from(trace),
        SpanId::from(trace as u64 | 1),
        TraceFlags::SAMPLED,
        true,
        TraceState::default(),
    );
    // Fails where no exporter is installed, which is a choice.
    let _ = span.set_parent(Context::new().with_remote_span_context(parent));
}

type Connector = hyper_rustls::HttpsConnector<hyper_util::client::legacy::connect::HttpConnector>;

/// The exporter polls from a thread of its own; hyper needs to be polled on Tokio's.
#[derive(Debug)]
struct Client {
    hyper: HyperClient<Connector>,
    runtime: tokio::runtime::Handle,
}

impl Client {
    fn new() -> std::io::Result<Self> {
        let connector = hyper_rustls::HttpsConnectorBuilder::new()
            .with_native_roots()?
            .https_or_http()
            .enable_http1()
            .build();
        Ok(Self {
            hyper: HyperClient::new(connector, TIMEOUT, None),
            runtime: tokio::runtime::Handle::try_current().map_err(std::io::Error::other)?,
        })
    }
}

#[async_trait]
impl HttpClient for Client {
    async fn send_bytes(
        &self,
        request: http::Request<Bytes>,
    ) -> Result<http::Response<Bytes>, HttpError> {
        let hyper = self.hyper.clone();
        self.runtime
            .spawn(async move { hyper.send_bytes(request).await })
            .await?
    }
}

#[derive(Debug)]
struct Redacting<E>(E);

impl<E: SpanExporter> SpanExporter for Redacting<E> {
    async fn export(&self, mut batch: Vec<SpanData>) -> OTelSdkResult {
        for span in &mut batch {
            redact_all(&mut span.attributes);
            for event in &mut span.events.events {
                if let Cow::Owned(masked) = redact(&event.name) {
                    event.name = masked.into();
                }
                redact_all(&mut event.attributes);
            }
        }
        self.0.export(batch).await
    }

    fn shutdown_with_timeout(&self, timeout: Duration) -> OTelSdkResult {
        self.0.shutdown_with_timeout(timeout)
    }

    fn force_flush(&self) -> OTelSdkResult {
        self.0.force_flush()
    }

    fn set_resource(&mut self, resource: &Resource) {
        self.0.set_resource(resource);
    }
}

fn redact_all(attributes: &mut [KeyValue]) {
    for attribute in attributes {
        if let Value::String(text) = &attribute.value
            && let Cow::Owned(masked) = redact(text.as_str())
        {
            attribute.value = Value::String(StringValue::from(masked));
        }
    }
}
