//! What HubSpot knows of properties: which there are, and what their values may be. Written
//! values are checked; a test that fills the stand-in by hand may add anything.

use super::kinds::Kind;
use super::records::World;
use chrono::{DateTime, NaiveDate};
use serde_json::{Value, json};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    Text,
    Number,
    Moment,
    Mail,
    Owner,
    Pipeline,
    Stage,
    ReadOnly,
}

use Form::{Mail, Moment, Number, Owner, Pipeline, ReadOnly, Stage, Text};

type Property = (&'static str, Form);

const OF_ALL: [Property; 3] = [
    ("hubspot_owner_id", Owner),
    ("hs_object_id", ReadOnly),
    ("hs_unique_creation_key", ReadOnly),
];

fn own(kind: &Kind) -> &'static [Property] {
    match kind.plural {
        "companies" => &[
            ("name", Text),
            ("domain", Text),
            ("industry", Text),
            ("numberofemployees", Number),
            ("annualrevenue", Number),
            ("phone", Text),
            ("city", Text),
            ("country", Text),
            ("lifecyclestage", Text),
            ("description", Text),
            ("closedate", Moment),
            ("createdate", ReadOnly),
            ("hs_lastmodifieddate", ReadOnly),
        ],
        "contacts" => &[
            ("firstname", Text),
            ("lastname", Text),
            ("email", Mail),
            ("phone", Text),
            ("jobtitle", Text),
            ("hs_buying_role", Text),
            ("city", Text),
            ("country", Text),
            ("hs_timezone", Text),
            ("lifecyclestage", Text),
            ("createdate", ReadOnly),
            ("lastmodifieddate", ReadOnly),
        ],
        "deals" => &[
            ("dealname", Text),
            ("pipeline", Pipeline),
            ("dealstage", Stage),
            ("amount", Number),
            ("deal_currency_code", Text),
            ("closedate", Moment),
            ("hs_next_step", Text),
            ("closed_lost_reason", Text),
            ("description", Text),
            ("createdate", ReadOnly),
            ("hs_is_closed", ReadOnly),
            ("hs_is_closed_won", ReadOnly),
            ("hs_v2_date_entered_current_stage", ReadOnly),
            ("notes_last_updated", ReadOnly),
            ("hs_lastmodifieddate", ReadOnly),
        ],
        "notes" => &[("hs_note_body", Text), ("hs_timestamp", Moment)],
        "calls" => &[
            ("hs_call_title", Text),
            ("hs_call_body", Text),
            ("hs_call_direction", Text),
            ("hs_call_duration", Number),
            ("hs_timestamp", Moment),
        ],
        "tasks" => &[
            ("hs_task_subject", Text),
            ("hs_task_body", Text),
            ("hs_task_completion_date", Moment),
            ("hs_timestamp", Moment),
        ],
        "meetings" => &[
            ("hs_meeting_title", Text),
            ("hs_meeting_body", Text),
            ("hs_internal_meeting_notes", Text),
            ("hs_meeting_start_time", Moment),
            ("hs_meeting_end_time", Moment),
            ("hs_meeting_location", Text),
            ("hs_meeting_outcome", Text),
            ("hs_meeting_external_url", Text),
            ("hs_i_cal_uid", Text),
            ("hs_attendee_owner_ids", Text),
            ("hs_guest_emails", Text),
            ("hs_timestamp", Moment),
        ],
        "goal_targets" => &[
            ("hs_goal_name", Text),
            ("hs_goal_type", Text),
            ("hs_target_amount", Number),
            ("hs_goal_target_currency_code", Text),
            ("hs_start_datetime", Moment),
            ("hs_end_datetime", Moment),
            ("hs_assignee_user_id", Number),
            ("hs_pipeline_ids", Text),
            ("hs_kpi_object_type_id", Text),
            ("hs_kpi_metric_type", Text),
            ("hs_kpi_time_period_property", Text),
            ("hs_kpi_unit_type", Text),
        ],
        "emails" => &[
            ("hs_email_subject", Text),
            ("hs_email_text", Text),
            ("hs_email_direction", Text),
            ("hs_email_thread_id", Text),
            ("hs_timestamp", Moment),
        ],
        _ => &[],
    }
}

fn all(kind: &Kind) -> impl Iterator<Item = &'static Property> {
    own(kind).iter().chain(&OF_ALL)
}

