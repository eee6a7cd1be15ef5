//! Opening a turn: one transaction that finds or makes the conversation and its turn, under the
//! lease. Nothing is taken from the inbox yet; that happens where it is saved.

use crate::agent::transcript::Transcript;
use crate::base::ids::{ChannelId, ConversationId, TeamId, Ts};
use crate::jobs::Services;
use crate::store::conversations::{self, Thread};
use crate::store::inbox::{self, Item};
use crate::store::jobs::{self, Fence};
use crate::store::turns::{self, OpenTurn};
use crate::store::{StoreError, StoreResult};

pub struct Opened {
    pub thread: Thread,
    pub conversation: ConversationId,
    pub turn: OpenTurn,
    pub transcript: Transcript,
    /// What waited in the inbox.
    pub waiting: Vec<Item>,
    /// The turn began just now: nothing of it can be visible yet.
    pub is_fresh: bool,
    /// The person has begun more turns this hour than anybody may.
    pub too_many: bool,
}

/// None: there is nothing to do in this thread.
pub async fn open(services: &Services, fence: &Fence, key: &str) -> StoreResult<Option<Opened>> {
    let Some((channel, thread_ts)) = Thread::parse_job_key(key) else {
        return Err(StoreError::Corrupt(format!("{key:?} names no thread")));
    };
    let mut tx = services.db.org(fence.org).await?;
    jobs::hold(&mut tx, fence).await?;
    let items = inbox::waiting_in(&mut tx, &channel, &thread_ts).await?;
    let Some((thread, conversation)) = conversation_of(&mut tx, channel, thread_ts, &items).await?
    else {
        discard(&mut tx, &items).await?;
        tx.commit().await?;
        return Ok(None);
    };
    let question = items.iter().find(|item| item.kind == "message");
    let (turn, is_fresh) = match turns::resume(&mut tx, conversation).await? {
        Some(turn) => (turn, false),
        None => match question {
            Some(item) => (begin(&mut tx, conversation, item).await?, true),
            // A stop with nothing to stop, or something overheard.
            None => {
                discard(&mut tx, &items).await?;
                tx.commit().await?;
                return Ok(None);
            }
        },
    };
    let begun = if is_fresh {
        turns::begun_this_hour(&mut tx, &turn.asked_by).await?
    } else {
        0
    };
    let entries = conversations::entries(&mut tx, conversation).await?;
    tx.commit().await?;
    let limit = i64::from(services.agent.limits.person_turns_an_hour);
    Ok(Some(Opened {
        thread,
        conversation,
        turn,
        transcript: Transcript::read(entries)?,
        waiting: items,
        is_fresh,
        too_many: begun > limit,
    }))
}

async fn conversation_of(
    tx: &mut crate::store::OrgTx,
    channel: ChannelId,
    thread_ts: Ts,
    items: &[Item],
) -> StoreResult<Option<(Thread, ConversationId)>> {
    let asked = items.iter().find(|item| item.kind == "message");
    let thread = |workspace: TeamId| Thread {
        workspace,
        channel: channel.clone(),
        thread_ts: thread_ts.clone(),
    };
    if let Some(item) = asked {
        let thread = thread(item.workspace.clone());
        let conversation = conversations::open(tx, &thread).await?;
        return Ok(Some((thread, conversation)));
    }
    let found = conversations::find(tx, &channel, &thread_ts).await?;
    Ok(found.map(|(conversation, workspace)| (thread(workspace), conversation)))
}

async fn begin(
    tx: &mut crate::store::OrgTx,
    conversation: ConversationId,
    item: &Item,
) -> StoreResult<OpenTurn> {
    let user = item.user.as_ref().map_or("", |user| user.as_str());
    let ts = item.ts.as_ref().map_or("", |ts| ts.as_str());
    turns::begin(tx, conversation, user, ts, &item.trace_id).await
}

/// A stop that came when nothing ran is over; what was overheard stays for the next turn.
async fn discard(tx: &mut crate::store::OrgTx, items: &[Item]) -> StoreResult<()> {
    let stops: Vec<i64> = items
        .iter()
        .filter(|item| item.kind == "stop")
        .map(|item| item.inbox_id)
        .collect();
    if stops.is_empty() {
        return Ok(());
    }
    inbox::mark_taken(tx, &stops).await
}
