//! The whole way: asked for in a thread, seen on a card, changed in HubSpot, and taken back.

use crate::support::TestApp;
use penny::connectors::registry;
use penny::models::scripted::Step;
use penny::playground::systems::hubspot::{DEALS, HubSpot};
use penny::playground::{Human, Slack, Submitted, Thread};
use serde_json::{Value, json};

pub struct Story {
    pub app: TestApp,
    pub hubspot: HubSpot,
    pub maya: Human,
    pub deals: Vec<String>,
}

impl Story {
    /// Maya's HubSpot has two deals of 10,000, and she is known.
    pub async fn begin() -> Self {
        let hubspot = HubSpot::start().await.unwrap();
        let app = TestApp::build([Step::says("Hello.")])
            .setting("HUBSPOT_BASE_URL", hubspot.url())
            .start()
            .await;
        let maya = app.slack.person("maya").unwrap();
        let said = maya.tells_penny("hello").await.unwrap();
        maya.reads(&said.thread(), "Hello.").await.unwrap();
        let pipeline = hubspot.pipeline("Sales", &[("Talking", 0.2), ("Signed", 1.0)]);
        let deal = |name: &str| {
            hubspot.add(
                DEALS,
                &[
                    ("dealname", name),
                    ("pipeline", &pipeline.id),
                    ("dealstage", &pipeline.stages[0]),
                    ("amount", "10000"),
                    ("deal_currency_code", "EUR"),
                ],
            )
        };
        let deals = vec![deal("Acme: 40 seats"), deal("Borealis pilot")];
        let story = Self {
            maya,
            deals,
            app,
            hubspot,
        };
        story.connect().await;
        story
    }

    async fn connect(&self) {
        let services = &self.app.process().app.services;
        let org = services.workspaces.all()[0].org;
        let person = "select person_id::text from core.people where slack_user_id = 'U0MAYA'";
        let person = self.app.texts(person).await.remove(0).parse().unwrap();
        let connector = registry::find("hubspot").unwrap();
        services
            .connections
            .connect(org, person, connector, self.hubspot.token())
            .await
            .unwrap();
        self.app.settles().await;
    }

    pub fn amount(&self, deal: usize) -> String {
        let records = self.hubspot.records(DEALS);
        let found = records.iter().find(|it| it.id == self.deals[deal]).unwrap();
        let amount = &found.properties["amount"];
        amount.trim_end_matches(".00").to_owned()
    }

    pub fn update(&self, id: &str, deal: usize, amount: &str) -> Value {
        json!({
            "type": "tool_use", "id": id, "name": "propose_write",
            "input": self.wish(deal, amount),
        })
    }

    fn wish(&self, deal: usize, amount: &str) -> Value {
        json!({
            "system": "hubspot", "operation": "update_deal",
            "arguments": {"id": self.deals[deal], "amount": amount},
        })
    }

    /// Maya asks for the first deal to be raised, and sees the card.
    pub async fn asks(&self) -> Thread {
        let step = Step::calls("call_1", "propose_write", self.wish(0, "20000"));
        self.app.model.add([step]);
        let said = self
            .maya
            .mentions_penny("sales", "raise Acme to 20000")
            .await
            .unwrap();
        self.app.settles().await;
        said.thread()
    }

    pub fn card(&self, thread: &Thread, words: &str) -> String {
        let seen = self.maya.sees(thread).into_iter().rev();
        let mut cards = seen.filter(|seen| seen.by_app && seen.text.contains(words));
        cards
            .next()
            .unwrap_or_else(|| panic!("{words} in {}", self.maya.visible_text(thread)))
            .text
    }

    pub async fn clicks(&self, thread: &Thread, button: &str) {
        self.maya.clicks(thread, button).await.unwrap();
        self.app.settles().await;
    }

