//! Rows of the company's data, as every source of it (connectors, the demo company) hands them
//! in, and one way to write them: a whole page at once, changing only what differs.

mod confine;
mod count;
mod guests;
mod mails;
mod owner;
mod remove;
mod rows;
mod upsert;

pub use confine::confine;
pub use count::counts;
pub use guests::{Guest, Guests, upsert_guests};
pub use mails::match_mails;
pub use owner::owner_of;
pub use remove::{Unlisted, remove, remove_in, remove_unlisted, remove_within};
pub use rows::*;
pub use upsert::{CompanyRow, upsert, upsert_attendees};

use crate::base::ids::OrgId;
use sha2::{Digest, Sha256};
use uuid::{Builder, Uuid};

/// The id of a row that has this id in that system: everybody who names the row finds the same
/// one, whether it is here already or not.
pub fn id_of(org: OrgId, source: &str, table: &str, source_id: &str) -> Uuid {
    let mut hash = Sha256::new();
    hash.update(org.0.as_bytes());
    for part in [source, table, source_id] {
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part);
    }
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&hash.finalize()[..16]);
    Builder::from_custom_bytes(bytes).into_uuid()
}
