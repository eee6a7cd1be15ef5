//! What `/metrics` counts: every name once, with its meaning. The code that does a thing counts
//! it, by these names; labels are few and of few values, never an id.

use super::clock::SharedClock;
use metrics::{Unit, describe_counter, describe_gauge, describe_histogram};
use metrics_exporter_prometheus::{BuildError, Matcher, PrometheusBuilder, PrometheusHandle};
use std::sync::OnceLock;
use std::time::Duration;

/// Deliveries of Slack that were answered; `outcome` (stored, refused).
pub const ACKS: &str = "penny_acks_total";
/// From a delivery's arrival to its commit.
pub const ACK_SECONDS: &str = "penny_ack_seconds";
/// Requests that were no deliveries: wrongly signed, too large, unreadable.
pub const REFUSED_REQUESTS: &str = "penny_refused_requests_total";
/// Deliveries for workspaces where Penny is not installed.
pub const UNKNOWN_WORKSPACES: &str = "penny_unknown_workspaces_total";
/// Times that Slack said it withheld events because there were too many.
pub const EVENTS_WITHHELD: &str = "penny_slack_events_withheld_total";
/// Deliveries of other systems; `system` and `outcome` (stored, known, for_nobody, refused,
/// unreadable, away).
pub const DELIVERIES: &str = "penny_deliveries_total";
/// Turns that ended; `outcome`.
pub const TURNS: &str = "penny_turns_total";
/// From the beginning of a turn to its end, crashes and waits included.
pub const TURN_SECONDS: &str = "penny_turn_seconds";
/// Steps of turns: one model call with the tool calls that follow it.
pub const STEPS: &str = "penny_steps_total";
/// Tool calls; `tool` and `outcome` (ok, refused).
pub const TOOL_CALLS: &str = "penny_tool_calls_total";
/// Tokens that models read and wrote.
pub const TOKENS: &str = "penny_tokens_total";
/// Money spent on models, in millionths of a US dollar.
pub const COST: &str = "penny_cost_microdollars_total";
/// Calls of Slack's Web API; `method` and `outcome`.
pub const SLACK_CALLS: &str = "penny_slack_calls_total";
/// Jobs by `kind` and `state` (ready, running, dead).
pub const QUEUE_DEPTH: &str = "penny_queue_depth";
/// How long the oldest job that could run has waited; `kind`.
pub const QUEUE_AGE_SECONDS: &str = "penny_queue_age_seconds";
/// Connections of the pool by `state` (open, idle).
pub const DB_CONNECTIONS: &str = "penny_db_connections";

const SECONDS: &[f64] = &[
    0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0,
    120.0, 300.0, 600.0,
];

const UPKEEP: Duration = Duration::from_secs(5);

static RECORDER: OnceLock<PrometheusHandle> = OnceLock::new();

/// Starts counting; a second call in the same process changes nothing.
pub fn install() -> Result<(), BuildError> {
    if RECORDER.get().is_some() {
        return Ok(());
    }
    let builder = PrometheusBuilder::new()
        .set_buckets_for_metric(Matcher::Suffix("_seconds".into()), SECONDS)?;
    match builder.install_recorder() {
        Ok(handle) => {
            RECORDER.get_or_init(|| handle);
            describe();
            Ok(())
        }
        // Two starts at once: the other one won.
        Err(BuildError::FailedToSetGlobalRecorder(_)) => Ok(()),
        Err(error) => Err(error),
    }
}

/// The page that Prometheus reads. Empty before [`install`].
pub fn render() -> String {
    RECORDER.get().map_or_else(String::new, |handle| {
        handle.run_upkeep();
        handle.render()
    })
}

/// Folds raw samples into their buckets every few seconds, for ever: where nobody asks for the
/// page they would pile up.
pub async fn keep(clock: &SharedClock) {
    every(clock, UPKEEP, || {
        if let Some(handle) = RECORDER.get() {
            handle.run_upkeep();
        }
    })
    .await;
}

async fn every(clock: &SharedClock, pause: Duration, act: impl Fn()) {
    loop {
        clock.sleep(pause).await;
        act();
    }
}

fn describe() {
    describe_counter!(ACKS, "Deliveries of Slack that were answered");
    describe_histogram!(ACK_SECONDS, Unit::Seconds, "Time to store a delivery");
    describe_counter!(REFUSED_REQUESTS, "Requests that were refused unread");
    describe_counter!(UNKNOWN_WORKSPACES, "Deliveries for unknown workspaces");
    describe_counter!(EVENTS_WITHHELD, "Slack's notices of withheld events");
    describe_counter!(DELIVERIES, "Deliveries of other systems");
    describe_counter!(TURNS, "Turns that ended");
    describe_histogram!(
        TURN_SECONDS,
        Unit::Seconds,
        "Time from the beginning of a turn to its end"
    );
    describe_counter!(STEPS, "Steps of turns");
    describe_counter!(TOOL_CALLS, "Tool calls");
    describe_counter!(TOKENS, "Model tokens");
    describe_counter!(COST, "Model cost in millionths of a US dollar");
    describe_counter!(SLACK_CALLS, "Calls of Slack's Web API");
    describe_gauge!(QUEUE_DEPTH, "Jobs in the queue");
    describe_gauge!(
        QUEUE_AGE_SECONDS,
        Unit::Seconds,
        "Age of the oldest job that could run"
    );
    describe_gauge!(DB_CONNECTIONS, "Database connections");
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::clock::TestClock;
    use chrono::Utc;
    use futures::FutureExt;
    use metrics::{counter, gauge, histogram};
    use std::cell::Cell;
    use std::sync::Arc;

    #[test]
    fn the_page_tells_what_was_counted_and_what_it_means() {
        install().unwrap();
        install().unwrap();
        counter!(SLACK_CALLS, "method" => "chat.postMessage", "outcome" => "ok").increment(2);
        histogram!(ACK_SECONDS).record(0.004);
        gauge!(QUEUE_DEPTH, "kind" => "turn", "state" => "ready").set(3.0);
        let page = render();
        for line in [
            "# HELP penny_slack_calls_total Calls of Slack's Web API",
            r#"penny_slack_calls_total{method="chat.postMessage",outcome="ok"} 2"#,
            r#"penny_ack_seconds_bucket{le="0.005"}"#,
            r#"penny_queue_depth{kind="turn",state="ready"} 3"#,
        ] {
            assert!(page.contains(line), "{line} is missing in:\n{page}");
        }
    }

    #[tokio::test]
    async fn samples_are_folded_every_few_seconds_though_nobody_asks_for_the_page() {
        let clock = TestClock::at(Utc::now());
        let shared: SharedClock = Arc::<TestClock>::clone(&clock);
        let folded = Cell::new(0);
        let mut keeping = Box::pin(every(&shared, UPKEEP, || folded.set(folded.get() + 1)));
        for round in 0..3 {
            assert!((&mut keeping).now_or_never().is_none());
            assert_eq!(folded.get(), round);
            clock.advance(UPKEEP);
        }
    }
}
