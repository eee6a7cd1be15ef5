//! Finding in a thread what an earlier attempt at the same turn has left there.

use super::compose::EVENT_TYPE;
use super::{AnswerError, Place};
use crate::base::ids::Ts;
use crate::slack::client::{Said, SlackClient, SlackError};

/// Pages of a thread that are read; a turn's own messages are among the newest.
const MAX_PAGES: usize = 5;

/// Messages of an earlier attempt.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Found {
    /// By part, known by their key.
    pub parts: Vec<(usize, Ts)>,
    /// A stream that was begun and of which nobody took note.
    pub stream: Option<Ts>,
}

pub(super) async fn find(
    client: &SlackClient,
    place: &Place,
    key: &str,
) -> Result<Found, AnswerError> {
    let mut found = Found::default();
    let mut cursor = None;
    for _ in 0..MAX_PAGES {
        let page = client
            .replies(&place.channel, &place.thread, Some(&place.since), cursor)
            .await
            .map_err(lookup_failed)?;
        for said in page.entries {
            take(&mut found, said, place, key);
        }
        cursor = page.next;
        if cursor.is_none() {
            break;
        }
    }
    Ok(found)
}

pub(super) async fn find_part(
    client: &SlackClient,
    place: &Place,
    key: &str,
    n: usize,
) -> Result<Option<Ts>, AnswerError> {
    let found = find(client, place, key).await?;
    let mut parts = found.parts.into_iter();
    Ok(parts.find(|(part, _)| *part == n).map(|(_, ts)| ts))
}

/// Without having looked, nothing may be posted again.
fn lookup_failed(error: SlackError) -> AnswerError {
    let is_final = error
        .code()
        .is_some_and(|code| code.is_about_the_channel() || code.is_about_the_token());
    match error {
        SlackError::NoToken => AnswerError::Uninstalled,
        error if is_final => error.into(),
        error => AnswerError::Unreachable(error),
    }
}

fn take(found: &mut Found, said: Said, place: &Place, key: &str) {
    let Some(ts) = said.ts else {
        return;
    };
    let is_ours = said.user.as_ref() == Some(&place.penny);
    if !is_ours || ts.as_str() <= place.since.as_str() {
        return;
    }
    match &said.metadata {
        Some(metadata) if metadata.event_type == EVENT_TYPE => {
            let field = |name: &str| metadata.event_payload.get(name)?.as_str();
            if field("key") == Some(key)
                && let Some(part) = field("part").and_then(|part| part.parse().ok())
            {
                found.parts.push((part, ts));
            }
        }
        Some(_) => {}
        // A stream carries our key only from its end on. One turn a thread at a time is at
        // work with a stream and all else that Penny posts has a key, so it can only be this
        // turn's.
        None if place.is_shared => {}
        None if said.streaming_state.as_deref() != Some("completed") && said.files.is_empty() => {
            found.stream = Some(ts);
        }
        None => {}
    }
}
