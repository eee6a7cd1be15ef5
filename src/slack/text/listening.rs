//! Slack as a source: channels that are read.

use crate::base::ids::UserId;
use crate::slack::mrkdwn::escape;

pub const CHANNELS_TITLE: &str = "What I read in Slack";
pub const CHOOSE_CHANNELS: &str = "Choose channels";
pub const CHANNELS_MEAN: &str = "I keep the messages of the channels below, follow their edits and deletions, and answer from them: a public channel’s to everybody here, a private one’s to its members alone, and to nobody from outside. Of all other channels I keep nothing.";
pub const NO_CHANNELS: &str = "_I read no channel yet._";
pub const READ_A_CHANNEL: &str = "Read another channel…";
pub const NO_CHANNEL_LEFT: &str =
    "I’m in no further channel. Invite me to one with `/invite @Penny`, and it stands here.";
pub const STOP_READING: &str = "Stop reading";
pub const STOP_READING_MEANS: &str =
    "I’ll erase what I’ve kept of its messages. In Slack they stay as they are.";
pub const ONLY_ADMINS_CHOOSE: &str =
    "Which channels I read is for an administrator of this workspace to choose.";
pub const CANNOT_READ_CHANNEL: &str = "I couldn’t begin to read that channel: I have to be a member of it, and so do you if it is private. Invite me there with `/invite @Penny` and try again.";

pub fn stop_reading(name: &str) -> String {
    format!("Stop reading #{name}?")
}

/// For everybody in a channel, when reading it begins.
pub fn reads_channel_now(by: &UserId, is_private: bool, days: i32) -> String {
    let who = match is_private {
        true => "members of this channel, and nobody else",
        false => "everybody in our workspace, and nobody from outside",
    };
    format!(
        "From now on I keep what is said here, and what was said in the last {days} days, so that you can ask me about it. I use it for questions of {who}; what you edit or delete, I change or forget too. <@{by}> switched this on. An administrator switches it off with `/penny sync slack`, and then I forget all of it."
    )
}

pub fn reads_channel_no_more(by: &UserId) -> String {
    format!(
        "I no longer keep what is said here, and I’ve erased what I had. <@{by}> switched it off."
    )
}

pub fn no_longer_in_channel(name: &str, erased: u64) -> String {
    format!(
        "I’m no longer in *#{}*, so I’ve stopped reading it and erased the {erased} messages that I had kept. To have it read again, invite me there and choose it in `/penny sync slack`.",
        escape(name)
    )
}

pub fn reading_back(name: &str, count: i64) -> String {
    format!(
        ":hourglass_flowing_sand: I’m reading *#{}* back: {count} messages so far.",
        escape(name)
    )
}

pub fn has_read_back(name: &str, count: i64) -> String {
    format!(
        ":white_check_mark: I’ve read *#{}* back: {count} messages. From now on I follow it as it goes. Ask me what was said there.",
        escape(name)
    )
}
