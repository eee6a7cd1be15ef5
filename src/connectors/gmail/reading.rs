//! Reading a mailbox so that no change is lost: first what it holds of the last months, then,
//! from the moment before that began, what its history says. Gmail keeps the history for a week
//! or more; where it is no longer there, the mailbox is listed once more, and what is not found
//! again is gone.

use super::rows::{self, Place};
use super::wire::{Listed, ME, Message, Profile, Reference};
use crate::connectors::{Asked, Batch, ConnectorError, Gone, Next, Page, Unlisted};
use crate::net::json_api::{ApiError, JsonApi};
use chrono::{DateTime, TimeDelta, Utc};
use futures::{StreamExt, TryStreamExt, stream};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeSet;

/// How far back mail is read at first; older mail is asked for live.
pub const DAYS: i64 = 180;
const LISTED: &str = "100";
/// Mails fetched at once: Gmail allows fifty a second and person.
const AT_ONCE: usize = 5;
const TABLE: &str = "activities";
/// How often in a row a list is begun again because its next page was refused.
const MOST_REFUSED: u8 = 3;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Position {
    /// Listing what there is since a moment. `history` is from before that began.
    All {
        account: String,
        history: String,
        since: DateTime<Utc>,
        page: Option<String>,
        #[serde(default)]
        refused: u8,
    },
    /// What changed from there on. `newest` is the mailbox's history when its first page was made:
    /// later pages go on with that list, whatever their own answers call newest by then.
    Changes {
        account: String,
        history: String,
        page: Option<String>,
        #[serde(default)]
        newest: Option<String>,
        #[serde(default)]
        refused: u8,
    },
    /// The history was read to its end.
    Rest { account: String, history: String },
}

pub async fn page(api: &JsonApi, asked: &Asked<'_>) -> Result<Page, ConnectorError> {
    let position = match asked.position {
        None => begin(api, asked.now).await?,
        Some(saved) => serde_json::from_value(saved.clone())
            .map_err(|error| ConnectorError::Unexpected(error.to_string()))?,
    };
    let again = position.begun_again();
    match (read(api, asked, position).await, again) {
        (Err(ConnectorError::Api(ApiError::Refused { status: 400, .. })), Some(again)) => {
            tracing::info!("a mailbox is listed again, for its next page was refused");
            read(api, asked, again).await
        }
        (read, _) => read,
    }
}

async fn read(
    api: &JsonApi,
    asked: &Asked<'_>,
    position: Position,
) -> Result<Page, ConnectorError> {
    match position {
        Position::All { .. } => everything(api, asked, position).await,
        Position::Changes { .. } => changes(api, asked, position).await,
        Position::Rest { account, history } => {
            let profile = profile(api).await?;
            if profile.email_address == account {
                return changes(api, asked, Position::since(account, history)).await;
            }
            // Its owner has connected another mailbox.
            everything(api, asked, from_start(profile, asked.now)).await
        }
    }
}

impl Position {
    /// Nothing is read yet of what changed from there on.
    fn since(account: String, history: String) -> Self {
        Self::Changes {
            account,
            history,
            page: None,
            newest: None,
            refused: 0,
        }
    }

    /// The beginning of the same list, where this is a further page of it: nobody says how long
    /// Gmail takes the name of one. None: it was refused too often.
    fn begun_again(&self) -> Option<Self> {
        let mut again = self.clone();
        let (page, refused) = match &mut again {
            Self::All { page, refused, .. } => (page, refused),
            Self::Changes {
                page,
                newest,
                refused,
                ..
            } => {
                *newest = None;
                (page, refused)
            }
            Self::Rest { .. } => return None,
        };
        page.take()?;
        *refused += 1;
        (*refused <= MOST_REFUSED).then_some(again)
    }
}

async fn profile(api: &JsonApi) -> Result<Profile, ApiError> {
    api.get(&format!("{ME}/profile"), &[]).await
}

async fn begin(api: &JsonApi, now: DateTime<Utc>) -> Result<Position, ConnectorError> {
    Ok(from_start(profile(api).await?, now))
}

fn from_start(profile: Profile, now: DateTime<Utc>) -> Position {
    Position::All {
        account: profile.email_address,
        history: profile.history_id,
        since: now - TimeDelta::days(DAYS),
        page: None,
        refused: 0,
    }
}

