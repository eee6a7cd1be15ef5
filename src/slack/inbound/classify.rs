//! What an event means for Penny: whether it may start a turn, and in which conversation.

use super::event::{Event, FileRef, MessageEvent};
use super::remark::tells_of_the_channel;
use super::text;
use crate::base::ids::{ChannelId, TeamId, Ts, UserId};

/// An event, understood. Candidates for a turn carry what was said.
#[derive(Debug, Clone, PartialEq)]
pub enum Inbound {
    /// Penny is named.
    Mention(Box<Heard>),
    /// Said in a DM or group DM with Penny.
    DirectMessage(Box<Heard>),
    /// Said in a channel's thread without naming anybody: for Penny only if she takes part.
    ThreadReply(Box<Heard>),
    /// Said to a colleague in a thread: context, if Penny takes part there.
    Overheard(Box<Heard>),
    Stop(Stop),
    HomeOpened {
        user: UserId,
        channel: Option<ChannelId>,
        home_tab: bool,
    },
    TitleChanged {
        channel: ChannelId,
        thread: Ts,
        title: String,
    },
    PaneOpened {
        channel: ChannelId,
        thread: Ts,
        user: UserId,
    },
    /// Penny herself was added to a channel.
    Joined {
        channel: ChannelId,
        inviter: Option<UserId>,
    },
    /// Somebody else was added to a channel.
    SomebodyJoined {
        channel: ChannelId,
    },
    SomebodyLeft {
        channel: ChannelId,
        user: UserId,
    },
    /// Another company has come to a channel, or has gone.
    Shared {
        channel: ChannelId,
    },
    /// Its name, its members or who can see it may have changed.
    ChannelChanged {
        channel: ChannelId,
    },
    /// The installation is gone: the app was removed, or its bot token was revoked.
    Uninstalled,
    Ignored(Ignored),
}

/// Something that a person said.
#[derive(Debug, Clone, PartialEq)]
pub struct Heard {
    pub channel: ChannelId,
    pub kind: ChannelKind,
    /// The conversation: the thread's first message, which may be this one.
    pub thread: Ts,
    pub ts: Ts,
    pub user: UserId,
    /// The workspace that the author belongs to, where Slack says so.
    pub user_team: Option<TeamId>,
    /// As Slack wrote it, with `<@U…>` and escapes.
    pub text: String,
    pub mentions: Vec<UserId>,
    pub files: Vec<FileRef>,
}

