//! The message that follows a system while it is read, and what is told of how it ended.

use super::desk::Desk;
use chrono::{TimeDelta, Utc};
use penny::base::clock::TestClock;
use penny::playground::Slack;
use penny::playground::systems::hubspot::{COMPANIES, Fault};

impl Desk {
    fn has_companies(&self, count: usize) {
        for number in 0..count {
            let name = format!("Company {number:03}");
            self.hubspot.add(COMPANIES, &[("name", &name)]);
        }
    }

    async fn events(&self) -> Vec<String> {
        let told = "select format('%s %s', kind, payload ->> 'system') from core.events
            order by created_at, event_id";
        self.app.texts(told).await
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_has_a_system_read_sees_stream_by_stream_how_that_went() {
    let desk = Desk::open().await;
    desk.connects_hubspot().await;
    desk.has_companies(3);
    desk.types(&desk.jonas, "/penny sync hubspot").await;
    desk.is_told(&desk.jonas, "I’m reading HubSpot now").await;
    let seen = desk.is_written(&desk.jonas, "*HubSpot* is read").await;
    assert!(
        seen.text.contains("3 rows, 3 new, changed or gone"),
        "{}",
        seen.text
    );
    assert!(seen.text.contains("✓ companies 3"), "{}", seen.text);
    assert!(
        !seen.text.contains("deals"),
        "nothing was new there: {}",
        seen.text
    );
    desk.jonas.open_home("home").await.unwrap();
    let home = desk
        .home_says(&desk.jonas, "3 rows, 3 new, changed or gone, in")
        .await;
    assert!(home.contains("*HubSpot*"), "{home}");
    let counts = "select row_counts::text from core.connections";
    assert_eq!(desk.app.texts(counts).await, [r#"{"accounts": 3}"#]);
    let asked = "select asked_by from core.sync_runs order by started_at";
    assert_eq!(desk.app.texts(asked).await, ["U0MAYA", "U0JONAS"]);
    assert_eq!(desk.events().await, ["sync.completed hubspot"; 2]);
    desk.app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_long_run_says_how_far_it_is_and_not_too_often() {
    let clock = TestClock::at(Utc::now());
    let penny = clock.clone();
    let desk = Desk::with(|app| app.clock(penny)).await;
    desk.has_companies(450);
    let (reached, third_page) = tokio::sync::oneshot::channel();
    let (go_on, seen) = std::sync::mpsc::channel::<()>();
    let mut reached = Some(reached);
    desk.hubspot.on_page(COMPANIES, move |_, page| {
        clock.advance(TimeDelta::milliseconds(1_600).to_std().unwrap());
        if page == 4
            && let Some(reached) = reached.take()
        {
            reached.send(()).unwrap();
            tokio::task::block_in_place(|| seen.recv().unwrap());
        }
    });
    desk.types(&desk.maya, "/penny connect hubspot").await;
    desk.window_says(&desk.maya, "private app").await;
    desk.submits_key(&desk.maya, desk.hubspot.token().expose())
        .await;
    third_page.await.unwrap();
    // Two pages or three, by when the message is written.
    let seen = desk.is_written(&desk.maya, "rows so far").await;
    assert!(seen.text.contains("⏳ companies "), "{}", seen.text);
    assert!(seen.text.contains("· deals"), "{}", seen.text);
    desk.maya.open_home("home").await.unwrap();
    let words = "being read now: ";
    let says = |_: &Slack| desk.maya.home_text().contains(words).then_some(());
    desk.app.slack.until(words, says).await.unwrap();
    go_on.send(()).unwrap();
    desk.is_written(&desk.maya, "450 new, changed or gone")
        .await;
    desk.app.settles().await;
    desk.window_says(&desk.maya, "is connected").await;
    assert_eq!(desk.messages_of(&desk.maya), 1);
    desk.app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_that_another_process_ends_is_told_of_in_the_same_message() {
    let mut desk = Desk::open().await;
    desk.connects_hubspot().await;
    desk.has_companies(2);
    desk.hubspot
        .faults()
        .on("/crm/v3/objects/companies")
        .hit(Fault::Hang);
    desk.types(&desk.maya, "/penny sync hubspot").await;
    desk.is_written(&desk.maya, "I’m reading *HubSpot*").await;
    let hubspot = desk.hubspot.clone();
    desk.app
        .comes_true("it hangs", async || hubspot.faults().unused() == 0)
        .await;
    let messages = desk.messages_of(&desk.maya);
    desk.app.kill().await;
    desk.app.expire_leases().await;
    desk.app.start_again().await;
    desk.is_written(&desk.maya, "2 rows, 2 new").await;
    desk.is_told(&desk.maya, "I’m reading HubSpot now").await;
    assert_eq!(desk.messages_of(&desk.maya), messages);
    desk.app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_that_fails_says_why_and_what_to_do() {
    let desk = Desk::open().await;
    desk.connects_hubspot().await;
    desk.hubspot.revoke_token();
    desk.types(&desk.maya, "/penny sync hubspot").await;
    let seen = desk.is_written(&desk.maya, "wasn’t read to the end").await;
    assert!(seen.text.contains("/penny connect"), "{}", seen.text);
    desk.is_told(&desk.maya, "I’m reading HubSpot now").await;
    desk.app.settles().await;
    desk.is_written(&desk.maya, "I can’t read *HubSpot* any more")
        .await;
    let told = ["sync.completed hubspot", "sync.failed hubspot"];
    assert_eq!(desk.events().await, told);
    desk.app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_that_is_cut_off_says_so() {
    let desk = Desk::open().await;
    desk.connects_hubspot().await;
    desk.has_companies(150);
    let (reached, second_page) = std::sync::mpsc::channel();
    let (go_on, cut) = std::sync::mpsc::channel::<()>();
    desk.hubspot.on_page(COMPANIES, move |_, page| {
        if page == 1 {
            reached.send(()).unwrap();
            tokio::task::block_in_place(|| cut.recv().unwrap());
        }
    });
    desk.types(&desk.maya, "/penny sync hubspot").await;
    tokio::task::spawn_blocking(move || second_page.recv().unwrap())
        .await
        .unwrap();
    desk.is_told(&desk.maya, "I’m reading HubSpot now").await;
    desk.types(&desk.maya, "/penny disconnect hubspot").await;
    desk.is_told(&desk.maya, "Disconnect HubSpot?").await;
    desk.presses(&desk.maya, "Disconnect").await;
    desk.is_written(&desk.maya, "was stopped because it was disconnected")
        .await;
    desk.is_told(&desk.maya, "HubSpot is disconnected").await;
    go_on.send(()).unwrap();
    desk.app.stop().await;
}
