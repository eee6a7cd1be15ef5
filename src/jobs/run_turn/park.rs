//! A turn that waits for a person: its answer so far stands, the questions are put as cards of
//! their own, and the worker is free. A click nudges the thread, and the turn goes on.

use super::Interrupted;
use super::ending::{Finished, give_up};
use super::visible::{self, Shown};
use crate::base::ids::{ChannelId, Ts, UserId};
use crate::jobs::{cards, deliver};
use crate::slack::answer::Answer;
use crate::slack::blocks::{QuestionCard, question};
use crate::slack::client::NewMessage;
use crate::store::jobs;
use crate::store::questions::{self, Question};
use crate::store::schedules::{self, Outcome};
use crate::store::turns::{self, State, TurnOf};

pub async fn park(
    finished: &Finished<'_>,
    answer: Answer,
    shown: Shown,
) -> Result<(), Interrupted> {
    let state = match answer.park().await {
        Ok(state) => state,
        Err(lost) if lost.is_final() => return give_up(finished, &lost).await,
        Err(error) => return Err(error.into()),
    };
    let replies = finished.transcript.replies_of(finished.journal.turn);
    let db = &finished.services.db;
    visible::save(
        db,
        &finished.journal.fence,
        finished.journal.turn,
        &Shown { state, replies },
    )
    .await?;
    drop(shown);
    let mut tx = db.org(finished.journal.fence.org).await?;
    let open = questions::of_turn(&mut tx, finished.journal.turn).await?;
    drop(tx);
    for question in open
        .iter()
        .filter(|q| q.answer.is_none() && q.message_ts.is_none())
    {
        put(finished, question).await?;
    }
    let thread = &finished.journal.thread;
    let asker = finished.journal.turn.into();
    cards::show_open_of(finished.services, finished.workspace, thread, asker).await?;
    let mut tx = db.org(finished.journal.fence.org).await?;
    jobs::hold(&mut tx, &finished.journal.fence).await?;
    turns::set_state(&mut tx, finished.journal.turn, State::Waiting, None).await?;
    if let TurnOf::Schedule(run) = finished.of {
        schedules::settle(&mut tx, run, &Outcome::Waiting, finished.spent.cost_micros).await?;
    }
    tx.commit().await?;
    Ok(())
}

async fn put(finished: &Finished<'_>, asked: &Question) -> Result<(), Interrupted> {
    let user = asked.asked_user.clone().map(UserId);
    let (text, blocks) = question(&QuestionCard {
        id: asked.id,
        asked: user.as_ref(),
        question: &asked.question,
        options: &asked.options,
    });
    let channel: &ChannelId = &finished.journal.thread.channel;
    let message = NewMessage {
        thread: Some(finished.journal.thread.root()),
        text,
        blocks,
        metadata: None,
    };
    let key = format!("question:{}", asked.id);
    let ts: Ts = deliver::once(
        &finished.services.outbox,
        finished.workspace,
        &key,
        channel,
        message,
    )
    .await?;
    let mut tx = finished.services.db.org(finished.journal.fence.org).await?;
    questions::set_message(&mut tx, asked.id, ts.as_str()).await?;
    tx.commit().await?;
    Ok(())
}
