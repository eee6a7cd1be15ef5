//! How proposals are worded on their cards.

use crate::approvals::policy::{Decider, Policy};
use crate::base::ids::PersonId;
use crate::slack::mrkdwn::{escape, moment};
use chrono::{DateTime, Utc};

pub const SOMEBODY: &str = "somebody";
pub const NO_REASON: &str = "nothing more about it";
pub const BROKEN_SEAL: &str = ":warning: What is stored of this change is not what was asked for and approved, so I haven’t made it. Ask for it again, and tell whoever runs me: somebody may have changed it in my database.";
pub const YES: &str = "yes";
pub const NO: &str = "no";

pub fn title(title: &str, is_undo: bool) -> String {
    match is_undo {
        true => format!("Undo · {title}"),
        false => title.to_owned(),
    }
}

pub fn who_asked(requester: &str) -> String {
    format!("{requester} (who asked)")
}

/// Who may decide, as a sentence in markup. `requester` is markup, too.
pub fn deciders(
    policy: &Policy,
    requester: &str,
    system: &str,
    mention: &dyn Fn(PersonId) -> String,
) -> String {
    let asks = |decider: &&Decider| !(policy.not_requester && **decider == Decider::Requester);
    let names = policy.deciders.iter().filter(asks).map(|it| match it {
        Decider::Requester => requester.to_owned(),
        Decider::RecordOwner => format!("the record’s owner in {}", escape(system)),
        Decider::Admin => "a workspace admin".to_owned(),
        Decider::Group(group) => format!("a member of <!subteam^{group}>"),
        Decider::Person(person) => mention(*person),
    });
    let names: Vec<String> = names.collect();
    let who = any_of(&names);
    let mut said = match policy.approvals {
        1 => format!("*Who decides:* {who}."),
        needed => format!("*Who decides:* {needed} different people out of {who}."),
    };
    if policy.not_requester {
        said.push_str(" Whoever asked or reworded it can’t approve it themselves.");
    }
    said
}

/// By a rule that is newer than the card.
pub fn stricter(deciders: &str) -> String {
    format!("{deciders} This rule was set after the card was put up.")
}

/// By two rules, of which the newer one is not simply the stricter one.
pub fn both(before: &str, since: &str) -> String {
    format!("{before} A rule was set since, and a yes has to fit both: {since}")
}

fn any_of(names: &[String]) -> String {
    match names {
        [] => "nobody".to_owned(),
        [only] => only.clone(),
        [firsts @ .., last] => format!("{} or {last}", firsts.join(", ")),
    }
}

/// Beside a card on which nobody can decide. `what` is markup.
pub fn nobody(what: &str, deciders: &str) -> String {
    format!(
        ":warning: I know of nobody whom I could ask about *{what}*: {deciders} They have to see what it is about, and too few of those who may are here or can be written to. Please ask again in a channel where they are, or have an administrator say with `/penny policy` who decides."
    )
}

// Reminders.

/// In the thread of the card, to those who may decide.
pub fn reminder(what: &str, until: DateTime<Utc>, deciders: &str) -> String {
    format!(
        ":alarm_clock: *{what}* still waits, until {}. {deciders} After that it counts as a no.",
        moment(until)
    )
}

/// To an administrator, where nobody who may decide can be asked. `what`, `requester` and `deciders`
/// are markup.
pub fn nobody_to_escalate_to(
    what: &str,
    requester: &str,
    until: DateTime<Utc>,
    deciders: &str,
) -> String {
    format!(
        ":alarm_clock: {requester} asked for *{what}*, and it waits until {}; after that it counts as a no. {deciders} I can reach nobody of them who may see what it is about. As an administrator you can say with `/penny policy` who decides from now on; then it has to be asked for again.",
        moment(until)
    )
}

/// To somebody who may decide, in a direct message.
pub fn escalation(what: &str, until: DateTime<Utc>, link: Option<&str>) -> String {
    let card = match link {
        Some(link) => format!("<{link}|Open the card>"),
        None => "Its card is in the thread where it was asked for".to_owned(),
    };
    format!(
        ":alarm_clock: *{what}* waits for a decision, and its time is up {}. You may decide on it. {card}.",
        moment(until)
    )
}
