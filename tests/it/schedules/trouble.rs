//! A schedule cannot fail in silence.

use super::desk::Desk;
use penny::jobs::schedules::settle_lost;
use penny::models::scripted::{Scripted, Step};
use penny::models::{ModelError, Price, Usage};
use penny::playground::{Fault, Thread};
use penny::slack::client::ApiCode;

fn nothing() -> Step {
    Step::says("Nothing to report.").when_asked("since yesterday")
}

#[tokio::test(flavor = "multi_thread")]
async fn an_archived_channel_is_told_to_the_owner_with_what_to_do() {
    let desk = Desk::open([]).await;
    desk.schedules(&desk.maya, "every weekday at 9").await;
    desk.maya.archive(&desk.sales()).unwrap();
    desk.time_is("2026-11-23T08:00:01Z").await;
    let told = desk
        .app
        .is_written(&desk.maya, "The channel is archived")
        .await;
    assert!(told.text.contains("choose another"), "{}", told.text);
    assert!(told.text.contains("It runs again"), "{}", told.text);
    assert_eq!(desk.states().await, ["failed"]);
    desk.was_refused_once(&ApiCode::IsArchived);
    desk.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_channel_that_penny_was_removed_from_is_told_too() {
    let desk = Desk::open([]).await;
    desk.schedules(&desk.maya, "every weekday at 9").await;
    let penny = desk.app.process().app.services.workspaces.all()[0]
        .bot_user
        .clone();
    desk.maya.remove(&desk.sales(), &penny).unwrap();
    desk.app.settles().await;
    desk.time_is("2026-11-23T08:00:01Z").await;
    let told = desk
        .app
        .is_written(&desk.maya, "I’m not in its channel any more")
        .await;
    assert!(told.text.contains("/invite @Penny"), "{}", told.text);
    desk.was_refused_once(&ApiCode::NotInChannel);
    desk.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn three_failures_pause_it_and_say_so_and_resuming_it_is_one_click() {
    let fails = || Step::fails(|| ModelError::OutOfCredit);
    let desk = Desk::open([fails(), fails(), fails()]).await;
    desk.schedules(&desk.maya, "every day at 9").await;
    for day in 21..24 {
        assert_eq!(desk.time_is(&format!("2026-11-{day}T08:00:01Z")).await, 1);
        let told = desk.app.is_written(&desk.maya, "out of credit").await;
        let run = desk.newest_run(&desk.maya);
        let link = format!(
            "/archives/{}/p{}",
            run.channel,
            digits(&run.root.to_string())
        );
        assert!(told.text.contains(&link), "{link}: {}", told.text);
    }
    let told = desk.app.is_written(&desk.maya, "I’ve *paused* it").await;
    assert_eq!(desk.time_is("2026-11-24T08:00:01Z").await, 0);
    let thread = Thread {
        channel: desk.maya.dm().unwrap(),
        root: told.ts,
    };
    desk.maya.clicks(&thread, "Resume").await.unwrap();
    desk.app
        .comes_true("it is active", async || {
            desk.app
                .count("select from core.schedules where state = 'active'")
                .await
                == 1
        })
        .await;
    desk.app.settles().await;
    desk.maya.whispers(&thread.channel);
    desk.close().await;
}

/// Of a message’s time, as Slack has it in addresses.
fn digits(ts: &str) -> String {
    ts.replace('.', "")
}

#[tokio::test(flavor = "multi_thread")]
async fn what_slack_refuses_three_times_is_paused_without_a_word_of_a_next_run() {
    let desk = Desk::open([]).await;
    desk.schedules(&desk.maya, "every day at 9").await;
    let refused = Fault::Error("something_of_slacks");
    let faults = desk.app.slack.faults();
    faults
        .on("chat.postMessage")
        .in_channel(&desk.sales())
        .next(3)
        .hit(refused);
    for day in 21..24 {
        assert_eq!(desk.time_is(&format!("2026-11-{day}T08:00:01Z")).await, 1);
    }
    let told = desk.app.is_written(&desk.maya, "I’ve *paused* it").await;
    assert!(told.text.contains("something_of_slacks"), "{}", told.text);
    assert!(!told.text.contains("next run"), "{}", told.text);
    assert!(!told.text.contains("runs again"), "{}", told.text);
    desk.app.settles().await;
    // Slack refused, which is what this is about.
    desk.app.slack.calls().mark_all_read();
    desk.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_to_run_once_and_failed_is_done_again_with_one_click() {
    let desk = Desk::open([
        Step::fails(|| ModelError::OutOfCredit),
        Step::says("Good morning."),
    ])
    .await;
    desk.schedules(&desk.maya, "tomorrow at 8").await;
    assert_eq!(desk.time_is("2026-11-21T07:00:01Z").await, 1);
    let told = desk
        .app
        .is_written(&desk.maya, "It won’t run again by itself")
        .await;
    let thread = Thread {
        channel: desk.maya.dm().unwrap(),
        root: told.ts,
    };
    desk.maya.clicks(&thread, "Run now").await.unwrap();
    desk.app.is_told(&desk.maya, "dm", "I’m on it").await;
    desk.app.settles().await;
    assert_eq!(desk.states().await, ["failed", "done"]);
    desk.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn three_empty_runs_in_a_row_are_asked_about() {
    let desk = Desk::open([nothing(), nothing(), nothing()]).await;
    desk.schedules(&desk.maya, "every day at 9").await;
    for day in 21..24 {
        desk.time_is(&format!("2026-11-{day}T08:00:01Z")).await;
    }
    assert_eq!(desk.states().await, ["empty", "empty", "empty"]);
    desk.app
        .is_written(&desk.maya, "found nothing to report 3 times in a row")
        .await;
    desk.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_budget_that_is_used_up_ends_the_run_and_is_told() {
    let dear = Price {
        input: 50.0,
        output: 50.0,
        cache_read: 0.0,
        cache_write: 0.0,
    };
    let used = Usage {
        input: 1_000,
        ..Usage::default()
    };
    let look = Step::calls("c1", "describe_tables", serde_json::json!({})).using(used);
    let model = Scripted::new([look]).priced(dear);
    let desk = Desk::thinking_with(model, "2026-11-20T08:00:00Z").await;
    desk.schedules(&desk.maya, "every day at 9").await;
    desk.app
        .execute("update core.schedules set budget_micros = 1")
        .await;
    desk.time_is("2026-11-21T08:00:01Z").await;
    desk.app.is_written(&desk.maya, "used up its budget").await;
    assert_eq!(desk.states().await, ["failed"]);
    desk.close().await;
}

/// As if the organisation had spent a fortune today.
const SPENT: &str = "insert into core.spending (org_id, day, who, cost_micros)
    select org_id, (now() at time zone 'utc')::date, '', 900000000 from core.orgs";

#[tokio::test(flavor = "multi_thread")]
async fn a_run_for_which_a_days_money_is_spent_fails_and_is_told() {
    let desk = Desk::open([]).await;
    desk.schedules(&desk.maya, "every weekday at 9").await;
    desk.app.execute(SPENT).await;
    desk.time_is("2026-11-23T08:00:01Z").await;
    let told = desk
        .app
        .is_written(&desk.maya, "may cost $500.00 a day")
        .await;
    assert!(told.text.contains("PENNY_ORG_USD_PER_DAY"), "{}", told.text);
    assert_eq!(desk.states().await, ["failed"]);
    desk.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_that_nothing_is_heard_of_any_more_is_given_up_and_told_and_in_nobodys_way() {
    let desk = Desk::open([
        Step::says("Two deals moved."),
        Step::says("Three deals moved."),
    ])
    .await;
    desk.schedules(&desk.maya, "every weekday at 9").await;
    assert_eq!(desk.time_is("2026-11-23T08:00:01Z").await, 1);
    let goes_on_since = async |since: &str| {
        desk.app
            .execute(&format!(
                "update core.schedule_runs set state = 'running', ended_at = null,
                     begun_at = now() - interval '{since}'
                 where slot = (select min(slot) from core.schedule_runs)"
            ))
            .await;
    };
    let services = &desk.app.process().app.services;
    goes_on_since("11 hours").await;
    settle_lost(&services.db).await.unwrap();
    desk.maya
        .runs_command("sales", "/penny schedules")
        .await
        .unwrap();
    desk.is_told(&desk.maya, "Here is what is scheduled").await;
    let list = desk.whisper(&desk.maya, "Here is what is scheduled");
    desk.maya.clicks(&list, "Run now").await.unwrap();
    desk.is_told(&desk.maya, "is running already").await;
    desk.app.settles().await;

    goes_on_since("13 hours").await;
    assert_eq!(
        desk.time_is("2026-11-24T08:00:01Z").await,
        1,
        "not left out"
    );
    settle_lost(&services.db).await.unwrap();
    settle_lost(&services.db).await.unwrap();
    desk.app
        .is_written(&desk.maya, "It began and never ended")
        .await;
    desk.app.settles().await;
    assert_eq!(desk.states().await, ["failed", "done"]);
    assert_eq!(
        desk.app
            .texts("select failures::text from core.schedules")
            .await,
        ["1"],
        "it was lost once"
    );
    desk.close().await;
}
