//! Making a schedule: what was understood is checked against who may post where, stored, and
//! shown with its next runs.

use super::words;
use crate::automation::rule::{Asked, zone_or_utc};
use crate::automation::spoken::{self, Place, Spoken};
use crate::base::ids::{ChannelId, UserId};
use crate::jobs::schedules::as_stored;
use crate::slack::blocks::{offer, raw};
use crate::slack::{ids, text};
use crate::store::schedules::{self, CatchUp, Plan, Terms};
use crate::surfaces::call::Call;
use crate::surfaces::posting::may_post;
use crate::surfaces::scene::{Scene, Surfaced};

/// `/penny schedule every weekday at 9 in #sales: what changed since yesterday`
pub async fn typed(scene: &Scene<'_>, call: &Call<'_>) -> Surfaced {
    let user = call.user();
    let person = scene.person(user).await?;
    if person.is_restricted {
        return call.answer(scene, text::GUESTS_CANNOT, Vec::new()).await;
    }
    let asked = Asked {
        at: scene.services.clock.now(),
        zone: zone_or_utc(Some(&person.time_zone)),
    };
    let spoken = match spoken::read(call.words, asked) {
        Ok(spoken) => spoken,
        Err(unclear) => {
            return call
                .answer(scene, &words::unclear(&unclear), Vec::new())
                .await;
        }
    };
    let channel = match channel_of(&spoken.place, call.channel) {
        Some(channel) => match may_post(&scene.workspace, &channel, user).await? {
            None => Some(channel),
            Some(objection) => return call.answer(scene, objection, Vec::new()).await,
        },
        None => None,
    };
    let said = create(scene, user, asked, spoken, channel).await?;
    let blocks = offer(&said, words::SEE_ALL, ids::SCHEDULES_LIST, "");
    call.answer(scene, &said, raw(blocks)).await
}

/// Where the runs answer; none for a direct message.
fn channel_of(place: &Place, here: &ChannelId) -> Option<ChannelId> {
    let channel = match place {
        Place::Direct => return None,
        Place::Channel(channel) => channel,
        Place::Here => here,
    };
    // Whoever types it in a direct conversation means themselves.
    (!channel.as_str().starts_with('D')).then(|| channel.clone())
}

async fn create(
    scene: &Scene<'_>,
    user: &UserId,
    asked: Asked,
    spoken: Spoken,
    channel: Option<ChannelId>,
) -> Surfaced<String> {
    let plan = Plan {
        channel,
        question: spoken.question,
        said: spoken.said,
        rule: as_stored(&spoken.rule)?,
        catch_up: CatchUp::default(),
        terms: Terms::default(),
        next_run_at: spoken.rule.next(asked.at).unwrap_or(asked.at),
    };
    let mut tx = scene.tx().await?;
    // The same delivery makes the same one again.
    schedules::create(&mut tx, scene.event_key, &scene.workspace.id, user, &plan).await?;
    tx.commit().await?;
    Ok(words::made(&plan, &spoken.rule, asked.at))
}

/// A time as somebody types it: what is understood of it so far.
pub fn preview(typed: &str, asked: Asked) -> String {
    match spoken::when(typed, asked) {
        Ok(rule) => words::understood(&rule, asked.at),
        Err(_) if typed.trim().is_empty() => words::EXAMPLES.to_owned(),
        Err(unclear) => words::unclear(&unclear),
    }
}
