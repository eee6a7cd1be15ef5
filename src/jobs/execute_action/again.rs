//! A write whose fate nobody can look up is sent once more, if what it changes is as it was: by its
//! contract that does no harm. An action never is.

use super::{Attempt, ExecuteAction, Interrupted};
use crate::approvals::seal::Content;
use crate::approvals::{Again, ApprovedAction, Claim, Outcome, Repeat, begin_again};
use crate::connectors::changes::{self, Unfit};
use crate::connectors::connections::Open;
use crate::connectors::{ConnectorError, registry};
use crate::net::json_api::{ApiError, WriteError};
use crate::queue::Held;
use std::time::Duration;

/// What it would mean to send this twice. What nobody knows any more is not sent again.
pub(super) fn repeat(content: &Content) -> Repeat {
    let connector = registry::find(&content.operation.system);
    let operation = connector.and_then(|it| it.manifest().operation(&content.operation.name));
    operation.map_or(Repeat::Never, |operation| operation.repeat)
}

/// What may pass, where a record cannot be read.
fn unread(unfit: &Unfit) -> Option<Attempt> {
    let Unfit::Away {
        error: ConnectorError::Api(error),
        ..
    } = unfit
    else {
        return None;
    };
    match error {
        ApiError::Away(_) => Some(Attempt::Dark(error.to_string(), None)),
        ApiError::Limited(asked) => Some(Attempt::Dark(error.to_string(), Some(*asked))),
        _ => None,
    }
}

impl ExecuteAction {
    /// After an earlier try that may have arrived; `why` it could not be looked up.
    pub(super) async fn once_more(
        &self,
        held: &Held,
        claim: Claim,
        why: String,
    ) -> Result<Option<Duration>, Interrupted> {
        let unknown = |why| Attempt::Over(Outcome::Unknown(why));
        let repeat = repeat(claim.content());
        let connections = &self.services.connections;
        let looked = match repeat {
            Repeat::Harmless => {
                let (content, lease) = (claim.content(), claim.lease());
                let looking = changes::live(connections, content);
                let looked = self.renewing(content.org, lease, looking).await;
                looked.map_err(|unfit| unread(&unfit).unwrap_or(unknown(why.clone())))
            }
            Repeat::Never => Err(unknown(why.clone())),
        };
        let (open, live) = match looked {
            Ok(found) => found,
            Err(known) => {
                let (lease, content) = (claim.lease(), claim.content());
                return self.follow(held, lease, content, known).await;
            }
        };
        match begin_again(&self.services.db, claim, &live, repeat).await? {
            Again::No(claim) => {
                // The record can be read again, so it may tell by now.
                let (lease, content) = (claim.lease(), claim.content());
                let key = claim.idempotency_key();
                let known = match self.look_for(&open, content, lease, &key).await {
                    Attempt::Blind(why) => unknown(why),
                    known => known,
                };
                self.follow(held, lease, content, known).await
            }
            Again::Go(action) => {
                let known = self.send_again(&open, &action).await;
                let (lease, content) = (action.lease(), action.content());
                self.follow(held, lease, content, known).await
            }
        }
    }

    /// Whatever becomes of this try, the one before may have arrived. So only what it did, or a
    /// look, says anything for certain.
    async fn send_again(&self, open: &Open, action: &ApprovedAction) -> Attempt {
        let (content, lease) = (action.content(), action.lease());
        let performing = open.connector.perform(&open.api, action);
        match self.renewing(content.org, lease, performing).await {
            Ok(effect) => Attempt::Over(Outcome::Succeeded(effect)),
            // Perhaps because it is there already.
            Err(WriteError::Refused(why)) => {
                let key = action.idempotency_key();
                match self.look_for(open, content, lease, &key).await {
                    Attempt::Over(Outcome::NeverSent(_)) => Attempt::Over(Outcome::Failed(why)),
                    known => known,
                }
            }
            Err(WriteError::NotSent(error @ ApiError::Limited(asked))) => {
                Attempt::Dark(error.to_string(), Some(asked))
            }
            Err(WriteError::NotSent(error)) => Attempt::Dark(error.to_string(), None),
            Err(WriteError::Unclear(why)) => Attempt::Dark(why, None),
        }
    }
}
