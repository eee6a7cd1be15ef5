//! Files that came along with what people said, as the model gets them: the newest, within what
//! providers take. What is left out is said, to the model and to people.

use crate::agent::LeftOut;
use crate::agent::transcript::AttachedFile;
use crate::models::Block;
use crate::slack::client::{SlackClient, SlackError};
use crate::slack::inbound::FileRef;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use std::time::Duration;

const MIB: usize = 1024 * 1024;

/// Providers take 5 MiB of an image, and count its base64, which is a third longer than the image.
const MAX_IMAGE: usize = 5 * MIB / 4 * 3;
const MAX_PDF: usize = 20 * MIB;
/// More of a text than that alone would fill a model's context.
const MAX_TEXT: usize = 400_000;
/// Of all files together: a request may have 32 MB, again of base64 and with all that is said.
const MAX_TOTAL: usize = 20 * MIB;
const MAX_FILES: usize = 6;
/// The answer must not wait for what Slack says of a file longer than this.
const PATIENCE: Duration = Duration::from_secs(3);

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Image,
    Pdf,
    Text,
}

impl Kind {
    fn of(media_type: &str) -> Option<Self> {
        match media_type {
            "application/pdf" => Some(Self::Pdf),
            "image/png" | "image/jpeg" | "image/gif" | "image/webp" => Some(Self::Image),
            "application/json" => Some(Self::Text),
            other => other.starts_with("text/").then_some(Self::Text),
        }
    }

    fn limit(self) -> usize {
        match self {
            Self::Image => MAX_IMAGE,
            Self::Pdf => MAX_PDF,
            Self::Text => MAX_TEXT,
        }
    }

    fn too_large(self) -> &'static str {
        match self {
            Self::Image => "it is larger than 3.75 MB, the most that can be looked at of an image",
            Self::Pdf => "it is larger than 20 MB, the most that can be read of a PDF",
            Self::Text => "it is larger than 400 kB, the most that can be read of a text",
        }
    }
}

/// The files for the model, in their order, and those that it does not get. The newest matter most;
/// older ones were answered already.
pub async fn read(slack: &SlackClient, files: &[&AttachedFile]) -> (Vec<Block>, Vec<LeftOut>) {
    let mut room = MAX_TOTAL;
    let (mut blocks, mut left_out) = (Vec::new(), Vec::new());
    for (place, file) in files.iter().rev().enumerate() {
        let outcome = match place {
            ..MAX_FILES => one(slack, file, &mut room).await,
            _ => Err(format!("only the {MAX_FILES} newest files are read")),
        };
        match outcome {
            Ok(block) => blocks.push(block),
            Err(why) => {
                blocks.push(noted(file, &format!("(left out: {why})")));
                left_out.push(LeftOut {
                    file: file.id.clone(),
                    name: file.name.clone(),
                    why,
                });
            }
        }
    }
    blocks.reverse();
    left_out.reverse();
    (blocks, left_out)
}

/// The file itself, or why it is left out.
async fn one(slack: &SlackClient, file: &AttachedFile, room: &mut usize) -> Result<Block, String> {
    if file.url.is_empty() {
        return Err("Slack did not hand it out".to_owned());
    }
    let Some(kind) = Kind::of(&file.media_type) else {
        return Err("this kind of file cannot be read yet".to_owned());
    };
    let limit = kind.limit().min(*room);
    let reference = FileRef {
        id: file.id.clone(),
        name: Some(file.name.clone()),
        mimetype: Some(file.media_type.clone()),
        size: Some(file.size),
        url_private: Some(file.url.clone()),
        ..FileRef::default()
    };
    let bytes = match slack.download(&reference, limit).await {
        Ok(bytes) => bytes,
        Err(SlackError::TooLarge { .. }) if limit < kind.limit() => {
            return Err("there is no room for it beside the newer files".to_owned());
        }
        Err(SlackError::TooLarge { .. }) => return Err(kind.too_large().to_owned()),
        Err(error) => return Err(format!("it could not be read: {error}")),
    };
    *room = room.saturating_sub(bytes.len());
    Ok(match kind {
        Kind::Text => noted(file, &String::from_utf8_lossy(&bytes)),
        Kind::Image | Kind::Pdf => Block::Media {
            media_type: file.media_type.clone(),
            data: STANDARD.encode(&bytes),
            title: Some(file.name.clone()),
        },
    })
}

fn noted(file: &AttachedFile, text: &str) -> Block {
    let source = format!("file {}", file.name.replace('"', "'"));
    Block::text(crate::agent::fence(&source, text))
}

/// A file as a message names it, or as Slack knows it where that says no more than that it is there
/// (Slack Connect).
pub async fn looked_up(slack: &SlackClient, file: &FileRef) -> AttachedFile {
    let is_whole = file.url_private.is_some();
    if is_whole && file.file_access.as_deref() != Some("check_file_info") {
        return attached(file);
    }
    match tokio::time::timeout(PATIENCE, slack.file(&file.id)).await {
        Ok(Ok(found)) if found.url_private.is_some() => attached(&found),
        Ok(Err(error)) => {
            tracing::info!(%error, "Slack does not tell of a file");
            attached(file)
        }
        _ => attached(file),
    }
}

fn attached(file: &FileRef) -> AttachedFile {
    AttachedFile {
        id: file.id.clone(),
        name: file
            .name
            .clone()
            .or_else(|| file.title.clone())
            .unwrap_or_else(|| file.id.clone()),
        media_type: file.mimetype.clone().unwrap_or_default(),
        url: file.url_private.clone().unwrap_or_default(),
        size: file.size.unwrap_or(0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_image_and_all_files_together_fit_what_providers_take() {
        let base64 = |bytes: usize| bytes.div_ceil(3) * 4;
        assert!(base64(MAX_IMAGE) <= 5 * MIB);
        assert!(base64(MAX_TOTAL) <= 30_000_000);
        const { assert!(MAX_PDF <= MAX_TOTAL) };
    }
}
