//! What people are told when they do something with a proposal.

use crate::approvals::policy::{BadPolicy, Refused};
use crate::approvals::{Refusal, State};
use crate::slack::blocks::approval::words::stage as stage_in_words;
use crate::slack::blocks::approval::{Card, Stage};
use crate::slack::markdown::reveal_invisible;
use crate::slack::mrkdwn::{clip, escape, moment};
use crate::store::grants::Grant;
use chrono::{DateTime, Utc};

pub const NO_SUCH_PROPOSAL: &str =
    "I don’t have that proposal any more, so nothing was done. Ask me for it again in the thread.";
pub const PLAN_HAS_CHANGED: &str = "Something on this plan has just changed, so I haven’t approved anything. Please look at it again.";
pub const NOT_FOR_OUTSIDERS: &str =
    "Only people of this company can decide on this, so I’ve left it as it is.";
pub const FOUND_NOTHING: &str = "somebody looked, and it was not there";

/// Why somebody’s click did nothing. `deciders` says who may decide, as markup.
pub fn refused(refusal: &Refusal, deciders: &str) -> String {
    match refusal {
        Refusal::NoSuchProposal | Refusal::WrongSeal => NO_SUCH_PROPOSAL.to_owned(),
        Refusal::Already(state) => already(*state).to_owned(),
        Refusal::Expired => already(State::Expired).to_owned(),
        Refusal::NotAllowed(refused) => format!("{} {deciders}", not_allowed(*refused)),
        Refusal::NoLongerAllowed(refused) => format!(
            "The rule for this has become stricter since I asked. {} {deciders}",
            not_allowed(*refused)
        ),
        Refusal::NobodyDecides => NOBODY_DECIDES.to_owned(),
        Refusal::AlreadyAgreed => {
            format!("You’ve agreed already; now others have to. {deciders}")
        }
        Refusal::CannotUndo(_) => "That isn’t something that can be undone now.".to_owned(),
        Refusal::UndoUnderWay => {
            "Undoing that has been proposed already; its card is in the thread.".to_owned()
        }
        Refusal::CannotGrant => {
            format!(
                "You can’t allow this beforehand, since it isn’t yours alone to decide. {deciders}"
            )
        }
        Refusal::AdministratorsOnly => ADMINISTRATORS_ONLY.to_owned(),
        Refusal::NoSuchGrant => "That permission has ended already.".to_owned(),
        Refusal::BadPolicy(_) | Refusal::BadLifetime | Refusal::BadCaps(_) => {
            format!("That doesn’t work: {refusal}.")
        }
    }
}

pub const NOBODY_DECIDES: &str = "By the rule for this nobody could say yes, so I haven’t proposed it. An administrator sets with `/penny policy` who decides.";
pub const ADMINISTRATORS_ONLY: &str =
    "Only administrators of this workspace can do that. Ask one of them.";

fn already(state: State) -> &'static str {
    match state {
        State::Proposed => "It still waits for a decision.",
        State::Approved | State::Executing => {
            "That’s approved already, and I’m on it. Nothing more to do."
        }
        State::Rejected => "That was rejected already, so nothing was done.",
        State::Expired => {
            "Its time is up, so nothing was done. *Propose again* on the card looks at it anew."
        }
        State::Withdrawn => {
            "The run that asked for this was cancelled, so nothing was done. *Try again* at the run asks anew."
        }
        State::Superseded => {
            "That was reworded meanwhile. Please look at the newest version on the card."
        }
        State::Changed => {
            "It had changed meanwhile, so nothing was done. *Propose again* on the card shows it as it is now."
        }
        State::Succeeded => "That’s done already.",
        State::Failed => "That was tried already and failed; nothing was changed.",
        State::Unknown => "That was sent already, and nobody knows yet whether it was done.",
        State::Undone => "That was done, and undone again.",
    }
}