async fn everything(
    api: &JsonApi,
    asked: &Asked<'_>,
    position: Position,
) -> Result<Page, ConnectorError> {
    let Position::All {
        account,
        history,
        since,
        page,
        refused,
    } = position
    else {
        return Err(ConnectorError::Unexpected("not a listing".to_owned()));
    };
    let wanted = format!("after:{} -in:chats -in:drafts", since.timestamp());
    let mut query = vec![("q", wanted.as_str()), ("maxResults", LISTED)];
    if let Some(page) = &page {
        query.push(("pageToken", page));
    }
    let listed: Listed = api.get(&format!("{ME}/messages"), &query).await?;
    let found = fetch(api, listed.messages.into_iter().map(|it| it.id)).await?;
    let place = place(asked, &account, Some(&history))?;
    let mut read = sorted(&place, found);
    read.next = match listed.next_page_token {
        Some(page) => more(&Position::All {
            account,
            history,
            since,
            page: Some(page),
            refused,
        })?,
        None => {
            read.unlisted = Some(Unlisted {
                table: TABLE,
                since,
                listing: history.clone(),
            });
            // What changed meanwhile is read in the same run.
            more(&Position::since(account, history))?
        }
    };
    Ok(read)
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct History {
    #[serde(default)]
    history: Vec<Record>,
    next_page_token: Option<String>,
    history_id: String,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Record {
    messages_added: Vec<Change>,
    messages_deleted: Vec<Change>,
    labels_added: Vec<Change>,
    labels_removed: Vec<Change>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Change {
    message: Reference,
    label_ids: Vec<String>,
}

impl Change {
    /// Whether the mail went where it counts as gone, or came from there.
    fn moves_it(&self) -> bool {
        let matters = ["TRASH", "SPAM", "DRAFT", "SENT"];
        self.label_ids
            .iter()
            .any(|it| matters.contains(&it.as_str()))
    }
}

async fn changes(
    api: &JsonApi,
    asked: &Asked<'_>,
    position: Position,
) -> Result<Page, ConnectorError> {
    let Position::Changes {
        account,
        history: since,
        page,
        newest,
        refused,
    } = position
    else {
        return Err(ConnectorError::Unexpected("not a history".to_owned()));
    };
    let mut query = vec![("startHistoryId", since.as_str()), ("maxResults", LISTED)];
    if let Some(page) = &page {
        query.push(("pageToken", page));
    }
    let told: History = match api.get(&format!("{ME}/history"), &query).await {
        Ok(told) => told,
        // So long ago that Gmail has forgotten what happened since.
        Err(ApiError::NotFound) => {
            return everything(api, asked, begin(api, asked.now).await?).await;
        }
        Err(error) => return Err(error.into()),
    };
    let mut changed = BTreeSet::new();
    let mut deleted = BTreeSet::new();
    for record in told.history {
        changed.extend(record.messages_added.into_iter().map(|it| it.message.id));
        let labels = record.labels_added.into_iter().chain(record.labels_removed);
        changed.extend(labels.filter(Change::moves_it).map(|it| it.message.id));
        deleted.extend(record.messages_deleted.into_iter().map(|it| it.message.id));
    }
    let touched = changed.into_iter().filter(|id| !deleted.contains(id));
    let mut found = fetch(api, touched).await?;
    found.gone.extend(deleted);
    let place = place(asked, &account, None)?;
    let mut read = sorted(&place, found);
    let newest = newest.unwrap_or(told.history_id);
    read.next = match told.next_page_token {
        Some(page) => more(&Position::Changes {
            account,
            history: since,
            page: Some(page),
            newest: Some(newest),
            refused,
        })?,
        None => Next::End(saved(&Position::Rest {
            account,
            history: newest,
        })?),
    };
    Ok(read)
}

#[derive(Default)]
struct Found {
    mails: Vec<Message>,
    gone: Vec<String>,
}

async fn fetch(api: &JsonApi, ids: impl Iterator<Item = String>) -> Result<Found, ApiError> {
    let calls: Vec<_> = ids.map(|id| one(api, id)).collect();
    let fetched: Vec<_> = stream::iter(calls).buffered(AT_ONCE).try_collect().await?;
    let mut found = Found::default();
    for one in fetched {
        match one {
            Ok(mail) if mail.is_gone() => found.gone.push(mail.id),
            Ok(mail) => found.mails.push(mail),
            Err(id) => found.gone.push(id),
        }
    }
    Ok(found)
}

/// A mail, or the id of one that is no longer there.
async fn one(api: &JsonApi, id: String) -> Result<Result<Message, String>, ApiError> {
    let path = format!("{ME}/messages/{id}");
    match api.get(&path, &[("format", "full")]).await {
        Ok(mail) => Ok(Ok(mail)),
        Err(ApiError::NotFound) => Ok(Err(id)),
        Err(error) => Err(error),
    }
}

fn place<'a>(
    asked: &Asked<'_>,
    account: &'a str,
    listing: Option<&'a str>,
) -> Result<Place<'a>, ConnectorError> {
    // Without an owner there is nobody who may see it.
    let owner = asked
        .owner
        .ok_or_else(|| ConnectorError::Unexpected("nobody owns this mailbox".to_owned()))?;
    Ok(Place {
        ids: asked.ids,
        owner,
        account,
        listing,
        now: asked.now,
    })
}

/// A page of what was found, which does not lead anywhere yet.
fn sorted(place: &Place<'_>, found: Found) -> Page {
    let gone = found.gone.iter().map(|id| Gone {
        table: TABLE,
        source_id: rows::source_id(place.owner, id),
    });
    let mails = found.mails.iter();
    Page {
        rows: Batch {
            activities: mails.map(|mail| rows::activity(place, mail)).collect(),
            ..Batch::default()
        },
        gone: gone.collect(),
        ..Page::ending(Next::End(Value::Null))
    }
}

fn saved(position: &Position) -> Result<Value, ConnectorError> {
    serde_json::to_value(position).map_err(|error| ConnectorError::Unexpected(error.to_string()))
}

fn more(position: &Position) -> Result<Next, ConnectorError> {
    Ok(Next::More(saved(position)?))
}
