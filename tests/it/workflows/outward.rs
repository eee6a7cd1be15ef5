//! Steps that reach people and systems outside: text messages and calls of a webhook. Each is a
//! card first, goes out once, and is never repeated where nobody knows what became of it.

use super::desk::Desk;
use crate::approvals_in_slack::office::choose;
use crate::support::TestApp;
use crate::support::turned::Turned;
use penny::base::ids::PersonId;
use penny::base::secret::Secret;
use penny::connectors::registry;
use penny::models::scripted::{Scripted, Step};
use penny::playground::systems::receiver::{self, Receiver};
use penny::playground::systems::twilio::{self, Twilio};
use penny::playground::{Slack, Submitted, Thread};
use serde_json::{Value, json};

const NUMBER: &str = "+493012345678";
const ANN: &str = "+491701234567";
const PATH: &str = "/2010-04-01/Accounts";
const ADDRESS: &str = "https://hooks.example.com/in/canary-path?key=canary-query";
const SECRET: &str = "canary-of-a-secret-to-sign-with";

struct Office {
    desk: Desk,
    twilio: Twilio,
    receiver: Receiver,
}

impl Office {
    async fn open() -> Self {
        let (twilio, receiver) = (
            Twilio::start().await.unwrap(),
            Receiver::start().await.unwrap(),
        );
        twilio.number_for_calls("+493099999999");
        twilio.number(NUMBER);
        let clock = Turned::at("2026-11-20T08:00:00Z");
        let of_slack = clock.clone();
        let app = TestApp::thinking_with(Scripted::new([Step::says("Hello.")]))
            .setting("TWILIO_BASE_URL", twilio.url())
            .setting("OUTGOING_WEBHOOK_BASE_URL", receiver.url())
            .keeping_logs()
            .clock(clock.clone())
            .slack(|setup| setup.clock(of_slack))
            .start()
            .await;
        let desk = Desk::at(app, clock);
        // So that Penny knows Maya.
        let said = desk.maya.tells_penny("hello").await.unwrap();
        desk.maya.reads(&said.thread(), "Hello.").await.unwrap();
        desk.app.settles().await;
        let office = Self {
            desk,
            twilio,
            receiver,
        };
        office.connects("twilio", office.twilio.key()).await;
        let address = Secret::new(format!("{ADDRESS} {SECRET}"));
        office.connects("outgoing_webhook", address).await;
        office
    }

    async fn connects(&self, system: &str, key: Secret) {
        let app = &self.desk.app;
        let person = "select person_id::text from core.people where slack_user_id = 'U0MAYA'";
        let maya: PersonId = app.texts(person).await.remove(0).parse().unwrap();
        let services = &app.process().app.services;
        let org = services.workspaces.all()[0].org;
        let connector = registry::find(system).unwrap();
        let connected = services.connections.connect(org, maya, connector, key);
        connected.await.unwrap();
        app.settles().await;
    }

    fn texts_ann() -> Value {
        json!({"steps": [
            {"id": "tell", "sms": {"to": "+49 170 1234567", "text": "Your order is ready."}},
            {"id": "after", "message": "tell: {{steps.tell.state}}"},
        ]})
    }

    fn calls() -> Value {
        json!({"steps": [
            {"id": "deal", "set": {"name": "Acme \"40\"", "amount": 12_000}},
            {"id": "call", "webhook": {"event": "deal.won", "body": {"deal": "{{steps.deal}}"}}},
            {"id": "after", "message": "call: {{steps.call.state}}"},
        ]})
    }

    /// Maya writes this, starts it, and it waits for her.
    async fn waits_with(&self, definition: Value) -> Thread {
        self.desk.writes("outward", "by hand", definition).await;
        let thread = self.desk.runs("outward").await;
        assert_eq!(self.desk.states().await, ["waiting"]);
        assert_eq!((self.twilio.messages().len(), self.received()), (0, 0));
        thread
    }

    async fn approves(&self, thread: &Thread) {
        self.desk.maya.clicks(thread, "Approve").await.unwrap();
    }

    async fn ends(&self, states: &[&str]) {
        let desk = &self.desk;
        let over = async || desk.states().await == states;
        desk.app.comes_true("the run is over", over).await;
        desk.app.settles().await;
    }

    fn received(&self) -> usize {
        self.receiver.received().len()
    }

    /// What failed is told in Maya's direct conversation.
    async fn looks_through(&self) {
        let desk = &self.desk;
        desk.app.settles().await;
        let channel = desk.maya.dm().unwrap();
        for seen in desk.maya.channel_messages(&channel) {
            desk.maya.sees(&Thread {
                channel: channel.clone(),
                root: seen.ts,
            });
        }
    }

    async fn proposals(&self) -> Vec<String> {
        let states = "select state from core.proposals order by created_at";
        self.desk.app.texts(states).await
    }

