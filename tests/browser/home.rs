//! App Home: what Penny remembers, what was spoken about, and what one could ask.

use crate::page::{last_message, qa, with_page};
use crate::support::TestApp;
use penny::models::scripted::Step;
use serde_json::json;

const NOTE: &str = "Maya reports in euros.";

#[tokio::test]
async fn what_penny_remembers_is_found_in_her_home_and_forgotten_there() {
    let note = json!({"action": "remember", "text": NOTE});
    let app = TestApp::start([
        Step::calls("c1", "manage_memory", note),
        Step::says("I’ll show you euros from now on."),
    ])
    .await;
    with_page(app, async |page| {
        page.tells_penny("remember that I report in euros").await;
        page.reads(&last_message("penny-dm"), "euros from now on.")
            .await;
        page.is_pictured("memory-1-noted").await;

        page.presses(&qa("tab-home")).await;
        let home = qa("home-view");
        page.reads(&home, NOTE).await;
        let forget = format!("{home} [data-action-id^=\"penny_memory_forget\"]");
        page.sees(&forget).await;
        page.is_pictured("memory-2-in-her-home").await;

        page.presses(&forget).await;
        page.reads(&home, "I remember nothing about you yet.").await;
        page.reads(&home, "Undo").await;
        page.is_pictured("memory-3-forgotten").await;
        let left = "select memory_id from core.memories where forgotten_at is null";
        assert_eq!(page.app.count(left).await, 0);
    })
    .await;
}

#[tokio::test]
async fn a_question_in_her_home_is_answered_in_messages_and_listed_afterwards() {
    let app = TestApp::start([
        Step::says("Two deals look at risk.").when_asked("look at risk"),
        Step::says("Nine deals are open.").when_asked("how many deals"),
    ])
    .await;
    app.has_connected(&["hubspot", "linear"]).await;
    with_page(app, async |page| {
        page.presses(&qa("tab-home")).await;
        let home = qa("home-view");
        page.reads(&home, "Hello Maya").await;
        page.is_pictured("home-1-new").await;
        page.presses(&format!("{home} [data-action-id=\"penny_try:1\"]"))
            .await;
        page.reads(&home, "you’ll find my answer in Messages").await;
        page.app.settles().await;

        page.presses(&qa("tab-history")).await;
        page.presses(&qa("session")).await;
        page.reads(&qa("penny-dm"), "Two deals look at risk.").await;
        page.is_pictured("home-2-answered").await;

        let maya = page.app.slack.person("maya").unwrap();
        let asked = maya.mentions_penny("sales", "how many deals are open?");
        let thread = asked.await.unwrap().thread();
        maya.waits_for_answer(&thread).await.unwrap();
        page.app.settles().await;
        page.presses(&qa("tab-home")).await;
        page.reads(&home, "2 answers").await;
        page.reads(&home, "Which open deals look at risk, and why?")
            .await;
        page.is_pictured("home-3-listed").await;

        page.presses(&format!("{home} a[href*=\"C0SALES\"]")).await;
        page.reads(&qa("thread-pane"), "Nine deals are open.").await;
        page.is_pictured("home-4-followed").await;
    })
    .await;
}
