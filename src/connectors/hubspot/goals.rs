//! HubSpot's goals: what a colleague or a team is to reach within a period. Few accounts have them,
//! and a key may lack their scope; all else is read without them.

use super::objects::{Kind, Record};
use super::reading;
use super::rows::Read;
use super::setup::{self, Owner};
use crate::connectors::{Asked, Batch, ConnectorError, Next, Page};
use crate::net::json_api::{ApiError, JsonApi};
use crate::store::company::{Cents, Currency, Goal};
use chrono::TimeDelta;
use std::collections::HashMap;

pub const NAME: &str = "goal_targets";

pub const PROPERTIES: &[&str] = &[
    "hs_goal_name",
    "hs_goal_type",
    "hs_target_amount",
    "hs_goal_target_currency_code",
    "hs_start_datetime",
    "hs_end_datetime",
    "hs_assignee_user_id",
    "hubspot_owner_id",
    "hs_assignee_team_id",
    "hs_pipeline_ids",
    "hs_kpi_object_type_id",
    "hs_kpi_metric_type",
    "hs_kpi_time_period_property",
    "hs_kpi_unit_type",
];

const CLOSED: &str = "goals, which need the scope crm.objects.goals.read";

/// As any page of records; but that nobody may read them is no reason to read nothing else.
pub async fn page(
    api: &JsonApi,
    asked: &Asked<'_>,
    kind: &'static Kind,
) -> Result<Page, ConnectorError> {
    // Null: they were closed whenever somebody looked.
    let position = asked.position.filter(|it| !it.is_null());
    let read = reading::page(api, &Asked { position, ..*asked }, kind).await;
    match read {
        Err(ConnectorError::Api(ApiError::Forbidden(_))) => Ok(Page {
            closed: vec![CLOSED.to_owned()],
            ..Page::ending(Next::End(position.cloned().unwrap_or_default()))
        }),
        read => read,
    }
}

/// Goals name users, and all else owners, which have other numbers.
pub async fn assign(api: &JsonApi, records: &mut [Record]) -> Result<(), ConnectorError> {
    let has_assignee = |it: &Record| user(it).is_some() || owner(it).is_some();
    if !records.iter().any(has_assignee) {
        return Ok(());
    }
    let owners = setup::all_owners(api).await?;
    let by_id: HashMap<&str, &Owner> = owners.iter().map(|it| (it.id.as_str(), it)).collect();
    let by_user: HashMap<String, &Owner> = owners
        .iter()
        .filter_map(|it| Some((it.user_id?.to_string(), it)))
        .collect();
    for record in records {
        let found = match (owner(record), user(record)) {
            (Some(id), _) => by_id.get(id),
            (None, Some(id)) => by_user.get(id),
            (None, None) => continue,
        };
        let (id, name) = match found {
            Some(owner) => (Some(owner.id.clone()), owner.name()),
            None => (None, "a former user".to_owned()),
        };
        record.assignee = Some(name);
        if let Some(id) = id {
            let properties = &mut record.properties;
            properties.insert("hubspot_owner_id".to_owned(), id.into());
        }
    }
    Ok(())
}

fn owner(record: &Record) -> Option<&str> {
    text(record, "hubspot_owner_id")
}

fn user(record: &Record) -> Option<&str> {
    text(record, "hs_assignee_user_id")
}

fn text<'a>(record: &'a Record, property: &str) -> Option<&'a str> {
    let text = record.properties.get(property)?.as_str()?.trim();
    (!text.is_empty()).then_some(text)
}

/// One without a target or a period is nothing to be compared with.
pub fn add(rows: &mut Batch, read: &Read<'_>) {
    let target = read.get("hs_target_amount").and_then(Cents::parse);
    let (starts, ends) = (
        read.moment("hs_start_datetime"),
        read.moment("hs_end_datetime"),
    );
    let (Some(target_value), Some(starts), Some(ends)) = (target, starts, ends) else {
        return;
    };
    let period_start = starts.date_naive();
    // HubSpot writes the last millisecond of a period, or the first one after it.
    let last = (ends - TimeDelta::milliseconds(1)).date_naive();
    let metric = metric(read);
    let is_money = metric == "won_amount" || read.get("hs_kpi_unit_type") == Some("currency");
    let origin = read.origin();
    let name = read
        .text("hs_goal_name")
        .unwrap_or_else(|| "(no name)".to_owned());
    // Otherwise it would look like a goal of the whole team.
    let whose = read.record.assignee.as_ref();
    let whose = whose.filter(|_| origin.owner_id.is_none());
    rows.goals.push(Goal {
        goal_id: read.id(),
        name: whose.map_or_else(|| name.clone(), |whose| format!("{name} ({whose})")),
        metric,
        target_value,
        currency: read
            .get("hs_goal_target_currency_code")
            .filter(|_| is_money)
            .and_then(Currency::parse),
        period_start,
        period_end: last.max(period_start),
        pipeline_id: read
            .get("hs_pipeline_ids")
            .filter(|ids| !ids.contains([';', ',']))
            .map(|id| read.asked.ids.of("pipelines", id)),
        origin,
    });
}

/// What is counted, where it is something that the tables count too.
fn metric(read: &Read<'_>) -> &'static str {
    let of = read.get("hs_kpi_object_type_id");
    let how = read.get("hs_kpi_metric_type");
    let is_closing = read.get("hs_kpi_time_period_property") == Some("closedate");
    match (of, how) {
        (Some("0-3"), Some("SUM")) if is_closing => "won_amount",
        (Some("0-3"), Some("COUNT")) if is_closing => "won_deals",
        (Some("0-47"), Some("COUNT")) => "meetings_held",
        (Some("0-2"), Some("COUNT")) => "new_accounts",
        (None, _) if read.get("hs_goal_type") == Some("sales_quota") => "won_amount",
        _ => "other",
    }
}
