//! Clicks, modals and shortcuts: JSON in the field `payload` of a form.

use super::command::fields;
use super::envelope::Installation;
use super::{Malformed, check_depth, fingerprint, lenient};
use crate::base::ids::{ChannelId, EnterpriseId, TeamId, Ts, UserId};
use crate::base::secret::Secret;
use serde::Deserialize;
use serde_json::Value;

#[derive(Debug, Clone, PartialEq)]
pub enum Interaction {
    BlockActions(Box<BlockActions>),
    ViewSubmission(Box<ViewSubmission>),
    ViewClosed(Box<ViewClosed>),
    Shortcut(Shortcut),
    MessageAction(Box<MessageAction>),
    BlockSuggestion(Suggestion),
    /// Of a kind that we do not know; the payload is kept as it came.
    Unknown {
        kind: String,
        payload: Value,
    },
}

/// Who did something, where the app is installed, and how to answer.
#[derive(Debug, Clone, PartialEq)]
pub struct Source {
    pub installation: Installation,
    pub user: UserId,
    pub user_name: Option<String>,
    pub api_app_id: Option<String>,
    /// Opens a modal within three seconds.
    pub trigger_id: Option<String>,
    /// Whoever has this address may write to the channel: a secret.
    pub response_url: Option<Secret>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct BlockActions {
    pub source: Source,
    pub container: Container,
    pub channel: Option<ChannelId>,
    /// The message that the blocks stand in, as it is now.
    pub message: Option<Value>,
    pub view: Option<View>,
    pub actions: Vec<Action>,
    pub state: Value,
}

#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct Container {
    #[serde(rename = "type", deserialize_with = "lenient::or_default")]
    pub kind: String,
    #[serde(deserialize_with = "lenient::or_default")]
    pub message_ts: Option<Ts>,
    #[serde(deserialize_with = "lenient::or_default")]
    pub thread_ts: Option<Ts>,
    #[serde(deserialize_with = "lenient::or_default")]
    pub channel_id: Option<ChannelId>,
    #[serde(deserialize_with = "lenient::or_default")]
    pub view_id: Option<String>,
    #[serde(deserialize_with = "lenient::or_default")]
    pub is_ephemeral: bool,
}

/// One element that was clicked or filled in.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct Action {
    #[serde(rename = "type", deserialize_with = "lenient::or_default")]
    pub kind: String,
    #[serde(deserialize_with = "lenient::or_default")]
    pub action_id: String,
    #[serde(deserialize_with = "lenient::or_default")]
    pub block_id: String,
    #[serde(deserialize_with = "lenient::or_default")]
    pub action_ts: String,
    #[serde(deserialize_with = "lenient::or_default")]
    pub value: Option<String>,
    #[serde(deserialize_with = "lenient::or_default")]
    pub selected_option: Option<Choice>,
}

impl Action {
    /// What was chosen: a button's value or the selected option's.
    pub fn chosen(&self) -> Option<&str> {
        self.value.as_deref().or(self
            .selected_option
            .as_ref()
            .map(|option| option.value.as_str()))
    }
}

#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
pub struct Choice {
    pub value: String,
}

#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct View {
    #[serde(deserialize_with = "lenient::or_default")]
    pub id: String,
    #[serde(deserialize_with = "lenient::or_default")]
    pub callback_id: String,
    #[serde(deserialize_with = "lenient::or_default")]
    pub private_metadata: String,
    #[serde(deserialize_with = "lenient::or_default")]
    pub hash: String,
    #[serde(deserialize_with = "lenient::or_default")]
    pub app_installed_team_id: Option<TeamId>,
    #[serde(deserialize_with = "lenient::or_default")]
    pub state: Value,
}

impl View {
    /// An element as it was submitted, with its kind's own field for what is in it.
    pub fn element(&self, block_id: &str, action_id: &str) -> Option<&Value> {
        self.state.get("values")?.get(block_id)?.get(action_id)
    }

