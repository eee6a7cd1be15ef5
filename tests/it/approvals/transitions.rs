//! The table of states against the database: each step from each state does what the table
//! says, or nothing.

use super::office::Office;
use penny::approvals::state::{State, Step};
use penny::store::proposals::{self, Key, Lease, Settled};
use penny::store::{OrgTx, StoreError};

const STEPS: [Step; 13] = [
    Step::Agree,
    Step::Approve,
    Step::Reject,
    Step::Expire,
    Step::Supersede,
    Step::Withdraw,
    Step::Claim,
    Step::FindChanged,
    Step::GiveBack,
    Step::Succeed,
    Step::Fail,
    Step::LoseSight,
    Step::Undo,
];

/// A version that is in `state`, with the lease of an executor who has or had it.
async fn version_in(office: &Office, state: State, step: Step) -> (Key, Vec<u8>, Lease) {
    let ticket = office.approved().await;
    let mut tx = office.tx().await;
    let claim = proposals::claim(&mut tx, ticket.key)
        .await
        .unwrap()
        .unwrap();
    tx.commit().await.unwrap();
    // Expiring needs time to be up, and all else that it is not.
    let time = if step == Step::Expire {
        "-1 hour"
    } else {
        "1 hour"
    };
    let lease = match state {
        // Held by a live executor, unless it is to be claimed from a dead one.
        State::Executing if step == Step::Claim => "lease_until = now()",
        State::Executing => "lease_until = now() + interval '1 hour'",
        _ => "lease_token = null, lease_until = null",
    };
    office
        .execute(format!(
            "update core.proposals
             set state = '{state}', expires_at = now() + interval '{time}',
                 start_by = now() + interval '{time}', {lease}
             where proposal_id = '{}'",
            ticket.key.proposal
        ))
        .await;
    (ticket.key, ticket.hash.as_bytes().to_vec(), claim.lease)
}

/// Tries a step as the store offers it; whether it was taken.
async fn take(
    tx: &mut OrgTx,
    step: Step,
    from: State,
    (key, hash, lease): (Key, Vec<u8>, Lease),
) -> Result<bool, StoreError> {
    let settled = |state| Settled {
        state,
        outcome: "{}",
    };
    let end = |state: &'static str| settled(state);
    match step {
        Step::Agree => proposals::decide(tx, key, &hash, "proposed").await,
        Step::Approve => proposals::decide(tx, key, &hash, "approved").await,
        Step::Reject => proposals::decide(tx, key, &hash, "rejected").await,
        Step::Expire => proposals::expire(tx, key).await,
        Step::Supersede => proposals::supersede(tx, key, &hash).await,
        Step::Withdraw => proposals::withdraw(tx, key).await,
        Step::Claim => Ok(proposals::claim(tx, key).await?.is_some()),
        Step::Undo => proposals::mark_undone(tx, key.proposal).await,
        Step::Succeed if from == State::Unknown => {
            proposals::resolve(tx, key, &end("succeeded")).await
        }
        Step::Fail if from == State::Unknown => proposals::resolve(tx, key, &end("failed")).await,
        Step::FindChanged => held(proposals::settle(tx, &lease, &end("changed")).await),
        Step::GiveBack => held(proposals::settle(tx, &lease, &end("approved")).await),
        Step::Succeed => held(proposals::settle(tx, &lease, &end("succeeded")).await),
        Step::Fail => held(proposals::settle(tx, &lease, &end("failed")).await),
        Step::LoseSight => held(proposals::settle(tx, &lease, &end("unknown")).await),
    }
}

fn held(settled: Result<(), StoreError>) -> Result<bool, StoreError> {
    match settled {
        Ok(()) => Ok(true),
        Err(StoreError::Fenced) => Ok(false),
        Err(other) => Err(other),
    }
}

#[tokio::test]
async fn the_database_takes_each_step_where_the_table_has_it_and_nowhere_else() {
    let office = Office::new().await;
    for from in State::ALL {
        for step in STEPS {
            let version = version_in(&office, from, step).await;
            let key = version.0;
            let mut tx = office.tx().await;
            let taken = take(&mut tx, step, from, version).await.unwrap();
            tx.commit().await.unwrap();
            let expected = from.after(step);
            assert_eq!(taken, expected.is_ok(), "{from} {step:?}");
            let stands = office.state(key).await;
            assert_eq!(stands, expected.unwrap_or(from), "{from} {step:?}");
        }
    }
}
