//! Commands, windows, buttons and App Home, as people meet them.

mod addresses;
mod failing;

use crate::support::TestApp;
use penny::models::scripted::Step;
use penny::playground::{Human, Thread};
use serde_json::json;

/// The thread of the channel's newest message that says this.
async fn thread_saying(app: &TestApp, person: &Human, channel: &str, words: &str) -> Thread {
    let channel = app.slack.channel(channel).unwrap();
    let look = |_: &penny::playground::Slack| {
        let messages = person.channel_messages(&channel);
        messages
            .into_iter()
            .rev()
            .find(|seen| seen.text.contains(words))
    };
    let root = app.slack.until(words, look).await.unwrap().ts;
    Thread { channel, root }
}

async fn sees_window(app: &TestApp, person: &Human) {
    let look = |_: &penny::playground::Slack| person.modal().ok();
    app.slack.until("a window", look).await.unwrap();
    app.settles().await;
    person.modal().unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn app_home_greets_by_name_and_says_what_to_do_where_nothing_is_yet() {
    let app = TestApp::start([]).await;
    let maya = app.slack.person("maya").unwrap();
    maya.open_home("home").await.unwrap();
    let home = app.home_says(&maya, "Hello Maya").await;
    assert!(home.contains("I remember nothing about you yet"), "{home}");
    assert!(home.contains("*HubSpot* · not connected"), "{home}");
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_question_tried_in_app_home_is_answered_in_the_direct_conversation() {
    let app = TestApp::start([Step::says("Quite healthy.").when_asked("pipeline")]).await;
    app.has_connected(&["hubspot"]).await;
    let maya = app.slack.person("maya").unwrap();
    maya.open_home("home").await.unwrap();
    app.home_says(&maya, "Hello Maya").await;
    maya.clicks_in_home("How is the pipeline?").await.unwrap();
    app.home_says(&maya, "you’ll find my answer").await;
    let dm = maya.dm().unwrap();
    let root = maya.channel_messages(&dm).last().unwrap().ts;
    let thread = Thread { channel: dm, root };
    maya.reads(&thread, "Quite healthy.").await.unwrap();
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn opening_the_conversation_offers_questions_that_can_be_answered() {
    let app = TestApp::start([Step::says("Two wait for Mei.").when_asked("blocked")]).await;
    let maya = app.slack.person("maya").unwrap();
    maya.open_home("messages").await.unwrap();
    let prompts = |_: &penny::playground::Slack| {
        Some(maya.suggested_prompts()).filter(|prompts| prompts.len() == 4)
    };
    let of_penny = app.slack.until("four questions", prompts).await.unwrap();
    assert!(!of_penny.concat().contains("blocked"), "{of_penny:?}");

    app.has_connected(&["linear"]).await;
    maya.open_home("messages").await.unwrap();
    let about_work = |slack: &penny::playground::Slack| {
        prompts(slack).filter(|prompts| prompts[0].contains("blocked"))
    };
    let offered = app.slack.until("another", about_work).await.unwrap();
    let asked = maya.tells_penny(&offered[0]).await.unwrap();
    maya.waits_for_answer(&asked.thread()).await.unwrap();
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn app_home_lists_conversations_by_what_was_asked_until_somebody_renames_them() {
    let app = TestApp::start([
        Step::says("Nine.").when_asked("how many"),
        Step::says("I will.").when_asked("call first"),
        Step::says("At nine.").when_asked("in the morning"),
    ])
    .await;
    let maya = app.slack.person("maya").unwrap();
    let jonas = app.slack.person("jonas").unwrap();
    // So that Penny knows him by name.
    jonas.open_home("home").await.unwrap();
    app.home_says(&jonas, "Hello Jonas").await;
    let first = maya
        .mentions_penny("sales", "how many *open* deals are there?")
        .await
        .unwrap();
    maya.waits_for_answer(&first.thread()).await.unwrap();
    let second = maya
        .tells_penny("ask <@U0JONAS> which deal of all those that are open now he would call first")
        .await
        .unwrap();
    maya.waits_for_answer(&second.thread()).await.unwrap();
    app.settles().await;

    maya.open_home("home").await.unwrap();
    let home = app.home_says(&maya, "How many open deals are there?").await;
    assert!(
        home.contains("Ask @Jonas which deal of all those that are open now he…"),
        "{home}"
    );
    assert_eq!(home.matches("· answered").count(), 2, "{home}");
    let link = format!("/archives/{}/p", first.channel);
    assert!(home.contains(&link), "{home}");

    let workspace = &app
        .texts("select workspace_id from core.installations")
        .await[0];
    let renamed = json!({
        "type": "event_callback", "event_id": "EvRENAMED", "team_id": workspace,
        "event": {
            "type": "agent_session_title_changed", "channel": second.channel,
            "thread_ts": second.ts.to_string(), "title": "Calls for Jonas",
        },
    });
    app.slack.deliver(&renamed).await.unwrap();
    app.settles().await;
    let further = maya
        .replies_in(
            &second.thread(),
            "would he call first thing in the morning?",
        )
        .await
        .unwrap();
    maya.reads(&further.thread(), "At nine.").await.unwrap();
    app.settles().await;
    maya.open_home("home").await.unwrap();
    let home = app.home_says(&maya, "Calls for Jonas").await;
    assert!(!home.contains("Ask @Jonas"), "{home}");
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mistyped_command_is_answered_with_the_one_that_was_meant() {
    let app = TestApp::start([]).await;
    let maya = app.slack.person("maya").unwrap();
    maya.runs_command("sales", "/penny statsu").await.unwrap();
    app.is_told(&maya, "sales", "Did you mean `/penny status`?")
        .await;
    maya.runs_command("sales", "/penny help").await.unwrap();
    let help = app.is_told(&maya, "sales", "/penny memory").await;
    assert!(help.contains("/penny ask"), "{help}");
    maya.runs_command("sales", "/penny status").await.unwrap();
    app.is_told(&maya, "sales", "No system is connected yet")
        .await;
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_question_by_command_stands_in_the_channel_and_is_answered_in_its_thread() {
    let app = TestApp::start([Step::says("Nine.").when_asked("how many deals")]).await;
    let maya = app.slack.person("maya").unwrap();
    maya.runs_command("sales", "/penny ask how many deals are open?")
        .await
        .unwrap();
    let thread = thread_saying(&app, &maya, "sales", "how many deals are open?").await;
    maya.reads(&thread, "Nine.").await.unwrap();
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn ask_without_a_question_opens_a_window_for_one() {
    let app = TestApp::start([Step::says("Nine.").when_asked("how many deals")]).await;
    let maya = app.slack.person("maya").unwrap();
    maya.runs_command("sales", "/penny ask").await.unwrap();
    sees_window(&app, &maya).await;
    maya.submits(&[("penny_field", json!("how many deals are open?"))])
        .await
        .unwrap();
    let thread = thread_saying(&app, &maya, "sales", "how many deals are open?").await;
    maya.reads(&thread, "Nine.").await.unwrap();
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_can_be_asked_about_from_its_menu() {
    let app = TestApp::start([
        Step::says("They want a discount.").when_asked("Northwind would sign at ten percent")
    ])
    .await;
    let maya = app.slack.person("maya").unwrap();
    let jonas = app.slack.person("jonas").unwrap();
    let said = jonas
        .says("sales", "Northwind would sign at ten percent")
        .await
        .unwrap();
    maya.uses_shortcut_on(&said, "ask_about_message")
        .await
        .unwrap();
    sees_window(&app, &maya).await;
    maya.submits(&[("penny_field", json!("What do they want?"))])
        .await
        .unwrap();
    maya.reads(&said.thread(), "They want a discount.")
        .await
        .unwrap();
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn only_the_named_person_answers_a_question_and_only_once() {
    let question = json!({
        "question": "Which quarter?", "options": ["Q2", "Q3"], "person": "Jonas",
    });
    let app = TestApp::start([
        Step::calls("call_1", "ask_person", question),
        Step::says("Then Q3 it is."),
    ])
    .await;
    let maya = app.slack.person("maya").unwrap();
    let jonas = app.slack.person("jonas").unwrap();
    // So that Penny knows him by name.
    jonas.open_home("home").await.unwrap();
    app.home_says(&jonas, "Hello Jonas").await;
    let said = maya
        .mentions_penny("sales", "plan the quarter")
        .await
        .unwrap();
    let thread = said.thread();
    maya.reads(&thread, "Which quarter?").await.unwrap();
    maya.clicks(&thread, "Q2").await.unwrap();
    maya.reads(&thread, "That question is for").await.unwrap();
    jonas.clicks(&thread, "Q3").await.unwrap();
    jonas.reads(&thread, "Then Q3 it is.").await.unwrap();
    jonas.reads(&thread, "chose *Q3*").await.unwrap();
    assert!(
        jonas.clicks(&thread, "Q2").await.is_err(),
        "the buttons are gone"
    );
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn feedback_is_kept_with_its_comment_and_retry_asks_the_same_once_more() {
    let app = TestApp::start([
        Step::says("Eight.").when_asked("how many deals"),
        Step::says("Nine, on second thoughts.").when_asked("how many deals"),
    ])
    .await;
    let maya = app.slack.person("maya").unwrap();
    let said = maya
        .mentions_penny("sales", "how many deals are open?")
        .await
        .unwrap();
    let thread = said.thread();
    maya.reads(&thread, "Eight.").await.unwrap();
    app.settles().await;
    maya.clicks(&thread, "Bad answer").await.unwrap();
    maya.reads(&thread, "What was wrong").await.unwrap();
    maya.clicks(&thread, "Tell me").await.unwrap();
    sees_window(&app, &maya).await;
    maya.submits(&[("penny_field", json!("One is missing."))])
        .await
        .unwrap();
    maya.reads(&thread, "passed that on").await.unwrap();
    let kept = app
        .texts("select comment from core.feedback where not is_good")
        .await;
    assert_eq!(kept, ["One is missing."]);

    maya.clicks(&thread, "Retry").await.unwrap();
    maya.reads(&thread, "on second thoughts").await.unwrap();
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn penny_says_hello_once_in_a_channel_however_often_she_is_added() {
    let app = TestApp::start([]).await;
    let maya = app.slack.person("maya").unwrap();
    let channel = maya.create_channel("offsite", false).unwrap();
    let bot = app
        .texts("select bot_user_id from core.installations")
        .await;
    let bot = penny::base::ids::UserId::new(bot[0].as_str());
    for _ in 0..2 {
        maya.invite(&channel, &bot).await.unwrap();
        thread_saying(&app, &maya, "offsite", "I’m Penny").await;
        app.settles().await;
        maya.remove(&channel, &bot).unwrap();
    }
    let hellos = maya.channel_messages(&channel);
    let hellos = hellos.iter().filter(|seen| seen.text.contains("I’m Penny"));
    assert_eq!(hellos.count(), 1);
}

/// Penny after her first query, and a look at the login that it ran as.
async fn after_a_query() -> (TestApp, Human, String) {
    let app = TestApp::start([
        Step::calls("call_1", "run_sql_query", json!({"sql": "select 1 as one"})),
        Step::says("One."),
    ])
    .await;
    let maya = app.slack.person("maya").unwrap();
    let said = maya.tells_penny("how many?").await.unwrap();
    maya.waits_for_answer(&said.thread()).await.unwrap();
    app.settles().await;
    let login = app.texts("select query_role from core.orgs").await;
    let look = format!("select from pg_roles where rolname = '{}'", login[0]);
    (app, maya, look)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_removed_app_forgets_its_token_and_the_login_of_its_queries() {
    let (app, maya, login) = after_a_query().await;

    maya.uninstall().await.unwrap();
    app.comes_true("the token is gone", async || {
        app.count("select from core.installations where retired_at is not null and bot_token = ''")
            .await
            == 1
    })
    .await;
    assert_eq!(app.count(&login).await, 0);
    for kept in [
        "select from core.entries",
        "select from core.turns where answer is not null",
        "select from core.conversations where title is not null",
        "select from core.inbox where payload <> '' and kind <> 'event'",
    ] {
        assert_eq!(app.count(kept).await, 0, "{kept}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_login_of_queries_stays_while_penny_is_in_another_workspace_of_the_organisation() {
    let (app, maya, login) = after_a_query().await;
    app.execute(
        "insert into core.installations (org_id, workspace_id, workspace_name, bot_user_id, bot_token)
         select org_id, 'T0OTHER', 'Another', 'U0OTHER', 'sealed' from core.orgs",
    )
    .await;

    maya.uninstall().await.unwrap();
    app.comes_true("the token is gone", async || {
        app.count("select from core.installations where retired_at is not null")
            .await
            == 1
    })
    .await;
    assert_eq!(app.count(&login).await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_forgotten_note_can_be_brought_back_where_it_was_forgotten() {
    let app = TestApp::start([
        Step::calls(
            "call_1",
            "manage_memory",
            json!({"action": "remember", "text": "I report in euros."}),
        ),
        Step::says("Noted."),
    ])
    .await;
    let maya = app.slack.person("maya").unwrap();
    let said = maya
        .tells_penny("remember that I report in euros")
        .await
        .unwrap();
    maya.waits_for_answer(&said.thread()).await.unwrap();
    maya.open_home("home").await.unwrap();
    app.home_says(&maya, "1. I report in euros.").await;
    maya.clicks_in_home("Forget").await.unwrap();
    app.home_says(&maya, "I’ve forgotten “I report in euros”")
        .await;
    maya.clicks_in_home("Undo").await.unwrap();
    app.home_says(&maya, "I remember “I report in euros” again.")
        .await;

    maya.runs_command("sales", "/penny memory forget 7")
        .await
        .unwrap();
    app.is_told(&maya, "sales", "there is only 1").await;
    maya.runs_command("sales", "/penny memory forget 1")
        .await
        .unwrap();
    app.is_told(&maya, "sales", "I’ve forgotten “I report in euros”")
        .await;
    app.stop().await;
}
