//! What is read from messages as Slack and other apps compose them.

use super::*;
use proptest::prelude::*;
use serde_json::json;

fn rich_text(elements: Value) -> Value {
    json!([{"type": "rich_text", "elements": elements}])
}

#[test]
fn a_message_of_blocks_alone_reads_like_its_text_would() {
    let blocks = rich_text(json!([
        {"type": "rich_text_section", "elements": [
            {"type": "user", "user_id": "U2"}, {"type": "text", "text": " is 1 < 2? see "},
            {"type": "link", "url": "https://x.io/?a=1&b=2", "text": "this"},
            {"type": "emoji", "name": "eyes"}, {"type": "channel", "channel_id": "C1"},
        ]},
        {"type": "rich_text_list", "style": "ordered", "indent": 1, "elements": [
            {"type": "rich_text_section", "elements": [{"type": "text", "text": "one"}]},
            {"type": "rich_text_section", "elements": [{"type": "text", "text": "two"}]},
        ]},
        {"type": "rich_text_quote", "elements": [{"type": "text", "text": "so be it"}]},
        {"type": "rich_text_preformatted", "elements": [{"type": "text", "text": "let x"}]},
    ]));
    assert_eq!(
        own_words(&json!({"text": "", "blocks": blocks})),
        "<@U2> is 1 &lt; 2? see <https://x.io/?a=1&amp;b=2|this>:eyes:<#C1>\n  1. one\n  2. two\n\
         &gt; so be it\n```\nlet x\n```"
    );
}

#[test]
fn the_text_counts_where_there_is_one_and_a_placeholder_is_none() {
    let blocks =
        json!([{"type": "section", "text": {"type": "mrkdwn", "text": "*Deploy* failed"}}]);
    let said = |text: &str| own_words(&json!({"text": text, "blocks": blocks}));
    assert_eq!(said("hello"), "hello");
    assert_eq!(said(" "), "*Deploy* failed");
    assert_eq!(said("This content can't be displayed."), "*Deploy* failed");
}

#[test]
fn the_blocks_of_an_alert_are_read_and_its_buttons_are_not() {
    let alert = json!({"blocks": [
        {"type": "header", "text": {"type": "plain_text", "text": "Disk <full>"}},
        {"type": "section", "fields": [{"type": "mrkdwn", "text": "*Host* db1"}]},
        {"type": "divider"},
        {"type": "context", "elements": [{"type": "plain_text", "text": "since noon"}]},
        {"type": "actions", "elements": [
            {"type": "button", "text": {"type": "plain_text", "text": "Silence"}}]},
        {"type": "table", "rows": [
            [{"type": "raw_text", "text": "a"}, {"type": "raw_text", "text": "b"}]]},
        {"type": "hologram", "text": {"type": "plain_text", "text": "new"}}, 7,
    ]});
    assert_eq!(
        own_words(&alert),
        "Disk &lt;full&gt;\n*Host* db1\nsince noon\na | b\nnew"
    );
}

#[test]
fn a_forwarded_message_is_quoted_with_its_author() {
    let by_name = json!({"is_share": true, "is_msg_unfurl": true, "from_url": "https://x.io",
        "author_name": "Jonas", "author_id": "U2", "text": "Acme slipped\nto March"});
    let forwarded = json!({"text": "what of this?", "attachments": [by_name]});
    assert_eq!(
        all_words(&forwarded),
        "what of this?\n&gt; Jonas: Acme slipped\n&gt; to March"
    );
    let inner = rich_text(json!([{"type": "rich_text_section",
        "elements": [{"type": "text", "text": "in blocks"}]}]));
    let by_id = json!({"is_msg_unfurl": true, "author_name": "", "author_id": "U2", "text": "",
        "message_blocks": [{"team": "T1", "channel": "C1", "message": {"blocks": inner}}]});
    assert_eq!(
        all_words(&json!({"attachments": [by_id]})),
        "&gt; <@U2>: in blocks"
    );
}

#[test]
fn an_attachment_says_all_it_has_and_a_preview_of_a_link_nothing() {
    let all = json!({"fallback": "short", "pretext": "New", "title": "Ticket 7", "text": "Broken",
        "fields": [{"title": "Priority", "value": "high"}, {"value": "open"}]});
    assert_eq!(
        attached_alone(&json!({"attachments": [all, {"fallback": "short"}]})),
        "New\nTicket 7\nBroken\nPriority: high\nopen\nshort"
    );
    let preview = json!({"from_url": "https://x.io", "title": "A page", "text": "Buy!"});
    assert_eq!(
        all_words(&json!({"text": "<https://x.io>", "attachments": [preview]})),
        "<https://x.io>"
    );
}

#[test]
fn no_attachment_is_quoted_without_end() {
    let long = json!({"text": "word\n".repeat(10_000)});
    let quoted = quoted(&[long]);
    assert!(quoted.ends_with("&gt; …"), "{}", quoted.len());
    assert!(quoted.lines().count() <= MAX_QUOTED / 4 + 1);
}

fn anything() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<u32>().prop_map(Value::from),
        "(rich_text|rich_text_list|section|table|context|mrkdwn|text|<&>)".prop_map(Value::from),
    ];
    let name = "(type|text|blocks|attachments|elements|fields|rows|message_blocks|message|indent)";
    leaf.prop_recursive(5, 40, 5, move |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            proptest::collection::hash_map(name, inner, 0..5)
                .prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    })
}

proptest! {
    #[test]
    fn no_shape_of_a_message_breaks_the_reading(message in anything()) {
        own_words(&message);
        all_words(&message);
        attached_alone(&message);
    }
}
