//! A workflow changes nothing outside by itself: it proposes to its owner, and a dry run shows
//! what it would have proposed.

use super::desk::Desk;
use crate::approvals_in_slack::office::choose;
use crate::support::TestApp;
use crate::support::turned::Turned;
use penny::base::ids::PersonId;
use penny::connectors::registry;
use penny::models::scripted::{Scripted, Step};
use penny::playground::systems::hubspot::{DEALS, HubSpot};
use penny::playground::{Slack, Submitted, Thread};
use serde_json::{Value, json};

pub struct Office {
    pub desk: Desk,
    hubspot: HubSpot,
    pub deal: String,
}

impl Office {
    pub async fn open(more: impl IntoIterator<Item = Step>) -> Self {
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
        let clock = Turned::at("2026-11-20T08:00:00Z");
        let of_slack = clock.clone();
        let mut steps = vec![Step::says("Hello.")];
        steps.extend(more);
        let app = TestApp::thinking_with(Scripted::new(steps))
            .setting("HUBSPOT_BASE_URL", hubspot.url())
            .clock(clock.clone())
            .slack(|setup| setup.clock(of_slack))
            .start()
            .await;
        let desk = Desk::at(app, clock);
        // So that Penny knows Maya.
        let said = desk.maya.tells_penny("hello").await.unwrap();
        desk.maya.reads(&said.thread(), "Hello.").await.unwrap();
        desk.app.settles().await;
        let person = "select person_id::text from core.people where slack_user_id = 'U0MAYA'";
        let maya: PersonId = desk.app.texts(person).await.remove(0).parse().unwrap();
        let services = &desk.app.process().app.services;
        let org = services.workspaces.all()[0].org;
        let connector = registry::find("hubspot").unwrap();
        let connected = services
            .connections
            .connect(org, maya, connector, hubspot.token());
        connected.await.unwrap();
        desk.app.settles().await;
        Self {
            desk,
            hubspot,
            deal,
        }
    }

    pub fn raises(&self) -> Value {
        self.raises_to(15_000)
    }

    fn raises_to(&self, amount: i64) -> Value {
        json!({"steps": [
            {"id": "raise", "change": {"system": "hubspot", "operation": "update_deal",
                "arguments": {"id": self.deal, "amount": amount}}},
            {"id": "tell", "message": "raise: {{steps.raise.state}}"},
        ]})
    }

    /// Somebody sets it back over there.
    fn lowers(&self) {
        let back = [("amount", "12000")];
        self.hubspot.change(DEALS, &self.deal, &back).unwrap();
    }

