//! From a proposal to a decision, or to none.

use super::office::{DAY, Office, connection, operation, refusal, wording};
use penny::approvals::policy::{Decider, Policy, Refused, Stakes};
use penny::approvals::seal::Hash;
use penny::approvals::{self, Decided, Draft, Facts, Refusal, State, Ticket, Verdict};
use penny::base::ids::{AskerId, ConversationId, OrgId, PersonId};
use penny::store::proposals::{self, Origin};
use std::collections::BTreeSet;

#[tokio::test]
async fn a_second_click_on_approve_changes_nothing() {
    let office = Office::new().await;
    let ticket = office.approved().await;
    let again = office.decide(ticket, Verdict::Approved, &office.ann).await;
    assert_eq!(refusal(again), Refusal::Already(State::Approved));
    let no = office.decide(ticket, Verdict::Rejected, &office.bob).await;
    assert_eq!(refusal(no), Refusal::Already(State::Approved));
    assert_eq!(office.acts().await, ["proposed", "decided approved"]);
}

#[tokio::test]
async fn a_button_with_another_hash_decides_nothing() {
    let office = Office::new().await;
    let ticket = office.propose().await;
    let forged = Ticket {
        hash: Hash::of(b"something else"),
        ..ticket
    };
    let decided = office.decide(forged, Verdict::Approved, &office.bob).await;
    assert_eq!(refusal(decided), Refusal::WrongSeal);
    assert_eq!(office.state(ticket.key).await, State::Proposed);
}

#[tokio::test]
async fn a_button_of_another_organisation_finds_nothing() {
    let office = Office::new().await;
    let ticket = office.propose().await;
    let mut tx = office.db.org(OrgId::fresh()).await.unwrap();
    let decided = approvals::decide(&mut tx, ticket, Verdict::Approved, None, &office.bob).await;
    assert_eq!(refusal(decided), Refusal::NoSuchProposal);
}

#[tokio::test]
async fn somebody_who_may_not_decide_leaves_no_trace() {
    let office = Office::new().await;
    let ticket = office.propose().await;
    let eve = office.person("Eve").await;
    let decided = office.decide(ticket, Verdict::Approved, &eve).await;
    assert_eq!(refusal(decided), Refusal::NotAllowed(Refused::NotADecider));
    let mut tx = office.tx().await;
    let said = proposals::decisions(&mut tx, ticket.key).await.unwrap();
    assert_eq!(said, []);
    assert_eq!(office.acts().await, ["proposed"]);
}

#[tokio::test]
async fn an_edit_voids_what_was_shown_before_and_is_decided_on_anew() {
    let office = Office::new().await;
    let first = office.propose().await;
    let second = office.revise(first, 30).await.unwrap();
    assert_eq!(second.key.version, 2);
    let late = office.decide(first, Verdict::Approved, &office.bob).await;
    assert_eq!(refusal(late), Refusal::Already(State::Superseded));
    assert!(office.claim(first.key).await.is_none());
    assert!(office.claim(second.key).await.is_none());

    office.approve(second).await;
    let claim = office.ready(second.key).await;
    assert_eq!(claim.content().arguments["amount"], 30);
    assert_eq!(
        refusal(office.revise(first, 40).await),
        Refusal::Already(State::Superseded)
    );
    assert_eq!(
        refusal(office.revise(second, 40).await),
        Refusal::Already(State::Executing)
    );
}

#[tokio::test]
async fn whoever_rewords_a_request_is_not_the_second_pair_of_eyes() {
    let office = Office::new().await;
    let four_eyes = Policy {
        not_requester: true,
        ..Policy::any_of([Decider::Admin])
    };
    office.policy(four_eyes).await;
    let ticket = office.propose().await;
    let mut tx = office.tx().await;
    let revised = approvals::revise(&mut tx, ticket, wording(30), &office.bob).await;
    let ticket = revised.unwrap().sealed.ticket();
    tx.commit().await.unwrap();
    let own = office.decide(ticket, Verdict::Approved, &office.bob).await;
    assert_eq!(refusal(own), Refusal::NotAllowed(Refused::OwnRequest));
    let carl = office.admin("Carl").await;
    let other = office.decide(ticket, Verdict::Approved, &carl).await;
    assert_eq!(other.unwrap(), Decided::Approved);
}

