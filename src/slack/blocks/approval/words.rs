//! What the cards of proposals say.

use crate::slack::markdown::reveal_invisible;
use crate::slack::mrkdwn::{clip, escape, moment};
use chrono::{DateTime, Utc};

use super::Stage;
use super::windows::Particulars;

pub const EMPTY: &str = "empty";
pub const UNCHANGED: &str = " (stays as it is)";
pub const BEFORE: &str = " · now";
pub const AFTER: &str = " · then";

pub const APPROVE: &str = "Approve";
pub const APPROVE_ALL: &str = "Approve all";
pub const EDIT: &str = "Edit";
pub const REJECT: &str = "Reject";
pub const SHOW_ALL: &str = "Show all";
pub const ALWAYS_ALLOW: &str = "Always allow…";
pub const PROPOSE_AGAIN: &str = "Propose again";
pub const UNDO: &str = "Undo";
pub const IT_HAPPENED: &str = "It was done";
pub const IT_DID_NOT_HAPPEN: &str = "It was not done";
pub const NOT_YET: &str = "Not yet";

pub const IRREVERSIBLE: &str = ":warning: *This cannot be undone.*";
pub const CAN_BE_UNDONE: &str = "Can be undone afterwards.";
pub const CANNOT_BE_UNDONE: &str = "I can’t take this back for you afterwards.";
pub const SHORTENED: &str = "Some values are shortened here; *Show all* has every word.";

const REASON_CHARS: usize = 400;

pub fn headline(title: &str, system: &str) -> String {
    format!("{title} in {system}")
}

pub fn open_in(system: &str) -> String {
    format!("Open in {system}")
}

/// What a notification says.
pub fn notification(title: &str, record: &str, stage: &Stage) -> String {
    let what = escape(&clip(&reveal_invisible(&format!("{title}: {record}")), 200));
    let how = match stage {
        Stage::Open { .. } => "Please decide",
        Stage::Approved { .. } => "Approved",
        Stage::Running { .. } => "I’m at it",
        Stage::Done { .. } => "Done",
        Stage::Rejected { .. } => "Rejected",
        Stage::Expired => "Expired",
        Stage::Superseded => "Replaced",
        Stage::Withdrawn => "Withdrawn",
        Stage::Changed { .. } => "Not done",
        Stage::Failed { .. } => "Failed",
        Stage::Unknown => "Please look",
        Stage::Undone => "Undone",
    };
    format!("{how}: {what}")
}

pub fn asked_by(requester: &str, edited_by: &str, version: u32) -> String {
    match (edited_by, version) {
        (_, 1) => format!("Asked by {requester}"),
        ("", version) => format!("Asked by {requester} · version {version}"),
        (editors, version) => {
            format!("Asked by {requester} · version {version}, reworded by {editors}")
        }
    }
}

pub fn expires(at: DateTime<Utc>) -> String {
    format!("Open until {}", moment(at))
}

pub fn agreed(by: &[String], needed: usize) -> String {
    format!("{} of {needed} have agreed: {}", by.len(), by.join(", "))
}

/// Where a proposal stands, in place of its buttons.
pub fn stage(stage: &Stage, system: &str) -> String {
    let plain = |text: &str| escape(&clip(&reveal_invisible(text), REASON_CHARS));
    match stage {
        Stage::Open { .. } => String::new(),
        Stage::Approved {
            by,
            waits_until: Some(until),
            ..
        } => format!(
            ":hourglass_flowing_sand: Approved by {by}. {} asks for a pause, so I’ll do it {}. There is nothing to do for you.",
            escape(system),
            moment(*until)
        ),
        Stage::Approved {
            by,
            beforehand: true,
            ..
        } => format!(":hourglass_flowing_sand: {by} allowed this beforehand. I’m about to do it."),
        Stage::Approved { by, .. } => {
            format!(":hourglass_flowing_sand: Approved by {by}. I’m about to do it.")
        }
        Stage::Running { by } => {
            format!(":hourglass_flowing_sand: Approved by {by}. I’m doing it now.")
        }
        Stage::Done { by, .. } => format!(":white_check_mark: Done. Approved by {by}."),
        Stage::Rejected { by, reason: None } => format!(":no_entry_sign: Rejected by {by}."),
        Stage::Rejected {
            by,
            reason: Some(reason),
        } => {
            format!(":no_entry_sign: Rejected by {by}: “{}”", plain(reason))
        }
        Stage::Expired => ":alarm_clock: Nobody decided in time, so nothing was done.".to_owned(),
        Stage::Superseded => "A newer version took its place.".to_owned(),
        Stage::Withdrawn => {
            ":black_square_for_stop: The run that asked for this was cancelled, so nothing was done."
                .to_owned()
        }
        Stage::Changed { fields } => format!(
            ":leftwards_arrow_with_hook: Nothing was done: it had changed in {} meanwhile ({}). Propose it again to see it as it is now.",
            escape(system),
            plain(&fields.join(", "))
        ),
        Stage::Failed { reason } => {
            format!(
                ":x: Nothing was changed. {} said: {}",
                escape(system),
                plain(reason)
            )
        }
        Stage::Unknown => format!(
            ":grey_question: {} didn’t answer, and I couldn’t find out whether it was done. I won’t try again by myself. Please look there and tell me.",
            escape(system)
        ),
        Stage::Undone => ":leftwards_arrow_with_hook: Done, and undone again.".to_owned(),
    }
}

// Asking twice.
pub const SURE_TITLE: &str = "Do it for good?";

pub fn sure(title: &str, system: &str) -> String {
    format!("“{title}” in {system} cannot be undone. It is done as soon as you say yes.")
}

