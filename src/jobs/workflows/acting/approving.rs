//! A step at which somebody says whether the run goes on. A click saves the answer and wakes the run,
//! which then finds the step taken; nobody's answer in time is a no.

use super::super::course::{Course, Halt};
use super::super::words;
use super::moment;
use crate::slack::blocks::workflows::approval;
use crate::slack::client::{NewMessage, PATIENT};
use crate::slack::mrkdwn::escape;
use crate::store::workflows;
use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};

/// As a step of this kind is saved.
const KIND: &str = "approve";

impl Course<'_> {
    pub(super) async fn ask_to_go_on(
        &self,
        question: &str,
        within: TimeDelta,
        path: &str,
    ) -> Result<Value, Halt> {
        let now = self.services.clock.now();
        let tries = json!(self.run.tries);
        // Whoever has the run try again is asked anew.
        let asked = self.awaited(path).filter(|what| what["tries"] == tries);
        let known = asked.and_then(|what| moment(&what["until"]));
        let until = known.unwrap_or(now + within);
        if until <= now {
            return self.nobody_said(question, until, path).await;
        }
        let what = json!({ "question": question, "until": until, "tries": tries });
        self.wait_at((path, KIND), &what).await?;
        self.card(question, until, path).await?;
        self.wake_by(until);
        Err(Halt::Parked)
    }

    /// Puts the question up, once; says which message it is.
    async fn card(
        &self,
        question: &str,
        until: DateTime<Utc>,
        path: &str,
    ) -> Result<crate::base::ids::Ts, Halt> {
        let asked = escape(question);
        let value = format!("{} {path}", self.run.id);
        let blocks = approval(&asked, &words::decided_by(until), &value);
        self.post(path, &asked, blocks).await
    }

    async fn nobody_said(
        &self,
        question: &str,
        until: DateTime<Utc>,
        path: &str,
    ) -> Result<Value, Halt> {
        let no = json!({ "approved": false, "expired": true, "until": until });
        let mut tx = self.services.db.org(self.workspace.org).await?;
        let is_first = workflows::answer(&mut tx, self.run.id, path, &no).await?;
        tx.commit().await?;
        match is_first {
            true => self.refused(question, path, &no).await,
            // Somebody said it just now, and has woken the run.
            false => Err(Halt::Parked),
        }
    }

    /// The end of a run to which somebody, or nobody, said no. Any number of times.
    pub async fn refused(&self, question: &str, path: &str, answer: &Value) -> Result<Value, Halt> {
        if answer["expired"] != true {
            return Err(Halt::Stopped(words::rejected(path)));
        }
        let until = moment(&answer["until"]).unwrap_or_else(|| self.services.clock.now());
        let ts = self.card(question, until, path).await?;
        let message = NewMessage {
            text: words::nobody_decided(&escape(question)),
            ..NewMessage::default()
        };
        let slack = &self.workspace.slack;
        slack
            .update_message(self.channel, &ts, &message, PATIENT)
            .await?;
        Err(Halt::Stopped(words::expired(path)))
    }
}
