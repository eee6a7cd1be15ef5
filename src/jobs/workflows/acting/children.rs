//! A workflow as the step of another: of the same owner, in the same thread, and so with the same
//! rights; never deeper, never in a circle and never more than the bounds allow.

use super::super::course::{Course, Halt};
use super::super::words;
use crate::automation::workflow::{MOST_DEPTH, MOST_DESCENDANTS};
use crate::store::workflows::{self, NewRun, Run};
use crate::store::{OrgTx, StoreResult};
use serde_json::{Value, json};

impl Course<'_> {
    pub(super) async fn child(
        &self,
        name: &str,
        input: Value,
        (path, kind): (&str, &str),
    ) -> Result<Value, Halt> {
        if let Some(run) = self.child_of(path).await? {
            return came_of(&run, name);
        }
        let mut tx = self.services.db.org(self.workspace.org).await?;
        let workflow = workflows::named(&mut tx, &self.workspace.id, name).await?;
        // Another owner's would look with another one's eyes.
        let workflow = workflow.filter(|found| found.owner == self.workflow.owner);
        let Some(workflow) = workflow else {
            return Err(Halt::Failed(words::no_such_child(path, name)));
        };
        if workflow.is_paused {
            return Err(Halt::Failed(words::child_is_paused(path, name)));
        }
        if let Some(why) = self.too_much(&mut tx, workflow.id, name).await? {
            return Err(Halt::Failed(why));
        }
        let fence = self.held.lease().fence();
        // The step is saved with it, so it is started once each time that the run is tried.
        let cause = format!("step:{}:{path}:{}", self.run.id, self.run.tries);
        let new = NewRun {
            workflow: workflow.id,
            cause: &cause,
            trigger_kind: "workflow",
            input: &input,
            is_dry: self.run.is_dry,
            parent: Some((self.run, Some(path))),
        };
        let child = workflows::start(&mut tx, &new).await?;
        workflows::wait_at(
            &mut tx,
            &fence,
            self.run.id,
            (path, kind),
            &json!({ "run": child }),
        )
        .await?;
        tx.commit().await?;
        Err(Halt::Parked)
    }

    async fn child_of(&self, path: &str) -> StoreResult<Option<Run>> {
        let Some(id) = self
            .awaited(path)
            .and_then(|what| what["run"].as_str()?.parse().ok())
        else {
            return Ok(None);
        };
        let mut tx = self.services.db.org(self.workspace.org).await?;
        workflows::get_run(&mut tx, id).await
    }

    async fn too_much(
        &self,
        tx: &mut OrgTx,
        child: crate::base::ids::WorkflowId,
        name: &str,
    ) -> StoreResult<Option<String>> {
        if self.run.depth + 1 >= MOST_DEPTH {
            return Ok(Some(words::too_deep(name)));
        }
        if workflows::ancestors(tx, self.run.id)
            .await?
            .contains(&child)
        {
            return Ok(Some(words::circle(name)));
        }
        if workflows::descendants(tx, self.run.root).await? >= MOST_DESCENDANTS {
            return Ok(Some(words::too_many_children(name)));
        }
        Ok(None)
    }
}

fn came_of(run: &Run, name: &str) -> Result<Value, Halt> {
    match run.state.as_str() {
        "done" => Ok(run.output.clone().unwrap_or_default()),
        "failed" => Err(Halt::Failed(words::child_failed(
            name,
            run.trouble.as_deref(),
        ))),
        "cancelled" => Err(Halt::Stopped(words::child_cancelled(name))),
        _ => Err(Halt::Parked),
    }
}
