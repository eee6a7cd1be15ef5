//! A change from the wish to the undo: the card, somebody who may not decide, an edit, a yes, and
//! the record in the connected system, whose page is open in a window beside.

use crate::page::{Page, qa, with_page};
use crate::support::TestApp;
use penny::base::ids::PersonId;
use penny::connectors::registry;
use penny::models::scripted::Step;
use penny::playground::systems::hubspot::{DEALS, HubSpot};
use serde_json::json;
use std::sync::Arc;

const WISH: &str = "move Acme to Signed and make it 15000";

/// A HubSpot of one deal, connected by Maya, and a model that proposes to change it.
async fn office(hubspot: &HubSpot) -> TestApp {
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
    let change = json!({"id": deal, "stage": "Signed", "amount": 15_000});
    let wanted = json!({"system": "hubspot", "operation": "update_deal", "arguments": change});
    let app = TestApp::build([
        Step::says("Hello.").when_asked("hello"),
        Step::calls("c1", "propose_write", wanted).when_asked(WISH),
        Step::says("Done: **Acme: 40 seats** is signed."),
    ])
    .setting("HUBSPOT_BASE_URL", hubspot.url())
    .start()
    .await;
    let maya = app.slack.person("maya").expect("Maya");
    let said = maya.tells_penny("hello").await.expect("a message");
    maya.waits_for_answer(&said.thread())
        .await
        .expect("an answer");
    app.settles().await;
    let known = "select person_id::text from core.people where slack_user_id = 'U0MAYA'";
    let person: PersonId = app.texts(known).await.remove(0).parse().expect("an id");
    let services = &app.process().app.services;
    let connector = registry::find("hubspot").expect("a connector");
    services
        .connections
        .connect(
            services.workspaces.all()[0].org,
            person,
            connector,
            hubspot.token(),
        )
        .await
        .expect("a connection");
    app.settles().await;
    app
}

fn action(id: &str) -> String {
    format!("{} [data-action-id=\"{id}\"]", qa("thread-pane"))
}

async fn becomes(page: &Page<'_>, name: &str) {
    page.presses(&qa("person-switcher")).await;
    page.presses(&qa(&format!("act-as-{name}"))).await;
    page.presses(&qa("channel-sales")).await;
    let links = format!("{} {}", qa("channel-view"), qa("thread-link"));
    page.presses(&format!(
        ":nth-last-child(1 of {}) {}",
        qa("message"),
        qa("thread-link")
    ))
    .await;
    page.sees(&links).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_is_asked_for_seen_refused_to_one_edited_approved_by_another_and_undone() {
    let hubspot = HubSpot::start().await.expect("a stand-in");
    let in_hubspot = |name: &str| hubspot.records(DEALS)[0].properties[name].clone();
    let app = office(&hubspot).await;
    app.slack.shows(Arc::new(hubspot.clone()));
    let deal = format!("[data-record=\"{}\"]", hubspot.records(DEALS)[0].id);
    with_page(app, async |page| {
        let in_slack = page.window().await;
        let system = format!("{}/#/U0MAYA/system-hubspot", page.app.slack.base_url());
        let beside = page.opens_beside(&system).await;
        page.reads(&deal, "12,000 EUR").await;
        page.turns_to(&in_slack).await;

        page.presses(&qa("channel-sales")).await;
        page.types(&qa("composer"), "@pen").await;
        page.presses(&qa("completion-option")).await;
        page.types(&qa("composer"), WISH).await;
        page.presses(&qa("composer-send")).await;
        page.reads(&qa("channel-view"), WISH).await;
        let link = format!(
            ":nth-last-child(1 of {}) {}",
            qa("message"),
            qa("thread-link")
        );
        page.presses(&link).await;
        let thread = qa("thread-pane");
        page.reads(&thread, "Talking → Signed").await;
        page.sees(&action("penny_approve")).await;
        page.is_pictured("approval-1-the-card").await;

        becomes(page, "tom").await;
        page.presses(&action("penny_approve")).await;
        page.reads(&thread, "This isn’t yours to decide").await;
        page.is_pictured("approval-2-not-yours-to-decide").await;

        becomes(page, "maya").await;
        page.presses(&action("penny_edit_proposal")).await;
        page.sees(&qa("modal")).await;
        page.is_pictured("approval-3-editing").await;
        let amount = format!("{} [data-block-id=\"amount\"] input", qa("modal"));
        page.clears(&amount).await;
        page.types(&amount, "16000.50").await;
        page.presses(&qa("modal-submit")).await;
        page.sees_no(&qa("modal")).await;
        page.reads(&thread, "16,000.50").await;
        page.is_pictured("approval-4-edited").await;
        assert_eq!(in_hubspot("amount"), "12000");

        page.presses(&action("penny_approve")).await;
        page.turns_to(&beside).await;
        page.reads(&deal, "16,000.50 EUR").await;
        page.reads(&deal, "Signed").await;
        page.sees(&format!("{deal}.fresh")).await;
        page.is_pictured("approval-5-the-record-changes").await;
        page.turns_to(&in_slack).await;
        page.reads(&thread, "Done: Acme: 40 seats is signed.").await;
        page.app.settles().await;
        assert_eq!(in_hubspot("amount"), "16000.50");
        page.sees(&action("penny_take_back")).await;
        page.is_pictured("approval-6-done").await;

        page.presses(&action("penny_take_back")).await;
        page.reads(&thread, "Signed → Talking").await;
        page.presses(&action("penny_approve")).await;
        page.turns_to(&beside).await;
        page.reads(&deal, "12,000 EUR").await;
        page.reads(&deal, "Talking").await;
        page.is_pictured("approval-7-the-record-is-back").await;
        page.turns_to(&in_slack).await;
        page.app.settles().await;
        page.is_pictured("approval-8-undone").await;
    })
    .await;
}