    pub async fn sees_window(&self, words: &str) {
        self.app.window_says(&self.maya, words).await;
        self.app.settles().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_is_seen_edited_approved_made_and_taken_back() {
    let story = Story::begin().await;
    let thread = story.asks().await;
    let card = story.card(&thread, "Update a deal in HubSpot");
    assert!(card.contains("Acme: 40 seats"), "{card}");
    assert!(card.contains("Amount: 10,000 EUR → 20,000 EUR"), "{card}");
    assert!(card.contains("Can be undone afterwards"), "{card}");

    story.clicks(&thread, "Edit").await;
    story.sees_window("Next step").await;
    let wrong = edited(&story, "1.005", "").await;
    assert!(
        matches!(&wrong, Submitted::Errors(errors) if errors.contains_key("amount")),
        "{wrong:?}"
    );
    let right = edited(&story, "15000.50", "Call Ann").await;
    assert_eq!(right, Submitted::Taken);
    story.app.settles().await;
    let card = story.card(&thread, "version 2");
    assert!(
        card.contains("Amount: 10,000 EUR → 15,000.50 EUR"),
        "{card}"
    );
    assert!(card.contains("Next step: empty → Call Ann"), "{card}");
    assert_eq!(story.amount(0), "10000", "nothing is written before a yes");

    story.app.model.add([Step::says("Acme is at 15,000.50 now.")
        .when(|request| format!("{:?}", request.messages).contains("edited before"))]);
    story.clicks(&thread, "Approve").await;
    story.maya.reads(&thread, "15,000.50 now").await.unwrap();
    assert_eq!(story.amount(0), "15000.50");
    story.card(&thread, "Done. Approved by <@U0MAYA>");

    story.clicks(&thread, "Undo").await;
    let card = story.card(&thread, "Undo · Update a deal");
    assert!(card.contains("15,000.50 EUR → 10,000 EUR"), "{card}");
    story.clicks(&thread, "Approve").await;
    assert_eq!(story.amount(0), "10000");
    story.card(&thread, "Done, and undone again");
    story.app.stop().await;
}

async fn edited(story: &Story, amount: &str, next_step: &str) -> Submitted {
    let modal = story.maya.modal().unwrap();
    let mut state = modal.state.clone();
    state["amount"]["penny_field"] = json!({"type": "number_input", "value": amount});
    state["next_step"]["penny_field"] = json!({"type": "plain_text_input", "value": next_step});
    let state = json!({ "values": state });
    story.maya.submit(&modal.id, Some(state)).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rejection_reaches_the_agent_with_its_reason() {
    let story = Story::begin().await;
    let thread = story.asks().await;
    story.app.model.add([Step::says("Then I leave it.")
        .when(|request| format!("{:?}", request.messages).contains("ask the board first"))]);
    story.clicks(&thread, "Reject").await;
    story.sees_window("Why not?").await;
    let reason = [("penny_field", json!("ask the board first"))];
    story.maya.submits(&reason).await.unwrap();
    story.maya.reads(&thread, "Then I leave it.").await.unwrap();
    assert_eq!(story.amount(0), "10000");
    story.app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_has_changed_meanwhile_is_not_written_and_can_be_proposed_again_as_it_is() {
    let story = Story::begin().await;
    let thread = story.asks().await;
    let changed = [("amount", "12345")];
    story
        .hubspot
        .change(DEALS, &story.deals[0], &changed)
        .unwrap();
    story.app.model.add([Step::says("It had changed.")]);
    story.clicks(&thread, "Approve").await;
    story.maya.reads(&thread, "It had changed.").await.unwrap();
    story.card(&thread, "it had changed in HubSpot meanwhile (Amount)");
    assert_eq!(story.amount(0), "12345");

    story.clicks(&thread, "Propose again").await;
    let card = story.card(&thread, "version 2");
    assert!(card.contains("12,345 EUR → 20,000 EUR"), "{card}");
    story.clicks(&thread, "Approve").await;
    assert_eq!(story.amount(0), "20000");
    story.app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn app_home_and_undo_list_what_was_done_and_audit_tells_of_all_of_it() {
    let story = Story::begin().await;
    let thread = story.asks().await;
    home_says(&story, "Asked by <@U0MAYA>").await;
    story.app.model.add([Step::says("Done.")]);
    story.clicks(&thread, "Approve").await;
    story.maya.reads(&thread, "Done.").await.unwrap();
    let home = home_says(&story, "Done lately").await;
    assert!(
        home.contains("Nothing waits for you") && home.contains("[Undo]"),
        "{home}"
    );

    let told = story.types("/penny undo", "What can be undone").await;
    assert!(
        told.contains("Acme: 40 seats") && told.contains("[Undo]"),
        "{told}"
    );
    let told = story.types("/penny audit", "The ledger is whole").await;
    assert!(
        told.contains("<@U0MAYA> approved *Update a deal*: Acme: 40 seats"),
        "{told}"
    );
    assert!(told.contains("penny audit export --org"), "{told}");

    story.maya.open_home("home").await.unwrap();
    story.app.settles().await;
    story.maya.clicks_in_home("Undo").await.unwrap();
    story.app.settles().await;
    story.card(&thread, "Undo · Update a deal");
    story.app.stop().await;
}

async fn home_says(story: &Story, words: &str) -> String {
    story.maya.open_home("home").await.unwrap();
    story.app.home_says(&story.maya, words).await
}

impl Story {
    async fn types(&self, command: &str, words: &str) -> String {
        let sales = self.app.slack.channel("sales").unwrap();
        self.maya.runs_command("sales", command).await.unwrap();
        let look = |_: &Slack| {
            let seen = self.maya.whispers(&sales).into_iter().rev();
            seen.map(|seen| seen.text).find(|text| text.contains(words))
        };
        let told = self.app.slack.until(words, look).await.unwrap();
        self.app.settles().await;
        told
    }
}
