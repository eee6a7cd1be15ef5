//! Carries an approved proposal out, once. Whatever happens in between (a crash, a lost answer,
//! a system that is away), the one who comes next finds out what became of the last attempt
//! before anything is sent again.

use super::{Services, cards, waiting};
use crate::approvals::seal::Content;
use crate::approvals::{
    self, ApprovedAction, Begun, Claim, Claimed, JOB, KEPT_FOR, Outcome, State, begin, claim,
    put_off, settle,
};
use crate::base::ids::OrgId;
use crate::connectors::ConnectorError;
use crate::connectors::changes::{self, Unfit};
use crate::connectors::connections::{ConnectionError, JOB as SYNC};
use crate::connectors::reaching::{Open, ReachError};
use crate::net::json_api::{ApiError, WriteError};
use crate::queue::{Done, Handler, Held};
use crate::store::proposals::{self, Key, Lease};
use crate::store::{OrgTx, StoreError, StoreResult, jobs};
use async_trait::async_trait;
use std::time::Duration;

/// Well within the minute that a lease lives.
const RENEW_EVERY: Duration = Duration::from_secs(20);
/// When an effect whose answer was lost is looked for: a system may still be at it, and may need
/// a moment until its search knows of it.
const LOOKS_AFTER: [Duration; 2] = [Duration::from_secs(2), Duration::from_secs(10)];
/// Longer than a lease: whoever looks again must be able to claim.
const LOOK_AGAIN: Duration = Duration::from_secs(65);
const SHORTEST_PAUSE: Duration = Duration::from_secs(1);
const TRY_AGAIN: Duration = Duration::from_secs(10);
/// A pause lasts as long as the system says, and no longer than this: it may have named too much.
const LONGEST_PAUSE: Duration = Duration::from_secs(6 * 60 * 60);
/// Where it names too little again and again, pauses double from a second up to this.
const LONGEST_FLOOR: Duration = Duration::from_secs(600);

#[derive(Debug, Clone)]
pub struct ExecuteAction {
    pub services: Services,
}

#[derive(Debug, thiserror::Error)]
enum Interrupted {
    #[error(transparent)]
    Approvals(#[from] approvals::Error),
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// What is known after an attempt.
enum Attempt {
    Over(Outcome),
    /// The system asks for a pause; nothing was written.
    TooMuch(Duration, String),
    /// It may have been written, and the system cannot be asked right now, perhaps because it
    /// asks for a pause.
    Dark(String, Option<Duration>),
}

#[async_trait]
impl Handler for ExecuteAction {
    fn kind(&self) -> &'static str {
        JOB
    }

    async fn run(&self, held: &Held) -> Done {
        self.done(held, false).await
    }

    /// It has been looked for long enough; a person has to find out.
    async fn exhausted(&self, held: &Held) -> Done {
        self.done(held, true).await
    }
}

impl ExecuteAction {
    async fn done(&self, held: &Held, is_last: bool) -> Done {
        let Ok(key) = held.key().parse::<Key>() else {
            return Done::Failed {
                error: "the key names no proposal".to_owned(),
            };
        };
        match Box::pin(self.carry_out(held, key, is_last)).await {
            Ok(None) => Done::Finished,
            Ok(Some(after)) => Done::Retry {
                after: Some(after),
                error: "it is not settled yet".to_owned(),
            },
            Err(Interrupted::Store(StoreError::Fenced)) => Done::Lost,
            Err(Interrupted::Approvals(error @ approvals::Error::BrokenSeal(_))) => {
                tracing::error!(proposal.key = held.key(), %error, "a proposal is not as it was sealed, and was not carried out");
                self.end_broken(held.lease().org, key).await
            }
            Err(error) => Done::Retry {
                after: Some(TRY_AGAIN),
                error: error.to_string(),
            },
        }
    }

    /// Some: when to come again.
    async fn carry_out(
        &self,
        held: &Held,
        key: Key,
        is_last: bool,
    ) -> Result<Option<Duration>, Interrupted> {
        let org = held.lease().org;
        match claim(&self.services.db, org, key).await? {
            None => self.left_alone(org, key).await,
            Some(Claimed::Ready(claim)) => {
                self.say_so(org, key).await?;
                Box::pin(self.write(held, claim)).await
            }
            Some(Claimed::Unsettled(claim)) => {
                let idempotency_key = claim.idempotency_key();
                let found = self.find_out(claim.content(), claim.lease(), &idempotency_key);
                let known = match found.await {
                    Attempt::Dark(why, _) if is_last => Attempt::Over(Outcome::Unknown(why)),
                    known => known,
                };
                self.follow(held, claim.lease(), claim.content(), known)
                    .await
            }
        }
    }

