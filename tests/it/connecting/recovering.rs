//! What goes wrong over there for a while is waited for: nobody is asked for another key because
//! of it.

use super::desk::Desk;
use crate::support::hurried::Hurried;
use penny::playground::systems::hubspot::{DEALS, Fault, TASKS};
use std::sync::Arc;

impl Desk {
    async fn deals(&self) -> Vec<String> {
        let names = "select name from core.deals where source = 'hubspot' order by 1";
        self.app.texts(names).await
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_that_makes_no_sense_is_waited_for_and_nobody_has_to_connect_again() {
    let desk = Desk::open().await;
    desk.connects_hubspot().await;
    desk.hubspot.add(DEALS, &[("dealname", "Harbour")]);
    let pipelines = "/crm/v3/pipelines/deals";
    let faults = desk.hubspot.faults();
    for fault in [Fault::Status(400), Fault::Status(200)] {
        faults.on(pipelines).hit(fault);
        desk.is_read_again().await;
        assert_eq!(desk.health().await, "delayed");
        let next = "select from core.connections where next_sync_at > now()";
        assert_eq!(desk.app.count(next).await, 1, "it is tried again by itself");
        desk.maya.open_home("home").await.unwrap();
        let home = desk
            .home_says(&desk.maya, "try again within the hour")
            .await;
        assert!(!home.contains("[Reconnect]"), "{home}");
    }
    desk.is_read_again().await;
    assert_eq!(desk.health().await, "healthy");
    assert_eq!(desk.deals().await, ["Harbour"]);
    assert_eq!(faults.unused(), 0);
    desk.app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_key_may_not_read_is_passed_over_and_said_and_the_rest_is_read() {
    let desk = Desk::open().await;
    desk.hubspot.add(DEALS, &[("dealname", "Harbour")]);
    desk.hubspot.add(TASKS, &[("hs_task_subject", "Call them")]);
    let faults = desk.hubspot.faults();
    faults
        .on("/crm/v3/objects/companies")
        .hit(Fault::Status(403));
    faults.on("/crm/v3/objects/emails").hit(Fault::Status(404));
    desk.connects_hubspot().await;
    assert_eq!(faults.unused(), 0);
    assert_eq!(desk.deals().await, ["Harbour"]);
    let tasks = "select subject from core.activities where source = 'hubspot'";
    assert_eq!(desk.app.texts(tasks).await, ["Call them"]);
    desk.maya.open_home("home").await.unwrap();
    let home = desk
        .home_says(&desk.maya, "All is read but companies, emails")
        .await;
    assert!(!home.contains("[Reconnect]"), "{home}");
    desk.app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn records_that_are_locked_for_a_moment_are_read_a_moment_later() {
    let desk = Desk::with(|app| app.clock(Arc::new(Hurried))).await;
    desk.hubspot.add(DEALS, &[("dealname", "Harbour")]);
    let faults = desk.hubspot.faults();
    faults.on("/crm/v3/objects/deals").hit(Fault::Status(423));
    desk.connects_hubspot().await;
    assert_eq!(faults.unused(), 0);
    assert_eq!(desk.health().await, "healthy");
    assert_eq!(desk.deals().await, ["Harbour"]);
    desk.app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_account_that_is_on_its_way_to_another_place_is_read_once_it_is_there() {
    let desk = Desk::open().await;
    desk.connects_hubspot().await;
    desk.hubspot.add(DEALS, &[("dealname", "Harbour")]);
    let faults = desk.hubspot.faults();
    faults.on("/crm/v3/objects/deals").hit(Fault::Status(477));
    desk.app
        .execute("update core.connections set next_sync_at = now() where system = 'hubspot'")
        .await;
    let db = &desk.app.process().app.services.db;
    penny::store::sync::nudge_due(db).await.unwrap();
    let waits = "select from core.jobs where kind = 'sync' and run_at > now() + interval '50 min'";
    let is_left_alone = async || desk.app.count(waits).await == 1;
    desk.app.comes_true("it is left alone", is_left_alone).await;
    assert_eq!(desk.health().await, "healthy", "nobody has to do anything");
    desk.app
        .execute("update core.jobs set run_at = now() where kind = 'sync'")
        .await;
    desk.app.settles().await;
    assert_eq!(desk.deals().await, ["Harbour"]);
    desk.app.stop().await;
}
