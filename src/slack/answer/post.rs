//! Putting one message of an answer in its place, exactly once.

use super::compose::metadata;
use super::{AnswerError, Place};
use crate::base::ids::Ts;
use crate::slack::client::{ApiCode, NewMessage, PATIENT, SlackClient, SlackError};
use std::time::Duration;

const ATTEMPTS: u32 = 4;
/// A message that was posted is not always there to be read at once.
const BEFORE_LOOKING: Duration = Duration::from_millis(700);

/// Posts part `n`, or changes the message that already shows it. Returns its ts.
pub(super) async fn put(
    client: &SlackClient,
    place: &Place,
    key: &str,
    n: usize,
    known: Option<&Ts>,
    message: NewMessage,
) -> Result<Ts, AnswerError> {
    let message = NewMessage {
        thread: Some(place.thread.clone()),
        metadata: Some(metadata(key, n)),
        ..message
    };
    if let Some(ts) = known
        && change(client, place, ts, &message).await?
    {
        return Ok(ts.clone());
    }
    post(client, place, key, n, message).await
}

/// False if the message is not there any more, or not ours to change.
async fn change(
    client: &SlackClient,
    place: &Place,
    ts: &Ts,
    message: &NewMessage,
) -> Result<bool, AnswerError> {
    let mut result = client
        .update_message(&place.channel, ts, message, PATIENT)
        .await;
    if let Err(error) = &result
        && is_about_the_content(error)
    {
        tracing::warn!(%error, "Slack refused an answer's blocks; it is sent as text");
        let message = as_text(message);
        result = client
            .update_message(&place.channel, ts, &message, PATIENT)
            .await;
    }
    match result {
        Ok(_) => Ok(true),
        Err(SlackError::Refused {
            code: ApiCode::MessageNotFound | ApiCode::CantUpdateMessage,
            ..
        }) => Ok(false),
        Err(error) => Err(error.into()),
    }
}

async fn post(
    client: &SlackClient,
    place: &Place,
    key: &str,
    n: usize,
    mut message: NewMessage,
) -> Result<Ts, AnswerError> {
    let mut attempt = 1;
    loop {
        let error = match client.post_message(&place.channel, &message).await {
            Ok(posted) => return Ok(posted.ts),
            Err(error) => error,
        };
        match &error {
            SlackError::Ambiguous(_) if attempt < ATTEMPTS => {
                client.clock().sleep(BEFORE_LOOKING * attempt).await;
                if let Some(ts) = super::recover::find_part(client, place, key, n).await? {
                    return Ok(ts);
                }
            }
            error if is_about_the_content(error) && !message.blocks.is_empty() => {
                tracing::warn!(%error, "Slack refused an answer's blocks; it is sent as text");
                message = as_text(&message);
            }
            _ => return Err(error.into()),
        }
        attempt += 1;
    }
}

fn is_about_the_content(error: &SlackError) -> bool {
    matches!(
        error.code(),
        Some(ApiCode::InvalidBlocks | ApiCode::MsgBlocksTooLong | ApiCode::MsgTooLong)
    )
}

fn as_text(message: &NewMessage) -> NewMessage {
    NewMessage {
        blocks: Vec::new(),
        ..message.clone()
    }
}
