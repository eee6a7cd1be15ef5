//! Daily digests.

pub const DIGEST_TURN_ON: &str = "Turn on";
pub const DIGEST_TURN_OFF: &str = "Turn off";
pub const DIGEST_SEND_NOW: &str = "Send it now";
pub const DIGEST_WAITS: &str = "Waits for your decision";
pub const DIGEST_QUIET: &str = "*A quiet day.* Nothing moved, and nothing waits.";
pub const DIGEST_NO_SOURCES: &str = "I have nothing to look at yet: no system is connected that I could read for you. `/penny connect` shows what there is.";
pub const DIGEST_NOT_UNDERSTOOD: &str = "I know `/penny digest on 8:30`, `/penny digest on 9:00 in #sales`, `/penny digest off` and `/penny digest` by itself.";
pub const DIGEST_IS_OFF: &str = "*Your daily digest* is off. It comes as a direct message on weekdays at 8:30, or when you like (`/penny digest on 7:45`): meetings, mail that waits, deals and issues that moved, and what waits for you.";
pub const DIGEST_SENDING: &str = "Your digest comes in a moment.";
pub const DIGEST_SENDING_HERE: &str = "The digest comes into its channel in a moment.";
pub const DIGEST_WAS_OFF: &str = "That digest is off already.";
pub const DIGEST_WHICH_CHANNEL: &str = "A team’s digest comes into a channel. Say into which: `/penny digest on 9 in #channel`, or type `/penny templates team-digest` there.";
/// What lists of schedules call it.
pub const DIGEST_OF_PERSON: &str = "My daily digest";
pub const DIGEST_OF_TEAM: &str = "The team’s daily digest";

pub fn digest_is_on(channel: Option<&str>, rule: &str) -> String {
    match channel {
        None => format!("*Your daily digest* comes {rule}, as a direct message."),
        Some(channel) => format!("*The daily digest of* <#{channel}> comes {rule}."),
    }
}

pub fn digest_is_switched_off(channel: Option<&str>) -> String {
    match channel {
        None => "That digest is off. `/penny digest on` brings it back.".to_owned(),
        Some(channel) => format!(
            "That digest is off. `/penny digest on here`, typed in <#{channel}>, brings it back."
        ),
    }
}