    /// Somebody else has it, and may have died with it; or a pause is not over; or it is done with,
    /// perhaps by somebody who died before they could say so.
    async fn left_alone(&self, org: OrgId, key: Key) -> Result<Option<Duration>, Interrupted> {
        let mut tx = self.services.db.org(org).await?;
        if let Some(record) = proposals::latest(&mut tx, key.proposal).await?
            && record.key == key
        {
            match (approvals::state_of(&record)?, record.wait_until) {
                (State::Executing, _) => return Ok(Some(LOOK_AGAIN)),
                (State::Approved, Some(until)) => {
                    let left = until - self.services.clock.now();
                    return Ok(Some(left.to_std().unwrap_or_default().max(SHORTEST_PAUSE)));
                }
                _ => {}
            }
        }
        self.tell(&mut tx, key).await?;
        tx.commit().await?;
        Ok(None)
    }

    /// The card shows that work on it has begun.
    async fn say_so(&self, org: OrgId, key: Key) -> StoreResult<()> {
        let mut tx = self.services.db.org(org).await?;
        cards::redraw_later(&mut tx, key.proposal).await?;
        tx.commit().await
    }

    /// Compares, sends and settles.
    async fn write(&self, held: &Held, claim: Claim) -> Result<Option<Duration>, Interrupted> {
        let services = &self.services;
        let looked = self
            .renewing(
                claim.content().org,
                claim.lease(),
                changes::live(&services.connections, claim.content()),
            )
            .await;
        let (open, live) = match looked {
            Ok(found) => found,
            Err(unfit) => {
                let (lease, content) = (claim.lease(), claim.content());
                return self.follow(held, lease, content, unsent(unfit)).await;
            }
        };
        let key = claim.lease().key();
        let org = claim.content().org;
        match begin(&services.db, claim, &live).await? {
            Begun::Changed(_) => {
                let mut tx = services.db.org(org).await?;
                self.tell(&mut tx, key).await?;
                tx.commit().await?;
                Ok(None)
            }
            Begun::Go(action) => {
                let known = self.send(&open, &action).await;
                self.follow(held, action.lease(), action.content(), known)
                    .await
            }
        }
    }

    /// What is to be done about what is known. Some: when to come again.
    async fn follow(
        &self,
        held: &Held,
        lease: &Lease,
        content: &Content,
        known: Attempt,
    ) -> Result<Option<Duration>, Interrupted> {
        match known {
            Attempt::Over(outcome) => self.end(lease, content, &outcome).await,
            Attempt::TooMuch(asked, why) => {
                let pause = pause(lease, asked);
                let mut tx = self.services.db.org(content.org).await?;
                if put_off(&mut tx, lease, pause, &why).await? != State::Approved {
                    self.tell(&mut tx, lease.key()).await?;
                    tx.commit().await?;
                    return Ok(None);
                }
                cards::redraw_later(&mut tx, lease.key().proposal).await?;
                jobs::progress(&mut tx, &held.lease().fence()).await?;
                tx.commit().await?;
                Ok(Some(pause))
            }
            Attempt::Dark(_, None) => Ok(Some(LOOK_AGAIN)),
            Attempt::Dark(_, Some(asked)) => {
                let kept = pause(lease, asked).max(LOOK_AGAIN);
                let mut tx = self.services.db.org(content.org).await?;
                if !proposals::keep_over(&mut tx, lease, kept, KEPT_FOR).await? {
                    return Ok(Some(LOOK_AGAIN));
                }
                jobs::progress(&mut tx, &held.lease().fence()).await?;
                tx.commit().await?;
                Ok(Some(kept + SHORTEST_PAUSE))
            }
        }
    }

    async fn send(&self, open: &Open, action: &ApprovedAction) -> Attempt {
        let performing = open.connector.perform(&open.api, action);
        match self
            .renewing(action.content().org, action.lease(), performing)
            .await
        {
            Ok(effect) => Attempt::Over(Outcome::Succeeded(effect)),
            Err(WriteError::Refused(why)) => Attempt::Over(Outcome::Failed(why)),
            // Not before somebody connects it again, who is told by now.
            Err(WriteError::NotSent(error @ ApiError::Unauthorized)) => {
                Attempt::Over(Outcome::Failed(error.to_string()))
            }
            Err(WriteError::NotSent(error @ ApiError::Limited(asked))) => {
                Attempt::TooMuch(asked, error.to_string())
            }
            Err(WriteError::NotSent(error)) => Attempt::Over(Outcome::NeverSent(error.to_string())),
            Err(WriteError::Unclear(why)) => {
                tracing::warn!(proposal.key = %action.lease().key(), error = why, "an approved change got no clear answer and is looked up");
                let key = action.idempotency_key();
                self.look_for(open, action.content(), action.lease(), &key)
                    .await
            }
        }
    }

    /// Finds out what became of an attempt that nobody settled.
    async fn find_out(&self, content: &Content, lease: &Lease, idempotency_key: &str) -> Attempt {
        let connections = &self.services.connections;
        let system = &content.operation.system;
        match connections
            .reach(content.org, content.requester, system)
            .await
        {
            Ok(open) => self.look_for(&open, content, lease, idempotency_key).await,
            Err(error) => Attempt::Dark(error.to_string(), None),
        }
    }

