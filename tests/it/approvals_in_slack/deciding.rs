//! Yes and no on a card: by whom they count, and what everybody else is told.

use super::office::{Office, fields};
use penny::approvals::Ticket;
use penny::approvals::policy::{Decider, Policy, Stakes};
use penny::base::ids::ProposalId;
use serde_json::json;

#[tokio::test(flavor = "multi_thread")]
async fn a_card_says_what_changes_where_for_whom_and_who_decides_until_when() {
    let office = Office::open().await;
    office.proposes().await;
    let card = office.card(&office.maya);
    for words in [
        "update_deal in crm",
        "Acme renewal",
        "amount: 10000 → 20000",
        "Asked by <@U0JONAS>",
        "<@U0JONAS> (who asked), the record’s owner in crm or a workspace admin",
        "Open until",
        "[Approve] [Edit] [Reject] [Show all]",
    ] {
        assert!(card.contains(words), "{words} in {card}");
    }
    assert_eq!(office.acts().await, ["proposed", "shown"]);
    office.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_card_is_put_up_once_however_often_it_is_tried() {
    let office = Office::open().await;
    let ticket = office.proposes().await;
    let services = &office.app.process().app.services;
    let root = office.thread.root.to_string();
    for _ in 0..2 {
        penny::jobs::cards::show(
            services,
            &office.workspace(),
            &office.thread.channel,
            Some(&root.as_str().into()),
            ticket.key.proposal,
        )
        .await
        .unwrap();
    }
    office.app.settles().await;
    assert_eq!(office.jonas.answers_in(&office.thread).len(), 1);
    assert_eq!(office.acts().await, ["proposed", "shown"]);
    office.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_requester_approves_and_it_is_tried_once() {
    let office = Office::open().await;
    office.proposes().await;
    office.clicks(&office.jonas, "Approve").await;
    // Nobody knows this system here, which is a clear no of its own.
    assert_eq!(office.states().await, ["1 failed"]);
    let card = office.card(&office.maya);
    assert!(card.contains("Nothing was changed"), "{card}");
    assert!(
        !card.contains("[Approve]") && card.contains("[Propose again]"),
        "{card}"
    );
    assert!(office.told(&office.jonas).is_empty());
    office.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_click_on_approve_changes_nothing() {
    let office = Office::open().await;
    let ticket = office.proposes().await;
    office.clicks(&office.jonas, "Approve").await;
    let acts = office.acts().await;
    office
        .presses(&office.maya, "penny_approve", &ticket.to_string())
        .await;
    assert_eq!(office.acts().await, acts);
    let told = office.told(&office.maya);
    assert!(told[0].contains("tried already and failed"), "{told:?}");
    office.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_colleague_who_may_not_decide_is_told_who_may() {
    let office = Office::open().await;
    office.proposes().await;
    let priya = office.app.slack.person("priya").unwrap();
    office.clicks(&priya, "Approve").await;
    assert_eq!(office.states().await, ["1 proposed"]);
    let told = office.told(&priya);
    assert!(told[0].contains("isn’t yours to decide"), "{told:?}");
    assert!(told[0].contains("<@U0JONAS> (who asked)"), "{told:?}");
    office.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn guests_and_people_of_other_companies_decide_nothing() {
    for (channel, handle, words) in [
        ("design", "ben", "Guests can’t decide"),
        ("ext-nordlake", "clara", "Only people of this company"),
    ] {
        let office = Office::open_in(channel).await;
        let user = if handle == "ben" { "U0BEN" } else { "U0CLARA" };
        let stranger = office.app.slack.person(handle).unwrap();
        // Even where a policy names them.
        let services = &office.app.process().app.services;
        let (person, _) = services
            .directory
            .right_now(&services.db, &office.workspace(), &user.into())
            .await
            .unwrap();
        office
            .policy(Policy::any_of([Decider::Person(person.id), Decider::Admin]))
            .await;
        let ticket = office.proposes().await;
        office
            .presses(&stranger, "penny_approve", &ticket.to_string())
            .await;
        assert_eq!(office.states().await, ["1 proposed"]);
        let told = office.told(&stranger);
        assert!(told.concat().contains(words), "{handle}: {told:?}");
        office.close().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_left_the_channel_no_longer_decides_on_its_cards() {
    let office = Office::open().await;
    office.proposes().await;
    let channel = office.thread.channel.clone();
    office.jonas.leave(&channel).await.unwrap();
    office.clicks(&office.jonas, "Approve").await;
    assert_eq!(office.states().await, ["1 proposed"]);
    let told = office.told(&office.jonas);
    assert!(told[0].contains("Only members of this channel"), "{told:?}");
    office.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_owner_of_the_record_decides_on_it() {
    let office = Office::open().await;
    let mut draft = office.draft().await;
    draft.stakes = Stakes::Irreversible;
    draft.target.kind = "company".into();
    office
        .app
        .execute(
            "insert into core.accounts (org_id, account_id, name, lifecycle, source, source_id, owner_id)
         select org_id, gen_random_uuid(), 'Acme', 'customer', 'crm', '7', person_id
         from core.people where slack_user_id = 'U0JONAS'",
        )
        .await;
    office.proposes_this(draft).await;
    let card = office.card(&office.jonas);
    assert!(card.contains("This cannot be undone"), "{card}");
    office.clicks(&office.jonas, "Approve").await;
    assert_eq!(office.states().await, ["1 failed"]);
    office.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rejection_with_its_reason_stands_on_the_card() {
    let office = Office::open().await;
    office.proposes().await;
    office.jonas.clicks(&office.thread, "Reject").await.unwrap();
    office.sees_window(&office.jonas, "Why not?").await;
    office.app.settles().await;
    office
        .jonas
        .submits(&[("penny_field", json!("Wait for <!channel> the *board*"))])
        .await
        .unwrap();
    office.app.settles().await;
    assert_eq!(office.states().await, ["1 rejected"]);
    let card = office.card(&office.maya);
    assert!(card.contains("Rejected by <@U0JONAS>"), "{card}");
    assert!(
        card.contains("Wait for &lt;!channel&gt; the *board*"),
        "{card}"
    );
    office.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_of_several_have_to_agree_and_one_counts_once() {
    let office = Office::open().await;
    let mut policy = Policy::any_of([Decider::Requester, Decider::Admin]);
    policy.approvals = 2;
    office.policy(policy).await;
    office.proposes().await;
    office.clicks(&office.jonas, "Approve").await;
    office.clicks(&office.jonas, "Approve").await;
    assert_eq!(office.states().await, ["1 proposed"]);
    let card = office.card(&office.maya);
    assert!(card.contains("1 of 2 have agreed: <@U0JONAS>"), "{card}");
    let told = office.told(&office.jonas);
    assert!(told[0].contains("agreed already"), "{told:?}");
    office.clicks(&office.maya, "Approve").await;
    assert_eq!(office.states().await, ["1 failed"]);
    office.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_forged_button_does_nothing() {
    let office = Office::open().await;
    let ticket = office.proposes().await;
    let other = Ticket {
        hash: penny::approvals::seal::Hash::of(b"something else"),
        ..ticket
    };
    let mut unknown = ticket;
    unknown.key.proposal = ProposalId::fresh();
    let mut next = ticket;
    next.key.version += 1;
    for value in [
        other.to_string(),
        unknown.to_string(),
        next.to_string(),
        "approve it".to_owned(),
        ticket.to_string().to_uppercase(),
    ] {
        office.presses(&office.jonas, "penny_approve", &value).await;
        assert_eq!(office.states().await, ["1 proposed"], "{value}");
    }
    let told = office.told(&office.jonas);
    assert_eq!(told.len(), 5, "{told:?}");
    assert!(
        told.iter()
            .all(|told| told.contains("don’t have that proposal"))
    );
    office.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn after_its_time_a_yes_comes_too_late() {
    let office = Office::open().await;
    office.proposes().await;
    office
        .app
        .execute("update core.proposals set expires_at = now() - interval '1 second'")
        .await;
    office.clicks(&office.jonas, "Approve").await;
    assert_eq!(office.states().await, ["1 proposed"]);
    let told = office.told(&office.jonas);
    assert!(told[0].contains("Its time is up"), "{told:?}");
    office.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn everything_is_in_the_window_that_shows_all() {
    let office = Office::open().await;
    let long: String = (0..5_000).map(|n| format!("word{n} ")).collect();
    let mut draft = office.draft().await;
    draft.wording.arguments = fields(&json!({"note": long, "last": "the very last"}));
    draft.wording.before = Some(fields(&json!({"note": "short", "last": "before"})));
    office.proposes_this(draft).await;
    let card = office.card(&office.jonas);
    assert!(
        card.contains("before → the very last") && !card.contains("word4000"),
        "{card}"
    );
    office
        .jonas
        .clicks(&office.thread, "Show all")
        .await
        .unwrap();
    office.sees_window(&office.jonas, "word0 ").await;
    office.app.settles().await;
    let shown = office.jonas.modal_text().replace(['\n', '>'], "");
    for word in ["word4999", "the very last", "seal "] {
        assert!(shown.contains(word), "{word}");
    }
    office.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_shares_only_the_channel_sees_the_card_and_can_do_nothing_with_it() {
    let office = Office::open_in("ext-nordlake").await;
    office.proposes().await;
    let clara = office.app.slack.person("clara").unwrap();
    let card = office.card(&clara);
    let buttons = ["Approve", "Edit", "Reject", "Show all"];
    for button in buttons {
        office.clicks(&clara, button).await;
    }
    let told = office.told(&clara);
    assert_eq!(told.len(), buttons.len(), "{told:?}");
    let said = "Only people of this company can decide on this, so I’ve left it as it is.";
    assert!(told.iter().all(|told| told == said), "{told:?}");
    assert!(clara.modal().is_err(), "no window opens for her");
    assert_eq!(office.states().await, ["1 proposed"]);
    assert_eq!(office.acts().await, ["proposed", "shown"]);
    assert_eq!(office.card(&clara), card);
    office.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whose_account_was_closed_after_the_card_was_shown_does_not_decide() {
    let office = Office::open().await;
    let ticket = office.proposes().await;
    office.jonas.leaves_the_company();
    office
        .presses(&office.jonas, "penny_approve", &ticket.to_string())
        .await;
    assert_eq!(office.states().await, ["1 proposed"]);
    office.app.settles().await;
    office.app.slack.calls().mark_all_read();
    office.close().await;
}
