//! Runs: at their hour, once, in a thread of their own, over changes of the clocks and downtime.

use super::desk::Desk;
use penny::models::scripted::{Gate, Step};

#[tokio::test(flavor = "multi_thread")]
async fn at_its_hour_it_answers_in_a_thread_that_goes_on_as_a_conversation() {
    let desk = Desk::open([
        Step::says("Two deals moved.").when_asked("since yesterday"),
        Step::says("Acme and Birch.").when_asked("Which ones?"),
    ])
    .await;
    desk.schedules(&desk.maya, "every weekday at 9").await;
    assert_eq!(desk.time_is("2026-11-23T07:59:00Z").await, 0, "not yet");
    assert_eq!(desk.time_is("2026-11-23T08:00:01Z").await, 1);

    let thread = desk.newest_run(&desk.jonas);
    let answer = desk.jonas.reads(&thread, "Two deals moved.").await.unwrap();
    assert!(!answer.text.contains("late"), "{}", answer.text);
    assert_eq!(desk.states().await, ["done"]);
    let asked = desk.app.words_of_request(0);
    assert!(asked.contains("scheduled run"), "{asked}");

    desk.jonas.replies_in(&thread, "Which ones?").await.unwrap();
    desk.jonas.reads(&thread, "Acme and Birch.").await.unwrap();
    desk.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_workers_at_one_slot_make_one_run() {
    let mut desk = Desk::open([Step::says("Two deals moved.")]).await;
    desk.schedules(&desk.maya, "every weekday at 9").await;
    desk.app.start_another().await;
    desk.clock.turn_to("2026-11-23T08:00:01Z");
    let looks = desk.app.processes().map(|process| async {
        let services = &process.app.services;
        penny::jobs::schedules::fire_due(&services.db, &services.clock)
            .await
            .unwrap()
    });
    let runs: u64 = futures::future::join_all(looks).await.into_iter().sum();
    assert_eq!(runs, 1);
    desk.app.settles().await;
    assert_eq!(desk.states().await, ["done"]);
    desk.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn on_the_days_when_the_clocks_change_it_runs_once() {
    let desk = Desk::open_at(
        "2027-03-27T12:00:00Z",
        (0..3).map(|_| Step::says("Quiet.").when_asked("since yesterday")),
    )
    .await;
    desk.schedules(&desk.maya, "every day at 2:30").await;
    // In the night when 02:30 is left out it runs at 03:00.
    assert_eq!(desk.time_is("2027-03-28T01:00:01Z").await, 1);
    let slots = "select to_char(slot at time zone 'UTC', 'YYYY-MM-DD HH24:MI') from core.schedule_runs order by slot";
    assert_eq!(desk.app.texts(slots).await, ["2027-03-28 01:00"]);
    desk.app
        .execute("update core.schedules set next_run_at = '2027-10-31T00:30:00Z'")
        .await;
    // In the night when it comes twice it runs the first time.
    assert_eq!(desk.time_is("2027-10-31T00:30:01Z").await, 1);
    assert_eq!(desk.time_is("2027-10-31T01:30:01Z").await, 0);
    assert_eq!(desk.time_is("2027-11-01T01:30:01Z").await, 1);
    desk.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn after_downtime_the_latest_missed_run_is_made_up_for_and_says_that_it_is_late() {
    let desk = Desk::open([Step::says("Much has changed.")]).await;
    desk.schedules(&desk.maya, "every day at 9").await;
    assert_eq!(desk.time_is("2026-11-26T14:00:00Z").await, 1);
    let thread = desk.newest_run(&desk.maya);
    let head = desk.maya.sees(&thread)[0].text.clone();
    assert!(head.contains("This is late"), "{head}");
    assert!(desk.app.words_of_request(0).contains("It is late; say so."));
    assert_eq!(desk.penny_looks().await, 0);
    desk.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn all_missed_runs_come_one_after_the_other_where_that_is_wished() {
    let desk =
        Desk::open((0..3).map(|_| Step::says("Something.").when_asked("since yesterday"))).await;
    desk.schedules(&desk.maya, "every day at 9").await;
    desk.app
        .execute("update core.schedules set catch_up = 'all'")
        .await;
    assert_eq!(desk.time_is("2026-11-23T14:00:00Z").await, 3);
    assert_eq!(desk.states().await, ["done", "done", "done"]);
    desk.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_made_up_for_where_that_is_wished() {
    let desk = Desk::open([]).await;
    desk.schedules(&desk.maya, "every day at 9").await;
    desk.app
        .execute("update core.schedules set catch_up = 'none'")
        .await;
    assert_eq!(desk.time_is("2026-11-23T14:00:00Z").await, 0);
    desk.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_longer_than_its_interval_does_not_overlap_itself() {
    let gate = Gate::default();
    let desk = Desk::open([Step::says("At last.").after(&gate)]).await;
    desk.schedules(&desk.maya, "every 15 minutes").await;
    desk.clock.turn_to("2026-11-20T08:15:01Z");
    let services = desk.app.process().app.services.clone();
    let look = || async {
        penny::jobs::schedules::fire_due(&services.db, &services.clock)
            .await
            .unwrap()
    };
    assert_eq!(look().await, 1);
    gate.reached().await;
    desk.clock.turn_to("2026-11-20T08:30:01Z");
    assert_eq!(look().await, 0, "the one before still runs");
    gate.open();
    desk.app.settles().await;
    assert_eq!(desk.states().await, ["done", "skipped"]);
    desk.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_comes_once_is_over_afterwards() {
    let desk = Desk::open([Step::says("Good morning.")]).await;
    desk.schedules(&desk.maya, "tomorrow at 8").await;
    assert_eq!(desk.time_is("2026-11-21T07:00:01Z").await, 1);
    assert_eq!(
        desk.app.texts("select state from core.schedules").await,
        ["over"]
    );
    desk.close().await;
}
