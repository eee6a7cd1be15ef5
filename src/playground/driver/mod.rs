//! People at their keyboards: what somebody in the workspace can do and see. The page's server
//! and the tests act through the same handle, so a test does nothing that a person could not.

mod command;
mod interact;
mod payload;
pub mod read;
mod roam;
mod script;
mod speak;
mod submit;
pub mod until;

pub use self::interact::{Container, Pressed};
pub use self::script::Thread;
pub use self::speak::{Draft, Said};
pub use self::submit::Submitted;

use super::events::Outgoing;
use super::events::deliver::{Answer, Missed};
use super::refusal::Refusal;
use super::slack::Slack;
use crate::base::ids::{ChannelId, UserId};

/// One person of the workspace.
#[derive(Debug, Clone)]
pub struct Human {
    slack: Slack,
    id: UserId,
}

/// Why a person could not do it: the sentence that Slack's client would show.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Denied(pub String);

impl Denied {
    fn because(sentence: impl Into<String>) -> Self {
        Self(sentence.into())
    }
}

impl From<Refusal> for Denied {
    fn from(refusal: Refusal) -> Self {
        Self(match refusal.code.as_ref() {
            "channel_not_found" => {
                "That conversation does not exist, or you cannot see it.".to_owned()
            }
            "message_not_found" => "That message is gone.".to_owned(),
            "not_in_channel" => "Join the channel before you write there.".to_owned(),
            "is_archived" => {
                "This channel is archived: nobody can write there any more.".to_owned()
            }
            "msg_too_long" => {
                "That message is too long for Slack; shorten it to 40,000 characters.".to_owned()
            }
            code => format!("Slack refused this: {code}."),
        })
    }
}

/// What Slack's client says when the app did not take an interaction.
fn unanswered(app: &str, missed: &Missed) -> Denied {
    Denied(match missed {
        Missed::Timeout => {
            format!("{app} did not answer within three seconds. Try again in a moment.")
        }
        Missed::Connection => format!("{app} cannot be reached. Is it running?"),
        Missed::Status { code, .. } => format!("{app} answered with an error (HTTP {code})."),
    })
}

impl Slack {
    /// Somebody by id or handle.
    pub fn person(&self, name: &str) -> Result<Human, Denied> {
        let known = self.look(|world| world.find_person(name).map(|person| person.id.clone()));
        let id = known
            .ok_or_else(|| Denied(format!("There is nobody called {name} in this workspace.")))?;
        Ok(Human {
            slack: self.clone(),
            id,
        })
    }

    /// A channel's id by its name.
    pub fn channel(&self, name: &str) -> Result<ChannelId, Denied> {
        let known = self.look(|world| world.find_channel(name).map(|channel| channel.id.clone()));
        known.ok_or_else(|| Denied(format!("There is no channel called {name}.")))
    }
}

impl Human {
    pub fn id(&self) -> &UserId {
        &self.id
    }

    pub fn slack(&self) -> &Slack {
        &self.slack
    }

    /// The DM with Penny.
    pub fn dm(&self) -> Result<ChannelId, Denied> {
        self.slack
            .edit(|world| world.dm_with_app(&self.id))
            .ok_or_else(|| Denied::because("Penny is not installed in this workspace yet."))
    }

    /// What Penny answers to an interaction.
    async fn asks_penny(&self, request: Outgoing) -> Result<Answer, Denied> {
        let answer = self.slack.ask_penny(request).await;
        answer.map_err(|missed| unanswered(&self.app_name(), &missed))
    }

    fn app_name(&self) -> String {
        self.slack.look(|world| world.app.name.clone())
    }
}