// Windows.
pub const CLOSE: &str = "Close";
pub const REASON: &str = "Why not?";
pub const REASON_HINT: &str = "Whoever asked sees it on the card, and I take it into account.";
pub const REJECT_TITLE: &str = "Reject";
pub const EDIT_TITLE: &str = "Edit";
pub const EDIT_SUBMIT: &str = "Propose this";
pub const EDIT_MAKES_A_VERSION: &str =
    "This makes a new version, which has to be approved again. The old one can no longer be.";

/// Of fields by their names.
pub fn too_long_to_edit(fields: &[&str]) -> String {
    let names: Vec<String> = fields
        .iter()
        .map(|it| format!("*{}*", escape(it)))
        .collect();
    let stay = match names.len() {
        1 => "is too long for this window and stays as it is. To change it",
        _ => "are too long for this window and stay as they are. To change them",
    };
    format!("{} {stay}, tell me in the thread.", names.join(" and "))
}

pub const EVERYTHING_TITLE: &str = "Everything";
pub const PREVIOUS_PAGE: &str = "Previous page";
pub const NEXT_PAGE: &str = "Next page";
pub const SAVE: &str = "Save";
pub const GRANT_TITLE: &str = "Always allow";
pub const GRANT_SUBMIT: &str = "Allow";
pub const USES_LABEL: &str = "How many times?";
pub const USES_HINT: &str = "Each one counts, whoever of you is in the thread.";
pub const TARGETS_LABEL: &str = "For these records alone";
pub const TARGETS_HINT: &str = "Their ids over there, one a line. Empty: for any record.";
pub const UNTIL_LABEL: &str = "Until when?";
pub const GRANT_NOTE: &str = "You can end this at any time in my App Home. What waits now still waits: press *Approve* for it.";
pub const POLICY_TITLE: &str = "Who decides";
pub const POLICY_ABOUT: &str = "This holds for what is proposed from now on. Where it is stricter, it holds for what waits already, too.";

pub fn page(page: usize, of: usize) -> String {
    format!("Page {page} of {of}")
}

/// `requester` is markup.
pub fn grant_about(title: &str, system: &str, requester: &str, workflow: Option<&str>) -> String {
    let within = workflow.map_or_else(String::new, |name| {
        format!(
            " in runs of the workflow *{}*, and nowhere else,",
            escape(name)
        )
    });
    format!(
        "I may do *{}* in {} for {requester}{within} without asking, within these bounds:",
        escape(title),
        escape(system)
    )
}

pub fn amount_label(currency: &str) -> String {
    format!("Up to how much in all, in {currency}?")
}

pub fn particulars(of: &Particulars) -> String {
    let mut said = vec![format!("Version {}", of.version)];
    said.extend(
        of.id
            .as_ref()
            .map(|id| format!("record {}", reveal_invisible(id))),
    );
    said.extend(
        of.account
            .as_ref()
            .map(|it| format!("account {}", reveal_invisible(it))),
    );
    said.push(format!("seal {}", of.seal));
    said.join(" · ")
}

// Plans.
pub fn plan_title(count: usize) -> String {
    format!("{count} changes to decide on")
}

pub fn plan_progress(done: usize, open: usize, count: usize) -> String {
    match (done, open) {
        (_, 0) => format!("{done} of {count} done, none left to decide on."),
        (0, open) => format!("{open} of {count} wait for a decision."),
        (done, open) => format!("{done} of {count} done, {open} wait for a decision."),
    }
}

/// Of fields for which a row has no room.
pub fn and_fields(named: &str, more: usize) -> String {
    let fields = if more == 1 { "field" } else { "fields" };
    match named {
        "" => format!("{more} {fields}"),
        named => format!("{named} · and {more} more {fields}"),
    }
}

pub fn warning(asks_twice: bool) -> &'static str {
    match asks_twice {
        true => "  ⚠️ cannot be undone",
        false => "",
    }
}

/// `for_good` names those that nobody can take back. Slack shows 300 characters.
pub fn sure_of_all(count: usize, for_good: &[String]) -> String {
    let mut said = format!("All {count} are done as soon as you say yes.");
    for (place, name) in for_good.iter().enumerate() {
        let name = clip(name, 60);
        if said.chars().count() + name.chars().count() > 260 {
            let left = for_good.len() - place;
            said.push_str(&format!("; and {left} more, marked with ⚠️"));
            break;
        }
        let before = match place {
            0 => " These cannot be undone: ",
            _ => "; ",
        };
        said.push_str(before);
        said.push_str(&name);
    }
    said
}

// App Home and lists.
pub const HOME_WAITING: &str = "Waiting for your decision";
pub const NOTHING_WAITS: &str =
    "_Nothing waits for you. Whatever I want to change in another system comes to its card first._";
pub const HOME_ASKED: &str = "*What you asked for*";
pub const HOME_LATELY: &str = "*Done lately*";
pub const HOME_GRANTS: &str = "*Allowed beforehand*";
pub const CAN_UNDO: &str = "What can be undone:";
pub const REVOKE: &str = "End it";
pub const LOOK: &str = "Look at it";
pub const CARD: &str = "its card";
pub const CHANGE_RULES: &str = "Change it…";
pub const CHANGE_RULES_ABOUT: &str = "As an administrator you can set who decides.";
pub const RULES_BY_DEFAULT: &str = "Where nothing else is said: in somebody’s own account only they decide; what can be undone is decided by whoever asked, the record’s owner or an administrator; what cannot be undone by the owner or an administrator. Guests and people of other companies never decide.";
pub const NOTHING_IN_LEDGER: &str = "_Nothing has been proposed yet._";

pub fn and_more(count: usize) -> String {
    format!("… and {count} more.")
}

pub fn under(heading: &str, lines: &[String]) -> String {
    format!("{heading}\n{}", lines.join("\n"))
}
