//! What is said of an answer that could not be put where it was asked for.

use crate::slack::client::ApiCode;
use crate::slack::mrkdwn::{clip, escape};

/// At the end of an answer that is shown in part.
pub const TOO_LONG: &str =
    "_It goes on, and is too long for here. Ask me for the part that you need._";

const QUESTION_CHARS: usize = 200;

pub fn lost(
    channel: &str,
    question: Option<&str>,
    link: Option<&str>,
    code: &ApiCode,
    has_answer: bool,
) -> String {
    let question = question.map(|text| text.split_whitespace().collect::<Vec<_>>().join(" "));
    let quoted = question
        .filter(|text| !text.is_empty())
        .map(|text| format!(" “{}”", escape(&clip(&text, QUESTION_CHARS))));
    let question = match link {
        Some(link) => format!("<{}|your question>", link.replace(['|', '>'], "")),
        None => "your question".to_owned(),
    } + &quoted.unwrap_or_default();
    let (why, how) = why_and_how(code);
    let then = if has_answer {
        "Here is what I have to say, as far as I got."
    } else {
        "I had nothing to say yet: ask me here instead."
    };
    format!(":warning: I couldn’t answer {question} in <#{channel}>: {why}. {then} {how}")
}

fn why_and_how(code: &ApiCode) -> (String, &'static str) {
    match code {
        ApiCode::IsArchived => (
            "the channel has been archived".to_owned(),
            "To go on there, unarchive it and ask me again.",
        ),
        ApiCode::NotInChannel | ApiCode::ChannelNotFound => (
            "I’m not in it any more, or it is gone".to_owned(),
            "To go on there, invite me with `/invite @Penny` and ask me again.",
        ),
        ApiCode::RestrictedAction => (
            "I’m not allowed to post there".to_owned(),
            "To go on there, ask an administrator to let me.",
        ),
        ApiCode::ThreadNotFound | ApiCode::MessageNotFound | ApiCode::CannotReplyToMessage => (
            "its thread is gone".to_owned(),
            "To go on there, ask me again in a new one.",
        ),
        code => (
            format!("Slack refused it (`{}`)", escape(code.as_str())),
            "If that happens again, tell whoever runs me.",
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_says_what_was_asked_where_it_is_lost_and_what_to_do() {
        let said = lost(
            "C1",
            Some("how many\ndeals?"),
            None,
            &ApiCode::IsArchived,
            true,
        );
        assert_eq!(
            said,
            ":warning: I couldn’t answer your question “how many deals?” in <#C1>: the channel has been archived. Here is what \
             I have to say, as far as I got. To go on there, unarchive it and ask me again."
        );
        let said = lost(
            "C1",
            None,
            Some("https://x.slack.com/p1"),
            &ApiCode::NotInChannel,
            false,
        );
        assert_eq!(
            said,
            ":warning: I couldn’t answer <https://x.slack.com/p1|your question> in <#C1>: I’m not \
             in it any more, or it is gone. I had nothing to say yet: ask me here instead. To go on there, invite \
             me with `/invite @Penny` and ask me again."
        );
    }

    #[test]
    fn what_was_asked_calls_nobody() {
        let said = lost(
            "C1",
            Some("<!channel> hi"),
            None,
            &ApiCode::IsArchived,
            true,
        );
        assert!(said.contains("&lt;!channel&gt; hi"), "{said}");
    }
}
