//! Acting as somebody else: another sidebar, other messages, another home.

use crate::page::{last_message, qa, with_page};
use crate::support::TestApp;
use penny::models::scripted::Step;

#[tokio::test]
async fn another_person_sees_their_own_places_and_nothing_of_what_the_first_one_wrote() {
    let app = TestApp::start([Step::says("Hello Maya.").when_asked("this is me")]).await;
    with_page(app, async |page| {
        page.sees(&qa("channel-deal-room")).await;
        page.tells_penny("this is me").await;
        page.reads(&last_message("penny-dm"), "Hello Maya.").await;

        page.presses(&qa("person-switcher")).await;
        page.sees(&qa("act-as-ben")).await;
        page.is_pictured("people-1-choosing").await;
        page.presses(&qa("act-as-ben")).await;
        page.reads(&qa("acting-person"), "Ben Fischer").await;
        page.reads(&qa("welcome"), "Hello Ben").await;
        page.sees(&qa("channel-design")).await;
        page.sees_no(&qa("channel-deal-room")).await;
        let text = page.text().await;
        assert!(!text.contains("this is me"), "{text}");
        page.is_pictured("people-2-a-guest").await;

        page.presses(&qa("tab-home")).await;
        page.reads(&qa("home-view"), "Hello Ben").await;
        let text = page.text().await;
        assert!(!text.contains("Connected systems"), "{text}");
        page.is_pictured("people-3-a-guests-home").await;
    })
    .await;
}
