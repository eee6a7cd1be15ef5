//! Reading Linear page by page so that no change is lost. Its lists come with the latest change
//! first, so a run reads down to where the last one began. What changes meanwhile moves to the
//! top, which is looked at again once the bottom is reached. What no change tells of, such as a
//! team that becomes private or a project that is thrown away, shows in lists that are read whole.

use super::doors::Doors;
use super::graphql::ask;
use super::rows;
use super::wire::{Connection, Issue, Project, Team, User, read};
use crate::connectors::tracker::without_nul;
use crate::connectors::{Asked, Batch, ConnectorError, Gone, GoneIn, Next, Page, SourcePerson};
use crate::net::json_api::{ApiError, JsonApi};
use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// A change that takes Linear a while to commit has an earlier moment than some that are already
/// there to be read.
const BEHIND: TimeDelta = TimeDelta::minutes(1);

const USERS: &str = "query Users($after: String) {
    users(first: 100, after: $after, includeArchived: true) {
        nodes { id name email }
        pageInfo { hasNextPage endCursor }
    }
}";

const TEAMS: &str = "query Teams($after: String) {
    teams(first: 50, after: $after, includeArchived: true) {
        nodes { id key name description private archivedAt createdAt updatedAt }
        pageInfo { hasNextPage endCursor }
    }
}";

const PROJECTS: &str = "query Projects($after: String) {
    projects(first: 50, after: $after, includeArchived: true) {
        nodes {
            id slugId name description url startDate targetDate trashed
            archivedAt autoArchivedAt createdAt updatedAt
            status { type } lead { id name } teams(first: 20) { nodes { private } }
        }
        pageInfo { hasNextPage endCursor }
    }
}";

const ISSUES: &str = "query Issues($after: String, $filter: IssueFilter) {
    issues(first: 100, after: $after, filter: $filter, includeArchived: true,
        orderBy: updatedAt) {
        nodes {
            id identifier title description url priority estimate dueDate trashed
            startedAt completedAt canceledAt archivedAt autoArchivedAt createdAt updatedAt
            state { id name type } team { id name private } project { id name }
            assignee { id name } creator { id name }
            labels(first: 10) { nodes { id name } pageInfo { hasNextPage } }
        }
        pageInfo { hasNextPage endCursor }
    }
}";

/// Linear counts what a list may bring and not what it brings, so a page of issues asks for a few
/// labels of each, and for those of the few that have more on its own.
const LABELS: &str = "query Labels($id: String!) {
    issue(id: $id) { labels(first: 100) { nodes { id name } } }
}";

#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
struct Position {
    /// What changed from here on is wanted; at the very beginning, everything.
    since: Option<DateTime<Utc>>,
    /// The next page of the list being read.
    after: Option<String>,
    /// The latest change when that list was begun.
    newest: Option<DateTime<Utc>>,
    /// Whether it is the second look, at what changed during the first.
    is_second_look: bool,
    /// The teams that everybody might see when this run began; none before the first.
    #[serde(default)]
    teams: Option<BTreeSet<String>>,
    /// Those of them that not everybody might see before, so that all of theirs is new here.
    #[serde(default)]
    opened: BTreeSet<String>,
}

/// A list that is read whole each time.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(default)]
struct Listing {
    page: Option<String>,
    /// What was found so far.
    seen: BTreeSet<String>,
    /// What was found the last time; none before the first.
    known: Option<BTreeSet<String>>,
}

impl Listing {
    /// Where the last page left off. What an older version has saved begins anew.
    fn of(asked: &Asked<'_>) -> Self {
        let saved = asked.position.map(Self::deserialize);
        saved.and_then(Result::ok).unwrap_or_default()
    }

