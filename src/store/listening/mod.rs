//! Slack's channels as a source of data: which ones are read, how far, and what is known of their
//! messages. Whoever writes messages holds their channel's row first, so that an event and the
//! reading back of the same channel never write past each other.

mod channels;
mod messages;
mod reading;

pub use channels::{
    Channel, Opening, all_read, describe, due, forget, forget_workspace, get, hold, list, switch_on,
};
pub use messages::{
    Heard, Saying, counts, delete_old, drop_heard, forget_unsaid, nudge_waiting, save, waiting,
};
pub use reading::{Progress, mark_checked, read_again, report_in, save_progress};

/// The kind of job that folds what was heard into the messages; one an organisation.
pub const FOLD: &str = "fold_heard";
/// The kind of job that reads a channel back; its key is the channel.
pub const READ_BACK: &str = "read_back";
/// The kind of job that compares a channel with what Slack says of it; its key is the channel.
pub const CHECK: &str = "check_channel";
/// The kind of job that brings the report of a channel's reading up to date; its key is the channel.
pub const REPORT: &str = "report_reading";

/// What rows of core.messages have as their source.
pub const SOURCE: &str = "slack";

/// How a message is called as a row: a ts says which one it is only within its channel.
pub fn source_id(channel: &str, ts: &str) -> String {
    format!("{channel}:{ts}")
}
