//! “Stop” as a message of its own, beside the threads: it is meant for whatever Penny does there
//! for whoever said it.

use super::scene::{Scene, Surfaced};
use crate::base::ids::{ChannelId, Ts, UserId};
use crate::base::telemetry::TraceId;
use crate::slack::client::NewMessage;
use crate::slack::inbound::Stop;
use crate::slack::text;
use crate::store::inbox::{self, Delivery, Kind};
use crate::store::{conversations, listen};

pub async fn said(scene: &Scene<'_>, stop: &Stop) -> Surfaced {
    let (Some(said_in), Some(user)) = (&stop.said_in, &stop.user) else {
        return Ok(());
    };
    let mut tx = scene.tx().await?;
    let threads = conversations::open_for(&mut tx, &stop.channel, user).await?;
    drop(tx);
    let stops: Vec<Delivery> = threads
        .iter()
        .map(|thread| delivery(scene, &stop.channel, thread, said_in, user))
        .collect();
    let sentence = match stops.len() {
        0 => text::NOTHING_TO_STOP,
        1 => text::STOPPED_IN_ITS_THREAD,
        _ => text::STOPPED_IN_THEIR_THREADS,
    };
    if !stops.is_empty() {
        inbox::store(&scene.services.db, &stops).await?;
        scene.services.db.announce();
    }
    for thread in &threads {
        let key = format!("{} {}:{thread}", scene.workspace.org, stop.channel);
        listen::notify(&scene.services.db, listen::STOPS, &key).await?;
    }
    let message = NewMessage {
        thread: Some(said_in.clone()),
        text: sentence.to_owned(),
        ..NewMessage::default()
    };
    let key = format!("stop:{}", scene.event_key);
    scene.post(&stop.channel, &key, message).await?;
    Ok(())
}

/// As if it had been said in that thread.
fn delivery(
    scene: &Scene<'_>,
    channel: &ChannelId,
    thread: &Ts,
    said_in: &Ts,
    user: &UserId,
) -> Delivery {
    Delivery {
        org: scene.workspace.org,
        kind: Kind::Stop,
        event_key: format!("stop:{}:{thread}", scene.event_key),
        message_key: None,
        workspace: scene.workspace.id.clone(),
        channel: Some(channel.0.clone()),
        thread_ts: Some(thread.0.clone()),
        ts: Some(said_in.0.clone()),
        user: Some(user.0.clone()),
        payload: String::new(),
        heard: None,
        trace: TraceId::here_or_fresh(),
    }
}
