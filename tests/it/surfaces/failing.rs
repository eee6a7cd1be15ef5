//! What cannot be carried out is said to whoever waits for it.

use crate::support::TestApp;

#[tokio::test]
async fn whoever_asked_for_something_that_failed_for_good_is_told_and_nothing_of_it_is_kept() {
    let app = TestApp::start([]).await;
    app.gives_up("inbound");
    let maya = app.slack.person("maya").unwrap();
    app.execute("alter table core.memories rename to memories_away")
        .await;
    maya.runs_command("sales", "/penny memory").await.unwrap();
    app.is_told(&maya, "sales", "Something went wrong on my side")
        .await;
    app.settles().await;
    app.execute("alter table core.memories_away rename to memories")
        .await;
    let kept = "select from core.inbox where kind = 'command' and payload <> ''";
    assert_eq!(app.count(kept).await, 0);
    app.stop().await;
}
