//! The buttons of a run: cancel it, have it try again, and say whether it goes on.

use super::{may_change, shown, words};
use crate::base::ids::{PersonId, WorkflowRunId};
use crate::jobs::workflows::{self as runs, refresh};
use crate::slack::client::{NewMessage, PATIENT};
use crate::slack::ids;
use crate::slack::inbound::{Action, BlockActions};
use crate::store::workflows::{self, Run, Workflow};
use crate::surfaces::scene::{Scene, Surfaced, Whisper};
use serde_json::json;

pub async fn of_run(scene: &Scene<'_>, clicked: &BlockActions, action: &Action) -> Surfaced {
    let value = action.chosen().unwrap_or_default();
    let (run, path) = value.split_once(' ').unwrap_or((value, ""));
    let mut tx = scene.tx().await?;
    let run = match run.parse::<WorkflowRunId>() {
        Ok(id) => workflows::get_run(&mut tx, id).await?,
        Err(_) => None,
    };
    let workflow = match &run {
        Some(run) => workflows::get(&mut tx, run.workflow).await?,
        None => None,
    };
    drop(tx);
    let (Some(run), Some(workflow)) = (run, workflow) else {
        return tell(scene, clicked, words::GONE).await;
    };
    let user = &clicked.source.user;
    let person = scene.person(user).await?;
    if ids::meaning(&action.action_id) == ids::WORKFLOW_SHOW {
        return match shown::may_see(scene, user, &person, &workflow, &run).await {
            true => shown::open(scene, clicked, &run, &workflow).await,
            false => tell(scene, clicked, &words::not_for_you(&workflow)).await,
        };
    }
    if !may_change(&person, user, &workflow) {
        return tell(scene, clicked, &words::not_yours(&workflow)).await;
    }
    match ids::meaning(&action.action_id) {
        ids::WORKFLOW_CANCEL => cancel(scene, clicked, &run, person.id).await,
        ids::WORKFLOW_RETRY => try_again(scene, clicked, &run, &workflow).await,
        meaning => answer(scene, clicked, &run, path, meaning == ids::WORKFLOW_YES).await,
    }
}

async fn cancel(scene: &Scene<'_>, clicked: &BlockActions, run: &Run, by: PersonId) -> Surfaced {
    let mut tx = scene.tx().await?;
    let is_ended = runs::cancel(&mut tx, run, by).await?;
    tx.commit().await?;
    match is_ended {
        // Its job redraws the message.
        true => Ok(()),
        false => tell(scene, clicked, words::OVER_ALREADY).await,
    }
}

async fn try_again(
    scene: &Scene<'_>,
    clicked: &BlockActions,
    run: &Run,
    workflow: &Workflow,
) -> Surfaced {
    let mut tx = scene.tx().await?;
    let goes_on = workflows::try_again(&mut tx, run).await?;
    tx.commit().await?;
    if !goes_on {
        return tell(scene, clicked, &words::cannot_try_again(workflow)).await;
    }
    if let Err(error) = refresh(scene.services, &scene.workspace, run.id).await {
        tracing::debug!(%error, "the message of a run is redrawn when it goes on");
    }
    Ok(())
}

/// The first click counts, and the card shows it in the place of the buttons.
async fn answer(
    scene: &Scene<'_>,
    clicked: &BlockActions,
    run: &Run,
    path: &str,
    yes: bool,
) -> Surfaced {
    let user = &clicked.source.user;
    let answer = json!({ "approved": yes, "by": user });
    let mut tx = scene.tx().await?;
    let is_first = workflows::answer(&mut tx, run.id, path, &answer).await?;
    if is_first {
        workflows::wake(&mut tx, run.id).await?;
    }
    let step = workflows::saved(&mut tx, run.id)
        .await?
        .into_iter()
        .find(|step| step.path == path);
    tx.commit().await?;
    // The second attempt at one click finds its own answer, and must still show it.
    let is_ours = step.is_some_and(|step| step.is_done && step.output == answer);
    if !is_first && !is_ours {
        return tell(scene, clicked, words::ANSWERED_ALREADY).await;
    }
    let (Some(channel), Some(ts)) = (&clicked.channel, &clicked.container.message_ts) else {
        return Ok(());
    };
    let question = clicked
        .message
        .as_ref()
        .and_then(|message| message["text"].as_str());
    let message = NewMessage {
        text: words::answered(question.unwrap_or_default(), user, yes),
        ..NewMessage::default()
    };
    scene
        .workspace
        .slack
        .update_message(channel, ts, &message, PATIENT)
        .await?;
    Ok(())
}

async fn tell(scene: &Scene<'_>, clicked: &BlockActions, said: &str) -> Surfaced {
    let Some(channel) = &clicked.channel else {
        scene.page.say(said);
        return Ok(());
    };
    let to = Whisper::Thread {
        channel,
        thread: clicked
            .container
            .thread_ts
            .as_ref()
            .or(clicked.container.message_ts.as_ref()),
        user: &clicked.source.user,
    };
    scene.whisper(to, said, Vec::new()).await
}
