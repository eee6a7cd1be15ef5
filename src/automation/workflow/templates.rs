//! Workflows that many want, to begin with: what `/penny templates` offers beside schedules. Each
//! opens in the window as it stands here, and is saved once somebody has looked it over.

use serde_json::{Value, json};

#[derive(Debug, Clone, Copy)]
pub struct Template {
    /// What people type, and what the workflow is called unless they change it.
    pub slug: &'static str,
    pub name: &'static str,
    /// One line for the list.
    pub about: &'static str,
    definition: fn() -> Value,
}

impl Template {
    /// As somebody would write it, with what starts it.
    pub fn definition(&self) -> Value {
        (self.definition)()
    }

    /// What starts it, in words.
    pub fn starts(&self) -> String {
        let definition = self.definition();
        definition["on"].as_str().unwrap_or_default().to_owned()
    }
}

pub const ALL: &[Template] = &[
    Template {
        slug: "nudge-stale-deals",
        name: "Nudge stale deals",
        about: "says what is next for each open deal that nobody touched for two weeks, and proposes a note on the large ones",
        definition: nudge_stale_deals,
    },
    Template {
        slug: "new-lead-alert",
        name: "New lead alert",
        about: "tells of every new deal with what is known of the company, and whether it has an owner",
        definition: new_lead_alert,
    },
    Template {
        slug: "won-deals",
        name: "Won deals",
        about: "tells of every deal that was won, with a sentence on what it took",
        definition: won_deals,
    },
    Template {
        slug: "merged-release-notes",
        name: "Release notes of what was merged",
        about: "has me write release notes from the week’s merged pull requests, and says so if there are none",
        definition: merged_release_notes,
    },
    Template {
        slug: "on-call-brief",
        name: "On-call hand-over, step by step",
        about: "urgent issues of the week, open ones first, and what was merged lately; remembers what it said last time",
        definition: on_call_brief,
    },
    Template {
        slug: "meeting-briefs",
        name: "Meeting briefs",
        about: "a short brief on each of tomorrow’s meetings with a customer",
        definition: meeting_briefs,
    },
];

pub fn find(slug: &str) -> Option<&'static Template> {
    ALL.iter().find(|template| template.slug == slug)
}

fn nudge_stale_deals() -> Value {
    json!({
        "about": "Open deals without a touch in two weeks",
        "on": "every Tuesday at 10",
        "budget": 1.00,
        "steps": [
            {"id": "deals", "query": "select d.name, d.amount, d.currency, d.next_step, d.last_activity_at::date as last_touch, d.source_id, p.name as owner from deals d left join people p on p.person_id = d.owner_id where d.status = 'open' and coalesce(d.last_activity_at, d.created_at) < now() - interval '14 days' order by d.amount desc nulls last limit 10"},
            {"id": "any", "if": {"value": "{{steps.deals.count}}", "is": 0},
                "then": [{"id": "none", "message": "No open deal has been still for two weeks."}]},
            {"id": "each", "foreach": "{{steps.deals.rows}}", "as": "deal", "at_once": 2, "do": [
                {"id": "think", "model": "One sentence: what should the owner do next about this deal, which nobody has touched for two weeks? {{deal}}"},
                {"id": "tell", "message": "{{deal.name}} ({{deal.owner}}), last touched {{deal.last_touch}}: {{steps.think.text}}"},
                {"id": "large", "if": {"value": "{{deal.amount}}", "above": 20000}, "then": [
                    {"id": "note", "change": {"system": "hubspot", "operation": "add_note",
                        "arguments": {"deal_id": "{{deal.source_id}}", "text": "{{steps.think.text}}"}}},
                ]},
            ]},
        ],
    })
}

fn new_lead_alert() -> Value {
    json!({
        "about": "A new deal came in",
        "on": "event deal.created",
        "steps": [
            {"id": "deal", "query": "select d.name, d.amount, d.currency, a.name as company, a.domain, a.industry, a.employee_count, p.name as owner, d.source_url from deals d left join accounts a on a.account_id = d.account_id left join people p on p.person_id = d.owner_id where d.deal_id = {{input.fields.deal_id}}::uuid"},
            {"id": "found", "if": {"value": "{{steps.deal.count}}", "above": 0},
                "then": [
                    {"id": "tell", "message": "New: {{steps.deal.rows.0.name}}, {{steps.deal.rows.0.amount}} {{steps.deal.rows.0.currency}}. {{steps.deal.rows.0.company}} ({{steps.deal.rows.0.domain}}, {{steps.deal.rows.0.industry}}, {{steps.deal.rows.0.employee_count}} people). {{steps.deal.rows.0.source_url}}"},
                    {"id": "unowned", "if": {"value": "{{steps.deal.rows.0.owner}}", "is": null}, "then": [
                        {"id": "ask", "message": "Nobody owns it yet. Who takes it?"},
                    ]},
                ],
                "else": [{"id": "none", "message": "There is no such deal that everybody here may see."}]},
        ],
    })
}

/// Of all moves only those to a good end: the filter is what `where` is for.
fn won_deals() -> Value {
    json!({
        "about": "A deal was won",
        "on": "event deal.stage_changed",
        "where": {"status": "won", "status_before": {"is_not": "won"}},
        "budget": 0.20,
        "steps": [
            {"id": "deal", "query": "select d.name, d.amount, d.currency, d.created_at::date as opened, a.name as company, p.name as owner, d.source_url from deals d left join accounts a on a.account_id = d.account_id left join people p on p.person_id = d.owner_id where d.deal_id = {{input.fields.deal_id}}::uuid"},
            {"id": "found", "if": {"value": "{{steps.deal.count}}", "above": 0},
                "then": [
                    {"id": "praise", "model": "One or two sentences for the team on this deal, which was won just now: who won it, with which company, and how long it took. {{steps.deal.rows.0}}"},
                    {"id": "tell", "message": "{{steps.praise.text}} {{steps.deal.rows.0.source_url}}"},
                ],
                "else": [{"id": "none", "message": "There is no such deal that everybody here may see."}]},
        ],
    })
}

