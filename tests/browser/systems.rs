//! The pages of the connected systems' stand-ins, which show what an approval does to them.

use crate::page::{qa, with_page};
use crate::support::TestApp;
use penny::base::ids::PersonId;
use penny::base::secret::Secret;
use penny::connectors::registry;
use penny::models::scripted::Step;
use penny::playground::Thread;
use penny::playground::systems::gmail::Gmail;
use penny::playground::systems::hubspot::{DEALS, HubSpot};
use serde_json::{Value, json};
use std::sync::Arc;

/// Maya is known, and has connected a system; the model proposes this when she asks for it.
async fn office(
    system: &str,
    address: (&'static str, &str),
    key: Secret,
    operation: &str,
    wish: Value,
) -> TestApp {
    let wanted = json!({"system": system, "operation": operation, "arguments": wish});
    let app = TestApp::build([
        Step::says("Hello.").when_asked("hello"),
        Step::calls("c1", "propose_write", wanted).when_asked("please do"),
        Step::says("It is done."),
    ])
    .setting(address.0, address.1)
    .start()
    .await;
    let maya = app.slack.person("maya").expect("Maya");
    let said = maya.tells_penny("hello").await.expect("a message");
    let answered = maya.waits_for_answer(&said.thread()).await;
    answered.expect("an answer");
    app.settles().await;
    let known = "select person_id::text from core.people where slack_user_id = 'U0MAYA'";
    let person: PersonId = app.texts(known).await.remove(0).parse().expect("an id");
    let services = &app.process().app.services;
    let org = services.workspaces.all()[0].org;
    let connector = registry::find(system).expect("a connector");
    let connections = &services.connections;
    let connected = connections.connect(org, person, connector, key).await;
    connected.expect("a connection");
    app.settles().await;
    app
}

/// Maya asks in the direct conversation, where nobody watches the browser's page.
async fn asks(app: &TestApp) -> Thread {
    let maya = app.slack.person("maya").expect("Maya");
    let said = maya.tells_penny("please do").await.expect("a message");
    app.settles().await;
    said.thread()
}

async fn clicks(app: &TestApp, thread: &Thread, button: &str) {
    let maya = app.slack.person("maya").expect("Maya");
    maya.clicks(thread, button).await.expect(button);
    app.settles().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_record_changes_before_ones_eyes_when_it_is_approved_and_again_when_it_is_undone() {
    let hubspot = HubSpot::start().await.expect("HubSpot");
    let pipeline = hubspot.pipeline("Sales", &[("Talking", 0.2), ("Signed", 1.0)]);
    let mut deals = Vec::new();
    for (name, amount) in [("Acme: 40 seats", "12000"), ("Borealis pilot", "9000")] {
        let properties = [
            ("dealname", name),
            ("pipeline", &pipeline.id),
            ("dealstage", &pipeline.stages[0]),
            ("amount", amount),
            ("deal_currency_code", "EUR"),
        ];
        deals.push(hubspot.add(DEALS, &properties));
    }
    let wish = json!({"id": deals[0], "stage": "Signed", "amount": 15_000});
    let key = hubspot.token();
    let address = ("HUBSPOT_BASE_URL", hubspot.url());
    let app = office("hubspot", address, key, "update_deal", wish).await;
    app.slack.shows(Arc::new(hubspot.clone()));
    with_page(app, async |page| {
        page.presses(&qa("system-hubspot")).await;
        let record = format!("[data-record=\"{}\"]", deals[0]);
        page.reads(&record, "12,000 EUR").await;
        let thread = asks(page.app).await;
        page.reads(&record, "Talking").await;

        clicks(page.app, &thread, "Approve").await;
        page.reads(&record, "Signed").await;
        page.reads(&record, "15,000 EUR").await;
        page.sees(&format!("{record}.fresh")).await;
        page.is_pictured("system-1-approved").await;

        clicks(page.app, &thread, "Undo").await;
        clicks(page.app, &thread, "Approve").await;
        page.reads(&record, "Talking").await;
        page.reads(&record, "12,000 EUR").await;
        page.is_pictured("system-2-undone").await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mail_is_seen_whole_on_its_card_and_then_in_the_mailboxes() {
    let gmail = Gmail::start().await.expect("Gmail");
    let mayas = gmail.mailbox("maya@wayfold.example");
    let anns = gmail.mailbox("ann@acme.example");
    let wish = json!({
        "to": ["ann@acme.example"], "subject": "The offer",
        "body": "Dear Ann,\n\nthe offer is attached to the deal.\n\nKind regards,\nMaya",
    });
    let address = ("GMAIL_BASE_URL", gmail.url());
    let app = office("gmail", address, mayas.token(), "send_mail", wish).await;
    app.slack.shows(Arc::new(gmail.clone()));
    with_page(app, async |page| {
        let thread = asks(page.app).await;
        page.presses(&qa("channel-penny")).await;
        page.presses(&qa("tab-messages")).await;
        page.reads("body", "Send a mail in Gmail").await;
        page.reads("body", "the offer is attached to the deal")
            .await;
        page.is_pictured("mail-1-card").await;
        assert!(anns.mails().is_empty(), "nothing is sent before a yes");

        page.presses(&qa("system-gmail")).await;
        page.sees(&qa("system-view")).await;
        clicks(page.app, &thread, "Approve").await;
        page.reads(&qa("record"), "ann@acme.example").await;
        page.reads(&qa("record"), "The offer").await;
        page.is_pictured("mail-2-sent").await;
        assert_eq!(anns.mails().len(), 1);
    })
    .await;
}
