//! A system that asks for a pause in the middle of a change gets it, however long it takes.

use super::office::Office;
use penny::jobs::cards::sweep::sweep;
use penny::playground::Thread;
use penny::playground::systems::hubspot::{Fault, Limit};

const NOTES: &str = "/crm/v3/objects/notes";
const DEALS: &str = "/crm/v3/objects/deals";
/// An execution is tried five times where nothing asks for patience.
const PAUSES: u32 = 6;

const AN_HOUR: Fault = Fault::Limited(Limit {
    policy: "SECONDLY",
    retry_after: Some(3_600),
});

impl Office {
    /// Maya approves a note, and HubSpot asks for an hour at each of so many calls.
    async fn is_put_off(&self, method: &'static str, path: &'static str, times: u32) -> Thread {
        let thread = self.wants_a_note().await;
        let faults = self.hubspot.faults();
        faults.on(path).method(method).next(times).hit(AN_HOUR);
        self.approves(&self.maya, &thread).await;
        self.waits(1).await;
        thread
    }

    /// The change waits for its so many-th pause to end, and nobody works on it.
    async fn waits(&self, pauses: u32) {
        let waits = format!(
            "select 1 from core.proposals where state = 'approved' and pauses = {pauses}
                 and wait_until > now() + interval '50 minutes'"
        );
        let rests = "select 1 from core.jobs where kind = 'execute' and lease_token is null
                         and run_at > now() + interval '50 minutes'";
        self.app
            .comes_true("it waits", async || {
                self.app.count(&waits).await == 1 && self.app.count(rests).await == 1
            })
            .await;
    }

    async fn says_on_the_card(&self, thread: &Thread, words: &str) {
        self.app
            .comes_true(words, async || {
                self.card(&self.maya, thread).contains(words)
            })
            .await;
    }

    async fn ends(&self, thread: &Thread, state: &str) {
        self.app
            .comes_true("it is settled", async || self.states().await == [state])
            .await;
        self.app.settles().await;
        self.maya
            .reads(thread, "That is how it went.")
            .await
            .unwrap();
    }
}

async fn is_waited_out(method: &'static str, path: &'static str) {
    let office = Office::open().await;
    let thread = office.is_put_off(method, path, PAUSES).await;
    office
        .says_on_the_card(&thread, "HubSpot asks for a pause, so I’ll do it")
        .await;
    for pause in 1..=PAUSES {
        office.waits(pause).await;
        assert_eq!(office.notes(), 0);
        // Whoever looks for changes that nobody carries out leaves it its pause.
        let long_ago = "update core.proposals set decided_at = now() - interval '1 minute'";
        office.app.execute(long_ago).await;
        let services = &office.app.process().app.services;
        sweep(services).await.unwrap();
        office.waits(pause).await;
        office.waits_are_over().await;
    }
    office.ends(&thread, "1 succeeded").await;
    assert_eq!((office.notes(), office.hubspot.faults().unused()), (1, 0));
    let card = office.card(&office.maya, &thread);
    assert!(card.contains("Done. Approved by"), "{card}");
    office.close(&thread).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pause_before_a_change_is_kept_to_however_often_it_is_asked_for() {
    Box::pin(is_waited_out("POST", NOTES)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pause_before_the_last_look_at_the_record_is_kept_to_as_well() {
    Box::pin(is_waited_out("GET", DEALS)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_dies_in_a_pause_leaves_it_to_the_next_one_and_the_change_is_made_once() {
    let mut office = Office::open().await;
    let thread = office.is_put_off("POST", NOTES, 1).await;
    office.app.kill().await;
    office.app.expire_leases().await;
    office.app.start_again().await;
    office.waits(1).await;
    assert_eq!((office.notes(), office.writes()), (0, 1));
    office.waits_are_over().await;
    office.ends(&thread, "1 succeeded").await;
    assert_eq!((office.notes(), office.writes()), (1, 2));
    office.close(&thread).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn pauses_without_an_end_end_after_a_day_with_a_sentence() {
    let office = Office::open().await;
    let thread = office.is_put_off("POST", NOTES, 2).await;
    let yesterday = "update core.proposals set decided_at = now() - interval '23 hours 30 minutes'";
    office.app.execute(yesterday).await;
    office.waits_are_over().await;
    office.ends(&thread, "1 failed").await;
    assert_eq!((office.notes(), office.writes()), (0, 2));
    let card = office.card(&office.maya, &thread);
    assert!(card.contains("I have stopped trying after a day"), "{card}");
    assert!(card.contains("[Propose again]"), "{card}");
    let told = office.told_the_model();
    assert!(told.contains("one pause after the other"), "{told}");
    office.close(&thread).await;
}
