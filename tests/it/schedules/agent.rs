//! Asking Penny in a conversation to do something again and again.

use super::desk::{Desk, QUESTION};
use crate::support::TestApp;
use penny::models::scripted::{Scripted, Step};
use penny::playground::Thread;
use serde_json::json;

async fn asks(desk: &Desk) -> Thread {
    let wish = json!({"when": "every weekday at 9", "question": QUESTION});
    desk.app.model.add([
        Step::calls("c1", "create_schedule", wish).when_asked("every morning"),
        Step::says("So be it.").when_asked("chedule"),
    ]);
    let said = desk
        .maya
        .mentions_penny("sales", "tell us every morning what changed")
        .await;
    let thread = said.unwrap().thread();
    desk.maya.reads(&thread, "Shall I answer").await.unwrap();
    desk.app.settles().await;
    thread
}

#[tokio::test(flavor = "multi_thread")]
async fn it_exists_once_the_one_who_asked_has_confirmed_the_card() {
    let desk = Desk::open([]).await;
    let thread = asks(&desk).await;
    let card = desk.maya.reads(&thread, "Shall I answer").await.unwrap();
    assert!(
        card.text.contains("every weekday at 09:00 (Europe/Berlin)"),
        "{}",
        card.text
    );
    for run in [
        "Mon 23 Nov 2026 09:00",
        "Tue 24 Nov",
        "Wed 25 Nov",
        "Thu 26 Nov",
        "Fri 27 Nov",
    ] {
        assert!(card.text.contains(run), "{}", card.text);
    }
    assert_eq!(
        desk.time_is("2026-11-23T08:00:01Z").await,
        0,
        "nobody has said yes"
    );

    desk.maya.clicks(&thread, "Schedule it").await.unwrap();
    desk.maya.reads(&thread, "So be it.").await.unwrap();
    desk.app.settles().await;
    assert_eq!(
        desk.app.texts("select state from core.schedules").await,
        ["active"]
    );
    desk.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_declined_never_was() {
    let desk = Desk::open([]).await;
    let thread = asks(&desk).await;
    desk.maya.clicks(&thread, "Don’t").await.unwrap();
    desk.maya.reads(&thread, "So be it.").await.unwrap();
    desk.app.settles().await;
    assert_eq!(desk.app.count("select from core.schedules").await, 0);
    desk.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_scheduled_run_cannot_schedule_anything() {
    let wish = json!({"when": "every day at 9", "question": "more of this"});
    let desk = Desk::open([
        Step::calls("c1", "create_schedule", wish).when_asked("since yesterday"),
        Step::says("Two deals moved.").when_asked("cannot schedule anything"),
    ])
    .await;
    desk.schedules(&desk.maya, "every weekday at 9").await;
    desk.time_is("2026-11-23T08:00:01Z").await;
    assert_eq!(desk.app.count("select from core.schedules").await, 1);
    desk.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_card_shows_a_question_with_signs_in_it_as_it_was_asked_and_it_may_be_answered_directly()
 {
    let question = "what changed in R&D for deals < 5,000";
    let wish =
        json!({"when": "every weekday at 9", "question": question, "in_direct_message": true});
    let desk = Desk::open([
        Step::calls("c1", "create_schedule", wish).when_asked("every morning"),
        Step::says("So be it.").when_asked("chedule"),
        Step::says("Nothing much.").when_asked("R&D"),
    ])
    .await;
    let said = desk
        .maya
        .mentions_penny("sales", "tell me every morning what R&D changed")
        .await;
    let thread = said.unwrap().thread();
    let card = desk.maya.reads(&thread, "Shall I answer").await.unwrap();
    let shown = card.blocks[0]["text"]["text"].as_str().unwrap();
    assert!(
        shown.contains("“what changed in R&amp;D for deals &lt; 5,000” in a direct message to you"),
        "{shown}"
    );
    desk.app.settles().await;
    desk.maya.clicks(&thread, "Schedule it").await.unwrap();
    desk.maya.reads(&thread, "So be it.").await.unwrap();
    desk.app.settles().await;
    assert_eq!(desk.time_is("2026-11-23T08:00:01Z").await, 1);
    let run = desk.app.is_written(&desk.maya, "Scheduled by").await;
    let run = Thread {
        channel: desk.maya.dm().unwrap(),
        root: run.ts,
    };
    desk.maya.reads(&run, "Nothing much.").await.unwrap();
    desk.close().await;
}

/// Maya asks Penny directly, and Penny makes this of it; what came of it is told in these words.
async fn wishes(desk: &Desk, wish: serde_json::Value) -> Thread {
    desk.app.model.add([
        Step::calls("c1", "create_schedule", wish).when_asked("every morning"),
        Step::says("So be it.").when(|request| request.messages.len() > 1),
    ]);
    let said = desk.maya.tells_penny("tell them every morning").await;
    let thread = said.unwrap().thread();
    desk.app.settles().await;
    thread
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_asked_for_directly_may_come_in_a_channel_with_a_model_and_a_budget() {
    let small = Scripted::new([Step::says("Nothing much.")]);
    let penny = TestApp::build([]).other_model("small", small);
    let desk = Desk::start(penny, "2026-11-20T08:00:00Z").await;
    let wish = json!({"when": "every weekday at 9", "question": QUESTION, "channel": "#sales",
        "model": "small", "budget": 0.5});
    let thread = wishes(&desk, wish).await;
    let card = desk.maya.reads(&thread, "Shall I answer").await.unwrap();
    for part in [
        "in #sales, every weekday at 09:00",
        "with small",
        "at most $0.50",
    ] {
        assert!(card.text.contains(part), "{part}: {}", card.text);
    }
    desk.maya.clicks(&thread, "Schedule it").await.unwrap();
    desk.maya.reads(&thread, "So be it.").await.unwrap();
    desk.app.settles().await;
    let told = desk.app.words_of_request(1);
    assert!(told.contains("Scheduled in #sales"), "{told}");
    assert_eq!(desk.time_is("2026-11-23T08:00:01Z").await, 1);
    let run = desk.newest_run(&desk.maya);
    desk.maya.reads(&run, "Nothing much.").await.unwrap();
    desk.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_place_a_model_or_a_budget_that_cannot_be_is_refused_in_a_sentence() {
    let desk = Desk::open([]).await;
    let elena = desk.app.slack.person("elena").unwrap();
    elena.create_channel("plans", false).unwrap();
    desk.maya.create_channel("alone", false).unwrap();
    let wish = |name: &str, value: serde_json::Value| {
        let mut wish = json!({"when": "every weekday at 9", "question": QUESTION});
        wish[name] = value;
        wish
    };
    let penny = desk.app.process().app.services.workspaces.all()[0]
        .bot_user
        .clone();
    let plans = desk.app.slack.channel("plans").unwrap();
    elena.invite(&plans, &penny).await.unwrap();
    for (wish, refusal) in [
        (
            wish("channel", json!("alone")),
            "Penny is in no channel “alone”",
        ),
        (
            wish("channel", json!("#plans")),
            "They are not in “#plans” themselves",
        ),
        (wish("model", json!("huge")), "There is no model “huge”"),
        (wish("budget", json!(1_000)), "One answer may cost $"),
        (wish("budget", json!(0)), "above nothing"),
    ] {
        let before = desk.app.model.requests().len();
        let thread = wishes(&desk, wish).await;
        desk.maya.reads(&thread, "So be it.").await.unwrap();
        let told = desk.app.words_of_request(before + 1);
        assert!(told.contains(refusal), "{told}");
    }
    assert_eq!(desk.app.count("select from core.schedules").await, 0);
    desk.app.slack.calls().mark_all_read();
    desk.close().await;
}