    /// From this page to the next one; and at the end, what was found the last time and is not
    /// there any more is gone.
    fn leads_on(
        self,
        mut page: Page,
        table: &'static str,
        after: Option<String>,
    ) -> Result<Page, ConnectorError> {
        if after.is_some() {
            let further = Self {
                page: after,
                ..self
            };
            page.next = Next::More(serde_json::to_value(further).map_err(odd)?);
            return Ok(page);
        }
        let missing = &self.known.unwrap_or_default() - &self.seen;
        page.gone
            .extend(missing.into_iter().map(|id| gone(table, id)));
        let known = Self {
            known: Some(self.seen),
            ..Self::default()
        };
        page.next = Next::End(serde_json::to_value(known).map_err(odd)?);
        Ok(page)
    }
}

/// All of them each time: they are few.
pub async fn users(api: &JsonApi, asked: &Asked<'_>) -> Result<Page, ConnectorError> {
    #[derive(Deserialize)]
    struct Data {
        users: Connection<User>,
    }
    let data: Data = ask(api, USERS, json!({"after": asked.position})).await?;
    let people = data.users.nodes.into_iter().map(|user| SourcePerson {
        source_id: user.id,
        name: user.name,
        email: user.email,
    });
    Ok(Page {
        people: people.collect(),
        ..Page::ending(whole(data.users.page_info.next()))
    })
}

pub async fn teams(api: &JsonApi, asked: &Asked<'_>) -> Result<Page, ConnectorError> {
    #[derive(Deserialize)]
    struct Data {
        teams: Connection<Value>,
    }
    let mut listing = Listing::of(asked);
    let data: Data = ask(api, TEAMS, json!({"after": listing.page})).await?;
    let mut page = Page::ending(Next::End(Value::Null));
    for mut node in data.teams.nodes {
        without_nul(&mut node);
        let team: Team = read(&node).map_err(odd)?;
        if team.private || team.archived_at.is_some() {
            page.gone.push(gone("tracker_teams", team.id));
        } else {
            listing.seen.insert(team.id.clone());
            rows::team(&mut page.rows, asked, team, &node);
        }
    }
    listing.leads_on(page, "tracker_teams", data.teams.page_info.next())
}

fn whole(next: Option<String>) -> Next {
    next.map_or(Next::End(Value::Null), |after| Next::More(json!(after)))
}

pub async fn projects(api: &JsonApi, asked: &Asked<'_>) -> Result<Page, ConnectorError> {
    #[derive(Deserialize)]
    struct Data {
        projects: Connection<Value>,
    }
    let mut listing = Listing::of(asked);
    let data: Data = ask(api, PROJECTS, json!({"after": listing.page})).await?;
    let mut page = Page::ending(Next::End(Value::Null));
    for mut node in data.projects.nodes {
        without_nul(&mut node);
        let project: Project = read(&node).map_err(odd)?;
        let teams = &project.teams.nodes;
        let is_private = !teams.is_empty() && teams.iter().all(|team| team.private);
        if is_private || project.life.is_over() {
            page.gone.push(gone("projects", project.id));
        } else {
            listing.seen.insert(project.id.clone());
            rows::project(&mut page.rows, asked, project, &node);
        }
    }
    listing.leads_on(page, "projects", data.projects.page_info.next())
}

impl Position {
    fn is_at_the_beginning_of_a_run(&self) -> bool {
        self.after.is_none() && !self.is_second_look
    }

    /// Learns who sees which team by now; returns the teams whose issues not everybody may see
    /// any more, or nobody at all.
    fn learn(&mut self, doors: Doors) -> BTreeSet<String> {
        let closed = match (&self.teams, self.since) {
            (Some(known), _) => known - &doors.open,
            // An older version did not look.
            (None, Some(_)) => doors.private,
            (None, None) => BTreeSet::new(),
        };
        self.opened = match &self.teams {
            Some(known) => &doors.open - known,
            None => BTreeSet::new(),
        };
        self.teams = Some(doors.open);
        closed
    }

