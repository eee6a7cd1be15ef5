//! From an approval to an effect: what begins, what may follow a crash, and how it ends.

use super::office::{Office, connection, fields, refusal};
use penny::approvals::{
    self, Begun, Claim, Claimed, Effect, Error, Live, Outcome, Refusal, State, Ticket,
};
use penny::store::{StoreError, proposals};

#[track_caller]
fn fenced<T: std::fmt::Debug>(outcome: Result<T, Error>) {
    assert!(
        matches!(outcome, Err(Error::Store(StoreError::Fenced))),
        "{outcome:?}"
    );
}

async fn unsettled(office: &Office, ticket: Ticket) -> Claim {
    match office.claim(ticket.key).await {
        Some(Claimed::Unsettled(claim)) => claim,
        other => panic!("{other:?}"),
    }
}

/// The process that held the lease is gone, or stalls.
async fn lapse(office: &Office) {
    office
        .execute("update core.proposals set lease_until = now() where state = 'executing'")
        .await;
}

#[tokio::test]
async fn what_runs_is_what_was_approved_and_the_ledger_tells_the_story() {
    let office = Office::new().await;
    let ticket = office.approved().await;
    let action = office.begin(office.ready(ticket.key).await).await;
    assert_eq!(action.content().arguments, fields(20));
    assert_eq!(
        penny::approvals::seal::Hash::of(action.bytes()),
        ticket.hash
    );
    // The intent is written down before the provider is called.
    let intent = ["proposed", "decided approved", "began"];
    assert_eq!(office.acts().await, intent);

    let effect = Outcome::Succeeded(Effect {
        id: Some("7".into()),
        link: None,
        after: Some(fields(20)),
    });
    let settled = office.settle(action.lease(), &effect).await;
    assert_eq!(settled.unwrap(), State::Succeeded);
    assert_eq!(office.acts().await[3], "ended succeeded");
    fenced(office.settle(action.lease(), &effect).await);

    let mut tx = office.tx().await;
    let record = proposals::latest(&mut tx, ticket.key.proposal).await;
    let outcome = record.unwrap().unwrap().outcome.unwrap();
    assert_eq!(serde_json::from_str::<Outcome>(&outcome).unwrap(), effect);
}

#[tokio::test]
async fn a_record_that_changed_since_is_not_written() {
    let office = Office::new().await;
    let ticket = office.approved().await;
    let live = Live {
        before: Some(fields(11)),
        ..office.live()
    };
    let claim = office.ready(ticket.key).await;
    let begun = approvals::begin(&office.db, claim, &live).await.unwrap();
    assert!(matches!(begun, Begun::Changed(fields) if fields == ["amount"]));
    assert_eq!(office.state(ticket.key).await, State::Changed);
    assert!(office.claim(ticket.key).await.is_none());
    // A new diff takes a new decision.
    let next = office.revise(ticket, 20).await.unwrap();
    assert_eq!(office.state(next.key).await, State::Proposed);
}

#[tokio::test]
async fn a_connection_to_another_account_or_with_fewer_rights_is_not_written_to() {
    let office = Office::new().await;
    let moved = |change: &dyn Fn(&mut approvals::seal::Connection)| {
        let mut connection = connection(office.org);
        change(&mut connection);
        Some(connection)
    };
    for connection in [
        moved(&|connection| connection.account = "portal 8".into()),
        moved(&|connection| connection.scopes.clear()),
        None,
    ] {
        let ticket = office.approved().await;
        let live = Live {
            connection,
            ..office.live()
        };
        let claim = office.ready(ticket.key).await;
        let begun = approvals::begin(&office.db, claim, &live).await.unwrap();
        assert!(matches!(begun, Begun::Changed(what) if what == ["connection"]));
    }
}

#[tokio::test]
async fn a_crash_before_anything_was_sent_leaves_the_work_to_the_next() {
    let office = Office::new().await;
    let ticket = office.approved().await;
    let stalled = office.ready(ticket.key).await;
    assert!(office.claim(ticket.key).await.is_none());
    lapse(&office).await;
    let stranded = proposals::stranded(&office.db, 10).await.unwrap();
    assert_eq!(stranded, [(office.org, ticket.key)]);

    let next = office.ready(ticket.key).await;
    // The first one wakes up: too late to send, and too late to settle.
    let gone = stalled.lease().key();
    fenced(approvals::begin(&office.db, stalled, &office.live()).await);
    assert_eq!(gone, ticket.key);
    office.begin(next).await;
}

