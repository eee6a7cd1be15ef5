//! The cards of proposals. What a model or another system wrote stands in them as rich text, in
//! which nothing is markup: it can name nobody, lead nowhere and hide nothing.

mod change;
pub mod form;
pub mod home;
mod plan;
mod single;
pub mod windows;
pub mod words;

pub use change::{Change, Value};
pub use home::{audit, rules, undoable};
pub use plan::{MOST_ROWS, plan};
pub use single::{buttons_of, card};

use chrono::{DateTime, Utc};

/// A proposal as people see it. Fields called markup are made of ids and constants alone.
#[derive(Debug, Clone)]
pub struct Card {
    /// What its buttons carry.
    pub ticket: String,
    pub version: u32,
    /// Such as “Update a deal”.
    pub title: String,
    /// The name of the system.
    pub system: String,
    /// What people call the record.
    pub record: String,
    pub link: Option<String>,
    pub changes: Vec<Change>,
    /// Who asked, as markup.
    pub requester: String,
    /// Who reworded it since, as markup; empty if nobody did.
    pub edited_by: String,
    /// Who may decide, as markup.
    pub deciders: String,
    pub is_irreversible: bool,
    /// What an undo could do, once it is done.
    pub can_be_undone: bool,
    pub is_undo: bool,
    /// One person's yes could be given for the next ones, too.
    pub can_be_granted: bool,
    pub stage: Stage,
}

/// Where a proposal stands, with what is to be said of it there. Names are markup, and reasons
/// plain text.
#[derive(Debug, Clone, PartialEq)]
pub enum Stage {
    Open {
        expires_at: DateTime<Utc>,
        /// Who has agreed already, where several have to.
        agreed: Vec<String>,
        needed: usize,
    },
    Approved {
        by: String,
        beforehand: bool,
        /// The system asks for a pause until then.
        waits_until: Option<DateTime<Utc>>,
    },
    Running {
        by: String,
    },
    Done {
        by: String,
        link: Option<String>,
    },
    Rejected {
        by: String,
        reason: Option<String>,
    },
    Expired,
    Superseded,
    Withdrawn,
    Changed {
        fields: Vec<String>,
    },
    Failed {
        reason: String,
    },
    Unknown,
    Undone,
}

impl Card {
    /// Whether a yes is asked for twice: nobody can take it back afterwards.
    pub fn asks_twice(&self) -> bool {
        self.is_irreversible || !(self.can_be_undone || self.is_undo)
    }

    fn can_be_proposed_again(&self) -> bool {
        // An undo is proposed again where it was asked for.
        !self.is_undo
            && matches!(
                self.stage,
                Stage::Rejected { .. }
                    | Stage::Expired
                    | Stage::Changed { .. }
                    | Stage::Failed { .. }
            )
    }
}

#[cfg(test)]
mod tests;
