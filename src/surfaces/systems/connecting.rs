//! Connecting a system: the window for its key, and what came of the key that was typed.

use super::{connection_of, may_manage, reading, words};
use crate::base::secret::Secret;
use crate::connectors::connections::{ConnectionError, Opened};
use crate::connectors::{Connector, ConnectorError, Manifest, registry};
use crate::net::json_api::ApiError;
use crate::slack::blocks::connect::{KeyForm, key_form, said};
use crate::slack::client::{NewMessage, SlackError};
use crate::slack::inbound::{BlockActions, Source, ViewSubmission};
use crate::slack::text;
use crate::store::StoreError;
use crate::store::inbox;
use crate::store::people::Person;
use crate::surfaces::ask;
use crate::surfaces::scene::{Scene, SurfaceError, Surfaced, Whisper};
use crate::surfaces::typed_key;
use serde_json::Value;

/// Offers this person the way to connect a system, or says why not.
pub async fn offer(
    scene: &Scene<'_>,
    source: &Source,
    to: Whisper<'_>,
    connector: &'static dyn Connector,
) -> Surfaced {
    let manifest = connector.manifest();
    let person = scene.person(&source.user).await?;
    if let Some(refusal) = refusal(scene, &person, manifest).await? {
        return scene.whisper(to, &refusal, Vec::new()).await;
    }
    let Some(window) = form(manifest, None) else {
        let sentence = words::cannot_be_connected(manifest.name);
        return scene.whisper(to, &sentence, Vec::new()).await;
    };
    match scene.open_modal(source, &window).await? {
        true => Ok(()),
        false => scene.whisper(to, text::MODAL_TOO_LATE, Vec::new()).await,
    }
}

/// Connect or Reconnect, wherever it was.
pub async fn clicked(scene: &Scene<'_>, clicked: &BlockActions, slug: &str) -> Surfaced {
    let Some(connector) = registry::find(slug) else {
        return Ok(());
    };
    let direct;
    let to = match &clicked.source.response_url {
        Some(url) => Whisper::Address {
            url,
            replacing: false,
        },
        None => {
            direct = ask::direct(scene, &clicked.source.user).await?;
            Whisper::Thread {
                channel: &direct,
                thread: None,
                user: &clicked.source.user,
            }
        }
    };
    offer(scene, &clicked.source, to, connector).await
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
    let may = may_manage(person, manifest.reach, connection.as_ref());
    Ok((!may).then(|| words::only_admins_connect(manifest)))
}

fn form(manifest: &Manifest, error: Option<&str>) -> Option<Value> {
    let key = manifest.key.as_ref()?;
    Some(key_form(&KeyForm {
        slug: manifest.slug,
        name: manifest.name,
        label: key.label,
        hint: key.hint,
        error,
    }))
}

/// The window came back with a key: it is tried, kept if it is good, and forgotten here.
pub async fn submitted(scene: &Scene<'_>, submitted: &ViewSubmission) -> Surfaced {
    let event_key = scene.event_key;
    let sealer = &scene.services.sealer;
    let key = typed_key::reveal(sealer, scene.workspace.org, event_key, submitted)?;
    if let (Some(connector), Some(key)) = (registry::find(&submitted.view.private_metadata), key) {
        try_key(scene, submitted, connector, key).await?;
    }
    let mut tx = scene.tx().await?;
    inbox::erase(&mut tx, event_key).await?;
    Ok(tx.commit().await?)
}

async fn try_key(
    scene: &Scene<'_>,
    submitted: &ViewSubmission,
    connector: &'static dyn Connector,
    key: Secret,
) -> Surfaced {
    let manifest = connector.manifest();
    let person = scene.person(&submitted.source.user).await?;
    // The window may have been open for long.
    if let Some(refusal) = refusal(scene, &person, manifest).await? {
        let view = said(manifest.name, &refusal);
        return answer(scene, submitted, &view, &refusal).await;
    }
    let org = scene.workspace.org;
    let connections = &scene.services.connections;
    match connections.connect(org, person.id, connector, key).await {
        Ok(opened) => connected(scene, submitted, manifest, &opened).await,
        Err(ConnectionError::Store(error @ StoreError::Away(_))) => Err(error.into()),
        Err(error) => {
            let sentence = words::wrong_key(manifest.name, &reason(&error));
            let view = form(manifest, Some(&sentence));
            let view = view.unwrap_or_else(|| said(manifest.name, &sentence));
            answer(scene, submitted, &view, &sentence).await
        }
    }
}

async fn connected(
    scene: &Scene<'_>,
    submitted: &ViewSubmission,
    manifest: &Manifest,
    opened: &Opened,
) -> Surfaced {
    tracing::info!(system = manifest.slug, "a system was connected");
    let sentence = words::connected(manifest.name, &opened.account.name);
    let view = said(manifest.name, &sentence);
    answer(scene, submitted, &view, &sentence).await?;
    reading::follow(scene, &submitted.source.user, opened.run).await
}

/// In the window, or in the direct conversation if it has been closed meanwhile.
async fn answer(
    scene: &Scene<'_>,
    submitted: &ViewSubmission,
    view: &Value,
    sentence: &str,
) -> Surfaced {
    let slack = &scene.workspace.slack;
    match slack.update_view(&submitted.view.id, view).await {
        Err(SlackError::Refused { code, .. }) if code.as_str() == "not_found" => {
            let direct = ask::direct(scene, &submitted.source.user).await?;
            let key = format!("connected:{}", scene.inbox_id);
            let message = NewMessage {
                text: sentence.to_owned(),
                ..NewMessage::default()
            };
            scene.post(&direct, &key, message).await.map(drop)
        }
        // It shows what it should, or the next click finds out.
        Err(SlackError::Ambiguous(_)) => Ok(()),
        shown => shown.map_err(SurfaceError::from),
    }
}

/// What to do about a key that did not work.
fn reason(error: &ConnectionError) -> String {
    let ConnectionError::Connector(ConnectorError::Api(error)) = error else {
        return words::broken_answer(error);
    };
    match error {
        ApiError::Unauthorized => words::KEY_REFUSED.to_owned(),
        ApiError::Forbidden(said) => words::key_too_weak(said),
        ApiError::Away(_) | ApiError::Limited(_) => words::SILENT.to_owned(),
        error => words::broken_answer(error),
    }
}
