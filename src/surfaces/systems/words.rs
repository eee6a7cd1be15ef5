//! What Penny says about connecting systems: what happened, to which, and what to do next.

use crate::connectors::{Manifest, Parting, Reach};
use crate::slack::mrkdwn::{clip, escape};
use std::fmt::Display;

pub const LIST: &str =
    "*Connected systems.* I read them every hour; what they know is what I answer from.";
pub const KEY_REFUSED: &str = "It doesn’t accept this key. Copy it once more, whole, and make sure that it hasn’t been revoked.";
pub const SILENT: &str =
    "It doesn’t answer right now. The key may be fine: try it again in a minute.";

pub fn unknown_system(word: &str, command: &str, nearest: Option<&str>, all: &[&str]) -> String {
    let word = escape(&clip(word, 40)).replace('`', "'");
    match nearest {
        Some(nearest) => {
            format!("I don’t know a system `{word}`. Did you mean `/penny {command} {nearest}`?")
        }
        None => format!(
            "I don’t know a system `{word}`. I can work with {}; `/penny connect` shows them all.",
            all.join(", ")
        ),
    }
}

pub fn which_system(command: &str, all: &[&str]) -> String {
    let example = all.first().copied().unwrap_or("hubspot");
    format!(
        "Which system? Write `/penny {command} {example}`, for instance. I can work with {}.",
        all.join(", ")
    )
}

pub fn only_admins_connect(manifest: &Manifest) -> String {
    let name = manifest.name;
    match manifest.reach {
        Reach::Org => format!(
            "{name} would be connected for everybody here, so an administrator of this workspace has to do it. Ask one of them to type `/penny connect {}`.",
            manifest.slug
        ),
        Reach::Person => format!("Only full members of this workspace can connect {name}."),
        Reach::Penny => format!("There is nothing to connect: I’m in {name} already."),
    }
}

pub fn nango_is_silent(name: &str) -> String {
    format!(
        "{name} is connected by way of Nango here, and Nango doesn’t let me in right now. Try again in a few minutes; if it stays like that, whoever runs me can look at `NANGO_URL` and `NANGO_SECRET_KEY`."
    )
}

pub fn only_admins_disconnect(name: &str) -> String {
    format!(
        "{name} is connected for everybody here. Whoever connected it, or an administrator of this workspace, can disconnect it."
    )
}

pub fn address_needs_a_name(manifest: &Manifest) -> String {
    format!(
        "Tell me what will send there, and I’ll make it an address of its own: `/penny connect {} stripe`, for instance.",
        manifest.slug
    )
}

pub const NAME_OF_AN_ADDRESS: &str =
    "A name has at most 40 letters, digits, spaces, dots and dashes. Try a shorter one.";
pub const NO_PUBLIC_ADDRESS: &str = "Nobody could reach me there yet: whoever runs me has to set PENNY_PUBLIC_URL to my own address first.";

pub fn address_opened(label: &str, address: &str, secret: &str) -> String {
    format!(
        "*{}* can tell me things now. This is shown once, and only to you:\n• Send to: `{address}`\n• Sign with: `{secret}`\nEach request is a POST with two headers: `X-Penny-Timestamp`, the seconds since 1970, and `X-Penny-Signature`, which is `v1=` and the HMAC-SHA256 in hex of the timestamp, a dot, and the body. For a new secret, make it once more under the same name: the old one ends then.",
        escape(label)
    )
}

pub fn cannot_be_connected(name: &str) -> String {
    format!(
        "{name} can’t be connected yet: whoever runs me has to set me up for it first. `penny doctor` tells them how."
    )
}

pub fn not_connected(name: &str) -> String {
    format!("{name} isn’t connected, so there’s nothing to do. `/penny connect` shows what is.")
}

pub fn connected(name: &str, account: &str) -> String {
    format!(
        ":white_check_mark: {name} is connected ({}). I’m reading it now, and again every hour.",
        escape(&clip(account, 80))
    )
}

pub fn connected_to_act(name: &str, account: &str) -> String {
    format!(
        ":white_check_mark: {name} is connected ({}). There’s nothing to read there: I use it for what you ask of me or write into a workflow, each time with a card to approve.",
        escape(&clip(account, 80))
    )
}

pub fn nothing_to_read(name: &str) -> String {
    format!("There’s nothing to read in {name}: it’s there for what is to be done.")
}

pub fn wrong_key(name: &str, reason: &str) -> String {
    format!("{name} is not connected. {reason}")
}

pub fn key_too_weak(said: &str) -> String {
    format!(
        "The key is good, but may not do all that I need ({}). Give it the rights named above, and paste it again.",
        clip(said, 200)
    )
}

pub fn broken_answer(error: impl Display) -> String {
    format!("Something went wrong: {error}. Try again in a minute.")
}

pub fn disconnect_question(name: &str) -> String {
    format!(
        "Disconnect {name}? I’ll forget how to sign in there and stop reading it; what I’ve read so far stays. To keep it, ignore this."
    )
}

pub fn disconnected(name: &str, parting: Parting) -> String {
    let access = match parting {
        Parting::Ended => String::new(),
        Parting::KeyRemains => format!(
            " I’ve forgotten its key, but {name} hasn’t: if nothing else uses that key, delete it over there."
        ),
        Parting::TokensRemain => format!(
            " I’ve forgotten its tokens, but {name} didn’t confirm that they are void: remove me from its connected apps to be sure."
        ),
    };
    format!(
        "{name} is disconnected.{access} What I’ve read so far stays; *Connect* brings it back."
    )
}

pub fn reading(name: &str) -> String {
    format!("I’m reading {name} now. In *Messages* you see how far I am.")
}
