//! Systems in which there is nothing to read, connected for what is done there: their keys are
//! tried without sending anything, and nobody is shown what is secret of them.

use super::desk::Desk;
use penny::playground::systems::twilio::Twilio;
use serde_json::json;

const ADDRESS: &str = "https://hooks.example.com/in/canary-path";

#[tokio::test(flavor = "multi_thread")]
async fn twilio_is_connected_with_an_account_and_its_token() {
    let twilio = Twilio::start().await.unwrap();
    let url = twilio.url().to_owned();
    let desk = Desk::with(|app| app.setting("TWILIO_BASE_URL", url)).await;
    let maya = &desk.maya;
    desk.types(maya, "/penny connect twilio").await;
    let window = desk.window_says(maya, "AC…:token").await;
    assert!(window.contains("Account SID and auth token"), "{window}");
    desk.submits_key(maya, "only-a-token").await;
    desk.window_says(maya, "That is no key of Twilio’s").await;
    let key = twilio.key();
    desk.submits_key(maya, &format!("{}x", key.expose())).await;
    desk.window_says(maya, "doesn’t accept this key").await;
    desk.submits_key(maya, key.expose()).await;
    let window = desk
        .window_says(maya, "Twilio is connected (Wayfold)")
        .await;
    assert!(window.contains("nothing to read there"), "{window}");
    desk.app.settles().await;
    maya.close_view(true).await.unwrap();

    desk.types(maya, "/penny connect").await;
    let list = desk.is_told(maya, "used for what is approved").await;
    assert!(list.contains("Twilio* · Wayfold"), "{list}");
    assert!(
        list.contains("*Outgoing webhook* · not connected"),
        "{list}"
    );
    desk.types(maya, "/penny sync twilio").await;
    desk.is_told(maya, "nothing to read in Twilio").await;
    assert_eq!(twilio.messages(), []);
    desk.app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_of_twilios_that_was_revoked_is_noticed_within_the_hour() {
    let twilio = Twilio::start().await.unwrap();
    let url = twilio.url().to_owned();
    let desk = Desk::with(|app| app.setting("TWILIO_BASE_URL", url)).await;
    let maya = &desk.maya;
    desk.types(maya, "/penny connect twilio").await;
    desk.window_says(maya, "AC…:token").await;
    desk.submits_key(maya, twilio.key().expose()).await;
    desk.window_says(maya, "Twilio is connected").await;
    desk.app.settles().await;
    twilio.revoke_token();
    let due = "update core.connections set next_sync_at = now() - interval '1 second'";
    desk.app.execute(due).await;
    let services = &desk.app.process().app.services;
    penny::store::sync::nudge_due(&services.db).await.unwrap();
    desk.app
        .is_written(maya, "I can’t read *Twilio* any more")
        .await;
    desk.app.settles().await;
    desk.app
        .is_written(maya, "I can’t read *Twilio* any more")
        .await;
    desk.app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_a_webhooks_address_nobody_is_shown_more_than_its_host() {
    let desk = Desk::with(|app| {
        let nowhere = "http://127.0.0.1:9";
        app.setting("OUTGOING_WEBHOOK_BASE_URL", nowhere)
            .keeping_logs()
    })
    .await;
    let maya = &desk.maya;
    desk.types(maya, "/penny connect outgoing webhook").await;
    desk.window_says(maya, "beginning with https://").await;
    desk.submits_key(maya, "http://hooks.example.com/in/canary-path")
        .await;
    desk.window_says(maya, "no address that I can call").await;
    desk.submits_key(maya, &format!("{ADDRESS} short")).await;
    desk.window_says(maya, "needs 16 characters").await;
    let typed = format!("{ADDRESS} canary-of-a-secret-to-sign-with");
    desk.submits_key(maya, &typed).await;
    let window = desk
        .window_says(maya, "is connected (hooks.example.com)")
        .await;
    assert!(!window.contains("canary"), "{window}");
    desk.app.settles().await;
    assert_eq!(desk.tables_with("canary").await, [""; 0]);
    let logs = desk.app.logs.clone().unwrap();
    desk.app.stop().await;
    let text = logs.text();
    assert!(
        text.contains("a system was connected"),
        "nothing was captured"
    );
    let line = text.lines().find(|line| line.contains("canary"));
    assert_eq!(line, None);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_came_of_a_key_stands_in_the_window_even_if_it_was_faster_than_the_answer_before_it() {
    let desk = Desk::open().await;
    let maya = &desk.maya;
    desk.types(maya, "/penny connect outgoing_webhook").await;
    desk.window_says(maya, "beginning with https://").await;
    let refused = async {
        desk.window_says(maya, "not on the public internet").await;
    };
    let address = [("penny_key", json!("https://127.0.0.1/"))];
    maya.submits_over_slow_line(&address, refused)
        .await
        .unwrap();
    desk.window_says(maya, "not on the public internet").await;
    desk.app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_inside_the_network_is_not_connected() {
    let desk = Desk::open().await;
    let maya = &desk.maya;
    desk.types(maya, "/penny connect outgoing_webhook").await;
    desk.window_says(maya, "beginning with https://").await;
    for inside in [
        "https://127.0.0.1/",
        "https://169.254.169.254/x",
        "https://db.internal/",
    ] {
        desk.submits_key(maya, inside).await;
        desk.window_says(maya, "not on the public internet").await;
        maya.close_view(true).await.unwrap();
        desk.types(maya, "/penny connect outgoing_webhook").await;
        desk.window_says(maya, "beginning with https://").await;
    }
    let connected = "select from core.connections where credentials is not null";
    assert_eq!(desk.app.count(connected).await, 0);
    desk.app.stop().await;
}
