//! An outcome that nobody could find out: a person looks and says, and nothing is sent again
//! before that.

use super::office::Office;
use penny::playground::Thread;
use penny::playground::systems::hubspot::{DEALS, Fault};
use serde_json::json;

const PATH: &str = "/crm/v3/objects/deals";

/// Maya approves a new deal. Its answer gets lost, and HubSpot's search knows of nothing yet.
async fn lost(fault: Fault) -> (Office, Thread) {
    let office = Office::open().await;
    let wanted = json!({"name": "Borealis pilot", "amount": "9000"});
    let thread = office.wants("create_deal", wanted).await;
    office.hubspot.hold_search();
    office.hubspot.faults().on(PATH).method("POST").hit(fault);
    office.approves(&office.maya, &thread).await;
    let said = office.maya.reads(&thread, "That is how it went.").await;
    said.unwrap();
    office.app.settles().await;
    assert_eq!(office.states().await, ["1 unknown"]);
    assert!(office.told_the_model().contains("nobody could find out"));
    let card = office.card(&office.maya, &thread);
    assert!(
        card.contains("I couldn’t find out whether it was done"),
        "{card}"
    );
    assert!(card.contains("[It was done] [It was not done]"), "{card}");
    (office, thread)
}

impl Office {
    fn deals(&self) -> usize {
        self.hubspot.records(DEALS).len()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_somebody_found_over_there_is_done_and_not_sent_again() {
    let (office, thread) = lost(Fault::AppliedStatus(502)).await;
    office.hubspot.release_search();
    office.maya.clicks(&thread, "It was done").await.unwrap();
    office.app.settles().await;
    assert_eq!(office.states().await, ["1 succeeded"]);
    let card = office.card(&office.maya, &thread);
    assert!(card.contains("Done. Approved by"), "{card}");
    assert_eq!((office.deals(), office.writes()), (2, 1));
    // The tables follow.
    let names = "select name from core.deals where source = 'hubspot' order by 1";
    assert_eq!(
        office.app.texts(names).await,
        ["Acme: 40 seats", "Borealis pilot"]
    );
    office.close(&thread).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_somebody_did_not_find_is_sent_again_only_by_another_yes() {
    let (office, thread) = lost(Fault::Status(502)).await;
    for _ in 0..2 {
        office
            .app
            .execute("update core.jobs set run_at = now()")
            .await;
        office.app.settles().await;
    }
    assert_eq!((office.deals(), office.writes()), (1, 1));
    let click = "It was not done";
    office.maya.clicks(&thread, click).await.unwrap();
    office.app.settles().await;
    assert_eq!(office.states().await, ["1 failed"]);
    let card = office.card(&office.maya, &thread);
    assert!(
        card.contains("somebody looked, and it was not there"),
        "{card}"
    );
    assert_eq!((office.deals(), office.writes()), (1, 1));

    office.maya.clicks(&thread, "Propose again").await.unwrap();
    office.app.settles().await;
    assert_eq!(office.writes(), 1);
    office.approves(&office.maya, &thread).await;
    office.app.settles().await;
    assert_eq!(office.states().await, ["1 failed", "2 succeeded"]);
    assert_eq!((office.deals(), office.writes()), (2, 2));
    office.close(&thread).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn only_who_may_decide_says_what_became_of_it_and_the_first_word_counts() {
    let (office, thread) = lost(Fault::AppliedStatus(502)).await;
    office
        .jonas
        .clicks(&thread, "It was not done")
        .await
        .unwrap();
    office.app.settles().await;
    assert_eq!(office.states().await, ["1 unknown"]);
    let told = office.jonas.whispers(&thread.channel).pop().unwrap().text;
    assert!(told.contains("isn’t yours to decide"), "{told}");

    let [first, second] = ["It was done", "It was not done"];
    let maya = &office.maya;
    let (first, second) = tokio::join!(maya.clicks(&thread, first), maya.clicks(&thread, second));
    assert!(first.is_ok() || second.is_ok());
    office.app.settles().await;
    let states = office.states().await;
    assert!(
        ["1 succeeded", "1 failed"].contains(&states[0].as_str()),
        "{states:?}"
    );
    let told = maya.whispers(&thread.channel);
    assert_eq!(told.len(), 1, "whoever came second is told");
    let ended = "select count(*)::text from core.ledger where entry like '%\"ended\"%'";
    assert_eq!(
        office.app.texts(ended).await,
        ["2"],
        "lost sight of, and found"
    );
    assert_eq!((office.deals(), office.writes()), (2, 1));
    office.close(&thread).await;
}
