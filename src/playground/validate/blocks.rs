//! Block Kit's blocks: where each may appear and what it holds.

use super::rich_text;
use super::schema::{Field, Kind, may, must};

/// Where blocks are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Surface {
    Message,
    Modal,
    Home,
}

impl Surface {
    pub fn max_blocks(self) -> usize {
        match self {
            Self::Message => 50,
            Self::Modal | Self::Home => 100,
        }
    }
}

#[derive(Debug)]
pub struct Block {
    pub name: &'static str,
    pub surfaces: &'static [Surface],
    pub fields: &'static [Field],
}

const EVERYWHERE: &[Surface] = &[Surface::Message, Surface::Modal, Surface::Home];
const MESSAGES: &[Surface] = &[Surface::Message];
const MODALS: &[Surface] = &[Surface::Modal];

const SELECTS: [&str; 10] = [
    "static_select",
    "multi_static_select",
    "external_select",
    "multi_external_select",
    "users_select",
    "multi_users_select",
    "conversations_select",
    "multi_conversations_select",
    "channels_select",
    "multi_channels_select",
];
const ACCESSORY: &[&str] = &[
    "button",
    "image",
    "overflow",
    "radio_buttons",
    "checkboxes",
    "datepicker",
    "timepicker",
    SELECTS[0],
    SELECTS[1],
    SELECTS[2],
    SELECTS[3],
    SELECTS[4],
    SELECTS[5],
    SELECTS[6],
    SELECTS[7],
    SELECTS[8],
    SELECTS[9],
];
const IN_ACTIONS: &[&str] = &[
    "button",
    "overflow",
    "radio_buttons",
    "checkboxes",
    "datepicker",
    "timepicker",
    "datetimepicker",
    "rich_text_input",
    SELECTS[0],
    SELECTS[1],
    SELECTS[2],
    SELECTS[3],
    SELECTS[4],
    SELECTS[5],
    SELECTS[6],
    SELECTS[7],
    SELECTS[8],
    SELECTS[9],
];
const INPUTS: &[&str] = &[
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
    SELECTS[0],
    SELECTS[1],
    SELECTS[2],
    SELECTS[3],
    SELECTS[4],
    SELECTS[5],
    SELECTS[6],
    SELECTS[7],
    SELECTS[8],
    SELECTS[9],
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
const ROWS: Kind = Kind::List {
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

const TASK: &[Field] = &[
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

const CARD: &[Field] = &[
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
const CHARTS: &[(&str, &[Field])] = &[
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

pub static BLOCKS: &[Block] = &[
    Block {
        name: "section",
        surfaces: EVERYWHERE,
        fields: &[
            may("text", Kind::Text(3000)),
            may(
                "fields",
                Kind::List {
                    of: &Kind::Text(2000),
                    min: 1,
                    max: 10,
                },
            ),
            may("accessory", Kind::Element(ACCESSORY)),
            may("expand", Kind::Bool),
        ],
    },
    Block {
        name: "divider",
        surfaces: EVERYWHERE,
        fields: &[],
    },
    Block {
        name: "header",
        surfaces: EVERYWHERE,
        fields: &[must("text", Kind::Plain(150)), may("level", Kind::Number)],
    },
    Block {
        name: "image",
        surfaces: EVERYWHERE,
        fields: &[
            may("image_url", Kind::Url(3000)),
            may("slack_file", Kind::Any),
            must("alt_text", Kind::Str(2000)),
            may("title", Kind::Plain(2000)),
        ],
    },
    Block {
        name: "context",
        surfaces: EVERYWHERE,
        fields: &[must(
            "elements",
            Kind::List {
                of: &Kind::Element(&["image", "plain_text", "mrkdwn"]),
                min: 1,
                max: 10,
            },
        )],
    },
    Block {
        name: "actions",
        surfaces: EVERYWHERE,
        fields: &[must(
            "elements",
            Kind::List {
                of: &Kind::Element(IN_ACTIONS),
                min: 1,
                max: 25,
            },
        )],
    },
    Block {
        name: "context_actions",
        surfaces: MESSAGES,
        fields: &[must(
            "elements",
            Kind::List {
                of: &Kind::Element(&["feedback_buttons", "icon_button"]),
                min: 1,
                max: 5,
            },
        )],
    },
    Block {
        name: "input",
        surfaces: EVERYWHERE,
        fields: &[
            must("label", Kind::Plain(2000)),
            must("element", Kind::Element(INPUTS)),
            may("dispatch_action", Kind::Bool),
            may("hint", Kind::Plain(2000)),
            may("optional", Kind::Bool),
        ],
    },
    Block {
        name: "rich_text",
        surfaces: EVERYWHERE,
        fields: rich_text::FIELDS,
    },
    Block {
        name: "markdown",
        surfaces: MESSAGES,
        fields: &[must("text", Kind::Str(12_000))],
    },
    Block {
        name: "video",
        surfaces: EVERYWHERE,
        fields: &[
            must("video_url", Kind::Url(3000)),
            must("thumbnail_url", Kind::Url(3000)),
            must("alt_text", Kind::Str(2000)),
            must("title", Kind::Plain(199)),
            may("title_url", Kind::Url(3000)),
            may("author_name", Kind::Str(49)),
            may("description", Kind::Plain(200)),
            may("provider_name", Kind::Str(255)),
            may("provider_icon_url", Kind::Url(3000)),
        ],
    },
    Block {
        name: "table",
        surfaces: MESSAGES,
        fields: &[
            must("rows", ROWS),
            may(
                "column_settings",
                Kind::List {
                    of: &COLUMN,
                    min: 1,
                    max: 20,
                },
            ),
        ],
    },
    Block {
        name: "data_table",
        surfaces: MESSAGES,
        fields: &[
            must("caption", Kind::Str(255)),
            must("rows", ROWS),
            may("page_size", Kind::Number),
            may("row_header_column_index", Kind::Number),
        ],
    },
    Block {
        name: "data_visualization",
        surfaces: MESSAGES,
        fields: &[
            must("title", Kind::Str(50)),
            must("chart", Kind::Tagged(CHARTS)),
        ],
    },
    Block {
        name: "task_card",
        surfaces: MESSAGES,
        fields: TASK,
    },
    Block {
        name: "plan",
        surfaces: MESSAGES,
        fields: &[
            must("title", Kind::Free(256)),
            may(
                "tasks",
                Kind::List {
                    of: &Kind::Object(TASK),
                    min: 0,
                    max: 50,
                },
            ),
        ],
    },
    Block {
        name: "card",
        surfaces: EVERYWHERE,
        fields: CARD,
    },
    Block {
        name: "carousel",
        surfaces: EVERYWHERE,
        fields: &[must(
            "elements",
            Kind::List {
                of: &Kind::Tagged(&[("card", CARD)]),
                min: 1,
                max: 10,
            },
        )],
    },
    Block {
        name: "container",
        surfaces: EVERYWHERE,
        fields: &[
            may("title", Kind::Text(150)),
            may("subtitle", Kind::Text(150)),
            may("rich_text_title", Kind::Any),
            must(
                "child_blocks",
                Kind::List {
                    of: &Kind::Any,
                    min: 1,
                    max: 10,
                },
            ),
            may("width", Kind::Any),
            may("is_collapsible", Kind::Bool),
            may("default_collapsed", Kind::Bool),
        ],
    },
    Block {
        name: "alert",
        surfaces: MODALS,
        fields: &[
            must("text", Kind::Text(200)),
            may(
                "level",
                Kind::OneOf(&["default", "info", "warning", "error", "success"]),
            ),
        ],
    },
];

static COLUMN: Kind = Kind::Object(&[
    may("align", Kind::OneOf(&["left", "center", "right"])),
    may("is_wrapped", Kind::Bool),
]);