    /// What was filled in for an element: text, or the value of the chosen option.
    pub fn filled(&self, block_id: &str, action_id: &str) -> Option<&str> {
        let element = self.element(block_id, action_id)?;
        let chosen = || element.get("selected_option")?.get("value");
        element
            .get("value")
            .filter(|value| !value.is_null())
            .or_else(chosen)?
            .as_str()
    }
}

#[derive(Debug, Clone, PartialEq)]
pub struct ViewSubmission {
    pub source: Source,
    pub view: View,
}

#[derive(Debug, Clone, PartialEq)]
pub struct ViewClosed {
    pub source: Source,
    pub view: View,
    pub is_cleared: bool,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Shortcut {
    pub source: Source,
    pub callback_id: String,
}

#[derive(Debug, Clone, PartialEq)]
pub struct MessageAction {
    pub source: Source,
    pub callback_id: String,
    pub channel: ChannelId,
    pub message_ts: Ts,
    pub message: Value,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Suggestion {
    pub source: Source,
    pub block_id: String,
    pub action_id: String,
    pub typed: String,
}

#[derive(Deserialize)]
struct Identified {
    id: String,
    #[serde(default)]
    name: Option<String>,
    #[serde(default)]
    username: Option<String>,
    #[serde(default)]
    team_id: Option<TeamId>,
}

#[derive(Deserialize)]
#[serde(default)]
#[derive(Default)]
struct Wire {
    #[serde(rename = "type", deserialize_with = "lenient::or_default")]
    kind: String,
    #[serde(deserialize_with = "lenient::or_default")]
    team: Option<Identified>,
    #[serde(deserialize_with = "lenient::or_default")]
    enterprise: Option<Identified>,
    #[serde(deserialize_with = "lenient::or_default")]
    is_enterprise_install: bool,
    #[serde(deserialize_with = "lenient::or_default")]
    user: Option<Identified>,
    #[serde(deserialize_with = "lenient::or_default")]
    api_app_id: Option<String>,
    #[serde(deserialize_with = "lenient::or_default")]
    trigger_id: Option<String>,
    #[serde(deserialize_with = "lenient::or_default")]
    response_url: Option<String>,
    #[serde(deserialize_with = "lenient::or_default")]
    container: Container,
    #[serde(deserialize_with = "lenient::or_default")]
    channel: Option<Identified>,
    #[serde(deserialize_with = "lenient::or_default")]
    message: Option<Value>,
    #[serde(deserialize_with = "lenient::or_default")]
    message_ts: Option<Ts>,
    #[serde(deserialize_with = "lenient::or_default")]
    view: Option<View>,
    #[serde(deserialize_with = "lenient::readable_entries")]
    actions: Vec<Action>,
    #[serde(deserialize_with = "lenient::or_default")]
    state: Value,
    #[serde(deserialize_with = "lenient::or_default")]
    callback_id: String,
    #[serde(deserialize_with = "lenient::or_default")]
    is_cleared: bool,
    #[serde(deserialize_with = "lenient::or_default")]
    block_id: String,
    #[serde(deserialize_with = "lenient::or_default")]
    action_id: String,
    #[serde(deserialize_with = "lenient::or_default")]
    value: String,
}

impl Interaction {
    pub fn parse(body: &[u8]) -> Result<Self, Malformed> {
        let payload = fields(body)?
            .find(|(name, _)| name == "payload")
            .map(|(_, value)| value)
            .ok_or(Malformed::NoPayload)?;
        Self::parse_payload(&payload)
    }

    /// Reads the JSON of the form's `payload`, also when it was stored meanwhile.
    pub fn parse_payload(payload: &str) -> Result<Self, Malformed> {
        check_depth(payload.as_bytes())?;
        if !payload.trim_start().starts_with('{') {
            return Err(Malformed::Json);
        }
        let wire: Wire = serde_json::from_str(payload).map_err(|_| Malformed::Json)?;
        let kind = wire.kind.clone();
        match wire.into_interaction() {
            Some(interaction) => Ok(interaction),
            None => Ok(Self::Unknown {
                kind,
                payload: serde_json::from_str(payload).map_err(|_| Malformed::Json)?,
            }),
        }
    }