fn merged_release_notes() -> Value {
    json!({
        "about": "What was merged this week, in words for people who do not read code",
        "on": "every Thursday at 15:00",
        "budget": 1.00,
        "steps": [
            {"id": "merged", "query": "select r.name as repository, q.number, q.title, left(q.body, 600) as body, i.key as issue, i.title as about, q.source_url from pull_requests q join repositories r on r.repository_id = q.repository_id left join issues i on i.issue_id = q.issue_id where q.merged_at > now() - interval '7 days' order by q.merged_at limit 60"},
            {"id": "any", "if": {"value": "{{steps.merged.count}}", "above": 0},
                "then": [{"id": "notes_of_week", "prompt": "Write release notes from these merged pull requests: new, better, mended; one sentence each in the words of somebody who uses the product, with its link. Leave out what nobody outside can notice, and say how many such changes there were. {{steps.merged.rows}}"}],
                "else": [{"id": "none", "message": "Nothing was merged in the last seven days."}]},
        ],
    })
}

fn on_call_brief() -> Value {
    json!({
        "about": "For whoever is on call next",
        "on": "every Monday at 9:30",
        "budget": 0.50,
        "steps": [
            {"id": "issues", "query": "select i.key, i.title, i.status, i.priority, i.created_at::date as opened, i.completed_at::date as ended, p.name as assignee, i.source_url from issues i left join people p on p.person_id = i.assignee_id where i.priority in ('urgent', 'high') and (i.status not in ('done', 'cancelled') or i.completed_at > now() - interval '7 days') order by i.completed_at is not null, i.priority desc, i.created_at desc limit 40"},
            {"id": "merged", "query": "select r.name as repository, q.title, q.merged_at::date as merged, q.source_url from pull_requests q join repositories r on r.repository_id = q.repository_id where q.merged_at > now() - interval '2 days' order by q.merged_at desc limit 30"},
            {"id": "brief", "model": "Write the hand-over for whoever is on call this week, in at most fifteen lines: first what is still open and urgent, with its assignee; then what was ended this week; then changes of the last two days that could cause trouble; last what to watch. What was said before: {{notes}}. Issues: {{steps.issues.rows}}. Merged: {{steps.merged.rows}}"},
            {"id": "tell", "message": "{{steps.brief.text}}"},
            {"id": "keep", "note": "{{steps.issues.count}} urgent or high issues were looked at."},
        ],
    })
}

fn meeting_briefs() -> Value {
    json!({
        "about": "Tomorrow’s meetings with customers",
        "on": "every weekday at 16:00",
        "budget": 1.00,
        "steps": [
            {"id": "meetings", "query": "select m.title, m.starts_at, m.location, a.account_id, a.name as company, a.lifecycle from meetings m join accounts a on a.account_id = m.account_id where m.starts_at between now() and now() + interval '30 hours' and m.status is distinct from 'cancelled' order by m.starts_at limit 12"},
            {"id": "none", "if": {"value": "{{steps.meetings.count}}", "is": 0},
                "then": [{"id": "free", "message": "No meeting with a customer until tomorrow evening."}]},
            {"id": "each", "foreach": "{{steps.meetings.rows}}", "as": "meeting", "at_once": 2, "do": [
                {"id": "deals", "query": "select name, status, amount, currency, next_step, close_date from deals where account_id = {{meeting.account_id}}::uuid order by created_at desc limit 5"},
                {"id": "last", "query": "select kind, direction, subject, left(body, 400) as body, occurred_at::date as day from activities where account_id = {{meeting.account_id}}::uuid order by occurred_at desc limit 5"},
                {"id": "brief", "model": "Prepare somebody for this meeting in at most eight lines: where the company and its deals stand, what was said last and when, what was promised and is open, and two questions worth asking. Meeting: {{meeting}}. Deals: {{steps.deals.rows}}. Last contacts: {{steps.last.rows}}"},
                {"id": "tell", "message": "{{meeting.title}} with {{meeting.company}}, {{meeting.starts_at}}\n{{steps.brief.text}}"},
            ]},
        ],
    })
}

#[cfg(test)]
mod tests {
    use super::super::{Trigger, name, parse};
    use super::*;
    use crate::automation::rule::{Asked, parse as rule};
    use crate::automation::templates as schedules;
    use std::collections::HashSet;

    #[test]
    fn each_parses_and_what_starts_it_is_understood() {
        let asked = Asked {
            at: chrono::Utc::now(),
            zone: chrono_tz::UTC,
        };
        for template in ALL {
            let workflow = parse(&template.definition());
            let workflow = workflow.unwrap_or_else(|wrong| panic!("{}: {wrong:?}", template.slug));
            if let Trigger::Schedule(when) = &workflow.trigger {
                assert!(rule(when, asked).is_ok(), "{}", template.slug);
            }
        }
    }

    #[test]
    fn each_has_a_name_of_its_own_that_a_workflow_can_have() {
        let mut slugs: HashSet<_> = schedules::ALL.iter().map(|it| it.slug).collect();
        for template in ALL {
            assert!(slugs.insert(template.slug), "{}", template.slug);
            assert_eq!(name(template.slug).as_deref(), Some(template.slug));
            assert_eq!(find(template.slug).map(|it| it.name), Some(template.name));
        }
    }
}
