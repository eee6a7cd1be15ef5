//! What Slack sent is kept for as long as it is of use, and no longer.

use crate::support::TestApp;
use penny::jobs::housekeeping::clean;
use penny::models::scripted::Step;

const DAYS: i32 = 30;

#[tokio::test]
async fn what_slack_sent_is_gone_after_its_retention() {
    let app = TestApp::start([Step::says("Nine.").repeatedly()]).await;
    let maya = app.slack.person("maya").unwrap();
    for question in ["an old question", "a recent question"] {
        let said = maya.mentions_penny("sales", question).await.unwrap();
        maya.waits_for_answer(&said.thread()).await.unwrap();
    }
    app.settles().await;
    app.execute(
        "update core.inbox set received_at = now() - interval '31 days'
         where payload not like '%a recent question%'",
    )
    .await;
    clean(&app.process().app.services, DAYS).await.unwrap();
    for (question, is_kept) in [("an old question", false), ("a recent question", true)] {
        let kept = format!("select from core.inbox where payload like '%{question}%'");
        assert_eq!(app.count(&kept).await > 0, is_kept, "{question}");
    }
    app.stop().await;
}
