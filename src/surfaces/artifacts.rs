//! Charts, reports and exports outside a conversation: the list of them, and the buttons that
//! make one again or delete it. Each is shown only to those it was made for.

use super::scene::{Scene, Surfaced, Whisper};
use crate::agent::tools::Eyes;
use crate::base::ids::{ArtifactId, ChannelId, UserId};
use crate::base::viewer::Viewer;
use crate::jobs::eyes::TurnEyes;
use crate::reports::{MakeError, Recipe, Since};
use crate::slack::blocks::artifact::{Entry, list};
use crate::slack::blocks::raw;
use crate::slack::inbound::BlockActions;
use crate::slack::text;
use crate::store::StoreError;
use crate::store::artifacts::{self, Content, Kept};
use crate::store::sandbox::QueryError;

const LISTED: usize = 12;

/// The newest that may be seen where the command was typed.
pub async fn show(
    scene: &Scene<'_>,
    to: Whisper<'_>,
    user: &UserId,
    channel: &ChannelId,
    words: &str,
) -> Surfaced {
    let viewer = viewer(scene, user, channel).await?;
    let person = scene.person(user).await?;
    let words: Vec<String> = words.split_whitespace().map(str::to_owned).collect();
    let mut tx = scene.tx().await?;
    // One more tells whether there are more.
    let mut found = artifacts::seen_by(&mut tx, &viewer, &words, LISTED as i64 + 1).await?;
    drop(tx);
    let has_more = found.len() > LISTED;
    found.truncate(LISTED);
    if found.is_empty() {
        let said = match words.is_empty() {
            true => text::NO_ARTIFACTS.to_owned(),
            false => text::no_artifacts_about(&words.join(" ")),
        };
        return scene.whisper(to, &said, Vec::new()).await;
    }
    let entries: Vec<Entry<'_>> = found
        .iter()
        .map(|found| Entry {
            id: found.id,
            is_dashboard: found.kind == artifacts::DASHBOARD,
            kind: &found.kind,
            title: &found.title,
            versions: found.versions,
            made_at: found.made_at,
            channel: &found.channel,
            thread: found.thread.as_ref(),
            may_delete: person.is_admin || found.made_by == person.id,
        })
        .collect();
    scene
        .whisper(to, text::REPORTS, raw(list(&entries, has_more)))
        .await
}

/// “Run again”: a new version with what the one who clicked may see.
pub async fn again(scene: &Scene<'_>, clicked: &BlockActions, value: &str) -> Surfaced {
    let Some((kept, _)) = meant(scene, clicked, value).await? else {
        return tell(scene, clicked, text::NO_SUCH_ARTIFACT).await;
    };
    let Ok(recipe) = serde_json::from_value::<Recipe>(kept.recipe) else {
        return tell(scene, clicked, text::NO_SUCH_ARTIFACT).await;
    };
    // It goes to its own thread, so it is made for those who read there.
    let viewer = viewer(scene, &clicked.source.user, &kept.channel).await?;
    let mut tx = scene.tx().await?;
    let past = artifacts::newest(&mut tx, kept.id).await?;
    drop(tx);
    let since = past.and_then(|past| Since::of(past, &viewer));
    let made = scene.services.maker.make(&recipe, &viewer, since.as_ref());
    let made = match made.await {
        Ok(made) => made,
        Err(MakeError::Query(QueryError::Store(error))) => return Err(error.into()),
        Err(error) => {
            let sentence = text::not_made_again(&kept.title, &error.to_string());
            return tell(scene, clicked, &sentence).await;
        }
    };
    let mut tx = scene.tx().await?;
    artifacts::add_version(&mut tx, kept.id, &viewer, &Content::from(made)).await?;
    tx.commit().await?;
    tell(scene, clicked, &text::making_again(&kept.title)).await
}

pub async fn delete(scene: &Scene<'_>, clicked: &BlockActions, value: &str) -> Surfaced {
    let Some((kept, viewer)) = meant(scene, clicked, value).await? else {
        return tell(scene, clicked, text::NO_SUCH_ARTIFACT).await;
    };
    let person = scene.person(&clicked.source.user).await?;
    if kept.made_by != viewer.person && !person.is_admin {
        return tell(scene, clicked, text::ONLY_ITS_MAKER_DELETES).await;
    }
    let mut tx = scene.tx().await?;
    artifacts::delete(&mut tx, kept.id).await?;
    tx.commit().await?;
    tell(scene, clicked, &text::artifact_deleted(&kept.title)).await
}

/// What a button means, if whoever pressed it may see it where they pressed it.
pub(super) async fn meant(
    scene: &Scene<'_>,
    clicked: &BlockActions,
    value: &str,
) -> Surfaced<Option<(Kept, Viewer)>> {
    let (Ok(id), Some(channel)) = (value.parse::<ArtifactId>(), &clicked.channel) else {
        return Ok(None);
    };
    let viewer = viewer(scene, &clicked.source.user, channel).await?;
    let mut tx = scene.tx().await?;
    let kept = artifacts::find(&mut tx, &viewer, id).await?;
    Ok(kept.map(|kept| (kept, viewer)))
}

pub(super) async fn viewer(
    scene: &Scene<'_>,
    user: &UserId,
    channel: &ChannelId,
) -> Surfaced<Viewer> {
    let eyes = TurnEyes {
        db: &scene.services.db,
        directory: &scene.services.directory,
        workspace: &scene.workspace,
        channel,
        asker: user,
    };
    let viewer = eyes.viewer().await;
    Ok(viewer.map_err(|error| StoreError::Corrupt(error.to_string()))?)
}

pub(super) async fn tell(scene: &Scene<'_>, clicked: &BlockActions, sentence: &str) -> Surfaced {
    let Some(channel) = &clicked.channel else {
        return scene.tell_directly(&clicked.source.user, sentence).await;
    };
    let message = clicked.message.as_ref();
    let thread = message.and_then(|message| message["thread_ts"].as_str());
    let thread = thread.map(Into::into);
    let to = Whisper::Thread {
        channel,
        thread: thread.as_ref(),
        user: &clicked.source.user,
    };
    scene.whisper(to, sentence, Vec::new()).await
}
