//! Twilio's REST API as far as sending needs it.

use super::key;
use crate::connectors::{Account, ConnectorError};
use crate::net::json_api::{ApiError, JsonApi, WriteError};
use chrono::{DateTime, FixedOffset};
use serde::{Deserialize, Deserializer};

/// As many as a page holds.
const LISTED: &str = "1000";
/// Pages of messages to one number that are looked through.
const PAGES: usize = 5;

const NO_KEY: &str = "That is no key of Twilio’s: it is the account SID, which begins with AC, \
    then a colon, and then the auth token.";

#[derive(Deserialize)]
pub struct Number {
    pub phone_number: String,
    #[serde(default)]
    pub capabilities: Capabilities,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Capabilities {
    pub sms: bool,
}

#[derive(Deserialize)]
pub struct Message {
    pub sid: String,
    #[serde(default)]
    pub body: Option<String>,
    #[serde(default)]
    pub from: Option<String>,
    #[serde(default)]
    pub messaging_service_sid: Option<String>,
    #[serde(default)]
    pub direction: String,
    #[serde(default, deserialize_with = "moment")]
    pub date_created: Option<DateTime<FixedOffset>>,
}

/// As in mails: `Fri, 13 Aug 2010 01:16:24 +0000`.
fn moment<'de, D: Deserializer<'de>>(from: D) -> Result<Option<DateTime<FixedOffset>>, D::Error> {
    let text = Option::<String>::deserialize(from)?;
    Ok(text.and_then(|text| DateTime::parse_from_rfc2822(&text).ok()))
}

async fn path(api: &JsonApi, rest: &str) -> Result<String, ApiError> {
    let key = api.key().await?;
    let account = key::account(key.expose()).ok_or(ApiError::Unauthorized)?;
    Ok(format!("/2010-04-01/Accounts/{account}{rest}"))
}

pub async fn account(api: &JsonApi) -> Result<Account, ConnectorError> {
    #[derive(Deserialize)]
    struct Found {
        friendly_name: String,
        status: String,
    }
    let key = api.key().await?;
    let no_key = || ConnectorError::Key(NO_KEY.to_owned());
    let id = key::account(key.expose()).ok_or_else(no_key)?.to_owned();
    if key::is_api_key(key.expose()) {
        numbers(api, &[("PageSize", "1")]).await?;
        return Ok(Account {
            name: id.clone(),
            id,
        });
    }
    let found: Found = api.get(&path(api, ".json").await?, &[]).await?;
    match found.status.as_str() {
        "active" => Ok(Account {
            id,
            name: found.friendly_name,
        }),
        status => Err(ConnectorError::Key(format!(
            "Twilio says that this account is {status}."
        ))),
    }
}

async fn numbers(api: &JsonApi, query: &[(&str, &str)]) -> Result<Vec<Number>, ApiError> {
    #[derive(Deserialize)]
    struct Numbers {
        incoming_phone_numbers: Vec<Number>,
    }
    let path = path(api, "/IncomingPhoneNumbers.json").await?;
    let found: Numbers = api.get(&path, query).await?;
    Ok(found.incoming_phone_numbers)
}

pub async fn all_numbers(api: &JsonApi) -> Result<Vec<Number>, ApiError> {
    numbers(api, &[("PageSize", LISTED)]).await
}

/// Twilio's own search finds parts of numbers, too.
pub async fn number(api: &JsonApi, number: &str) -> Result<Option<Number>, ApiError> {
    let found = numbers(api, &[("PhoneNumber", number)]).await?;
    Ok(found.into_iter().find(|it| it.phone_number == number))
}

pub async fn send(api: &JsonApi, fields: &[(&str, &str)]) -> Result<Message, WriteError> {
    let path = path(api, "/Messages.json").await;
    let path = path.map_err(WriteError::NotSent)?;
    api.write_form(&path, fields).await
}

/// All messages to a number. They can be filtered by the day of their sending, but those that
/// still wait in Twilio's queue have none yet, and they are the ones that are looked for.
pub async fn messages_to(api: &JsonApi, number: &str) -> Result<Vec<Message>, ConnectorError> {
    #[derive(Deserialize)]
    struct Messages {
        messages: Vec<Message>,
        #[serde(default)]
        next_page_uri: Option<String>,
    }
    let list = path(api, "/Messages.json").await?;
    let query = [("To", number), ("PageSize", LISTED)];
    let mut page: Messages = api.get(&list, &query).await?;
    let mut found = page.messages;
    for _ in 1..PAGES {
        let Some(next) = page.next_page_uri else {
            return Ok(found);
        };
        if !next.starts_with(&format!("{list}?")) {
            let said = "a next page that is no list of messages".to_owned();
            return Err(ConnectorError::Unexpected(said));
        }
        page = api.get(&next, &[]).await?;
        found.append(&mut page.messages);
    }
    match page.next_page_uri {
        None => Ok(found),
        Some(_) => Err(ConnectorError::CannotTell(
            "too many messages went to that number to tell whether this one did",
        )),
    }
}
