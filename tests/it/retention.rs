//! What Slack sent is kept for as long as it is of use, and no longer.

use crate::support::TestApp;
use penny::jobs::housekeeping::clean;
use penny::models::scripted::Step;

const DAYS: i32 = 30;

#[tokio::test]
async fn what_slack_sent_is_blanked_after_its_retention_unless_it_still_waits() {
    let app = TestApp::start([Step::says("Nine.").repeatedly()]).await;
    let maya = app.slack.person("maya").unwrap();
    for question in [
        "an old question",
        "a recent question",
        "a question that waits",
    ] {
        let said = maya.mentions_penny("sales", question).await.unwrap();
        maya.waits_for_answer(&said.thread()).await.unwrap();
    }
    app.settles().await;
    let old = "received_at = now() - interval '31 days'";
    let is = |words: &str| format!("payload like '%{words}%'");
    app.execute(&format!(
        "update core.inbox set {old} where {}",
        is("an old question")
    ))
    .await;
    app.execute(&format!(
        "update core.inbox set {old}, taken_at = null where {}",
        is("a question that waits")
    ))
    .await;
    clean(&app.process().app.services, DAYS).await.unwrap();
    let kept = async |words: &str| {
        app.count(&format!("select from core.inbox where {}", is(words)))
            .await
    };
    assert_eq!(kept("an old question").await, 0);
    assert!(kept("a recent question").await > 0);
    assert!(kept("a question that waits").await > 0);
    app.execute("update core.inbox set taken_at = now()").await;
    app.stop().await;
}