    pub fn source(&self) -> Option<&Source> {
        match self {
            Self::BlockActions(it) => Some(&it.source),
            Self::ViewSubmission(it) => Some(&it.source),
            Self::ViewClosed(it) => Some(&it.source),
            Self::Shortcut(it) => Some(&it.source),
            Self::MessageAction(it) => Some(&it.source),
            Self::BlockSuggestion(it) => Some(&it.source),
            Self::Unknown { .. } => None,
        }
    }

    /// The same for every delivery of one deed, so that a replay can be told from a second one.
    /// `body` is what was delivered.
    pub fn dedupe_key(&self, body: &[u8]) -> String {
        if let Self::BlockActions(clicked) = self
            && let Some(action) = clicked.actions.first()
            && !action.action_ts.is_empty()
        {
            let user = &clicked.source.user;
            return format!("{}:{user}:{}", action.action_id, action.action_ts);
        }
        let trigger = self.source().and_then(|source| source.trigger_id.clone());
        trigger.unwrap_or_else(|| fingerprint(body))
    }
}

impl Wire {
    fn into_interaction(mut self) -> Option<Interaction> {
        let source = self.take_source()?;
        Some(match self.kind.as_str() {
            "block_actions" => Interaction::BlockActions(Box::new(BlockActions {
                source,
                channel: self
                    .channel
                    .map(|channel| ChannelId(channel.id))
                    .or_else(|| self.container.channel_id.clone()),
                container: self.container,
                message: self.message,
                view: self.view,
                actions: self.actions,
                state: self.state,
            })),
            "view_submission" => Interaction::ViewSubmission(Box::new(ViewSubmission {
                source,
                view: self.view?,
            })),
            "view_closed" => Interaction::ViewClosed(Box::new(ViewClosed {
                source,
                view: self.view?,
                is_cleared: self.is_cleared,
            })),
            "shortcut" => Interaction::Shortcut(Shortcut {
                source,
                callback_id: self.callback_id,
            }),
            "message_action" => {
                let message = self.message?;
                let ts_inside = || message.get("ts")?.as_str().map(Ts::from);
                Interaction::MessageAction(Box::new(MessageAction {
                    source,
                    callback_id: self.callback_id,
                    channel: ChannelId(self.channel?.id),
                    message_ts: self.message_ts.or_else(ts_inside)?,
                    message,
                }))
            }
            "block_suggestion" => Interaction::BlockSuggestion(Suggestion {
                source,
                block_id: self.block_id,
                action_id: self.action_id,
                typed: self.value,
            }),
            _ => return None,
        })
    }

    /// `team` is null on org-wide installs; then the view or the user says which it is. Where a
    /// channel is shared between companies it is the one of whoever clicked; blocks in a message
    /// belong to whoever posted it.
    fn take_source(&mut self) -> Option<Source> {
        let user = self.user.take()?;
        let of_view = self
            .view
            .as_ref()
            .and_then(|view| view.app_installed_team_id.clone());
        let of_message = || match self.kind.as_str() {
            "block_actions" => self.message.as_ref()?.get("team")?.as_str(),
            _ => None,
        };
        let of_poster = of_view
            .or_else(|| of_message().map(TeamId::from))
            .filter(|team| team.as_str().starts_with('T'));
        let of_team = self.team.take().map(|team| TeamId(team.id));
        Some(Source {
            installation: Installation {
                team: of_poster.or(of_team).or(user.team_id),
                enterprise: self.enterprise.take().map(|it| EnterpriseId(it.id)),
                org_wide: self.is_enterprise_install,
            },
            user: UserId(user.id),
            user_name: user.name.or(user.username),
            api_app_id: self.api_app_id.take(),
            trigger_id: self.trigger_id.take(),
            response_url: self.response_url.take().map(Secret::new),
        })
    }
}
