//! Connecting a system: the window for its key, and what came of the key that was typed.

use super::{connection_of, is_read, may_manage, reading, words};
use crate::base::secret::Secret;
use crate::connectors::connections::{ConnectionError, Opened};
use crate::connectors::deliveries::Listen;
use crate::connectors::{Connector, ConnectorError, Manifest, registry};
use crate::jobs::await_nango::Invitation;
use crate::net::json_api::ApiError;
use crate::slack::blocks::connect::{KeyForm, consent, consent_window, key_form, said};
use crate::slack::blocks::raw;
use crate::slack::client::{NewMessage, SlackError};
use crate::slack::inbound::{BlockActions, Source, View, ViewSubmission};
use crate::slack::oauth::Nonce;
use crate::slack::text;
use crate::store::StoreError;
use crate::store::connect_links;
use crate::store::inbox;
use crate::store::people::Person;
use crate::surfaces::ask;
use crate::surfaces::scene::{Scene, SurfaceError, Surfaced, Whisper};
use crate::surfaces::typed_key;
use serde_json::Value;
use std::time::Duration;

/// How often, and after which pause, it is looked whether Slack has got the answer to a submission.
const LOOKS: usize = 10;
const LOOK_AFTER: Duration = Duration::from_millis(200);

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
    if manifest.listen.is_some_and(Listen::has_own_address) {
        let sentence = words::address_needs_a_name(manifest);
        return scene.whisper(to, &sentence, Vec::new()).await;
    }
    let way = way(scene, &person, manifest).await?;
    if let Way::Closed = way {
        let sentence = words::nango_is_silent(manifest.name);
        return scene.whisper(to, &sentence, Vec::new()).await;
    }
    if let Way::Link(link) = way {
        let blocks = consent(manifest.slug, manifest.name, &link, manifest.key.is_some());
        let sentence = text::consent_link(manifest.name);
        return match to {
            Whisper::Address { .. } => scene.whisper(to, &sentence, raw(blocks)).await,
            // Whoever looks at App Home does not see what is whispered elsewhere.
            Whisper::Thread { .. } => {
                let window = consent_window(manifest.name, blocks);
                show_window(scene, source, to, &window).await
            }
        };
    }
    match form(manifest, None) {
        Some(window) => show_window(scene, source, to, &window).await,
        None => {
            let sentence = words::cannot_be_connected(manifest.name);
            scene.whisper(to, &sentence, Vec::new()).await
        }
    }
}

/// The key after all, where there is consent as well.
pub async fn with_key(scene: &Scene<'_>, clicked: &BlockActions, slug: &str) -> Surfaced {
    let Some(connector) = registry::find(slug) else {
        return Ok(());
    };
    let manifest = connector.manifest();
    let person = scene.person(&clicked.source.user).await?;
    let refusal = refusal(scene, &person, manifest).await?;
    match form(manifest, None).filter(|_| refusal.is_none()) {
        Some(window) => scene.open_modal_or_tell(&clicked.source, &window).await,
        None => Ok(()),
    }
}

/// How somebody lets Penny in with their browser.
enum Way {
    Link(String),
    /// With a key alone.
    None,
    /// At Nango, which does not answer.
    Closed,
}

async fn way(scene: &Scene<'_>, person: &Person, manifest: &'static Manifest) -> Surfaced<Way> {
    let nango = scene.services.connections.nango();
    if let Some(nango) = nango.filter(|_| manifest.oauth.is_some()) {
        let now = scene.services.clock.now();
        let invitation = Invitation::new(manifest.slug, person.id, now);
        let session = invitation.session.to_string();
        match nango.invite(manifest, &session).await {
            Ok(link) => {
                let mut tx = scene.tx().await?;
                invitation.wait(&mut tx).await?;
                tx.commit().await?;
                return Ok(Way::Link(link));
            }
            // This system is not set up there, so it is connected without it.
            Err(ApiError::Refused { .. } | ApiError::NotFound) => {}
            Err(error) => {
                tracing::warn!(system.slug = manifest.slug, %error, "Nango gave no link");
                return Ok(Way::Closed);
            }
        }
    }
    let link = own_link(scene, person, manifest).await?;
    Ok(link.map_or(Way::None, Way::Link))
}

/// A private link to consent, where that is set up.
async fn own_link(
    scene: &Scene<'_>,
    person: &Person,
    manifest: &'static Manifest,
) -> Surfaced<Option<String>> {
    let services = scene.services;
    let is_set_up = services.connections.consent(manifest).is_some();
    let (Some(base), true) = (&services.public_url, is_set_up) else {
        return Ok(None);
    };
    let Ok(secret) = Nonce::fresh() else {
        return Ok(None);
    };
    let (slug, fingerprint) = (manifest.slug, secret.fingerprint());
    let mut tx = scene.tx().await?;
    connect_links::hand_out(&mut tx, &fingerprint, slug, person.id).await?;
    tx.commit().await?;
    let base = base.as_str().trim_end_matches('/');
    let secret = secret.expose();
    Ok(Some(format!("{base}/connect/{slug}?link={secret}")))
}

async fn show_window(
    scene: &Scene<'_>,
    source: &Source,
    to: Whisper<'_>,
    window: &Value,
) -> Surfaced {
    match scene.open_modal(source, window).await? {
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
    let to = match Whisper::to(clicked) {
        Some(to) => to,
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

pub(super) async fn refusal(
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
    tracing::info!(system.slug = manifest.slug, "a system was connected");
    let account = &opened.account.name;
    let is_read = is_read(manifest);
    let sentence = match is_read {
        true => words::connected(manifest.name, account),
        false => words::connected_to_act(manifest.name, account),
    };
    let view = said(manifest.name, &sentence);
    answer(scene, submitted, &view, &sentence).await?;
    if !is_read {
        return Ok(());
    }
    reading::follow(scene, &submitted.source.user, opened.run).await
}

/// In the window, or in the direct conversation if it has been closed meanwhile.
async fn answer(
    scene: &Scene<'_>,
    submitted: &ViewSubmission,
    view: &Value,
    sentence: &str,
) -> Surfaced {
    match show(scene, &submitted.view, view).await {
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

/// The endpoint's own answer to the submission, that the key is being tried, may reach Slack after
/// what came of it, and would stand in the window for ever. So the window is written until it is no
/// longer the one that was submitted or the one that was written here, and then once more.
async fn show(scene: &Scene<'_>, shown: &View, view: &Value) -> Result<(), SlackError> {
    let slack = &scene.workspace.slack;
    let mut hash = Some(shown.hash.clone());
    for _ in 0..LOOKS {
        let Some(known) = hash.filter(|hash| !hash.is_empty()) else {
            break;
        };
        hash = slack.update_unchanged_view(&shown.id, &known, view).await?;
        if hash.is_some() {
            scene.services.clock.sleep(LOOK_AFTER).await;
        }
    }
    slack.update_view(&shown.id, view).await
}

/// What to do about a key that did not work.
fn reason(error: &ConnectionError) -> String {
    let error = match error {
        ConnectionError::Connector(ConnectorError::Api(error)) => error,
        ConnectionError::Connector(ConnectorError::Key(said)) => return said.clone(),
        error => return words::broken_answer(error),
    };
    match error {
        ApiError::Unauthorized => words::KEY_REFUSED.to_owned(),
        ApiError::Forbidden(said) => words::key_too_weak(said),
        ApiError::Away(_) | ApiError::Limited(_) => words::SILENT.to_owned(),
        error => words::broken_answer(error),
    }
}
