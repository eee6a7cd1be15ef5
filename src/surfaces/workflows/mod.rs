//! Workflows in Slack: who may see and change which, and what their buttons do. Their list is
//! `listing`, the window in which one is written is `window`, what one is started with is `input`,
//! and what can be done about a run is `runs`.

pub mod help;
pub mod input;
mod listing;
mod own;
mod picture;
mod runs;
mod shown;
pub mod window;
mod words;

pub use listing::{list, show};
pub use own::own;
pub use runs::of_run;
pub use words::{LIST, USAGE};

use super::call::Call;
use super::scene::{Scene, Surfaced, Whisper};
use crate::automation::rule::Rule;
use crate::automation::workflow::{self as definitions, given};
use crate::base::ids::{UserId, WorkflowId};
use crate::jobs;
use crate::jobs::people::is_in;
use crate::slack::blocks::workflows::run_row;
use crate::slack::blocks::{raw, sentence};
use crate::slack::ids;
use crate::slack::inbound::{Action, BlockActions};
use crate::slack::mrkdwn::unescape;
use crate::slack::text;
use crate::store::people::Person;
use crate::store::workflows::{self, NewRun, Run, Workflow};
use serde_json::{Value, json};

const RUNS: usize = 10;
/// Runs of one workflow, of which those that were left out are told together.
const LOOKED_THROUGH: i64 = 100;

/// When it starts, if a time starts it.
fn rule_of(workflow: &Workflow) -> Option<Rule> {
    read_rule(workflow.rule.as_ref())
}

fn read_rule(stored: Option<&Value>) -> Option<Rule> {
    stored.and_then(|rule| serde_json::from_value(rule.clone()).ok())
}

/// Whoever made it, or an administrator.
fn may_change(person: &Person, user: &UserId, workflow: &Workflow) -> bool {
    !person.is_restricted && (workflow.owner == *user || person.is_admin)
}

/// Those who may change it, and the members of the channel where it reports.
async fn may_see(scene: &Scene<'_>, user: &UserId, person: &Person, workflow: &Workflow) -> bool {
    if may_change(person, user, workflow) {
        return true;
    }
    match &workflow.channel {
        // A channel that cannot be looked into any more shows nobody anything.
        Some(channel) if !person.is_restricted => is_in(&scene.workspace, channel, user)
            .await
            .unwrap_or(false),
        _ => false,
    }
}

pub async fn clicked(scene: &Scene<'_>, clicked: &BlockActions, action: &Action) -> Surfaced {
    let user = &clicked.source.user;
    let meaning = ids::meaning(&action.action_id);
    if meaning == ids::WORKFLOW_NEW {
        return window::fresh(scene, clicked).await;
    }
    if meaning == ids::WORKFLOW_TEMPLATE {
        let slug = action.chosen().unwrap_or_default();
        return window::from_template(scene, clicked, slug).await;
    }
    if meaning == ids::WORKFLOWS_MORE {
        return listing::more(scene, clicked, action.chosen().unwrap_or_default()).await;
    }
    let id: Option<WorkflowId> = action.chosen().and_then(|id| id.parse().ok());
    let mut tx = scene.tx().await?;
    let found = match id {
        Some(id) => workflows::get(&mut tx, id).await?,
        None => None,
    };
    drop(tx);
    let person = scene.person(user).await?;
    let workflow = match found {
        Some(workflow) if may_see(scene, user, &person, &workflow).await => workflow,
        _ => return tell(scene, clicked, words::GONE).await,
    };
    match meaning {
        ids::WORKFLOW_HISTORY => return history(scene, clicked, &workflow).await,
        ids::WORKFLOW_PICTURE => return picture::post(scene, clicked, &workflow).await,
        _ => {}
    }
    if !may_change(&person, user, &workflow) {
        return tell(scene, clicked, &words::not_yours(&workflow)).await;
    }
    match meaning {
        ids::WORKFLOW_RUN => begin(scene, clicked, &workflow, false).await,
        ids::WORKFLOW_DRY => begin(scene, clicked, &workflow, true).await,
        ids::WORKFLOW_PAUSE => {
            let mut tx = scene.tx().await?;
            workflows::pause(&mut tx, workflow.id).await?;
            tx.commit().await?;
            tell(scene, clicked, &words::paused(&workflow)).await
        }
        ids::WORKFLOW_RESUME => resume(scene, clicked, &workflow).await,
        ids::WORKFLOW_EDIT => window::edit(scene, clicked, &workflow).await,
        ids::WORKFLOW_DELETE => {
            let mut tx = scene.tx().await?;
            jobs::workflows::delete(&mut tx, workflow.id, person.id).await?;
            tx.commit().await?;
            tell(scene, clicked, &words::deleted(&workflow)).await
        }
        _ => Ok(()),
    }
}

