//! What Penny says when a turn ends otherwise than with an answer.

use crate::agent::limits::Breach;
use crate::base::config::Caps;
use crate::models::ModelError;
use crate::slack::text::{dollars, short};
use crate::store::spending::{Cap, Reached};
use std::time::Duration;

pub const STOPPED: &str = "_Stopped._";

pub const REFUSED: &str =
    "I can’t help with that. If you meant something else, put it another way and I’ll try again.";

pub const POISON: &str = "Something in this question made me fail three times, so I’ve stopped trying. \
Please ask it another way; if it keeps happening, tell whoever runs me.";

/// Which bound over all turns is reached, until when, and who can raise it.
pub fn capped(reached: Reached, caps: &Caps) -> String {
    let times = |cap: Option<u32>| match cap.unwrap_or_default() {
        1 => "once".to_owned(),
        many => format!("{many} times"),
    };
    let money = |cap: Option<u64>| dollars(cap.unwrap_or_default().try_into().unwrap_or(i64::MAX));
    let (what, variable) = match reached.cap {
        Cap::PersonTurns => (
            format!(
                "You’ve asked me {} within an hour, which is as often as one person may.",
                times(caps.person_turns)
            ),
            "PENNY_TURNS_PER_HOUR",
        ),
        Cap::ChannelTurns => (
            format!(
                "I’ve been asked {} within an hour in this channel, which is as often as I may be in one.",
                times(caps.channel_turns)
            ),
            "PENNY_CHANNEL_TURNS_PER_HOUR",
        ),
        Cap::OrgTurns => (
            format!(
                "All of you together have asked me {} within an hour, which is as often as you may.",
                times(caps.org_turns)
            ),
            "PENNY_ORG_TURNS_PER_HOUR",
        ),
        Cap::PersonMoney => (
            format!(
                "What I do for one person may cost {} a day, and that is used up.",
                money(caps.person_micros)
            ),
            "PENNY_PERSON_USD_PER_DAY",
        ),
        Cap::OrgMoney => (
            format!(
                "What I do for all of you together may cost {} a day, and that is used up.",
                money(caps.org_micros)
            ),
            "PENNY_ORG_USD_PER_DAY",
        ),
    };
    format!(
        "{what} I can go on {}; ask me again then. Whoever runs me can allow more (`{variable}`).",
        in_about(reached.left)
    )
}

fn in_about(left: Duration) -> String {
    match left.as_secs().div_ceil(60) {
        0 | 1 => "in a minute".to_owned(),
        minutes @ 2..100 => format!("in {minutes} minutes"),
        minutes => format!("in {} hours", minutes.div_ceil(60)),
    }
}

pub fn limited(breach: Breach) -> &'static str {
    match breach {
        Breach::Steps => {
            "I’ve reached the number of steps I may take for one answer. Say “go on” and I’ll continue from here."
        }
        Breach::Tokens => {
            "I’ve read as much as I may for one answer. Ask for a smaller part of it, or say “go on”."
        }
        Breach::Money => {
            "This answer has used up its budget. Ask for a smaller part of it, or say “go on” to spend another."
        }
        Breach::Time => {
            "This took longer than I may work on one answer. Say “go on” and I’ll continue from here."
        }
        Breach::Length => {
            "I’ve reached the length that one answer may have. Say “go on” and I’ll continue from here, or ask for a smaller part of it."
        }
    }
}

pub fn model_failed(error: &ModelError) -> &'static str {
    match error {
        ModelError::Overloaded => {
            "The model I think with is overloaded right now. Please press Retry in a minute."
        }
        ModelError::RateLimited { .. } => {
            "I’m asking the model more than it allows at the moment. Please press Retry in a minute."
        }
        ModelError::OutOfCredit => {
            "The model account is out of credit, so I can’t think. Whoever runs me has to top it up; then press Retry."
        }
        ModelError::Unauthorized => {
            "The model refused my key, so I can’t think. Whoever runs me has to check it (`penny doctor` says how); then press Retry."
        }
        ModelError::ContextTooLong => {
            "This thread has become too long for the model, even shortened. Please start a new one and tell me what matters."
        }
        ModelError::Unnamed => {
            "I don’t know which model to think with. Whoever runs me has to name one in PENNY_MODEL; then press Retry."
        }
        ModelError::Unreachable(_) => {
            "I can’t reach the model I think with. Please press Retry in a minute."
        }
        ModelError::Broken(_) => "The model’s answer broke off several times. Please press Retry.",
        ModelError::Rejected(_) => {
            "The model didn’t accept this conversation. Please start a new thread; if that fails too, tell whoever runs me."
        }
    }
}

/// The line under an answer: how long, how much was looked up, what it cost.
pub fn footer(seconds: f64, tool_calls: i32, tokens: i64, cost_micros: i64, model: &str) -> String {
    let mut parts = vec![duration(seconds)];
    match tool_calls {
        0 => {}
        1 => parts.push("1 lookup".to_owned()),
        calls => parts.push(format!("{calls} lookups")),
    }
    if tokens > 0 {
        parts.push(format!("{} tokens", short(tokens)));
    }
    if cost_micros > 0 {
        parts.push(dollars(cost_micros));
    }
    parts.push(model.to_owned());
    parts.join(" · ")
}

fn duration(seconds: f64) -> String {
    if seconds < 60.0 {
        format!("{seconds:.1} s")
    } else {
        let whole = seconds as u64;
        format!("{} min {} s", whole / 60, whole % 60)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bound_over_all_turns_says_which_until_when_and_who_can_raise_it() {
        let caps = Caps {
            person_turns: Some(600),
            org_micros: Some(500_000_000),
            ..Caps::default()
        };
        let said = |cap, seconds| {
            let left = Duration::from_secs(seconds);
            capped(Reached { cap, left }, &caps)
        };
        assert_eq!(
            said(Cap::PersonTurns, 700),
            "You’ve asked me 600 times within an hour, which is as often as one person may. I can go on in 12 \
             minutes; ask me again then. Whoever runs me can allow more (`PENNY_TURNS_PER_HOUR`)."
        );
        assert_eq!(
            said(Cap::OrgMoney, 5 * 3_600),
            "What I do for all of you together may cost $500.00 a day, and that is used up. I can go on in 5 \
             hours; ask me again then. Whoever runs me can allow more (`PENNY_ORG_USD_PER_DAY`)."
        );
        assert!(said(Cap::ChannelTurns, 3).contains("in a minute"));
    }

    #[test]
    fn the_footer_says_what_an_answer_took_and_leaves_out_what_is_nothing() {
        assert_eq!(
            footer(3.24, 2, 4_120, 12_300, "claude-x"),
            "3.2 s · 2 lookups · 4.1k tokens · $0.01 · claude-x"
        );
        assert_eq!(
            footer(75.0, 1, 0, 0, "demo"),
            "1 min 15 s · 1 lookup · demo"
        );
        assert_eq!(
            footer(0.3, 0, 12, 90, "m"),
            "0.3 s · 12 tokens · $0.0001 · m"
        );
    }
}