fn not_allowed(refused: Refused) -> &'static str {
    match refused {
        Refused::OtherOrganisation | Refused::External => {
            "Only people of this company can decide on this."
        }
        Refused::Guest => "Guests can’t decide on this.",
        Refused::Deactivated => "Your account is deactivated, so you can’t decide on this.",
        Refused::Bot => "Apps can’t decide on this.",
        Refused::NotInChannel => "Only members of this channel can decide on this. Join it first.",
        Refused::OwnRequest => "You asked for this or reworded it, so somebody else has to agree.",
        Refused::NotADecider => "This isn’t yours to decide, so I’ve left it as it is.",
    }
}

/// Why something cannot be proposed, or proposed again.
pub fn unfit(problem: &str) -> String {
    format!(
        "I couldn’t propose that: {}.",
        escape(&clip(problem, 500)).trim_end_matches('.')
    )
}

pub const CANNOT_ASK_FOR_UNDO: &str =
    "Undoing this is for members of the channel that its card stands in.";
pub const NO_WAY_BACK: &str = "I know no way to take that back.";

// Editing.
pub const CANNOT_EDIT: &str =
    "I can’t open this for editing. Tell me in the thread what should be different.";
pub const ONE_A_LINE: &str = "One a line.";
pub const ONE_ADDRESS_A_LINE: &str = "One address a line.";
pub const EMPTY_EMPTIES: &str = "Leave it empty to have it emptied.";
pub const NOTHING_CHANGES: &str = "It is like that already: nothing would change.";

// Grants.
pub const HOW_MUCH: &str = "Say an amount such as 5000 or 99.50.";
pub const REVOKED: &str = "That’s ended. From now on I ask again.";

pub fn how_many(most: i32) -> String {
    format!("Say a whole number from 1 to {most}.")
}

pub fn until_when(days: i64) -> String {
    format!("Choose a day from today on, within {days} days.")
}

pub fn granted(uses: i32) -> String {
    let times = if uses == 1 { "once" } else { "that often" };
    format!(
        "Allowed. I’ll do it {times} without asking, and tell you each time on a card. You can end this in my App Home."
    )
}

pub fn grant(title: &str, requester: &str, by: &str, grant: &Grant) -> String {
    let left = grant.caps.uses - grant.uses;
    let amount = grant.caps.amount.as_ref().map(|(units, currency)| {
        let left = units - grant.amount_used;
        format!(
            ", {}.{:02} {} left",
            left / 100,
            left % 100,
            escape(currency)
        )
    });
    format!(
        "*{}* for {requester}, allowed by {by}: {left} of {} left{}, until {}",
        escape(title),
        grant.caps.uses,
        amount.unwrap_or_default(),
        moment(grant.expires_at)
    )
}

// Who decides.
pub const SOMEBODY: &str = "somebody";
pub const WHOEVER_ASKS: &str = "whoever asks";
pub const THE_SYSTEM: &str = "the system";
pub const EVERYTHING: &str = "Everything";
pub const POLICY_HEADING: &str = "Who decides on what I propose";
pub const SCOPE_LABEL: &str = "For what?";
pub const WHO_LABEL: &str = "Who decides?";
pub const REQUESTER: &str = "Whoever asked";
pub const OWNER: &str = "The record’s owner";
pub const ADMIN: &str = "Administrators of the workspace";
pub const PEOPLE_LABEL: &str = "And these people";
pub const GROUPS_LABEL: &str = "And members of these groups";
pub const COUNT_LABEL: &str = "How many have to agree?";
pub const MORE_LABEL: &str = "And";
pub const NOT_REQUESTER: &str = "Whoever asked can’t approve it themselves";
pub const RESET: &str = "Forget this rule: what held before holds again";

pub fn everything_in(system: &str) -> String {
    format!("Everything in {system}")
}

pub fn one_thing_in(title: &str, system: &str) -> String {
    format!("{system}: {title}")
}

pub fn rule(scope: &str, deciders: &str) -> String {
    format!("*{}*\n{deciders}", escape(scope))
}

pub fn policy_set(scope: &str) -> String {
    format!(
        "Noted. The new rule for “{}” holds for what is proposed from now on. Where it is stricter, it holds for what waits already, too.",
        escape(scope)
    )
}

