//! Slack's limits as a table: what is just allowed, what is just too much, and where it says so.

use super::*;
use serde_json::json;

fn long(length: usize) -> String {
    "x".repeat(length)
}

fn plain(length: usize) -> Value {
    json!({"type": "plain_text", "text": long(length)})
}

fn mrkdwn(length: usize) -> Value {
    json!({"type": "mrkdwn", "text": long(length)})
}

fn button(change: impl FnOnce(&mut Value)) -> Value {
    let mut button = json!({"type": "button", "action_id": "a", "text": plain(2)});
    change(&mut button);
    json!({"type": "actions", "elements": [button]})
}

fn option(length: usize, value: usize) -> Value {
    json!({"text": plain(length), "value": long(value)})
}

fn select(options: Vec<Value>) -> Value {
    json!({"type": "actions", "elements": [
        {"type": "static_select", "action_id": "s", "options": options}
    ]})
}

fn table(rows: usize, columns: usize) -> Value {
    let row = vec![json!({"type": "raw_text", "text": "1"}); columns];
    json!({"type": "table", "rows": vec![row; rows]})
}

fn feedback(label: usize) -> Value {
    json!({"type": "context_actions", "elements": [{
        "type": "feedback_buttons",
        "action_id": "f",
        "positive_button": {"text": plain(label), "value": "up"},
        "negative_button": {"text": plain(2), "value": "down"},
    }]})
}

/// One block that is just right, one that is just wrong, and the line that Slack answers.
fn limits() -> Vec<(Value, Value, &'static str)> {
    let section = |text: Value| json!({"type": "section", "text": text});
    let fields = |count| json!({"type": "section", "fields": vec![mrkdwn(1); count]});
    let context = |count| json!({"type": "context", "elements": vec![mrkdwn(1); count]});
    let with_id = |length| json!({"type": "divider", "block_id": long(length)});
    let markdown = |length| json!({"type": "markdown", "text": long(length)});
    let image = |alt: usize| json!({"type": "image", "image_url": "https://a.example/i.png", "alt_text": long(alt)});
    vec![
        (
            section(mrkdwn(3000)),
            section(mrkdwn(3001)),
            "must be less than 3001 characters [json-pointer:/blocks/0/text/text]",
        ),
        (
            section(mrkdwn(1)),
            section(mrkdwn(0)),
            "must be more than 0 characters [json-pointer:/blocks/0/text/text]",
        ),
        (
            fields(10),
            fields(11),
            "no more than 10 items allowed [json-pointer:/blocks/0/fields]",
        ),
        (
            fields(1),
            json!({"type": "section"}),
            "must define either \"text\" or \"fields\" [json-pointer:/blocks/0]",
        ),
        (
            json!({"type": "header", "text": plain(150)}),
            json!({"type": "header", "text": plain(151)}),
            "must be less than 151 characters [json-pointer:/blocks/0/text/text]",
        ),
        (
            json!({"type": "header", "text": plain(1)}),
            json!({"type": "header", "text": mrkdwn(1)}),
            "must be a valid enum value [json-pointer:/blocks/0/text/type]",
        ),
        (
            context(10),
            context(11),
            "no more than 10 items allowed [json-pointer:/blocks/0/elements]",
        ),
        (
            with_id(255),
            with_id(256),
            "must be less than 256 characters [json-pointer:/blocks/0/block_id]",
        ),
        (
            markdown(12_000),
            markdown(12_001),
            "must be less than 12001 characters [json-pointer:/blocks/0/text]",
        ),
        (
            image(2000),
            image(2001),
            "must be less than 2001 characters [json-pointer:/blocks/0/alt_text]",
        ),
        (
            button(|b| b["text"] = plain(75)),
            button(|b| b["text"] = plain(76)),
            "must be less than 76 characters [json-pointer:/blocks/0/elements/0/text/text]",
        ),
        (
            button(|b| b["value"] = json!(long(2000))),
            button(|b| b["value"] = json!(long(2001))),
            "must be less than 2001 characters [json-pointer:/blocks/0/elements/0/value]",
        ),
        (
            button(|b| b["style"] = json!("danger")),
            button(|b| b["style"] = json!("loud")),
            "must be a valid enum value [json-pointer:/blocks/0/elements/0/style]",
        ),
        (
            button(|_| ()),
            button(|b| b["colour"] = json!("red")),
            "invalid additional property: colour [json-pointer:/blocks/0/elements/0]",
        ),
        (
            button(|b| b["action_id"] = json!(long(255))),
            button(|b| b["action_id"] = json!(long(256))),
            "must be less than 256 characters [json-pointer:/blocks/0/elements/0/action_id]",
        ),
        (
            select(vec![option(75, 150)]),
            select(vec![option(76, 150)]),
            "must be less than 76 characters [json-pointer:/blocks/0/elements/0/options/0/text/text]",
        ),
        (
            select(vec![option(1, 1); 100]),
            select(vec![option(1, 1); 101]),
            "no more than 100 items allowed [json-pointer:/blocks/0/elements/0/options]",
        ),
        (
            table(100, 20),
            table(101, 1),
            "no more than 100 items allowed [json-pointer:/blocks/0/rows]",
        ),
        (
            table(1, 20),
            table(1, 21),
            "no more than 20 items allowed [json-pointer:/blocks/0/rows/0]",
        ),
        (
            feedback(75),
            feedback(76),
            "must be less than 76 characters [json-pointer:/blocks/0/elements/0/positive_button/text/text]",
        ),
        (
            json!({"type": "divider"}),
            json!({"type": "divider", "text": "no"}),
            "invalid additional property: text [json-pointer:/blocks/0]",
        ),
        (
            json!({"type": "divider"}),
            json!({"type": "alert", "text": plain(1)}),
            "unsupported type: alert [json-pointer:/blocks/0/type]",
        ),
        (
            json!({"type": "divider"}),
            json!({"text": "?"}),
            "missing required field: type [json-pointer:/blocks/0]",
        ),
    ]
}

