//! A change whose answer was lost, where looking it up goes wrong as well: a write, which does no
//! harm a second time, is sent once more if the record is as it was; an action never is.

use super::office::Office;
use penny::playground::Thread;
use penny::playground::systems::hubspot::{DEALS, Fault};

const DEAL: &str = "/crm/v3/objects/deals";
const NOTES: &str = "/crm/v3/objects/notes";
const ASSOCIATIONS: &str = "/crm/v4/associations/deals/notes";

impl Office {
    fn reads(&self) -> u32 {
        let calls = self.hubspot.calls().into_iter();
        let reads = calls.filter(|call| call.method == "GET" && call.path.starts_with(DEAL));
        reads.count().try_into().unwrap()
    }

    /// Maya approves a larger amount, HubSpot does `fault` to the writing, and then answers the
    /// next looks in a way that nobody understands.
    async fn loses_sight_of_an_update(&self, fault: Fault) -> Thread {
        let before = self.reads();
        let thread = self.wants_more().await;
        let faults = self.hubspot.faults();
        faults.on(DEAL).method("PATCH").hit(fault);
        // As many looks as it took to propose it come first, right before the writing.
        let looks = self.reads() - before;
        let blind = faults.on(DEAL).method("GET").after(looks);
        blind.next(2).hit(Fault::Status(400));
        self.approves(&self.maya, &thread).await;
        self.app
            .comes_true("it was sent", async || self.writes() == 1)
            .await;
        self.app
            .comes_true("the first look went wrong", async || {
                let waits = "select 1 from core.jobs where kind = 'execute'
                    and lease_token is null and run_at > now() + interval '50 seconds'";
                self.app.count(waits).await == 1
            })
            .await;
        assert_eq!(self.states().await, ["1 executing"]);
        thread
    }

    async fn is_settled_as(&self, thread: &Thread, state: &str) {
        self.waits_are_over().await;
        self.app
            .comes_true("it is settled", async || self.states().await == [state])
            .await;
        self.maya
            .reads(thread, "That is how it went.")
            .await
            .unwrap();
        self.app.settles().await;
        assert_eq!(self.hubspot.faults().unused(), 0);
    }

    /// How often the ledger says that it was about to be sent.
    async fn intents(&self) -> i64 {
        let began = "select from core.ledger where entry like '%\"began\"%'";
        self.app.count(began).await
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_write_that_nobody_can_look_up_is_sent_once_more_while_the_record_is_as_it_was() {
    let office = Office::open().await;
    let thread = office.loses_sight_of_an_update(Fault::Status(502)).await;
    assert_eq!(office.in_hubspot("amount"), "12000");
    office.is_settled_as(&thread, "1 succeeded").await;
    assert_eq!(office.writes(), 2);
    assert_eq!(office.in_hubspot("amount"), "15000.00");
    assert_eq!(office.intents().await, 2, "each is written down beforehand");
    office.close(&thread).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_write_that_had_arrived_is_not_sent_again() {
    let office = Office::open().await;
    let fault = Fault::AppliedStatus(502);
    let thread = office.loses_sight_of_an_update(fault).await;
    office.is_settled_as(&thread, "1 succeeded").await;
    assert_eq!((office.writes(), office.intents().await), (1, 1));
    assert_eq!(office.in_hubspot("amount"), "15000.00");
    office.close(&thread).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_write_to_a_record_that_somebody_changed_meanwhile_is_left_to_people() {
    let office = Office::open().await;
    let thread = office.loses_sight_of_an_update(Fault::Status(502)).await;
    let change = [("amount", "13000")];
    office.hubspot.change(DEALS, &office.deal, &change).unwrap();
    office.is_settled_as(&thread, "1 unknown").await;
    assert_eq!((office.writes(), office.intents().await), (1, 1));
    assert_eq!(office.in_hubspot("amount"), "13000");
    office.close(&thread).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_action_that_nobody_can_look_up_is_never_sent_again() {
    let office = Office::open().await;
    let thread = office.wants_a_note().await;
    let faults = office.hubspot.faults();
    faults.on(NOTES).method("POST").hit(Fault::Status(502));
    faults.on(ASSOCIATIONS).hit(Fault::Status(400));
    office.approves(&office.maya, &thread).await;
    office.is_settled_as(&thread, "1 unknown").await;
    for _ in 0..2 {
        office.waits_are_over().await;
        office.app.settles().await;
    }
    assert_eq!((office.notes(), office.writes()), (0, 1));
    assert_eq!(office.states().await, ["1 unknown"]);
    office.close(&thread).await;
}
