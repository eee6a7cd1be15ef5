//! What Penny says outside her answers: every sentence of her surfaces, in one place, so that
//! they sound like one person. Each says what happened, to what, and what to do next.

mod artifacts;
mod dashboards;
mod digests;
mod listening;
mod people;
mod schedules;
mod workflows;

pub use artifacts::*;
pub use dashboards::*;
pub use digests::*;
pub use listening::*;
pub use people::*;
pub use schedules::*;
pub use workflows::*;

use super::mrkdwn::{clip, escape};
use crate::base::ids::UserId;

// The answer itself.
pub const NOTHING_TO_SAY: &str = "I have nothing to add to that.";
pub const WORKING: &str = "is working on it…";
pub const LOADING_MESSAGES: [&str; 3] = ["Reading the thread…", "Looking things up…", "Thinking…"];
/// What a notification says of an answer that is still being written.
pub const STARTING: &str = "Working on it…";
pub const ANSWER_FILE: &str = "answer.md";
pub const ANSWER_FILE_TITLE: &str = "The whole answer";
pub const GOES_ON_IN_FILE: &str =
    "\n\n_The answer is longer than fits here. All of it is in the file below._";

pub fn hidden_columns(count: usize) -> String {
    format!("{count} more columns don’t fit here. Ask me for them, or for a file.")
}

// Under an answer.
pub const GOOD_ANSWER: &str = "Good answer";
pub const BAD_ANSWER: &str = "Bad answer";
pub const RETRY: &str = "Retry";
pub const THANKS: &str = "Thank you. I’m glad that helped.";
pub const SORRY: &str = "Thank you for telling me. What was wrong with it?";
pub const TELL_ME: &str = "Tell me";
pub const FEEDBACK_TITLE: &str = "About this answer";
pub const WHAT_WAS_WRONG: &str = "What was wrong?";
pub const WHAT_WAS_WRONG_HINT: &str = "The people who run me read this; nobody else does.";
pub const COMMENT_KEPT: &str = "Thank you, I’ve passed that on.";
pub const STILL_AT_IT: &str = "I’m still working on that one.";
pub const ASKED_AGAIN_ALREADY: &str =
    "I’ve been asked that again already. To try once more, press Retry under my newest answer.";
pub const QUESTION_GONE: &str = "I no longer have that question. Please write it again.";

pub const WENT_WRONG: &str = "Something went wrong on my side, so I didn’t do that. Please try it once more; if it happens again, tell whoever runs me.";

// To a “stop” beside the threads.
pub const STOPPED_IN_ITS_THREAD: &str = "I’ve stopped what I was doing for you here.";
pub const STOPPED_IN_THEIR_THREADS: &str = "I’ve stopped everything I was doing for you here.";
pub const NOTHING_TO_STOP: &str =
    "I’m not working on anything for you here, so there’s nothing to stop.";

// Questions to people.
pub const ONLY_THEY_MAY_ANSWER: &str = "Only the person named here can answer.";
pub const NO_SUCH_QUESTION: &str = "That question is no longer open, so there’s nothing to answer.";

// Asking.
pub const ASK_TITLE: &str = "Ask Penny";
pub const ASK_SUBMIT: &str = "Ask";
pub const CANCEL: &str = "Cancel";
pub const SAVE: &str = "Save";
pub const SEND: &str = "Send";
pub const ASK_LABEL: &str = "Your question";
pub const ASK_PLACEHOLDER: &str = "What would you like to know?";
pub const ASK_ABOUT_LABEL: &str = "What would you like to know about this message?";
pub const ASK_ABOUT_DEFAULT: &str = "What does this mean for us, and what should we do next?";
pub const NOT_IN_CHANNEL: &str = "I’m not in this channel yet, so I can’t answer here. Invite me with `/invite @Penny`, or write to me in a direct message.";
pub const MODAL_TOO_LATE: &str =
    "That took me too long, so Slack wouldn’t let me open the window. Please try once more.";
pub const ASK_TOO_LATE: &str = "Slack wouldn’t let me open the window in time. Write the question right behind it: `/penny ask how did we do last quarter?`";

// Where she cannot post for somebody.
pub const PENNY_NOT_THERE: &str = "I’m not in that channel, so I couldn’t answer there. Invite me with `/invite @Penny`, then try once more.";
pub const YOU_ARE_NOT_THERE: &str = "You’re not in that channel yourself, so I won’t write there for you. Join it, or choose another.";

// Under what is listed.
pub const DELETE: &str = "Delete";

// Commands.
pub const GUESTS_CANNOT: &str =
    "That’s for full members of this workspace. You can still ask me in a channel we share.";
