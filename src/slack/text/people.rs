//! Who the users of connected systems are here, and what they may read.

use crate::slack::mrkdwn::{clip, escape};

const NAME_CHARS: usize = 40;

pub const MATCH_PERSON: &str = "Match";
pub const CHANGE_MATCH: &str = "Change";
pub const UNMATCH_PERSON: &str = "Go by mail address";
pub const WHO_IS_THIS: &str = "Who is this here?";
pub const COLLEAGUE: &str = "Colleague";
pub const NO_COLLEAGUE: &str = "Leave it empty if they are no colleague of yours.";
pub const WHO_IS_WHO: &str = "*Who is who.* I match the users of connected systems with you by their mail addresses; where that is wrong, correct it.";
pub const ADMINISTRATORS_MATCH_PEOPLE: &str = "Only administrators of this workspace can see and correct who is who in the connected systems. Ask one of them.";
pub const NO_USERS_KNOWN: &str = "No connected system has told me of its users yet. `/penny connect` shows the systems, and after the first reading their users stand here.";
pub const USER_GONE: &str =
    "That user isn’t known any more, so nothing was changed. `/penny people` shows who is.";

pub fn more_people(more: i64) -> String {
    format!(
        "… and {more} more. `/penny people anna` shows those with these letters in their name, address or system."
    )
}

pub fn nobody_like(words: &str) -> String {
    let words = escape(&clip(words, NAME_CHARS)).replace('`', "'");
    format!("I know nobody like `{words}` in the connected systems. `/penny people` shows all.")
}

pub fn who_is(name: &str, system: &str) -> String {
    format!(
        "Who is *{}* in {}? What you say stays, whatever the mail addresses say.",
        escape(name),
        escape(system)
    )
}

/// `who` is markup; None is no colleague.
pub fn person_matched(name: &str, system: &str, who: Option<&str>) -> String {
    format!(
        "From now on *{}* in {system} is {}. I’m reading {system} anew, so that everything there goes by that.",
        escape(&clip(name, NAME_CHARS)),
        who.unwrap_or("no colleague of yours"),
    )
}

pub fn person_unmatched(name: &str, system: &str) -> String {
    format!(
        "*{}* in {system} goes by the mail address again. I’m reading {system} anew, so that everything there goes by that.",
        escape(&clip(name, NAME_CHARS)),
    )
}

pub fn readers_unsaid(system: &str, count: i64) -> String {
    let system = escape(system);
    let (which, it) = match count {
        1 => ("a private repository".to_owned(), "it"),
        count => (format!("{count} private repositories"), "them"),
    };
    format!(
        "{system} doesn’t tell me who may read {which}, so only whoever connected {system} sees what is in {it}. It tells those who may write there: give that to the account that I use, and have me read again."
    )
}
