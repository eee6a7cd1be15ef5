//! What people experience when they talk to Penny.

use crate::support::TestApp;
use penny::models::scripted::Step;

#[tokio::test(flavor = "multi_thread")]
async fn a_mention_in_a_channel_is_answered_in_its_thread() {
    let app =
        TestApp::start([Step::says("Nine deals are open.").when_asked("how many deals")]).await;
    let maya = app.slack.person("maya").unwrap();
    let said = maya
        .mentions_penny("sales", "how many deals are open?")
        .await
        .unwrap();
    assert!(said.was_acknowledged());
    maya.waits_for(&said.thread(), "the answer", |seen| {
        seen.text.contains("Nine deals are open.")
    })
    .await
    .unwrap();
    app.stop().await;
}
