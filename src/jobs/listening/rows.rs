//! What was reported of messages, as rows: of several states of a message the latest, people by
//! their names, and a link back to where it was said.

use crate::base::ids::{OrgId, PersonId, UserId};
use crate::jobs::Services;
use crate::jobs::workspaces::Workspace;
use crate::slack::inbound::{Author, Remark, Report, readable};
use crate::store::StoreResult;
use crate::store::company::{self, ChannelMessage, Origin, Visibility};
use crate::store::listening::{Channel, SOURCE, Saying, source_id};
use crate::store::people::Person;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

pub type People = HashMap<UserId, Arc<Person>>;

/// Everybody who is named in some reports. Whoever Slack tells nothing of stays an id.
pub async fn people(
    services: &Services,
    workspace: &Workspace,
    reports: impl Iterator<Item = &Report>,
) -> StoreResult<People> {
    let said = reports.filter_map(|report| match report {
        Report::Says(remark) => Some(remark.people()),
        Report::Unsaid { .. } => None,
    });
    let users: BTreeSet<UserId> = said.flatten().collect();
    let (db, directory) = (&services.db, &services.directory);
    directory.people(db, workspace, users).await
}

/// Of several reports of one message the one that is true: a deleted message stays deleted, and
/// else its latest state is.
pub fn latest(reports: impl IntoIterator<Item = Report>) -> Vec<Report> {
    let mut by_ts: BTreeMap<_, Report> = BTreeMap::new();
    for report in reports {
        let ts = match &report {
            Report::Says(remark) => remark.ts.clone(),
            Report::Unsaid { ts } => ts.clone(),
        };
        let is_later = match (by_ts.get(&ts), &report) {
            (Some(Report::Unsaid { .. }), _) => false,
            (Some(Report::Says(old)), Report::Says(new)) => new.since > old.since,
            _ => true,
        };
        if is_later {
            by_ts.insert(ts, report);
        }
    }
    by_ts.into_values().collect()
}

/// Adds what was reported of one channel's messages.
pub fn add(
    saying: &mut Saying,
    org: OrgId,
    channel: &Channel,
    reports: impl IntoIterator<Item = Report>,
    people: &People,
) {
    for report in latest(reports) {
        match report {
            Report::Says(remark) => saying.said.push(row(org, channel, *remark, people)),
            Report::Unsaid { ts } => saying.unsaid.push((channel.id.0.clone(), ts.0)),
        }
    }
}

fn row(org: OrgId, channel: &Channel, remark: Remark, people: &People) -> ChannelMessage {
    let name_of = |user: &str| people.get(&UserId::from(user)).map(|it| it.name.clone());
    let (author_name, owner_id) = match &remark.author {
        Author::App(name) => (name.clone(), None),
        Author::Person(user) => {
            let person = people.get(user);
            let known = person.map(|person| person.id).filter(|id| *id != NOBODY);
            (
                name_of(user.as_str()).unwrap_or_else(|| user.0.clone()),
                known,
            )
        }
    };
    let source_id = source_id(channel.id.as_str(), remark.ts.as_str());
    ChannelMessage {
        message_id: company::id_of(org, SOURCE, "messages", &source_id),
        channel_name: channel.name.clone(),
        author_name,
        text: readable(&remark.text, name_of),
        sent_at: remark.said_at,
        origin: Origin {
            visibility: match channel.is_private {
                true => Visibility::Channel,
                false => Visibility::Org,
            },
            owner_id,
            channel_id: Some(channel.id.clone()),
            shareable: false,
            source: SOURCE,
            source_id,
            source_url: Some(link(channel, &remark)),
            raw: Some(remark.raw),
            created_at: remark.said_at,
            updated_at: remark.since,
        },
        thread_id: Some(remark.thread.0),
    }
}

/// Of whoever could not be looked up.
const NOBODY: PersonId = PersonId(uuid::Uuid::nil());

fn link(channel: &Channel, remark: &Remark) -> String {
    let digits = remark.ts.as_str().replace('.', "");
    let link = format!("{}{digits}", channel.link_prefix);
    match remark.thread == remark.ts {
        true => link,
        false => format!("{link}?thread_ts={}&cid={}", remark.thread, channel.id),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::slack::inbound::{read_back, reported};
    use proptest::prelude::*;
    use serde_json::{Value, json};

    const TS: &str = "1700000000.000100";

    fn penny() -> UserId {
        "UPENNY".into()
    }

    /// One message that was edited so often, as events and as it is read back in between.
    fn history(edits: usize, is_deleted: bool) -> Vec<Report> {
        let state = |edit: usize| {
            let mut message = json!({"ts": TS, "user": "U1", "text": format!("state {edit}")});
            if edit > 0 {
                // Slack writes the time of an edit in whole seconds.
                message["edited"] = json!({"user": "U1", "ts": format!("170000{edit:04}.000000")});
            }
            message
        };
        let event = |fields: Value| {
            let mut event = json!({"type": "message", "channel": "C1", "event_ts": TS});
            for (name, value) in fields.as_object().unwrap() {
                event[name] = value.clone();
            }
            reported(&event.to_string(), &penny()).unwrap()
        };
        let mut reports = vec![event(state(0))];
        reports.extend((1..=edits).map(|edit| {
            event(json!({
                "subtype": "message_changed", "message": state(edit),
                "event_ts": format!("170000{edit:04}.000500"),
            }))
        }));
        reports.extend((0..=edits).filter_map(|edit| read_back(&state(edit), &penny())));
        if is_deleted {
            reports.push(event(
                json!({"subtype": "message_deleted", "deleted_ts": TS}),
            ));
        }
        reports
    }

    fn text_of(reports: &[Report]) -> Option<String> {
        match reports {
            [Report::Says(remark)] => Some(remark.text.clone()),
            [Report::Unsaid { .. }] => None,
            other => panic!("{other:?}"),
        }
    }

    proptest! {
        #[test]
        fn whatever_the_order_of_reports_the_last_state_of_a_message_is_what_is_kept(
            (edits, is_deleted, reports) in (0usize..6, any::<bool>()).prop_flat_map(|(edits, is_deleted)| {
                let shuffled = Just(history(edits, is_deleted)).prop_shuffle();
                (Just(edits), Just(is_deleted), shuffled)
            }),
            cut in 0usize..12,
        ) {
            let expected = (!is_deleted).then(|| format!("state {edits}"));
            prop_assert_eq!(text_of(&latest(reports.clone())), expected.clone());
            // Nor does it matter which of them are seen together.
            let (first, second) = reports.split_at(cut.min(reports.len()));
            let mut both = latest(first.to_vec());
            both.extend(latest(second.to_vec()));
            prop_assert_eq!(text_of(&latest(both)), expected);
        }
    }
}
