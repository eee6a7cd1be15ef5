//! A text goes when nobody needs it any more, and the ledger stays whole.

use super::office::{Office, refusal, wording};
use penny::approvals::{self, Outcome, Refusal, State, verify};
use penny::store::proposals;
use std::time::Duration;

#[tokio::test]
async fn what_ended_long_ago_is_deleted_and_the_ledger_still_holds() {
    let office = Office::new().await;
    let old = office.done().await;
    let unknown = office.approved().await;
    let action = office.begin(office.ready(unknown.key).await).await;
    let lost = Outcome::Unknown("no answer".into());
    office.settle(action.lease(), &lost).await.unwrap();
    let open = office.propose().await;
    office
        .execute("update core.proposals set ended_at = ended_at - interval '31 days'")
        .await;
    let recent = office.done().await;

    let deleted = proposals::delete_older_than(&office.db, 30, 100).await;
    assert_eq!(deleted.unwrap(), 1);
    let mut tx = office.tx().await;
    assert_eq!(proposals::lock(&mut tx, old.key).await.unwrap(), None);
    drop(tx);
    for (ticket, state) in [
        (unknown, State::Unknown),
        (open, State::Proposed),
        (recent, State::Succeeded),
    ] {
        assert_eq!(office.state(ticket.key).await, state);
    }
    let ledger = office.ledger().await;
    assert!(verify::verify(ledger.into_iter().map(Ok), None).is_ok());
}

#[tokio::test]
async fn an_organisation_that_leaves_is_forgotten_but_for_what_is_being_done() {
    let office = Office::new().await;
    let ended = office.done().await;
    let running = office.approved().await;
    let action = office.begin(office.ready(running.key).await).await;
    let mut tx = office.tx().await;
    proposals::forget_all(&mut tx).await.unwrap();
    assert_eq!(proposals::lock(&mut tx, ended.key).await.unwrap(), None);
    tx.commit().await.unwrap();
    let done = Outcome::Succeeded(approvals::Effect::default());
    let settled = office.settle(action.lease(), &done).await;
    assert_eq!(settled.unwrap(), State::Succeeded);
}

#[tokio::test]
async fn an_undo_ends_even_if_what_it_undid_has_aged_away_meanwhile() {
    let office = Office::new().await;
    let ticket = office.done().await;
    let mut draft = office.draft();
    draft.undo_of = Some(ticket.key.proposal);
    let undo = office.propose_this(draft).await.sealed.ticket();
    office.approve(undo).await;
    office
        .execute(format!(
            "delete from core.proposals where proposal_id = '{}'",
            ticket.key.proposal
        ))
        .await;
    office.carry_out(undo).await;
    assert_eq!(office.state(undo.key).await, State::Succeeded);
}

#[tokio::test]
async fn a_proposal_waits_neither_for_a_moment_nor_for_ever() {
    let office = Office::new().await;
    let ticket = office.propose().await;
    for lives_for in [Duration::ZERO, Duration::from_secs(31 * 24 * 60 * 60)] {
        let mut tx = office.tx().await;
        let mut draft = office.draft();
        draft.wording.lives_for = lives_for;
        let refused = approvals::propose(&mut tx, draft, None).await;
        assert_eq!(refusal(refused), Refusal::BadLifetime);
        let mut words = wording(30);
        words.lives_for = lives_for;
        let refused = approvals::revise(&mut tx, ticket, words, &office.ann).await;
        assert_eq!(refusal(refused), Refusal::BadLifetime);
    }
    assert_eq!(office.state(ticket.key).await, State::Proposed);
}