#[tokio::test]
async fn two_of_three_have_to_agree_and_each_counts_once() {
    let office = Office::new().await;
    let [carl, dora] = [office.person("Carl").await, office.person("Dora").await];
    let named = [&office.bob, &carl, &dora].map(|facts| Decider::Person(facts.person));
    office
        .policy(Policy {
            approvals: 2,
            ..Policy::any_of(named)
        })
        .await;
    let ticket = office.propose().await;
    let yes = |who: Facts| {
        let office = &office;
        async move { office.decide(ticket, Verdict::Approved, &who).await }
    };
    let waiting = Decided::Waiting { have: 1, needed: 2 };
    assert_eq!(yes(carl.clone()).await.unwrap(), waiting);
    assert_eq!(refusal(yes(carl.clone()).await), Refusal::AlreadyAgreed);
    assert!(office.claim(ticket.key).await.is_none());

    // Carl leaves the company: his word no longer counts.
    office
        .execute(format!(
            "update core.people set is_deactivated = true where person_id = '{}'",
            carl.person
        ))
        .await;
    assert_eq!(yes(dora).await.unwrap(), waiting);
    assert_eq!(yes(office.bob.clone()).await.unwrap(), Decided::Approved);
}

#[tokio::test]
async fn one_no_is_enough_even_from_somebody_who_had_agreed() {
    let office = Office::new().await;
    let two = Policy {
        approvals: 2,
        ..Policy::default_for(Stakes::Reversible)
    };
    office.policy(two).await;
    let ticket = office.propose().await;
    office
        .decide(ticket, Verdict::Approved, &office.bob)
        .await
        .unwrap();
    let no = office.decide(ticket, Verdict::Rejected, &office.bob).await;
    assert_eq!(no.unwrap(), Decided::Rejected);
    let mut tx = office.tx().await;
    let said = proposals::decisions(&mut tx, ticket.key).await.unwrap();
    assert_eq!(said.len(), 1);
    assert_eq!(said[0].verdict, "rejected");
}

#[tokio::test]
async fn what_has_expired_is_refused_before_anybody_has_noted_it_and_can_be_proposed_again() {
    let office = Office::new().await;
    let ticket = office.propose().await;
    office
        .execute("update core.proposals set expires_at = now()")
        .await;
    let late = office.decide(ticket, Verdict::Approved, &office.bob).await;
    assert_eq!(refusal(late), Refusal::Expired);

    let again = office.revise(ticket, 20).await.unwrap();
    assert_eq!(office.state(ticket.key).await, State::Expired);
    office.approve(again).await;
    assert_eq!(
        office.acts().await,
        ["proposed", "expired", "proposed", "decided approved"]
    );
}

#[tokio::test]
async fn an_approval_that_nobody_could_carry_out_in_time_is_void() {
    let office = Office::new().await;
    let ticket = office.approved().await;
    office
        .execute("update core.proposals set start_by = now()")
        .await;
    assert!(office.claim(ticket.key).await.is_none());
    assert_eq!(office.expire_due().await, [ticket.key]);
    assert_eq!(office.state(ticket.key).await, State::Expired);
}

#[tokio::test]
async fn the_same_call_of_the_agent_makes_one_proposal_and_is_told_how_it_stands() {
    let office = Office::new().await;
    let origin = Origin {
        conversation: ConversationId::fresh(),
        asker: AskerId::fresh(),
        tool_use_id: "call 1".into(),
    };
    let mut tickets = Vec::new();
    for expected in [State::Proposed, State::Approved] {
        let mut tx = office.tx().await;
        let proposed = approvals::propose(&mut tx, office.draft(), Some(&origin))
            .await
            .unwrap();
        tx.commit().await.unwrap();
        assert_eq!(proposed.state, expected);
        tickets.push(proposed.sealed.ticket());
        if expected == State::Proposed {
            office.approve(tickets[0]).await;
        }
    }
    assert_eq!(tickets[0], tickets[1]);
    let mut tx = office.tx().await;
    let record = proposals::latest(&mut tx, tickets[0].key.proposal)
        .await
        .unwrap();
    assert_eq!(record.unwrap().origin, Some(origin));
}

