//! Recurring work as people meet it: made in a line and in a window, run, read, paused, and what
//! they are told when the channel breaks that it was for.

use crate::company::company;
use crate::page::{Page, field, last_message, qa, with_page};
use penny::models::scripted::Step;
use serde_json::{Value, json};

const CHART: &str = "Chart the pipeline by stage";
const REPORT: &str = "Make a report of the pipeline as PDF";
const STAGES: &str = "select s.name as stage, round(sum(d.amount)) as amount \
    from deals d join pipeline_stages s on s.stage_id = d.stage_id \
    where d.status = 'open' group by s.name order by min(s.position)";

fn chart() -> Value {
    json!({"title": "Open pipeline by stage", "sql": STAGES, "type": "bar", "unit": "€"})
}

fn report() -> Value {
    json!({
        "title": "Pipeline report",
        "headline": "The pipeline, stage by stage.",
        "markdown": "## Where it stands\n\n{{stages}}\n\n{{list}}\n",
        "parts": [
            {"name": "stages", "title": "By stage", "sql": STAGES, "chart": {"type": "bar", "unit": "€"}},
            {"name": "list", "title": "As a table", "sql": STAGES},
        ],
    })
}

/// A button of the list of schedules.
fn button(deed: &str) -> String {
    format!(
        "{} [data-action-id^=\"penny_schedule_{deed}\"]",
        qa("channel-view")
    )
}

/// Picks from the menu behind the channel's name.
async fn chooses(page: &Page<'_>, channel: &str, choice: &str) {
    page.presses(&qa(&format!("channel-{channel}"))).await;
    page.reads(&qa("channel-title"), channel).await;
    page.presses(&qa("channel-more")).await;
    page.presses(&qa(choice)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_line_makes_a_schedule_that_is_run_and_paused_and_its_thread_goes_on_to_a_report() {
    let app = company([
        Step::calls("c1", "create_chart", chart()).when_asked(CHART),
        Step::says("Here is the pipeline by stage."),
        Step::calls("c2", "create_report", report()).when_asked(REPORT),
        Step::says("The report is ready as a PDF."),
    ])
    .await;
    with_page(app, async |page| {
        let line = format!("/penny schedule every weekday at 9 in #sales: {CHART}");
        page.runs_command("sales", &line).await;
        let told = last_message("channel-view");
        page.reads(&told, "every weekday at 09:00 (Europe/Berlin)")
            .await;
        page.reads(&told, "Next:").await;
        page.is_pictured("recurring-1-understood").await;

        page.presses(&format!(
            "{told} [data-action-id^=\"penny_schedules_list\"]"
        ))
        .await;
        page.reads(&told, "never ran").await;
        page.is_pictured("recurring-2-the-list").await;
        page.presses(&button("run")).await;
        page.reads(&qa("channel-view"), "I’m on it").await;

        let run = last_message("channel-view");
        page.reads(&run, "Scheduled by").await;
        page.presses(&format!("{run} {}", qa("thread-link"))).await;
        let thread = qa("thread-pane");
        page.reads(&format!("{thread} figure.chart"), "Open pipeline by stage")
            .await;
        page.reads(&thread, "Here is the pipeline by stage.").await;
        page.is_pictured("recurring-3-a-chart").await;

        page.types(&qa("thread-composer"), REPORT).await;
        page.presses(&qa("thread-composer-send")).await;
        page.reads(&format!("{thread} {}", qa("file")), "Pipeline report")
            .await;
        page.reads(&thread, "The report is ready as a PDF.").await;
        page.is_pictured("recurring-4-a-report").await;

        page.presses(&button("pause")).await;
        page.reads(&qa("channel-view"), "is paused").await;
        page.sees(&button("resume")).await;
        page.is_pictured("recurring-5-paused").await;
        page.app.settles().await;
        let state = page.app.texts("select state from core.schedules").await;
        assert_eq!(state, ["paused"]);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_window_shows_the_next_runs_while_one_types_and_a_broken_channel_is_told_directly() {
    let app = company([]).await;
    with_page(app, async |page| {
        page.runs_command("sales", "/penny schedule").await;
        page.types(&field("what", "textarea"), REPORT).await;
        let when = field("penny_schedule_when", "input");
        page.types(&when, "last Friday of the month at 17:00").await;
        page.reads(
            &qa("modal"),
            "on the last Friday of every month at 17:00 (Europe/Berlin)",
        )
        .await;
        page.is_pictured("recurring-6-the-window").await;
        page.presses(&qa("modal-submit")).await;
        page.sees_no(&qa("modal")).await;
        page.is_told_directly("Scheduled in").await;

        chooses(page, "sales", "remove-penny").await;
        page.reads(&qa("channel-view"), "Penny is not in this channel")
            .await;
        page.runs_command("random", "/penny schedules").await;
        page.presses(&button("run")).await;
        page.is_told_directly("I’m not in its channel any more")
            .await;
        page.is_pictured("recurring-7-not-there").await;

        chooses(page, "sales", "invite-penny").await;
        chooses(page, "sales", "archive").await;
        page.reads(&qa("channel-view"), "#sales is archived").await;
        page.presses(&qa("channel-random")).await;
        page.presses(&button("run")).await;
        page.is_told_directly("The channel is archived").await;
        page.is_pictured("recurring-8-archived").await;
    })
    .await;
}
