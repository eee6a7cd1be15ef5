//! The clock of Penny's machine being set forward or back by an hour. Leases and expiries are the
//! database's affair; what cannot be dated is refused, and comes again.

use crate::support::TestApp;
use chrono::{DateTime, TimeDelta, Utc};
use parking_lot::Mutex;
use penny::base::clock::Clock;
use penny::models::scripted::{Gate, Step};
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

/// The system's clock, but for what somebody has set it off by.
#[derive(Debug, Default)]
struct Stepped(Mutex<TimeDelta>);

impl Stepped {
    fn step(&self, by: TimeDelta) {
        *self.0.lock() += by;
    }
}

impl Clock for Stepped {
    fn now(&self) -> DateTime<Utc> {
        Utc::now() + *self.0.lock()
    }

    fn sleep(&self, wait: Duration) -> Pin<Box<dyn Future<Output = ()> + Send + '_>> {
        Box::pin(tokio::time::sleep(wait))
    }
}

async fn a_turn_outlives_a_step_of(hours: i64) {
    let clock = Arc::new(Stepped::default());
    let gate = Gate::default();
    let app = TestApp::build([
        Step::says("Nine.").after(&gate),
        Step::says("Ten.").when_asked("and now"),
    ])
    .clock(clock.clone())
    .start()
    .await;
    let maya = app.slack.person("maya").unwrap();
    let said = maya.mentions_penny("sales", "how many?").await.unwrap();
    gate.reached().await;
    clock.step(TimeDelta::hours(hours));
    let refused = maya.replies_in(&said.thread(), "and now?").await.unwrap();
    assert!(!refused.was_acknowledged(), "it could be a replay");
    gate.open();
    maya.reads(&said.thread(), "Nine.").await.unwrap();
    app.settles().await;
    assert_eq!(app.texts("select state from core.turns").await, ["done"]);

    clock.step(TimeDelta::hours(-hours));
    for missed in app.slack.deliveries() {
        if missed.attempts.iter().all(Result::is_err) {
            app.slack.redeliver(&missed.request.id).await.unwrap();
        }
    }
    maya.reads(&said.thread(), "Ten.").await.unwrap();
    app.settles().await;
    assert_eq!(maya.answers_in(&said.thread()).len(), 2);
    app.stop().await;
}

#[tokio::test]
async fn a_clock_set_forward_by_an_hour_ends_no_turn_and_loses_no_message() {
    a_turn_outlives_a_step_of(1).await;
}

#[tokio::test]
async fn a_clock_set_back_by_an_hour_ends_no_turn_and_loses_no_message() {
    a_turn_outlives_a_step_of(-1).await;
}
