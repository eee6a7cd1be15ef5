//! Block Kit's blocks: where each may appear and what it holds.

use super::parts::{ACCESSORY, CARD, CHARTS, COLUMN, IN_ACTIONS, INPUTS, ROWS, TASK};
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
