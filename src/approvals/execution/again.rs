//! Sending once more what may have arrived already. Nobody can find out whether it has; for a write
//! that does not matter, for by its contract a second time changes nothing more.

use super::{ApprovedAction, Claim, Live, MOST_ATTEMPTS, differences};
use crate::approvals::error::Error;
use crate::approvals::ledger::{self, Act, Actor};
use crate::store::{Db, proposals};

/// What it means to send the same change twice, by the contract of the system that takes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Repeat {
    /// A write: it says how things are to be, or carries a name that the system takes once. A
    /// second time changes nothing more, though it may be refused.
    Harmless,
    /// An action: each time is one more.
    Never,
}

#[derive(Debug)]
pub enum Again {
    /// The intent is written down once more. Call the provider, once, and settle.
    Go(ApprovedAction),
    /// It must not be sent again: it is an action, was tried too often, or what is there is not
    /// as it was, be it by the first try or by somebody else.
    No(Claim),
}

/// Checks that sending it again does no harm, and writes down that the provider is called next.
pub async fn begin_again(
    db: &Db,
    claim: Claim,
    live: &Live,
    repeat: Repeat,
) -> Result<Again, Error> {
    let tries = claim.lease.attempts() - claim.lease.pauses();
    let fits = differences(claim.sealed.content(), live).is_empty();
    if repeat == Repeat::Never || tries > MOST_ATTEMPTS || !fits {
        return Ok(Again::No(claim));
    }
    let Claim { sealed, lease } = claim;
    let mut tx = db.org(sealed.content().org).await?;
    proposals::send(&mut tx, &lease, true).await?;
    let act = Act::Began {
        proposal: sealed.ticket(),
        attempt: lease.attempts(),
    };
    ledger::record(&mut tx, Actor::Penny, &act).await?;
    tx.commit().await?;
    Ok(Again::Go(ApprovedAction { sealed, lease }))
}
