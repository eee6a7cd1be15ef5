//! The one list of Web API methods: name, scopes (any of them suffices), rate tier, code.

use super::rates::{TIER2, TIER3, TIER4, Tier};
use super::{
    Answered, Call, assistant, auth, chat, conversations, files, history, reactions, streams,
    users, views,
};
use std::collections::HashMap;
use std::sync::LazyLock;

pub struct Method {
    pub name: &'static str,
    pub scopes: &'static [&'static str],
    pub tier: Tier,
    pub needs_token: bool,
    pub run: fn(&mut Call<'_>) -> Answered,
}

const fn method(
    name: &'static str,
    scopes: &'static [&'static str],
    tier: Tier,
    run: fn(&mut Call<'_>) -> Answered,
) -> Method {
    Method {
        name,
        scopes,
        tier,
        needs_token: true,
        run,
    }
}

const fn open(name: &'static str, run: fn(&mut Call<'_>) -> Answered) -> Method {
    Method {
        name,
        scopes: &[],
        tier: Tier::Unlimited,
        needs_token: false,
        run,
    }
}

const WRITE: &[&str] = &["chat:write"];
const AGENT: &[&str] = &["assistant:write"];
const STATUS: &[&str] = &["chat:write", "assistant:write"];
const READ: &[&str] = &["channels:read", "groups:read", "im:read", "mpim:read"];
const HISTORY: &[&str] = &[
    "channels:history",
    "groups:history",
    "im:history",
    "mpim:history",
];
const GROUPS: &[&str] = &["usergroups:read"];
const OPEN_DM: &[&str] = &["im:write", "mpim:write"];
const FILES_WRITE: &[&str] = &["files:write"];

static METHODS: &[Method] = &[
    open("api.test", auth::api_test),
    method("auth.test", &[], Tier::Unlimited, auth::test),
    method("auth.revoke", &[], Tier::Unlimited, auth::revoke),
    open("oauth.v2.access", auth::access),
    method("apps.uninstall", &[], Tier::Unlimited, auth::uninstall),
    open("blocks.validate", chat::validate_blocks),
    method("chat.postMessage", WRITE, Tier::Message, chat::post_message),
    method("chat.update", WRITE, TIER3, chat::update),
    method("chat.delete", WRITE, TIER3, chat::delete),
    method("chat.postEphemeral", WRITE, TIER4, chat::post_ephemeral),
    method("chat.getPermalink", &[], Tier::Unlimited, chat::permalink),
    method("chat.startStream", WRITE, TIER2, streams::start),
    method("chat.appendStream", WRITE, TIER4, streams::append),
    method("chat.stopStream", WRITE, TIER2, streams::stop),
    method(
        "assistant.threads.setStatus",
        STATUS,
        Tier::Unlimited,
        assistant::set_status,
    ),
    method(
        "assistant.threads.setTitle",
        AGENT,
        TIER4,
        assistant::set_title,
    ),
    method(
        "assistant.threads.setSuggestedPrompts",
        AGENT,
        TIER4,
        assistant::set_suggested_prompts,
    ),
    method(
        "agents.sessions.setStatus",
        AGENT,
        TIER3,
        assistant::set_session_status,
    ),
    method(
        "agents.sessions.rename",
        AGENT,
        TIER3,
        assistant::rename_session,
    ),
    method("conversations.info", READ, TIER3, conversations::info),
    method("conversations.list", READ, TIER2, conversations::list),
    method("conversations.members", READ, TIER4, conversations::members),
    method("conversations.open", OPEN_DM, TIER3, conversations::open),
    method(
        "conversations.join",
        &["channels:join"],
        TIER3,
        conversations::join,
    ),
    method("conversations.history", HISTORY, TIER3, history::history),
    method("conversations.replies", HISTORY, TIER3, history::replies),
    method("users.info", &["users:read"], TIER4, users::info),
    method("users.list", &["users:read"], TIER2, users::list),
    method(
        "users.lookupByEmail",
        &["users:read.email"],
        TIER3,
        users::lookup_by_email,
    ),
    method("users.conversations", READ, TIER3, conversations::of_user),
    method("usergroups.list", GROUPS, TIER2, users::groups),
    method("usergroups.users.list", GROUPS, TIER2, users::group_members),
    method("bots.info", &["users:read"], TIER3, users::bot_info),
    method("team.info", &[], TIER3, users::team_info),
    method("views.open", &[], TIER4, views::open),
    method("views.push", &[], TIER4, views::push),
    method("views.update", &[], TIER4, views::update),
    method("views.publish", &[], TIER4, views::publish),
    method("reactions.add", &["reactions:write"], TIER3, reactions::add),
    method(
        "reactions.remove",
        &["reactions:write"],
        TIER2,
        reactions::remove,
    ),
    method("reactions.get", &["reactions:read"], TIER3, reactions::get),
    method(
        "files.getUploadURLExternal",
        FILES_WRITE,
        TIER4,
        files::upload_url,
    ),
    method(
        "files.completeUploadExternal",
        FILES_WRITE,
        TIER4,
        files::complete,
    ),
    method("files.info", &["files:read"], TIER4, files::info),
    method("files.delete", FILES_WRITE, TIER3, files::delete),
];

pub fn find(name: &str) -> Option<&'static Method> {
    static BY_NAME: LazyLock<HashMap<&'static str, &'static Method>> =
        LazyLock::new(|| METHODS.iter().map(|method| (method.name, method)).collect());
    BY_NAME.get(name).copied()
}
