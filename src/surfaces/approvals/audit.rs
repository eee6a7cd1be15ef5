//! The ledger for administrators: what was done lately, in words, and whether all of it is as it
//! was written.

use super::words;
use crate::approvals::{Ticket, ledger, verify};
use crate::base::ids::PersonId;
use crate::jobs::cards::draw::card_of;
use crate::jobs::cards::read::see;
use crate::slack::blocks::{approval, raw};
use crate::slack::mrkdwn::moment;
use crate::store::{OrgTx, ledger as rows, people};
use crate::surfaces::scene::{Scene, Surfaced, Whisper};
use serde_json::Value;

const SHOWN: i64 = 12;
/// A longer ledger is checked at a terminal.
const MOST_CHECKED: u64 = 20_000;

pub async fn show(scene: &Scene<'_>, to: Whisper<'_>) -> Surfaced {
    let mut tx = scene.tx().await?;
    let mut lines = Vec::new();
    for row in rows::latest(&mut tx, SHOWN).await? {
        let Ok(entry) = serde_json::from_str::<Value>(&row.entry) else {
            continue;
        };
        let what = in_words(&mut tx, &entry).await?;
        lines.push(format!("• {} · {what}", moment(row.at)));
    }
    let verdict = verdict(&mut tx).await?;
    drop(tx);
    let org = scene.workspace.org.to_string();
    let blocks = approval::audit(&lines, &verdict, &words::how_to_export(&org));
    scene.whisper(to, words::AUDIT_HEADING, raw(blocks)).await
}

async fn in_words(tx: &mut OrgTx, entry: &Value) -> Surfaced<String> {
    let who = match entry["by"]["person"]
        .as_str()
        .and_then(|id| id.parse::<PersonId>().ok())
    {
        Some(person) => mention(tx, person).await?,
        None => words::PENNY.to_owned(),
    };
    let ticket = entry["proposal"]
        .as_str()
        .and_then(|it| it.parse::<Ticket>().ok());
    let what = match ticket {
        Some(ticket) => match see(tx, ticket.key.proposal).await? {
            Some(seen) => {
                let card = card_of(&seen);
                words::what(&card.title, &card.record, ticket.key.version)
            }
            None => words::forgotten(&ticket.key.to_string()),
        },
        None => entry["operation"]["name"]
            .as_str()
            .or(entry["system"].as_str())
            .unwrap_or_default()
            .to_owned(),
    };
    let how = entry["verdict"].as_str().or(entry["state"].as_str());
    let act = entry["act"].as_str().unwrap_or_default();
    Ok(words::entry(&who, act, how, &what))
}

async fn mention(tx: &mut OrgTx, person: PersonId) -> Surfaced<String> {
    let known = people::by_ids(tx, &[person]).await?;
    let user = known
        .into_iter()
        .next()
        .and_then(|person| person.slack_user);
    Ok(user.map_or_else(|| words::SOMEBODY.to_owned(), |user| format!("<@{user}>")))
}

/// Whether the chain holds from its first entry to its head.
async fn verdict(tx: &mut OrgTx) -> Surfaced<String> {
    let head = ledger::head(tx).await?;
    if head.entries > MOST_CHECKED {
        return Ok(words::too_long_to_check(head.entries));
    }
    let mut lines = Vec::new();
    let head = ledger::export(tx, |line| {
        lines.push(line.to_owned());
        Ok::<_, crate::approvals::Error>(())
    })
    .await?;
    Ok(
        match verify::verify(lines.into_iter().map(Ok), Some(head)) {
            Ok(verified) => words::whole(verified.head.entries),
            Err(broken) => words::broken(&broken.to_string()),
        },
    )
}
