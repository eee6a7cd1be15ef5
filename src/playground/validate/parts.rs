//! What blocks are made of: which elements may stand where, and the shapes of cells, charts,
//! tasks and cards.

use super::rich_text;
use super::schema::{Field, Kind, may, must};

macro_rules! with_selects {
    ($($name:literal),+ $(,)?) => {
        &[
            $($name),+,
            "static_select", "multi_static_select", "external_select", "multi_external_select",
            "users_select", "multi_users_select", "conversations_select",
            "multi_conversations_select", "channels_select", "multi_channels_select",
        ]
    };
}

pub const ACCESSORY: &[&str] = with_selects![
    "button",
    "image",
    "overflow",
    "radio_buttons",
    "checkboxes",
    "datepicker",
    "timepicker",
];
pub const IN_ACTIONS: &[&str] = with_selects![
    "button",
    "overflow",
    "radio_buttons",
    "checkboxes",
    "datepicker",
    "timepicker",
    "datetimepicker",
    "rich_text_input",
];
pub const INPUTS: &[&str] = with_selects![
    "plain_text_input",
    "number_input",
    "email_text_input",
    "url_text_input",
    "rich_text_input",
    "file_input",
    "radio_buttons",
    "checkboxes",
    "datepicker",
    "timepicker",
    "datetimepicker",
];

const IMAGE: Kind = Kind::Element(&["image"]);
static BUTTON: Kind = Kind::Element(&["button"]);

static CELL: Kind = Kind::Tagged(&[
    ("raw_text", &[must("text", Kind::Free(10_000))]),
    (
        "raw_number",
        &[must("value", Kind::Number), may("text", Kind::Free(255))],
    ),
    ("rich_text", rich_text::FIELDS),
]);
pub const ROWS: Kind = Kind::List {
    of: &Kind::List {
        of: &CELL,
        min: 1,
        max: 20,
    },
    min: 1,
    max: 100,
};

const SOURCE: Kind = Kind::Object(&[must("url", Kind::Url(3000)), must("text", Kind::Str(256))]);
pub const SOURCES: Kind = Kind::List {
    of: &SOURCE,
    min: 0,
    max: 50,
};
pub const TASK_STATUS: Kind = Kind::OneOf(&["pending", "in_progress", "complete", "error"]);

pub const TASK: &[Field] = &[
    must("task_id", Kind::Str(255)),
    must("title", Kind::Str(256)),
    may("status", TASK_STATUS),
    may("details", rich_text::NESTED),
    may("output", rich_text::NESTED),
    may("sources", SOURCES),
    may("icon", Kind::Any),
    may("hide_title", Kind::Bool),
    may("block_id", Kind::Str(255)),
];

pub const CARD: &[Field] = &[
    may("hero_image", IMAGE),
    may("icon", IMAGE),
    may("title", Kind::Text(150)),
    may("subtitle", Kind::Text(150)),
    may("body", Kind::Text(200)),
    may(
        "actions",
        Kind::List {
            of: &BUTTON,
            min: 1,
            max: 3,
        },
    ),
    may("block_id", Kind::Str(255)),
];

const SERIES_POINT: Kind =
    Kind::Object(&[must("label", Kind::Str(255)), must("value", Kind::Number)]);
const SERIES: Kind = Kind::List {
    of: &Kind::Object(&[
        must("name", Kind::Str(255)),
        must(
            "data",
            Kind::List {
                of: &SERIES_POINT,
                min: 1,
                max: 20,
            },
        ),
    ]),
    min: 1,
    max: 12,
};
pub const CHARTS: &[(&str, &[Field])] = &[
    (
        "pie",
        &[must(
            "segments",
            Kind::List {
                of: &SERIES_POINT,
                min: 1,
                max: 12,
            },
        )],
    ),
    (
        "bar",
        &[must("series", SERIES), may("axis_config", Kind::Any)],
    ),
    (
        "line",
        &[must("series", SERIES), may("axis_config", Kind::Any)],
    ),
    (
        "area",
        &[must("series", SERIES), may("axis_config", Kind::Any)],
    ),
];

pub static COLUMN: Kind = Kind::Object(&[
    may("align", Kind::OneOf(&["left", "center", "right"])),
    may("is_wrapped", Kind::Bool),
]);
