//! Disconnecting a system: the key is forgotten, what was read stays.

use super::{connection_of, may_manage, tell, words};
use crate::connectors::connections::ConnectionError;
use crate::connectors::{Connector, Manifest, registry};
use crate::slack::blocks::raw;
use crate::slack::blocks::systems::disconnect_question;
use crate::slack::inbound::BlockActions;
use crate::slack::text;
use crate::store::people::Person;
use crate::surfaces::call::Call;
use crate::surfaces::scene::{Scene, Surfaced};

/// Asks first: a word is typed more easily than a button is pressed.
pub async fn asked(
    scene: &Scene<'_>,
    call: &Call<'_>,
    connector: &'static dyn Connector,
) -> Surfaced {
    let manifest = connector.manifest();
    let person = scene.person(call.user()).await?;
    if let Some(refusal) = refusal(scene, &person, manifest).await? {
        return call.answer(scene, &refusal, Vec::new()).await;
    }
    let sentence = words::disconnect_question(manifest.name);
    let blocks = raw(disconnect_question(&sentence, manifest.slug));
    call.answer(scene, &sentence, blocks).await
}

pub async fn clicked(scene: &Scene<'_>, clicked: &BlockActions, slug: &str) -> Surfaced {
    let Some(connector) = registry::find(slug) else {
        return Ok(());
    };
    let manifest = connector.manifest();
    let person = scene.person(&clicked.source.user).await?;
    if let Some(refusal) = refusal(scene, &person, manifest).await? {
        return tell(scene, clicked, &person, refusal).await;
    }
    let (connections, owner) = (&scene.services.connections, manifest.owner(person.id));
    let parting = connections.disconnect(scene.workspace.org, connector, owner);
    let sentence = match parting.await {
        Ok(parting) => words::disconnected(manifest.name, parting),
        Err(ConnectionError::Store(error)) => return Err(error.into()),
        Err(error) => words::broken_answer(error),
    };
    tell(scene, clicked, &person, sentence).await
}

async fn refusal(
    scene: &Scene<'_>,
    person: &Person,
    manifest: &Manifest,
) -> Surfaced<Option<String>> {
    if person.is_restricted {
        return Ok(Some(text::GUESTS_CANNOT.to_owned()));
    }
    let connection = connection_of(scene, person.id, manifest).await?;
    let Some(connection) = connection.filter(|it| it.is_open) else {
        return Ok(Some(words::not_connected(manifest.name)));
    };
    let may = may_manage(person, manifest.reach, Some(&connection));
    Ok((!may).then(|| words::only_admins_disconnect(manifest.name)))
}
