//! Proposals that nobody could decide on where they were asked for.

use super::office::Office;
use super::story::Story;
use penny::approvals::policy::{Decider, Policy, Stakes};
use penny::base::ids::GroupId;
use penny::jobs::cards::sweep::sweep;
use penny::models::content::Block;
use penny::models::scripted::Step;
use penny::playground::systems::hubspot::DEALS;
use penny::playground::{Human, Seen, Thread};
use serde_json::json;

impl Story {
    /// Jonas, who is no administrator, asks in his own conversation with Penny to have deals
    /// deleted.
    async fn jonas_asks_to_delete(&self, deals: &[usize]) -> (Human, Thread) {
        let jonas = self.app.slack.person("jonas").unwrap();
        let calls = deals.iter().map(|deal| {
            let call = json!({
                "type": "tool_use", "id": format!("call_{deal}"), "name": "propose_write",
                "input": {
                    "system": "hubspot", "operation": "delete_deal",
                    "arguments": {"id": self.deals[*deal]},
                },
            });
            serde_json::from_value(call).unwrap()
        });
        let calls: Vec<Block> = calls.collect();
        self.app.model.add([Step::replies(calls)]);
        let said = jonas.tells_penny("delete them").await.unwrap();
        self.app.settles().await;
        (jonas, said.thread())
    }

    fn are_left(&self) -> usize {
        let deals = self.hubspot.records(DEALS).into_iter();
        deals.filter(|deal| !deal.archived).count()
    }

