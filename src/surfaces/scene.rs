//! What every surface works with: whose click or command it is, and the few ways to answer it.

use super::page::Page;
use crate::approvals;
use crate::base::ids::{ChannelId, Ts, UserId};
use crate::base::secret::Secret;
use crate::jobs::Services;
use crate::jobs::cards::CardError;
use crate::jobs::deliver::{self, DeliverError};
use crate::jobs::people::LookupError;
use crate::jobs::workspaces::{Workspace, WorkspaceError};
use crate::slack::blocks::Block;
use crate::slack::client::{NewMessage, SlackError};
use crate::slack::inbound::{BlockActions, Malformed, Source};
use crate::slack::text;
use crate::store::inbox::{self, Delivery};
use crate::store::people::Person;
use crate::store::sealing::SealError;
use crate::store::{OrgTx, StoreError};
use serde_json::{Value, json};
use std::sync::Arc;
use std::time::Duration;

#[derive(Debug, thiserror::Error)]
pub enum SurfaceError {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Slack(#[from] SlackError),
    #[error(transparent)]
    Seal(#[from] SealError),
    /// A fault in what is kept of a proposal; a refusal is an answer and never gets here.
    #[error(transparent)]
    Approval(approvals::Error),
    #[error("what was stored cannot be read: {0}")]
    Malformed(#[from] Malformed),
}

impl From<DeliverError> for SurfaceError {
    fn from(error: DeliverError) -> Self {
        match error {
            DeliverError::Store(error) => error.into(),
            DeliverError::Slack(error) => error.into(),
        }
    }
}

impl From<LookupError> for SurfaceError {
    fn from(error: LookupError) -> Self {
        match error {
            LookupError::Store(error) => error.into(),
            LookupError::Slack(error) => error.into(),
        }
    }
}

impl From<approvals::Error> for SurfaceError {
    fn from(error: approvals::Error) -> Self {
        match error {
            approvals::Error::Store(error) => error.into(),
            error => Self::Approval(error),
        }
    }
}

impl From<CardError> for SurfaceError {
    fn from(error: CardError) -> Self {
        match error {
            CardError::Store(error) => error.into(),
            CardError::Slack(error) => error.into(),
            CardError::Approval(error) => error.into(),
            CardError::Uninstalled => SlackError::NoToken.into(),
        }
    }
}

impl From<WorkspaceError> for SurfaceError {
    fn from(error: WorkspaceError) -> Self {
        match error {
            WorkspaceError::Store(error) => error.into(),
            WorkspaceError::Seal(error) => error.into(),
        }
    }
}

/// What to do about work that failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Remedy {
    TryAgain(Option<Duration>),
    /// There is nobody or nowhere left to tell.
    Forget,
    /// It would fail in the same way again, and somebody should know.
    GiveUp,
}

impl SurfaceError {
    pub fn remedy(&self) -> Remedy {
        match self {
            Self::Store(StoreError::Away(_)) => Remedy::TryAgain(None),
            Self::Slack(SlackError::RateLimited { retry_after }) => {
                Remedy::TryAgain(Some(*retry_after))
            }
            Self::Slack(SlackError::NotSent | SlackError::Ambiguous(_)) => Remedy::TryAgain(None),
            Self::Slack(SlackError::NoToken) => Remedy::Forget,
            Self::Slack(SlackError::Refused { code, .. })
                if code.is_about_the_token() || code.is_about_the_channel() =>
            {
                Remedy::Forget
            }
            _ => Remedy::GiveUp,
        }
    }
}

pub type Surfaced<T = ()> = Result<T, SurfaceError>;

/// One delivery that a surface handles.
#[derive(Debug)]
pub struct Scene<'a> {
    pub services: &'a Services,
    pub workspace: Arc<Workspace>,
    /// The delivery's place in the inbox: the root of the keys of what it makes visible.
    pub inbox_id: i64,
    pub event_key: &'a str,
    /// What App Home will say.
    pub page: Page,
}

/// Where an answer for one person goes.
#[derive(Debug, Clone, Copy)]
pub enum Whisper<'a> {
    /// The address that came with a command or click; it works where Penny is no member.
    Address {
        url: &'a Secret,
        /// In place of the private message whose button was clicked.
        replacing: bool,
        /// Where to tell them if the address does not work any more.
        instead: Seat<'a>,
    },
    /// In a thread that everybody sees, for their eyes only.
    Thread {
        channel: &'a ChannelId,
        thread: Option<&'a Ts>,
        user: &'a UserId,
    },
}

