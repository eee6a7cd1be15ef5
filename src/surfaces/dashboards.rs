//! Dashboards in Slack: a link of one's own for whoever asks, ending it, and sharing a picture
//! with what a channel may see.

use super::artifacts::{meant, tell, viewer};
use super::posting::{Objection, objection_to_posting};
use super::scene::{Scene, Surfaced, Whisper};
use crate::base::ids::{ArtifactId, ChannelId};
use crate::base::viewer::{Audience, Viewer};
use crate::jobs::dashboards::address;
use crate::reports::{MakeError, Recipe, dashboard};
use crate::slack::blocks::dashboard::{link, share_window};
use crate::slack::blocks::raw;
use crate::slack::ids::FIELD;
use crate::slack::inbound::{BlockActions, View, ViewSubmission};
use crate::slack::text;
use crate::store::artifacts::{self, Content};
use crate::store::dashboards;

/// A link for the one who clicked: nobody else's eyes are behind it.
pub async fn open(scene: &Scene<'_>, clicked: &BlockActions, value: &str) -> Surfaced {
    let Some((kept, viewer)) = meant(scene, clicked, value).await? else {
        return tell(scene, clicked, text::NO_SUCH_ARTIFACT).await;
    };
    let services = scene.services;
    let Some(base) = &services.public_url else {
        return tell(scene, clicked, text::NO_ADDRESS_FOR_DASHBOARDS).await;
    };
    let mut tx = scene.tx().await?;
    let made = dashboards::hand_out(&mut tx, kept.id, viewer.person).await?;
    tx.commit().await?;
    let Some((id, ends)) = made else {
        return tell(scene, clicked, text::NO_SUCH_ARTIFACT).await;
    };
    let url = address(base, &services.sealer, id)?;
    let said = text::dashboard_link(&kept.title, ends);
    let blocks = raw(link(&said, &url, kept.id));
    match Whisper::to(clicked) {
        Some(to) => scene.whisper(to, &said, blocks).await,
        None => tell(scene, clicked, &said).await,
    }
}

/// Ends all links of the one who clicked to this dashboard.
pub async fn end_links(scene: &Scene<'_>, clicked: &BlockActions, value: &str) -> Surfaced {
    let Ok(id) = value.parse::<ArtifactId>() else {
        return tell(scene, clicked, text::NO_SUCH_ARTIFACT).await;
    };
    // Also of one that they may no longer see.
    let person = scene.person(&clicked.source.user).await?;
    let mut tx = scene.tx().await?;
    let ended = dashboards::revoke(&mut tx, id, person.id).await?;
    let title = artifacts::title(&mut tx, id).await?;
    tx.commit().await?;
    match title {
        Some(title) => tell(scene, clicked, &text::links_ended(&title, ended)).await,
        None => tell(scene, clicked, text::NO_SUCH_ARTIFACT).await,
    }
}

/// Asks for the channel.
pub async fn share(scene: &Scene<'_>, clicked: &BlockActions, value: &str) -> Surfaced {
    let Some((kept, _)) = meant(scene, clicked, value).await? else {
        return tell(scene, clicked, text::NO_SUCH_ARTIFACT).await;
    };
    let here = clicked.channel.as_ref();
    let here = here.filter(|channel| channel.as_str().starts_with(['C', 'G']));
    let window = share_window(kept.id, here);
    scene.open_modal_or_tell(&clicked.source, &window).await
}

/// The picture is made with the eyes of the channel that it goes to.
pub async fn shared(scene: &Scene<'_>, submitted: &ViewSubmission) -> Surfaced {
    let user = &submitted.source.user;
    let view = &submitted.view;
    let (Ok(id), Some(channel)) = (view.private_metadata.parse::<ArtifactId>(), chosen(view))
    else {
        return Ok(());
    };
    let person = scene.person(user).await?;
    if person.is_restricted {
        return scene.tell_directly(user, text::GUESTS_CANNOT).await;
    }
    match objection_to_posting(&scene.workspace, &channel, user).await? {
        Some(Objection::PennyNotThere) => {
            return scene.tell_directly(user, text::SHARE_PENNY_NOT_THERE).await;
        }
        Some(Objection::YouAreNotThere) => {
            return scene
                .tell_directly(user, text::SHARE_YOU_ARE_NOT_THERE)
                .await;
        }
        None => {}
    }
    // Whatever they may see somewhere, they may want to share.
    let own = Viewer {
        org: scene.workspace.org,
        person: person.id,
        audience: Audience::Private,
        external_present: person.is_restricted,
    };
    let mut tx = scene.tx().await?;
    let kept = artifacts::find(&mut tx, &own, id).await?;
    drop(tx);
    let recipe = kept
        .as_ref()
        .and_then(|kept| serde_json::from_value::<Recipe>(kept.recipe.clone()).ok());
    let (Some(kept), Some(recipe @ Recipe::Dashboard { .. })) = (kept, recipe) else {
        return scene.tell_directly(user, text::NO_SUCH_ARTIFACT).await;
    };
    let eyes = viewer(scene, user, &channel).await?;
    let made = match scene.services.maker.make(&recipe, &eyes, None).await {
        Ok(made) => made,
        Err(error) => return not_made(scene, submitted, &kept.title, error).await,
    };
    let mut tx = scene.tx().await?;
    let of = (kept.id, scene.event_key);
    artifacts::keep_copy(&mut tx, &eyes, of, &Content::from(made)).await?;
    tx.commit().await?;
    let said = text::sharing(&kept.title, channel.as_str());
    scene.tell_directly(user, &said).await
}

async fn not_made(
    scene: &Scene<'_>,
    submitted: &ViewSubmission,
    title: &str,
    error: MakeError,
) -> Surfaced {
    match dashboard::or_away(error) {
        Ok(why) => {
            let said = text::not_shared(title, &why);
            scene.tell_directly(&submitted.source.user, &said).await
        }
        Err(away) => Err(away.into()),
    }
}

fn chosen(view: &View) -> Option<ChannelId> {
    let element = view.element(FIELD, FIELD)?;
    element
        .get("selected_conversation")?
        .as_str()
        .map(ChannelId::from)
}
