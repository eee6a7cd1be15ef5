//! What happens when nobody clicks, what is allowed beforehand, and who may be asked to decide.

use super::office::{Office, choose, fields};
use penny::approvals::policy::{Decider, Policy};
use penny::approvals::seal::Amount;
use penny::base::ids::GroupId;
use penny::jobs::cards::sweep::sweep;
use penny::playground::{Human, Slack, Submitted};
use serde_json::json;

async fn sweeps(office: &Office) {
    sweep(&office.app.process().app.services).await.unwrap();
    office.app.settles().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_nobody_decides_in_time_is_a_no_and_its_card_says_so() {
    let office = Office::open().await;
    office.proposes().await;
    office
        .app
        .execute("update core.proposals set expires_at = now() - interval '1 second'")
        .await;
    sweeps(&office).await;
    assert_eq!(office.states().await, ["1 expired"]);
    let card = office.card(&office.jonas);
    assert!(card.contains("Nobody decided in time"), "{card}");
    assert!(
        card.contains("[Propose again]") && !card.contains("[Approve]"),
        "{card}"
    );
    office.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn those_who_decide_are_reminded_once_and_an_administrator_is_told_once() {
    let office = Office::open().await;
    office.proposes().await;
    sweeps(&office).await;
    assert_eq!(
        office.jonas.answers_in(&office.thread).len(),
        1,
        "it is early yet"
    );
    office.time_is_nearly_up().await;
    for _ in 0..2 {
        sweeps(&office).await;
    }
    let said = office.jonas.answers_in(&office.thread);
    assert_eq!(said.len(), 2);
    assert!(
        said[1].text.contains("still waits, until"),
        "{}",
        said[1].text
    );
    assert!(said[1].text.contains("<@U0JONAS>"), "{}", said[1].text);
    let dm = office.maya.dm().unwrap();
    let told = office.maya.channel_messages(&dm);
    let told = told
        .iter()
        .filter(|seen| seen.text.contains("You may decide on it"));
    assert_eq!(told.count(), 1);
    office.app.settles().await;
    office.app.slack.calls().mark_all_read();
    office.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_approved_change_that_no_process_carries_out_is_taken_up() {
    let office = Office::open().await;
    office.proposes().await;
    office
        .app
        .execute(
            "update core.proposals set state = 'approved', start_by = now() + interval '1 hour',
                 decided_at = now() - interval '1 minute'",
        )
        .await;
    sweeps(&office).await;
    assert_eq!(office.states().await, ["1 failed"]);
    assert!(office.card(&office.jonas).contains("Nothing was changed"));
    office.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn members_of_a_user_group_decide_for_as_long_as_they_are_in_it() {
    let office = Office::with(|setup| setup.group("S0LEADS", "sales-leads", ["U0PRIYA"])).await;
    let group = Decider::Group(GroupId::new("S0LEADS"));
    office.policy(Policy::any_of([group])).await;
    office.proposes().await;
    let card = office.card(&office.jonas);
    assert!(card.contains("a member of <!subteam^S0LEADS>"), "{card}");
    office.clicks(&office.jonas, "Approve").await;
    assert_eq!(office.states().await, ["1 proposed"]);
    let told = office.told(&office.jonas);
    assert!(told[0].contains("isn’t yours to decide"), "{told:?}");
    let priya = office.app.slack.person("priya").unwrap();
    office.clicks(&priya, "Approve").await;
    assert_eq!(office.states().await, ["1 failed"]);
    office.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_allowed_beforehand_needs_no_click_until_it_is_ended() {
    let office = Office::open().await;
    let mut draft = office.draft().await;
    draft.wording.amount = Some(Amount {
        units: 100_000,
        currency: "EUR".into(),
    });
    office.proposes_this(draft.clone()).await;
    choose(&office.thread, &office.maya, "", "Always allow…").await;
    office.sees_window(&office.maya, "Up to how much").await;
    office.app.settles().await;
    let refused = grants(&office, "0", "5000").await;
    assert!(matches!(&refused, Submitted::Errors(errors) if errors.contains_key("uses")));
    assert_eq!(grants(&office, "2", "5000").await, Submitted::Taken);
    office.app.settles().await;
    let told = office.told(&office.maya);
    assert!(
        told.iter().any(|told| told.contains("Allowed.")),
        "{told:?}"
    );

    draft.wording.arguments = fields(&json!({"amount": 30_000}));
    office.proposes_this(draft.clone()).await;
    assert_eq!(office.states().await, ["1 proposed", "1 approved"]);
    let card = office.card(&office.jonas);
    assert!(card.contains("<@U0MAYA> allowed this beforehand"), "{card}");

    let home = home_of(&office, &office.maya, "Allowed beforehand").await;
    assert!(home.contains("1 of 2 left, 4000.00 EUR left"), "{home}");
    office.maya.clicks_in_home("End it").await.unwrap();
    home_of(&office, &office.maya, "From now on I ask again").await;
    office.proposes_this(draft).await;
    assert_eq!(office.states().await[2], "1 proposed");
    office.close().await;
}

async fn grants(office: &Office, uses: &str, amount: &str) -> Submitted {
    let modal = office.maya.modal().unwrap();
    let mut state = modal.state.clone();
    state["uses"]["penny_field"] = json!({"type": "number_input", "value": uses});
    state["amount"]["penny_field"] = json!({"type": "number_input", "value": amount});
    let state = json!({ "values": state });
    office.maya.submit(&modal.id, Some(state)).await.unwrap()
}

async fn home_of(office: &Office, person: &Human, words: &str) -> String {
    if !person.home_text().contains(words) && words.starts_with("Allowed") {
        person.open_home("home").await.unwrap();
    }
    office.app.home_says(person, words).await
}

#[tokio::test(flavor = "multi_thread")]
async fn administrators_say_who_decides_and_nobody_else() {
    let office = Office::open().await;
    for (person, may) in [(&office.jonas, false), (&office.maya, true)] {
        person.runs_command("sales", "/penny policy").await.unwrap();
        let sales = office.app.slack.channel("sales").unwrap();
        let look = |_: &Slack| {
            let seen = person.whispers(&sales).into_iter().rev();
            seen.map(|seen| seen.text)
                .find(|text| text.contains("Where nothing else is said"))
        };
        let told = office.app.slack.until("the rules", look).await.unwrap();
        assert_eq!(told.contains("[Change it…]"), may, "{told}");
        office.app.settles().await;
    }
    let sales = office.app.slack.channel("sales").unwrap();
    let listed = office.maya.whispers(&sales).pop().unwrap();
    let block = listed
        .blocks
        .iter()
        .find(|it| it["accessory"]["type"] == "button")
        .unwrap();
    office
        .maya
        .press(penny::playground::Pressed {
            container: penny::playground::Container::Message {
                channel: sales,
                ts: listed.ts,
            },
            element: json!({
                "type": "button", "action_id": "penny_change_policy",
                "block_id": block["block_id"], "value": "",
            }),
            state: None,
        })
        .await
        .unwrap();
    office
        .sees_window(&office.maya, "How many have to agree?")
        .await;
    office.app.settles().await;
    let modal = office.maya.modal().unwrap();
    let chosen = |who: serde_json::Value| {
        let mut state = modal.state.clone();
        state["who"]["penny_field"] = json!({"type": "checkboxes", "selected_options": who});
        json!({ "values": state })
    };
    let nobody = office
        .maya
        .submit(&modal.id, Some(chosen(json!([]))))
        .await
        .unwrap();
    assert!(matches!(&nobody, Submitted::Errors(errors) if errors.contains_key("who")));
    let admins = json!([{"value": "admin"}]);
    let taken = office
        .maya
        .submit(&modal.id, Some(chosen(admins)))
        .await
        .unwrap();
    assert_eq!(taken, Submitted::Taken);
    office.app.settles().await;
    office.app.slack.calls().mark_all_read();
    office.proposes().await;
    let card = office.card(&office.jonas);
    assert!(card.contains("*Who decides:* a workspace admin."), "{card}");
    office.close().await;
}
