//! Addresses for systems that speak by themselves: `/penny connect webhook stripe` makes one, and
//! shows it with its secret once, to whoever asked.

use super::{connecting, meant, words};
use crate::connectors::Connector;
use crate::connectors::deliveries::{AddressError, Listen};
use crate::surfaces::call::Call;
use crate::surfaces::scene::{Scene, SurfaceError, Surfaced};

const LONGEST: usize = 40;

/// The system and the name, if it is a system of which each connection has an address.
pub fn named(words: &str) -> Option<(&'static dyn Connector, &str)> {
    let (system, label) = words.split_once(char::is_whitespace)?;
    let connector = meant(system, "connect").ok()?;
    let listen = connector.manifest().listen;
    let is_one = listen.is_some_and(Listen::has_own_address);
    is_one.then_some((connector, label.trim()))
}

pub async fn open(
    scene: &Scene<'_>,
    call: &Call<'_>,
    connector: &'static dyn Connector,
    label: &str,
) -> Surfaced {
    let manifest = connector.manifest();
    let person = scene.person(call.user()).await?;
    if let Some(refusal) = connecting::refusal(scene, &person, manifest).await? {
        return call.answer(scene, &refusal, Vec::new()).await;
    }
    if !is_name(label) {
        return call
            .answer(scene, words::NAME_OF_AN_ADDRESS, Vec::new())
            .await;
    }
    let Some(base) = &scene.services.public_url else {
        return call
            .answer(scene, words::NO_PUBLIC_ADDRESS, Vec::new())
            .await;
    };
    let connections = &scene.services.connections;
    let org = scene.workspace.org;
    let opened = connections
        .open_address(org, person.id, connector, label)
        .await
        .map_err(|error| match error {
            AddressError::Store(error) => SurfaceError::from(error),
            AddressError::Seal(error) => error.into(),
        })?;
    tracing::info!(system.slug = manifest.slug, "an address was opened");
    let base = base.as_str().trim_end_matches('/');
    let address = format!(
        "{base}/webhooks/{}/{}",
        manifest.slug,
        opened.address.expose()
    );
    let sentence = words::address_opened(label, &address, opened.secret.expose());
    call.answer(scene, &sentence, Vec::new()).await
}

fn is_name(label: &str) -> bool {
    let is_plain = |it: char| it.is_alphanumeric() || matches!(it, ' ' | '.' | '-' | '_');
    label.chars().all(is_plain) && (1..=LONGEST).contains(&label.chars().count())
}
