//! What is read of a system: which tables it fills, and who sees that. A page that brings anything
//! else is refused before it is stored, so a mistake in a connector shows nothing to anybody.

use super::page::{Page, Table};
use super::{ConnectorError, Manifest};
use crate::store::company::Visibility;

#[derive(Debug)]
pub struct Stream {
    pub name: &'static str,
    /// For people: “Reading companies”.
    pub title: &'static str,
    /// The tables that it fills; none where it brings people, or who may read what.
    pub tables: &'static [Table],
    /// Who sees what it brings, unless somebody shares more of it.
    pub seen_by: SeenBy,
}

/// Whose eyes a row is for when it comes in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SeenBy {
    /// All of the organisation.
    Everybody,
    /// All of the organisation; of what is private over there, those who can read it there.
    Readers,
    /// Whose account it is, and nobody else.
    Owner,
}

impl SeenBy {
    fn admit(self, visibility: Visibility) -> bool {
        match self {
            Self::Everybody => visibility == Visibility::Org,
            Self::Readers => matches!(visibility, Visibility::Org | Visibility::Channel),
            Self::Owner => visibility == Visibility::Person,
        }
    }

    /// For the agent.
    pub fn said(self) -> &'static str {
        match self {
            Self::Everybody => "everybody in the organisation",
            Self::Readers => {
                "everybody in the organisation; what is private there only who can read it there"
            }
            Self::Owner => "only the person whose account it is",
        }
    }
}

impl Stream {
    /// One whose rows everybody sees.
    pub const fn new(name: &'static str, title: &'static str, tables: &'static [Table]) -> Self {
        Self {
            name,
            title,
            tables,
            seen_by: SeenBy::Everybody,
        }
    }

    pub const fn seen_by(self, seen_by: SeenBy) -> Self {
        Self { seen_by, ..self }
    }

    fn admits(&self, table: Table, visibility: Visibility) -> bool {
        self.tables.contains(&table) && self.seen_by.admit(visibility)
    }
}

impl Manifest {
    /// Every table that something of this system is in.
    pub fn tables(&self) -> impl Iterator<Item = Table> {
        self.streams.iter().flat_map(|it| it.tables).copied()
    }

    /// Whether a page brings what is declared, and no more. Records that are read by their ids
    /// belong to no stream in particular.
    pub fn check(&self, stream: Option<&str>, page: &Page) -> Result<(), ConnectorError> {
        let streams = || {
            let all = self.streams.iter();
            all.filter(|it| stream.is_none_or(|name| it.name == name))
        };
        for (table, visibility) in page.rows.kinds() {
            if !streams().any(|it| it.admits(table, visibility)) {
                return Err(unannounced(table.name(), "brought"));
            }
        }
        // What a record that is gone takes with it may have come by another stream.
        let stray = page
            .gone_from()
            .find(|name| self.tables().all(|it| it.name() != *name));
        stray.map_or(Ok(()), |name| Err(unannounced(name, "took away")))
    }
}

fn unannounced(table: &str, did: &str) -> ConnectorError {
    ConnectorError::Unexpected(format!(
        "it {did} rows of {table} that its manifest does not announce"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::connectors::{Gone, Next, registry};
    use crate::store::company::{Origin, Project};
    use chrono::Utc;
    use serde_json::Value;

    fn page(visibility: Visibility) -> Page {
        let now = Utc::now();
        let mut page = Page::ending(Next::End(Value::Null));
        page.rows.projects.push(Project {
            project_id: uuid::Uuid::nil(),
            key: "API".to_owned(),
            name: "API".to_owned(),
            description: None,
            status: "active",
            start_date: None,
            target_date: None,
            origin: Origin {
                visibility,
                owner_id: None,
                channel_id: None,
                shareable: false,
                source: "linear",
                source_id: "p1".to_owned(),
                source_url: None,
                raw: None,
                created_at: now,
                updated_at: now,
            },
        });
        page
    }

    #[test]
    fn a_page_brings_the_tables_of_its_stream_for_the_eyes_of_its_stream() {
        let linear = registry::find("linear").unwrap().manifest();
        let org = page(Visibility::Org);
        assert_eq!(linear.check(Some("projects"), &org), Ok(()));
        assert_eq!(linear.check(None, &org), Ok(()));
        assert!(linear.check(Some("issues"), &org).is_err());
        for hidden in [Visibility::Channel, Visibility::Person] {
            assert!(linear.check(Some("projects"), &page(hidden)).is_err());
        }
        let gmail = registry::find("gmail").unwrap().manifest();
        assert!(gmail.check(None, &org).is_err());
    }

    #[test]
    fn a_page_takes_away_only_from_tables_of_its_system() {
        let linear = registry::find("linear").unwrap().manifest();
        let gone = |table| Page {
            gone: vec![Gone {
                table,
                source_id: "1".to_owned(),
            }],
            ..Page::ending(Next::End(Value::Null))
        };
        assert_eq!(linear.check(Some("projects"), &gone("issues")), Ok(()));
        assert!(linear.check(Some("projects"), &gone("deals")).is_err());
    }

    #[test]
    fn what_is_for_one_person_is_for_nobody_else() {
        use Visibility::{Channel, Org, Person};
        for (seen_by, admitted) in [
            (SeenBy::Everybody, [true, false, false]),
            (SeenBy::Readers, [true, true, false]),
            (SeenBy::Owner, [false, false, true]),
        ] {
            assert_eq!([Org, Channel, Person].map(|it| seen_by.admit(it)), admitted);
        }
    }

    #[test]
    fn one_persons_own_account_brings_nothing_that_others_see() {
        for connector in registry::all() {
            let manifest = connector.manifest();
            let is_own = manifest.reach == crate::connectors::Reach::Person;
            for stream in manifest.streams {
                assert_eq!(stream.seen_by == SeenBy::Owner, is_own, "{}", manifest.slug);
            }
        }
    }
}
