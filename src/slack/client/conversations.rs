//! Reading channels, threads and people. Types are tolerant: a message with odd metadata or
//! attachments must not hide the thread around it.

use super::method::Method;
use super::{PATIENT, SlackClient, SlackError};
use crate::base::ids::{ChannelId, EnterpriseId, GroupId, TeamId, Ts, UserId};
use crate::slack::inbound::{FileRef, words};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

/// A message as it is read back.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(default)]
#[derive(Default)]
pub struct Said {
    pub ts: Option<Ts>,
    pub thread_ts: Option<Ts>,
    pub user: Option<UserId>,
    pub bot_id: Option<String>,
    pub app_id: Option<String>,
    pub username: Option<String>,
    pub subtype: Option<String>,
    pub text: String,
    pub blocks: Value,
    pub attachments: Value,
    pub files: Vec<FileRef>,
    pub metadata: Option<SaidMetadata>,
    /// `in_progress` while a stream is open.
    pub streaming_state: Option<String>,
    pub reply_count: u64,
}

impl Said {
    /// What whoever wrote it says, also where that stands in blocks alone.
    pub fn own_words(&self) -> String {
        words::own(Some(&self.text), list(&self.blocks))
    }

    /// The same with what is attached, marked as a quotation.
    pub fn words(&self) -> String {
        words::together(&self.own_words(), &words::quoted(list(&self.attachments)))
    }
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map(Vec::as_slice).unwrap_or_default()
}

#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct SaidMetadata {
    pub event_type: String,
    pub event_payload: Value,
}

/// One page of a longer list.
#[derive(Debug, Clone, PartialEq)]
pub struct Page<T> {
    pub entries: Vec<T>,
    pub next: Option<String>,
}

#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct Channel {
    pub id: String,
    pub name: String,
    pub is_im: bool,
    pub is_mpim: bool,
    pub is_private: bool,
    pub is_archived: bool,
    pub is_member: bool,
    /// Shared with another company.
    pub is_ext_shared: bool,
    /// The other person of a DM.
    pub user: Option<UserId>,
}

/// A person, or an app's bot user.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Member {
    pub id: String,
    /// Their home; in an organisation they may be in other workspaces of it as well.
    pub team: Option<TeamId>,
    pub teams: Vec<TeamId>,
    pub enterprise: Option<EnterpriseId>,
    pub name: String,
    pub real_name: Option<String>,
    pub display_name: Option<String>,
    pub title: Option<String>,
    pub email: Option<String>,
    /// An IANA name such as `Europe/Berlin`.
    pub time_zone: Option<String>,
    pub is_bot: bool,
    pub deleted: bool,
    pub is_admin: bool,
    pub is_owner: bool,
    /// A guest: of one channel, or of several.
    pub is_guest: bool,
    /// From another company (Slack Connect).
    pub is_stranger: bool,
}

/// A user group, such as @sales-leads.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Group {
    pub id: GroupId,
    pub handle: String,
}

impl SlackClient {
    pub async fn conversation(&self, channel: &ChannelId) -> Result<Channel, SlackError> {
        let query = vec![("channel", Some(channel.to_string()))];
        let answer: Value = self.get(Method::ConversationInfo, &query).await?;
        Ok(field(&answer, "channel").unwrap_or_default())
    }

    /// The channels of these types that somebody is in, of those that Penny can see; her own
    /// without a name.
    pub async fn channels_of(
        &self,
        user: Option<&UserId>,
        types: &str,
    ) -> Result<Vec<Channel>, SlackError> {
        let mut all = Vec::new();
        let mut cursor = None;
        loop {
            let query = vec![
                ("user", user.map(ToString::to_string)),
                ("types", Some(types.to_owned())),
                ("exclude_archived", Some("true".to_owned())),
                ("team_id", Some(self.team.to_string())),
                ("cursor", cursor),
                ("limit", Some("200".to_owned())),
            ];
            let answer: Value = self.get(Method::UserConversations, &query).await?;
            let listed: Page<Channel> = page(&answer, "channels");
            all.extend(listed.entries);
            cursor = listed.next;
            if cursor.is_none() {
                return Ok(all);
            }
        }
    }

    /// The newest messages before `latest`, newest first.
    pub async fn history(
        &self,
        channel: &ChannelId,
        latest: Option<&Ts>,
        limit: u16,
    ) -> Result<Vec<Said>, SlackError> {
        let query = vec![
            ("channel", Some(channel.to_string())),
            ("latest", latest.map(ToString::to_string)),
            ("limit", Some(limit.to_string())),
            ("include_all_metadata", Some("true".to_owned())),
        ];
        let answer: Value = self.get(Method::ConversationHistory, &query).await?;
        Ok(entries(&answer, "messages"))
    }

    /// A thread, its first message included, from `oldest` on.
    pub async fn replies(
        &self,
        channel: &ChannelId,
        thread: &Ts,
        oldest: Option<&Ts>,
        cursor: Option<String>,
    ) -> Result<Page<Said>, SlackError> {
        let query = vec![
            ("channel", Some(channel.to_string())),
            ("ts", Some(thread.to_string())),
            ("oldest", oldest.map(ToString::to_string)),
            ("inclusive", oldest.map(|_| "true".to_owned())),
            ("cursor", cursor),
            ("limit", Some("200".to_owned())),
            ("include_all_metadata", Some("true".to_owned())),
        ];
        let answer: Value = self.get(Method::ConversationReplies, &query).await?;
        Ok(page(&answer, "messages"))
    }

