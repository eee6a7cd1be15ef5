//! The methods of Slack's Web API that Penny calls: how often each may be called, whether a
//! limit holds for the channel or the whole workspace, and what may be repeated.

/// How a method's failure may be handled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Repeat {
    /// Reading, or writing the same value again: repeated after any passing failure.
    Safe,
    /// Done twice it would show twice: repeated only if it surely was not done.
    IfNotSent,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    Workspace,
    Channel,
}

/// Calls that pass at once, and how fast they come back.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Rate {
    pub burst: u32,
    pub per_minute: u32,
    pub scope: Scope,
}

const fn workspace(burst: u32, per_minute: u32) -> Rate {
    Rate {
        burst,
        per_minute,
        scope: Scope::Workspace,
    }
}

const fn channel(burst: u32, per_minute: u32) -> Rate {
    Rate {
        burst,
        per_minute,
        scope: Scope::Channel,
    }
}

/// Slack's tiers promise at least these rates and tolerate bursts above them; what Slack does
/// not tolerate it says by a 429, which the limiter then obeys.
const TIER_2: Rate = workspace(20, 20);
const TIER_3: Rate = workspace(600, 50);
const TIER_4: Rate = workspace(500, 100);
/// One message a second and channel, of which a burst may be ahead.
const MESSAGES: Rate = channel(40, 60);

macro_rules! methods {
    ($($name:ident = $path:literal, $repeat:ident, $rate:expr;)+) => {
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum Method { $($name),+ }

        impl Method {
            pub fn name(self) -> &'static str {
                match self { $(Self::$name => $path),+ }
            }

            pub(super) fn repeat(self) -> Repeat {
                match self { $(Self::$name => Repeat::$repeat),+ }
            }

            pub(super) fn rate(self) -> Rate {
                match self { $(Self::$name => $rate),+ }
            }
        }
    };
}

methods! {
    AuthTest = "auth.test", Safe, TIER_4;
    BotInfo = "bots.info", Safe, TIER_3;
    PostMessage = "chat.postMessage", IfNotSent, MESSAGES;
    UpdateMessage = "chat.update", Safe, channel(60, 60);
    DeleteMessage = "chat.delete", Safe, TIER_3;
    PostEphemeral = "chat.postEphemeral", IfNotSent, TIER_4;
    GetPermalink = "chat.getPermalink", Safe, TIER_4;
    StartStream = "chat.startStream", IfNotSent, TIER_2;
    AppendStream = "chat.appendStream", IfNotSent, TIER_4;
    StopStream = "chat.stopStream", IfNotSent, workspace(40, 20);
    SetStatus = "assistant.threads.setStatus", Safe, TIER_4;
    SetSuggestedPrompts = "assistant.threads.setSuggestedPrompts", Safe, TIER_4;
    SetSessionStatus = "agents.sessions.setStatus", Safe, TIER_3;
    ConversationInfo = "conversations.info", Safe, TIER_3;
    ConversationHistory = "conversations.history", Safe, TIER_3;
    ConversationReplies = "conversations.replies", Safe, TIER_3;
    UserConversations = "users.conversations", Safe, TIER_3;
    ConversationMembers = "conversations.members", Safe, TIER_4;
    OpenConversation = "conversations.open", Safe, TIER_3;
    UserInfo = "users.info", Safe, TIER_4;
    ListUsers = "users.list", Safe, TIER_2;
    ListGroups = "usergroups.list", Safe, TIER_2;
    ListGroupMembers = "usergroups.users.list", Safe, TIER_2;
    OpenView = "views.open", IfNotSent, TIER_4;
    UpdateView = "views.update", Safe, TIER_4;
    PublishView = "views.publish", Safe, TIER_4;
    FileUploadUrl = "files.getUploadURLExternal", Safe, TIER_4;
    CompleteUpload = "files.completeUploadExternal", IfNotSent, TIER_4;
    FileInfo = "files.info", Safe, TIER_4;
    OauthAccess = "oauth.v2.access", IfNotSent, TIER_4;
}