pub const MEMORY_EMPTY: &str = "I remember nothing about you yet. Tell me in a direct message: “remember that I report in euros”.";
pub const MEMORY_USAGE: &str = "Use `/penny memory` to see what I remember, or `/penny memory forget 2` to have me forget the second note.";
pub const NOTE_GONE: &str = "I don’t have that note any more.";
pub const FORGET: &str = "Forget";
pub const UNDO: &str = "Undo";
pub const HELP_INTRO: &str = "I’m Penny. Mention me in a channel, write to me in a direct message, or use *Ask Penny about this* in a message’s menu. I answer from what our connected systems know, and only with what everybody who reads along may see.";
pub const HELP_MAKES: &str = "Ask for more than words: “chart the pipeline by stage”, “make a report of it as PDF”, “export the open deals as Excel”, “make a dashboard of our deals by owner”, “tell me that every Monday at 9”. `/penny reports` has what I’ve made, to open, run again or delete.";
pub const HELP_OUTRO: &str = "While I work, write more to steer me, or “stop” to stop me. Say “remember …” and I’ll keep it in mind.";
pub const NOTHING_CONNECTED: &str = "No system is connected yet.";

// Connected systems.
pub const CONNECT: &str = "Connect";
pub const RECONNECT: &str = "Reconnect";
pub const READ_NOW: &str = "Read now";
pub const DISCONNECT: &str = "Disconnect";
pub const KEEP: &str = "Keep it";
pub const CLOSE: &str = "Close";
pub const DISCONNECT_MEANS: &str = "I’ll forget how to sign in there and stop reading it. What I’ve read so far stays, and you can connect it again at any time.";
pub const USE_A_KEY: &str = "Use a key instead";
pub const LINK_IS_YOURS: &str = "This link is for you alone; it works once, for ten minutes.";
pub const KEY_IS_SEALED: &str =
    "I keep it sealed, use it for nothing but this system, and nobody can read it back.";

// App Home.
pub const HOME_CONVERSATIONS: &str = "Recent conversations";
pub const HOME_SCHEDULES: &str = "Your schedules";
pub const HOME_SYSTEMS: &str = "Connected systems";
pub const HOME_MEMORY: &str = "What I remember about you";
pub const REFRESH: &str = "Refresh";
pub const UNTITLED: &str = "A conversation";
pub const WHILE_WAITING: &str =
    "Mention me in any channel I’m in, write to me in *Messages*, or try one of these:";
pub const NO_CONVERSATIONS: &str = "_None yet. Press one of the questions above, and I’ll start._";
pub const NOTHING_SPENT: &str =
    "This month you haven’t asked me anything yet. What my answers take will be counted here.";
pub const ANSWERING_IN_MESSAGES: &str = "I’m on it: you’ll find my answer in *Messages*.";
pub const DEMO_MODEL: &str = "I’m thinking with the built-in demo model, which knows a few patterns only. With an API key set, I think with a real one.";
pub const PANE_TITLE: &str = "What would you like to know?";

/// What became of a turn, by what the store calls its state.
pub fn turn_state(state: &str) -> &'static str {
    match state {
        "running" => "I’m working on it",
        "waiting" => "waits for somebody’s choice",
        "done" => "answered",
        "stopped" => "stopped",
        _ => "not answered",
    }
}

pub fn hello_channel(bot: &UserId) -> String {
    format!(
        "Hi, I’m Penny. Mention <@{bot}> with a question and I’ll answer in its thread, from the data that everybody here may see. `/penny help` shows what else I can do."
    )
}

/// `question` is as Slack writes it, with `<@U…>` and escapes.
pub fn asked(by: &UserId, question: &str) -> String {
    format!("<@{by}> asked: {}", calling_nobody(&clip(question, 2_500)))
}

/// In Penny's name nobody calls a whole channel.
fn calling_nobody(markup: &str) -> String {
    markup.replace("<!", "&lt;!")
}

pub fn chose(by: &UserId, option: &str) -> String {
    format!("<@{by}> chose *{}*", escape(option))
}

pub fn already_answered(by: Option<&str>, answer: &str) -> String {
    match by {
        Some(by) => format!("<@{by}> already answered that: *{}*.", escape(answer)),
        None => format!("That question is closed: {}.", escape(answer)),
    }
}

pub fn not_yours_to_answer(asked: &str) -> String {
    format!("That question is for <@{asked}>. You can tell me what you think in the thread.")
}

pub fn unknown_command(word: &str, nearest: Option<&str>) -> String {
    let word = escape(&clip(word, 40));
    match nearest {
        Some(nearest) => format!("I don’t know `{word}`. Did you mean `/penny {nearest}`?"),
        None => format!(
            "I don’t know `{word}`. To ask me something, write `/penny ask {word} …`; `/penny help` shows the rest."
        ),
    }
}

