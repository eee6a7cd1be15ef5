//! Having a system read now rather than within the hour.

use super::{is_read, tell, words};
use crate::base::ids::{RunId, UserId};
use crate::connectors::{Connector, Manifest, registry};
use crate::jobs::show_sync;
use crate::slack::inbound::BlockActions;
use crate::slack::text;
use crate::store::people::Person;
use crate::surfaces::call::Call;
use crate::surfaces::scene::{Scene, Surfaced};

pub async fn asked(
    scene: &Scene<'_>,
    call: &Call<'_>,
    connector: &'static dyn Connector,
) -> Surfaced {
    let person = scene.person(call.user()).await?;
    let sentence = begin(scene, call.user(), &person, connector.manifest()).await?;
    call.answer(scene, &sentence, Vec::new()).await
}

pub async fn clicked(scene: &Scene<'_>, clicked: &BlockActions, slug: &str) -> Surfaced {
    let Some(connector) = registry::find(slug) else {
        return Ok(());
    };
    let person = scene.person(&clicked.source.user).await?;
    let user = &clicked.source.user;
    let sentence = begin(scene, user, &person, connector.manifest()).await?;
    tell(scene, clicked, &person, sentence).await
}

async fn begin(
    scene: &Scene<'_>,
    user: &UserId,
    person: &Person,
    manifest: &Manifest,
) -> Surfaced<String> {
    if person.is_restricted {
        return Ok(text::GUESTS_CANNOT.to_owned());
    }
    if !is_read(manifest) {
        return Ok(words::nothing_to_read(manifest.name));
    }
    let connections = &scene.services.connections;
    let found = connections
        .read_now(scene.workspace.org, person.id, manifest.slug)
        .await?;
    let Some(run) = found else {
        return Ok(words::not_connected(manifest.name));
    };
    follow(scene, user, run).await?;
    Ok(words::reading(manifest.name))
}

/// Tells in the direct conversation how a run gets on.
pub async fn follow(scene: &Scene<'_>, user: &UserId, run: RunId) -> Surfaced {
    let key = format!("sync:{}", scene.inbox_id);
    Ok(show_sync::follow(scene.services, &scene.workspace, user, run, &key).await?)
}