    pub async fn members(
        &self,
        channel: &ChannelId,
        cursor: Option<String>,
    ) -> Result<Page<UserId>, SlackError> {
        let query = vec![
            ("channel", Some(channel.to_string())),
            ("cursor", cursor),
            ("limit", Some("200".to_owned())),
        ];
        let answer: Value = self.get(Method::ConversationMembers, &query).await?;
        Ok(page(&answer, "members"))
    }

    /// The DM with one person, or the group DM with several.
    pub async fn open_conversation(&self, users: &[UserId]) -> Result<ChannelId, SlackError> {
        let users: Vec<&str> = users.iter().map(UserId::as_str).collect();
        let body = json!({"users": users.join(",")});
        let answer: Value = self
            .post(Method::OpenConversation, None, &body, PATIENT)
            .await?;
        let channel: Option<Channel> = field(&answer, "channel");
        channel
            .filter(|channel| !channel.id.is_empty())
            .map(|channel| ChannelId(channel.id))
            .ok_or(SlackError::Ambiguous("Slack's answer could not be read"))
    }

    pub async fn user(&self, user: &UserId) -> Result<Member, SlackError> {
        let query = vec![("user", Some(user.to_string()))];
        let answer: Value = self.get(Method::UserInfo, &query).await?;
        Ok(member(answer.get("user").unwrap_or(&Value::Null)))
    }

    /// The workspace's user groups that are in use.
    pub async fn groups(&self) -> Result<Vec<Group>, SlackError> {
        let query = vec![("team_id", Some(self.team.to_string()))];
        let answer: Value = self.get(Method::ListGroups, &query).await?;
        Ok(entries(&answer, "usergroups"))
    }

    pub async fn group_members(&self, group: &GroupId) -> Result<Vec<UserId>, SlackError> {
        let query = vec![
            ("usergroup", Some(group.to_string())),
            ("team_id", Some(self.team.to_string())),
        ];
        let answer: Value = self.get(Method::ListGroupMembers, &query).await?;
        Ok(entries(&answer, "users"))
    }

    pub async fn users(&self, cursor: Option<String>) -> Result<Page<Member>, SlackError> {
        let query = vec![
            ("team_id", Some(self.team.to_string())),
            ("cursor", cursor),
            ("limit", Some("200".to_owned())),
        ];
        let answer: Value = self.get(Method::ListUsers, &query).await?;
        let listed: Page<Value> = page(&answer, "members");
        Ok(Page {
            entries: listed.entries.iter().map(member).collect(),
            next: listed.next,
        })
    }
}

fn field<T: DeserializeOwned>(answer: &Value, name: &str) -> Option<T> {
    serde_json::from_value(answer.get(name)?.clone()).ok()
}

fn entries<T: DeserializeOwned>(answer: &Value, name: &str) -> Vec<T> {
    let listed = answer.get(name).and_then(Value::as_array);
    listed
        .into_iter()
        .flatten()
        .filter_map(|entry| serde_json::from_value(without_nulls(entry)).ok())
        .collect()
}

/// Slack writes null for much that is simply absent.
fn without_nulls(entry: &Value) -> Value {
    super::chat::compact(entry.clone())
}

fn page<T: DeserializeOwned>(answer: &Value, name: &str) -> Page<T> {
    let next = answer
        .pointer("/response_metadata/next_cursor")
        .and_then(Value::as_str)
        .filter(|cursor| !cursor.is_empty())
        .map(str::to_owned);
    Page {
        entries: entries(answer, name),
        next,
    }
}

fn member(user: &Value) -> Member {
    let text = |path: &str| {
        let found = user.pointer(path).and_then(Value::as_str);
        found.filter(|text| !text.is_empty()).map(str::to_owned)
    };
    let flag = |path: &str| user.pointer(path).and_then(Value::as_bool) == Some(true);
    Member {
        id: text("/id").unwrap_or_default(),
        team: text("/team_id").map(TeamId),
        teams: teams_of(user),
        enterprise: text("/enterprise_user/enterprise_id")
            .or_else(|| text("/enterprise_id"))
            .map(EnterpriseId),
        name: text("/name").unwrap_or_default(),
        real_name: text("/profile/real_name").or_else(|| text("/real_name")),
        display_name: text("/profile/display_name"),
        title: text("/profile/title"),
        email: text("/profile/email"),
        time_zone: text("/tz"),
        is_bot: flag("/is_bot"),
        deleted: flag("/deleted"),
        is_admin: flag("/is_admin"),
        is_owner: flag("/is_owner"),
        is_guest: flag("/is_restricted") || flag("/is_ultra_restricted"),
        is_stranger: flag("/is_stranger"),
    }
}

/// All workspaces of a member of an organisation.
fn teams_of(user: &Value) -> Vec<TeamId> {
    let lists = ["/enterprise_user/teams", "/teams"].map(|path| user.pointer(path));
    let listed = lists.into_iter().flatten().filter_map(Value::as_array);
    listed
        .flatten()
        .filter_map(|team| Some(TeamId::new(team.as_str()?)))
        .collect()
}