    async fn look_for(
        &self,
        open: &Open,
        content: &Content,
        lease: &Lease,
        idempotency_key: &str,
    ) -> Attempt {
        for wait in LOOKS_AFTER {
            let looking = async {
                self.services.clock.sleep(wait).await;
                open.connector
                    .find_effect(&open.api, content, idempotency_key)
                    .await
            };
            match self.renewing(content.org, lease, looking).await {
                Ok(Some(effect)) => return Attempt::Over(Outcome::Succeeded(effect)),
                Ok(None) => {}
                Err(ConnectorError::Api(error @ ApiError::Away(_))) => {
                    return Attempt::Dark(error.to_string(), None);
                }
                Err(ConnectorError::Api(error @ ApiError::Limited(asked))) => {
                    return Attempt::Dark(error.to_string(), Some(asked));
                }
                Err(error) => return Attempt::Over(Outcome::Unknown(error.to_string())),
            }
        }
        Attempt::Over(Outcome::NeverSent("it did not take effect".to_owned()))
    }

    /// Does something that takes a while and keeps the lease meanwhile.
    async fn renewing<T>(&self, org: OrgId, lease: &Lease, work: impl Future<Output = T>) -> T {
        let renew = async {
            loop {
                self.services.clock.sleep(RENEW_EVERY).await;
                if let Err(error) = self.renew(org, lease).await {
                    tracing::warn!(%error, "the right to carry a change out could not be renewed");
                }
            }
        };
        tokio::select! {
            done = work => done,
            never = renew => match never {},
        }
    }

    async fn renew(&self, org: OrgId, lease: &Lease) -> StoreResult<()> {
        let mut tx = self.services.db.org(org).await?;
        proposals::renew(&mut tx, lease).await?;
        tx.commit().await
    }

    async fn end(
        &self,
        lease: &Lease,
        content: &Content,
        outcome: &Outcome,
    ) -> Result<Option<Duration>, Interrupted> {
        let mut tx = self.services.db.org(content.org).await?;
        let state = settle(&mut tx, lease, outcome).await?;
        if state == State::Approved {
            tx.commit().await?;
            return Ok(Some(TRY_AGAIN));
        }
        if let (State::Succeeded, Some(connection)) = (state, &content.connection) {
            // So that the tables say what the system says by now.
            let id = connection.id.to_string();
            jobs::nudge(&mut tx, SYNC, &id).await?;
        }
        if let Some(undone) = content.undo_of {
            cards::redraw_later(&mut tx, undone).await?;
        }
        self.tell(&mut tx, lease.key()).await?;
        tx.commit().await?;
        Ok(None)
    }

    /// It has ended: the card says so, and nobody waits for it any more.
    async fn end_broken(&self, org: OrgId, key: Key) -> Done {
        let told = async {
            let mut tx = self.services.db.org(org).await?;
            self.tell(&mut tx, key).await?;
            tx.commit().await
        };
        match told.await {
            Ok(()) => Done::Finished,
            Err(error) => Done::Retry {
                after: Some(TRY_AGAIN),
                error: error.to_string(),
            },
        }
    }

    /// Has the card redrawn, and wakes the turn that waits for the outcome.
    async fn tell(&self, tx: &mut OrgTx, key: Key) -> StoreResult<()> {
        cards::redraw_later(tx, key.proposal).await?;
        let record = proposals::latest(tx, key.proposal).await?;
        match record.and_then(|record| record.origin) {
            Some(origin) => waiting::wake(tx, &origin).await,
            None => Ok(()),
        }
    }
}

/// As long as the system asks for, within reason; where that was never enough, longer each time.
fn pause(lease: &Lease, asked: Duration) -> Duration {
    let doublings = lease.pauses().clamp(0, 10).cast_unsigned();
    let floor = SHORTEST_PAUSE * 2_u32.pow(doublings);
    asked.min(LONGEST_PAUSE).max(floor.min(LONGEST_FLOOR))
}

/// Nothing was sent. What may pass is tried again; the rest is an answer.
fn unsent(unfit: Unfit) -> Attempt {
    let error = match &unfit {
        Unfit::Away { error, .. }
        | Unfit::Connection(ReachError::Connection(ConnectionError::Connector(error))) => {
            Some(error)
        }
        _ => None,
    };
    if let Some(ConnectorError::Api(ApiError::Limited(asked))) = error {
        return Attempt::TooMuch(*asked, unfit.to_string());
    }
    Attempt::Over(match unfit {
        Unfit::Away {
            error: ConnectorError::Api(ApiError::Unauthorized),
            ..
        } => Outcome::Failed(unfit.to_string()),
        Unfit::Away { .. } | Unfit::Connection(_) => Outcome::NeverSent(unfit.to_string()),
        unfit => Outcome::Failed(unfit.to_string()),
    })
}
