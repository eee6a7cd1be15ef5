//! An execution that is interrupted at each of its steps, and settles to exactly one effect.

use super::office::Office;
use penny::playground::systems::hubspot::{Fault, Limit};

const NOTES: &str = "/crm/v3/objects/notes";
const DEALS: &str = "/crm/v3/objects/deals";

/// Waits until HubSpot has got so many calls of this kind.
async fn was_called(office: &Office, method: &str, path: &str, times: usize) {
    let calls = || office.hubspot.calls().into_iter();
    office
        .app
        .comes_true("HubSpot was called", async || {
            let fits = calls().filter(|call| call.method == method && call.path.starts_with(path));
            fits.count() >= times
        })
        .await;
}

/// Maya approves a note, HubSpot does `fault` to the call, and the process dies over it.
async fn dies_over(method: &'static str, path: &'static str, fault: Fault) {
    let mut office = Office::open().await;
    let thread = office.wants_a_note().await;
    let before = office.hubspot.calls().into_iter();
    let before = before.filter(|call| call.method == method && call.path.starts_with(path));
    let before = before.count();
    office.hubspot.faults().on(path).method(method).hit(fault);
    office.approves(&office.maya, &thread).await;
    was_called(&office, method, path, before + 1).await;
    office.app.kill().await;
    office.time_passes().await;
    office.app.start_again().await;
    office
        .app
        .comes_true("it is settled", async || {
            office.waits_are_over().await;
            office.states().await == ["1 succeeded"]
        })
        .await;
    office.app.settles().await;
    assert_eq!(office.notes(), 1);
    assert_eq!(office.hubspot.faults().unused(), 0);
    office
        .maya
        .reads(&thread, "That is how it went.")
        .await
        .unwrap();
    assert!(office.told_the_model().contains("it is done"));
    office.close(&thread).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_while_it_looks_at_the_record_nothing_was_sent_and_the_next_one_does_it() {
    Box::pin(dies_over("GET", DEALS, Fault::Hang)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_before_hubspot_applied_it_the_next_one_finds_nothing_and_sends() {
    Box::pin(dies_over("POST", NOTES, Fault::Hang)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_after_hubspot_applied_it_the_next_one_finds_it_and_does_not_send() {
    Box::pin(dies_over("POST", NOTES, Fault::AppliedHang)).await;
}

/// Maya approves a note, HubSpot does `fault` to the writing, and nobody dies.
async fn settles_after(fault: Fault) -> Office {
    let office = Office::open().await;
    let thread = office.wants_a_note().await;
    office.hubspot.faults().on(NOTES).method("POST").hit(fault);
    office.approves(&office.maya, &thread).await;
    office
        .app
        .comes_true("it is settled", async || {
            office.waits_are_over().await;
            office.states().await != ["1 approved"] && office.states().await != ["1 executing"]
        })
        .await;
    office.app.settles().await;
    office
        .maya
        .reads(&thread, "That is how it went.")
        .await
        .unwrap();
    for person in [&office.maya, &office.jonas] {
        person.sees(&thread);
    }
    office
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_that_was_lost_behind_the_effect_is_found_and_not_sent_again() {
    for fault in [Fault::Cut, Fault::AppliedStatus(502)] {
        let office = settles_after(fault).await;
        assert_eq!(office.states().await, ["1 succeeded"]);
        assert_eq!((office.notes(), office.writes()), (1, 1));
        office.app.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failure_before_the_effect_is_looked_up_and_then_sent_once_more() {
    let office = settles_after(Fault::Status(503)).await;
    assert_eq!(office.states().await, ["1 succeeded"]);
    assert_eq!((office.notes(), office.writes()), (1, 2));
    office.app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_limit_is_waited_for_and_costs_nothing() {
    let limited = Fault::Limited(Limit {
        policy: "SECONDLY",
        retry_after: Some(1),
    });
    let office = settles_after(limited).await;
    assert_eq!(office.states().await, ["1 succeeded"]);
    assert_eq!(office.notes(), 1);
    office.app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_at_any_moment_of_it_a_change_is_made_once() {
    let seed: u64 = rand::random();
    println!("seed {seed}");
    let mut dice = <rand::rngs::StdRng as rand::SeedableRng>::seed_from_u64(seed);
    let mut office = Office::open().await;
    office.answers_as_often_as_asked();
    for round in 1..=4 {
        let thread = office.wants_another_note().await;
        office.approves(&office.maya, &thread).await;
        // Sleeping is the point: the moment of a kill must not depend on what Penny is doing.
        let moment = rand::Rng::random_range(&mut dice, 0..80);
        tokio::time::sleep(std::time::Duration::from_millis(moment)).await;
        office.app.kill().await;
        office.time_passes().await;
        office.app.start_again().await;
        if office.states().await.contains(&"1 proposed".to_owned()) {
            // The click itself died with the process, and Slack does not repeat clicks: Maya does.
            let _ = office.maya.clicks(&thread, "Approve").await;
        }
        office
            .app
            .comes_true("it is settled", async || {
                office.waits_are_over().await;
                office
                    .states()
                    .await
                    .iter()
                    .all(|state| state == "1 succeeded")
            })
            .await;
        office.app.settles().await;
        assert_eq!(office.notes(), round, "seed {seed}");
        office
            .maya
            .reads(&thread, "That is how it went.")
            .await
            .unwrap();
        for person in [&office.maya, &office.jonas] {
            person.sees(&thread);
            person.whispers(&thread.channel);
        }
        // Whoever goes on may end a stream once more that the one who died had ended.
        office.app.slack.calls().of("chat.stopStream");
    }
    office.app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_that_was_revoked_before_the_click_ends_it_and_its_owner_is_told() {
    let office = Office::open().await;
    let thread = office.wants_more().await;
    office.hubspot.revoke_token();
    office.approves(&office.maya, &thread).await;
    office.app.settles().await;
    assert_eq!(office.states().await, ["1 failed"]);
    assert_eq!(office.writes(), 0);
    let card = office.card(&office.maya, &thread);
    assert!(card.contains("no longer accepts the key"), "{card}");
    let told = "I can’t read *HubSpot* any more";
    let seen = office.app.is_written(&office.maya, told).await;
    assert!(seen.text.contains("[Reconnect]"), "{}", seen.text);
    office.close(&thread).await;
}
