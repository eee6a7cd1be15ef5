//! Several changes of one turn on one card, while the world goes on beside it.

use super::office::{Office, choose, press};
use super::story::Story;
use penny::approvals::policy::Stakes;
use penny::models::content::Block;
use penny::models::scripted::Step;
use penny::playground::systems::hubspot::DEALS;
use penny::playground::{Human, Thread};
use serde_json::{Value, json};

const ACME: &str = "Acme: 40 seats";
const BOREALIS: &str = "Borealis pilot";

impl Story {
    /// Somebody asks for several changes at once, and sees the plan.
    async fn asks_for(&self, person: &Human, changes: impl IntoIterator<Item = Value>) -> Thread {
        let calls = changes.into_iter();
        let calls: Vec<Block> = calls
            .map(|call| serde_json::from_value(call).unwrap())
            .collect();
        self.app.model.add([Step::replies(calls)]);
        let said = person.mentions_penny("sales", "change them").await.unwrap();
        self.app.settles().await;
        said.thread()
    }

    async fn asks_for_both(&self, person: &Human) -> Thread {
        let changes = [
            self.update("call_1", 0, "20000"),
            self.update("call_2", 1, "30000"),
        ];
        self.asks_for(person, changes).await
    }

    fn amounts(&self) -> [String; 2] {
        [self.amount(0), self.amount(1)]
    }

    /// What “Approve all” carries on the plan as it stands.
    fn seal(&self, thread: &Thread) -> String {
        let messages = self.maya.answers_in(thread).into_iter();
        let blocks = messages.flat_map(|seen| seen.blocks);
        let elements = blocks.flat_map(|it| it["elements"].as_array().cloned().unwrap_or_default());
        let mut all = elements.filter(|it| it["action_id"] == "penny_approve_all");
        let all = all.next().expect("Approve all");
        assert_eq!(all["confirm"]["style"], "danger", "it asks twice");
        all["value"].as_str().unwrap().to_owned()
    }
}

