//! Rules that are set while a proposal waits.

use super::office::Office;
use penny::approvals::policy::{Decider, Policy};

#[tokio::test(flavor = "multi_thread")]
async fn a_rule_made_stricter_holds_for_what_waits_already() {
    let office = Office::open().await;
    office.proposes().await;
    office.policy(Policy::any_of([Decider::Admin])).await;
    office.clicks(&office.jonas, "Approve").await;
    assert_eq!(office.states().await, ["1 proposed"]);
    let told = office.told(&office.jonas);
    assert!(told[0].contains("has become stricter since"), "{told:?}");
    let card = office.card(&office.jonas);
    assert!(
        card.contains("*Who decides:* a workspace admin. This rule was set after"),
        "{card}"
    );
    office.clicks(&office.maya, "Approve").await;
    assert_eq!(office.states().await, ["1 failed"]);
    office.card(&office.maya);
    office.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_yes_that_a_rule_asks_for_since_is_waited_for() {
    let office = Office::open().await;
    office.proposes().await;
    let mut two = Policy::any_of([Decider::Requester, Decider::Admin]);
    two.approvals = 2;
    office.policy(two).await;
    office.clicks(&office.jonas, "Approve").await;
    assert_eq!(office.states().await, ["1 proposed"]);
    let card = office.card(&office.jonas);
    assert!(card.contains("1 of 2 have agreed: <@U0JONAS>"), "{card}");
    office.clicks(&office.maya, "Approve").await;
    assert_eq!(office.states().await, ["1 failed"]);
    office.card(&office.maya);
    office.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_yes_from_before_a_stricter_rule_is_asked_for_again() {
    let office = Office::open().await;
    let mut two = Policy::any_of([Decider::Requester, Decider::Admin]);
    two.approvals = 2;
    office.policy(two.clone()).await;
    office.proposes().await;
    office.clicks(&office.jonas, "Approve").await;
    two.not_requester = true;
    office.policy(two).await;
    office.clicks(&office.maya, "Approve").await;
    assert_eq!(office.states().await, ["1 proposed"]);
    let card = office.card(&office.maya);
    assert!(card.contains("1 of 2 have agreed: <@U0MAYA>"), "{card}");
    office.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rule_made_looser_lets_nobody_decide_whom_the_card_did_not_name() {
    let office = Office::open().await;
    office.policy(Policy::any_of([Decider::Admin])).await;
    office.proposes().await;
    let loose = Policy::any_of([Decider::Admin, Decider::Requester]);
    office.policy(loose).await;
    office.clicks(&office.jonas, "Approve").await;
    assert_eq!(office.states().await, ["1 proposed"]);
    let told = office.told(&office.jonas);
    assert!(told[0].contains("isn’t yours to decide"), "{told:?}");
    office.clicks(&office.maya, "Approve").await;
    assert_eq!(office.states().await, ["1 failed"]);
    office.card(&office.maya);
    office.close().await;
}
