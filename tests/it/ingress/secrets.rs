//! What must not be seen is in no log line, at the finest level, whatever went wrong.

use crate::support::TestApp;
use crate::support::request::{COMMANDS, EVENTS, now};
use penny::models::ModelError;
use penny::models::scripted::Step;
use penny::playground::Fault;

#[tokio::test(flavor = "multi_thread")]
async fn no_secret_appears_in_any_log_line() {
    let app = TestApp::build([
        Step::says("Fine."),
        Step::fails(|| ModelError::Unauthorized),
    ])
    .slack(|setup| setup.app(|app| app.signing_secret = "canary-of-signing".into()))
    .setting("PENNY_SECRET_KEY", "canary-of-the-sealing-key-that-is-long")
    .keeping_logs()
    .start()
    .await;
    let token = app.slack.bot_token().unwrap();
    let maya = app.slack.person("maya").unwrap();
    app.slack.faults().on("users.info").hit(Fault::Cut);
    let said = maya.mentions_penny("sales", "how are you?").await.unwrap();
    maya.waits_for_answer(&said.thread()).await.unwrap();
    let said = maya.mentions_penny("sales", "and now?").await.unwrap();
    maya.waits_for_answer(&said.thread()).await.unwrap();

    let timestamp = now().to_string();
    let command = "command=%2Fpenny&text=x&team_id=T0NOBODY&channel_id=C1&user_id=U1&trigger_id=1\
        &response_url=https%3A%2F%2Fhooks.slack.com%2Fcanary-of-a-response-url&token=canary-of-a-token";
    let signature = app.post(COMMANDS, command).signature(&timestamp);
    app.post_signed(COMMANDS, command).await;
    app.post(COMMANDS, command).signed_at("1").send().await;
    app.post_signed(
        EVENTS,
        r#"{"token":"canary-of-a-token","type":"event_callback"}"#,
    )
    .await;

    let logs = app.logs.clone().unwrap();
    app.settles().await;
    app.slack.calls().mark_all_read();
    app.stop().await;
    let text = logs.text();
    assert!(
        text.contains("a request was refused"),
        "nothing was captured"
    );
    for (what, secret) in [
        ("the signing secret", "canary-of-signing"),
        ("the sealing key", "canary-of-the-sealing-key"),
        ("the bot's token", token.expose()),
        ("a response URL", "canary-of-a-response-url"),
        ("Slack's verification token", "canary-of-a-token"),
        ("a signature", signature.trim_start_matches("v0=")),
    ] {
        let line = text.lines().find(|line| line.contains(secret));
        assert_eq!(line, None, "{what} is in the logs");
    }
}
