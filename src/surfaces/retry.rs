//! Retry under an answer: the same question once more, by whoever pressed the button.

use super::scene::{Scene, Surfaced, Whisper};
use crate::base::ids::{ChannelId, TurnId};
use crate::base::telemetry::TraceId;
use crate::slack::inbound::BlockActions;
use crate::slack::text;
use crate::store::inbox::{self, Delivery, Kind};
use crate::store::turns::{self, Ended};

pub async fn clicked(scene: &Scene<'_>, clicked: &BlockActions, value: &str) -> Surfaced {
    let Ok(turn) = value.parse::<TurnId>() else {
        return Ok(());
    };
    let mut tx = scene.tx().await?;
    let Some(ended) = turns::get(&mut tx, turn).await? else {
        return Ok(());
    };
    // One retry for each answer: the next one is under the new answer.
    let key = format!("retry:{turn}");
    let refusal = if matches!(ended.state.as_str(), "running" | "waiting") {
        Some(text::STILL_AT_IT)
    } else if inbox::is_stored(&mut tx, &key).await? {
        Some(text::ASKED_AGAIN_ALREADY)
    } else {
        None
    };
    let asked = inbox::payload_of(&mut tx, &ended.channel, &ended.asked_ts).await?;
    drop(tx);
    let asked = match (refusal, asked) {
        (Some(sentence), _) => return refuse(scene, clicked, &ended, sentence).await,
        (None, None) => return refuse(scene, clicked, &ended, text::QUESTION_GONE).await,
        (None, Some(asked)) => asked,
    };
    let delivery = Delivery {
        org: scene.workspace.org,
        kind: Kind::Message,
        event_key: key,
        // That of the first time stands for the message already.
        message_key: None,
        workspace: ended.workspace,
        channel: Some(ended.channel),
        thread_ts: Some(ended.thread_ts),
        ts: Some(ended.asked_ts),
        user: Some(clicked.source.user.0.clone()),
        payload: asked,
        heard: None,
        trace: TraceId::here_or_fresh(),
    };
    scene.ask_penny(delivery).await
}

async fn refuse(
    scene: &Scene<'_>,
    clicked: &BlockActions,
    ended: &Ended,
    sentence: &str,
) -> Surfaced {
    let channel = ChannelId(ended.channel.clone());
    let thread = ended.root();
    let to = Whisper::Thread {
        channel: &channel,
        thread: Some(&thread),
        user: &clicked.source.user,
    };
    scene.whisper(to, sentence, Vec::new()).await
}
