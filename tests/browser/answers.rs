//! An answer, from the question to its end.

use crate::page::{last_message, qa, with_page};
use crate::support::TestApp;
use penny::models::Delta;
use penny::models::scripted::{Gate, Step};
use serde_json::json;

const BEGINNING: &str = "You have **9 open deals**, ";
const END: &str = "worth **€412,000** together:\n\n\
    | Stage | Deals | Value |\n|---|---|---|\n\
    | Proposal | 4 | €180,000 |\n| Negotiation | 3 | €172,000 |\n| Discovery | 2 | €60,000 |\n\n\
    The largest is *Hanseatic*, which closes on Friday.";

#[tokio::test]
async fn a_newcomer_mentions_penny_in_a_channel_and_reads_the_answer_as_it_grows() {
    let (looking, writing) = (Gate::default(), Gate::default());
    let query = json!({"sql": "select 1 as deals", "purpose": "open deals by stage"});
    let app = TestApp::start([
        Step::calls("c1", "run_sql_query", query),
        Step::says(format!("{BEGINNING}{END}"))
            .streaming([])
            .then_waits_for(&looking)
            .then_streams(Delta::Text(BEGINNING.to_owned()))
            .then_waits_for(&writing)
            .then_streams(Delta::Text(END.to_owned())),
    ])
    .await;
    with_page(app, async |page| {
        page.reads(&qa("welcome"), "Hello Maya, I’m Penny").await;
        page.is_pictured("1-welcome").await;

        page.presses(&qa("channel-sales")).await;
        page.types(&qa("composer"), "@pen").await;
        page.presses(&qa("completion-option")).await;
        page.types(&qa("composer"), "how many deals are open?")
            .await;
        page.is_pictured("2-asking").await;
        page.presses(&qa("composer-send")).await;

        let question = last_message("channel-view");
        page.reads(&question, "@Penny how many deals are open?")
            .await;
        page.presses(&format!("{question} {}", qa("thread-link")))
            .await;
        let answer = last_message("thread-pane");
        page.reads(
            &format!("{answer} {}", qa("task-card")),
            "open deals by stage",
        )
        .await;
        page.is_pictured("3-looking-things-up").await;

        looking.open();
        page.reads(&answer, "You have 9 open deals,").await;
        assert!(!page.text().await.contains("Hanseatic"));
        page.is_pictured("4-growing").await;

        writing.open();
        page.reads(&answer, "The largest is Hanseatic").await;
        page.sees(&format!("{answer} {}", qa("feedback-up"))).await;
        page.reads(&answer, "Negotiation").await;
        page.is_pictured("5-answered").await;
    })
    .await;
}

#[tokio::test]
async fn the_stop_button_ends_an_answer_and_keeps_what_was_written() {
    let gate = Gate::default();
    let app = TestApp::start([Step::says("Half an answer, and the rest of it.")
        .streaming([Delta::Text("Half an answer".to_owned())])
        .then_waits_for(&gate)])
    .await;
    with_page(app, async |page| {
        page.tells_penny("tell me all about our customers").await;
        let answer = last_message("penny-dm");
        page.reads(&answer, "Half an answer").await;
        page.is_pictured("stop-1-writing").await;
        let stop = format!("{} {}", qa("penny-dm"), qa("stop"));
        page.presses(&stop).await;
        page.reads(&answer, "Stopped.").await;
        page.sees_no(&stop).await;
        page.is_pictured("stop-2-stopped").await;
        let text = page.text().await;
        assert!(text.contains("Half an answer"), "{text}");
        assert!(!text.contains("the rest of it"), "{text}");
        page.app.settles().await;
        let states = page.app.texts("select state from core.turns").await;
        assert_eq!(states, ["stopped"]);
    })
    .await;
}
