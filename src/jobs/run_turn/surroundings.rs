//! What was said around a question when Penny is first asked in a thread: the thread before it,
//! or the channel's last messages. Capped; what lies beyond the cap is summarised by the model.

use super::input::spoken;
use crate::agent::provenance;
use crate::base::ids::{Ts, UserId};
use crate::jobs::Services;
use crate::jobs::workspaces::Workspace;
use crate::models::{Cost, ModelError};
use crate::slack::client::{Said, SlackError};
use crate::slack::inbound::{mentions, readable};
use crate::store::conversations::Thread;
use chrono::DateTime;
use chrono_tz::Tz;
use std::collections::{BTreeSet, HashMap};
use std::time::Duration;

/// Read word for word; what is older is summarised.
const VERBATIM_CHARS: usize = 6_000;
const MAX_MESSAGES: u16 = 30;
/// Of a thread, besides how it began.
const MAX_REPLIES: usize = 200;
/// Of a thread longer than that nothing newer is known.
const MAX_PAGES: usize = 25;
/// The answer must not wait for its surroundings longer than this.
const PATIENCE: Duration = Duration::from_millis(1_500);
/// Nor for a thread, which is what the question is about, longer than this.
const PATIENCE_THREAD: Duration = Duration::from_secs(5);

/// Nor for what lies far back in it to be put in short.
const PATIENCE_DIGEST: Duration = Duration::from_secs(60);

/// Addresses in what was said around; more are hardly meant.
const MAX_LINKS: usize = 100;

pub struct Surroundings {
    pub text: String,
    /// The addresses that people wrote, which may then be opened.
    pub links: Vec<String>,
    /// Of putting in short what lies far back.
    pub cost: Cost,
}

/// None where there is nothing around, or Slack does not tell in time.
pub async fn read(
    services: &Services,
    workspace: &Workspace,
    thread: &Thread,
    asked: Option<Ts>,
) -> Option<Surroundings> {
    let channel = &thread.channel;
    let is_reply = asked.as_ref().is_some_and(|ts| *ts != thread.thread_ts);
    if channel.as_str().starts_with('D') && !is_reply {
        return None;
    }
    let fetch = async {
        if is_reply {
            return thread_before(workspace, thread, asked.as_ref()).await;
        }
        let mut newest_first = workspace
            .slack
            .history(channel, Some(&thread.thread_ts), MAX_MESSAGES)
            .await?;
        newest_first.reverse();
        Ok(Found {
            messages: newest_first,
            left_out: 0,
        })
    };
    let patience = if is_reply { PATIENCE_THREAD } else { PATIENCE };
    let Found {
        mut messages,
        left_out,
    } = match tokio::time::timeout(patience, fetch).await {
        Ok(Ok(found)) => found,
        Ok(Err(error)) => {
            tracing::info!(%error, "answering without what was said around the question");
            return None;
        }
        Err(_) => return None,
    };
    messages.retain(|said| is_around(said, asked.as_ref()));
    let mut lines = lines(services, workspace, &messages).await;
    if lines.is_empty() {
        return None;
    }
    if left_out > 0 {
        lines.insert(1, format!("({left_out} messages are left out here)"));
    }
    let what = if is_reply {
        "Earlier in this thread"
    } else {
        "Recently in this channel"
    };
    let (lines, cost) = shortened(services, lines).await;
    Some(Surroundings {
        text: format!("{what}:\n{lines}"),
        cost,
        links: links(workspace, &messages),
    })
}

struct Found {
    messages: Vec<Said>,
    /// Between the first of them and the others.
    left_out: usize,
}

/// How the thread began, and what was said in it last before the question. Slack tells a thread
/// from its beginning, so a long one is read through.
async fn thread_before(
    workspace: &Workspace,
    thread: &Thread,
    asked: Option<&Ts>,
) -> Result<Found, SlackError> {
    let mut messages: Vec<Said> = Vec::new();
    let (mut left_out, mut cursor) = (0, None);
    for _ in 0..MAX_PAGES {
        let page = workspace
            .slack
            .replies(&thread.channel, &thread.thread_ts, None, cursor)
            .await?;
        for said in page.entries {
            // Slack may repeat the beginning on every page.
            let is_root = said.ts.as_ref() == Some(&thread.thread_ts);
            if is_around(&said, asked) && (messages.is_empty() || !is_root) {
                messages.push(said);
            }
        }
        let too_many = messages.len().saturating_sub(1 + MAX_REPLIES);
        if too_many > 0 {
            messages.drain(1..=too_many);
            left_out += too_many;
        }
        cursor = page.next;
        if cursor.is_none() {
            break;
        }
    }
    Ok(Found { messages, left_out })
}

