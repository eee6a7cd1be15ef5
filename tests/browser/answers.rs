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
async fn the_tour_writes_what_it_suggests_into_a_channel_to_be_sent() {
    let app = TestApp::start([Step::says("Nine deals are open.").when_asked("pipeline")]).await;
    with_page(app, async |page| {
        page.presses(&qa("take-the-tour")).await;
        page.reads(&qa("tour"), "Again and again").await;
        page.is_pictured("tour-1-steps").await;
        page.presses(&qa("tour-try")).await;
        page.presses(&qa("composer-send")).await;
        let asked = last_message("channel-view");
        page.reads(&asked, "how does the pipeline look?").await;
        page.presses(&format!("{asked} {}", qa("thread-link")))
            .await;
        page.reads(&last_message("thread-pane"), "Nine deals are open.")
            .await;
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

#[tokio::test]
async fn a_suggested_question_is_asked_with_one_press_in_dark_and_in_a_narrow_window_too() {
    let app =
        TestApp::start([Step::says(format!("{BEGINNING}{END}")).when_asked("pipeline")]).await;
    app.has_connected(&["hubspot"]).await;
    with_page(app, async |page| {
        page.is_narrow_and_dark().await;
        page.reads(&qa("welcome"), "How is the pipeline?").await;
        page.is_pictured("narrow-1-welcome").await;
        page.presses(&qa("prompt")).await;
        page.reads(&qa("penny-dm"), "The largest is Hanseatic")
            .await;
        page.is_pictured("narrow-2-answered").await;
        assert!(page.fits().await, "nothing stands beside the page");
    })
    .await;
}

#[tokio::test]
async fn the_window_of_a_command_asks_in_the_channel_where_it_was_typed() {
    let app = TestApp::start([Step::says("Nine deals are open.").when_asked("how many")]).await;
    with_page(app, async |page| {
        page.presses(&qa("channel-sales")).await;
        page.types(&qa("composer"), "/penny ask").await;
        page.presses(&qa("composer-send")).await;
        page.types(&qa("plain_text_input"), "how many deals are open?")
            .await;
        page.is_pictured("ask-1-window").await;
        page.presses(&qa("modal-submit")).await;
        let asked = last_message("channel-view");
        page.reads(&asked, "how many deals are open?").await;
        page.presses(&format!("{asked} {}", qa("thread-link")))
            .await;
        page.reads(&last_message("thread-pane"), "Nine deals are open.")
            .await;
        page.is_pictured("ask-2-answered").await;
    })
    .await;
}
