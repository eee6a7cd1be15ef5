//! Where Penny answers, and where she keeps silent.

use crate::support::TestApp;
use penny::models::Delta;
use penny::models::scripted::{Gate, Step};
use penny::playground::{Draft, Human, Said};

fn person(app: &TestApp, name: &str) -> Human {
    app.slack.person(name).unwrap()
}

async fn is_answered(asker: &Human, said: &Said, words: &str) {
    assert!(said.was_acknowledged());
    let finds = |text: &str| text.contains(words);
    asker
        .waits_for(&said.thread(), words, |seen| finds(&seen.text))
        .await
        .unwrap();
}

#[tokio::test]
async fn a_mention_in_a_channel_is_answered_in_its_thread() {
    let app =
        TestApp::start([Step::says("Nine deals are open.").when_asked("how many deals")]).await;
    let maya = person(&app, "maya");
    let said = maya
        .mentions_penny("sales", "how many deals are open?")
        .await
        .unwrap();
    is_answered(&maya, &said, "Nine deals are open.").await;
    let spoke_outside = maya
        .channel_messages(&said.channel)
        .into_iter()
        .any(|seen| seen.by_app);
    assert!(!spoke_outside, "the channel itself stays quiet");
    app.stop().await;
}

#[tokio::test]
async fn a_mention_in_a_private_channel_is_answered_there() {
    let app = TestApp::start([Step::says("Two are close.")]).await;
    let elena = person(&app, "elena");
    let said = elena
        .mentions_penny("deal-room", "how close are we?")
        .await
        .unwrap();
    is_answered(&elena, &said, "Two are close.").await;
    let diego = person(&app, "diego");
    assert!(diego.sees(&said.thread()).is_empty(), "he is not in there");
    app.stop().await;
}

#[tokio::test]
async fn a_direct_message_needs_no_mention() {
    let app = TestApp::start([Step::says("Good morning!").when_asked("good morning")]).await;
    let maya = person(&app, "maya");
    let said = maya.tells_penny("good morning").await.unwrap();
    is_answered(&maya, &said, "Good morning!").await;
    app.stop().await;
}

#[tokio::test]
async fn a_group_dm_works_like_a_dm() {
    let app = TestApp::start([Step::says("The three of us.").when_asked("who is here")]).await;
    let maya = person(&app, "maya");
    let jonas = person(&app, "jonas");
    let workspaces = app.process().app.services.workspaces.all();
    let group = maya
        .open_dm(&[jonas.id().clone(), workspaces[0].bot_user.clone()])
        .unwrap();
    let said = maya.send(Draft::new(group, "who is here?")).await.unwrap();
    is_answered(&jonas, &said, "The three of us.").await;
    app.stop().await;
}

#[tokio::test]
async fn replies_in_a_thread_where_penny_takes_part_need_no_second_mention() {
    let app = TestApp::start([
        Step::says("Nine.").when_asked("how many deals"),
        Step::says("Four of them.").when_asked("and in Germany"),
    ])
    .await;
    let maya = person(&app, "maya");
    let said = maya
        .mentions_penny("sales", "how many deals are open?")
        .await
        .unwrap();
    is_answered(&maya, &said, "Nine.").await;
    let jonas = person(&app, "jonas");
    let further = jonas
        .replies_in(&said.thread(), "and in Germany?")
        .await
        .unwrap();
    is_answered(&jonas, &further, "Four of them.").await;
    app.stop().await;
}

#[tokio::test]
async fn a_reply_that_is_also_sent_to_the_channel_is_answered_like_any_other() {
    let app = TestApp::start([
        Step::says("Nine.").when_asked("how many deals"),
        Step::says("Four of them.").when_asked("and in Germany"),
        Step::says("In March.").when_asked("when"),
    ])
    .await;
    let maya = person(&app, "maya");
    let said = maya
        .mentions_penny("sales", "how many deals are open?")
        .await
        .unwrap();
    is_answered(&maya, &said, "Nine.").await;
    let also_sent = |to: &Said, text: &str| Draft {
        broadcast: true,
        ..Draft::new(to.channel.clone(), text).in_thread(to.root)
    };
    let further = maya
        .send(also_sent(&said, "and in Germany?"))
        .await
        .unwrap();
    is_answered(&maya, &further, "Four of them.").await;

    let root = maya.says("sales", "Acme has moved the date").await.unwrap();
    let asked = maya
        .send(also_sent(&root, "@Penny when was that?"))
        .await
        .unwrap();
    is_answered(&maya, &asked, "In March.").await;
    app.stop().await;
}

