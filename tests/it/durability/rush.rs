//! More comes at once than can be stored one by one: what is stored then is acknowledged before
//! its jobs are made, and nobody is forgotten over it.

use crate::support::TestApp;
use futures::future::join_all;
use penny::models::scripted::Step;
use penny::playground::{Human, Said};
use penny::store::inbox::A_RUSH;

const ASKED: usize = 60;
const BUNDLES: &str = "select from core.bundles";

/// Everybody asks while Postgres takes nothing in. Each mention comes as two deliveries, and four
/// statements at most are on their way: so some of these are stored by dozens.
async fn ask_in_a_rush(app: &TestApp, maya: &Human) -> Vec<Said> {
    let mut closed = app.transaction().await;
    sqlx::raw_sql("lock table core.inbox in exclusive mode")
        .execute(&mut *closed)
        .await
        .unwrap();
    let open = async {
        app.comes_true("all of it waits to be stored", async || {
            app.slack.courier().under_way() == 2 * ASKED
        })
        .await;
        closed.rollback().await.unwrap();
    };
    let asking = join_all((0..ASKED).map(|_| maya.mentions_penny("sales", "how many?")));
    let (asked, ()) = tokio::join!(asking, open);
    asked.into_iter().map(Result::unwrap).collect()
}

/// Slack is kept waiting for as long as this lives.
fn others_wait(app: &TestApp) -> Vec<impl Drop + use<>> {
    let rush = app.process().app.worker.rush().clone();
    (0..A_RUSH).map(|_| rush.arrives()).collect()
}

async fn are_bundled(app: &TestApp) {
    app.comes_true("jobs are bundled", async || app.count(BUNDLES).await > 0)
        .await;
}

async fn each_has_one_answer(app: &TestApp, maya: &Human, asked: &[Said]) {
    for said in asked {
        maya.reads(&said.thread(), "Nine.").await.unwrap();
    }
    app.settles().await;
    for said in asked {
        let text = maya.visible_text(&said.thread());
        assert_eq!(text.matches("Nine.").count(), 1, "{text}");
    }
    assert_eq!(app.count(BUNDLES).await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_comes_in_a_rush_is_acknowledged_first_and_answered_when_it_is_over() {
    let app = TestApp::start([Step::says("Nine.").repeatedly()]).await;
    let maya = app.slack.person("maya").unwrap();
    let waiting = others_wait(&app);
    let asked = ask_in_a_rush(&app, &maya).await;
    are_bundled(&app).await;
    drop(waiting);
    each_has_one_answer(&app, &maya, &asked).await;
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rush_that_does_not_end_keeps_nobody_waiting_for_ever() {
    let app = TestApp::start([Step::says("Nine.").repeatedly()]).await;
    let maya = app.slack.person("maya").unwrap();
    let _waiting = others_wait(&app);
    let asked = ask_in_a_rush(&app, &maya).await;
    each_has_one_answer(&app, &maya, &asked).await;
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_was_acknowledged_in_a_rush_is_answered_by_another_process_if_that_one_dies() {
    let mut app = TestApp::start([Step::says("Nine.").repeatedly()]).await;
    let maya = app.slack.person("maya").unwrap();
    let waiting = others_wait(&app);
    let asked = ask_in_a_rush(&app, &maya).await;
    are_bundled(&app).await;
    app.kill().await;
    drop(waiting);
    app.expire_leases().await;
    app.start_again().await;
    each_has_one_answer(&app, &maya, &asked).await;
    app.stop().await;
}