    /// What waits for another try need not wait for real.
    async fn waits_are_over(&self) {
        let now = "update core.jobs set run_at = now() where lease_token is null";
        self.desk.app.execute(now).await;
        self.desk.app.settles().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_text_message_is_a_card_and_goes_out_once_when_somebody_agrees() {
    let office = Office::open().await;
    let desk = &office.desk;
    let thread = office.waits_with(Office::texts_ann()).await;
    let card = desk.said(&thread).join("\n");
    for part in ["Send a text message", ANN, "Your order is ready.", NUMBER] {
        assert!(card.contains(part), "{part}: {card}");
    }
    assert!(card.contains("I can’t take this back"), "{card}");
    office.approves(&thread).await;
    office.ends(&["done"]).await;
    let sent = office.twilio.messages();
    let [message] = &sent[..] else {
        panic!("{sent:?}");
    };
    assert_eq!((message.to.as_str(), message.from.as_str()), (ANN, NUMBER));
    assert_eq!(message.body, "Your order is ready.");
    let said = desk.said(&thread);
    assert!(said.iter().any(|text| text == "tell: done"), "{said:?}");
    office.looks_through().await;
    office.desk.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_text_message_whose_answer_was_lost_is_found_and_not_sent_again() {
    let office = Office::open().await;
    // The same words went there long before, from another number of the company, and to others.
    office
        .twilio
        .sends("+493011111111", ANN, "Your order is ready.");
    office
        .twilio
        .sends(NUMBER, "+491709999999", "Your order is ready.");
    let before = office.twilio.messages().len();
    office
        .desk
        .writes("outward", "by hand", Office::texts_ann())
        .await;
    let thread = office.desk.runs("outward").await;
    let lost = twilio::Fault::Cut;
    office.twilio.faults().on(PATH).method("POST").hit(lost);
    office.approves(&thread).await;
    office.ends(&["done"]).await;
    assert_eq!(office.twilio.messages().len(), before + 1);
    assert_eq!(office.proposals().await, ["succeeded"]);
    office.looks_through().await;
    office.desk.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_text_message_that_never_reached_twilio_is_sent_on_the_next_try() {
    let office = Office::open().await;
    let thread = office.waits_with(Office::texts_ann()).await;
    let limit = twilio::Fault::Limited(twilio::Limit {
        retry_after: Some(1),
    });
    office.twilio.faults().on(PATH).method("POST").hit(limit);
    let away = twilio::Fault::Status(503);
    let posts = || office.twilio.faults().on(PATH).method("POST");
    posts().hit(away);
    office.approves(&thread).await;
    office.desk.app.settles().await;
    for _ in 0..3 {
        office.waits_are_over().await;
    }
    office.ends(&["done"]).await;
    assert_eq!(office.twilio.faults().unused(), 0);
    assert_eq!(office.twilio.messages().len(), 1);
    office.looks_through().await;
    office.desk.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn among_several_text_messages_alike_nobody_knows_which_and_none_is_sent_again() {
    let office = Office::open().await;
    let thread = office.waits_with(Office::texts_ann()).await;
    for _ in 0..2 {
        office.twilio.sends(NUMBER, ANN, "Your order is ready.");
    }
    let lost = twilio::Fault::Status(502);
    office.twilio.faults().on(PATH).method("POST").hit(lost);
    office.approves(&thread).await;
    office.ends(&["failed"]).await;
    assert_eq!(office.proposals().await, ["unknown"]);
    office.waits_are_over().await;
    assert_eq!(office.twilio.messages().len(), 2);
    office.looks_through().await;
    office.desk.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_twilio_refuses_is_said_and_what_cannot_be_a_number_is_never_proposed() {
    let office = Office::open().await;
    let desk = &office.desk;
    let thread = office.waits_with(Office::texts_ann()).await;
    office.twilio.stop(ANN);
    office.approves(&thread).await;
    office.ends(&["failed"]).await;
    let said = desk.said(&thread).join("\n");
    assert!(said.contains("unsubscribed recipient"), "{said}");
    let typo = json!({"steps": [{"id": "tell", "sms": {"to": "0170 1234567", "text": "Hello"}}]});
    desk.edits("outward", &typo).await;
    let thread = desk.runs("outward").await;
    office.ends(&["failed", "failed"]).await;
    let head = desk.head(&thread);
    assert!(head.contains("with its country’s code"), "{head}");
    assert_eq!(office.proposals().await, ["failed"]);
    assert_eq!(office.twilio.messages(), []);
    office.looks_through().await;
    office.desk.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_envelope_lets_a_workflow_text_one_number_without_a_question() {
    let office = Office::open().await;
    let desk = &office.desk;
    let thread = office.waits_with(Office::texts_ann()).await;
    choose(&thread, &desk.maya, "", "Always allow…").await;
    let window = |_: &Slack| desk.maya.modal().ok();
    let modal = desk.app.slack.until("the window", window).await.unwrap();
    desk.app.settles().await;
    desk.maya.modal_text();
    let mut state = modal.state.clone();
    state["uses"]["penny_field"] = json!({"type": "number_input", "value": "1"});
    state["targets"]["penny_field"] = json!({"type": "plain_text_input", "value": ANN});
    let values = json!({ "values": state });
    let submitted = desk.maya.submit(&modal.id, Some(values)).await.unwrap();
    assert_eq!(submitted, Submitted::Taken);
    desk.app.settles().await;

    desk.runs("outward").await;
    office.ends(&["waiting", "done"]).await;
    assert_eq!(office.twilio.messages().len(), 1);
    desk.runs("outward").await;
    assert_eq!(desk.states().await, ["waiting", "done", "waiting"]);
    assert_eq!(office.twilio.messages().len(), 1);
    office.looks_through().await;
    office.desk.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_webhook_is_called_once_with_what_was_approved_and_its_signature() {
    let office = Office::open().await;
    let desk = &office.desk;
    let thread = office.waits_with(Office::calls()).await;
    let card = desk.said(&thread).join("\n");
    for part in ["Call the webhook", "hooks.example.com", "deal.won", "12000"] {
        assert!(card.contains(part), "{part}: {card}");
    }
    assert!(!card.contains("canary"), "{card}");
    office.approves(&thread).await;
    office.ends(&["done"]).await;
    let received = office.receiver.received();
    let [call] = &received[..] else {
        panic!("{received:?}");
    };
    assert_eq!(call.path, "/in/canary-path?key=canary-query");
    assert!(call.is_signed_with(SECRET), "{call:?}");
    assert!(!call.is_signed_with("another"), "{call:?}");
    assert_eq!(call.header("x-penny-event"), "deal.won");
    assert_eq!(call.header("content-type"), "application/json");
    let body: Value = serde_json::from_slice(&call.body).unwrap();
    let deal = json!({"name": "Acme \"40\"", "amount": 12_000});
    assert_eq!(body, json!({ "deal": deal }));
    let key = call.header("idempotency-key");
    assert!(!key.is_empty() && key == call.header("x-penny-delivery"));
    for secret in ["canary-path", "canary-query", SECRET] {
        let kept = format!(
            "select 1 from core.proposals as t where t::text like '%{secret}%'
             union all select 1 from core.connections as t where t::text like '%{secret}%'"
        );
        assert_eq!(desk.app.count(&kept).await, 0, "{secret}");
    }
    let logs = desk.app.logs.clone().unwrap();
    office.looks_through().await;
    office.desk.close().await;
    let text = logs.text();
    let line = text.lines().find(|line| line.contains("canary"));
    assert_eq!(line, None);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_webhook_that_gave_no_clear_answer_is_left_to_a_person_and_not_called_again() {
    let office = Office::open().await;
    let desk = &office.desk;
    let thread = office.waits_with(Office::calls()).await;
    let lost = receiver::Fault::AppliedStatus(504);
    office.receiver.faults().on("/in").hit(lost);
    office.approves(&thread).await;
    office.ends(&["failed"]).await;
    assert_eq!(office.proposals().await, ["unknown"]);
    let card = desk.said(&thread).join("\n");
    assert!(card.contains("[It was done] [It was not done]"), "{card}");
    for _ in 0..3 {
        office.waits_are_over().await;
    }
    assert_eq!(office.received(), 1);
    desk.maya.clicks(&thread, "It was done").await.unwrap();
    desk.app.settles().await;
    assert_eq!(office.proposals().await, ["succeeded"]);
    assert_eq!(office.received(), 1);
    office.looks_through().await;
    office.desk.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_webhook_that_refuses_has_failed_and_one_that_asks_for_a_pause_gets_it() {
    let office = Office::open().await;
    let desk = &office.desk;
    let thread = office.waits_with(Office::calls()).await;
    let pause = receiver::Fault::Limited(receiver::Limit);
    office.receiver.faults().on("/in").hit(pause);
    let refusal = receiver::Fault::Status(410);
    office.receiver.faults().on("/in").hit(refusal);
    office.approves(&thread).await;
    desk.app.settles().await;
    office.waits_are_over().await;
    office.ends(&["failed"]).await;
    assert_eq!(office.proposals().await, ["failed"]);
    let said = desk.said(&thread).join("\n");
    assert!(said.contains("status 410"), "{said}");
    assert_eq!(office.receiver.faults().unused(), 0);
    assert_eq!(office.received(), 0);
    office.looks_through().await;
    office.desk.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dry_run_texts_nobody_and_calls_nothing() {
    let office = Office::open().await;
    let desk = &office.desk;
    let [mut texts, calls] = [Office::texts_ann(), Office::calls()];
    let steps = calls["steps"].as_array().cloned().unwrap();
    texts["steps"][1] = steps[0].clone();
    texts["steps"]
        .as_array_mut()
        .unwrap()
        .push(steps[1].clone());
    desk.writes("outward", "by hand", texts).await;
    let thread = desk.starts("dry", "outward").await;
    assert_eq!(desk.states().await, ["done"]);
    let said = desk.said(&thread).join("\n");
    assert!(said.contains("Send a text message"), "{said}");
    assert!(said.contains("Call the webhook"), "{said}");
    assert_eq!(office.proposals().await, [""; 0]);
    assert_eq!((office.twilio.messages().len(), office.received()), (0, 0));
    office.looks_through().await;
    office.desk.close().await;
}
