//! The address that comes with a command or click may be used up, or lead nowhere: whoever is to be
//! told something is told all the same.

use crate::support::TestApp;
use crate::support::request::COMMANDS;

async fn types(app: &TestApp, channel: &str, words: &str, address: &str) {
    let form = url::form_urlencoded::Serializer::new(String::new())
        .append_pair("command", "/penny")
        .append_pair("text", words)
        .append_pair("team_id", "T0WAYFOLD")
        .append_pair("channel_id", channel)
        .append_pair("user_id", "U0MAYA")
        .append_pair("trigger_id", &format!("1.2.{words}"))
        .append_pair("response_url", address)
        .finish();
    assert_eq!(app.post_signed(COMMANDS, form).await.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_command_whose_address_does_not_work_is_answered_in_its_channel() {
    let app = TestApp::start([]).await;
    let maya = app.slack.person("maya").unwrap();
    let used_up = format!("{}/response/used-up", app.slack.base_url());
    for (words, address, answer) in [
        ("help", "https://hooks.example.com/1", "/penny memory"),
        ("statsu", used_up.as_str(), "Did you mean `/penny status`?"),
        (
            "status",
            "http://localhost:9/1",
            "No system is connected yet",
        ),
    ] {
        types(&app, "C0SALES", words, address).await;
        app.is_told(&maya, "sales", answer).await;
    }
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn where_she_cannot_write_either_the_answer_is_a_direct_message() {
    let app = TestApp::start([]).await;
    let maya = app.slack.person("maya").unwrap();
    let channel = maya.create_channel("offsite", false).unwrap();
    types(
        &app,
        channel.as_str(),
        "statsu",
        "https://hooks.example.com/1",
    )
    .await;
    app.is_written(&maya, "Did you mean `/penny status`?").await;
    let tried = app.slack.calls().of("chat.postEphemeral");
    assert_eq!(tried.len(), 1, "where it was typed comes first");
    app.stop().await;
}
