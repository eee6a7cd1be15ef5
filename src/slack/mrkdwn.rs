//! What stands in Slack's markup: text of others made harmless, cut to length, and moments, which
//! each reader sees in their own time.

use chrono::{DateTime, Utc};

/// Text that people or systems wrote, so that it can stand in Slack's markup: it names nobody,
/// links nowhere and calls no channel.
pub fn escape(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}

/// What was escaped, as somebody typed it.
pub fn unescape(markup: &str) -> String {
    markup
        .replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&amp;", "&")
}

/// At most `chars` characters, with an ellipsis where something is missing.
pub fn clip(text: &str, chars: usize) -> String {
    if text.chars().count() <= chars {
        return text.to_owned();
    }
    let kept: String = text.chars().take(chars.saturating_sub(1)).collect();
    format!("{}…", kept.trim_end())
}

/// A moment, which Slack shows in each reader's own time zone.
pub fn moment(at: DateTime<Utc>) -> String {
    format!(
        "<!date^{}^{{date_short_pretty}} at {{time}}|{} UTC>",
        at.timestamp(),
        at.format("%-d %b %Y %H:%M")
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_people_wrote_cannot_call_anybody() {
        assert_eq!(
            escape("<!channel> & <@U1>"),
            "&lt;!channel&gt; &amp; &lt;@U1&gt;"
        );
    }

    proptest! {
        #[test]
        fn clipped_text_is_never_too_long_and_short_text_never_changed(text in ".{0,80}", chars in 1usize..60) {
            let clipped = clip(&text, chars);
            prop_assert!(clipped.chars().count() <= chars);
            if text.chars().count() <= chars {
                prop_assert_eq!(clipped, text);
            }
        }
    }
}
