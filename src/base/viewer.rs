//! Who is looking: the person who asked, and everybody who will see the answer.
//! A surface makes a `Viewer`; every read of company data needs one.

use super::ids::{ChannelId, OrgId, PersonId};

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Viewer {
    pub org: OrgId,
    pub person: PersonId,
    pub audience: Audience,
    /// Somebody who is not a full member (Slack Connect, a guest) will see the answer:
    /// then only rows marked as shareable may be read.
    pub external_present: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Audience {
    /// Only the asker reads the answer (a DM with Penny).
    Private,
    /// Everybody in that channel reads it, so only what all of them may see is readable.
    Channel(ChannelId),
}
