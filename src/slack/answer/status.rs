//! "Penny is working …" and the Stop button. Where a workspace does not know the newer way,
//! the older one is used; where it knows neither, there is none, and no turn fails for it.

use super::Place;
use crate::base::ids::TeamId;
use crate::slack::client::{ApiCode, Method, SessionStatus, SlackClient, SlackError};
use crate::slack::text;
use chrono::{DateTime, TimeDelta, Utc};
use parking_lot::Mutex;
use std::collections::HashMap;

/// A reinstall may bring what was missing.
fn until_asked_again() -> TimeDelta {
    TimeDelta::hours(1)
}

/// What workspaces have refused, so that they are not asked again for every turn.
#[derive(Debug, Default)]
pub struct Statuses {
    refused: Mutex<HashMap<(TeamId, Method), DateTime<Utc>>>,
}

/// What is shown, and has to be taken away again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Showing {
    Nothing,
    Session,
    Thread,
}

impl Statuses {
    /// The title names a session that begins.
    pub(super) async fn working(
        &self,
        client: &SlackClient,
        place: &Place,
        title: Option<&str>,
    ) -> Showing {
        let (channel, thread) = (&place.channel, &place.thread);
        if self.is_worth_asking(client, Method::SetSessionStatus) {
            let status = SessionStatus::Processing;
            match client
                .set_session_status(channel, thread, status, title)
                .await
            {
                Ok(()) => return Showing::Session,
                Err(error) => self.note(client, Method::SetSessionStatus, &error),
            }
        }
        if self.is_worth_asking(client, Method::SetStatus) {
            let messages = &text::LOADING_MESSAGES;
            match client
                .set_thread_status(channel, thread, text::WORKING, messages)
                .await
            {
                Ok(()) => return Showing::Thread,
                Err(error) => self.note(client, Method::SetStatus, &error),
            }
        }
        Showing::Nothing
    }

    /// `posted`: a message has arrived since, which takes the older status away by itself.
    pub(super) async fn idle(
        &self,
        client: &SlackClient,
        place: &Place,
        showing: Showing,
        posted: bool,
    ) {
        let (channel, thread) = (&place.channel, &place.thread);
        let outcome = match showing {
            Showing::Nothing => return,
            Showing::Thread if posted => return,
            Showing::Thread => client.set_thread_status(channel, thread, "", &[]).await,
            Showing::Session => {
                client
                    .set_session_status(channel, thread, SessionStatus::Active, None)
                    .await
            }
        };
        if let Err(error) = outcome {
            tracing::debug!(%error, "a thread's working status could not be taken away");
        }
    }

    fn is_worth_asking(&self, client: &SlackClient, method: Method) -> bool {
        let now = client.clock().now();
        let mut refused = self.refused.lock();
        let key = (client.team().clone(), method);
        match refused.get(&key) {
            Some(until) if *until > now => false,
            Some(_) => refused.remove(&key).is_some(),
            None => true,
        }
    }

    fn note(&self, client: &SlackClient, method: Method, error: &SlackError) {
        let Some(code) = error.code() else {
            return;
        };
        if is_about_the_workspace(code) {
            let until = client.clock().now() + until_asked_again();
            let key = (client.team().clone(), method);
            self.refused.lock().insert(key, until);
        }
        tracing::debug!(slack.method = method.name(), %error, "no working status in this workspace");
    }
}

/// It would be refused in every other thread as well.
fn is_about_the_workspace(code: &ApiCode) -> bool {
    match code {
        ApiCode::UnknownMethod | ApiCode::MissingScope => true,
        ApiCode::Other(code) => code.starts_with("not_allowed") || code.contains("agent"),
        _ => false,
    }
}
