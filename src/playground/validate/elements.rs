//! Block Kit's elements: buttons, selects, inputs, and the objects inside them.

use super::at::{At, Problems};
use super::schema::{Field, Kind, may, must, object};
use serde_json::Value;

const ID: Kind = Kind::Str(255);
const PLACEHOLDER: Field = may("placeholder", Kind::Plain(150));
const CONFIRM: Field = may("confirm", Kind::Object(CONFIRM_FIELDS));
const FOCUS: Field = may("focus_on_load", Kind::Bool);
const ACTION_ID: Field = may("action_id", ID);

const CONFIRM_FIELDS: &[Field] = &[
    must("title", Kind::Plain(100)),
    must("text", Kind::Text(300)),
    must("confirm", Kind::Plain(30)),
    must("deny", Kind::Plain(30)),
    may("style", Kind::OneOf(&["primary", "danger"])),
];

const OPTION: Kind = Kind::Object(&[
    must("text", Kind::Text(75)),
    must("value", Kind::Str(150)),
    may("description", Kind::Text(75)),
    may("url", Kind::Url(3000)),
]);
const OPTIONS: Kind = Kind::List {
    of: &OPTION,
    min: 1,
    max: 100,
};
const FEW_OPTIONS: Kind = Kind::List {
    of: &OPTION,
    min: 1,
    max: 10,
};
const GROUPS: Kind = Kind::List {
    of: &Kind::Object(&[must("label", Kind::Plain(75)), must("options", OPTIONS)]),
    min: 1,
    max: 100,
};
const FILTER: Kind = Kind::Object(&[
    may(
        "include",
        Kind::List {
            of: &Kind::OneOf(&["im", "mpim", "private", "public"]),
            min: 1,
            max: 4,
        },
    ),
    may("exclude_external_shared_channels", Kind::Bool),
    may("exclude_bot_users", Kind::Bool),
]);
const IDS: Kind = Kind::List {
    of: &Kind::Str(255),
    min: 0,
    max: 100,
};
const DISPATCH: Field = may(
    "dispatch_action_config",
    Kind::Object(&[may("trigger_actions_on", Kind::Any)]),
);
const FEEDBACK: Kind = Kind::Object(&[
    must("text", Kind::Plain(75)),
    must("value", Kind::Str(2000)),
    may("accessibility_label", Kind::Str(75)),
]);

macro_rules! select {
    ($($field:expr),+ $(,)?) => { &[ACTION_ID, PLACEHOLDER, CONFIRM, FOCUS, $($field),+] };
}

const MAX_SELECTED: Field = may("max_selected_items", Kind::Number);

