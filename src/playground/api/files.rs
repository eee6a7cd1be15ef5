//! `files.*`: the three-step upload, and what a file is.

use super::chat::{own_message, root_of};
use super::content::{Content, name_blocks};
use super::{Answered, Call};
use crate::playground::refusal::Refusal;
use serde_json::{Value, json};

const LONGEST_ALT_TEXT: usize = 1_000;

pub fn upload_url(call: &mut Call<'_>) -> Answered {
    let name = call.args.need("filename")?.to_owned();
    let length = call
        .args
        .number("length")?
        .ok_or_else(|| Refusal::missing("length"))?;
    if length == 0 {
        return Err(Refusal::bad_argument(
            "must be greater than 1 [json-pointer:/length]",
        ));
    }
    let length =
        usize::try_from(length).map_err(|_| Refusal::code("file_upload_size_restricted"))?;
    let (bot, team) = (call.bot()?, call.team()?);
    let alt_text = call.args.text("alt_txt").map(str::to_owned);
    let is_too_long = |text: &String| text.chars().count() > LONGEST_ALT_TEXT;
    if alt_text.as_ref().is_some_and(is_too_long) {
        return Err(Refusal::bad_argument(
            "must be less than 1001 characters [json-pointer:/alt_txt]",
        ));
    }
    let id = call.world.announce_file(&name, length, bot, team)?;
    if let Some(file) = call.world.files.get_mut(&id) {
        file.alt_text = alt_text;
    }
    let url = format!("{}/files-upload/{id}", call.world.base_url);
    Ok(json!({"upload_url": url, "file_id": id}))
}

/// The announced files of the call, with their titles; each must have arrived.
fn uploaded(call: &mut Call<'_>) -> Result<Vec<String>, Refusal> {
    let listed = call
        .args
        .list("files")?
        .ok_or_else(|| Refusal::missing("files"))?;
    let mut ids = Vec::new();
    for entry in &listed {
        let id = entry["id"].as_str().ok_or_else(|| Refusal::missing("id"))?;
        let file = call
            .world
            .files
            .get_mut(id)
            .ok_or_else(|| Refusal::code("file_not_found"))?;
        if file.content.is_none() {
            return Err(Refusal::code("file_not_found"));
        }
        if let Some(title) = entry["title"].as_str() {
            file.title = title.to_owned();
        }
        ids.push(id.to_owned());
    }
    Ok(ids)
}

pub fn complete(call: &mut Call<'_>) -> Answered {
    let ids = uploaded(call)?;
    if ids.is_empty() {
        return Err(Refusal::bad_argument(
            "must have at least 1 item [json-pointer:/files]",
        ));
    }
    if call.args.has("channel_id") {
        share(call, &ids)?;
    }
    let files: Vec<Value> = ids
        .iter()
        .filter_map(|id| call.world.files.get(id))
        .map(|file| json!({"id": file.id, "title": file.title}))
        .collect();
    Ok(json!({"files": files}))
}

fn share(call: &mut Call<'_>, ids: &[String]) -> Result<(), Refusal> {
    let channel = call.writable_channel("channel_id")?;
    let root = match call.args.ts("thread_ts", "invalid_thread_ts")? {
        Some(ts) => Some(root_of(call, &channel, ts)?),
        None => None,
    };
    let mut blocks = Content::read(call)?.blocks.unwrap_or_default();
    if blocks.iter().any(|block| block["type"] == "markdown") {
        return Err(Refusal::code("internal_error"));
    }
    name_blocks(call, &mut blocks);
    let mut message = own_message(call, &channel)?;
    message.root = root;
    message.text = call
        .args
        .text("initial_comment")
        .unwrap_or_default()
        .to_owned();
    message.blocks = blocks;
    message.files = ids.to_vec();
    let ts = message.ts;
    call.shows_in(&channel, message.thread());
    for id in ids {
        if let Some(file) = call.world.files.get_mut(id) {
            file.channels.push(channel.clone());
        }
    }
    call.world.post(&channel, message)?;
    call.world.announce_message(&channel, ts);
    Ok(())
}

pub fn info(call: &mut Call<'_>) -> Answered {
    let id = call.args.need("file")?;
    let file = call
        .world
        .files
        .get(id)
        .ok_or_else(|| Refusal::code("file_not_found"))?;
    if !call.world.can_see_file(&call.caller()?.bot_user, file) {
        return Err(Refusal::code("file_not_found"));
    }
    Ok(json!({"file": file.as_api(&call.world.base_url)}))
}

pub fn delete(call: &mut Call<'_>) -> Answered {
    let id = call.args.need("file")?.to_owned();
    let bot = call.bot()?;
    match call.world.files.get(&id) {
        None => Err(Refusal::code("file_not_found")),
        Some(file) if file.user != bot => Err(Refusal::code("cant_delete_file")),
        Some(file) => {
            call.world.file_bytes -= file.announced;
            call.world.files.remove(&id);
            Ok(json!({}))
        }
    }
}
