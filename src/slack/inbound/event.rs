//! The events that Penny subscribes to. Whatever else Slack invents is `Unknown`.

use super::{lenient, words};
use crate::base::ids::{ChannelId, TeamId, Ts, UserId};
use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;

#[derive(Debug, Clone, PartialEq)]
pub enum Event {
    Message(Box<MessageEvent>),
    AppMention(Box<MessageEvent>),
    HomeOpened {
        user: UserId,
        channel: Option<ChannelId>,
        /// The person looks at the Home tab; else at the conversation with Penny.
        home_tab: bool,
    },
    /// The Stop button of a running session.
    SessionStopped {
        channel: ChannelId,
        thread: Ts,
        user: Option<UserId>,
        streaming: Vec<Ts>,
    },
    SessionTitleChanged {
        channel: ChannelId,
        thread: Ts,
        title: String,
    },
    MemberJoined {
        channel: ChannelId,
        user: UserId,
        inviter: Option<UserId>,
    },
    MemberLeft {
        channel: ChannelId,
        user: UserId,
    },
    /// Shared with another company, or no longer.
    ChannelShared {
        channel: ChannelId,
    },
    /// Renamed, archived, deleted, or no longer with Penny in it.
    ChannelChanged {
        channel: ChannelId,
    },
    AppUninstalled,
    TokensRevoked {
        bots: Vec<UserId>,
        users: Vec<UserId>,
    },
    /// The agent pane of apps that still use the older assistant view.
    AssistantThreadStarted {
        channel: ChannelId,
        thread: Ts,
        user: UserId,
    },
    /// Of a kind that we do not know, or without the fields that its kind needs.
    Unknown {
        kind: String,
    },
}

/// A message, or a mention of Penny in one.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct MessageEvent {
    #[serde(deserialize_with = "lenient::or_default")]
    pub channel: Option<ChannelId>,
    #[serde(deserialize_with = "lenient::or_default")]
    pub channel_type: Option<String>,
    #[serde(deserialize_with = "lenient::or_default")]
    pub user: Option<UserId>,
    /// What whoever wrote it says, as Slack writes text: also where it stands in blocks alone.
    #[serde(deserialize_with = "lenient::or_default")]
    pub text: Option<String>,
    /// What is attached, such as a message that was forwarded, marked as a quotation.
    #[serde(skip)]
    pub quoted: String,
    #[serde(deserialize_with = "lenient::or_default")]
    pub ts: Option<Ts>,
    #[serde(deserialize_with = "lenient::or_default")]
    pub thread_ts: Option<Ts>,
    #[serde(deserialize_with = "lenient::or_default")]
    pub subtype: Option<String>,
    #[serde(deserialize_with = "lenient::or_default")]
    pub bot_id: Option<String>,
    #[serde(deserialize_with = "lenient::or_default")]
    pub hidden: bool,
    /// The author's workspace where it differs from the channel's (Slack Connect).
    #[serde(deserialize_with = "lenient::or_default")]
    pub user_team: Option<TeamId>,
    #[serde(deserialize_with = "lenient::or_default")]
    pub team: Option<TeamId>,
    #[serde(deserialize_with = "lenient::readable_entries")]
    pub files: Vec<FileRef>,
    #[serde(deserialize_with = "lenient::or_default")]
    pub edited: Option<Edited>,
}

impl MessageEvent {
    fn parse(raw: &RawValue) -> Option<Self> {
        let mut message: Self = serde_json::from_str(raw.get()).ok()?;
        let is_blank = message.text.as_deref().is_none_or(words::is_blank);
        // Of most messages the text is all there is.
        if is_blank || raw.get().contains(r#""attachments""#) {
            let beside: Beside = serde_json::from_str(raw.get()).unwrap_or_default();
            message.text = Some(words::own(message.text.as_deref(), &beside.blocks));
            message.quoted = words::quoted(&beside.attachments);
            let files = beside.attachments.iter().filter_map(|it| it.get("files"));
            let files = files.filter_map(Value::as_array).flatten();
            let files = files.filter_map(|file| FileRef::deserialize(file).ok());
            message.files.extend(files);
        }
        Some(message)
    }

    /// All that is to be read in it.
    pub fn words(&self) -> String {
        words::together(self.text.as_deref().unwrap_or_default(), &self.quoted)
    }
}

/// Where else the words of a message may stand.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Beside {
    #[serde(deserialize_with = "lenient::readable_entries")]
    blocks: Vec<Value>,
    #[serde(deserialize_with = "lenient::readable_entries")]
    attachments: Vec<Value>,
}

#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct Edited {
    #[serde(deserialize_with = "lenient::or_default")]
    pub ts: Option<Ts>,
}

