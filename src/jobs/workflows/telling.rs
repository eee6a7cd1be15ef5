//! Trouble with a workflow is told to whoever owns it, in a direct message, once each time. If they
//! have left, an administrator is told.

use super::course::Interrupted;
use super::words;
use crate::base::ids::UserId;
use crate::jobs::Services;
use crate::jobs::deliver;
use crate::jobs::workspaces::Workspace;
use crate::slack::client::NewMessage;
use crate::store::people;
use crate::store::workflows::{self, Run, Workflow};

/// That a run failed, or did not do everything. Where it reports into their direct messages, its
/// own message says so already; but that message is only redrawn, which nobody is notified of, so
/// a pause is a message of its own.
pub async fn ended(
    services: &Services,
    workspace: &Workspace,
    workflow: &Workflow,
    run: &Run,
) -> Result<(), Interrupted> {
    let Some(user) = whom(services, workspace, workflow).await? else {
        return Ok(());
    };
    let dm = workspace
        .slack
        .open_conversation(std::slice::from_ref(&user))
        .await?;
    if run.channel.as_ref() == Some(&dm) && !words::is_paused_by(workflow, run) {
        return Ok(());
    }
    let link = link_of(workspace, run).await;
    let mut text = match run.state.as_str() {
        "failed" => words::trouble(workflow, run, link.as_deref()),
        _ => words::incomplete(workflow, run, link.as_deref()),
    };
    if user != workflow.owner {
        text += &words::was_theirs(workflow);
    }
    let message = NewMessage {
        text,
        ..NewMessage::default()
    };
    let key = format!("workflow-trouble:{}:{}", run.id, run.tries);
    deliver::once(&services.outbox, workspace, &key, &dm, message).await?;
    Ok(())
}

/// That a time was left out, since an earlier run is not over: once for each such run, which may well
/// wait for whoever is told.
pub async fn left_out(
    services: &Services,
    workspace: &Workspace,
    workflow: &Workflow,
    run: &Run,
) -> Result<(), Interrupted> {
    let mut tx = services.db.org(workspace.org).await?;
    let Some(in_the_way) = workflows::in_the_way(&mut tx, workflow.id).await? else {
        return Ok(());
    };
    let steps = workflows::steps_of(&mut tx, in_the_way.id).await?;
    drop(tx);
    let Some(user) = whom(services, workspace, workflow).await? else {
        return Ok(());
    };
    let waits_at = steps.iter().rev().find(|step| !step.is_done);
    let link = link_of(workspace, &in_the_way).await;
    let message = NewMessage {
        text: words::left_out(workflow, run, &in_the_way, waits_at, link.as_deref()),
        ..NewMessage::default()
    };
    let dm = workspace.slack.open_conversation(&[user]).await?;
    let key = format!("workflow-left-out:{}", in_the_way.id);
    deliver::once(&services.outbox, workspace, &key, &dm, message).await?;
    Ok(())
}

async fn link_of(workspace: &Workspace, run: &Run) -> Option<String> {
    let (channel, root) = run.channel.as_ref().zip(run.thread.as_ref())?;
    workspace.slack.permalink(channel, root).await.ok()
}

/// None: there is nobody left.
async fn whom(
    services: &Services,
    workspace: &Workspace,
    workflow: &Workflow,
) -> Result<Option<UserId>, Interrupted> {
    let owner = services
        .directory
        .person(&services.db, workspace, &workflow.owner)
        .await?;
    if !owner.is_deactivated {
        return Ok(Some(workflow.owner.clone()));
    }
    let mut tx = services.db.org(workspace.org).await?;
    let admin = people::admins(&mut tx).await?.into_iter().next();
    Ok(admin.or_else(|| workspace.installed_by.clone()))
}
