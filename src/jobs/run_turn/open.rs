//! Opening a turn: one transaction that finds or makes the conversation and its turn, under the
//! lease. Nothing is taken from the inbox yet; that happens where it is saved.

use super::input::{is_before, message_of};
use crate::agent::transcript::Transcript;
use crate::base::ids::{ChannelId, ConversationId, TeamId, Ts};
use crate::base::telemetry::TraceId;
use crate::jobs::Services;
use crate::jobs::allowance;
use crate::slack::inbound::{mentions, title};
use crate::store::conversations::{self, Thread};
use crate::store::inbox::{self, Item, Kind};
use crate::store::jobs::{self, Fence};
use crate::store::schedules::Terms;
use crate::store::turns::{self, OpenTurn, TurnOf};
use crate::store::{
    OrgTx, StoreError, StoreResult, lanes, listen, people, schedules, spending, workflows,
};

pub struct Opened {
    pub thread: Thread,
    pub conversation: ConversationId,
    pub turn: OpenTurn,
    pub transcript: Transcript,
    /// What the conversation is called, if it begins with this turn.
    pub title: Option<String>,
    /// What waited in the inbox.
    pub waiting: Vec<Item>,
    /// The turn began just now: nothing of it can be visible yet.
    pub is_fresh: bool,
    /// What its run says of how it is to be answered.
    pub terms: Terms,
    /// It belongs to a run of a workflow that only looks.
    pub is_dry: bool,
}

impl Opened {
    /// What the turn was begun for, if that still waits in the inbox: nothing of it was saved.
    pub fn unsaved_question(&self) -> Vec<i64> {
        let of_turn = |item: &&Item| {
            let ts = item.ts.as_ref().map(Ts::as_str);
            item.kind.is_said() && ts == Some(self.turn.asked_ts.as_str())
        };
        let asked = self.waiting.iter().filter(of_turn);
        asked.map(|item| item.inbox_id).collect()
    }
}

/// None: there is nothing to do in this thread.
pub async fn open(services: &Services, fence: &Fence, key: &str) -> StoreResult<Option<Opened>> {
    let Some((channel, thread_ts)) = Thread::parse_job_key(key) else {
        return Err(StoreError::Corrupt(format!("{key:?} names no thread")));
    };
    let mut tx = services.db.org(fence.org).await?;
    jobs::hold(&mut tx, fence).await?;
    let mut items = inbox::waiting_in(&mut tx, &channel, &thread_ts).await?;
    let asked = items.iter().find(|item| item.kind == Kind::Message);
    let title = match asked {
        Some(item) => title_of(services, &mut tx, item).await?,
        None => None,
    };
    let name = title.as_deref();
    let found = conversation_of(&mut tx, &channel, &thread_ts, asked, name).await?;
    let Some((thread, conversation)) = found else {
        discard(&mut tx, &channel, &thread_ts, &items).await?;
        tx.commit().await?;
        return Ok(None);
    };
    let entries = conversations::entries(&mut tx, conversation).await?;
    if entries.is_empty() {
        let earlier = take_earlier_replies(&mut items);
        mark_taken(&mut tx, &channel, &thread_ts, &earlier).await?;
    }
    let question = items.iter().find(|item| item.kind.is_said());
    let (mut turn, is_fresh) = match turns::resume(&mut tx, conversation).await? {
        Some(turn) => (turn, false),
        None => match question {
            Some(item) => (begin(&mut tx, conversation, item).await?, true),
            // A stop with nothing to stop in the thread itself, or something overheard.
            None => {
                let beside = stop_beside(&mut tx, &channel, &thread_ts, &items).await?;
                discard(&mut tx, &channel, &thread_ts, &items).await?;
                tx.commit().await?;
                for key in beside {
                    let stopped = format!("{} {key}", fence.org);
                    listen::notify(&services.db, listen::STOPS, &stopped).await?;
                }
                return Ok(None);
            }
        },
    };
    if is_fresh {
        let over = take_earlier_stops(&mut items);
        if !over.is_empty() {
            inbox::mark_taken(&mut tx, &channel, &thread_ts, &over).await?;
        }
    }
    let (terms, is_dry) = terms_of(&mut tx, turn.of).await?;
    if is_fresh {
        cap(services, &mut tx, &mut turn, &channel).await?;
    }
    tx.commit().await?;
    join(&turn);
    let begins = is_fresh && entries.is_empty();
    Ok(Some(Opened {
        thread,
        conversation,
        turn,
        transcript: Transcript::read(entries)?,
        title: title.filter(|_| begins),
        waiting: items,
        is_fresh,
        terms,
        is_dry,
    }))
}

/// What the run says of how its turn is to be answered, and whether it only looks.
async fn terms_of(tx: &mut OrgTx, of: TurnOf) -> StoreResult<(Terms, bool)> {
    Ok(match of {
        TurnOf::Schedule(run) => (schedules::terms_of(tx, run).await?, false),
        TurnOf::Workflow(run) => {
            let terms = Terms {
                budget_micros: allowance::left(tx, run).await?,
                ..Terms::default()
            };
            (terms, workflows::is_dry(tx, run).await?)
        }
        TurnOf::Person | TurnOf::DeletedRun => (Terms::default(), false),
    })
}

/// A question that waited goes on with the click that it waited for, and one that was asked while
/// another was answered begins with that one's work: this line leads from the one to the other.
fn join(turn: &OpenTurn) {
    if TraceId::here().is_some_and(|trace| trace.to_string() != turn.trace_id) {
        tracing::info!(turn.id = %turn.id, turn.trace_id = %turn.trace_id, "goes on with a question");
    }
}

