//! 👍 and 👎 under an answer, and what somebody adds to a 👎.

use super::scene::{Scene, Surfaced, Whisper};
use crate::base::ids::{ChannelId, TurnId};
use crate::slack::blocks::{modals, offer, raw};
use crate::slack::ids::{FEEDBACK_TELL, Verdict};
use crate::slack::inbound::{BlockActions, ViewSubmission};
use crate::slack::text;
use crate::store::turns;

pub async fn given(scene: &Scene<'_>, clicked: &BlockActions, value: &str) -> Surfaced {
    let Some(verdict) = Verdict::parse(value) else {
        return Ok(());
    };
    let user = &clicked.source.user;
    let mut tx = scene.tx().await?;
    let Some(turn) = turns::get(&mut tx, verdict.turn).await? else {
        return Ok(());
    };
    turns::give_feedback(&mut tx, verdict.turn, user.as_str(), verdict.is_good).await?;
    tx.commit().await?;
    let thread = turn.root();
    let channel = ChannelId(turn.channel);
    let to = Whisper::Thread {
        channel: &channel,
        thread: Some(&thread),
        user,
    };
    if verdict.is_good {
        return scene.whisper(to, text::THANKS, Vec::new()).await;
    }
    let blocks = offer(
        text::SORRY,
        text::TELL_ME,
        FEEDBACK_TELL,
        &verdict.turn.to_string(),
    );
    scene.whisper(to, text::SORRY, raw(blocks)).await
}

pub async fn wants_to_tell(scene: &Scene<'_>, clicked: &BlockActions, value: &str) -> Surfaced {
    scene
        .open_modal_or_tell(&clicked.source, &modals::feedback(value))
        .await
}

pub async fn told(scene: &Scene<'_>, submitted: &ViewSubmission, comment: &str) -> Surfaced {
    let Ok(turn) = submitted.view.private_metadata.parse::<TurnId>() else {
        return Ok(());
    };
    if comment.is_empty() {
        return Ok(());
    }
    let user = &submitted.source.user;
    let mut tx = scene.tx().await?;
    turns::comment_feedback(&mut tx, turn, user.as_str(), comment).await?;
    let found = turns::get(&mut tx, turn).await?;
    tx.commit().await?;
    let Some(turn) = found else {
        return Ok(());
    };
    let thread = turn.root();
    let channel = ChannelId(turn.channel);
    let to = Whisper::Thread {
        channel: &channel,
        thread: Some(&thread),
        user,
    };
    scene.whisper(to, text::COMMENT_KEPT, Vec::new()).await
}
