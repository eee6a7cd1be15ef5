//! Who may read the private repositories: all are asked for each time, so that whoever is taken
//! out of one over there loses sight of it here with the next reading. And what follows for live
//! questions and changes.

use super::http::{Repo, query};
use super::looking::{numbered, repo_of, repository};
use super::repositories::{self, CONTENTS, odd};
use super::wire::{Collaborator, Repository};
use crate::base::ids::ChannelId;
use crate::connectors::field::Arguments;
use crate::connectors::operation::LookError;
use crate::connectors::{Area, Asked, ConnectorError, Next, Page, Readable, Readers};
use crate::net::json_api::{ApiError, JsonApi};
use serde::{Deserialize, Serialize};
use serde_json::Value;

#[derive(Default, Serialize, Deserialize)]
struct Position {
    /// The private repositories whose readers this run still has to ask for.
    ahead: Vec<Private>,
}

#[derive(Serialize, Deserialize)]
struct Private {
    name: String,
    area: ChannelId,
}

pub async fn page(api: &JsonApi, asked: &Asked<'_>) -> Result<Page, ConnectorError> {
    let mut position = match asked.position {
        None => Position::default(),
        Some(saved) => Position::deserialize(saved).map_err(odd)?,
    };
    let mut page = Page::ending(Next::End(Value::Null));
    if position.ahead.is_empty() {
        for it in repositories::all(api).await? {
            match it.area() {
                Some(area) => position.ahead.push(Private {
                    name: it.full_name,
                    area,
                }),
                None => page.areas.push(open(&it)),
            }
        }
    }
    if let Some(private) = position.ahead.pop() {
        let readers = readers(api, &private.name).await?;
        page.areas.push(area(&private.name, private.area, readers));
    }
    let is_end = position.ahead.is_empty();
    let position = serde_json::to_value(position).map_err(odd)?;
    page.next = match is_end {
        true => Next::End(position),
        false => Next::More(position),
    };
    Ok(page)
}

fn open(it: &Repository) -> Area {
    area(&it.full_name, it.place(), Readers::Everybody)
}

fn area(name: &str, id: ChannelId, readers: Readers) -> Area {
    let rows = CONTENTS.iter();
    Area {
        id,
        rows: rows
            .map(|(table, mark)| (*table, format!("{name}{mark}")))
            .collect(),
        readers,
    }
}

/// Outside collaborators, members of teams, and whoever the organisation lets read everything.
async fn readers(api: &JsonApi, name: &str) -> Result<Readers, ConnectorError> {
    let Some(repo) = Repo::parse(name) else {
        return Ok(Readers::Unsaid);
    };
    let (path, mut users) = (repo.path("/collaborators"), Vec::new());
    let mut next = Some(query(&[("affiliation", "all"), ("per_page", "100")]));
    while let Some(query) = next {
        let page = match api.page::<Vec<Collaborator>>(&path, &query).await {
            // GitHub tells only those who may push there.
            Err(ApiError::Forbidden(_) | ApiError::NotFound) => return Ok(Readers::Unsaid),
            page => page?,
        };
        let readers = page.items.iter().filter(|it| it.permissions.pull);
        users.extend(readers.map(|it| it.id.to_string()));
        next = page.next;
    }
    Ok(Readers::Users(users))
}

/// Says no where arguments lead into a private repository that is closed to whoever asks.
pub async fn admit(api: &JsonApi, given: &Arguments, readable: &Readable) -> Result<(), LookError> {
    let Some(repo) = led_into(given)? else {
        return Ok(());
    };
    let area = repository(api, &repo).await?.area();
    match area.is_none_or(|area| readable.includes(&area)) {
        true => Ok(()),
        false => Err(not_shown(&repo)),
    }
}

fn led_into(given: &Arguments) -> Result<Option<Repo>, LookError> {
    if given.contains_key("repository") {
        return repo_of(given).map(Some);
    }
    let numbers = ["issue", "pull_request"];
    let field = numbers.into_iter().find(|it| given.contains_key(*it));
    field
        .map(|field| Ok(numbered(given, field)?.repo))
        .transpose()
}

/// The same words whether there is none or it is closed: what is private is not told by a no.
pub fn not_shown(repo: &Repo) -> LookError {
    let said = format!(
        "GitHub has no repository {} that can be shown here. If it is a private one, somebody who \
         may read it on GitHub can ask in a direct message.",
        repo.full_name
    );
    LookError::problem("repository", said)
}