impl Heard {
    pub fn starts_thread(&self) -> bool {
        self.thread == self.ts
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ChannelKind {
    Direct,
    GroupDirect,
    Private,
    Public,
    /// Events of mentions do not say what kind of channel they come from.
    Unsaid,
}

impl ChannelKind {
    pub fn is_direct(self) -> bool {
        matches!(self, Self::Direct | Self::GroupDirect)
    }
}

/// A wish that the running turn end.
#[derive(Debug, Clone, PartialEq)]
pub struct Stop {
    pub channel: ChannelId,
    pub thread: Ts,
    pub user: Option<UserId>,
    /// The message that said so; none if it was Slack's own button.
    pub said_in: Option<Ts>,
    pub streaming: Vec<Ts>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ignored {
    /// Written by an app, Penny included.
    Bot,
    /// An edit, a deletion, a join notice …: not something said.
    Subtype,
    /// A channel message that names nobody, outside a thread.
    NotAddressed,
    /// It begins with a colleague's name.
    ForSomebodyElse,
    /// Tokens of people were revoked, which Penny has none of.
    NotAboutPenny,
    UnknownKind,
}

/// `penny` is her own user id in the workspace that the event comes from.
pub fn classify(event: Event, penny: &UserId) -> Inbound {
    match event {
        Event::Message(message) => said(*message, penny, false),
        Event::AppMention(message) => said(*message, penny, true),
        Event::HomeOpened {
            user,
            channel,
            home_tab,
        } => Inbound::HomeOpened {
            user,
            channel,
            home_tab,
        },
        Event::SessionStopped {
            channel,
            thread,
            user,
            streaming,
        } => Inbound::Stop(Stop {
            channel,
            thread,
            user,
            said_in: None,
            streaming,
        }),
        Event::SessionTitleChanged {
            channel,
            thread,
            title,
        } => Inbound::TitleChanged {
            channel,
            thread,
            title,
        },
        Event::MemberJoined {
            channel,
            user,
            inviter,
        } if user == *penny => Inbound::Joined { channel, inviter },
        Event::MemberJoined { channel, .. } => Inbound::SomebodyJoined { channel },
        Event::MemberLeft { channel, user } => Inbound::SomebodyLeft { channel, user },
        Event::ChannelShared { channel } => Inbound::Shared { channel },
        Event::ChannelChanged { channel } => Inbound::ChannelChanged { channel },
        Event::AppUninstalled => Inbound::Uninstalled,
        Event::TokensRevoked { bots, .. } if bots.is_empty() => {
            Inbound::Ignored(Ignored::NotAboutPenny)
        }
        Event::TokensRevoked { .. } => Inbound::Uninstalled,
        Event::AssistantThreadStarted {
            channel,
            thread,
            user,
        } => Inbound::PaneOpened {
            channel,
            thread,
            user,
        },
        Event::Unknown { .. } => Inbound::Ignored(Ignored::UnknownKind),
    }
}

fn said(message: MessageEvent, penny: &UserId, is_mention: bool) -> Inbound {
    if let (true, Some(channel)) = (
        tells_of_the_channel(message.subtype.as_deref()),
        &message.channel,
    ) {
        let channel = channel.clone();
        return Inbound::ChannelChanged { channel };
    }
    if let Some(reason) = not_a_person_speaking(&message, penny) {
        return Inbound::Ignored(reason);
    }
    let (Some(channel), Some(ts), Some(user)) = (message.channel, message.ts, message.user) else {
        return Inbound::Ignored(Ignored::Subtype);
    };
    let text = message.text.unwrap_or_default();
    let heard = Heard {
        kind: kind_of(&channel, message.channel_type.as_deref()),
        thread: message.thread_ts.unwrap_or_else(|| ts.clone()),
        channel,
        ts,
        user,
        user_team: message.user_team.or(message.team),
        mentions: text::mentions(&text),
        text,
        files: message.files,
    };
    let named = is_mention || heard.mentions.contains(penny);
    let in_reach = named || heard.kind.is_direct() || !heard.starts_thread();
    if in_reach && text::asks_to_stop(&heard.text, penny) {
        return Inbound::Stop(Stop {
            channel: heard.channel,
            thread: heard.thread,
            user: Some(heard.user),
            said_in: Some(heard.ts),
            streaming: Vec::new(),
        });
    }
    addressed(heard, named, penny)
}

fn addressed(heard: Heard, named: bool, penny: &UserId) -> Inbound {
    let heard = Box::new(heard);
    match heard.kind {
        ChannelKind::Direct => Inbound::DirectMessage(heard),
        _ if !named && text::addresses_somebody_else(&heard.text, penny) => {
            if heard.starts_thread() {
                Inbound::Ignored(Ignored::ForSomebodyElse)
            } else {
                Inbound::Overheard(heard)
            }
        }
        ChannelKind::GroupDirect => Inbound::DirectMessage(heard),
        _ if named => Inbound::Mention(heard),
        _ if heard.starts_thread() => Inbound::Ignored(Ignored::NotAddressed),
        _ => Inbound::ThreadReply(heard),
    }
}

fn not_a_person_speaking(message: &MessageEvent, penny: &UserId) -> Option<Ignored> {
    let is_app = message.bot_id.is_some()
        || message
            .user
            .as_ref()
            .is_some_and(|user| user == penny || user.as_str() == "USLACKBOT");
    if is_app {
        return Some(Ignored::Bot);
    }
    let is_speech = matches!(
        message.subtype.as_deref(),
        None | Some("" | "file_share" | "thread_broadcast")
    );
    let is_edit = message.hidden || message.edited.is_some();
    (!is_speech || is_edit || message.user.is_none()).then_some(Ignored::Subtype)
}

fn kind_of(channel: &ChannelId, said: Option<&str>) -> ChannelKind {
    match said {
        Some("im" | "app_home") => ChannelKind::Direct,
        Some("mpim") => ChannelKind::GroupDirect,
        Some("group") => ChannelKind::Private,
        Some("channel") => ChannelKind::Public,
        _ if channel.as_str().starts_with('D') => ChannelKind::Direct,
        _ => ChannelKind::Unsaid,
    }
}