    pub fn amount(&self) -> String {
        let amount: f64 = self.hubspot.records(DEALS)[0].properties["amount"]
            .parse()
            .unwrap();
        amount.to_string()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_waits_for_a_yes_and_the_run_goes_on_with_what_came_of_it() {
    let office = Office::open([]).await;
    let desk = &office.desk;
    desk.writes("raise", "by hand", office.raises()).await;
    let thread = desk.runs("raise").await;
    assert_eq!(desk.states().await, ["waiting"]);
    assert_eq!(office.amount(), "12000");
    desk.maya.clicks(&thread, "Approve").await.unwrap();
    desk.app
        .comes_true("the run is over", async || desk.states().await == ["done"])
        .await;
    desk.app.settles().await;
    assert_eq!(office.amount(), "15000");
    let said = desk.said(&thread);
    assert!(said.iter().any(|text| text == "raise: done"), "{said:?}");
    office.desk.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_no_ends_the_run_without_being_a_failure() {
    let office = Office::open([]).await;
    let desk = &office.desk;
    desk.writes("raise", "by hand", office.raises()).await;
    let thread = desk.runs("raise").await;
    desk.maya.clicks(&thread, "Reject").await.unwrap();
    desk.app
        .slack
        .until("the window", |_| desk.maya.modal().ok())
        .await
        .unwrap();
    desk.app.settles().await;
    let because = [("penny_field", json!("Not this quarter."))];
    desk.maya.submits(&because).await.unwrap();
    desk.app
        .comes_true("the run is over", async || desk.states().await == ["done"])
        .await;
    desk.app.settles().await;
    assert_eq!(desk.states().await, ["done"]);
    assert!(
        desk.head(&thread).contains("Somebody said no at raise"),
        "{}",
        desk.head(&thread)
    );
    assert_eq!(office.amount(), "12000");
    office.desk.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dry_run_shows_the_cards_that_would_have_been_and_changes_nothing() {
    let office = Office::open([]).await;
    let desk = &office.desk;
    desk.writes("raise", "by hand", office.raises()).await;
    let thread = desk.starts("dry", "raise").await;
    assert_eq!(desk.states().await, ["done"]);
    let said = desk.said(&thread).join("\n");
    assert!(said.contains("Dry run") && said.contains("15"), "{said}");
    assert!(said.contains("raise: dry"), "{said}");
    assert_eq!(desk.app.count("select 1 from core.proposals").await, 0);
    assert_eq!(office.amount(), "12000");
    assert!(
        desk.maya.clicks(&thread, "Approve").await.is_err(),
        "there is nothing to approve"
    );
    office.desk.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn in_a_dry_run_penny_herself_proposes_nothing() {
    let wish = json!({"system": "hubspot", "operation": "update_deal", "arguments": {"id": "1", "amount": 1}});
    let office = Office::open([
        Step::calls("c1", "propose_write", wish).when_asked("Raise it"),
        Step::says("I would have raised it."),
    ])
    .await;
    let desk = &office.desk;
    desk.writes("asks", "by hand", json!({"prompt": "Raise it"}))
        .await;
    let thread = desk.starts("dry", "asks").await;
    desk.maya
        .reads(&thread, "I would have raised it.")
        .await
        .unwrap();
    desk.app.settles().await;
    assert_eq!(desk.app.count("select 1 from core.proposals").await, 0);
    assert_eq!(desk.states().await, ["done"]);
    office.desk.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_envelope_that_somebody_approved_covers_this_workflow_until_it_is_edited() {
    let office = Office::open([]).await;
    let desk = &office.desk;
    desk.writes("raise", "by hand", office.raises()).await;
    desk.writes("spare", "by hand", office.raises()).await;
    let thread = desk.runs("raise").await;
    allow(desk, &thread, &office.deal).await;

    office.lowers();
    desk.runs("raise").await;
    desk.app
        .comes_true("it is done without a question", async || {
            desk.states().await == ["waiting", "done"]
        })
        .await;
    desk.app.settles().await;
    assert_eq!(office.amount(), "15000");

    office.lowers();
    desk.runs("spare").await;
    assert_eq!(
        desk.states().await,
        ["waiting", "done", "waiting"],
        "another one asks"
    );
    assert_eq!(office.amount(), "12000");

    let usable = "select 1 from core.grants where revoked_at is null";
    assert_eq!(desk.app.count(usable).await, 1);
    desk.edits("raise", &office.raises_to(16_000)).await;
    assert_eq!(
        desk.app.count(usable).await,
        0,
        "it was agreed to for other steps"
    );
    office.desk.close().await;
}

/// Maya allows what the run asks for five times more, up to a million, for this deal.
async fn allow(desk: &Desk, thread: &Thread, deal: &str) {
    choose(thread, &desk.maya, "", "Always allow…").await;
    let window = |_: &Slack| desk.maya.modal().ok();
    let modal = desk.app.slack.until("the window", window).await.unwrap();
    desk.app.settles().await;
    let shown = desk.maya.modal_text();
    assert!(shown.contains("in runs of the workflow"), "{shown}");
    let mut state = modal.state.clone();
    state["uses"]["penny_field"] = json!({"type": "number_input", "value": "5"});
    if modal.body.to_string().contains("\"amount\"") {
        state["amount"]["penny_field"] = json!({"type": "number_input", "value": "1000000"});
    }
    let records = json!({"type": "plain_text_input", "value": format!("4711, {deal}")});
    state["targets"]["penny_field"] = records;
    let values = json!({ "values": state });
    let submitted = desk.maya.submit(&modal.id, Some(values)).await.unwrap();
    assert_eq!(submitted, Submitted::Taken);
    desk.app.settles().await;
}