/// Looks, before anything is spent, whether a bound over all turns keeps this one from beginning.
async fn cap(
    services: &Services,
    tx: &mut OrgTx,
    turn: &mut OpenTurn,
    channel: &ChannelId,
) -> StoreResult<()> {
    let asked = spending::Asked {
        turn: turn.id,
        person: &turn.asked_by,
        channel: channel.as_str(),
        by_itself: turn.of.is_by_itself(),
    };
    turn.capped =
        spending::reached(tx, &services.agent.limits.caps, &services.headroom, asked).await?;
    if let Some(reached) = turn.capped {
        turns::cap(tx, turn.id, reached).await?;
    }
    Ok(())
}

async fn conversation_of(
    tx: &mut OrgTx,
    channel: &ChannelId,
    thread_ts: &Ts,
    asked: Option<&Item>,
    title: Option<&str>,
) -> StoreResult<Option<(Thread, ConversationId)>> {
    let thread = |workspace: TeamId| Thread {
        workspace,
        channel: channel.clone(),
        thread_ts: thread_ts.clone(),
    };
    if let Some(item) = asked {
        let thread = thread(item.workspace.clone());
        let conversation = conversations::open(tx, &thread, title).await?;
        return Ok(Some((thread, conversation)));
    }
    let found = conversations::find(tx, channel, thread_ts).await?;
    Ok(found.map(|(conversation, workspace)| (thread(workspace), conversation)))
}

/// What a conversation that begins with this message is called. Only a message that names a
/// colleague costs a look at who that is.
async fn title_of(services: &Services, tx: &mut OrgTx, item: &Item) -> StoreResult<Option<String>> {
    let workspace = services.workspaces.get(item.workspace.as_str());
    let (Some(workspace), Some(message)) = (workspace, message_of(&item.payload)) else {
        return Ok(None);
    };
    let penny = &workspace.bot_user;
    let text = message.text.unwrap_or_default();
    let named = mentions(&text).into_iter().filter(|user| user != penny);
    let named: Vec<String> = named.map(|user| user.0).collect();
    let known = if named.is_empty() {
        Vec::new()
    } else {
        people::known(tx, &named).await?
    };
    let name_of = |id: &str| {
        let person = known.iter().find(|(user, _)| user.as_str() == id);
        let name = match person {
            Some((_, person)) => person.name.as_str(),
            None if id == penny.as_str() => "Penny",
            None if named.iter().any(|user| user == id) => "somebody",
            None => return None,
        };
        Some(name.to_owned())
    };
    let of_file = || message.files.iter().find_map(|file| file.name.clone());
    Ok(title(&text, penny, name_of).or_else(of_file))
}

/// What people said in the thread before they asked Penny was not said to her: it is read from
/// Slack as what stands around the question.
fn take_earlier_replies(items: &mut Vec<Item>) -> Vec<Item> {
    let asked = items.iter().position(|item| item.kind == Kind::Message);
    let (earlier, others) = items
        .drain(..)
        .enumerate()
        .partition::<Vec<_>, _>(|(at, item)| item.kind == Kind::Reply && Some(*at) < asked);
    let items_of = |numbered: Vec<(usize, Item)>| numbered.into_iter().map(|(_, item)| item);
    *items = items_of(others).collect();
    items_of(earlier).collect()
}

/// A stop that came before the question was meant for what ran before.
fn take_earlier_stops(items: &mut Vec<Item>) -> Vec<i64> {
    let Some(asked) = items.iter().find(|item| item.kind.is_said()) else {
        return Vec::new();
    };
    let over = |item: &&Item| item.kind == Kind::Stop && is_before(item, asked);
    let over: Vec<i64> = items
        .iter()
        .filter(over)
        .map(|item| item.inbox_id)
        .collect();
    items.retain(|item| !over.contains(&item.inbox_id));
    over
}

async fn begin(tx: &mut OrgTx, conversation: ConversationId, item: &Item) -> StoreResult<OpenTurn> {
    let user = item.user.as_ref().map_or("", |user| user.as_str());
    let ts = item.ts.as_ref().map_or("", |ts| ts.as_str());
    turns::begin(tx, conversation, user, ts, &item.trace_id).await
}

/// What a workflow asks for its items shows in the thread, so a stop there is meant for it.
async fn stop_beside(
    tx: &mut OrgTx,
    channel: &ChannelId,
    thread_ts: &Ts,
    items: &[Item],
) -> StoreResult<Vec<String>> {
    match items.iter().find(|item| item.kind == Kind::Stop) {
        Some(stop) => lanes::stop(tx, channel, thread_ts, stop).await,
        None => Ok(Vec::new()),
    }
}

/// A stop that came when nothing ran is over; what was overheard stays for the next turn.
async fn discard(
    tx: &mut OrgTx,
    channel: &ChannelId,
    thread_ts: &Ts,
    items: &[Item],
) -> StoreResult<()> {
    let stops = items.iter().filter(|item| item.kind == Kind::Stop);
    mark_taken(tx, channel, thread_ts, stops).await
}

async fn mark_taken<'a>(
    tx: &mut OrgTx,
    channel: &ChannelId,
    thread_ts: &Ts,
    items: impl IntoIterator<Item = &'a Item>,
) -> StoreResult<()> {
    let taken: Vec<i64> = items.into_iter().map(|item| item.inbox_id).collect();
    if taken.is_empty() {
        return Ok(());
    }
    inbox::mark_taken(tx, channel, thread_ts, &taken).await
}
