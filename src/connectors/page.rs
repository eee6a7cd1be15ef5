//! What a connector hands over at a time: rows for the company's tables, users of the system,
//! records that are gone there, and where to go on.

use crate::store::company::{
    Account, Activity, ChannelMessage, Commit, CompanyRow, Contact, Deal, File, Goal, Guests,
    Issue, Meeting, Pipeline, PipelineStage, Project, PullRequest, Repository, TrackerTeam,
    Visibility, upsert, upsert_guests,
};
use crate::store::sync::Area;
use crate::store::{OrgTx, StoreResult};
use chrono::{DateTime, Utc};
use serde_json::Value;

#[derive(Debug)]
pub struct Page {
    pub rows: Batch,
    pub people: Vec<SourcePerson>,
    pub gone: Vec<Gone>,
    /// Set where a listing of everything has come to its end.
    pub unlisted: Option<Unlisted>,
    pub gone_within: Vec<GoneWithin>,
    pub gone_in: Vec<GoneIn>,
    /// Who may read which part of the system.
    pub areas: Vec<Area>,
    /// What the system closed to everybody: it is passed over, and people are told, in words that
    /// all of them may read.
    pub closed: Vec<String>,
    pub next: Next,
}

impl Page {
    /// A page without anything on it.
    pub fn ending(next: Next) -> Self {
        Self {
            rows: Batch::default(),
            people: Vec::new(),
            gone: Vec::new(),
            unlisted: None,
            gone_within: Vec::new(),
            gone_in: Vec::new(),
            areas: Vec::new(),
            closed: Vec::new(),
            next,
        }
    }

    /// The tables that it takes something away from.
    pub(super) fn gone_from(&self) -> impl Iterator<Item = &'static str> {
        let gone = self.gone.iter().map(|it| it.table);
        let gone = gone.chain(self.unlisted.iter().map(|it| it.table));
        let gone = gone.chain(self.gone_within.iter().map(|it| it.table));
        gone.chain(self.gone_in.iter().map(|it| it.table))
    }
}

/// Where to go on, in the connector's own terms.
#[derive(Debug, Clone, PartialEq)]
pub enum Next {
    More(Value),
    /// The stream is read to its end; the next run begins here.
    End(Value),
}

/// A user of the other system.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourcePerson {
    pub source_id: String,
    pub name: String,
    pub email: Option<String>,
}

/// A record that was deleted or archived over there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Gone {
    pub table: &'static str,
    pub source_id: String,
}

/// Whatever a listing of everything did not name is gone over there. For systems that tell of
/// deletions only as long as they remember them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unlisted {
    pub table: &'static str,
    /// The listing was of records made from then on.
    pub since: DateTime<Utc>,
    /// What the rows that it named carry as `listing` in their raw payload.
    pub listing: String,
}

/// Everything that was in a record which is gone: what has an id there that begins like this.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GoneWithin {
    pub table: &'static str,
    pub prefix: String,
}

/// Everything that lies in a record which is gone, or which not everybody may see any more: what
/// names it at this place of what the system sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GoneIn {
    pub table: &'static str,
    pub place: &'static [&'static str],
    pub record: String,
}

macro_rules! batch {
    ($($field:ident: $row:ident,)*) => {
        /// A table of the company's data that systems fill.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Table {
            $($row,)*
            /// Of Slack alone, where they are heard rather than read page by page.
            ChannelMessage,
        }

        impl Table {
            pub fn name(self) -> &'static str {
                match self {
                    $(Self::$row => <$row as CompanyRow>::TABLE,)*
                    Self::ChannelMessage => <ChannelMessage as CompanyRow>::TABLE,
                }
            }
        }

        /// Rows of any of the company's tables.
        #[derive(Debug, Default)]
        pub struct Batch {
            $(pub $field: Vec<$row>,)*
            /// Who comes to which of the meetings; of one without an entry nothing is said.
            pub guests: Vec<Guests>,
        }

        impl Batch {
            pub fn len(&self) -> usize {
                0 $(+ self.$field.len())*
            }

            pub fn is_empty(&self) -> bool {
                self.len() == 0
            }

            /// Which table each row is for, and who would see it there.
            pub(super) fn kinds(&self) -> impl Iterator<Item = (Table, Visibility)> {
                std::iter::empty()
                    $(.chain(self.$field.iter().map(|row| (Table::$row, row.origin.visibility))))*
            }

            /// Writes what is new or differs; returns how many rows that were.
            pub async fn store(&self, tx: &mut OrgTx) -> StoreResult<u64> {
                let mut changed = 0;
                $(changed += upsert(tx, &self.$field).await?;)*
                changed += upsert_guests(tx, &self.guests).await?;
                Ok(changed)
            }
        }
    };
}

batch! {
    pipelines: Pipeline,
    pipeline_stages: PipelineStage,
    goals: Goal,
    accounts: Account,
    contacts: Contact,
    deals: Deal,
    activities: Activity,
    meetings: Meeting,
    tracker_teams: TrackerTeam,
    projects: Project,
    issues: Issue,
    repositories: Repository,
    pull_requests: PullRequest,
    commits: Commit,
    files: File,
}
