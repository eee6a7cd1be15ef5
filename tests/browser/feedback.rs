//! The thumbs under an answer.

use crate::page::{Page, last_message, qa, with_page};
use crate::support::TestApp;
use penny::models::scripted::Step;

async fn answered(page: &Page<'_>) -> String {
    page.tells_penny("how many deals are open?").await;
    let answer = format!(
        "{} {}:has({})",
        qa("penny-dm"),
        qa("message"),
        qa("feedback-up")
    );
    page.reads(&answer, "Nine deals are open.").await;
    answer
}

#[tokio::test]
async fn a_thumb_up_stays_pressed_is_thanked_for_and_kept() {
    let app = TestApp::start([Step::says("Nine deals are open.")]).await;
    with_page(app, async |page| {
        let answer = answered(page).await;
        page.presses(&format!("{answer} {}", qa("feedback-up")))
            .await;
        page.reads(&last_message("penny-dm"), "I’m glad that helped.")
            .await;
        page.sees(&format!("{}[aria-pressed=true]", qa("feedback-up")))
            .await;
        page.is_pictured("feedback-1-thanked").await;
        let kept = page
            .app
            .texts("select is_good::text from core.feedback")
            .await;
        assert_eq!(kept, ["true"]);
    })
    .await;
}

#[tokio::test]
async fn after_a_thumb_down_one_can_say_what_was_wrong() {
    let app = TestApp::start([Step::says("Nine deals are open.")]).await;
    with_page(app, async |page| {
        let answer = answered(page).await;
        page.presses(&format!("{answer} {}", qa("feedback-down")))
            .await;
        let asked = last_message("penny-dm");
        page.reads(&asked, "What was wrong with it?").await;
        page.is_pictured("feedback-2-asked").await;
        page.presses(&format!("{asked} {}", qa("block-button")))
            .await;
        page.types(&qa("plain_text_input"), "Two of them are lost.")
            .await;
        page.is_pictured("feedback-3-telling").await;
        page.presses(&qa("modal-submit")).await;
        page.reads(&last_message("penny-dm"), "I’ve passed that on.")
            .await;
        page.sees_no(&qa("modal")).await;
        page.is_pictured("feedback-4-passed-on").await;
        let kept = page.app.texts("select comment from core.feedback").await;
        assert_eq!(kept, ["Two of them are lost."]);
    })
    .await;
}
