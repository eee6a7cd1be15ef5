//! Workflows as people meet them: taken from a template, looked at as a picture, tried dry, run,
//! asked whether they go on, and read afterwards.

use crate::company::company;
use crate::page::{Page, field, last_message, qa, with_page};
use penny::models::scripted::Step;

/// The template that stands first in the list.
const TEMPLATE: &str = "nudge-stale-deals";
const ASKS: &str = r#"{"steps": [
    {"id": "open", "query": "select count(*) as deals from deals where status = 'open'"},
    {"id": "ok", "approve": "Shall I tell everybody?"},
    {"id": "tell", "message": "{{steps.open.rows.0.deals}} deals are open."}
]}"#;

/// A button of a list of workflows, or of a run.
fn button(within: &str, deed: &str) -> String {
    format!("{within} [data-action-id^=\"penny_workflow_{deed}\"]")
}

/// The way into the thread of the last message that has one.
fn newest_thread() -> String {
    let (channel, message, link) = (qa("channel-view"), qa("message"), qa("thread-link"));
    format!("{channel} :nth-last-child(1 of {message}:has({link})) {link}")
}

async fn lists(page: &Page<'_>, name: &str) -> String {
    page.runs_command("sales", "/penny workflows").await;
    let list = last_message("channel-view");
    page.reads(&list, name).await;
    list
}

#[tokio::test(flavor = "multi_thread")]
async fn a_template_is_saved_drawn_tried_dry_and_its_run_is_read_step_by_step() {
    let thought = Step::says("Ask them for a date.").repeatedly();
    let app = company([thought]).await;
    with_page(app, async |page| {
        page.runs_command("sales", "/penny templates").await;
        let channel = qa("channel-view");
        page.reads(&channel, "Nudge stale deals").await;
        page.is_pictured("workflow-1-templates").await;
        page.presses(&button(&channel, "template")).await;
        page.reads(&qa("modal"), "What starts it?").await;
        page.is_pictured("workflow-2-the-window").await;
        page.presses(&qa("modal-submit")).await;
        page.sees_no(&qa("modal")).await;
        page.is_told_directly("Saved the workflow").await;

        let list = lists(page, TEMPLATE).await;
        page.is_pictured("workflow-3-the-list").await;
        page.presses(&button(&list, "picture")).await;
        page.reads(&channel, "I’ve sent you a picture").await;
        page.presses(&qa("channel-penny")).await;
        page.presses(&qa("tab-history")).await;
        page.presses(&qa("session")).await;
        page.sees(&format!("{} {} img", qa("penny-dm"), qa("file")))
            .await;
        page.is_pictured("workflow-4-drawn").await;

        let list = lists(page, TEMPLATE).await;
        page.presses(&button(&list, "dry")).await;
        page.reads(&channel, "dry run, nothing is changed").await;
        page.reads(&channel, "Done").await;
        page.presses(&button(&channel, "show")).await;
        page.reads(&qa("modal"), "items done").await;
        page.is_pictured("workflow-5-all-of-a-run").await;
        page.app.settles().await;
        let proposed = page.app.count("select 1 from core.proposals").await;
        assert_eq!(proposed, 0, "a dry run proposes nothing");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_workflow_that_is_written_wrongly_loses_nothing_and_a_run_waits_for_a_yes() {
    let app = company([]).await;
    with_page(app, async |page| {
        page.runs_command("sales", "/penny workflow new").await;
        page.types(&field("name", "input"), "count").await;
        let on = field("on", "input");
        page.clears(&on).await;
        page.types(&on, "by hand").await;
        let steps = field("definition", "textarea");
        page.clears(&steps).await;
        page.types(&steps, &ASKS.replace("approve", "aprove")).await;
        page.presses(&qa("modal-submit")).await;
        page.reads(&qa("modal"), "steps[1]: a step has exactly one of")
            .await;
        page.is_pictured("workflow-6-what-is-wrong").await;
        page.clears(&steps).await;
        page.types(&steps, ASKS).await;
        page.presses(&qa("modal-submit")).await;
        page.sees_no(&qa("modal")).await;
        page.is_told_directly("Saved the workflow").await;

        page.runs_command("sales", "/penny workflow run count")
            .await;
        let channel = qa("channel-view");
        page.reads(&channel, "Waiting").await;
        page.presses(&newest_thread()).await;
        let thread = qa("thread-pane");
        page.reads(&thread, "Shall I tell everybody?").await;
        page.is_pictured("workflow-7-waits").await;

        page.presses(&qa("channel-penny")).await;
        page.presses(&qa("tab-home")).await;
        page.reads(&qa("home-view"), "Your workflows").await;
        page.is_pictured("workflow-8-in-her-home").await;

        page.presses(&qa("channel-sales")).await;
        page.presses(&newest_thread()).await;
        page.presses(&button(&thread, "yes")).await;
        page.reads(&thread, "deals are open.").await;
        page.reads(&channel, "Done").await;
        page.is_pictured("workflow-9-done").await;
    })
    .await;
}
