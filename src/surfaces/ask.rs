//! A question that did not come as a message (a command, a window, a button): Penny posts it for
//! everybody to see, and her turn begins in that message's thread as if it had been said there.

use super::scene::{Scene, SurfaceError, Surfaced};
use crate::base::ids::{ChannelId, Ts, UserId};
use crate::jobs::said::{SaidFor, delivery};
use crate::slack::client::{NewMessage, SlackError};
use crate::slack::text;

#[derive(Debug, Clone, Copy)]
pub struct Asking<'a> {
    pub by: &'a UserId,
    pub channel: &'a ChannelId,
    /// The thread to ask in; none begins one.
    pub thread: Option<&'a Ts>,
    /// As Slack writes it: escaped, with `<@U…>`.
    pub question: &'a str,
    /// What the question is about, for Penny alone: people see it already.
    pub about: Option<&'a str>,
}

/// Whether Penny could write there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Asked {
    Yes,
    NotThere,
}

pub async fn ask(scene: &Scene<'_>, asking: &Asking<'_>) -> Surfaced<Asked> {
    let key = format!("ask:{}:{}", scene.inbox_id, asking.channel);
    let message = NewMessage {
        thread: asking.thread.cloned(),
        text: text::asked(asking.by, asking.question),
        ..NewMessage::default()
    };
    let ts = match scene.post(asking.channel, &key, message).await {
        Ok(ts) => ts,
        Err(SurfaceError::Slack(SlackError::Refused { code, .. }))
            if code.is_about_the_channel() =>
        {
            return Ok(Asked::NotThere);
        }
        Err(error) => return Err(error),
    };
    let text = match asking.about {
        Some(about) => format!("{}\n\n{about}", asking.question),
        None => asking.question.to_owned(),
    };
    let said = delivery(&SaidFor {
        workspace: &scene.workspace,
        by: asking.by,
        channel: asking.channel,
        thread: asking.thread.unwrap_or(&ts),
        ts: &ts,
        text: &text,
        event_key: &key,
    });
    scene.ask_penny(said).await?;
    Ok(Asked::Yes)
}

/// The direct conversation with somebody.
pub async fn direct(scene: &Scene<'_>, user: &UserId) -> Surfaced<ChannelId> {
    let users = std::slice::from_ref(user);
    Ok(scene.workspace.slack.open_conversation(users).await?)
}