fn is_around(said: &Said, asked: Option<&Ts>) -> bool {
    asked.is_none_or(|asked| said.ts.as_ref() < Some(asked))
        && !said.words().trim().is_empty()
        && said.subtype.as_deref() != Some("channel_join")
}

/// Those that Penny wrote herself are not among them: a model may have composed them.
fn links(workspace: &Workspace, messages: &[Said]) -> Vec<String> {
    let by_people = messages.iter().filter(|said| {
        let by = said.user.as_ref();
        by.is_some_and(|user| *user != workspace.bot_user)
    });
    let links: BTreeSet<String> = by_people
        .flat_map(|said| {
            let text = readable(&said.own_words(), |_| None);
            provenance::addresses(&text).collect::<Vec<_>>()
        })
        .map(String::from)
        .collect();
    links.into_iter().take(MAX_LINKS).collect()
}

async fn lines(services: &Services, workspace: &Workspace, messages: &[Said]) -> Vec<String> {
    let mut users: Vec<UserId> = messages
        .iter()
        .flat_map(|said| said.user.iter().cloned().chain(mentions(&said.words())))
        .filter(|user| *user != workspace.bot_user)
        .collect();
    users.sort();
    users.dedup();
    let names = names(services, workspace, users).await;
    let name_of = |id: &str| -> Option<String> {
        if id == workspace.bot_user.as_str() {
            return Some("Penny".to_owned());
        }
        names.get(&UserId::from(id)).cloned()
    };
    messages
        .iter()
        .map(|said| {
            let who = said
                .user
                .as_ref()
                .and_then(|user| name_of(user.as_str()))
                .or_else(|| said.username.clone())
                .unwrap_or_else(|| "somebody".to_owned());
            let at = said
                .ts
                .as_ref()
                .and_then(|ts| ts.as_str().split('.').next()?.parse().ok())
                .and_then(|seconds| DateTime::from_timestamp(seconds, 0))
                .map(|at| spoken(at, Tz::UTC))
                .unwrap_or_default();
            format!("[{who} · {at}] {}", readable(&said.words(), name_of))
        })
        .collect()
}

/// Who has written here. Those whom Slack does not tell of in time stay nameless.
async fn names(
    services: &Services,
    workspace: &Workspace,
    users: Vec<UserId>,
) -> HashMap<UserId, String> {
    let people = services.directory.people(&services.db, workspace, users);
    let Ok(Ok(people)) = tokio::time::timeout(PATIENCE, people).await else {
        return HashMap::new();
    };
    people
        .into_iter()
        .map(|(user, person)| (user, person.name.clone()))
        .collect()
}

async fn shortened(services: &Services, lines: Vec<String>) -> (String, Cost) {
    let mut kept = 0;
    let mut size = 0;
    for line in lines.iter().rev() {
        size += line.len() + 1;
        if size > VERBATIM_CHARS && kept > 0 {
            break;
        }
        kept += 1;
    }
    let (older, newer) = lines.split_at(lines.len() - kept);
    let newer = newer.join("\n");
    if older.is_empty() {
        return (newer, Cost::default());
    }
    let older_words = older.join("\n");
    let digest = tokio::select! {
        digest = services.agent.digest(&older_words) => digest,
        () = services.clock.sleep(PATIENCE_DIGEST) => {
            Err(ModelError::Unreachable("it took too long".to_owned()))
        }
    };
    match digest {
        Ok((digest, cost)) => (format!("(Before that, in short: {digest})\n{newer}"), cost),
        Err(error) => {
            tracing::info!(%error, "older messages could not be summarised");
            let left_out = format!("({} earlier messages are left out)\n{newer}", older.len());
            (left_out, Cost::default())
        }
    }
}