/// Who clicked or typed something, and where.
#[derive(Debug, Clone, Copy)]
pub struct Seat<'a> {
    pub channel: Option<&'a ChannelId>,
    pub thread: Option<&'a Ts>,
    pub user: &'a UserId,
}

impl<'a> Seat<'a> {
    pub fn of(clicked: &'a BlockActions) -> Self {
        Self {
            channel: clicked.channel.as_ref(),
            thread: clicked.container.thread_ts.as_ref(),
            user: &clicked.source.user,
        }
    }
}

impl<'a> Whisper<'a> {
    /// To whoever clicked. A click in App Home has no address: there the page itself answers.
    pub fn to(clicked: &'a BlockActions) -> Option<Self> {
        let url = clicked.source.response_url.as_ref()?;
        Some(Self::Address {
            url,
            replacing: false,
            instead: Seat::of(clicked),
        })
    }

    /// To whoever clicked, in place of what they clicked in. A message for everybody's eyes is
    /// not replaced by one for theirs.
    pub fn in_place(clicked: &'a BlockActions) -> Option<Self> {
        let url = clicked.source.response_url.as_ref()?;
        let replacing = clicked.container.is_ephemeral;
        Some(Self::Address {
            url,
            replacing,
            instead: Seat::of(clicked),
        })
    }
}

