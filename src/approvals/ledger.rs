//! The ledger: what is written down, and how a chain of it looks to somebody who checks it
//! without us. Entries name proposals by their tickets, never by their contents, so that a text
//! can be erased and the chain still holds.

use super::canonical;
use super::error::Error;
use super::policy::{Policy, Verdict};
use super::seal::{Hash, Operation, Ticket};
use super::state::State;
use crate::base::ids::{ChannelId, GrantId, OrgId, PersonId, WriteId};
use crate::store::{OrgTx, StoreError, ledger};
use chrono::{DateTime, SecondsFormat, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::fmt;
use std::str::FromStr;

/// Who did it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Actor {
    Penny,
    Person(PersonId),
}

/// What was done. Intents are written before the effect that they announce.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "act", rename_all = "snake_case")]
pub enum Act {
    Proposed {
        proposal: Ticket,
        operation: Operation,
        requester: PersonId,
        expires_at: DateTime<Utc>,
    },
    /// A card with this content was put in front of people.
    Shown {
        proposal: Ticket,
        channel: ChannelId,
    },
    Decided {
        proposal: Ticket,
        verdict: Verdict,
        #[serde(skip_serializing_if = "Option::is_none")]
        grant: Option<GrantId>,
    },
    Superseded {
        proposal: Ticket,
    },
    Expired {
        proposal: Ticket,
    },
    /// Somebody cancelled the run that asked for it.
    Withdrawn {
        proposal: Ticket,
    },
    /// The provider is called next.
    Began {
        proposal: Ticket,
        attempt: i32,
    },
    Ended {
        proposal: Ticket,
        state: &'static str,
        /// The provider's id of what came of it.
        #[serde(skip_serializing_if = "Option::is_none")]
        effect: Option<String>,
    },
    Granted {
        grant: GrantId,
        operation: Operation,
        requester: PersonId,
        uses: i32,
        #[serde(skip_serializing_if = "Option::is_none")]
        amount: Option<(i64, String)>,
        expires_at: DateTime<Utc>,
    },
    Revoked {
        grant: GrantId,
    },
    /// Penny's own tables were written, at once; the contents are kept with the write.
    Wrote {
        write: WriteId,
        table: &'static str,
        rows: u32,
    },
    /// … and as they were before.
    TookBack {
        write: WriteId,
    },
    PolicySet {
        operation: Operation,
        policy: Option<Policy>,
    },
    /// Somebody said who a user of another system is here; none is no colleague.
    LinkSet {
        system: String,
        user: String,
        person: Option<PersonId>,
    },
    /// … or that the mail address says it again.
    LinkForgotten {
        system: String,
        user: String,
    },
}

impl Act {
    pub(super) fn ended(proposal: Ticket, state: State, effect: Option<String>) -> Self {
        Self::Ended {
            proposal,
            state: state.as_str(),
            effect,
        }
    }
}

/// Writes it down. Appends of one organisation wait for each other, so this comes last in a
/// transaction.
pub async fn record(tx: &mut OrgTx, by: Actor, act: &Act) -> Result<(), Error> {
    let mut entry = serde_json::to_value(act).map_err(StoreError::from)?;
    entry["by"] = serde_json::to_value(by).map_err(StoreError::from)?;
    Ok(ledger::append(tx, &canonical::text(&entry)?).await?)
}

/// How long a ledger is and where it ends: whoever keeps this knows when entries are missing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Head {
    pub entries: u64,
    pub hash: Hash,
}

impl Head {
    /// Before the first entry.
    pub(super) fn start() -> Self {
        Self {
            entries: 0,
            hash: Hash::zero(),
        }
    }
}

impl fmt::Display for Head {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.entries, self.hash)
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a head is the number of entries, a colon and a hash of 64 digits, as the export says it")]
pub struct BadHead;

impl FromStr for Head {
    type Err = BadHead;

    fn from_str(text: &str) -> Result<Self, BadHead> {
        let (entries, hash) = text.split_once(':').ok_or(BadHead)?;
        Ok(Self {
            entries: entries.parse().map_err(|_| BadHead)?,
            hash: hash.parse().map_err(|_| BadHead)?,
        })
    }
}

/// The first line of an export.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Title {
    pub entries: u64,
    pub hash: String,
    pub org: OrgId,
}

/// Each further line: an entry, and how it hangs on the one before. Its hash is the SHA-256 of
/// this line in canonical form without the member `hash`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Line {
    pub at: String,
    pub entry: Value,
    pub hash: String,
    pub org: OrgId,
    pub previous: String,
    pub seq: u64,
}

impl Line {
    pub(super) fn own_hash(&self) -> Result<Hash, canonical::NotCanonical> {
        let covered = json!({
            "at": self.at,
            "entry": self.entry,
            "org": self.org,
            "previous": self.previous,
            "seq": self.seq,
        });
        Ok(Hash::of(canonical::text(&covered)?.as_bytes()))
    }
}

/// Hands the export of an organisation's ledger out line by line, and returns its head.
pub async fn export<E: From<Error>>(
    tx: &mut OrgTx,
    mut line: impl FnMut(&str) -> Result<(), E>,
) -> Result<Head, E> {
    const PAGE: i64 = 1_000;
    let org = tx.org();
    let head = head(tx).await?;
    let title = Title {
        entries: head.entries,
        hash: head.hash.to_string(),
        org,
    };
    line(&one_line(&title)?)?;
    let mut seq = 0;
    // Appended to meanwhile, the ledger is longer than its title says: those come next time.
    while seq < head.entries.cast_signed() {
        let limit = PAGE.min(head.entries.cast_signed() - seq);
        let rows = ledger::after(tx, seq, limit).await.map_err(Error::from)?;
        let Some(last) = rows.last() else { break };
        seq = last.seq;
        for row in rows {
            line(&one_line(&exported(org, row)?)?)?;
        }
    }
    Ok(head)
}

/// Where an organisation's ledger ends now.
pub async fn head(tx: &mut OrgTx) -> Result<Head, Error> {
    let Some((entries, hash)) = ledger::head(tx).await? else {
        return Ok(Head::start());
    };
    let corrupt = || StoreError::Corrupt("the ledger's head has no hash".into());
    Ok(Head {
        entries: entries.cast_unsigned(),
        hash: Hash::from_slice(&hash).ok_or_else(corrupt)?,
    })
}

fn exported(org: OrgId, row: ledger::Row) -> Result<Line, Error> {
    Ok(Line {
        at: row.at.to_rfc3339_opts(SecondsFormat::Micros, true),
        entry: serde_json::from_str(&row.entry).map_err(StoreError::from)?,
        hash: hex::encode(row.hash),
        org,
        previous: hex::encode(row.previous),
        seq: row.seq.cast_unsigned(),
    })
}

fn one_line(line: &impl Serialize) -> Result<String, Error> {
    let value = serde_json::to_value(line).map_err(StoreError::from)?;
    Ok(canonical::text(&value)?)
}
