//! How a run looks: one message at the head of its thread, redrawn from what is stored, with its
//! steps, its outcome and what can be done about it. Trouble is told to the owner as well
//! (`telling`).

use super::course::Interrupted;
use super::{telling, understood, words};
use crate::base::ids::{ChannelId, OrgId, Ts, WorkflowRunId};
use crate::jobs::Services;
use crate::jobs::deliver;
use crate::jobs::workspaces::Workspace;
use crate::slack::blocks::raw;
use crate::slack::blocks::workflows as blocks;
use crate::slack::client::{NewMessage, PATIENT, SlackError};
use crate::store::workflows::{self, Run, Workflow};
use crate::store::{OrgTx, StoreResult};
use std::sync::Arc;

/// How often one that draws may find that it was too late.
const ROUNDS: u32 = 4;

/// Puts the message up, once.
pub async fn head(
    services: &Services,
    workspace: &Arc<Workspace>,
    workflow: &Workflow,
    run: &Run,
) -> Result<(ChannelId, Ts), Interrupted> {
    let channel = match &workflow.channel {
        Some(channel) => channel.clone(),
        None => {
            let owner = std::slice::from_ref(&workflow.owner);
            workspace.slack.open_conversation(owner).await?
        }
    };
    let mut tx = services.db.org(workspace.org).await?;
    let message = drawn(&mut tx, workflow, run).await?;
    drop(tx);
    let key = format!("workflow:{}", run.id);
    let root = deliver::once(&services.outbox, workspace, &key, &channel, message).await?;
    Ok((channel, root))
}

async fn drawn(tx: &mut OrgTx, workflow: &Workflow, run: &Run) -> StoreResult<NewMessage> {
    let definition = understood(&run.definition)?;
    let steps = workflows::steps_of(tx, run.id).await?;
    let mut lines = Vec::new();
    for step in &steps {
        let counts = match step.kind.as_str() {
            "foreach" => Some(workflows::counts(tx, run.id, &step.path).await?),
            _ => None,
        };
        lines.push(words::step_line(step, counts));
    }
    let card = blocks::RunCard {
        headline: words::headline(workflow, run, &definition.about),
        steps: lines,
        outcome: words::ended(workflow, run),
        run: run.id.to_string(),
        can_cancel: !run.is_over(),
        can_try_again: matches!(run.state.as_str(), "failed" | "cancelled"),
    };
    Ok(NewMessage {
        text: words::headline(workflow, run, &definition.about),
        blocks: raw(blocks::run(&card)),
        ..NewMessage::default()
    })
}

/// Draws the message as the run is now. Whoever draws looks again afterwards: of two that draw at
/// once, the one that drew what was older draws once more.
pub async fn refresh(
    services: &Services,
    workspace: &Workspace,
    id: WorkflowRunId,
) -> Result<(), Interrupted> {
    let mut shown = None;
    for _ in 0..ROUNDS {
        let Some((channel, root, message)) = as_it_is(services, workspace, id).await? else {
            return Ok(());
        };
        if shown.as_ref() == Some(&message.blocks) {
            return Ok(());
        }
        workspace
            .slack
            .update_message(&channel, &root, &message, PATIENT)
            .await?;
        shown = Some(message.blocks);
    }
    Ok(())
}

/// None: there is no message of its own, or no run any more.
async fn as_it_is(
    services: &Services,
    workspace: &Workspace,
    id: WorkflowRunId,
) -> StoreResult<Option<(ChannelId, Ts, NewMessage)>> {
    let mut tx = services.db.org(workspace.org).await?;
    let Some(run) = workflows::get_run(&mut tx, id).await? else {
        return Ok(None);
    };
    let Some(workflow) = workflows::get(&mut tx, run.workflow).await? else {
        return Ok(None);
    };
    let (Some(channel), Some(root), false) = (&run.channel, &run.thread, run.is_step_of_another())
    else {
        return Ok(None);
    };
    let message = drawn(&mut tx, &workflow, &run).await?;
    Ok(Some((channel.clone(), root.clone(), message)))
}

/// Shows that a run is over, and tells the owner if that is trouble. Any number of times.
pub async fn close(services: &Services, org: OrgId, run: &Run) -> Result<(), Interrupted> {
    let mut tx = services.db.org(org).await?;
    let Some(workflow) = workflows::get(&mut tx, run.workflow).await? else {
        return Ok(());
    };
    drop(tx);
    let workspace = services
        .workspaces
        .get(&workflow.workspace)
        .ok_or(SlackError::NoToken)?;
    if run.is_left_out() {
        return telling::left_out(services, &workspace, &workflow, run).await;
    }
    // The one whose step it is says it.
    if run.is_step_of_another() {
        return Ok(());
    }
    let shown = refresh(services, &workspace, run.id).await;
    let is_incomplete = run.state == "done" && run.items_failed > 0 && !run.is_dry;
    if run.state == "failed" || is_incomplete {
        telling::ended(services, &workspace, &workflow, run).await?;
    }
    match shown {
        // The channel is gone; the owner has been told.
        Err(Interrupted::Slack(SlackError::Refused { .. })) => Ok(()),
        shown => shown,
    }
}
