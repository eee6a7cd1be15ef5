//! The way through the steps: what was taken is not taken again, what is next is, and its outcome
//! is saved before the one after it.

use super::acting::shown;
use super::course::{Course, Halt, Interrupted};
use crate::automation::workflow::{Kind, Scope, Step};
use crate::store::workflows::Spent;
use futures::future::BoxFuture;
use serde_json::{Value, json};

impl Course<'_> {
    /// Takes steps in order. `prefix` stands before their names in what is saved.
    pub fn walk<'b>(
        &'b self,
        steps: &'b [Step],
        prefix: &'b str,
        scope: &'b mut Scope,
    ) -> BoxFuture<'b, Result<Value, Halt>> {
        Box::pin(async move {
            let mut last = Value::Null;
            for step in steps {
                if self.held.leave.is_cancelled() {
                    return Err(Interrupted::HandOver.into());
                }
                last = self.step(step, prefix, scope).await?;
                scope.keep(&step.id, last.clone());
            }
            Ok(last)
        })
    }

    async fn step(&self, step: &Step, prefix: &str, scope: &mut Scope) -> Result<Value, Halt> {
        let path = format!("{prefix}{}", step.id);
        if let Kind::Branch {
            condition,
            then,
            otherwise,
        } = &step.kind
        {
            // Which way was taken stays, whatever the steps on it change.
            let is_taken = match self.taken(&path) {
                Some(taken) => taken["taken"] == json!(true),
                None => {
                    let is_taken = condition.holds(scope);
                    let output = json!({ "taken": is_taken });
                    self.finish((&path, "if"), &output, Spent::default())
                        .await?;
                    is_taken
                }
            };
            let way = if is_taken { then } else { otherwise };
            self.walk(way, prefix, scope).await?;
            return Ok(json!({ "taken": is_taken }));
        }
        if let Some(output) = self.taken(&path) {
            return match &step.kind {
                Kind::Approve { question, .. } if output["approved"] != true => {
                    self.refused(&question.text(scope, shown), &path, &output)
                        .await
                }
                _ => Ok(output),
            };
        }
        match &step.kind {
            Kind::ForEach(each) => self.each(each, &path, scope).await,
            kind => self.act(kind, &path, scope).await,
        }
    }
}
