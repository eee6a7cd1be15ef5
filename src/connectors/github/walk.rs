//! Going through the repositories one by one: what is kept of each from run to run, and where a
//! run is among them.

use super::http::{Repo, is_blocked};
use super::repositories::{self, odd};
use super::wire::Repository;
use super::{commits, issues, pulls};
use crate::base::ids::ChannelId;
use crate::connectors::{Asked, ConnectorError, Next, Page};
use crate::net::json_api::{ApiError, JsonApi};
use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;

/// GitHub's lists may be a moment behind its records.
pub const BEHIND: TimeDelta = TimeDelta::minutes(1);

#[derive(Debug, Default, Serialize, Deserialize)]
struct Walk {
    /// How far each repository was read, by its name.
    read: BTreeMap<String, Mark>,
    /// Those that this run still has to go to, and where it is in the first of them.
    ahead: Vec<Stop>,
    within: Option<Within>,
}

/// How far a repository was read.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Mark {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since: Option<DateTime<Utc>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub head: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pushed_at: Option<DateTime<Utc>>,
    /// It was archived by then, so this is all that there will be.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub is_archived: bool,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Stop {
    pub name: String,
    /// None: everybody may read what is in it.
    pub area: Option<ChannelId>,
    pub branch: String,
    pub pushed_at: Option<DateTime<Utc>>,
    /// It was archived, and its lists have caught up with that.
    #[serde(default)]
    pub is_archived: bool,
}

/// Where a run is in a repository.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Within {
    /// The page that comes next.
    pub query: Option<String>,
    /// What the mark becomes at the end.
    pub mark: Mark,
    /// What the last page named, and has to be asked for one by one.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub ahead: Vec<u64>,
    /// No page comes after that.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub is_last: bool,
}

/// What a page of one repository leads to.
pub enum Turn {
    Further(Within),
    Done(Mark),
}

/// One page's visit to a repository.
pub struct Visit<'a> {
    pub api: &'a JsonApi,
    pub asked: &'a Asked<'a>,
    pub repo: Repo,
    pub stop: &'a Stop,
    /// How far it was read before this run.
    pub before: Mark,
    /// None: this is the first page.
    pub within: Option<Within>,
}

impl Visit<'_> {
    /// What each row needs to know of where it was read.
    pub fn at(&self) -> (&Asked<'_>, &Repo, Option<&ChannelId>) {
        (self.asked, &self.repo, self.stop.area.as_ref())
    }
}

pub async fn page(api: &JsonApi, asked: &Asked<'_>) -> Result<Page, ConnectorError> {
    let mut walk = match asked.position {
        None => Walk::default(),
        Some(saved) => Walk::deserialize(saved).map_err(odd)?,
    };
    if walk.ahead.is_empty() {
        walk.begin(asked, repositories::all(api).await?);
    }
    let mut page = Page::ending(Next::End(Value::Null));
    if let Some(stop) = walk.ahead.first().cloned() {
        let mark = walk.visit(api, asked, &stop, &mut page).await?;
        if let Some(mark) = mark {
            walk.read.insert(stop.name, mark);
            walk.ahead.remove(0);
        }
    }
    let is_end = walk.ahead.is_empty();
    let position = serde_json::to_value(walk).map_err(odd)?;
    page.next = match is_end {
        true => Next::End(position),
        false => Next::More(position),
    };
    Ok(page)
}

impl Walk {
    /// What cannot have changed is not visited: from its archiving on a repository takes no
    /// issues and no commits, and without a push there is no commit.
    fn begin(&mut self, asked: &Asked<'_>, all: Vec<Repository>) {
        let settled = asked.now - BEHIND;
        self.read
            .retain(|name, _| all.iter().any(|it| it.full_name == *name));
        for it in all {
            let is_quiet = self.read.get(&it.full_name).is_some_and(|mark| {
                let has_no_push = mark.pushed_at.is_some() && mark.pushed_at == it.pushed_at;
                it.archived && mark.is_archived || asked.stream == "commits" && has_no_push
            });
            if !is_quiet {
                self.ahead.push(Stop {
                    area: it.area(),
                    name: it.full_name,
                    branch: it.default_branch,
                    pushed_at: it.pushed_at,
                    is_archived: it.archived && it.updated_at < settled,
                });
            }
        }
    }