pub fn bad_policy(bad: &BadPolicy) -> &'static str {
    match bad {
        BadPolicy::Nobody => "Nobody, or too few people, could ever decide. Choose more.",
        BadPolicy::Approvals => "Choose how many have to agree.",
    }
}

// The ledger.
pub const AUDIT_HEADING: &str = "What was proposed, decided and done";
pub const PENNY: &str = "Penny";

pub fn whole(entries: u64) -> String {
    let said = match entries {
        0 => "The ledger is empty.".to_owned(),
        1 => "The ledger is whole: its one entry is as it was written.".to_owned(),
        _ => format!("The ledger is whole: all {entries} entries are as they were written."),
    };
    format!(":white_check_mark: {said}")
}

pub fn broken(broken: &str) -> String {
    format!(
        ":rotating_light: The ledger is not as it was written: {}. Please look into this.",
        escape(broken)
    )
}

pub fn too_long_to_check(entries: u64) -> String {
    format!(
        "The ledger has {entries} entries, too many to check here; `penny audit verify` does it."
    )
}

pub fn how_to_export(org: &str) -> String {
    format!(
        "To take it away: `penny audit export --org {org} > ledger.jsonl` on the server, and `penny audit verify ledger.jsonl` anywhere."
    )
}

pub fn what(title: &str, record: &str, version: u32) -> String {
    let record = clip(&reveal_invisible(record).replace('\n', " "), 80);
    let version = if version > 1 {
        format!(", version {version}")
    } else {
        String::new()
    };
    format!("*{}*: {}{version}", escape(title), escape(&record))
}

pub fn forgotten(key: &str) -> String {
    format!("a proposal that is no longer kept (`{key}`)")
}

/// `who` and `what` are markup.
pub fn entry(who: &str, act: &str, how: Option<&str>, what: &str) -> String {
    match (act, how) {
        ("proposed", _) => format!("{who} proposed {what}"),
        ("shown", _) => format!("{who} showed {what}"),
        ("decided", Some(verdict)) => format!("{who} {verdict} {what}"),
        ("superseded", _) => format!("{who} replaced {what}"),
        ("withdrawn", _) => format!("{who} cancelled the run that asked for {what}"),
        ("expired", _) => format!("nobody decided in time on {what}"),
        ("began", _) => format!("{who} began {what}"),
        ("ended", Some(state)) => format!("{what} ended as {state}"),
        ("granted", _) => format!("{who} allowed {what} beforehand"),
        ("revoked", _) => format!("{who} ended a permission"),
        ("policy_set", _) => format!("{who} set who decides on {what}"),
        ("link_set", _) => format!("{who} said who somebody of {what} is here"),
        ("link_forgotten", _) => {
            format!("{who} left it to the mail address who somebody of {what} is")
        }
        (act, _) => format!("{who}: {} {what}", escape(act)),
    }
}

// App Home.
pub fn waits(card: &Card) -> String {
    let until = match &card.stage {
        Stage::Open { expires_at, .. } => format!(" · until {}", moment(*expires_at)),
        _ => String::new(),
    };
    let what = what(&card.title, &card.record, card.version);
    format!("{what}\nAsked by {}{until}", card.requester)
}

pub fn asked_for(card: &Card) -> String {
    let how = match &card.stage {
        Stage::Open { .. } => "waits for a decision",
        _ => "approved, I’m on it",
    };
    format!("{} · {how}", what(&card.title, &card.record, card.version))
}

pub fn became(card: &Card, at: Option<DateTime<Utc>>) -> String {
    let at = at
        .map(|at| format!(" · {}", moment(at)))
        .unwrap_or_default();
    let what = what(&card.title, &card.record, card.version);
    format!("{what}{at}\n{}", stage_in_words(&card.stage, &card.system))
}

// Undo.
pub const NOTHING_TO_UNDO: &str =
    "There is nothing that you asked for or decided on and that I could take back.";
