//! Maya's company with a HubSpot of one deal, and a model that proposes what the test wants.

use crate::support::hurried::{Hurried, WAITS_ARE_OVER};
use crate::support::{Builder, TestApp};
use penny::base::ids::{OrgId, PersonId};
use penny::connectors::registry;
use penny::models::scripted::Step;
use penny::playground::systems::hubspot::{DEALS, HubSpot, NOTES};
use penny::playground::{Human, Thread};
use serde_json::{Value, json};
use std::sync::Arc;

/// What the model says at the end.
const HOW_IT_WENT: &str = "That is how it went.";

pub struct Office {
    pub app: TestApp,
    pub hubspot: HubSpot,
    /// Its id in HubSpot.
    pub deal: String,
    pub maya: Human,
    pub jonas: Human,
}

impl Office {
    pub async fn open() -> Self {
        Self::with(|app| app).await
    }

    pub async fn with(change: impl FnOnce(Builder) -> Builder) -> Self {
        let hubspot = HubSpot::start().await.unwrap();
        let pipeline = hubspot.pipeline("Sales", &[("Talking", 0.2), ("Signed", 1.0)]);
        let deal = hubspot.add(
            DEALS,
            &[
                ("dealname", "Acme: 40 seats"),
                ("pipeline", &pipeline.id),
                ("dealstage", &pipeline.stages[0]),
                ("amount", "12000"),
                ("deal_currency_code", "EUR"),
            ],
        );
        // Looking a lost answer up takes waits that a test need not sit through.
        let app = TestApp::build([Step::says("Hello."), Step::says("Hello.")])
            .setting("HUBSPOT_BASE_URL", hubspot.url())
            .clock(Arc::new(Hurried));
        let app = change(app).start().await;
        let office = Self {
            maya: app.slack.person("maya").unwrap(),
            jonas: app.slack.person("jonas").unwrap(),
            app,
            hubspot,
            deal,
        };
        for person in [&office.maya, &office.jonas] {
            let said = person.tells_penny("hello").await.unwrap();
            person.reads(&said.thread(), "Hello.").await.unwrap();
            office.app.settles().await;
            person.sees(&said.thread());
        }
        office.connects().await;
        office
    }

    async fn connects(&self) {
        let person = "select person_id::text from core.people where slack_user_id = 'U0MAYA'";
        let maya: PersonId = self.app.texts(person).await.remove(0).parse().unwrap();
        let connections = &self.app.process().app.services.connections;
        let connector = registry::find("hubspot").unwrap();
        connections
            .connect(self.org(), maya, connector, self.hubspot.token())
            .await
            .unwrap();
        self.app.settles().await;
    }

    pub fn org(&self) -> OrgId {
        self.app.process().app.services.workspaces.all()[0].org
    }

    /// Maya asks in #sales, and the model proposes this, and then says what came of it.
    pub async fn wants(&self, operation: &str, arguments: Value) -> Thread {
        self.wants_for(&self.maya, operation, arguments).await
    }

    pub async fn wants_for(&self, asker: &Human, operation: &str, arguments: Value) -> Thread {
        let proposes = Self::proposes(operation, arguments);
        let steps = [proposes, Step::says(HOW_IT_WENT)];
        self.asks(asker, steps).await
    }

    fn proposes(operation: &str, arguments: Value) -> Step {
        let input = json!({"system": "hubspot", "operation": operation, "arguments": arguments});
        Step::calls("c1", "propose_write", input)
    }

    async fn asks(&self, asker: &Human, steps: impl IntoIterator<Item = Step>) -> Thread {
        self.app.model.add(steps);
        let said = asker.says("sales", "@Penny please change it").await;
        let thread = said.unwrap().thread();
        self.app
            .comes_true("the turn waits", async || {
                let waits = "select 1 from core.turns where state = 'waiting'";
                self.app.count(waits).await == 1
            })
            .await;
        self.app.settles().await;
        thread
    }

    /// From now on the model says how it went as often as it is asked, as real ones do: who dies
    /// over an answer has it asked for again.
    pub fn answers_as_often_as_asked(&self) {
        let says = Step::says(HOW_IT_WENT).when_asked("it is done");
        self.app.model.add([says.repeatedly()]);
    }

    /// As `wants_a_note`, where the model answers as often as it is asked.
    pub async fn wants_another_note(&self) -> Thread {
        let proposes = Self::proposes("add_note", self.note());
        self.asks(&self.maya, [proposes]).await
    }

    fn note(&self) -> Value {
        json!({"deal_id": self.deal, "text": "They sign on Friday."})
    }

    pub async fn wants_a_note(&self) -> Thread {
        self.wants("add_note", self.note()).await
    }

    pub async fn wants_more(&self) -> Thread {
        let more = json!({"id": self.deal, "amount": 15_000});
        self.wants("update_deal", more).await
    }

    pub async fn approves(&self, person: &Human, thread: &Thread) {
        person.clicks(thread, "Approve").await.unwrap();
    }

    /// The newest card, as this person sees it.
    pub fn card(&self, person: &Human, thread: &Thread) -> String {
        let seen = person.sees(thread).into_iter().rev();
        let mut cards = seen.filter(|seen| seen.by_app && seen.text.contains("Asked by"));
        cards.next().expect("a card").text
    }

    /// A field of the deal, as HubSpot has it.
    pub fn in_hubspot(&self, property: &str) -> String {
        let deals = self.hubspot.records(DEALS);
        deals[0].properties[property].clone()
    }

    pub fn notes(&self) -> usize {
        self.hubspot.records(NOTES).len()
    }

    /// How often HubSpot was asked to change something.
    pub fn writes(&self) -> usize {
        let calls = self.hubspot.calls().into_iter();
        let is_write = |method: &str, path: &str| match method {
            "PATCH" | "DELETE" => true,
            "POST" => !path.ends_with("/search") && !path.ends_with("/batch/read"),
            _ => false,
        };
        calls
            .filter(|call| is_write(&call.method, &call.path))
            .count()
    }

    pub async fn states(&self) -> Vec<String> {
        let states =
            "select version || ' ' || state from core.proposals order by created_at, version";
        self.app.texts(states).await
    }

    /// What the model was told of its proposal.
    pub fn told_the_model(&self) -> String {
        let last = self.app.model.requests().len() - 1;
        self.app.words_of_request(last)
    }

    /// Whoever died has been silent for too long.
    pub async fn time_passes(&self) {
        self.app.expire_leases().await;
        self.waits_are_over().await;
    }

    /// What waits for another try need not wait for real.
    pub async fn waits_are_over(&self) {
        self.app.execute(WAITS_ARE_OVER).await;
    }

    pub async fn close(self, thread: &Thread) {
        self.app.settles().await;
        for person in [&self.maya, &self.jonas] {
            person.sees(thread);
        }
        self.app.stop().await;
    }
}
