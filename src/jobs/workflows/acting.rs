//! What each kind of step does. A step that writes anywhere but in the run’s own
//! thread only ever proposes.

use super::course::{Course, Halt, Interrupted};
use super::lanes::lane_of;
use super::words;
use crate::agent::fence;
use crate::automation::workflow::{self as definitions, Kind, MOST_NOTES, Schema, Scope, Template};
use crate::jobs::deliver;
use crate::jobs::said::{SaidFor, delivery};
use crate::models::{Block, Message, Request, SystemPart};
use crate::slack::blocks::raw;
use crate::slack::client::NewMessage;
use crate::slack::mrkdwn::{clip, escape};
use crate::store::sandbox::QueryError;
use crate::store::workflows::{self, Spent};
use crate::store::{StoreResult, inbox, spending};
use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};
use std::sync::atomic::Ordering;
use std::time::Instant;

mod approving;
mod changing;
mod children;

/// Rows and bytes of a query whose result no model reads as a whole.
const ROWS: usize = 10_000;
const BYTES: usize = 8 * 1024 * 1024;
const MESSAGE_CHARS: usize = 12_000;
const ANSWER_TOKENS: u32 = 4_000;
/// A model that does not keep to its schema is told so this often.
const TRIES: usize = 3;

impl Course<'_> {
    /// Takes one step and saves what came of it.
    pub async fn act(&self, kind: &Kind, path: &str, scope: &Scope) -> Result<Value, Halt> {
        let place = (path, kind.word());
        self.afford(kind, path).await?;
        let begun = Instant::now();
        let mut cost_micros = 0;
        let output = match kind {
            Kind::Query(sql) => self.query(&sql.sql(scope), path).await?,
            Kind::Model { prompt, answer } => {
                let (output, spent) = self.think(prompt, answer.as_ref(), path, scope).await?;
                cost_micros = spent;
                output
            }
            Kind::Set(value) => value.fill(scope),
            Kind::Message(text) => self.say(&text.text(scope, shown), path).await?,
            Kind::Note(text) => return self.note(&text.text(scope, shown), place).await,
            Kind::Wait(span) => self.wait(*span, place).await?,
            Kind::Approve { question, within } => {
                let question = question.text(scope, shown);
                return self.ask_to_go_on(&question, *within, path).await;
            }
            Kind::Prompt(question) => return self.ask_penny(question, place, scope).await,
            Kind::Change {
                system,
                operation,
                arguments,
            } => {
                self.change((system, operation), arguments.fill(scope), place)
                    .await?
            }
            Kind::Workflow { name, input } => self.child(name, input.fill(scope), place).await?,
            // The walk itself takes these.
            Kind::Branch { .. } | Kind::ForEach(_) => Value::Null,
        };
        let spent = Spent {
            cost_micros,
            time: begun.elapsed(),
        };
        self.finish(place, &output, spent).await?;
        Ok(output)
    }

    /// With the owner's eyes, and those of everybody who reads along.
    async fn query(&self, sql: &str, path: &str) -> Result<Value, Halt> {
        let found = self
            .services
            .sandbox
            .run_within(self.viewer, sql, ROWS, BYTES)
            .await;
        let table = match found {
            Ok(table) => table,
            Err(QueryError::Store(error)) => return Err(error.into()),
            Err(error @ QueryError::Busy) => {
                return Err(Interrupted::Passing(error.to_string()).into());
            }
            Err(error) => return Err(Halt::Failed(words::query_failed(path, &error.to_string()))),
        };
        if table.cut.is_some() {
            return Err(Halt::Failed(words::too_many_rows(path, table.rows.len())));
        }
        let rows: Vec<Value> = table
            .rows
            .into_iter()
            .map(|row| Value::Object(table.columns.iter().cloned().zip(row).collect()))
            .collect();
        Ok(json!({ "count": rows.len(), "rows": rows }))
    }

    /// Asks the model about what stands in the step, and nothing else: it has no tools.
    async fn think(
        &self,
        prompt: &Template,
        answer: Option<&Schema>,
        path: &str,
        scope: &Scope,
    ) -> Result<(Value, i64), Halt> {
        let asked = prompt.text(scope, |value| fence("workflow", &shown(value)));
        let mut request = Request {
            system: vec![SystemPart {
                text: words::model_step(answer.map(Schema::value)),
                cache: false,
            }],
            tools: Vec::new().into(),
            messages: vec![Message::user(asked)],
            max_tokens: ANSWER_TOKENS,
        };
        let model = &self.services.agent.models.usual;
        let mut spent = 0;
        for _ in 0..TRIES {
            let reply = model.reply(&request, &mut |_| {}).await;
            let reply = reply.map_err(|error| match error.is_passing() {
                true => Halt::from(Interrupted::Passing(error.to_string())),
                false => Halt::Failed(words::model_failed(path, &error.to_string())),
            })?;
            let micros = reply.counted().micros;
            if micros > 0 {
                let mut tx = self.services.db.org(self.workspace.org).await?;
                spending::add(&mut tx, self.workflow.owner.as_str(), micros).await?;
                tx.commit().await?;
            }
            spent += micros;
            let text = said(&reply.content);
            let Some(schema) = answer else {
                return Ok((json!({ "text": text }), spent));
            };
            let objection = match json_in(&text) {
                Some(value) => match schema.objection(&value) {
                    None => return Ok((json!({ "text": text, "value": value }), spent)),
                    Some(objection) => objection,
                },
                None => "it is no JSON".to_owned(),
            };
            request.messages.push(Message::assistant(text));
            request
                .messages
                .push(Message::user(words::not_as_asked(&objection)));
        }
        Err(Halt::Failed(words::never_as_asked(path)))
    }

    async fn say(&self, text: &str, path: &str) -> Result<Value, Halt> {
        let ts = self
            .post(path, &clip(&escape(text), MESSAGE_CHARS), Vec::new())
            .await?;
        Ok(json!({ "ts": ts }))
    }

    /// Into the run's thread, once over all attempts.
    async fn post(
        &self,
        path: &str,
        text: &str,
        blocks: Vec<Value>,
    ) -> Result<crate::base::ids::Ts, Halt> {
        let message = NewMessage {
            thread: Some(self.thread.clone()),
            text: text.to_owned(),
            blocks: raw(blocks),
            metadata: None,
        };
        let outbox = &self.services.outbox;
        let posted = deliver::once(
            outbox,
            self.workspace,
            &self.key(path),
            self.channel,
            message,
        )
        .await;
        Ok(posted?)
    }

    /// The note and the step that leaves it are one transaction.
    async fn note(&self, text: &str, place: (&str, &str)) -> Result<Value, Halt> {
        let note = definitions::note(text, self.services.clock.now());
        let fence = self.held.lease().fence();
        let mut tx = self.services.db.org(self.workspace.org).await?;
        workflows::finish_step(&mut tx, &fence, self.run.id, place, &note, Spent::default())
            .await?;
        if !self.run.is_dry {
            workflows::note(&mut tx, self.workflow.id, &note, MOST_NOTES).await?;
        }
        tx.commit().await?;
        Ok(note)
    }

    /// Nothing is held meanwhile: the run sleeps, and the clock wakes it.
    async fn wait(&self, span: TimeDelta, place: (&str, &str)) -> Result<Value, Halt> {
        let now = self.services.clock.now();
        let until = match self
            .awaited(place.0)
            .and_then(|what| moment(&what["until"]))
        {
            Some(until) => until,
            None => {
                let until = now + span;
                self.wait_at(place, &json!({ "until": until })).await?;
                until
            }
        };
        if now < until {
            self.wake_by(until);
            return Err(Halt::Parked);
        }
        Ok(json!({ "until": until }))
    }

    /// One question at a time in the thread, and in a loop as many as that says: whoever answers
    /// the one before wakes this run as well.
    async fn takes_the_floor(&self, place: (&str, &str)) -> StoreResult<bool> {
        let fence = self.held.lease().fence();
        if lane_of(place.0).is_some() {
            let mut tx = self.services.db.org(self.workspace.org).await?;
            let has_room = |asking: &[String]| self.loops.lock().has_room(place.0, asking);
            let is_free =
                workflows::take_a_lane(&mut tx, &fence, self.run.id, place, has_room).await?;
            tx.commit().await?;
            return Ok(is_free);
        }
        if self.is_asking.load(Ordering::Relaxed) {
            return Ok(false);
        }
        let mut tx = self.services.db.org(self.workspace.org).await?;
        let is_free = workflows::take_the_floor(&mut tx, &fence, self.run.id, place).await?;
        tx.commit().await?;
        // Free or not, by now somebody asks.
        self.is_asking.store(true, Ordering::Relaxed);
        Ok(is_free)
    }

    /// A turn in the run's thread, as if the owner had asked there; for an item of a loop beside it.
    async fn ask_penny(
        &self,
        question: &Template,
        place: (&str, &str),
        scope: &Scope,
    ) -> Result<Value, Halt> {
        let (path, _) = place;
        let waiting = self.awaited(path);
        if let Some(trouble) = waiting.as_ref().and_then(|what| what["trouble"].as_str()) {
            return Err(Halt::Failed(words::not_answered(path, trouble)));
        }
        if let Some(said) = waiting.as_ref().filter(|what| what["text"].is_string()) {
            let cost_micros = self
                .saved
                .lock()
                .get(path)
                .map_or(0, |step| step.cost_micros);
            let spent = Spent {
                cost_micros,
                ..Spent::default()
            };
            self.finish(place, said, spent).await?;
            return Ok(said.clone());
        }
        if waiting.is_none() && !self.takes_the_floor(place).await? {
            return Err(Halt::Parked);
        }
        let asked = question.text(scope, |value| fence("workflow", &shown(value)));
        let is_the_run = self.definition.is_one_prompt() && !self.run.is_step_of_another();
        let ts = if is_the_run && self.run.tries == 0 {
            self.thread.clone()
        } else {
            let for_people = question.text(scope, shown);
            self.post(path, &words::asking(&for_people), Vec::new())
                .await?
        };
        let db = &self.services.db;
        let mut tx = db.org(self.workspace.org).await?;
        workflows::asked(&mut tx, self.run.id, path, &ts).await?;
        tx.commit().await?;
        let asked = words::asked_of_penny(&asked, &self.workflow.name, self.run);
        let thread = match lane_of(path) {
            Some(item) => self.in_thread().lane(&format!("{}.{item}", self.run.id)),
            None => self.in_thread(),
        };
        let said = delivery(&SaidFor {
            workspace: self.workspace,
            by: &self.workflow.owner,
            channel: self.channel,
            thread: &thread.thread_ts,
            ts: &ts,
            text: &escape(&asked),
            event_key: &self.key(path),
        });
        inbox::store(db, &[said]).await?;
        db.announce();
        Err(Halt::Parked)
    }
}

fn moment(value: &Value) -> Option<DateTime<Utc>> {
    serde_json::from_value(value.clone()).ok()
}

/// A value in a text for people or the model.
pub(super) fn shown(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

fn said(content: &[Block]) -> String {
    let texts = content.iter().filter_map(|block| match block {
        Block::Text { text } => Some(text.as_str()),
        _ => None,
    });
    texts.collect::<Vec<_>>().join("\n").trim().to_owned()
}

/// The JSON that an answer is or holds; models like to fence it.
fn json_in(text: &str) -> Option<Value> {
    if let Ok(value) = serde_json::from_str(text) {
        return Some(value);
    }
    let from = text.find(['{', '['])?;
    let to = text.rfind(['}', ']'])?;
    serde_json::from_str(text.get(from..=to)?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_is_found_within_what_a_model_writes_around_it() {
        assert_eq!(json_in("{\"a\": 1}"), Some(json!({"a": 1})));
        assert_eq!(json_in("Sure:\n```json\n[1, 2]\n```"), Some(json!([1, 2])));
        assert_eq!(json_in("no"), None);
        assert_eq!(json_in("} {"), None);
    }
}
