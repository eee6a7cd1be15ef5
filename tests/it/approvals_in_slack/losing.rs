//! Slack takes a card and its answer gets lost: the card is found, however much was said meanwhile,
//! and stands there once.

use super::office::Office;
use penny::jobs::cards;
use penny::playground::{Fault, Human};

/// More than Slack tells of at once.
const MANY: usize = 230;

fn cards_seen_by(person: &Human, office: &Office) -> usize {
    let messages = person.channel_messages(&office.thread.channel).into_iter();
    let messages = messages.chain(person.sees(&office.thread));
    let cards = messages.filter(|seen| seen.by_app && seen.text.contains("Asked by"));
    let places: std::collections::BTreeSet<_> = cards.map(|seen| seen.ts).collect();
    places.len()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_card_whose_answer_was_lost_at_the_end_of_a_long_thread_is_not_posted_twice() {
    let office = Office::open().await;
    let noor = office.app.slack.person("noor").unwrap();
    for n in 0..MANY {
        let word = format!("and another thing: {n}");
        noor.replies_in(&office.thread, &word).await.unwrap();
    }
    office.app.settles().await;
    let lost = office.app.slack.faults();
    lost.on("chat.postMessage").hit(Fault::ApplyThenCut);
    office.proposes().await;
    assert_eq!(cards_seen_by(&office.jonas, &office), 1);
    office.clicks(&office.jonas, "Approve").await;
    assert_eq!(office.states().await, ["1 failed"]);
    office.card(&office.jonas);
    office.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_card_that_nobody_could_look_for_at_first_is_found_below_all_that_was_said_since() {
    let office = Office::open().await;
    let ticket = office.proposes_unseen().await;
    let services = &office.app.process().app.services;
    let workspace = office.workspace();
    let channel = &office.thread.channel;
    let faults = office.app.slack.faults();
    faults.on("chat.postMessage").hit(Fault::ApplyThenCut);
    let blind = Fault::Error("internal_error");
    faults.on("conversations.history").always().hit(blind);
    let shown =
        async || cards::show(services, &workspace, channel, None, ticket.key.proposal).await;
    assert!(shown().await.is_err());
    office.app.slack.faults().clear();
    let noor = office.app.slack.person("noor").unwrap();
    for n in 0..MANY {
        let word = format!("something else: {n}");
        noor.says("sales", &word).await.unwrap();
    }
    office.app.settles().await;
    shown().await.unwrap();
    office.app.settles().await;
    assert_eq!(cards_seen_by(&office.jonas, &office), 1);
    assert_eq!(office.acts().await, ["proposed", "shown"]);
    office.app.slack.calls().mark_all_read();
    office.close().await;
}