fn told(person: &Human, thread: &Thread) -> String {
    let told = person.whispers(&thread.channel).into_iter();
    told.map(|seen| seen.text).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn several_changes_of_one_turn_are_one_plan_with_a_choice_each() {
    let story = Story::begin().await;
    let thread = story.asks_for_both(&story.maya).await;
    let plan = story.card(&thread, "2 changes to decide on");
    assert!(plan.contains(ACME) && plan.contains(BOREALIS), "{plan}");
    assert!(plan.contains("2 of 2 wait for a decision"), "{plan}");

    story.app.model.add([Step::says("Both are done.")]);
    story.clicks(&thread, "Approve all").await;
    story.maya.reads(&thread, "Both are done.").await.unwrap();
    assert_eq!(story.amounts(), ["20000", "30000"]);
    story.card(&thread, "2 of 2 done");
    story.app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn approve_all_leaves_alone_what_somebody_changed_over_there_and_does_the_rest() {
    let story = Story::begin().await;
    let thread = story.asks_for_both(&story.maya).await;
    let changed = [("amount", "12345")];
    let elsewhere = story.hubspot.change(DEALS, &story.deals[1], &changed);
    elsewhere.unwrap();
    story
        .app
        .model
        .add([Step::says("One of them had changed.")]);
    story.clicks(&thread, "Approve all").await;
    let said = "One of them had changed.";
    story.maya.reads(&thread, said).await.unwrap();
    assert_eq!(story.amounts(), ["20000", "12345"]);
    let plan = story.card(&thread, "1 of 2 done, none left to decide on");
    assert!(
        plan.contains("it had changed in HubSpot meanwhile (Amount)"),
        "{plan}"
    );

    // Its row offers the wish once more, as things are now.
    choose(&thread, &story.maya, BOREALIS, "Propose again").await;
    story.app.settles().await;
    let plan = story.card(&thread, "1 of 2 done, 1 wait for a decision");
    assert!(plan.contains("12,345 EUR → 30,000 EUR"), "{plan}");
    choose(&thread, &story.maya, BOREALIS, "Approve").await;
    story.app.settles().await;
    assert_eq!(story.amounts(), ["20000", "30000"]);
    story.app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn approve_all_approves_nothing_once_somebody_else_has_decided_on_a_part_of_it() {
    let story = Story::begin().await;
    let jonas = story.app.slack.person("jonas").unwrap();
    let thread = story.asks_for_both(&jonas).await;
    let seen_before = story.seal(&thread);
    story.app.model.add([Step::says("As you like.")]);

    choose(&thread, &jonas, ACME, "Reject").await;
    story.app.window_says(&jonas, "Why not?").await;
    story.app.settles().await;
    jonas.submits(&[("penny_field", json!(""))]).await.unwrap();
    story.app.settles().await;
    press(
        &story.app,
        &thread,
        &story.maya,
        "penny_approve_all",
        &seen_before,
    )
    .await;
    let sentence = told(&story.maya, &thread);
    assert!(sentence.contains("has just changed, so I haven’t approved anything"));
    assert_eq!(story.amounts(), ["10000", "10000"]);

    choose(&thread, &story.maya, BOREALIS, "Approve").await;
    jonas.reads(&thread, "As you like.").await.unwrap();
    assert_eq!(story.amounts(), ["10000", "30000"]);
    story.app.stop().await;
}

/// Deleting a deal cannot be taken back.
fn deletion(story: &Story, id: &str, deal: usize) -> Value {
    json!({
        "type": "tool_use", "id": id, "name": "propose_write",
        "input": {
            "system": "hubspot", "operation": "delete_deal",
            "arguments": {"id": story.deals[deal]},
        },
    })
}

fn are_there(story: &Story) -> usize {
    let deals = story.hubspot.records(DEALS).into_iter();
    deals.filter(|deal| !deal.archived).count()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_undone_is_asked_for_twice_on_a_card_of_its_own() {
    let story = Story::begin().await;
    let thread = story
        .asks_for(&story.maya, [deletion(&story, "call_1", 0)])
        .await;
    story.card(&thread, "This cannot be undone");
    let messages = story.maya.answers_in(&thread).into_iter();
    let blocks = messages.flat_map(|seen| seen.blocks);
    let approve = blocks
        .flat_map(|it| it["elements"].as_array().cloned().unwrap_or_default())
        .find(|it| it["action_id"] == "penny_approve")
        .unwrap();
    let asked = &approve["confirm"]["text"]["text"];
    let asked = asked.as_str().unwrap();
    assert!(asked.contains("cannot be undone"), "{asked}");

    // There is nothing to word differently in a deletion.
    story.clicks(&thread, "Edit").await;
    let sentence = told(&story.maya, &thread);
    assert!(
        sentence.contains("can’t open this for editing"),
        "{sentence}"
    );
    story.app.model.add([Step::says("It is gone.")]);
    story.clicks(&thread, "Approve").await;
    story.maya.reads(&thread, "It is gone.").await.unwrap();
    assert_eq!(are_there(&story), 1);
    story.app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_undone_is_asked_for_twice_in_a_row_of_a_plan() {
    let story = Story::begin().await;
    let both = [deletion(&story, "call_1", 0), deletion(&story, "call_2", 1)];
    let thread = story.asks_for(&story.maya, both).await;
    story.card(&thread, "cannot be undone");

    choose(&thread, &story.maya, ACME, "Approve").await;
    story.sees_window("It is done as soon as you say yes").await;
    assert_eq!(are_there(&story), 2);
    story.maya.close_view(true).await.unwrap();
    story.app.settles().await;
    assert_eq!(are_there(&story), 2, "a window that is closed is no yes");

    choose(&thread, &story.maya, ACME, "Approve").await;
    story.sees_window("It is done as soon as you say yes").await;
    story.maya.submits(&[]).await.unwrap();
    story.app.settles().await;
    assert_eq!(are_there(&story), 1);
    story.card(&thread, "1 of 2 done, 1 wait for a decision");

    story.app.model.add([Step::says("One is gone.")]);
    choose(&thread, &story.maya, BOREALIS, "Reject").await;
    story.sees_window("Why not?").await;
    story.maya.submits(&[]).await.unwrap();
    story.maya.reads(&thread, "One is gone.").await.unwrap();
    assert_eq!(are_there(&story), 1);
    story.app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_said_outside_stays_said_and_so_a_row_of_a_plan_asks_twice_before() {
    let office = Office::open().await;
    let mut mails = Vec::new();
    for name in ["To Ann", "To Bea"] {
        let mut draft = office.draft().await;
        draft.stakes = Stakes::Own;
        draft.target.name = name.into();
        mails.push(draft);
    }
    office.proposes_together(mails).await;
    let plan = office.card(&office.jonas);
    assert_eq!(plan.matches("cannot be undone").count(), 2, "{plan}");
    let blocks = office.jonas.answers_in(&office.thread);
    let blocks = blocks.into_iter().flat_map(|seen| seen.blocks);
    let confirm = blocks
        .flat_map(|it| it["elements"].as_array().cloned().unwrap_or_default())
        .find(|it| it["action_id"] == "penny_approve_all")
        .unwrap();
    let asked = confirm["confirm"]["text"]["text"].as_str().unwrap();
    assert!(
        asked.contains("cannot be undone: update_deal: To Ann; update_deal: To Bea"),
        "{asked}"
    );

    choose(&office.thread, &office.jonas, "To Ann", "Approve").await;
    let sure = "It is done as soon as you say yes";
    office.sees_window(&office.jonas, sure).await;
    office.app.settles().await;
    assert_eq!(office.states().await, ["1 proposed", "1 proposed"]);
    office.jonas.submits(&[]).await.unwrap();
    office.app.settles().await;
    assert_eq!(office.states().await, ["1 failed", "1 proposed"]);
    office.card(&office.jonas);
    office.close().await;
}
