//! Charts, reports and exports.

use crate::slack::mrkdwn::{clip, escape};

pub const REPORTS: &str = "Reports";
pub const MAKE_AGAIN: &str = "Run again";
pub const CHANGED: &str = "*Since the last one*";
pub const NOTHING_CHANGED: &str = "*Since the last one* nothing in it has changed.";
pub const NO_ARTIFACTS: &str = "There are no reports here yet. Ask me for one: “chart the pipeline by stage”, “make a report of the pipeline as PDF”, “export open deals as Excel” or “make a dashboard of our deals”.";
pub const MORE_ARTIFACTS: &str =
    "These are the newest. `/penny reports pipeline` finds older ones by their words.";
pub const DELETE_ARTIFACT_SURE: &str = "Delete this report?";
pub const DELETE_ARTIFACT_MEANS: &str =
    "All its versions go, and it can’t be run again. What stands in Slack already stays there.";
pub const NO_SUCH_ARTIFACT: &str =
    "I don’t have that report any more, or it isn’t for everybody here.";
pub const ONLY_ITS_MAKER_DELETES: &str =
    "Only whoever asked for that report, or an administrator, can delete it.";

pub fn no_artifacts_about(words: &str) -> String {
    format!(
        "I find no report about “{}” here. `/penny reports` lists the newest, and in a direct message to me you find your own.",
        escape(&clip(words, 100))
    )
}

pub fn making_again(title: &str) -> String {
    format!(
        "I’m making *{}* again. The new one comes into its thread.",
        escape(title)
    )
}

pub fn not_made_again(title: &str, why: &str) -> String {
    format!("I couldn’t make *{}* again. {}", escape(title), escape(why))
}

pub fn artifact_deleted(title: &str) -> String {
    format!(
        "I’ve deleted *{}* with all its versions. What stands in Slack already stays there.",
        escape(title)
    )
}

/// A file or chart that Slack did not take.
pub fn not_brought(title: &str, why: &str) -> String {
    format!(
        "I made *{}*, but couldn’t put it here: {}. Press *Run again* in `/penny reports` to try once more.",
        escape(title),
        escape(why)
    )
}
