//! Slack's own checks of what an app sends: Block Kit's limits, unique ids, streams' chunks.

mod at;
mod blocks;
mod elements;
mod parts;
mod rich_text;
mod schema;
#[cfg(test)]
mod tests;

pub use self::at::Problem;
use self::at::{At, Problems};
use self::blocks::{BLOCKS, Surface};
use self::parts::{SOURCES, TASK_STATUS};
use self::schema::{Field, Kind, may, must};
use super::refusal::Refusal;
use serde_json::Value;
use std::collections::HashSet;

/// All text of one message's blocks together; Slack documents no number, this is what it does.
const MAX_BLOCK_TEXT: usize = 13_200;
const MAX_MARKDOWN: usize = 12_000;
const MAX_TABLE_TEXT: usize = 10_000;
const MAX_CHARTS: usize = 2;

const BLOCK_ID: &[Field] = &[may("block_id", Kind::Str(255))];

/// Checks the blocks of a message.
pub fn message_blocks(blocks: &[Value]) -> Result<(), Refusal> {
    let mut problems = Problems::default();
    let root = At::ROOT;
    check_blocks(
        &mut problems,
        root.field("blocks"),
        blocks,
        Surface::Message,
    );
    refuse(problems, "invalid_blocks")?;
    let text: usize = blocks.iter().map(text_length).sum();
    if text > MAX_BLOCK_TEXT {
        return Err(Refusal::code("msg_blocks_too_long"));
    }
    Ok(())
}

fn refuse(problems: Problems, code: &'static str) -> Result<(), Refusal> {
    if problems.0.is_empty() {
        return Ok(());
    }
    let lines: Vec<String> = problems.0.iter().map(Problem::line).collect();
    Err(Refusal::explained(code, &lines))
}

pub fn problems_of_blocks(blocks: &Value) -> Vec<Problem> {
    let mut problems = Problems::default();
    let root = At::ROOT;
    match blocks.as_array() {
        Some(blocks) => check_blocks(
            &mut problems,
            root.field("blocks"),
            blocks,
            Surface::Message,
        ),
        None => problems.add(root.field("blocks"), "must provide an array"),
    }
    problems.0
}

fn check_blocks(problems: &mut Problems, at: At<'_>, blocks: &[Value], surface: Surface) {
    if blocks.len() > surface.max_blocks() {
        problems.add(
            at,
            format!("no more than {} items allowed", surface.max_blocks()),
        );
    }
    let mut ids = HashSet::new();
    for (place, block) in blocks.iter().enumerate() {
        check_block(problems, at.item(place), block, surface, &mut ids);
    }
    check_totals(problems, at, blocks);
}

fn check_block<'a>(
    problems: &mut Problems,
    at: At<'_>,
    block: &'a Value,
    surface: Surface,
    ids: &mut HashSet<&'a str>,
) {
    let Some(name) = block["type"].as_str() else {
        problems.missing(at, "type");
        return;
    };
    let known = BLOCKS
        .iter()
        .find(|known| known.name == name && known.surfaces.contains(&surface));
    let Some(known) = known else {
        problems.add(at.field("type"), format!("unsupported type: {name}"));
        return;
    };
    let own_id = known.fields.iter().any(|field| field.name == "block_id");
    schema::object(
        problems,
        at,
        block,
        known.fields,
        if own_id { &[] } else { BLOCK_ID },
    );
    if let Some(id) = block["block_id"].as_str().filter(|id| !ids.insert(id)) {
        problems.add(
            at.field("block_id"),
            format!("`block_id` \"{id}\" already exists"),
        );
    }
    fields_together(problems, at, block);
    unique_actions(problems, at, block);
    let child_at = at.field("child_blocks");
    for (place, child) in block["child_blocks"]
        .as_array()
        .into_iter()
        .flatten()
        .enumerate()
    {
        let at = child_at.item(place);
        match child["type"].as_str() {
            Some(kind @ ("markdown" | "container" | "table" | "data_table")) => {
                problems.add(at.field("type"), format!("unsupported type: {kind}"));
            }
            _ => check_block(problems, at, child, surface, ids),
        }
    }
}

/// Fields of which one must be there.
fn fields_together(problems: &mut Problems, at: At<'_>, block: &Value) {
    match block["type"].as_str() {
        Some("section") if block["text"].is_null() && block["fields"].is_null() => {
            problems.add(at, "must define either \"text\" or \"fields\"");
        }
        Some("image") if block["image_url"].is_null() == block["slack_file"].is_null() => {
            problems.add(at, "must define either \"image_url\" or \"slack_file\"");
        }
        _ => {}
    }
}

/// Within one block an action_id may stand once.
fn unique_actions(problems: &mut Problems, at: At<'_>, block: &Value) {
    let mut seen = HashSet::new();
    let elements = at.field("elements");
    for (place, element) in block["elements"]
        .as_array()
        .into_iter()
        .flatten()
        .enumerate()
    {
        if let Some(id) = element["action_id"].as_str().filter(|id| !seen.insert(*id)) {
            problems.add(
                elements.item(place).field("action_id"),
                format!("`action_id` \"{id}\" already exists"),
            );
        }
    }
}

