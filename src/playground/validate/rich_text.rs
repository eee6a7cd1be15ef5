//! The `rich_text` block: sections, lists, quotes and code, and the pieces of text within.

use super::schema::{Field, Kind, may, must};

const STYLE: Kind = Kind::Object(&[
    may("bold", Kind::Bool),
    may("italic", Kind::Bool),
    may("strike", Kind::Bool),
    may("code", Kind::Bool),
    may("underline", Kind::Bool),
    may("highlight", Kind::Bool),
    may("client_highlight", Kind::Bool),
    may("unlink", Kind::Bool),
]);

static INLINE: Kind = Kind::Tagged(&[
    (
        "text",
        &[must("text", Kind::Str(12_000)), may("style", STYLE)],
    ),
    (
        "link",
        &[
            must("url", Kind::Url(3000)),
            may("text", Kind::Free(3000)),
            may("unsafe", Kind::Bool),
            may("style", STYLE),
        ],
    ),
    (
        "user",
        &[must("user_id", Kind::Str(255)), may("style", STYLE)],
    ),
    (
        "channel",
        &[must("channel_id", Kind::Str(255)), may("style", STYLE)],
    ),
    (
        "usergroup",
        &[must("usergroup_id", Kind::Str(255)), may("style", STYLE)],
    ),
    (
        "team",
        &[must("team_id", Kind::Str(255)), may("style", STYLE)],
    ),
    (
        "emoji",
        &[
            must("name", Kind::Str(255)),
            may("unicode", Kind::Any),
            may("skin_tone", Kind::Any),
            may("style", STYLE),
        ],
    ),
    (
        "date",
        &[
            must("timestamp", Kind::Number),
            must("format", Kind::Str(255)),
            may("url", Kind::Url(3000)),
            may("fallback", Kind::Str(255)),
            may("style", STYLE),
        ],
    ),
    (
        "broadcast",
        &[
            must("range", Kind::OneOf(&["here", "channel", "everyone"])),
            may("style", STYLE),
        ],
    ),
    (
        "color",
        &[must("value", Kind::Str(16)), may("style", STYLE)],
    ),
    (
        "citation",
        &[
            may("url", Kind::Any),
            may("text", Kind::Any),
            may("title", Kind::Any),
            may("id", Kind::Any),
        ],
    ),
]);

const PIECES: Kind = Kind::List {
    of: &INLINE,
    min: 0,
    max: 1000,
};
const BORDER: Field = may("border", Kind::Number);

static SECTION: Kind = Kind::Tagged(&[("rich_text_section", &[must("elements", PIECES)])]);

static PART: Kind = Kind::Tagged(&[
    ("rich_text_section", &[must("elements", PIECES)]),
    (
        "rich_text_preformatted",
        &[
            must("elements", PIECES),
            BORDER,
            may("language", Kind::Free(50)),
        ],
    ),
    ("rich_text_quote", &[must("elements", PIECES), BORDER]),
    (
        "rich_text_list",
        &[
            must("style", Kind::OneOf(&["bullet", "ordered", "checkbox"])),
            must(
                "elements",
                Kind::List {
                    of: &SECTION,
                    min: 1,
                    max: 1000,
                },
            ),
            may("indent", Kind::Number),
            may("offset", Kind::Number),
            BORDER,
        ],
    ),
]);

pub const FIELDS: &[Field] = &[must(
    "elements",
    Kind::List {
        of: &PART,
        min: 0,
        max: 1000,
    },
)];

/// A whole rich text inside something else: a task card's details, a table's cell.
pub const NESTED: Kind = Kind::Tagged(&[("rich_text", FIELDS_WITH_ID)]);

const FIELDS_WITH_ID: &[Field] = &[
    must(
        "elements",
        Kind::List {
            of: &PART,
            min: 0,
            max: 1000,
        },
    ),
    may("block_id", Kind::Str(255)),
];
