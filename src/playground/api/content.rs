//! What a message of the app consists of, read from a call and checked as Slack checks it.

use super::Call;
use crate::playground::elements;
use crate::playground::refusal::Refusal;
use crate::playground::state::message::{Face, Message};
use crate::playground::state::world::World;
use crate::playground::validate;
use serde_json::{Value, json};

const MAX_TEXT: usize = 40_000;
const MAX_MARKDOWN: usize = 12_000;

#[derive(Debug, Default)]
pub struct Content {
    pub text: Option<String>,
    pub blocks: Option<Vec<Value>>,
    pub attachments: Option<Vec<Value>>,
    pub metadata: Option<Value>,
}

impl Content {
    pub fn read(call: &mut Call<'_>) -> Result<Self, Refusal> {
        let text = call.args.text("text").map(str::to_owned);
        let markdown = call.args.text("markdown_text");
        let mut blocks = call.args.list("blocks")?;
        if let Some(markdown) = markdown {
            if text.is_some() || blocks.is_some() {
                return Err(Refusal::code("markdown_text_conflict"));
            }
            if markdown.chars().count() > MAX_MARKDOWN {
                return Err(Refusal::code("msg_too_long"));
            }
            blocks = Some(vec![json!({"type": "markdown", "text": markdown})]);
        }
        if text
            .as_ref()
            .is_some_and(|text| text.chars().count() > MAX_TEXT)
        {
            return Err(Refusal::code("msg_too_long"));
        }
        if let Some(blocks) = &mut blocks {
            validate::message_blocks(blocks)?;
            name_blocks(call, blocks);
        }
        Ok(Self {
            text: text.or_else(|| markdown.map(str::to_owned)),
            blocks,
            attachments: call.args.list("attachments")?,
            metadata: metadata(call)?,
        })
    }

    pub fn is_empty(&self) -> bool {
        let no_text = self.text.as_ref().is_none_or(|text| text.trim().is_empty());
        let none = |list: &Option<Vec<Value>>| list.as_ref().is_none_or(Vec::is_empty);
        no_text && none(&self.blocks) && none(&self.attachments)
    }

    pub fn into_message(self, message: &mut Message) {
        message.text = self.text.unwrap_or_default();
        message.blocks = self.blocks.unwrap_or_default();
        message.attachments = self.attachments.unwrap_or_default();
        message.metadata = self.metadata;
    }
}

/// Gives blocks and elements the ids that the app left out.
pub fn name_blocks(call: &mut Call<'_>, blocks: &mut [Value]) {
    name_blocks_of(call.world, blocks);
}

pub fn name_blocks_of(world: &mut World, blocks: &mut [Value]) {
    elements::assign_ids(blocks, &mut || world.fresh_id("b"));
}

/// `metadata` must have an event type and a payload object.
pub fn metadata(call: &Call<'_>) -> Result<Option<Value>, Refusal> {
    let Some(metadata) = call.args.json("metadata")? else {
        return Ok(None);
    };
    let plain = metadata["event_type"].is_string() && metadata["event_payload"].is_object();
    if plain || metadata["entities"].is_array() {
        return Ok(Some(metadata));
    }
    Err(Refusal::code("invalid_metadata_format"))
}

/// Another name or face needs its own scope.
pub fn face(call: &Call<'_>) -> Result<Face, Refusal> {
    let text = |name: &str| {
        call.args
            .text(name)
            .filter(|text| !text.is_empty())
            .map(str::to_owned)
    };
    let face = Face {
        username: text("username"),
        icon_emoji: text("icon_emoji"),
        icon_url: text("icon_url"),
    };
    if face != Face::default() {
        call.require_scope(&["chat:write.customize"])?;
    }
    Ok(face)
}