/// What is counted over the whole message.
fn check_totals(problems: &mut Problems, at: At<'_>, blocks: &[Value]) {
    let of_type = |name: &'static str| blocks.iter().filter(move |block| block["type"] == name);
    let markdown: usize = of_type("markdown").map(text_length).sum();
    if markdown > MAX_MARKDOWN {
        problems.add(
            at,
            format!(
                "markdown blocks must be less than {} characters in total",
                MAX_MARKDOWN + 1
            ),
        );
    }
    if of_type("table").count() > 1 {
        problems.add(at, "only one table allowed");
    }
    if of_type("table").map(text_length).sum::<usize>() > MAX_TABLE_TEXT {
        problems.add(
            at,
            format!("table must be less than {} characters", MAX_TABLE_TEXT + 1),
        );
    }
    if of_type("data_visualization").count() > MAX_CHARTS {
        problems.add(
            at,
            format!("no more than {MAX_CHARTS} data_visualization blocks allowed"),
        );
    }
    unique_tasks(problems, at, blocks);
}

fn unique_tasks(problems: &mut Problems, at: At<'_>, blocks: &[Value]) {
    let mut seen = HashSet::new();
    for (place, block) in blocks.iter().enumerate() {
        let planned = block["tasks"].as_array().into_iter().flatten();
        let own = Some(block).filter(|block| block["type"] == "task_card");
        for task in planned.chain(own) {
            if let Some(id) = task["task_id"].as_str().filter(|id| !seen.insert(*id)) {
                problems.add(at.item(place), format!("`task_id` \"{id}\" already exists"));
            }
        }
    }
}

/// Characters a reader sees: every `text`, `title`, `alt_text` and the like, however deep.
fn text_length(value: &Value) -> usize {
    const SHOWN: [&str; 4] = ["text", "title", "caption", "alt_text"];
    match value {
        Value::Array(items) => items.iter().map(text_length).sum(),
        Value::Object(fields) => fields
            .iter()
            .map(|(name, value)| match value {
                Value::String(text) if SHOWN.contains(&name.as_str()) => text.chars().count(),
                other => text_length(other),
            })
            .sum(),
        _ => 0,
    }
}

const MODAL: &[Field] = &[
    must("title", Kind::Plain(24)),
    must("blocks", Kind::Any),
    may("submit", Kind::Plain(24)),
    may("close", Kind::Plain(24)),
    may("private_metadata", Kind::Free(3000)),
    may("callback_id", Kind::Free(255)),
    may("external_id", Kind::Free(255)),
    may("clear_on_close", Kind::Bool),
    may("notify_on_close", Kind::Bool),
    may("submit_disabled", Kind::Bool),
];
const HOME: &[Field] = &[
    must("blocks", Kind::Any),
    may("title", Kind::Any),
    may("close", Kind::Any),
    may("submit", Kind::Any),
    may("private_metadata", Kind::Free(3000)),
    may("callback_id", Kind::Free(255)),
    may("external_id", Kind::Free(255)),
];

pub fn problems_of_view(view: &Value) -> Vec<Problem> {
    let mut problems = Problems::default();
    let root = At::ROOT;
    let at = root.field("view");
    let surface = if view["type"] == "home" {
        Surface::Home
    } else {
        Surface::Modal
    };
    schema::tagged(
        &mut problems,
        at,
        view,
        &[("modal", MODAL), ("home", HOME)],
        &[],
    );
    let blocks_at = at.field("blocks");
    match view["blocks"].as_array() {
        Some(blocks) => check_blocks(&mut problems, blocks_at, blocks, surface),
        None if view["blocks"].is_null() => {}
        None => problems.add(blocks_at, "must provide an array"),
    }
    let inputs = view["blocks"]
        .as_array()
        .is_some_and(|blocks| blocks.iter().any(|block| block["type"] == "input"));
    if inputs && surface == Surface::Modal && view["submit"].is_null() {
        problems.missing(at, "submit");
    }
    problems.0
}

pub fn view(view: &Value) -> Result<(), Refusal> {
    refuse(Problems(problems_of_view(view)), "invalid_arguments")
}

const CHUNKS: &[(&str, &[Field])] = &[
    ("markdown_text", &[must("text", Kind::Str(MAX_MARKDOWN))]),
    ("plan_update", &[must("title", Kind::Str(256))]),
    ("blocks", &[must("blocks", Kind::Any)]),
    (
        "task_update",
        &[
            must("id", Kind::Str(255)),
            must("title", Kind::Str(256)),
            must("status", TASK_STATUS),
            may("details", Kind::Free(256)),
            may("output", Kind::Free(256)),
            may("sources", SOURCES),
            may("icon", Kind::Any),
            may("hide_title", Kind::Bool),
        ],
    ),
];
/// Checks the chunks of a streaming call.
pub fn chunks(chunks: &[Value]) -> Result<(), Refusal> {
    let mut problems = Problems::default();
    let root = At::ROOT;
    let at = root.field("chunks");
    if chunks.is_empty() {
        problems.add(at, "must have at least 1 item");
    }
    for (place, chunk) in chunks.iter().enumerate() {
        let at = at.item(place);
        schema::tagged(&mut problems, at, chunk, CHUNKS, &[]);
        if chunk["type"] == "blocks" {
            let blocks = chunk["blocks"].as_array().map_or(&[][..], Vec::as_slice);
            check_blocks(&mut problems, at.field("blocks"), blocks, Surface::Message);
        }
    }
    refuse(problems, "invalid_arguments")
}
