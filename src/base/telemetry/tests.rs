//! What a log line looks like, and what it never shows.

use super::*;
use proptest::prelude::*;
use serde_json::Value;
use std::sync::{Arc, Mutex};
use tracing::{info, info_span};

fn logged(format: Format, work: impl FnOnce()) -> String {
    let lines = Arc::new(Mutex::new(String::new()));
    let out = Arc::clone(&lines);
    let layer = LogLayer::new(format, move |line: &str| out.lock().unwrap().push_str(line));
    tracing::subscriber::with_default(Registry::default().with(layer), work);
    lines.lock().unwrap().clone()
}

const PRETTY: Format = Format::Pretty { colour: false };

#[test]
fn a_line_carries_the_trace_of_the_spans_around_it() {
    let trace = TraceId::fresh();
    let work = || {
        let _turn =
            info_span!("turn", trace_id = %trace, turn.step = tracing::field::Empty).entered();
        tracing::Span::current().record("turn.step", 2);
        let _call = info_span!("call", slack.method = "chat.postMessage").entered();
        info!(slack.attempt = 1, "a message was posted");
    };
    let json: Value = serde_json::from_str(&logged(Format::Json, work)).unwrap();
    assert_eq!(json["trace_id"], trace.to_string());
    assert_eq!(json["turn.step"], 2);
    assert_eq!(json["slack.method"], "chat.postMessage");
    assert_eq!(json["slack.attempt"], 1);
    assert_eq!(json["message"], "a message was posted");
    assert_eq!(json["level"], "INFO");
    assert!(
        logged(PRETTY, work).contains(" INFO a message was posted trace_id="),
        "{}",
        logged(PRETTY, work)
    );
}

#[test]
fn a_value_cannot_start_a_line_of_its_own_or_steer_a_terminal() {
    let hostile = "x\r\n{\"level\":\"ERROR\"}\n\u{1b}[2Jy\u{9b}31m\u{2028}z\u{202e}";
    for format in [PRETTY, Format::Json] {
        let text = logged(format, || info!(user.text = hostile, "got: {hostile}"));
        let (line, rest) = text.split_once('\n').unwrap();
        assert_eq!(rest, "", "{text:?}");
        assert!(
            !line.contains(['\r', '\u{1b}', '\u{9b}', '\u{2028}', '\u{202e}']),
            "{text:?}"
        );
    }
    let line = logged(Format::Json, || info!(user.text = hostile, "got it"));
    let json: Value = serde_json::from_str(&line).unwrap();
    assert_eq!(json["user.text"], hostile);
    assert_eq!(json["level"], "INFO");
}

#[test]
fn an_error_is_logged_with_all_its_causes_and_no_credential() {
    #[derive(Debug, thiserror::Error)]
    #[error("Slack refused")]
    struct Outer(#[source] std::io::Error);
    let error = Outer(std::io::Error::other("token xoxb-1-CANARY is revoked"));
    for format in [PRETTY, Format::Json] {
        let line = logged(format, || {
            info!(error = &error as &dyn std::error::Error, "failed");
        });
        assert!(
            line.contains("Slack refused: token xox[redacted] is revoked"),
            "{line}"
        );
    }
}

#[test]
fn a_field_that_is_called_a_secret_is_masked_whatever_it_holds() {
    for format in [PRETTY, Format::Json] {
        let line = logged(format, || {
            info!(slack.signing_secret = "8f742231b10e8888abcd99yyyzzz85a5", password = %"CANARY", "set");
        });
        assert!(
            !line.contains("8f7422") && !line.contains("CANARY"),
            "{line}"
        );
    }
}

#[test]
fn the_log_settings_are_checked_by_name() {
    let source = Source::default().set("PENNY_LOG", "loud");
    assert_eq!(
        super::format(&source).unwrap_err().to_string(),
        "PENNY_LOG cannot be used: it is `pretty` or `json`"
    );
    let source = Source::default().set("RUST_LOG", "penny=shout");
    let error = filter(&source).unwrap_err().to_string();
    assert!(error.starts_with("RUST_LOG cannot be used"), "{error}");
}

proptest! {
    #[test]
    fn every_line_is_one_json_object_that_gives_the_text_back(text in any::<String>()) {
        let line = logged(Format::Json, || info!(user.text = text.as_str(), level = 3, "said"));
        prop_assert_eq!(line.matches('\n').count(), 1);
        let json: Value = serde_json::from_str(&line).unwrap();
        prop_assert_eq!(json["user.text"].as_str().unwrap(), redact(&text).into_owned());
        prop_assert_eq!(&json["field.level"], 3);
    }

    #[test]
    fn a_canary_never_reaches_the_output(
        token in "xox[bpe]-[A-Z0-9]{10,30}",
        around in any::<String>(),
    ) {
        let secret = &token[5..];
        for format in [PRETTY, Format::Json] {
            let line = logged(format, || {
                let _span = info_span!("call", sent = %format!("{around}{token}")).entered();
                info!(reply = format!("{token} {around}"), debug = ?Some(&token), "{token}");
            });
            prop_assert!(!line.contains(secret), "{}", line);
        }
    }
}
