//! The templates at work: each opens filled in, and runs on the demo company as it stands.

use super::desk::Desk;
use chrono::Utc;
use penny::automation::workflow::templates;
use penny::demo;
use penny::models::scripted::Step;
use penny::playground::{Slack, Submitted};

/// A desk at the demo company, whose people and records are there.
async fn company(steps: impl IntoIterator<Item = Step>) -> Desk {
    let hello = Step::says("Hello.").when_asked("hello");
    let desk = Desk::open([hello].into_iter().chain(steps)).await;
    let said = desk.maya.tells_penny("hello").await.unwrap();
    desk.maya.reads(&said.thread(), "Hello.").await.unwrap();
    desk.app.settles().await;
    let services = &desk.app.process().app.services;
    let org = services.workspaces.all()[0].org;
    demo::seed(&services.db, org, Utc::now(), 1, &|_| ())
        .await
        .unwrap();
    desk
}

/// Opens a template in #sales and saves it as it is.
async fn takes(desk: &Desk, slug: &str) {
    let typed = format!("/penny templates {slug}");
    desk.maya.runs_command("sales", &typed).await.unwrap();
    let open = |_: &Slack| Some(desk.maya.modal_text()).filter(|text| text.contains(slug));
    desk.app.slack.until("the window", open).await.unwrap();
    desk.app.settles().await;
    let submitted = desk.fills(&[]).await;
    assert!(
        matches!(submitted, Submitted::Taken),
        "{slug}: {submitted:?}"
    );
    desk.is_saved(slug).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_template_is_saved_as_it_is_and_tried_dry_on_the_demo_company() {
    let desk = company([Step::says("That is all there is to say.").repeatedly()]).await;
    for template in templates::ALL {
        takes(&desk, template.slug).await;
        let thread = desk.starts("dry", template.slug).await;
        let head = desk.head(&thread);
        assert!(head.contains("Done"), "{}: {head}", template.slug);
        assert!(!desk.said(&thread).is_empty(), "{}", template.slug);
    }
    assert_eq!(desk.app.count("select 1 from core.proposals").await, 0);
    desk.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn release_notes_are_written_from_what_was_merged() {
    let desk = company([Step::says("New: faster routes.").when_asked("Write release notes")]).await;
    takes(&desk, "merged-release-notes").await;
    let thread = desk.runs("merged-release-notes").await;
    desk.maya
        .reads(&thread, "New: faster routes.")
        .await
        .unwrap();
    desk.app.settles().await;
    assert_eq!(desk.states().await, ["done"]);
    let merged = "select output->>'count' from core.workflow_steps where path = 'merged'";
    assert_ne!(desk.app.texts(merged).await, ["0"]);
    desk.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_deal_is_told_with_what_is_known_of_the_company() {
    let desk = company([]).await;
    takes(&desk, "new-lead-alert").await;
    desk.app
        .execute(
            "insert into core.events (org_id, event_id, kind, payload)
             select org_id, gen_random_uuid(), 'deal.created', jsonb_build_object('deal_id', deal_id)
             from core.deals where visibility = 'org' and status = 'open' order by name limit 1",
        )
        .await;
    assert_eq!(desk.penny_looks().await, 1);
    let name = "select name from core.deals where visibility = 'org' and status = 'open' order by name limit 1";
    let name = desk.app.texts(name).await.remove(0);
    let said = desk.said(&desk.newest("new-lead-alert")).join("\n");
    assert!(said.contains(&name), "{name}: {said}");
    desk.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn only_the_deals_that_were_won_are_told_as_won() {
    let desk =
        company([Step::says("Anna won it in a week.").when_asked("which was won just now")]).await;
    takes(&desk, "won-deals").await;
    desk.is_written("`deal.stage_changed` starts it where")
        .await;
    for (status, before) in [("open", "open"), ("won", "won"), ("won", "open")] {
        let happened = format!(
            "insert into core.events (org_id, event_id, kind, payload)
             select org_id, gen_random_uuid(), 'deal.stage_changed', jsonb_build_object(
                 'deal_id', deal_id, 'status', '{status}', 'status_before', '{before}')
             from core.deals where visibility = 'org' and status = 'won' order by name limit 1"
        );
        desk.app.execute(&happened).await;
    }
    assert_eq!(desk.penny_looks().await, 1);
    let said = desk.said(&desk.newest("won-deals")).join("\n");
    assert!(said.contains("Anna won it in a week."), "{said}");
    desk.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_list_of_templates_opens_a_workflow_with_a_click() {
    let desk = Desk::open([]).await;
    desk.maya
        .runs_command("sales", "/penny templates")
        .await
        .unwrap();
    desk.is_told(&desk.maya, "Good things to have").await;
    desk.app.settles().await;
    let list = desk.whisper(&desk.maya, "Good things to have");
    desk.maya
        .clicks(&list, "penny_workflow_template")
        .await
        .unwrap();
    let slug = templates::ALL[0].slug;
    let open = |_: &Slack| Some(desk.maya.modal_text()).filter(|text| text.contains(slug));
    desk.app.slack.until("the window", open).await.unwrap();
    desk.app.settles().await;
    desk.close().await;
}