/// A file of a message, as far as it is needed to fetch it.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct FileRef {
    #[serde(deserialize_with = "lenient::or_default")]
    pub id: String,
    #[serde(deserialize_with = "lenient::or_default")]
    pub name: Option<String>,
    #[serde(deserialize_with = "lenient::or_default")]
    pub title: Option<String>,
    #[serde(deserialize_with = "lenient::or_default")]
    pub mimetype: Option<String>,
    #[serde(deserialize_with = "lenient::or_default")]
    pub size: Option<u64>,
    #[serde(deserialize_with = "lenient::or_default")]
    pub url_private: Option<String>,
    /// `check_file_info` where the file has to be asked for first (Slack Connect).
    #[serde(deserialize_with = "lenient::or_default")]
    pub file_access: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Wire {
    #[serde(rename = "type", deserialize_with = "lenient::or_default")]
    kind: String,
    #[serde(deserialize_with = "lenient::or_default")]
    channel: Option<ChannelRef>,
    #[serde(deserialize_with = "lenient::or_default")]
    user: Option<UserId>,
    #[serde(deserialize_with = "lenient::or_default")]
    thread_ts: Option<Ts>,
    #[serde(deserialize_with = "lenient::or_default")]
    tab: String,
    #[serde(deserialize_with = "lenient::or_default")]
    title: String,
    #[serde(deserialize_with = "lenient::readable_entries")]
    streaming_message_ts: Vec<Ts>,
    #[serde(deserialize_with = "lenient::or_default")]
    inviter: Option<UserId>,
    #[serde(deserialize_with = "lenient::or_default")]
    tokens: Tokens,
    #[serde(deserialize_with = "lenient::or_default")]
    assistant_thread: AssistantThread,
}

/// An id, or for some kinds the channel itself.
#[derive(Deserialize)]
#[serde(untagged)]
enum ChannelRef {
    Id(ChannelId),
    Whole { id: ChannelId },
}

impl From<ChannelRef> for ChannelId {
    fn from(named: ChannelRef) -> Self {
        match named {
            ChannelRef::Id(id) | ChannelRef::Whole { id } => id,
        }
    }
}

/// Kinds of events after which a channel has to be looked at.
const CHANNEL_CHANGES: [&str; 10] = [
    "channel_archive",
    "channel_deleted",
    "channel_left",
    "channel_rename",
    "channel_unarchive",
    "group_archive",
    "group_deleted",
    "group_left",
    "group_rename",
    "group_unarchive",
];

#[derive(Default, Deserialize)]
#[serde(default)]
struct Tokens {
    bot: Vec<UserId>,
    oauth: Vec<UserId>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct AssistantThread {
    user_id: Option<UserId>,
    channel_id: Option<ChannelId>,
    thread_ts: Option<Ts>,
}

impl Event {
    pub fn parse(raw: &RawValue) -> Self {
        let wire: Wire = serde_json::from_str(raw.get()).unwrap_or_default();
        let kind = wire.kind.clone();
        let message = |wrap: fn(Box<MessageEvent>) -> Self| {
            let message = MessageEvent::parse(raw)?;
            (message.channel.is_some() && message.ts.is_some()).then(|| wrap(Box::new(message)))
        };
        match kind.as_str() {
            "message" => message(Self::Message),
            "app_mention" => message(Self::AppMention),
            _ => wire.into_event(),
        }
        .unwrap_or(Self::Unknown { kind })
    }
}

impl Wire {
    fn into_event(self) -> Option<Event> {
        let channel = self.channel.map(ChannelId::from);
        Some(match self.kind.as_str() {
            "app_home_opened" => Event::HomeOpened {
                user: self.user?,
                channel,
                home_tab: self.tab != "messages",
            },
            "agent_session_stopped" => Event::SessionStopped {
                channel: channel?,
                thread: self.thread_ts?,
                user: self.user,
                streaming: self.streaming_message_ts,
            },
            "agent_session_title_changed" => Event::SessionTitleChanged {
                channel: channel?,
                thread: self.thread_ts?,
                title: self.title,
            },
            "member_joined_channel" => Event::MemberJoined {
                channel: channel?,
                user: self.user?,
                inviter: self.inviter,
            },
            "member_left_channel" => Event::MemberLeft {
                channel: channel?,
                user: self.user?,
            },
            "channel_shared" | "channel_unshared" => Event::ChannelShared { channel: channel? },
            kind if CHANNEL_CHANGES.contains(&kind) => Event::ChannelChanged { channel: channel? },
            "app_uninstalled" => Event::AppUninstalled,
            "tokens_revoked" => Event::TokensRevoked {
                bots: self.tokens.bot,
                users: self.tokens.oauth,
            },
            "assistant_thread_started" => Event::AssistantThreadStarted {
                channel: self.assistant_thread.channel_id?,
                thread: self.assistant_thread.thread_ts?,
                user: self.assistant_thread.user_id?,
            },
            _ => return None,
        })
    }
}