#[tokio::test]
async fn a_lease_that_has_lapsed_is_too_old_to_send_with_even_if_nobody_took_over() {
    let office = Office::new().await;
    let ticket = office.approved().await;
    let stalled = office.ready(ticket.key).await;
    lapse(&office).await;
    fenced(approvals::begin(&office.db, stalled, &office.live()).await);
    assert_eq!(office.state(ticket.key).await, State::Executing);
}

#[tokio::test]
async fn after_a_crash_behind_the_intent_the_next_one_looks_up_and_does_not_send() {
    let office = Office::new().await;
    let ticket = office.approved().await;
    let crashed = office.begin(office.ready(ticket.key).await).await;
    lapse(&office).await;

    let claim = unsettled(&office, ticket).await;
    assert_eq!(claim.idempotency_key(), crashed.idempotency_key());
    // Whatever the first one thinks, it no longer has a say.
    let nothing = Outcome::NeverSent("the connection was refused".into());
    fenced(office.settle(crashed.lease(), &nothing).await);
    let found = Outcome::Succeeded(Effect::default());
    let settled = office.settle(claim.lease(), &found).await;
    assert_eq!(settled.unwrap(), State::Succeeded);
}

#[tokio::test]
async fn what_could_be_looked_up_and_was_not_there_is_tried_again_with_the_same_key() {
    let office = Office::new().await;
    let ticket = office.approved().await;
    let crashed = office.begin(office.ready(ticket.key).await).await;
    lapse(&office).await;
    let claim = unsettled(&office, ticket).await;
    let nothing = Outcome::NeverSent("there is no deal with this key".into());
    let settled = office.settle(claim.lease(), &nothing).await;
    assert_eq!(settled.unwrap(), State::Approved);
    let again = office.begin(office.ready(ticket.key).await).await;
    assert_eq!(again.idempotency_key(), crashed.idempotency_key());
}

#[tokio::test]
async fn it_is_not_tried_for_ever() {
    let office = Office::new().await;
    let ticket = office.approved().await;
    let refused = Outcome::NeverSent("the connection was refused".into());
    let mut states = Vec::new();
    while let Some(Claimed::Ready(claim)) = office.claim(ticket.key).await {
        states.push(office.settle(claim.lease(), &refused).await.unwrap());
    }
    let [tries @ .., last] = states.as_slice() else {
        panic!("never tried");
    };
    assert_eq!(tries, [State::Approved; 4]);
    assert_eq!(*last, State::Failed);
}

#[tokio::test]
async fn what_stays_unknown_is_never_repeated_and_settled_once_somebody_knows() {
    let office = Office::new().await;
    let ticket = office.approved().await;
    let action = office.begin(office.ready(ticket.key).await).await;
    let unknown = Outcome::Unknown("the provider did not answer".into());
    let settled = office.settle(action.lease(), &unknown).await;
    assert_eq!(settled.unwrap(), State::Unknown);
    lapse(&office).await;
    assert!(office.claim(ticket.key).await.is_none());
    let again = office.revise(ticket, 20).await;
    assert_eq!(refusal(again), Refusal::Already(State::Unknown));

    let mut tx = office.tx().await;
    let written = Outcome::Succeeded(Effect::default());
    let eve = office.person("Eve").await;
    let refused = approvals::resolve(&mut tx, ticket, &written, Some(&eve)).await;
    assert!(matches!(refusal(refused), Refusal::NotAllowed(_)));
    let resolved = approvals::resolve(&mut tx, ticket, &written, Some(&office.bob)).await;
    assert_eq!(resolved.unwrap(), State::Succeeded);
    let late = approvals::resolve(&mut tx, ticket, &written, None).await;
    assert_eq!(refusal(late), Refusal::Already(State::Succeeded));
    tx.commit().await.unwrap();
    assert_eq!(office.acts().await.last().unwrap(), "ended succeeded");
}

#[tokio::test]
async fn a_content_that_was_put_in_the_place_of_another_is_not_carried_out() {
    let office = Office::new().await;
    let ticket = office.approved().await;
    let other = office.propose().await;
    // Whole in itself, with its own hash, but another proposal's.
    office
        .execute(format!(
            "update core.proposals set (content, hash) =
                 (select content, hash from core.proposals where proposal_id = '{}')
             where proposal_id = '{}'",
            other.key.proposal, ticket.key.proposal
        ))
        .await;
    let claimed = approvals::claim(&office.db, office.org, ticket.key).await;
    assert!(matches!(claimed, Err(Error::BrokenSeal(_))), "{claimed:?}");
    assert_eq!(office.state(ticket.key).await, State::Failed);
}
