//! Saving a turn, step by step, under its lease: what is not saved has not happened, and
//! whoever has lost the lease cannot save.

use super::transcript::{Entry, Transcript};
use crate::base::ids::{ConversationId, TurnId};
use crate::store::conversations::Thread;
use crate::store::jobs::Fence;
use crate::store::turns::{self, Spent, Step};
use crate::store::{Db, StoreError, StoreResult};
use serde_json::Value;

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
        let rows: Vec<_> = entries.iter().map(split).collect::<StoreResult<_>>()?;
        let (kinds, bodies) = rows.into_iter().unzip();
        let step = Step {
            thread: self.thread,
            conversation: self.conversation,
            turn: self.turn,
            first_seq: transcript.next_seq,
            kinds,
            bodies,
            taken,
            spent,
            model,
        };
        let mut tx = self.db.org(self.fence.org).await?;
        let waiting = turns::save_step(&mut tx, &self.fence, &step).await?;
        tx.commit().await?;
        for entry in entries {
            transcript.next_seq += 1;
            transcript.push(self.turn, entry);
        }
        Ok(waiting)
    }
}

/// An entry as its row keeps it.
fn split(entry: &Entry) -> StoreResult<(String, Value)> {
    let mut value = serde_json::to_value(entry)?;
    without_nul(&mut value);
    match (value["kind"].take(), value["body"].take()) {
        (Value::String(kind), body) => Ok((kind, body)),
        _ => Err(StoreError::Corrupt("an entry without a kind".to_owned())),
    }
}

/// Postgres stores no NUL, and one in a message or a file must not fail its turn for ever.
fn without_nul(value: &mut Value) {
    match value {
        Value::String(text) if text.contains('\0') => *text = text.replace('\0', ""),
        Value::Array(values) => values.iter_mut().for_each(without_nul),
        Value::Object(fields) => fields.values_mut().for_each(without_nul),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_nul_in_what_was_said_does_not_reach_the_database() {
        let note = Entry::Note {
            text: "a\0b".to_owned(),
        };
        let (kind, body) = split(&note).unwrap();
        assert_eq!(kind, "note");
        assert_eq!(body["text"], "ab");
    }
}
