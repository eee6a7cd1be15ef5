//! Stored versions, read as what they mean.

use super::error::{Error, Refusal};
use super::outcome::Outcome;
use super::seal::{BrokenSeal, Hash, Sealed, Ticket};
use super::state::{Illegal, NoSuchState, State};
use crate::base::ids::{OrgId, ProposalId};
use crate::store::proposals::{self, Record};
use crate::store::{OrgTx, StoreError};

/// Opens the content of a stored version, or refuses what is not as it was sealed.
pub fn open(org: OrgId, record: &Record) -> Result<Sealed, Error> {
    Ok(Sealed::of_row(
        org,
        record.key,
        &record.content,
        &record.hash,
    )?)
}

pub fn state_of(record: &Record) -> Result<State, Error> {
    let corrupt = |error: NoSuchState| StoreError::Corrupt(error.to_string());
    Ok(record.state.parse().map_err(corrupt)?)
}

/// What came of it, once it has come to something.
pub fn outcome_of(record: &Record) -> Result<Option<Outcome>, Error> {
    let read = |json: &String| serde_json::from_str(json).map_err(StoreError::from);
    Ok(record.outcome.as_ref().map(read).transpose()?)
}

/// The stored version that a button belongs to, held until the transaction ends.
pub(super) async fn locked(tx: &mut OrgTx, ticket: Ticket) -> Result<Record, Error> {
    let record = proposals::lock(tx, ticket.key)
        .await?
        .ok_or(Refusal::NoSuchProposal)?;
    if record.hash != ticket.hash.as_bytes() {
        return Err(Refusal::WrongSeal.into());
    }
    Ok(record)
}

pub(super) fn ticket_of(record: &Record) -> Result<Ticket, Error> {
    let hash = Hash::from_slice(&record.hash);
    Ok(Ticket {
        key: record.key,
        hash: hash.ok_or(BrokenSeal::WrongHash)?,
    })
}

/// Reads the newest version and keeps others from moving it until the transaction ends.
pub(super) async fn hold(
    tx: &mut OrgTx,
    proposal: ProposalId,
) -> Result<Option<Record>, StoreError> {
    match proposals::latest(tx, proposal).await? {
        Some(newest) => proposals::lock(tx, newest.key).await,
        None => Ok(None),
    }
}

/// A step that the state does not allow is an answer, not a fault.
pub(super) fn illegal(illegal: Illegal) -> Error {
    Refusal::Already(illegal.from).into()
}
