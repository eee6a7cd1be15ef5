//! Many people, processes and clocks at the same proposal in the same moment.

use super::granting::{give, grant, worth};
use super::office::Office;
use futures::stream::{self, StreamExt};
use penny::approvals::policy::{Decider, Policy};
use penny::approvals::{self, Claimed, Decided, State, Ticket, Verdict};
use penny::store::proposals;
use std::collections::BTreeMap;

/// Connections that the racers share: enough to be in each other's way.
const CONNECTIONS: u32 = 12;

/// Runs all of them, as many at a time as there are connections: on a slow machine a crowd would
/// otherwise be turned away at the pool before it ever met.
async fn race<T>(racers: impl IntoIterator<Item = impl Future<Output = T>>) -> Vec<T> {
    let at_once = CONNECTIONS as usize;
    stream::iter(racers)
        .buffer_unordered(at_once)
        .collect()
        .await
}

/// One of many who try to move a proposal, each in their own way; true if they did.
async fn push(office: &Office, ticket: Ticket, who: usize) -> bool {
    match who % 4 {
        0 | 1 => {
            let facts = if who % 8 < 4 {
                &office.ann
            } else {
                &office.bob
            };
            let verdict = [Verdict::Approved, Verdict::Rejected][who % 2];
            office.decide(ticket, verdict, facts).await.is_ok()
        }
        // What was rejected may be worded anew, but that moves it nowhere any more.
        2 => {
            office.revise(ticket, 30).await.is_ok()
                && office.state(ticket.key).await == State::Superseded
        }
        _ => office.expire_due().await.contains(&ticket.key),
    }
}

/// How often the ledger says that this version was moved out of its first state.
async fn moves(office: &Office, ticket: Ticket) -> usize {
    let named = |line: &&String| line.contains(&ticket.to_string());
    let is_move = |line: &&String| {
        ["\"decided\"", "\"expired\"", "\"superseded\""]
            .iter()
            .any(|act| line.contains(act))
    };
    office
        .ledger()
        .await
        .iter()
        .filter(named)
        .filter(is_move)
        .count()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn two_hundred_who_decide_reword_and_expire_at_once_move_it_exactly_once() {
    let office = Office::with_connections(CONNECTIONS).await;
    let ticket = office.propose().await;
    let moved = race((0..200).map(|who| push(&office, ticket, who))).await;
    assert_eq!(moved.iter().filter(|moved| **moved).count(), 1);
    assert_eq!(moves(&office, ticket).await, 1);
    assert_ne!(office.state(ticket.key).await, State::Proposed);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn decisions_at_the_moment_of_expiry_are_either_in_time_or_not() {
    let office = Office::with_connections(CONNECTIONS).await;
    let mut ends: BTreeMap<String, usize> = BTreeMap::new();
    for round in 0..12 {
        let ticket = office.propose().await;
        let soon = format!(
            "update core.proposals set expires_at = clock_timestamp() + interval '{} ms'
             where proposal_id = '{}'",
            round * 3,
            ticket.key.proposal
        );
        office.execute(soon).await;
        // Rewording is left out: a proposal that has just expired may be proposed again.
        let racers = (0..40).filter(|who| who % 4 != 2);
        let moved = race(racers.map(|who| push(&office, ticket, who))).await;
        let state = office.state(ticket.key).await;
        let expected = usize::from(state != State::Proposed);
        assert_eq!(moved.iter().filter(|moved| **moved).count(), expected);
        assert_eq!(moves(&office, ticket).await, expected);
        *ends.entry(state.to_string()).or_default() += 1;
    }
    assert!(ends.contains_key("expired"), "{ends:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_many_executors_one_may_send() {
    let office = Office::with_connections(CONNECTIONS).await;
    let ticket = office.approved().await;
    let claims = race((0..50).map(|_| office.claim(ticket.key))).await;
    let mut held = claims.into_iter().flatten();
    let Some(Claimed::Ready(claim)) = held.next() else {
        panic!("nobody got it");
    };
    assert!(held.next().is_none());
    office.begin(claim).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn what_was_voided_forged_or_expired_is_never_carried_out_however_many_try() {
    let office = Office::with_connections(CONNECTIONS).await;
    let superseded = office.propose().await;
    office.revise(superseded, 30).await.unwrap();
    let expired = office.propose().await;
    office
        .execute(format!(
            "update core.proposals set expires_at = now() where proposal_id = '{}'",
            expired.key.proposal
        ))
        .await;
    let forged = Ticket {
        hash: superseded.hash,
        ..office.propose().await
    };
    for ticket in [superseded, expired, forged] {
        let tries = (0..40).map(|_| async {
            let decided = office.decide(ticket, Verdict::Approved, &office.bob).await;
            (decided.is_ok(), office.claim(ticket.key).await.is_some())
        });
        let none = race(tries)
            .await
            .iter()
            .all(|tried| *tried == (false, false));
        assert!(none, "{ticket}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn any_number_of_requests_at_once_spend_no_more_than_was_granted() {
    let office = Office::with_connections(CONNECTIONS).await;
    give(
        &office,
        &grant(office.ann.person, 4, Some(1_000)),
        &office.bob,
    )
    .await;
    give(
        &office,
        &grant(office.ann.person, 50, Some(25)),
        &office.bob,
    )
    .await;
    let requests = (0..60).map(|_| office.propose_this(worth(&office, 10, "EUR")));
    let granted = race(requests)
        .await
        .iter()
        .filter(|proposed| proposed.state == State::Approved)
        .count();
    // Four by the count of the one, two by the amount of the other.
    assert_eq!(granted, 6);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn two_undos_at_once_are_one() {
    let office = Office::with_connections(CONNECTIONS).await;
    let done = office.done().await;
    let undos = (0..20).map(|_| async {
        let mut draft = office.draft();
        draft.undo_of = Some(done.key.proposal);
        let mut tx = office.tx().await;
        let proposed = approvals::propose(&mut tx, draft, None).await.is_ok();
        if proposed {
            tx.commit().await.unwrap();
        }
        proposed
    });
    let made = race(undos).await.into_iter().filter(|made| *made).count();
    assert_eq!(made, 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_many_who_agree_at_once_exactly_as_many_count_as_are_needed() {
    let office = Office::with_connections(CONNECTIONS).await;
    let mut people = Vec::new();
    for at in 0..24 {
        people.push(office.admin(&format!("Admin {at}")).await);
    }
    let five = Policy {
        approvals: 5,
        ..Policy::any_of([Decider::Admin])
    };
    office.policy(five).await;
    let ticket = office.propose().await;
    let clicks = people.iter().flat_map(|who| [who, who]);
    let said = race(clicks.map(|who| office.decide(ticket, Verdict::Approved, who))).await;
    let counted: Vec<_> = said.into_iter().flatten().collect();
    let last = |decided: &&Decided| **decided == Decided::Approved;
    assert_eq!(counted.iter().filter(last).count(), 1);
    assert_eq!(counted.len(), 5);
    let mut tx = office.tx().await;
    let noted = proposals::decisions(&mut tx, ticket.key).await.unwrap();
    assert_eq!(noted.len(), 5);
}
