//! One's own workflows in App Home: what runs or waits for somebody, and how the latest runs ended.

use super::{link_of, words};
use crate::base::ids::UserId;
use crate::slack::blocks::workflows::{RunLine, Runs};
use crate::store::workflows::{self, Run};
use crate::surfaces::scene::{Scene, Surfaced};

/// Of each kind; `/penny workflows` has them all.
const MOST: i64 = 5;

/// None for whoever has no workflow.
pub async fn own(scene: &Scene<'_>, user: &UserId) -> Surfaced<Option<Runs>> {
    let workspace = &scene.workspace.id;
    let mut tx = scene.tx().await?;
    if !workflows::has_any(&mut tx, workspace, user).await? {
        return Ok(None);
    }
    let open = workflows::of_owner(&mut tx, workspace, user, false, MOST).await?;
    let over = workflows::of_owner(&mut tx, workspace, user, true, MOST).await?;
    drop(tx);
    Ok(Some(Runs {
        open: lines(scene, &open).await?,
        over: lines(scene, &over).await?,
    }))
}

async fn lines(scene: &Scene<'_>, runs: &[Run]) -> Surfaced<Vec<RunLine>> {
    let mut lines = Vec::new();
    for run in runs {
        let mut tx = scene.tx().await?;
        let Some(workflow) = workflows::get(&mut tx, run.workflow).await? else {
            continue;
        };
        let steps = workflows::steps_of(&mut tx, run.id).await?;
        drop(tx);
        let link = link_of(scene, run).await;
        lines.push(RunLine {
            run: run.id.to_string(),
            line: words::own_run(&workflow, run, &steps, link.as_deref()),
        });
    }
    Ok(lines)
}
