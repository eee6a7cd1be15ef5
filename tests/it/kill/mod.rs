//! What is promised when processes die: the real binary is killed, stopped and replaced under a
//! stream of messages, and afterwards everybody has exactly one answer, in order.

mod changes;
mod chatter;
mod items;
mod model;
mod process;
mod slots;

use chatter::{Chatter, Office};
use model::ModelServer;
use penny::playground::Fault;
use process::Penny;
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use std::time::Duration;

const KILLS: usize = 6;

/// The moments are random; what a failed run needs to be repeated is printed with it.
fn dice(of: &str) -> StdRng {
    let seed: u64 = rand::random();
    println!("{of}: seed {seed}");
    StdRng::seed_from_u64(seed)
}

/// Sleeping is the point here: the moment of a kill must not depend on what Penny is doing.
async fn some_moment(dice: &mut StdRng, at_most: Duration) {
    tokio::time::sleep(at_most.mul_f64(dice.random())).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_process_is_ready_once_slack_has_said_whose_token_it_has() {
    let office = Office::open().await;
    let wrong = Fault::Error("invalid_auth");
    office.slack.faults().on("auth.test").next(2).hit(wrong);
    let mut penny = Penny::begin(&office, "unknown");
    office
        .slack
        .until("Slack is asked whose token it is", |slack| {
            (slack.calls().count("auth.test") > 0).then_some(())
        })
        .await
        .unwrap();
    let said = penny.readiness().await;
    assert!(said.starts_with("HTTP/1.1 503"), "{said}");
    assert!(
        said.contains("which workspace SLACK_BOT_TOKEN is for"),
        "{said}"
    );
    penny.until_ready().await;
    penny.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_at_any_moment_penny_answers_everybody_once_and_in_order() {
    let mut dice = dice("killed at any moment");
    let office = Office::open().await;
    let mut penny = Penny::start(&office, "killed").await;
    office.slack.point_at(&penny.url());
    let chatter = Chatter::begin(&office, 5);
    for _ in 0..KILLS {
        some_moment(&mut dice, Duration::from_millis(900)).await;
        penny.kill().await;
        penny.start_again().await;
    }
    chatter.everybody_is_answered_once_and_in_order().await;
    penny.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_processes_share_the_threads_and_either_may_die() {
    let mut dice = dice("two processes");
    let office = Office::open().await;
    let mut pair = [
        Penny::start(&office, "left").await,
        Penny::start(&office, "right").await,
    ];
    office.slack.point_at(&pair[0].url());
    let chatter = Chatter::begin(&office, 5);
    for round in 0..4 {
        let (dying, other) = (round % 2, 1 - round % 2);
        office.slack.point_at(&pair[dying].url());
        some_moment(&mut dice, Duration::from_millis(700)).await;
        pair[dying].kill().await;
        office.slack.point_at(&pair[other].url());
        pair[dying].start_again().await;
    }
    chatter.everybody_is_answered_once_and_in_order().await;
    for penny in pair {
        penny.end().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rolling_restart_under_load_loses_nothing_and_ends_cleanly() {
    let mut dice = dice("rolling restart");
    let office = Office::open().await;
    let mut serving = Penny::start(&office, "first").await;
    office.slack.point_at(&serving.url());
    let chatter = Chatter::begin(&office, 4);
    for name in ["second", "third", "fourth"] {
        let next = Penny::start(&office, name).await;
        some_moment(&mut dice, Duration::from_millis(400)).await;
        office.slack.point_at(&next.url());
        serving.end().await;
        serving = next;
    }
    chatter.everybody_is_answered_once_and_in_order().await;
    serving.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_process_that_slept_past_its_lease_finds_its_work_done_and_says_nothing() {
    let office = Office::open().await;
    let sleeper = Penny::start(&office, "sleeper").await;
    office.slack.point_at(&sleeper.url());
    let held = office.model.hold_the_next_answer();
    let maya = office.person();
    let said = office.asks(&maya, None, "t0-m0").await;
    let thread = said.thread();
    held.was_asked().await;

    sleeper.signal("STOP");
    let other = Penny::start(&office, "taking-over").await;
    office.slack.point_at(&other.url());
    office.until_answered(&maya, &thread, &["t0-m0"]).await;

    sleeper.signal("CONT");
    held.release();
    office.asks(&maya, Some(&thread), "t0-m1").await;
    office
        .until_answered(&maya, &thread, &["t0-m0", "t0-m1"])
        .await;
    // Its end is when all that it could still say has been said.
    sleeper.end().await;
    office
        .until_answered(&maya, &thread, &["t0-m0", "t0-m1"])
        .await;
    assert_eq!(
        office.model.asked_for("t0-m0"),
        2,
        "both processes worked on it"
    );
    other.end().await;
}
