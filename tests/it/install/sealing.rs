//! Tokens are sealed anew with a newer key, so that the old one can go.

use crate::support::{KEY, TestApp};
use penny::jobs::workspaces::Workspaces;
use penny::store::sealing::Sealer;

const NEW: &str = "another key for tests that is long enough";

fn with_keys(app: &TestApp, keys: &str) -> Workspaces {
    let services = &app.process().app.services;
    let sealer = Sealer::from_text(&keys.into()).unwrap();
    let api = services.workspaces.api().clone();
    Workspaces::new(services.db.clone(), api, sealer)
}

#[tokio::test(flavor = "multi_thread")]
async fn once_tokens_are_sealed_with_a_new_key_the_old_one_can_go() {
    let app = TestApp::start([]).await;
    let rotating = with_keys(&app, &format!("{NEW},{KEY}"));
    assert_eq!(rotating.reseal().await.unwrap(), 1);
    assert_eq!(rotating.reseal().await.unwrap(), 0);

    let without_the_old = with_keys(&app, NEW);
    without_the_old.reload().await.unwrap();
    let workspace = without_the_old.get("T0WAYFOLD").unwrap();
    let identity = workspace.slack.identity().await.unwrap();
    assert_eq!(identity.team_id.as_str(), "T0WAYFOLD");
    app.settles().await;
    app.slack.calls().mark_all_read();
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_that_no_key_opens_keeps_no_other_from_being_sealed_anew() {
    let app = TestApp::start([]).await;
    app.execute(
        "insert into core.installations (org_id, workspace_id, workspace_name, bot_user_id, bot_token)
         select org_id, 'T0AAA', 'Lost', 'U0LOST', '\\x00' from core.installations limit 1",
    )
    .await;
    let rotating = with_keys(&app, &format!("{NEW},{KEY}"));
    assert_eq!(rotating.reseal().await.unwrap(), 1);
    app.settles().await;
    app.stop().await;
}
