//! Files: announced, uploaded, then shared into channels.

use super::world::World;
use crate::base::ids::{ChannelId, TeamId, UserId};
use crate::playground::refusal::Refusal;
use axum::body::Bytes;
use serde_json::{Value, json};

/// All files together; more is refused, so that a forgotten playground cannot eat the machine.
const MAX_BYTES: usize = 256 * 1024 * 1024;

#[derive(Debug, Clone)]
pub struct File {
    pub id: String,
    pub name: String,
    pub title: String,
    pub mimetype: String,
    /// What it shows, for those who cannot see it.
    pub alt_text: Option<String>,
    pub user: UserId,
    pub team: TeamId,
    pub created: i64,
    /// Promised by `files.getUploadURLExternal`.
    pub announced: usize,
    pub content: Option<Bytes>,
    pub channels: Vec<ChannelId>,
}

impl File {
    pub fn size(&self) -> usize {
        self.content.as_ref().map_or(self.announced, Bytes::len)
    }

    fn extension(&self) -> &str {
        self.name
            .rsplit_once('.')
            .map_or("binary", |(_, extension)| extension)
    }

    pub fn as_api(&self, base_url: &str) -> Value {
        let url = format!("{base_url}/files-pri/{}/{}", self.id, url_name(&self.name));
        json!({
            "id": self.id,
            "created": self.created,
            "timestamp": self.created,
            "name": self.name,
            "title": self.title,
            "mimetype": self.mimetype,
            "alt_txt": self.alt_text,
            "filetype": self.extension(),
            "pretty_type": self.extension().to_uppercase(),
            "user": self.user,
            "user_team": self.team,
            "editable": false,
            "size": self.size(),
            "mode": "hosted",
            "is_external": false,
            "external_type": "",
            "is_public": true,
            "url_private": url,
            "url_private_download": url,
            "permalink": url,
            "channels": self.channels,
            "file_access": "visible",
        })
    }
}

fn url_name(name: &str) -> String {
    name.chars()
        .map(|letter| {
            if letter.is_ascii_alphanumeric() || ".-_".contains(letter) {
                letter
            } else {
                '_'
            }
        })
        .collect()
}

/// Slack goes by the name's ending, not by what the browser claims.
pub fn mimetype_of(name: &str) -> &'static str {
    let extension = name
        .rsplit_once('.')
        .map_or("", |(_, extension)| extension)
        .to_lowercase();
    match extension.as_str() {
        "png" => "image/png",
        "jpg" | "jpeg" => "image/jpeg",
        "gif" => "image/gif",
        "webp" => "image/webp",
        "svg" => "image/svg+xml",
        "pdf" => "application/pdf",
        "txt" | "log" => "text/plain",
        "md" => "text/markdown",
        "csv" => "text/csv",
        "html" | "htm" => "text/html",
        "json" => "application/json",
        "docx" => "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        "xlsx" => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        "pptx" => "application/vnd.openxmlformats-officedocument.presentationml.presentation",
        _ => "application/octet-stream",
    }
}

impl World {
    pub fn announce_file(
        &mut self,
        name: &str,
        length: usize,
        user: UserId,
        team: TeamId,
    ) -> Result<String, Refusal> {
        if self.file_bytes.saturating_add(length) > MAX_BYTES {
            return Err(Refusal::code("file_upload_size_restricted"));
        }
        let id = self.fresh_id("F");
        let file = File {
            id: id.clone(),
            name: name.to_owned(),
            title: name.to_owned(),
            mimetype: mimetype_of(name).to_owned(),
            alt_text: None,
            user,
            team,
            created: self.now.timestamp(),
            announced: length,
            content: None,
            channels: Vec::new(),
        };
        self.file_bytes += length;
        self.files.insert(id.clone(), file);
        Ok(id)
    }

    pub fn fill_file(&mut self, id: &str, content: Bytes) -> Result<(), Refusal> {
        let file = self
            .files
            .get_mut(id)
            .ok_or_else(|| Refusal::code("file_not_found"))?;
        if content.len() != file.announced || file.content.is_some() {
            return Err(Refusal::code("upload_length_mismatch"));
        }
        file.content = Some(content);
        Ok(())
    }

    pub fn files_as_api(&self, ids: &[String]) -> Value {
        ids.iter()
            .filter_map(|id| self.files.get(id))
            .map(|file| file.as_api(&self.base_url))
            .collect()
    }

    /// A person sees a file that is shared where the person is, and what the person uploaded.
    pub fn can_see_file(&self, user: &UserId, file: &File) -> bool {
        let shared_with = |id: &ChannelId| {
            self.channels
                .get(id)
                .is_some_and(|channel| self.can_see(user, channel))
        };
        file.user == *user || file.channels.iter().any(shared_with)
    }
}