    /// What Maya has in her direct messages with these words.
    async fn brought(&self, words: &str) -> (Seen, Thread) {
        let seen = self.app.is_written(&self.maya, words).await;
        let thread = Thread {
            channel: self.maya.dm().unwrap(),
            root: seen.ts,
        };
        (seen, thread)
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_asked_for_in_private_reaches_who_may_decide_and_their_yes_counts() {
    let story = Story::begin().await;
    let (jonas, thread) = story.jonas_asks_to_delete(&[0]).await;
    let (card, copy) = story.brought("Acme: 40 seats").await;
    assert!(card.text.contains("Asked by <@U0JONAS>"), "{}", card.text);
    assert!(card.text.contains("[Approve]"), "{}", card.text);

    jonas.clicks(&thread, "Approve").await.unwrap();
    story.app.settles().await;
    assert_eq!(story.are_left(), 2, "it is not his to decide");
    let told = jonas.whispers(&thread.channel).pop().unwrap().text;
    assert!(told.contains("isn’t yours to decide"), "{told}");

    story.app.model.add([Step::says("It is gone.")]);
    story.clicks(&copy, "Approve").await;
    jonas.reads(&thread, "It is gone.").await.unwrap();
    story.app.settles().await;
    assert_eq!(story.are_left(), 1);
    for (person, thread) in [(&story.maya, &copy), (&jonas, &thread)] {
        let seen = person.answers_in(thread);
        let card = seen.iter().find(|it| it.text.contains("Asked by")).unwrap();
        let done = card.text.contains("Done. Approved by <@U0MAYA>");
        assert!(done && !card.text.contains("[Approve]"), "{}", card.text);
    }
    story.app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plan_is_brought_as_one_card_and_decided_on_row_by_row_or_at_once() {
    let story = Story::begin().await;
    let (jonas, thread) = story.jonas_asks_to_delete(&[0, 1]).await;
    let (plan, copy) = story.brought("2 changes to decide on").await;
    assert!(plan.text.contains("Borealis pilot"), "{}", plan.text);
    story.app.model.add([Step::says("Both are gone.")]);
    story.clicks(&copy, "Approve all").await;
    jonas.reads(&thread, "Both are gone.").await.unwrap();
    story.app.settles().await;
    assert_eq!(story.are_left(), 0);
    let copies = story.maya.answers_in(&copy);
    assert_eq!(copies.len(), 1);
    assert!(copies[0].text.contains("2 of 2 done"), "{}", copies[0].text);
    jonas.sees(&thread);
    story.app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_nobody_could_ever_decide_on_is_refused_with_a_sentence() {
    let story = Story::begin().await;
    // The deals of this HubSpot have no owner.
    let rule = r#"{"deciders": ["record_owner"], "approvals": 1, "not_requester": false}"#;
    story
        .app
        .execute(&format!(
            "insert into core.policies (org_id, system, operation, policy, set_by)
             select org_id, 'hubspot', 'update_deal', '{rule}', person_id
             from core.people where slack_user_id = 'U0MAYA'"
        ))
        .await;
    let wish = json!({
        "system": "hubspot", "operation": "update_deal",
        "arguments": {"id": story.deals[0], "amount": "20000"},
    });
    story.app.model.add([
        Step::calls("call_1", "propose_write", wish),
        Step::says("Nobody decides on that here.")
            .when(|request| format!("{:?}", request.messages).contains("could say yes")),
    ]);
    let said = story.maya.mentions_penny("sales", "raise it").await;
    let thread = said.unwrap().thread();
    let words = "Nobody decides on that here.";
    story.maya.reads(&thread, words).await.unwrap();
    assert_eq!(story.app.count("select from core.proposals").await, 0);
    story.app.stop().await;
}

impl Story {
    /// Jonas asks in private to have something said in #deal-room.
    async fn jonas_asks_to_post(&self, text: &str) -> Thread {
        let jonas = self.app.slack.person("jonas").unwrap();
        let wish = json!({
            "system": "slack", "operation": "post_message",
            "arguments": {"channel": "deal-room", "text": text},
        });
        self.app
            .model
            .add([Step::calls("call_1", "propose_write", wish)]);
        let said = jonas.tells_penny("say it there").await.unwrap();
        self.app.settles().await;
        said.thread()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_left_the_private_channel_that_it_is_about_neither_gets_the_card_nor_decides_on_it() {
    let story = Story::begin().await;
    let rule = r#"{"deciders": ["admin"], "approvals": 1, "not_requester": false}"#;
    story
        .app
        .execute(&format!(
            "insert into core.policies (org_id, system, operation, policy, set_by)
             select org_id, 'slack', '*', '{rule}', person_id
             from core.people where slack_user_id = 'U0MAYA'"
        ))
        .await;
    story.jonas_asks_to_post("They sign on Friday.").await;
    let (_, copy) = story.brought("They sign on Friday.").await;

    let room = story.app.slack.channel("deal-room").unwrap();
    story.maya.leave(&room).await.unwrap();
    story.clicks(&copy, "Approve").await;
    let told = story.maya.whispers(&copy.channel).pop().unwrap().text;
    assert!(told.contains("Only members of this channel"), "{told}");
    let open = "select from core.proposals where state = 'proposed'";
    assert_eq!(story.app.count(open).await, 1);

    let thread = story.jonas_asks_to_post("They sign on Monday.").await;
    let jonas = story.app.slack.person("jonas").unwrap();
    let said = jonas.visible_text(&thread);
    assert!(said.contains("nobody whom I could ask"), "{said}");
    let has = story.maya.channel_messages(&copy.channel);
    assert!(!has.iter().any(|seen| seen.text.contains("on Monday")));
    story.app.settles().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_may_not_see_what_it_is_about_is_not_asked_and_that_is_said() {
    // Nobody can look into this system with Maya's eyes, and she is not in #design.
    let office = Office::open_in("design").await;
    let mut draft = office.draft().await;
    draft.stakes = Stakes::Irreversible;
    let before = office
        .maya
        .channel_messages(&office.maya.dm().unwrap())
        .len();
    office
        .policy(Policy::any_of([Decider::Person(
            office.person("U0MAYA").await,
        )]))
        .await;
    office.proposes_this(draft).await;
    let said = office.is_said_in_design();
    assert!(
        said.contains("nobody whom I could ask about *update_deal*"),
        "{said}"
    );
    let after = office
        .maya
        .channel_messages(&office.maya.dm().unwrap())
        .len();
    assert_eq!(after, before);
    office.close().await;
}

impl Office {
    /// The newest thing that Penny has said in the thread, as a member of #design sees it.
    fn is_said_in_design(&self) -> String {
        let noor = self.app.slack.person("noor").unwrap();
        let said = noor.answers_in(&self.thread);
        said.last().unwrap().text.clone()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn members_of_a_group_are_called_one_by_one_before_the_time_is_up() {
    let office = Office::with(|setup| setup.group("S0LEADS", "sales-leads", ["U0PRIYA"])).await;
    let group = Decider::Group(GroupId::new("S0LEADS"));
    office.policy(Policy::any_of([group])).await;
    office.proposes().await;
    office.time_is_nearly_up().await;
    for _ in 0..2 {
        sweep(&office.app.process().app.services).await.unwrap();
        office.app.settles().await;
    }
    let priya = office.app.slack.person("priya").unwrap();
    office.app.is_written(&priya, "You may decide on it").await;
    let told = priya.channel_messages(&priya.dm().unwrap());
    assert_eq!(told.len(), 1, "once");
    let maya = office.maya.channel_messages(&office.maya.dm().unwrap());
    let called = maya
        .iter()
        .filter(|seen| seen.text.contains("You may decide"));
    assert_eq!(called.count(), 0, "it is not hers to decide");
    office.card(&office.jonas);
    office.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn where_nobody_who_decides_can_be_asked_an_administrator_hears_of_it_before_the_time_is_up()
{
    let office = Office::with(|setup| setup.group("S0LEADS", "sales-leads", [])).await;
    let group = Decider::Group(GroupId::new("S0LEADS"));
    office.policy(Policy::any_of([group])).await;
    office.proposes().await;
    office.time_is_nearly_up().await;
    for _ in 0..2 {
        sweep(&office.app.process().app.services).await.unwrap();
        office.app.settles().await;
    }
    let words = "I can reach nobody of them";
    let told = office.app.is_written(&office.maya, words).await;
    assert!(told.text.contains("<@U0JONAS>"), "{}", told.text);
    assert!(told.text.contains("/penny policy"), "{}", told.text);
    assert!(!told.text.contains("Acme"), "{}", told.text);
    let maya = office.maya.channel_messages(&office.maya.dm().unwrap());
    let heard = maya.iter().filter(|seen| seen.text.contains(words));
    assert_eq!(heard.count(), 1, "once");
    office.card(&office.jonas);
    office.close().await;
}
