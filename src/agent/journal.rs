//! Saving a turn, step by step, under its lease: what is not saved has not happened, and
//! whoever has lost the lease cannot save.

use super::transcript::{Entry, Transcript};
use crate::base::ids::{ConversationId, TurnId};
use crate::store::conversations::Thread;
use crate::store::jobs::Fence;
use crate::store::turns::{self, Spent, Step};
use crate::store::{Db, OrgTx, StoreError, StoreResult};
use serde_json::Value;

#[derive(Clone)]
pub struct Journal<'a> {
    pub db: &'a Db,
    pub fence: Fence,
    pub thread: &'a Thread,
    pub conversation: ConversationId,
    pub turn: TurnId,
    /// Nobody asked for it just now: a schedule was due.
    pub is_scheduled: bool,
    /// The dry run of a workflow: nothing but reading.
    pub is_dry: bool,
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
        let waiting = self
            .write(&mut tx, transcript, &entries, taken, spent, model)
            .await?;
        tx.commit().await?;
        for entry in entries {
            transcript.next_seq += 1;
            transcript.push(self.turn, entry);
        }
        Ok(waiting)
    }

    /// Takes back what the turn wrote and marks what it had been asked, in the transaction that
    /// ends it. True: something else waits in the thread's inbox.
    pub async fn give_up(
        &self,
        tx: &mut OrgTx,
        transcript: &Transcript,
        asked: &[i64],
        spent: Spent,
    ) -> StoreResult<bool> {
        let entry = Entry::GivenUp {
            note: "a question here made you fail several times. It is left out, with all that \
                belonged to it."
                .to_owned(),
        };
        self.write(tx, transcript, &[entry], asked, spent, None)
            .await
    }

    async fn write(
        &self,
        tx: &mut OrgTx,
        transcript: &Transcript,
        entries: &[Entry],
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
        turns::save_step(tx, &self.fence, &step).await
    }
}

/// An entry as its row keeps it. Postgres keeps no NUL, which a model or a person may well write:
/// it is left out, since a row that cannot be stored would fail its turn again and again.
fn split(entry: &Entry) -> StoreResult<(String, Value)> {
    let mut value = serde_json::to_value(entry)?;
    leave_out_nul(&mut value);
    let parts = (value["kind"].take(), value["body"].take());
    match parts {
        (Value::String(kind), body) => Ok((kind, body)),
        _ => Err(StoreError::Corrupt("an entry without a kind".to_owned())),
    }
}

fn leave_out_nul(value: &mut Value) {
    match value {
        Value::String(text) => text.retain(|c| c != '\0'),
        Value::Array(items) => items.iter_mut().for_each(leave_out_nul),
        Value::Object(fields) => {
            if fields.keys().any(|key| key.contains('\0')) {
                *fields = std::mem::take(fields)
                    .into_iter()
                    .map(|(key, value)| (key.replace('\0', ""), value))
                    .collect();
            }
            fields.values_mut().for_each(leave_out_nul);
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}