    fn filter(&self) -> Value {
        let Some(since) = self.since else {
            return Value::Null;
        };
        // What is archived is not said to have changed.
        let mut wanted = vec![
            json!({"updatedAt": {"gte": since}}),
            json!({"archivedAt": {"gte": since}}),
        ];
        if !self.opened.is_empty() {
            wanted.push(json!({"team": {"id": {"in": self.opened}}}));
        }
        json!({"or": wanted})
    }
}

pub async fn issues(api: &JsonApi, asked: &Asked<'_>) -> Result<Page, ConnectorError> {
    #[derive(Deserialize)]
    struct Data {
        issues: Connection<Value>,
    }
    let mut position = position(asked)?;
    let mut closed = BTreeSet::new();
    if position.is_at_the_beginning_of_a_run() {
        closed = position.learn(Doors::of(api).await?);
    }
    let variables = json!({"after": position.after, "filter": position.filter()});
    let mut data: Data = ask(api, ISSUES, variables).await?;
    for node in &mut data.issues.nodes {
        if node["labels"]["pageInfo"]["hasNextPage"] == true {
            add_labels(api, node).await?;
        }
    }
    let mut page = changed(position, data.issues, |page, node| {
        let issue: Issue = read(node)?;
        if issue.team.private || issue.life.is_over() {
            page.gone.push(gone("issues", issue.id));
        } else {
            rows::issue(&mut page.rows, asked, issue, node);
        }
        Ok(())
    })?;
    page.gone_in = closed.into_iter().map(in_team).collect();
    Ok(page)
}

/// All labels of an issue, unless it is gone by now: then it has those that were seen.
async fn add_labels(api: &JsonApi, issue: &mut Value) -> Result<(), ApiError> {
    let all: Result<Value, _> = ask(api, LABELS, json!({"id": issue["id"]})).await;
    match all {
        Ok(mut all) => issue["labels"] = all["issue"]["labels"].take(),
        Err(ApiError::NotFound) => {}
        Err(error) => return Err(error),
    }
    Ok(())
}

/// What was read of the issues of a team.
fn in_team(team: String) -> GoneIn {
    GoneIn {
        table: "issues",
        place: &["team", "id"],
        record: team,
    }
}

fn position(asked: &Asked<'_>) -> Result<Position, ConnectorError> {
    match asked.position {
        None => Ok(Position::default()),
        Some(saved) => Position::deserialize(saved).map_err(odd),
    }
}

/// A page of what changed, by means of what becomes of one record.
fn changed(
    position: Position,
    list: Connection<Value>,
    mut add: impl FnMut(&mut Page, &Value) -> serde_json::Result<()>,
) -> Result<Page, ConnectorError> {
    let first = list.nodes.first();
    let first = first.and_then(|node| node["updatedAt"].as_str()?.parse().ok());
    let next = position.next(first, list.page_info.next());
    let mut page = Page {
        rows: Batch::default(),
        ..Page::ending(next.map_err(odd)?)
    };
    for mut node in list.nodes {
        without_nul(&mut node);
        add(&mut page, &node).map_err(odd)?;
    }
    Ok(page)
}

impl Position {
    fn next(self, first: Option<DateTime<Utc>>, after: Option<String>) -> serde_json::Result<Next> {
        let newest = self.newest.or(first);
        if after.is_some() {
            let further = Self {
                after,
                newest,
                ..self
            };
            return Ok(Next::More(serde_json::to_value(further)?));
        }
        let since = newest.map(|newest| newest - BEHIND).max(self.since);
        let took_several_pages = self.after.is_some();
        let rest = Self {
            since,
            is_second_look: took_several_pages && !self.is_second_look,
            teams: self.teams,
            ..Self::default()
        };
        Ok(if rest.is_second_look {
            Next::More(serde_json::to_value(rest)?)
        } else {
            Next::End(serde_json::to_value(rest)?)
        })
    }
}

fn gone(table: &'static str, source_id: String) -> Gone {
    Gone { table, source_id }
}

fn odd(error: serde_json::Error) -> ConnectorError {
    ConnectorError::Unexpected(error.to_string())
}
