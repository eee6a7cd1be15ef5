//! What people experience when they talk to Penny.

use crate::support::TestApp;
use penny::models::scripted::{Scripted, Step};
use std::sync::Arc;

#[tokio::test(flavor = "multi_thread")]
async fn a_mention_in_a_channel_is_answered_in_its_thread() {
    let model = Arc::new(Scripted::new([
        Step::says("Nine deals are open.").when_asked("how many deals")
    ]));
    let app = TestApp::start(model.clone()).await;
    let maya = app.slack.person("maya").unwrap();
    let said = maya
        .mentions_penny("sales", "how many deals are open?")
        .await
        .unwrap();
    assert!(said.was_acknowledged());
    let answer = maya
        .waits_for(&said.thread(), "the answer", |seen| {
            seen.text.contains("Nine deals are open.")
        })
        .await
        .unwrap();
    let _ = answer;
    app.stop().await;
    model.assert_finished();
}