impl Scene<'_> {
    pub async fn tx(&self) -> Surfaced<OrgTx> {
        Ok(self.services.db.org(self.workspace.org).await?)
    }

    pub async fn person(&self, user: &UserId) -> Surfaced<Arc<Person>> {
        let directory = &self.services.directory;
        Ok(directory
            .person(&self.services.db, &self.workspace, user)
            .await?)
    }

    /// Posts for everybody, once over all attempts.
    pub async fn post(&self, channel: &ChannelId, key: &str, message: NewMessage) -> Surfaced<Ts> {
        let outbox = &self.services.outbox;
        Ok(deliver::once(outbox, &self.workspace, key, channel, message).await?)
    }

    /// Puts a message into the inbox, as if it had come from Slack.
    pub async fn ask_penny(&self, message: Delivery) -> Surfaced {
        inbox::store(&self.services.db, &[message]).await?;
        self.services.db.announce();
        Ok(())
    }

    /// Tells one person. A sentence that may have arrived is not said again.
    pub async fn whisper(&self, to: Whisper<'_>, text: &str, blocks: Vec<Block>) -> Surfaced {
        let slack = &self.workspace.slack;
        let told = match to {
            Whisper::Address {
                url,
                replacing,
                instead,
            } => {
                let body = ephemeral(text, &blocks, replacing);
                match slack.respond(url, &body).await {
                    Err(error) if is_about_the_address(&error) => {
                        tracing::info!(%error, "the address of a click or command does not work");
                        return self.whisper_beside(&instead, text, blocks).await;
                    }
                    told => told,
                }
            }
            Whisper::Thread {
                channel,
                thread,
                user,
            } => {
                let message = NewMessage {
                    thread: thread.cloned(),
                    text: text.to_owned(),
                    blocks,
                    metadata: None,
                };
                let posted = slack.post_ephemeral(channel, user, &message).await;
                posted.map(|_| ())
            }
        };
        match told {
            Err(SlackError::Ambiguous(reason)) => {
                tracing::debug!(
                    slack.reason = reason,
                    "a sentence for one person may not have arrived"
                );
                Ok(())
            }
            told => Ok(told?),
        }
    }

    /// Tells whoever clicked or typed something where they did that, or directly where Penny
    /// cannot write there.
    async fn whisper_beside(&self, seat: &Seat<'_>, text: &str, blocks: Vec<Block>) -> Surfaced {
        let message = NewMessage {
            thread: seat.thread.cloned(),
            text: text.to_owned(),
            blocks,
            metadata: None,
        };
        if let Some(channel) = seat.channel {
            let slack = &self.workspace.slack;
            match slack.post_ephemeral(channel, seat.user, &message).await {
                Ok(_) | Err(SlackError::Ambiguous(_)) => return Ok(()),
                Err(SlackError::Refused { code, .. }) if !code.is_about_the_token() => {}
                Err(error) => return Err(error.into()),
            }
        }
        let message = NewMessage {
            thread: None,
            ..message
        };
        self.write_directly(seat.user, message).await
    }

    /// Tells one person in the direct conversation, once over all attempts.
    pub async fn tell_directly(&self, user: &UserId, text: &str) -> Surfaced {
        let message = NewMessage {
            text: text.to_owned(),
            ..NewMessage::default()
        };
        self.write_directly(user, message).await
    }

    async fn write_directly(&self, user: &UserId, message: NewMessage) -> Surfaced {
        let dm = self
            .workspace
            .slack
            .open_conversation(std::slice::from_ref(user))
            .await?;
        self.post(&dm, &format!("tell:{}", self.event_key), message)
            .await?;
        Ok(())
    }

    /// Opens a modal for a click or a shortcut, or says that it was too late for one.
    pub async fn open_modal_or_tell(&self, source: &Source, view: &Value) -> Surfaced {
        let opened = self.open_modal(source, view).await?;
        match &source.response_url {
            Some(url) if !opened => {
                let to = Whisper::Address {
                    url,
                    replacing: false,
                    instead: Seat {
                        channel: None,
                        thread: None,
                        user: &source.user,
                    },
                };
                self.whisper(to, text::MODAL_TOO_LATE, Vec::new()).await
            }
            _ => Ok(()),
        }
    }

    /// Opens a modal while the trigger lasts. False: it was too late.
    pub async fn open_modal(&self, source: &Source, view: &Value) -> Surfaced<bool> {
        let Some(trigger) = &source.trigger_id else {
            return Ok(false);
        };
        match self.workspace.slack.open_view(trigger, view).await {
            Ok(_) | Err(SlackError::Ambiguous(_)) => Ok(true),
            // An earlier attempt at this very click has opened it.
            Err(SlackError::Refused { code, .. }) if code.as_str() == "exchanged_trigger_id" => {
                Ok(true)
            }
            Err(SlackError::RateLimited { .. } | SlackError::NotSent) => Ok(false),
            Err(SlackError::Refused { code, .. }) if code.as_str().contains("trigger") => Ok(false),
            Err(error) => Err(error.into()),
        }
    }
}

/// It is used up, or somewhere else than Slack: waiting would not help, but writing does.
fn is_about_the_address(error: &SlackError) -> bool {
    !matches!(
        error,
        SlackError::Ambiguous(_) | SlackError::RateLimited { .. }
    )
}

fn ephemeral(text: &str, blocks: &[Block], replacing: bool) -> Value {
    let mut body = json!({
        "response_type": "ephemeral", "replace_original": replacing, "text": text,
    });
    if !blocks.is_empty() {
        body["blocks"] = json!(blocks);
    }
    body
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::slack::client::ApiCode;

    fn refused(code: &str) -> SurfaceError {
        SurfaceError::Slack(SlackError::Refused {
            code: ApiCode::from(code),
            detail: None,
        })
    }

    #[test]
    fn only_what_may_pass_is_tried_again() {
        let wait = Duration::from_secs(7);
        let limited = SurfaceError::Slack(SlackError::RateLimited { retry_after: wait });
        assert_eq!(limited.remedy(), Remedy::TryAgain(Some(wait)));
        assert_eq!(
            SurfaceError::Slack(SlackError::NotSent).remedy(),
            Remedy::TryAgain(None)
        );
        for code in ["token_revoked", "is_archived", "not_in_channel"] {
            assert_eq!(refused(code).remedy(), Remedy::Forget, "{code}");
        }
        assert_eq!(refused("invalid_blocks").remedy(), Remedy::GiveUp);
    }
}
