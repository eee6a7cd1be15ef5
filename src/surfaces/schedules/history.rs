//! The latest runs of a schedule, each with its outcome, its cost and the way to its thread.

use super::words;
use crate::slack::blocks::{raw, sentence};
use crate::slack::inbound::BlockActions;
use crate::store::schedules::{self, Schedule};
use crate::surfaces::scene::{Scene, Surfaced, Whisper};

const RUNS: i64 = 10;

pub async fn show(scene: &Scene<'_>, clicked: &BlockActions, schedule: &Schedule) -> Surfaced {
    let mut tx = scene.tx().await?;
    let runs = schedules::history(&mut tx, schedule.id, RUNS).await?;
    drop(tx);
    let mut lines = vec![words::history_of(schedule)];
    for run in &runs {
        let link = match (&run.channel, &run.root) {
            (Some(channel), Some(root)) => {
                scene.workspace.slack.permalink(channel, root).await.ok()
            }
            _ => None,
        };
        lines.push(words::run_line(run, link.as_deref()));
    }
    let said = lines.join("\n");
    match Whisper::to(clicked) {
        Some(to) => scene.whisper(to, &said, raw(vec![sentence(&said)])).await,
        None => {
            scene.page.say(said);
            Ok(())
        }
    }
}