pub fn trying_key(name: &str) -> String {
    format!(
        ":hourglass_flowing_sand: I’m trying the key with {}…",
        escape(name)
    )
}

pub fn consent_link(name: &str) -> String {
    format!(
        "To connect *{0}*, sign in there and say yes. I’ll see what you allow and nothing else.",
        escape(name)
    )
}

/// Somebody said yes over there, and it could not be connected.
pub fn not_connected_after_all(name: &str, slug: &str, why: &str) -> String {
    format!(
        ":red_circle: You let me into *{}*, but I couldn’t connect it: {}. Please try once more with `/penny connect {slug}`.",
        escape(name),
        escape(&clip(why, 300))
    )
}

pub fn connection_broken(name: &str, note: &str) -> String {
    format!(
        ":red_circle: I can’t read *{}* any more. {} Until then I answer from what I have read so far.",
        escape(name),
        escape(&clip(note, 300))
    )
}

pub fn no_such_note(place: &str, count: usize) -> String {
    let place = escape(&clip(place, 40));
    match count {
        0 => MEMORY_EMPTY.to_owned(),
        1 => format!("There is no note {place}; there is only 1. `/penny memory` shows it."),
        count => {
            format!(
                "There is no note {place}; they go from 1 to {count}. `/penny memory` shows them."
            )
        }
    }
}

pub fn forgot(note: &str) -> String {
    format!("I’ve forgotten “{}”.", quoted(note))
}

pub fn remembered_again(note: &str) -> String {
    format!("I remember “{}” again.", quoted(note))
}

/// The sentence around it brings its own full stop.
fn quoted(note: &str) -> String {
    escape(&clip(note.trim_end_matches('.'), 200))
}

pub fn greeting(name: &str) -> String {
    let first = name.split_whitespace().next().unwrap_or(name);
    format!("Hello {}", clip(first, 60))
}

pub fn thinking_with(model: &str, is_demo: bool) -> String {
    if is_demo {
        DEMO_MODEL.to_owned()
    } else {
        format!("I’m thinking with *{}*.", escape(model))
    }
}

pub fn at_work(running: i64, waiting: i64) -> String {
    let running = match running {
        0 => "I’m free right now".to_owned(),
        1 => "I’m working on 1 answer".to_owned(),
        count => format!("I’m working on {count} answers"),
    };
    match waiting {
        0 => format!("{running}."),
        1 => format!("{running}. 1 conversation waits for somebody’s choice."),
        count => format!("{running}. {count} conversations wait for somebody’s choice."),
    }
}

/// What a person's answers took this month. What is nothing goes without saying.
pub fn spent(turns: i64, tokens: i64, cost_micros: i64) -> String {
    let mut parts = match turns {
        0 => return NOTHING_SPENT.to_owned(),
        1 => vec!["1 answer for you".to_owned()],
        turns => vec![format!("{turns} answers for you")],
    };
    if tokens > 0 {
        parts.push(format!("{} tokens", short(tokens)));
    }
    if cost_micros > 0 {
        parts.push(dollars(cost_micros));
    }
    format!("This month: {}.", parts.join(", "))
}

/// `4,120` as `4.1k`.
pub fn short(count: i64) -> String {
    match count {
        ..1_000 => count.to_string(),
        1_000..1_000_000 => format!("{:.1}k", count as f64 / 1e3),
        _ => format!("{:.1}M", count as f64 / 1e6),
    }
}

/// To the cent, or less than a cent as precisely as it takes to be something.
pub fn dollars(micros: i64) -> String {
    let amount = micros as f64 / 1e6;
    if micros > 0 && amount < 0.01 {
        format!("${amount:.4}")
    } else {
        format!("${amount:.2}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_somebody_asked_cannot_call_a_channel_in_pennys_name() {
        let said = asked(&UserId::new("U1"), "hi <!channel> and <@U2>");
        assert_eq!(said, "<@U1> asked: hi &lt;!channel> and <@U2>");
    }

    #[test]
    fn what_was_forgotten_is_quoted_without_a_second_full_stop() {
        assert_eq!(
            forgot("I report in euros."),
            "I’ve forgotten “I report in euros”."
        );
    }

    #[test]
    fn spending_names_only_what_was_spent() {
        assert_eq!(spent(0, 0, 0), NOTHING_SPENT);
        assert_eq!(spent(1, 0, 0), "This month: 1 answer for you.");
        assert_eq!(
            spent(3, 12_345, 20_000),
            "This month: 3 answers for you, 12.3k tokens, $0.02."
        );
    }

    #[test]
    fn a_wrong_number_of_a_note_is_answered_with_the_right_ones() {
        assert!(no_such_note("9", 3).contains("1 to 3"));
        assert_eq!(no_such_note("1", 0), MEMORY_EMPTY);
    }
}
