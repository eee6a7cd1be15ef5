//! Slack repeats a delivery for some minutes. What was said while nobody could hear it for longer is
//! read back, and answered as if it had been heard.

use crate::support::TestApp;
use crate::support::hurried::Hurried;
use chrono::{TimeDelta, Utc};
use penny::jobs::attention::attend;
use penny::models::scripted::Step;
use penny::playground::{Fault, NewMessage};
use std::sync::Arc;

async fn penny(steps: impl IntoIterator<Item = Step>) -> TestApp {
    let app = TestApp::build(steps).clock(Arc::new(Hurried)).start().await;
    pays_attention(&app).await;
    app
}

async fn pays_attention(app: &TestApp) {
    attend(&app.process().app.services.db).await.unwrap();
}

/// Penny goes, and is back for `age` later.
async fn is_away(app: &mut TestApp, age: &str, meanwhile: impl AsyncFnOnce(&TestApp)) {
    app.kill().await;
    meanwhile(&*app).await;
    let long_ago = format!("update core.attention set heard_until = now() - interval '{age}'");
    app.execute(&long_ago).await;
    app.expire_leases().await;
    app.start_again().await;
    pays_attention(app).await;
    // Of processes that come back one after the other, the first has found it out.
    pays_attention(app).await;
    app.settles().await;
    assert_eq!(app.count("select from core.absences").await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_asked_while_nobody_could_hear_it_is_answered_once() {
    let mut app = penny([
        Step::says("Before that.").when_asked("to begin with"),
        Step::says("Directly.").when_asked("by ourselves"),
        Step::says("Further down.").when_asked("go on"),
        Step::says("In the channel.").when_asked("for everybody"),
    ])
    .await;
    let maya = app.slack.person("maya").unwrap();
    let jonas = app.slack.person("jonas").unwrap();
    let first = maya
        .mentions_penny("sales", "a question to begin with")
        .await;
    let thread = first.unwrap().thread();
    maya.reads(&thread, "Before that.").await.unwrap();
    app.settles().await;

    let mut asked = Vec::new();
    is_away(&mut app, "1 hour", async |_| {
        asked.push(maya.tells_penny("something by ourselves").await.unwrap());
        asked.push(
            jonas
                .mentions_penny("sales", "something for everybody")
                .await
                .unwrap(),
        );
        maya.replies_in(&thread, "and now go on").await.unwrap();
        jonas.says("sales", "just talking").await.unwrap();
    })
    .await;
    assert!(asked.iter().all(|said| !said.was_acknowledged()));
    maya.reads(&asked[0].thread(), "Directly.").await.unwrap();
    jonas
        .reads(&asked[1].thread(), "In the channel.")
        .await
        .unwrap();
    maya.reads(&thread, "Further down.").await.unwrap();
    assert_eq!(app.model.requests().len(), 4);

    // Whatever is read once more was answered.
    is_away(&mut app, "3 hours", async |_| ()).await;
    assert_eq!(app.model.requests().len(), 4);
    assert_eq!(maya.answers_in(&thread).len(), 2);
    assert_eq!(maya.answers_in(&asked[0].thread()).len(), 1);
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_a_day_old_edited_or_said_to_nobody_starts_nothing() {
    let bot = "<@U0PENNY>";
    let old = NewMessage {
        channel: "C0SALES".into(),
        user: "U0MAYA".into(),
        text: format!("{bot} what was it yesterday?"),
        at: Utc::now() - TimeDelta::hours(30),
        reply_to: None,
    };
    let directly = TestApp::build([]).slack(|setup| setup.messages([old]));
    let mut app = directly.clock(Arc::new(Hurried)).start().await;
    pays_attention(&app).await;
    let maya = app.slack.person("maya").unwrap();
    let penny = app.process().app.services.workspaces.all()[0]
        .bot_user
        .clone();
    is_away(&mut app, "3 days", async |_| {
        let said = maya.mentions_penny("sales", "never mind").await.unwrap();
        maya.edit(
            &said.channel,
            said.ts,
            &format!("<@{penny}> never mind this"),
        )
        .await
        .unwrap();
        maya.says("sales", "we talk among ourselves").await.unwrap();
    })
    .await;
    assert_eq!(app.model.requests().len(), 0);
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn reading_back_waits_as_long_as_slack_asks_and_goes_on_where_it_was() {
    let mut app = penny([Step::says("Here I am.").when_asked("anybody")]).await;
    let maya = app.slack.person("maya").unwrap();
    let mut asked = None;
    is_away(&mut app, "1 hour", async |app| {
        asked = Some(maya.mentions_penny("sales", "anybody?").await.unwrap());
        let history = app.slack.faults().on("conversations.history").after(1);
        history.next(2).hit(Fault::RateLimited(1));
    })
    .await;
    let thread = asked.unwrap().thread();
    maya.reads(&thread, "Here I am.").await.unwrap();
    let listed = app.slack.calls().count("users.conversations");
    assert_eq!(listed, 1, "it began once");
    // Slack asked for patience, which is what this is about.
    app.slack.calls().mark_all_read();
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pause_that_slack_bridges_by_itself_is_no_absence() {
    let mut app = penny([]).await;
    is_away(&mut app, "3 minutes", async |_| ()).await;
    assert_eq!(app.slack.calls().count("users.conversations"), 0);
    app.stop().await;
}
