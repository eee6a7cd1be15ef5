//! Who may decide, case by case and as properties over everybody there could be.

use super::*;
use proptest::prelude::*;
use uuid::Uuid;

fn person(number: u128) -> PersonId {
    PersonId(Uuid::from_u128(number))
}

fn org() -> OrgId {
    OrgId(Uuid::from_u128(7))
}

const REQUESTER: u128 = 1;

/// A full member, who is nothing special.
fn member(number: u128) -> Facts {
    Facts {
        org: org(),
        person: person(number),
        standing: Standing::Member,
        sees_card: true,
        is_admin: false,
        owns_record: false,
        groups: BTreeSet::new(),
    }
}

fn admin(number: u128) -> Facts {
    Facts {
        is_admin: true,
        ..member(number)
    }
}

fn says(policy: &Policy, facts: &Facts, verdict: Verdict) -> Result<(), Refused> {
    edited(policy, &BTreeSet::new(), facts, verdict)
}

fn edited(
    policy: &Policy,
    edited_by: &BTreeSet<PersonId>,
    facts: &Facts,
    verdict: Verdict,
) -> Result<(), Refused> {
    let request = Request {
        org: org(),
        requester: person(REQUESTER),
        edited_by,
    };
    may_decide(policy, request, facts, verdict)
}

fn approves(policy: &Policy, facts: &Facts) -> Result<(), Refused> {
    says(policy, facts, Verdict::Approved)
}

#[test]
fn in_their_own_account_only_the_requester_decides() {
    let policy = Policy::default_for(Stakes::Own);
    assert_eq!(approves(&policy, &member(REQUESTER)), Ok(()));
    assert_eq!(approves(&policy, &admin(2)), Err(Refused::NotADecider));
}

#[test]
fn what_can_be_undone_the_requester_the_owner_and_admins_decide() {
    let policy = Policy::default_for(Stakes::Reversible);
    let owner = Facts {
        owns_record: true,
        ..member(2)
    };
    for who in [member(REQUESTER), owner, admin(3)] {
        assert_eq!(approves(&policy, &who), Ok(()));
    }
    assert_eq!(approves(&policy, &member(4)), Err(Refused::NotADecider));
}

#[test]
fn having_asked_is_not_enough_for_what_cannot_be_undone() {
    for stakes in [Stakes::Outward, Stakes::Irreversible] {
        let policy = Policy::default_for(stakes);
        let asked = approves(&policy, &member(REQUESTER));
        assert_eq!(asked, Err(Refused::NotADecider));
        assert_eq!(approves(&policy, &admin(REQUESTER)), Ok(()));
    }
}

#[test]
fn a_requester_takes_back_what_they_may_not_approve() {
    let policy = Policy::any_of([Decider::Admin]);
    let refused = says(&policy, &member(REQUESTER), Verdict::Rejected);
    assert_eq!(refused, Ok(()));
    let other = says(&policy, &member(2), Verdict::Rejected);
    assert_eq!(other, Err(Refused::NotADecider));
}

#[test]
fn with_four_eyes_neither_who_asked_nor_who_reworded_it_says_yes() {
    let policy = Policy {
        not_requester: true,
        ..Policy::any_of([Decider::Admin])
    };
    let asked = approves(&policy, &admin(REQUESTER));
    assert_eq!(asked, Err(Refused::OwnRequest));
    let by = BTreeSet::from([person(2)]);
    let reworded = edited(&policy, &by, &admin(2), Verdict::Approved);
    assert_eq!(reworded, Err(Refused::OwnRequest));
    assert_eq!(edited(&policy, &by, &admin(2), Verdict::Rejected), Ok(()));
    assert_eq!(edited(&policy, &by, &admin(3), Verdict::Approved), Ok(()));
}

#[test]
fn members_of_a_named_group_decide_while_they_are_in_it() {
    let policy = Policy::any_of([Decider::Group("S1".into())]);
    let in_group = |group: &str| Facts {
        groups: BTreeSet::from([group.into()]),
        ..member(2)
    };
    assert_eq!(approves(&policy, &in_group("S1")), Ok(()));
    assert_eq!(
        approves(&policy, &in_group("S2")),
        Err(Refused::NotADecider)
    );
}