#[tokio::test]
async fn threads_and_channels_that_are_not_hers_are_left_alone() {
    let app = TestApp::start([]).await;
    let maya = person(&app, "maya");
    let jonas = person(&app, "jonas");
    let said = maya
        .says("sales", "who has the Nordlake file?")
        .await
        .unwrap();
    jonas.replies_in(&said.thread(), "me!").await.unwrap();
    jonas
        .replies_in(&said.thread(), "<@U0MAYA> it is in the drive")
        .await
        .unwrap();
    app.settles().await;
    // A reply could have come before a mention that it follows, so it waits a while; what names
    // a colleague is not kept at all.
    let kept = "select from core.inbox where kind <> 'reply' or taken_at is not null";
    assert_eq!(app.count(kept).await, 0);
    assert_eq!(app.count("select from core.inbox").await, 1);
    assert_eq!(app.count("select from core.turns").await, 0);
    assert!(maya.answers_in(&said.thread()).is_empty());
    app.stop().await;
}

#[tokio::test]
async fn naming_a_colleague_keeps_her_silent_and_is_context_for_the_next_question() {
    let app = TestApp::start([
        Step::says("Nine.").when_asked("how many deals"),
        Step::says("He was asked to check the Acme one.").when_asked("what did I ask"),
    ])
    .await;
    let maya = person(&app, "maya");
    let said = maya
        .mentions_penny("sales", "how many deals are open?")
        .await
        .unwrap();
    is_answered(&maya, &said, "Nine.").await;
    app.settles().await;
    maya.replies_in(&said.thread(), "<@U0JONAS> can you check the Acme one?")
        .await
        .unwrap();
    app.settles().await;
    assert_eq!(maya.answers_in(&said.thread()).len(), 1, "she keeps silent");

    let further = maya
        .replies_in(&said.thread(), "what did I ask Jonas to do?")
        .await
        .unwrap();
    is_answered(&maya, &further, "He was asked").await;
    let asked = app.words_of_request(1);
    assert!(asked.contains("(not to you)"), "{asked}");
    assert!(
        asked.contains("@Jonas can you check the Acme one?"),
        "{asked}"
    );
    app.stop().await;
}

#[tokio::test]
async fn a_mention_in_somebody_elses_thread_is_answered_in_that_thread() {
    let app = TestApp::start([Step::says("In March.").when_asked("when")]).await;
    let maya = person(&app, "maya");
    let jonas = person(&app, "jonas");
    let root = maya.says("sales", "Acme has moved the date").await.unwrap();
    let asked = jonas
        .replies_in(&root.thread(), "@Penny when was that?")
        .await
        .unwrap();
    assert_eq!(asked.thread(), root.thread());
    is_answered(&jonas, &asked, "In March.").await;
    app.stop().await;
}

#[tokio::test]
async fn an_answer_for_somebody_of_a_partner_is_streamed_to_their_own_workspace() {
    let gate = Gate::default();
    let step = Step::says("In March, I hear.")
        .streaming([Delta::Text("In March,".to_owned())])
        .then_waits_for(&gate);
    let app = TestApp::start([step]).await;
    let clara = person(&app, "clara");
    let said = clara.mentions_penny("ext-nordlake", "when?").await.unwrap();
    gate.reached().await;
    app.comes_true("the answer is streamed", async || {
        app.slack.calls().count("chat.startStream") == 1
    })
    .await;
    gate.open();
    is_answered(&clara, &said, "In March, I hear.").await;
    let streams = app.slack.calls().of("chat.startStream");
    assert_eq!(streams[0].args["recipient_team_id"], "T0NORDLAKE");
    app.stop().await;
}