#[test]
fn what_is_just_right_passes_and_what_is_just_too_much_is_named_with_its_place() {
    for (right, wrong, line) in limits() {
        let problems = problems_of_blocks(&json!([right]));
        assert_eq!(problems, [], "{right}");
        let problems = problems_of_blocks(&json!([wrong]));
        let lines: Vec<String> = problems.iter().map(Problem::line).collect();
        assert!(
            lines.iter().any(|found| found == line),
            "wanted {line}, found {lines:?}"
        );
    }
}

#[test]
fn a_message_holds_fifty_blocks_and_a_modal_a_hundred() {
    let dividers = |count| vec![json!({"type": "divider"}); count];
    assert!(message_blocks(&dividers(50)).is_ok());
    let refusal = message_blocks(&dividers(51)).unwrap_err();
    assert_eq!(refusal.code, "invalid_blocks");
    assert_eq!(
        refusal.fields["response_metadata"]["messages"][0],
        "[ERROR] no more than 50 items allowed [json-pointer:/blocks]",
    );
    let modal = |count| json!({"type": "modal", "title": plain(24), "blocks": dividers(count)});
    assert!(view(&modal(100)).is_ok());
    assert_eq!(view(&modal(101)).unwrap_err().code, "invalid_arguments");
}

#[test]
fn ids_are_unique_among_blocks_and_within_a_block() {
    let twin = json!({"type": "divider", "block_id": "b"});
    assert_eq!(
        problems_of_blocks(&json!([twin, twin]))[0].line(),
        "`block_id` \"b\" already exists [json-pointer:/blocks/1/block_id]",
    );
    let press = json!({"type": "button", "action_id": "a", "text": plain(1)});
    let block = json!({"type": "actions", "elements": [press, press]});
    assert_eq!(
        problems_of_blocks(&json!([block]))[0].line(),
        "`action_id` \"a\" already exists [json-pointer:/blocks/0/elements/1/action_id]",
    );
}

#[test]
fn some_limits_count_over_the_whole_message() {
    let markdown = |length| json!({"type": "markdown", "text": long(length)});
    assert!(message_blocks(&[markdown(6000), markdown(6000)]).is_ok());
    assert!(message_blocks(&[markdown(6000), markdown(6001)]).is_err());
    assert!(message_blocks(&[table(1, 1), table(1, 1)]).is_err());
    let section = json!({"type": "section", "text": mrkdwn(3000)});
    assert!(message_blocks(&vec![section.clone(); 4]).is_ok());
    assert_eq!(
        message_blocks(&vec![section; 5]).unwrap_err().code,
        "msg_blocks_too_long"
    );
}

#[test]
fn a_modal_with_inputs_needs_a_submit_button_and_short_labels() {
    let input = json!({"type": "input", "label": plain(10), "element": {"type": "plain_text_input", "action_id": "t"}});
    let modal = |change: &dyn Fn(&mut Value)| {
        let mut modal =
            json!({"type": "modal", "title": plain(24), "submit": plain(24), "blocks": [input]});
        change(&mut modal);
        problems_of_view(&modal)
            .iter()
            .map(Problem::line)
            .collect::<Vec<_>>()
    };
    assert_eq!(modal(&|_| ()), [""; 0]);
    assert_eq!(
        modal(&|view| view["submit"] = Value::Null),
        ["missing required field: submit [json-pointer:/view]"]
    );
    assert_eq!(
        modal(&|view| view["title"] = plain(25)),
        ["must be less than 25 characters [json-pointer:/view/title/text]"]
    );
    assert_eq!(
        modal(&|view| view["private_metadata"] = json!(long(3001))),
        ["must be less than 3001 characters [json-pointer:/view/private_metadata]"]
    );
}

#[test]
fn chunks_hold_256_characters_and_known_states() {
    let task = |change: &dyn Fn(&mut Value)| {
        let mut task =
            json!({"type": "task_update", "id": "1", "title": long(256), "status": "in_progress"});
        change(&mut task);
        chunks(&[task])
    };
    assert!(task(&|_| ()).is_ok());
    assert!(task(&|task| task["details"] = json!(long(256))).is_ok());
    for broken in [
        task(&|task| task["title"] = json!(long(257))),
        task(&|task| task["details"] = json!(long(257))),
        task(&|task| task["status"] = json!("done")),
        task(&|task| task["type"] = json!("task")),
        chunks(&[]),
        chunks(&[json!({"type": "blocks", "blocks": [{"type": "divider", "x": 1}]})]),
    ] {
        assert_eq!(broken.unwrap_err().code, "invalid_arguments");
    }
}