static ELEMENTS: &[(&str, &[Field])] = &[
    (
        "button",
        &[
            ACTION_ID,
            CONFIRM,
            must("text", Kind::Plain(75)),
            may("url", Kind::Url(3000)),
            may("value", Kind::Free(2000)),
            may("style", Kind::OneOf(&["primary", "danger"])),
            may("accessibility_label", Kind::Str(75)),
            may("agent_prompt", Kind::Any),
            may("visible_to_user_ids", IDS),
        ],
    ),
    (
        "icon_button",
        &[
            ACTION_ID,
            CONFIRM,
            must("icon", Kind::OneOf(&["trash"])),
            must("text", Kind::Plain(75)),
            may("value", Kind::Free(2000)),
            may("accessibility_label", Kind::Str(75)),
            may("visible_to_user_ids", IDS),
        ],
    ),
    (
        "feedback_buttons",
        &[
            ACTION_ID,
            must("positive_button", FEEDBACK),
            must("negative_button", FEEDBACK),
        ],
    ),
    (
        "static_select",
        select![
            may("options", OPTIONS),
            may("option_groups", GROUPS),
            may("initial_option", OPTION)
        ],
    ),
    (
        "multi_static_select",
        select![
            may("options", OPTIONS),
            may("option_groups", GROUPS),
            may("initial_options", OPTIONS),
            MAX_SELECTED,
        ],
    ),
    (
        "external_select",
        select![
            may("initial_option", OPTION),
            may("min_query_length", Kind::Number)
        ],
    ),
    (
        "multi_external_select",
        select![
            may("initial_options", OPTIONS),
            may("min_query_length", Kind::Number),
            MAX_SELECTED,
        ],
    ),
    ("users_select", select![may("initial_user", ID)]),
    (
        "multi_users_select",
        select![may("initial_users", IDS), MAX_SELECTED],
    ),
    (
        "conversations_select",
        select![
            may("initial_conversation", ID),
            may("default_to_current_conversation", Kind::Bool),
            may("response_url_enabled", Kind::Bool),
            may("filter", FILTER),
        ],
    ),
    (
        "multi_conversations_select",
        select![
            may("initial_conversations", IDS),
            may("default_to_current_conversation", Kind::Bool),
            may("filter", FILTER),
            MAX_SELECTED,
        ],
    ),
    (
        "channels_select",
        select![
            may("initial_channel", ID),
            may("response_url_enabled", Kind::Bool)
        ],
    ),
    (
        "multi_channels_select",
        select![may("initial_channels", IDS), MAX_SELECTED],
    ),
    (
        "overflow",
        &[
            ACTION_ID,
            CONFIRM,
            must(
                "options",
                Kind::List {
                    of: &OPTION,
                    min: 1,
                    max: 5,
                },
            ),
        ],
    ),
    (
        "radio_buttons",
        &[
            ACTION_ID,
            CONFIRM,
            FOCUS,
            must("options", FEW_OPTIONS),
            may("initial_option", OPTION),
        ],
    ),
    (
        "checkboxes",
        &[
            ACTION_ID,
            CONFIRM,
            FOCUS,
            must("options", FEW_OPTIONS),
            may("initial_options", FEW_OPTIONS),
        ],
    ),
    ("datepicker", select![may("initial_date", Kind::Str(10))]),
    (
        "timepicker",
        select![
            may("initial_time", Kind::Str(5)),
            may("timezone", Kind::Str(64))
        ],
    ),
    (
        "datetimepicker",
        &[
            ACTION_ID,
            CONFIRM,
            FOCUS,
            may("initial_date_time", Kind::Number),
        ],
    ),
    (
        "plain_text_input",
        &[
            ACTION_ID,
            PLACEHOLDER,
            FOCUS,
            DISPATCH,
            may("initial_value", Kind::Free(3000)),
            may("multiline", Kind::Bool),
            may("min_length", Kind::Number),
            may("max_length", Kind::Number),
        ],
    ),
    (
        "number_input",
        &[
            ACTION_ID,
            PLACEHOLDER,
            FOCUS,
            DISPATCH,
            must("is_decimal_allowed", Kind::Bool),
            may("initial_value", Kind::Any),
            may("min_value", Kind::Any),
            may("max_value", Kind::Any),
        ],
    ),
    (
        "email_text_input",
        &[
            ACTION_ID,
            PLACEHOLDER,
            FOCUS,
            DISPATCH,
            may("initial_value", Kind::Free(3000)),
        ],
    ),
    (
        "url_text_input",
        &[
            ACTION_ID,
            PLACEHOLDER,
            FOCUS,
            DISPATCH,
            may("initial_value", Kind::Free(3000)),
        ],
    ),
    (
        "rich_text_input",
        &[
            ACTION_ID,
            PLACEHOLDER,
            FOCUS,
            DISPATCH,
            may("initial_value", Kind::Any),
        ],
    ),
    (
        "file_input",
        &[
            ACTION_ID,
            may(
                "filetypes",
                Kind::List {
                    of: &Kind::Str(20),
                    min: 1,
                    max: 50,
                },
            ),
            may("max_files", Kind::Number),
        ],
    ),
    (
        "image",
        &[
            may("image_url", Kind::Url(3000)),
            may("slack_file", Kind::Any),
            must("alt_text", Kind::Str(2000)),
        ],
    ),
    ("plain_text", TEXT),
    ("mrkdwn", TEXT),
];

const TEXT: &[Field] = &[
    must("text", Kind::Str(2000)),
    may("emoji", Kind::Bool),
    may("verbatim", Kind::Bool),
];

pub fn check(problems: &mut Problems, at: At<'_>, value: &Value, allowed: &[&str]) {
    let Some(name) = value["type"].as_str() else {
        problems.missing(at, "type");
        return;
    };
    let known = ELEMENTS
        .iter()
        .find(|(known, _)| *known == name && allowed.contains(known));
    let Some((_, fields)) = known else {
        problems.add(at.field("type"), format!("unsupported type: {name}"));
        return;
    };
    object(problems, at, value, fields, &[]);
    if name.ends_with("static_select")
        && value["options"].is_null() == value["option_groups"].is_null()
    {
        problems.add(at, "must define either \"options\" or \"option_groups\"");
    }
    initial_is_an_option(problems, at, value);
}

fn initial_is_an_option(problems: &mut Problems, at: At<'_>, element: &Value) {
    if element["options"].is_null() && element["option_groups"].is_null() {
        return;
    }
    let groups = element["option_groups"].as_array().into_iter().flatten();
    let grouped = groups
        .filter_map(|group| group["options"].as_array())
        .flatten();
    let options: Vec<&Value> = element["options"]
        .as_array()
        .into_iter()
        .flatten()
        .chain(grouped)
        .collect();
    let single = Some(&element["initial_option"]).filter(|initial| initial.is_object());
    for initial in single
        .into_iter()
        .chain(element["initial_options"].as_array().into_iter().flatten())
    {
        if !options
            .iter()
            .any(|option| option["value"] == initial["value"] && option["text"] == initial["text"])
        {
            problems.add(
                at.field("initial_option"),
                "initial option must be one of the options",
            );
        }
    }
}
