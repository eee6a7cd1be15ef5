//! The demo company's HubSpot: the same companies, people, deals and conversations that the demo
//! fills into Penny's tables, under the same ids, so that reading it changes nothing there.

use super::kinds::{CALLS, COMPANIES, CONTACTS, DEALS, GOALS, Kind, MEETINGS, NOTES, TASKS};
use super::records::{FIRST_ID, Settled};
use super::{HubSpot, written};
use crate::base::ids::{OrgId, PersonId};
use crate::demo::company::{Company, Roster};
use crate::demo::workspace::{PEOPLE, Role};
use crate::store::company::{Account, Activity, Contact, Deal, Goal, Meeting, Origin, Visibility};
use chrono::{DateTime, Utc};
use serde::Serialize;
use std::collections::HashMap;
use uuid::Uuid;

type Properties = Vec<(&'static str, Option<String>)>;

impl HubSpot {
    /// Fills in the demo company as it is at this moment.
    pub fn furnish(&self, now: DateTime<Utc>) {
        let roster = Roster::offline();
        let company = Company::at(now, OrgId(Uuid::nil()), &roster);
        let colleagues = PEOPLE.iter().filter(|it| it.role != Role::External);
        let owners = colleagues
            .filter_map(|it| Some((roster.id(it)?, self.owner(&it.email(), it.name))))
            .collect();
        let stages: Vec<(&str, f64)> = company
            .stages
            .iter()
            .map(|stage| (stage.name.as_str(), stage.win_probability))
            .collect();
        for pipeline in &company.pipelines {
            self.pipeline(&pipeline.name, &stages);
        }
        Mover {
            hubspot: self,
            owners,
            rows: rows(&company),
        }
        .fill(&company);
    }
}

/// What rows are called in HubSpot: rows name each other by ids of the tables.
fn rows(company: &Company) -> HashMap<Uuid, String> {
    let name = |id: Uuid, origin: &Origin| (id, origin.source_id.clone());
    let stages = company
        .stages
        .iter()
        .map(|it| name(it.stage_id, &it.origin));
    let pipelines = company.pipelines.iter();
    let pipelines = pipelines.map(|it| name(it.pipeline_id, &it.origin));
    let accounts = company.accounts.iter();
    let accounts = accounts.map(|it| name(it.account_id, &it.origin));
    let contacts = company.contacts.iter();
    let contacts = contacts.map(|it| name(it.contact_id, &it.origin));
    let deals = company.deals.iter().map(|it| name(it.deal_id, &it.origin));
    let all = stages.chain(pipelines).chain(accounts).chain(contacts);
    all.chain(deals).collect()
}

struct Mover<'a> {
    hubspot: &'a HubSpot,
    owners: HashMap<PersonId, String>,
    rows: HashMap<Uuid, String>,
}

