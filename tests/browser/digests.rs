//! A day's beginning: the digest that a person switches on in App Home, and that of a channel.

use crate::company::company;
use crate::page::{last_message, qa, with_page};

#[tokio::test(flavor = "multi_thread")]
async fn a_digest_is_switched_on_in_her_home_and_read_as_a_direct_message_and_in_a_channel() {
    let app = company([]).await;
    with_page(app, async |page| {
        page.presses(&qa("channel-penny")).await;
        page.presses(&qa("tab-home")).await;
        let home = qa("home-view");
        let button = |deed: &str| format!("{home} [data-action-id^=\"penny_digest_{deed}\"]");
        page.reads(&home, "Your daily digest is off").await;
        page.presses(&button("on")).await;
        page.reads(&home, "every weekday at 08:30").await;
        page.is_pictured("digest-1-switched-on").await;

        page.presses(&button("now")).await;
        page.is_told_directly("Your day:").await;
        page.reads(&qa("penny-dm"), "News since").await;
        page.is_pictured("digest-2-my-day").await;

        page.runs_command("sales", "/penny digest on 9 here").await;
        page.reads(&last_message("channel-view"), "every weekday at 09:00")
            .await;
        page.runs_command("sales", "/penny schedules").await;
        page.reads(&last_message("channel-view"), "The team’s daily digest")
            .await;
        // The channel's stands below one's own.
        page.presses(&format!(
            "{} :nth-last-child(1 of {}) [data-action-id=\"penny_schedule_run\"]",
            last_message("channel-view"),
            qa("block-actions")
        ))
        .await;
        page.reads(&qa("channel-view"), "The team’s day:").await;
        page.is_pictured("digest-3-the-teams-day").await;
    })
    .await;
}