/// Starts it, or asks first what it shall work with.
async fn begin(
    scene: &Scene<'_>,
    clicked: &BlockActions,
    workflow: &Workflow,
    is_dry: bool,
) -> Surfaced {
    if input::is_needed(workflow) {
        return match input::ask(scene, &clicked.source, workflow, is_dry).await? {
            true => Ok(()),
            false => tell(scene, clicked, text::MODAL_TOO_LATE).await,
        };
    }
    start(scene, workflow, &json!({}), is_dry).await?;
    tell(scene, clicked, &words::on_it(workflow, is_dry)).await
}

/// The click or command that this delivery is starts one run, however often it is delivered.
async fn start(scene: &Scene<'_>, workflow: &Workflow, input: &Value, is_dry: bool) -> Surfaced {
    let cause = format!("click:{}", scene.event_key);
    let new = NewRun {
        workflow: workflow.id,
        cause: &cause,
        trigger_kind: "hand",
        input,
        is_dry,
        parent: None,
    };
    let mut tx = scene.tx().await?;
    workflows::start(&mut tx, &new).await?;
    Ok(tx.commit().await?)
}

/// `/penny workflow run stale-deals`, with what it shall work with behind that.
pub async fn run_named(scene: &Scene<'_>, call: &Call<'_>, typed: &str, is_dry: bool) -> Surfaced {
    let user = call.user();
    let person = scene.person(user).await?;
    if person.is_restricted {
        return call.answer(scene, text::GUESTS_CANNOT, Vec::new()).await;
    }
    let (name, rest) = given::split(typed);
    let Some(name) = definitions::name(name) else {
        return call.answer(scene, USAGE, Vec::new()).await;
    };
    let mut tx = scene.tx().await?;
    let found = workflows::named(&mut tx, &scene.workspace.id, &name).await?;
    drop(tx);
    let workflow = match found {
        Some(workflow) if may_see(scene, user, &person, &workflow).await => workflow,
        _ => return call.answer(scene, &words::no_such(&name), Vec::new()).await,
    };
    if !may_change(&person, user, &workflow) {
        let said = words::not_yours(&workflow);
        return call.answer(scene, &said, Vec::new()).await;
    }
    if rest.is_empty()
        && input::is_needed(&workflow)
        && input::ask(scene, call.source, &workflow, is_dry).await?
    {
        return Ok(());
    }
    // In commands Slack escapes what could be markup.
    let said = match input::typed(&workflow, &unescape(rest)) {
        Ok(input) => {
            start(scene, &workflow, &input, is_dry).await?;
            words::on_it(&workflow, is_dry)
        }
        Err(why) => why,
    };
    call.answer(scene, &said, Vec::new()).await
}

async fn resume(scene: &Scene<'_>, clicked: &BlockActions, workflow: &Workflow) -> Surfaced {
    let next = rule_of(workflow).and_then(|rule| rule.next(scene.services.clock.now()));
    if workflow.rule.is_some() && next.is_none() {
        return tell(scene, clicked, words::OVER).await;
    }
    let mut tx = scene.tx().await?;
    workflows::resume(&mut tx, workflow.id, next).await?;
    tx.commit().await?;
    tell(scene, clicked, &words::resumed(workflow, next)).await
}

/// The latest runs with their steps, the way to their threads, and a window for each.
async fn history(scene: &Scene<'_>, clicked: &BlockActions, workflow: &Workflow) -> Surfaced {
    let user = &clicked.source.user;
    let person = scene.person(user).await?;
    let mut tx = scene.tx().await?;
    let runs = workflows::history(&mut tx, workflow.id, LOOKED_THROUGH).await?;
    drop(tx);
    let heading = words::history_of(workflow);
    let mut lines = vec![heading.clone()];
    let mut blocks = vec![sentence(&heading)];
    // Of times that were left out one after the other the last one stands for all.
    let together = runs.chunk_by(|one, other| one.is_left_out() && other.is_left_out());
    for same in together.take(RUNS) {
        let [run, before @ ..] = same else { continue };
        let mut tx = scene.tx().await?;
        let steps = workflows::steps_of(&mut tx, run.id).await?;
        drop(tx);
        let link = link_of(scene, run).await;
        let line = words::run_line(run, &steps, link.as_deref(), before.len());
        let may_see = shown::may_see(scene, user, &person, workflow, run).await;
        blocks.push(run_row(&line, &run.id.to_string(), may_see));
        lines.push(line);
    }
    let said = lines.join("\n");
    match Whisper::to(clicked) {
        Some(to) => scene.whisper(to, &said, raw(blocks)).await,
        None => {
            scene.page.say(said);
            Ok(())
        }
    }
}

/// The way to a run's thread.
async fn link_of(scene: &Scene<'_>, run: &Run) -> Option<String> {
    let (channel, root) = run.channel.as_ref().zip(run.thread.as_ref())?;
    scene.workspace.slack.permalink(channel, root).await.ok()
}

/// Says what a button did where the button was.
async fn tell(scene: &Scene<'_>, clicked: &BlockActions, said: &str) -> Surfaced {
    let user = &clicked.source.user;
    match Whisper::in_place(clicked) {
        Some(to) => show(scene, to, user, said).await,
        None => {
            scene.page.say(said);
            Ok(())
        }
    }
}