impl Mover<'_> {
    fn fill(&self, company: &Company) {
        for account in &company.accounts {
            self.settle(
                COMPANIES,
                &account.origin,
                properties_of_account(account),
                &[],
            );
        }
        for contact in &company.contacts {
            let links = [(COMPANIES, contact.account_id)];
            self.settle(
                CONTACTS,
                &contact.origin,
                properties_of_contact(contact),
                &links,
            );
        }
        for deal in &company.deals {
            let links = [
                (COMPANIES, deal.account_id),
                (CONTACTS, deal.primary_contact_id),
            ];
            self.settle(DEALS, &deal.origin, self.properties_of_deal(deal), &links);
        }
        let from_hubspot = |it: &&Activity| it.origin.source == "hubspot";
        for activity in company.activities.iter().filter(from_hubspot) {
            let links = [
                (COMPANIES, activity.account_id),
                (CONTACTS, activity.contact_id),
                (DEALS, activity.deal_id),
            ];
            let (kind, properties) = properties_of_activity(activity);
            self.settle(kind, &activity.origin, properties, &links);
        }
        for goal in &company.goals {
            self.settle(GOALS, &goal.origin, self.properties_of_goal(goal), &[]);
        }
        self.log_meetings(company);
    }

    /// What was said with customers is logged here as well, as far as everybody may know it.
    fn log_meetings(&self, company: &Company) {
        let is_logged = |it: &&Meeting| {
            it.account_id.is_some()
                && it.summary.is_some()
                && it.origin.visibility == Visibility::Org
        };
        let logged = company.meetings.iter().filter(is_logged);
        for (id, meeting) in (FIRST_ID..).zip(logged) {
            let mut links = vec![(COMPANIES, meeting.account_id), (DEALS, meeting.deal_id)];
            let all = company.attendees.iter();
            let guests = all.filter(|it| it.meeting_id == meeting.meeting_id);
            links.extend(guests.map(|it| (CONTACTS, it.contact_id)));
            let origin = Origin {
                source_id: format!("meetings/{id}"),
                ..meeting.origin.clone()
            };
            self.settle(MEETINGS, &origin, properties_of_meeting(meeting), &links);
        }
    }

    fn properties_of_goal(&self, goal: &Goal) -> Properties {
        let fixed = |value: &str| Some(value.to_owned());
        vec![
            ("hs_goal_name", Some(goal.name.clone())),
            ("hs_goal_type", fixed("sales_quota")),
            ("hs_target_amount", text(&goal.target_value)),
            (
                "hs_goal_target_currency_code",
                goal.currency.as_ref().and_then(text),
            ),
            (
                "hs_start_datetime",
                Some(format!("{}T00:00:00.000Z", goal.period_start)),
            ),
            (
                "hs_end_datetime",
                Some(format!("{}T23:59:59.999Z", goal.period_end)),
            ),
            (
                "hs_pipeline_ids",
                goal.pipeline_id.and_then(|id| self.rows.get(&id)).cloned(),
            ),
            ("hs_kpi_object_type_id", fixed("0-3")),
            ("hs_kpi_metric_type", fixed("SUM")),
            ("hs_kpi_time_period_property", fixed("closedate")),
            ("hs_kpi_unit_type", fixed("currency")),
        ]
    }

    fn settle(
        &self,
        kind: &'static Kind,
        origin: &Origin,
        mut properties: Properties,
        links: &[(&'static Kind, Option<Uuid>)],
    ) {
        let Some(id) = number(&origin.source_id) else {
            return;
        };
        let owner = origin.owner_id.and_then(|owner| self.owners.get(&owner));
        properties.push(("hubspot_owner_id", owner.cloned()));
        let with_value =
            |(name, value)| Some((name, Option::<String>::filter(value, |it| !it.is_empty())?));
        let link = |(kind, row): &(&'static Kind, Option<Uuid>)| {
            Some((*kind, number(self.rows.get(&(*row)?)?)?))
        };
        let settled = Settled {
            id,
            created: origin.created_at,
            modified: origin.updated_at,
            properties: properties.into_iter().filter_map(with_value).collect(),
            links: links.iter().filter_map(link).collect(),
        };
        self.hubspot.edit(|world, _| world.settle(kind, &settled));
    }

    fn properties_of_deal(&self, deal: &Deal) -> Properties {
        let closing = deal.close_date.map(|day| format!("{day}T00:00:00.000Z"));
        vec![
            ("dealname", Some(deal.name.clone())),
            ("pipeline", self.rows.get(&deal.pipeline_id).cloned()),
            ("dealstage", self.rows.get(&deal.stage_id).cloned()),
            ("amount", deal.amount.as_ref().and_then(text)),
            ("deal_currency_code", text(&deal.currency)),
            ("closedate", deal.closed_at.map(written).or(closing)),
            (
                "hs_v2_date_entered_current_stage",
                deal.stage_entered_at.map(written),
            ),
            ("notes_last_updated", deal.last_activity_at.map(written)),
            ("hs_next_step", deal.next_step.clone()),
            ("closed_lost_reason", deal.lost_reason.clone()),
        ]
    }
}

fn properties_of_account(account: &Account) -> Properties {
    let since = account.customer_since;
    let stage = match account.lifecycle {
        "prospect" => "opportunity",
        other => other,
    };
    vec![
        ("name", Some(account.name.clone())),
        ("domain", account.domain.clone()),
        ("industry", account.industry.clone()),
        (
            "numberofemployees",
            account.employee_count.map(|it| it.to_string()),
        ),
        (
            "annualrevenue",
            account.annual_revenue.as_ref().and_then(text),
        ),
        ("city", account.city.clone()),
        ("country", account.country.clone()),
        ("lifecyclestage", Some(stage.to_owned())),
        ("description", account.description.clone()),
        ("closedate", since.map(|day| format!("{day}T00:00:00.000Z"))),
    ]
}

fn properties_of_contact(contact: &Contact) -> Properties {
    let (first, last) = contact.name.split_once(' ').unwrap_or((&contact.name, ""));
    let role = contact.buying_role.map(|role| match role {
        "user" => "END_USER".to_owned(),
        role => role.to_uppercase(),
    });
    vec![
        ("firstname", Some(first.to_owned())),
        ("lastname", Some(last.to_owned())),
        ("email", contact.email.clone()),
        ("phone", contact.phone.clone()),
        ("jobtitle", contact.title.clone()),
        ("hs_buying_role", role),
        ("city", contact.city.clone()),
        ("country", contact.country.clone()),
        ("hs_timezone", contact.time_zone.clone()),
    ]
}

fn properties_of_meeting(meeting: &Meeting) -> Properties {
    vec![
        ("hs_timestamp", Some(written(meeting.starts_at))),
        ("hs_meeting_title", Some(meeting.title.clone())),
        ("hs_meeting_body", meeting.summary.clone()),
        ("hs_meeting_start_time", Some(written(meeting.starts_at))),
        ("hs_meeting_end_time", Some(written(meeting.ends_at))),
        ("hs_meeting_location", meeting.location.clone()),
        ("hs_meeting_outcome", Some("COMPLETED".to_owned())),
    ]
}

fn properties_of_activity(activity: &Activity) -> (&'static Kind, Properties) {
    let at = Some(written(activity.occurred_at));
    match activity.kind {
        "call" => {
            let direction = activity.direction.map(str::to_uppercase);
            let minutes = activity.duration_minutes.map(i64::from);
            let properties = vec![
                ("hs_timestamp", at),
                ("hs_call_title", activity.subject.clone()),
                ("hs_call_body", activity.body.clone()),
                ("hs_call_direction", direction),
                (
                    "hs_call_duration",
                    minutes.map(|it| (it * 60_000).to_string()),
                ),
            ];
            (CALLS, properties)
        }
        "task" => {
            let properties = vec![
                ("hs_timestamp", activity.due_at.map(written)),
                ("hs_task_subject", activity.subject.clone()),
                ("hs_task_body", activity.body.clone()),
                (
                    "hs_task_completion_date",
                    activity.completed_at.map(written),
                ),
            ];
            (TASKS, properties)
        }
        _ => {
            let properties = vec![
                ("hs_timestamp", at),
                ("hs_note_body", activity.body.clone()),
            ];
            (NOTES, properties)
        }
    }
}

/// `deals/33800000001` → 33800000001.
fn number(source_id: &str) -> Option<u64> {
    source_id.rsplit('/').next()?.parse().ok()
}

/// An amount or a currency, as rows have it.
fn text(value: &impl Serialize) -> Option<String> {
    Some(serde_json::to_value(value).ok()?.as_str()?.to_owned())
}
