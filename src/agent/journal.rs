//! Saving a turn, step by step, under its lease: what is not saved has not happened, and
//! whoever has lost the lease cannot save.

use super::transcript::{Entry, Transcript};
use crate::base::ids::{ConversationId, TurnId};
use crate::store::conversations::{self, Thread};
use crate::store::jobs::{self, Fence};
use crate::store::turns::{self, Spent};
use crate::store::{Db, StoreError, StoreResult, inbox};

pub struct Journal<'a> {
    pub db: &'a Db,
    pub fence: Fence,
    pub thread: &'a Thread,
    pub conversation: ConversationId,
    pub turn: TurnId,
}

impl Journal<'_> {
    /// Saves entries and what was spent so far. True: something new was said meanwhile.
    pub async fn save(
        &self,
        transcript: &mut Transcript,
        entries: Vec<Entry>,
        spent: Spent,
        model: Option<&str>,
    ) -> StoreResult<bool> {
        self.save_taking(transcript, entries, &[], spent, model)
            .await
    }

    /// The same, and marks what was taken from the inbox for it.
    pub async fn save_taking(
        &self,
        transcript: &mut Transcript,
        entries: Vec<Entry>,
        taken: &[i64],
        spent: Spent,
        model: Option<&str>,
    ) -> StoreResult<bool> {
        let mut tx = self.db.org(self.fence.org).await?;
        jobs::hold(&mut tx, &self.fence).await?;
        if !taken.is_empty() {
            inbox::mark_taken(&mut tx, taken).await?;
        }
        for (place, entry) in (transcript.next_seq..).zip(&entries) {
            let (kind, body) = split(entry)?;
            conversations::append(&mut tx, self.conversation, self.turn, place, &kind, &body)
                .await?;
        }
        turns::progressed(&mut tx, self.turn, spent, model).await?;
        let waiting =
            inbox::is_waiting(&mut tx, &self.thread.channel, &self.thread.thread_ts).await?;
        tx.commit().await?;
        for entry in entries {
            transcript.next_seq += 1;
            transcript.push(self.turn, entry);
        }
        Ok(waiting)
    }
}

/// An entry as its row keeps it.
pub fn split(entry: &Entry) -> StoreResult<(String, serde_json::Value)> {
    let mut value = serde_json::to_value(entry)?;
    let parts = (value["kind"].take(), value["body"].take());
    match parts {
        (serde_json::Value::String(kind), body) => Ok((kind, body)),
        _ => Err(StoreError::Corrupt("an entry without a kind".to_owned())),
    }
}
