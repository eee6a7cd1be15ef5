//! Dashboards: their links, and pictures of them.

use crate::slack::mrkdwn::{escape, moment};
use chrono::{DateTime, Utc};

pub const OPEN_DASHBOARD: &str = "Open dashboard";
pub const SHARE_DASHBOARD: &str = "Share in channel";
pub const END_DASHBOARD_LINKS: &str = "End my links";
pub const SHARE_TITLE: &str = "Share a picture";
pub const SHARE_SUBMIT: &str = "Share";
pub const SHARE_WHERE: &str = "Channel";
pub const SHARE_MEANS: &str = "The picture shows what everybody in that channel may see, which may be less than you do. They can open the dashboard from there, each with their own eyes.";
pub const SHARE_PENNY_NOT_THERE: &str =
    "I’m not in that channel. Invite me there with /invite @Penny first.";
pub const SHARE_YOU_ARE_NOT_THERE: &str =
    "You’re not in that channel. Join it first, or choose another one.";
pub const NO_ADDRESS_FOR_DASHBOARDS: &str = "I can’t hand out links yet: whoever runs me has to set `PENNY_PUBLIC_URL`. “Share in channel” works without it.";

/// With the button that leads there.
pub fn dashboard_link(title: &str, ends: DateTime<Utc>) -> String {
    format!(
        "Here is your link to *{}*. It shows what you may see, works without signing in, and ends {}. So keep it to yourself: others can press *{OPEN_DASHBOARD}* for one of their own.",
        escape(title),
        moment(ends)
    )
}

pub fn links_ended(title: &str, many: u64) -> String {
    let title = escape(title);
    match many {
        0 => format!("You have no open link to *{title}*."),
        1 => format!("I’ve ended your link to *{title}*. Whoever has it sees nothing any more."),
        many => format!(
            "I’ve ended your {many} links to *{title}*. Whoever has one sees nothing any more."
        ),
    }
}

pub fn sharing(title: &str, channel: &str) -> String {
    format!(
        "I’m putting a picture of *{}* into <#{channel}>.",
        escape(title)
    )
}

pub fn not_shared(title: &str, why: &str) -> String {
    format!(
        "I couldn’t make a picture of *{}*. {}",
        escape(title),
        escape(why)
    )
}
