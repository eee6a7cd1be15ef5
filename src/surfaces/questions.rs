//! Somebody chooses an option of a question that the agent asked: the first choice counts, the
//! card shows it, and the turn that waits for it goes on.

use super::scene::{Scene, Surfaced, Whisper};
use crate::base::ids::{ChannelId, Ts, UserId};
use crate::jobs::run_turn;
use crate::slack::blocks::{QuestionCard, question_settled};
use crate::slack::client::{NewMessage, PATIENT};
use crate::slack::ids::Choice;
use crate::slack::inbound::BlockActions;
use crate::slack::text;
use crate::store::conversations::Thread;
use crate::store::questions::{self, Question};
use crate::store::turns::{self, Ended};
use crate::store::{OrgTx, StoreResult, jobs};

pub async fn answered(scene: &Scene<'_>, clicked: &BlockActions, value: &str) -> Surfaced {
    let Some(choice) = Choice::parse(value) else {
        return Ok(());
    };
    let user = &clicked.source.user;
    let mut tx = scene.tx().await?;
    let Some((question, turn, option)) = find(&mut tx, choice).await? else {
        return tell(scene, clicked, None, text::NO_SUCH_QUESTION).await;
    };
    if let Some(asked) = &question.asked_user
        && asked != user.as_str()
    {
        let sentence = text::not_yours_to_answer(asked);
        return tell(scene, clicked, Some(&turn), &sentence).await;
    }
    let is_first = questions::answer(&mut tx, question.id, &option, user.as_str()).await?;
    if is_first {
        jobs::nudge(&mut tx, run_turn::KIND, &thread_of(&turn).job_key()).await?;
    }
    tx.commit().await?;
    // The second attempt at one click finds its own answer, and must still show it.
    let is_ours = is_first
        || question.answered_by.as_deref() == Some(user.as_str())
            && question.answer.as_deref() == Some(option.as_str());
    if is_ours {
        return settle(scene, clicked, &question, &text::chose(user, &option)).await;
    }
    let mut tx = scene.tx().await?;
    let Some(now) = questions::get(&mut tx, question.id).await? else {
        return Ok(());
    };
    drop(tx);
    let answer = now.answer.unwrap_or_default();
    let sentence = text::already_answered(now.answered_by.as_deref(), &answer);
    tell(scene, clicked, Some(&turn), &sentence).await
}

async fn find(tx: &mut OrgTx, choice: Choice) -> StoreResult<Option<(Question, Ended, String)>> {
    let Some(question) = questions::get(tx, choice.question).await? else {
        return Ok(None);
    };
    let Some(option) = question.options.get(choice.option).cloned() else {
        return Ok(None);
    };
    let turn = turns::get(tx, question.turn).await?;
    Ok(turn.map(|turn| (question, turn, option)))
}

fn thread_of(turn: &Ended) -> Thread {
    Thread {
        workspace: turn.workspace.as_str().into(),
        channel: turn.channel.as_str().into(),
        thread_ts: turn.thread_ts.as_str().into(),
    }
}

/// Puts the outcome in the place of the buttons.
async fn settle(
    scene: &Scene<'_>,
    clicked: &BlockActions,
    question: &Question,
    outcome: &str,
) -> Surfaced {
    let (Some(channel), Some(ts)) = (&clicked.channel, &clicked.container.message_ts) else {
        return Ok(());
    };
    let asked = question.asked_user.clone().map(UserId);
    let card = QuestionCard {
        id: question.id,
        question: &question.question,
        options: &question.options,
        asked: asked.as_ref(),
    };
    let (text, blocks) = question_settled(&card, outcome);
    let message = NewMessage {
        text,
        blocks,
        ..NewMessage::default()
    };
    let slack = &scene.workspace.slack;
    slack.update_message(channel, ts, &message, PATIENT).await?;
    Ok(())
}

async fn tell(
    scene: &Scene<'_>,
    clicked: &BlockActions,
    turn: Option<&Ended>,
    sentence: &str,
) -> Surfaced {
    let thread: Option<Ts> = turn.map(Ended::root);
    let channel: Option<ChannelId> = match turn {
        Some(turn) => Some(ChannelId(turn.channel.clone())),
        None => clicked.channel.clone(),
    };
    let Some(channel) = &channel else {
        return Ok(());
    };
    let to = Whisper::Thread {
        channel,
        thread: thread.as_ref().or(clicked.container.thread_ts.as_ref()),
        user: &clicked.source.user,
    };
    scene.whisper(to, sentence, Vec::new()).await
}
