//! Connecting with a key that somebody pastes into a window, and disconnecting.

use super::desk::Desk;
use penny::playground::systems::hubspot::Fault;

#[tokio::test(flavor = "multi_thread")]
async fn a_key_is_tried_before_it_is_kept_and_a_wrong_one_is_said_under_the_field() {
    let desk = Desk::open().await;
    desk.types(&desk.maya, "/penny connect hubspot").await;
    desk.window_says(&desk.maya, "private app").await;
    desk.submits_key(&desk.maya, "pat-wrong").await;
    let window = desk
        .window_says(&desk.maya, "doesn’t accept this key")
        .await;
    assert!(window.contains("Copy it once more"), "{window}");
    let connected = "select from core.connections where credentials is not null";
    assert_eq!(desk.app.count(connected).await, 0);

    let key = desk.hubspot.token();
    // Copied with what stands around it.
    desk.submits_key(&desk.maya, &format!(" {}\n", key.expose()))
        .await;
    desk.window_says(&desk.maya, "HubSpot is connected").await;
    desk.is_written(&desk.maya, "*HubSpot* is read").await;
    desk.app.settles().await;
    assert_eq!(desk.health().await, "healthy");
    desk.app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_that_was_typed_is_in_no_row_and_in_no_log_line() {
    let desk = Desk::with(|app| app.keeping_logs()).await;
    desk.types(&desk.maya, "/penny connect hubspot").await;
    desk.window_says(&desk.maya, "private app").await;
    desk.app
        .execute("create table public.copy_of_inbox as select * from core.inbox")
        .await;
    // So that what is stored before the key is tried can be looked at as well.
    desk.app
        .execute(
            "create function public.copy() returns trigger language plpgsql security definer as
             $$ begin insert into public.copy_of_inbox select new.*; return new; end $$;
             create trigger copy after insert on core.inbox for each row execute function public.copy()",
        )
        .await;
    desk.submits_key(&desk.maya, "pat-canary-of-a-wrong-key")
        .await;
    desk.window_says(&desk.maya, "doesn’t accept this key")
        .await;
    let key = desk.hubspot.token();
    desk.submits_key(&desk.maya, key.expose()).await;
    desk.window_says(&desk.maya, "is connected").await;
    desk.is_written(&desk.maya, "*HubSpot* is read").await;
    desk.app.settles().await;
    let submitted = "select from public.copy_of_inbox where payload like '%penny_connect_key%'";
    assert_eq!(
        desk.app.count(submitted).await,
        2,
        "both submissions were stored"
    );
    assert_eq!(desk.tables_with("pat-canary-of-a-wrong-key").await, [""; 0]);
    assert_eq!(desk.tables_with(key.expose()).await, [""; 0]);
    let kept = "select from core.inbox where payload like '%penny_connect_key%'";
    assert_eq!(desk.app.count(kept).await, 0, "what was typed is erased");
    let logs = desk.app.logs.clone().unwrap();
    desk.app.stop().await;
    let text = logs.text();
    assert!(
        text.contains("a system was connected"),
        "nothing was captured"
    );
    for secret in ["pat-canary-of-a-wrong-key", key.expose()] {
        let line = text.lines().find(|line| line.contains(secret));
        assert_eq!(line, None);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_system_that_is_away_is_no_reason_to_doubt_the_key() {
    let desk = Desk::open().await;
    desk.hubspot
        .faults()
        .on("/account-info/v3/details")
        .next(4)
        .hit(Fault::Status(503));
    desk.types(&desk.maya, "/penny connect hubspot").await;
    desk.window_says(&desk.maya, "private app").await;
    let key = desk.hubspot.token();
    desk.submits_key(&desk.maya, key.expose()).await;
    desk.window_says(&desk.maya, "The key may be fine").await;
    desk.app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn only_administrators_connect_what_serves_everybody() {
    let desk = Desk::open().await;
    desk.types(&desk.jonas, "/penny connect hubspot").await;
    desk.is_told(
        &desk.jonas,
        "an administrator of this workspace has to do it",
    )
    .await;
    desk.types(&desk.jonas, "/penny connect").await;
    let list = desk.is_told(&desk.jonas, "HubSpot").await;
    assert!(!list.contains("[Connect]"), "{list}");
    desk.app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mistyped_system_is_answered_with_the_one_that_was_meant() {
    let desk = Desk::open().await;
    desk.types(&desk.maya, "/penny connect hubspt").await;
    desk.is_told(&desk.maya, "Did you mean `/penny connect hubspot`?")
        .await;
    desk.types(&desk.maya, "/penny sync").await;
    desk.is_told(&desk.maya, "Which system?").await;
    desk.types(&desk.maya, "/penny sync hubspot").await;
    desk.is_told(&desk.maya, "HubSpot isn’t connected").await;
    desk.app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_list_says_how_each_system_is_and_its_buttons_work() {
    let desk = Desk::open().await;
    desk.types(&desk.maya, "/penny connect").await;
    desk.is_told(&desk.maya, "not connected").await;
    desk.presses(&desk.maya, "Connect").await;
    desk.window_says(&desk.maya, "private app").await;
    let key = desk.hubspot.token();
    desk.submits_key(&desk.maya, key.expose()).await;
    desk.window_says(&desk.maya, "is connected").await;
    desk.is_written(&desk.maya, "*HubSpot* is read").await;
    desk.app.settles().await;

    desk.types(&desk.jonas, "/penny connect").await;
    let list = desk.is_told(&desk.jonas, "*HubSpot* · account").await;
    assert!(
        list.contains("[Read now]") && !list.contains("[Disconnect]"),
        "{list}"
    );
    desk.maya.open_home("home").await.unwrap();
    let home = desk.home_says(&desk.maya, "[Disconnect]").await;
    assert!(home.contains("*HubSpot* · account"), "{home}");
    desk.maya.clicks_in_home("Disconnect").await.unwrap();
    let home = desk.home_says(&desk.maya, "HubSpot is disconnected").await;
    assert!(home.contains("[Connect]"), "{home}");
    assert_eq!(desk.health().await, "paused");
    desk.app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn disconnecting_by_command_asks_first_and_is_for_those_who_may() {
    let desk = Desk::open().await;
    desk.connects_hubspot().await;
    desk.types(&desk.jonas, "/penny disconnect hubspot").await;
    desk.is_told(&desk.jonas, "Whoever connected it, or an administrator")
        .await;
    desk.types(&desk.maya, "/penny disconnect HubSpot").await;
    desk.is_told(&desk.maya, "Disconnect HubSpot?").await;
    assert_eq!(desk.health().await, "healthy");
    desk.presses(&desk.maya, "Disconnect").await;
    desk.is_told(&desk.maya, "HubSpot is disconnected").await;
    let kept = "select from core.connections where credentials is not null";
    assert_eq!(desk.app.count(kept).await, 0);
    desk.app.stop().await;
}