#[tokio::test]
async fn the_most_specific_policy_holds_and_only_administrators_set_one() {
    let office = Office::new().await;
    let scope = |system: &str, name: &str| penny::approvals::seal::Operation {
        system: system.into(),
        name: name.into(),
    };
    let people: Vec<PersonId> = (0..3).map(|_| PersonId::fresh()).collect();
    let only = |at: usize| Policy::any_of([Decider::Person(people[at])]);
    for (at, scope) in [
        scope("*", "*"),
        scope("crm", "*"),
        scope("crm", "update_deal"),
    ]
    .into_iter()
    .enumerate()
    {
        let mut tx = office.tx().await;
        let set = approvals::set_policy(&mut tx, scope.clone(), Some(only(at)), &office.ann).await;
        assert_eq!(refusal(set), Refusal::AdministratorsOnly);
        let set = approvals::set_policy(&mut tx, scope, Some(only(at)), &office.bob).await;
        set.unwrap();
        tx.commit().await.unwrap();
    }
    let mut tx = office.tx().await;
    for (stakes, system, name, expected) in [
        (Stakes::Reversible, "crm", "update_deal", only(2)),
        (Stakes::Reversible, "crm", "delete_deal", only(1)),
        (Stakes::Irreversible, "tracker", "close", only(0)),
        // A rule for everything leaves a person's own account to them; one that names it does not.
        (
            Stakes::Own,
            "mail",
            "send",
            Policy::any_of([Decider::Requester]),
        ),
        (Stakes::Own, "crm", "update_deal", only(2)),
    ] {
        let policy = approvals::policy_for(&mut tx, &scope(system, name), stakes).await;
        assert_eq!(policy.unwrap(), expected, "{system} {name}");
    }
    let unset = approvals::set_policy(&mut tx, operation(), None, &office.bob).await;
    unset.unwrap();
    let wider = approvals::policy_for(&mut tx, &operation(), Stakes::Reversible).await;
    assert_eq!(wider.unwrap(), only(1));
}

#[tokio::test]
async fn an_undo_is_a_proposal_of_its_own_and_there_is_one_at_a_time() {
    let office = Office::new().await;
    let ticket = office.approved().await;
    let undo = |office: &Office| Draft {
        undo_of: Some(ticket.key.proposal),
        ..office.draft()
    };
    let mut tx = office.tx().await;
    let early = approvals::propose(&mut tx, undo(&office), None).await;
    assert_eq!(refusal(early), Refusal::CannotUndo(State::Approved));
    drop(tx);

    office.carry_out(ticket).await;
    let first = office.propose_this(undo(&office)).await.sealed.ticket();
    let mut tx = office.tx().await;
    let second = approvals::propose(&mut tx, undo(&office), None).await;
    assert_eq!(refusal(second), Refusal::UndoUnderWay);
    drop(tx);

    office.approve(first).await;
    assert_eq!(office.state(ticket.key).await, State::Succeeded);
    office.carry_out(first).await;
    assert_eq!(office.state(ticket.key).await, State::Undone);
    let mut tx = office.tx().await;
    let again = approvals::propose(&mut tx, undo(&office), None).await;
    assert_eq!(refusal(again), Refusal::CannotUndo(State::Undone));
}

#[tokio::test]
async fn home_shows_what_waits_and_what_a_person_asked_for() {
    let office = Office::new().await;
    let done = office.done().await;
    let mut urgent = office.draft();
    urgent.wording.lives_for = DAY / 2;
    let later = office.propose().await;
    let urgent = office.propose_this(urgent).await.sealed.ticket();
    let mut tx = office.tx().await;
    let keys = |records: Vec<proposals::Record>| records.iter().map(|r| r.key).collect::<Vec<_>>();
    let open = keys(proposals::open(&mut tx, 10).await.unwrap());
    assert_eq!(open, [urgent.key, later.key]);
    let asked = proposals::requested_by(&mut tx, office.ann.person, 10).await;
    let asked: BTreeSet<_> = keys(asked.unwrap())
        .iter()
        .map(|key| key.proposal)
        .collect();
    assert_eq!(
        asked,
        BTreeSet::from([done, later, urgent].map(|t| t.key.proposal))
    );
    assert_eq!(connection(office.org), office.live().connection.unwrap());
}