/// As the list of an object's properties shows them.
pub fn described(kind: &Kind) -> Value {
    let described = |(name, form): &Property| {
        let kind = match form {
            Number => "number",
            Moment => "datetime",
            Owner | Pipeline | Stage => "enumeration",
            Text | Mail | ReadOnly => "string",
        };
        json!({
            "name": name,
            "label": name,
            "type": kind,
            "hidden": *name == "hs_unique_creation_key",
            "hubspotDefined": true,
            "hasUniqueValue": *form == Mail,
            "modificationMetadata": {"readOnlyValue": *form == ReadOnly},
        })
    };
    json!({"results": all(kind).map(described).collect::<Vec<_>>()})
}

/// What is wrong with a value.
#[derive(Debug)]
pub struct Invalid {
    pub property: String,
    pub code: &'static str,
    pub message: String,
}

/// Everything that is wrong with values to be written; an empty one takes a value away.
pub fn check(world: &World, kind: &Kind, written: &[(String, String)]) -> Vec<Invalid> {
    let wrong = |(name, value): &(String, String)| {
        let invalid = |code, message| {
            Some(Invalid {
                property: name.clone(),
                code,
                message,
            })
        };
        let Some((_, form)) = all(kind).find(|(known, _)| known == name) else {
            let message = format!("Property {name:?} does not exist");
            return invalid("PROPERTY_DOESNT_EXIST", message);
        };
        if *form == ReadOnly {
            let message = format!("{name:?} is a read only property; its value cannot be set.");
            return invalid("READ_ONLY_VALUE", message);
        }
        let (code, message) = fault(world, *form, value)?;
        invalid(code, message)
    };
    written.iter().filter_map(wrong).collect()
}

fn fault(world: &World, form: Form, value: &str) -> Option<(&'static str, String)> {
    if value.is_empty() {
        return None;
    }
    let options = |has: bool, of: &[Value]| {
        let ids: Vec<&str> = of.iter().filter_map(|it| it["id"].as_str()).collect();
        let message = format!(
            "{value} was not one of the allowed options: [{}]",
            ids.join(", ")
        );
        (!has).then_some(("INVALID_OPTION", message))
    };
    let has = |of: &[Value]| of.iter().any(|it| it["id"] == value);
    match form {
        Number if value.parse::<f64>().is_err() => {
            Some(("INVALID_NUMBER", format!("{value} was not a valid number.")))
        }
        Moment if !is_moment(value) => {
            Some(("INVALID_DATE", format!("{value} was not a valid date.")))
        }
        Mail if !is_mail(value) => {
            Some(("INVALID_EMAIL", format!("Email address {value} is invalid")))
        }
        Owner => options(has(&world.owners), &world.owners),
        Pipeline => options(has(&world.pipelines), &world.pipelines),
        Stage => {
            let stages: Vec<Value> = world.stages().cloned().collect();
            options(has(&stages), &stages)
        }
        _ => None,
    }
}

fn is_moment(value: &str) -> bool {
    DateTime::parse_from_rfc3339(value).is_ok()
        || value.parse::<NaiveDate>().is_ok()
        || value.parse::<i64>().is_ok()
}

fn is_mail(value: &str) -> bool {
    let parts = value.split_once('@');
    parts.is_some_and(|(local, domain)| {
        !local.is_empty() && domain.contains('.') && !value.contains(char::is_whitespace)
    })
}

/// What a new record cannot be without.
pub fn missing(kind: &Kind, written: &[(String, String)]) -> Vec<&'static str> {
    let has = |name: &&str| {
        let mut all = written.iter();
        all.any(|(it, value)| it == name && !value.is_empty())
    };
    let (all_of, one_of): (&[&'static str], &[&'static str]) = match kind.plural {
        "companies" => (&[], &["name", "domain"]),
        "contacts" => (&[], &["email", "firstname", "lastname"]),
        "deals" => (&["dealname", "dealstage"], &[]),
        "goal_targets" => (&["hs_goal_name"], &[]),
        _ => (&["hs_timestamp"], &[]),
    };
    let mut missing: Vec<_> = all_of.iter().filter(|it| !has(it)).copied().collect();
    if !one_of.is_empty() && !one_of.iter().any(has) {
        missing.extend(one_of);
    }
    missing
}
