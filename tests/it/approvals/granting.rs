//! Standing grants: what they cover, what they do not, and how they end.

use super::office::{DAY, Office, operation, refusal};
use penny::approvals::policy::{Decider, Policy, Stakes};
use penny::approvals::seal::Amount;
use penny::approvals::{self, Draft, Facts, GrantDraft, Refusal, State};
use penny::base::ids::{GrantId, PersonId};
use penny::store::grants::{self, Caps};

pub fn grant(requester: PersonId, uses: i32, amount: Option<i64>) -> GrantDraft {
    GrantDraft {
        requester,
        operation: operation(),
        stakes: Stakes::Reversible,
        envelope: None,
        caps: Caps {
            uses,
            amount: amount.map(|units| (units, "EUR".into())),
        },
        lives_for: DAY,
    }
}

pub async fn give(office: &Office, draft: &GrantDraft, by: &Facts) -> GrantId {
    let mut tx = office.tx().await;
    let id = approvals::give(&mut tx, draft, by).await.unwrap();
    tx.commit().await.unwrap();
    id
}

pub fn worth(office: &Office, units: u32, currency: &str) -> Draft {
    let mut draft = office.draft();
    draft.wording.amount = Some(Amount {
        units,
        currency: currency.into(),
    });
    draft
}

async fn state(office: &Office, draft: Draft) -> State {
    office.propose_this(draft).await.state
}

#[tokio::test]
async fn a_grant_says_yes_so_many_times_and_the_ledger_says_whose_yes_it_was() {
    let office = Office::new().await;
    let id = give(&office, &grant(office.ann.person, 2, None), &office.bob).await;
    for expected in [State::Approved, State::Approved, State::Proposed] {
        assert_eq!(state(&office, office.draft()).await, expected);
    }
    let ledger = office.ledger().await;
    let decided = ledger.iter().filter(|line| line.contains("\"decided\""));
    for line in decided.clone() {
        assert!(line.contains(&id.to_string()), "{line}");
        assert!(line.contains(&office.bob.person.to_string()), "{line}");
    }
    assert_eq!(decided.count(), 2);
}

#[tokio::test]
async fn a_grant_covers_one_persons_requests_for_one_operation() {
    let office = Office::new().await;
    give(&office, &grant(office.ann.person, 9, None), &office.bob).await;
    let someone_else = Draft {
        requester: office.bob.person,
        ..office.draft()
    };
    assert_eq!(state(&office, someone_else).await, State::Proposed);
    let mut another_operation = office.draft();
    another_operation.operation.name = "delete_deal".into();
    assert_eq!(state(&office, another_operation).await, State::Proposed);
}

#[tokio::test]
async fn money_is_covered_up_to_the_amount_in_its_currency_and_not_without_one() {
    let office = Office::new().await;
    give(&office, &grant(office.ann.person, 9, None), &office.bob).await;
    let eur = |units| worth(&office, units, "EUR");
    assert_eq!(state(&office, eur(1)).await, State::Proposed);
    give(
        &office,
        &grant(office.ann.person, 9, Some(100)),
        &office.bob,
    )
    .await;
    assert_eq!(
        state(&office, worth(&office, 1, "USD")).await,
        State::Proposed
    );
    for (units, expected) in [
        (60, State::Approved),
        (41, State::Proposed),
        (40, State::Approved),
        (1, State::Proposed),
    ] {
        assert_eq!(state(&office, eur(units)).await, expected, "{units}");
    }
}

#[tokio::test]
async fn a_grant_ends_when_it_is_revoked_expires_or_its_giver_loses_the_right() {
    let office = Office::new().await;
    let bob = office.bob.person;
    for ending in [
        "update core.grants set expires_at = now()".to_owned(),
        format!("update core.people set is_deactivated = true where person_id = '{bob}'"),
        format!(
            "update core.people set is_admin = false, is_deactivated = false where person_id = '{bob}'"
        ),
        format!(
            "update core.people set is_admin = true, is_restricted = true where person_id = '{bob}'"
        ),
    ] {
        let back =
            "update core.people set is_deactivated = false, is_restricted = false, is_admin = true
             where name = 'Bob'; delete from core.grants";
        office.execute(back).await;
        give(&office, &grant(office.ann.person, 9, None), &office.bob).await;
        assert_eq!(state(&office, office.draft()).await, State::Approved);
        office.execute(ending.as_str()).await;
        assert_eq!(
            state(&office, office.draft()).await,
            State::Proposed,
            "{ending}"
        );
    }
}

#[tokio::test]
async fn a_revoked_grant_is_gone_and_only_whom_it_concerns_revokes_it() {
    let office = Office::new().await;
    let id = give(&office, &grant(office.ann.person, 9, None), &office.bob).await;
    let eve = office.person("Eve").await;
    let mut tx = office.tx().await;
    let refused = approvals::revoke(&mut tx, id, &eve).await;
    assert!(matches!(refusal(refused), Refusal::NotAllowed(_)));
    approvals::revoke(&mut tx, id, &office.ann).await.unwrap();
    let again = approvals::revoke(&mut tx, id, &office.ann).await;
    assert_eq!(refusal(again), Refusal::NoSuchGrant);
    assert_eq!(grants::usable(&mut tx).await.unwrap(), []);
    tx.commit().await.unwrap();
    assert_eq!(state(&office, office.draft()).await, State::Proposed);
}

#[tokio::test]
async fn a_grant_covers_nothing_that_todays_policy_would_not_let_its_giver_decide() {
    let office = Office::new().await;
    give(&office, &grant(office.ann.person, 9, None), &office.bob).await;
    let two = Policy {
        approvals: 2,
        ..Policy::default_for(Stakes::Reversible)
    };
    let own = Policy::any_of([Decider::Requester]);
    for stricter in [two, own] {
        office.policy(stricter).await;
        assert_eq!(state(&office, office.draft()).await, State::Proposed);
    }
}

#[tokio::test]
async fn nobody_grants_what_they_could_not_decide_or_without_an_end() {
    let office = Office::new().await;
    let eve = office.person("Eve").await;
    let mut tx = office.tx().await;
    let plain = grant(office.ann.person, 1, None);
    let refused = approvals::give(&mut tx, &plain, &eve).await;
    assert_eq!(refusal(refused), Refusal::CannotGrant);
    for endless in [
        GrantDraft {
            lives_for: DAY * 91,
            ..plain.clone()
        },
        grant(office.ann.person, 0, None),
        grant(office.ann.person, 1, Some(-1)),
    ] {
        let refused = approvals::give(&mut tx, &endless, &office.bob).await;
        assert_eq!(refusal(refused), Refusal::BadCaps(90));
    }
}