    /// Reads a page of a repository. Some: it was the last one.
    async fn visit(
        &mut self,
        api: &JsonApi,
        asked: &Asked<'_>,
        stop: &Stop,
        page: &mut Page,
    ) -> Result<Option<Mark>, ConnectorError> {
        let Some(repo) = Repo::parse(&stop.name) else {
            return Ok(Some(Mark::default()));
        };
        let before = self.read.get(&stop.name).cloned().unwrap_or_default();
        let visit = Visit {
            api,
            asked,
            repo,
            stop,
            before: before.clone(),
            within: self.within.take(),
        };
        let turn = match asked.stream {
            "issues" => issues::read(visit, page).await,
            "pull_requests" => pulls::read(visit, page).await,
            _ => commits::read(visit, page).await,
        };
        match turn {
            Ok(Turn::Further(within)) => {
                self.within = Some(within);
                Ok(None)
            }
            Ok(Turn::Done(mark)) => Ok(Some(Mark {
                is_archived: stop.is_archived,
                ..mark
            })),
            // It was deleted meanwhile, has no issues, or has no commit yet.
            Err(ConnectorError::Api(
                ApiError::NotFound | ApiError::Refused { status: 409, .. },
            )) => Ok(Some(before)),
            // Issues, pull requests and commits of all others are still to be had.
            Err(ConnectorError::Api(error)) if is_blocked(&error) => {
                page.closed.push(match stop.area {
                    None => stop.name.clone(),
                    Some(_) => "a private repository".to_owned(),
                });
                Ok(Some(before))
            }
            Err(error) => Err(error),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::ids::OrgId;
    use crate::connectors::Ids;
    use serde_json::json;
    use std::collections::HashMap;

    /// Which of them are gone to, and whether for the last time.
    fn visited(walk: &mut Walk, repositories: &[Value], now: &str) -> Vec<(String, bool)> {
        let people = HashMap::new();
        let asked = Asked {
            stream: "issues",
            position: None,
            ids: Ids {
                org: OrgId(uuid::Uuid::nil()),
                source: "github",
            },
            owner: None,
            people: &people,
            now: now.parse().unwrap(),
        };
        let all = repositories.iter().map(Repository::deserialize);
        walk.begin(&asked, all.collect::<Result<_, _>>().unwrap());
        let ahead = walk.ahead.drain(..);
        ahead.map(|stop| (stop.name, stop.is_archived)).collect()
    }

    fn repository(archived: bool) -> Value {
        json!({
            "id": 1, "private": false, "full_name": "acme/old", "html_url": "", "archived": archived,
            "owner": {"id": 2, "login": "acme"}, "description": null, "language": null,
            "pushed_at": null, "created_at": "2026-01-01T00:00:00Z",
            "updated_at": "2026-03-01T12:00:00Z",
        })
    }

    #[test]
    fn an_archived_repository_is_read_until_nothing_can_have_been_missed() {
        let read = |is_archived| Walk {
            read: BTreeMap::from([(
                "acme/old".to_owned(),
                Mark {
                    is_archived,
                    ..Mark::default()
                },
            )]),
            ..Walk::default()
        };
        let old = "acme/old".to_owned();
        let archived = [repository(true)];
        let (at_once, later) = ("2026-03-01T12:00:30Z", "2026-03-01T13:00:00Z");
        let before = &mut read(false);
        // Lists may be behind by a moment.
        assert_eq!(visited(before, &archived, at_once), [(old.clone(), false)]);
        assert_eq!(visited(before, &archived, later), [(old.clone(), true)]);
        assert!(visited(&mut read(true), &archived, later).is_empty());
        let open_again = [repository(false)];
        assert_eq!(visited(&mut read(true), &open_again, later), [(old, false)]);
    }
}
