//! Files up and down, and answers to response URLs.

use super::method::Method;
use super::{PATIENT, SlackClient, SlackError};
use crate::base::ids::{ChannelId, Ts};
use crate::base::secret::Secret;
use crate::slack::inbound::FileRef;
use bytes::Bytes;
use serde::Deserialize;
use serde_json::{Value, json};

/// A file to be shared in a thread.
#[derive(Debug, Clone)]
pub struct Upload<'a> {
    pub name: &'a str,
    pub title: &'a str,
    pub bytes: Bytes,
    pub channel: &'a ChannelId,
    pub thread: Option<&'a Ts>,
    pub comment: Option<&'a str>,
}

/// Where an uploaded file is shared, and what stands with it: blocks, or else a comment.
#[derive(Debug, Clone)]
pub struct Share<'a> {
    pub file: &'a str,
    pub title: &'a str,
    pub channel: &'a ChannelId,
    pub thread: Option<&'a Ts>,
    pub comment: Option<&'a str>,
    pub blocks: &'a [Value],
}

#[derive(Deserialize)]
struct UploadTarget {
    upload_url: String,
    file_id: String,
}

impl SlackClient {
    /// Shares the file and returns its id.
    pub async fn upload(&self, upload: Upload<'_>) -> Result<String, SlackError> {
        let file = self.bring(upload.name, None, upload.bytes).await?;
        self.share(Share {
            file: &file,
            title: upload.title,
            channel: upload.channel,
            thread: upload.thread,
            comment: upload.comment,
            blocks: &[],
        })
        .await?;
        Ok(file)
    }

    /// Brings a file to Slack, where nobody sees it until it is shared; returns its id.
    pub async fn bring(
        &self,
        name: &str,
        alt_text: Option<&str>,
        bytes: Bytes,
    ) -> Result<String, SlackError> {
        let query = vec![
            ("filename", Some(name.to_owned())),
            ("length", Some(bytes.len().to_string())),
            ("alt_txt", alt_text.map(str::to_owned)),
        ];
        let target: UploadTarget = self.get(Method::FileUploadUrl, &query).await?;
        let url = self.api.plain.slacks(&target.upload_url)?;
        self.api
            .plain
            .post(&url, "application/octet-stream", bytes)
            .await?;
        Ok(target.file_id)
    }

    /// May have been shared if the error is ambiguous: see [`Self::is_shared`].
    pub async fn share(&self, share: Share<'_>) -> Result<(), SlackError> {
        let blocks = (!share.blocks.is_empty()).then_some(share.blocks);
        let body = json!({
            "files": [{"id": share.file, "title": share.title}],
            "channel_id": share.channel,
            "thread_ts": share.thread,
            "initial_comment": share.comment,
            "blocks": blocks,
        });
        let body = super::chat::compact(body);
        let _: Value = self
            .post(Method::CompleteUpload, Some(share.channel), &body, PATIENT)
            .await?;
        Ok(())
    }

    /// Whether a file stands in that channel already.
    pub async fn is_shared(&self, id: &str, channel: &ChannelId) -> Result<bool, SlackError> {
        let query = vec![("file", Some(id.to_owned()))];
        let answer: Value = self.get(Method::FileInfo, &query).await?;
        let places = ["channels", "groups", "ims"].map(|kind| &answer["file"][kind]);
        let mut places = places.into_iter().filter_map(Value::as_array).flatten();
        Ok(places.any(|place| place.as_str() == Some(channel.as_str())))
    }

    /// A file of a message, at most `limit` bytes of it.
    pub async fn download(&self, file: &FileRef, limit: usize) -> Result<Bytes, SlackError> {
        let address = file.url_private.as_deref().ok_or(SlackError::NotAFile)?;
        let url = self.api.plain.slacks(address)?;
        if file.size.is_some_and(|size| size > limit as u64) {
            return Err(SlackError::TooLarge { limit });
        }
        let token = self.token.expose();
        let (kind, bytes) = self.api.plain.download(&url, token, limit).await?;
        let is_page = kind.is_some_and(|kind| kind.starts_with("text/html"));
        let should_be_page = file.mimetype.as_deref() == Some("text/html");
        if is_page && !should_be_page {
            return Err(SlackError::NotAFile);
        }
        Ok(bytes)
    }

    /// What Slack knows of a file that a message only names (Slack Connect).
    pub async fn file(&self, id: &str) -> Result<FileRef, SlackError> {
        let query = vec![("file", Some(id.to_owned()))];
        let answer: Value = self.get(Method::FileInfo, &query).await?;
        let file = answer.get("file").cloned().unwrap_or_default();
        serde_json::from_value(file).map_err(|_| SlackError::NotAFile)
    }

    /// Answers a command or click through its own address, which works where Penny is no member.
    pub async fn respond(&self, response_url: &Secret, body: &Value) -> Result<(), SlackError> {
        let url = self.api.plain.slacks(response_url.expose())?;
        let body = Bytes::from(body.to_string());
        self.api.plain.post(&url, "application/json", body).await?;
        Ok(())
    }
}