#[test]
fn a_policy_that_nobody_can_satisfy_is_refused() {
    let two_of = |deciders: &[Decider], approvals, not_requester| Policy {
        deciders: deciders.iter().cloned().collect(),
        approvals,
        not_requester,
    };
    let named = [Decider::Person(person(2)), Decider::Person(person(3))];
    assert_eq!(two_of(&named, 2, false).check(), Ok(()));
    assert_eq!(two_of(&named, 3, false).check(), Err(BadPolicy::Nobody));
    assert_eq!(two_of(&[], 1, false).check(), Err(BadPolicy::Nobody));
    assert_eq!(two_of(&named, 0, false).check(), Err(BadPolicy::Approvals));
    assert_eq!(
        two_of(&[Decider::Admin], 11, true).check(),
        Err(BadPolicy::Approvals)
    );
    let own = two_of(&[Decider::Requester], 1, true);
    assert_eq!(own.check(), Err(BadPolicy::Nobody));
    assert_eq!(two_of(&[Decider::Admin], 3, true).check(), Ok(()));
}

#[test]
fn a_standing_yes_takes_a_right_that_does_not_hang_on_one_record() {
    let policy = Policy::default_for(Stakes::Reversible);
    let asker = person(REQUESTER);
    assert_eq!(
        may_grant(&policy, asker, &member(REQUESTER)),
        Some(Decider::Requester)
    );
    assert_eq!(may_grant(&policy, asker, &admin(2)), Some(Decider::Admin));
    let owner = Facts {
        owns_record: true,
        ..member(3)
    };
    assert_eq!(may_grant(&policy, asker, &owner), None);
    let two = Policy {
        approvals: 2,
        ..policy
    };
    assert_eq!(may_grant(&two, asker, &admin(2)), None);
}

fn deciders() -> impl Strategy<Value = Decider> {
    prop_oneof![
        Just(Decider::Requester),
        Just(Decider::RecordOwner),
        Just(Decider::Admin),
        Just(Decider::Group("S1".into())),
        (0..4u128).prop_map(|number| Decider::Person(person(number))),
    ]
}

prop_compose! {
    fn policies()(
        deciders in prop::collection::btree_set(deciders(), 0..5),
        approvals in 0..12u8,
        not_requester in any::<bool>(),
    ) -> Policy {
        Policy { deciders, approvals, not_requester }
    }
}

prop_compose! {
    fn anybody()(
        number in 0..4u128,
        (sees_card, is_admin, owns_record, is_in_group) in any::<(bool, bool, bool, bool)>(),
    ) -> Facts {
        let groups = is_in_group.then(|| GroupId::from("S1")).into_iter().collect();
        Facts { sees_card, is_admin, owns_record, groups, ..member(number) }
    }
}

proptest! {
    #[test]
    fn outsiders_never_decide_whatever_the_policy_says(
        policy in policies(),
        facts in anybody(),
        standing in prop::sample::select(vec![
            Standing::Guest, Standing::Deactivated, Standing::External, Standing::Bot,
        ]),
        verdict in prop::sample::select(vec![Verdict::Approved, Verdict::Rejected]),
    ) {
        let outsider = Facts { standing, ..facts.clone() };
        prop_assert!(says(&policy, &outsider, verdict).is_err());
        prop_assert_eq!(may_grant(&policy, person(REQUESTER), &outsider), None);
        let foreigner = Facts { org: OrgId(Uuid::from_u128(8)), ..facts.clone() };
        prop_assert_eq!(says(&policy, &foreigner, verdict), Err(Refused::OtherOrganisation));
        let absent = Facts { sees_card: false, ..facts };
        prop_assert_eq!(says(&policy, &absent, verdict), Err(Refused::NotInChannel));
    }

    #[test]
    fn a_wider_policy_never_shuts_anybody_out(
        policy in policies(), more in deciders(), facts in anybody(),
    ) {
        let mut wider = policy.clone();
        wider.deciders.insert(more);
        if approves(&policy, &facts).is_ok() {
            prop_assert_eq!(approves(&wider, &facts), Ok(()));
        }
    }

    #[test]
    fn whoever_satisfies_a_stricter_policy_satisfies_the_one_that_it_is_within(
        policy in policies(),
        more in prop::collection::btree_set(deciders(), 0..3),
        fewer in 0..3u8,
        facts in anybody(),
    ) {
        let mut wider = policy.clone();
        wider.deciders.extend(more);
        wider.approvals = wider.approvals.saturating_sub(fewer);
        wider.not_requester = false;
        prop_assert!(policy.is_within(&wider));
        prop_assert_eq!(wider.is_within(&policy), wider == policy);
        if approves(&policy, &facts).is_ok() {
            prop_assert_eq!(approves(&wider, &facts), Ok(()));
        }
    }

    #[test]
    fn whoever_may_say_yes_may_say_no(policy in policies(), facts in anybody()) {
        if approves(&policy, &facts).is_ok() {
            prop_assert_eq!(says(&policy, &facts, Verdict::Rejected), Ok(()));
        }
    }
}
