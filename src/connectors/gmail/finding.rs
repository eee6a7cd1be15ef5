//! Finding out whether a mail went out although nobody heard of it. Gmail gives what it sends a
//! Message-ID of its own, so the mail is known by a header of ours; it is looked for among the
//! sent mails themselves, since a search may not know of it yet.

use super::changing::{account, effect};
use super::looking::{text, texts};
use super::message::MARK;
use super::operations::FILE;
use super::wire::{Listed, ME, Message, addresses};
use super::{filing, queries};
use crate::approvals::{Content, Effect};
use crate::connectors::ConnectorError;
use crate::connectors::operation::LookError;
use crate::net::json_api::JsonApi;
use chrono::TimeDelta;

const LISTED: &str = "50";
/// Further back than this many mails nobody looks: what cannot be told is said.
const PAGES: usize = 6;
/// How far Gmail's clock and ours may differ.
const SKEW: TimeDelta = TimeDelta::minutes(5);

pub async fn find_effect(
    api: &JsonApi,
    content: &Content,
    key: &str,
) -> Result<Option<Effect>, ConnectorError> {
    let found = if content.operation.name == FILE {
        filing::find_effect(api, content).await
    } else {
        sent(api, content, key).await
    };
    found.map_err(|error| match error {
        LookError::Connector(error) => error,
        other => ConnectorError::Unexpected(other.to_string()),
    })
}

async fn sent(api: &JsonApi, content: &Content, key: &str) -> Result<Option<Effect>, LookError> {
    let since = content.proposal.made_at() - SKEW;
    let mut page: Option<String> = None;
    for _ in 0..PAGES {
        let mut query = vec![("labelIds", "SENT"), ("maxResults", LISTED)];
        query.extend(page.as_deref().map(|page| ("pageToken", page)));
        let listed: Listed = api.get(&format!("{ME}/messages"), &query).await?;
        for reference in &listed.messages {
            let mail = queries::mail(api, &reference.id, "metadata").await?;
            if mail.header(MARK) == Some(key) {
                return Ok(Some(effect(account(content), &mail.id)));
            }
            if mail.at().is_some_and(|at| at < since) {
                return Ok(None);
            }
            if mail.header(MARK).is_none() && looks_like(&mail, content) {
                return Err(cannot_tell("one just like it went out").into());
            }
        }
        match listed.next_page_token {
            Some(next) => page = Some(next),
            None => return Ok(None),
        }
    }
    Err(cannot_tell("too many mails have gone out since").into())
}

/// Should Gmail have dropped our header: the same subject to the same people, since then.
fn looks_like(mail: &Message, content: &Content) -> bool {
    let to = mail.header("To").map(addresses).unwrap_or_default();
    let wanted = texts(&content.arguments, "to");
    mail.header("Subject").unwrap_or_default() == text(&content.arguments, "subject").trim()
        && to.len() == wanted.len()
        && wanted.iter().all(|it| to.contains(&it.to_lowercase()))
}

fn cannot_tell(why: &str) -> ConnectorError {
    ConnectorError::Unexpected(format!(
        "whether the mail went out cannot be told: {why}; the Sent folder shows it"
    ))
}
