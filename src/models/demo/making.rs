//! Charts, reports, files and dashboards that somebody asks for in words, and the recipes of them.

use super::conversation::Answered;
use super::words::Words;
use serde_json::{Value, json};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Make {
    /// Its type, as the tool calls it, and what it is about.
    Chart(&'static str, About),
    Report,
    Dashboard,
    /// Its format.
    Export(&'static str),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum About {
    Stages,
    Owners,
    Months,
}

const TYPES: [(&str, &str); 6] = [
    ("pie", "pie"),
    ("line", "line"),
    ("area", "area"),
    ("funnel", "funnel"),
    ("heat", "heat_map"),
    ("bar", "bar"),
];

/// What somebody wants made, if they want something made.
pub fn read(words: &Words) -> Option<Make> {
    if words.any("dashboard dashboards") {
        return Some(Make::Dashboard);
    }
    if words.any("export csv xlsx excel spreadsheet") {
        let format = if words.any("csv") { "csv" } else { "xlsx" };
        return Some(Make::Export(format));
    }
    if words.any("chart charts graph plot draw diagram") {
        let about = if words.any("month months monthly won") {
            About::Months
        } else if words.by_owner() {
            About::Owners
        } else {
            About::Stages
        };
        let named = TYPES.iter().find(|(word, _)| words.any(word));
        let usual = if about == About::Months {
            "line"
        } else {
            "bar"
        };
        return Some(Make::Chart(named.map_or(usual, |(_, kind)| kind), about));
    }
    (words.any("report") && words.any("pdf make create write")).then_some(Make::Report)
}

const STAGES: &str = "select s.name as stage, round(sum(d.amount)) as amount \
    from deals d join pipeline_stages s on s.stage_id = d.stage_id \
    where d.status = 'open' group by s.name order by min(s.position)";
const OWNERS: &str = "select coalesce(p.name, 'nobody') as owner, round(sum(d.amount)) as amount \
    from deals d left join people p on p.person_id = d.owner_id \
    where d.status = 'open' group by p.name order by amount desc";
const MONTHS: &str = "select date_trunc('month', d.closed_at)::date as month, \
    round(sum(d.amount)) as won from deals d \
    where d.status = 'won' and d.closed_at > now() - interval '12 months' group by 1 order by 1";
const DEALS: &str = "select d.name as deal, a.name as account, coalesce(p.name, 'nobody') as owner, \
    s.name as stage, d.amount, d.close_date as closes from deals d \
    left join accounts a on a.account_id = d.account_id \
    left join people p on p.person_id = d.owner_id \
    left join pipeline_stages s on s.stage_id = d.stage_id where d.status = 'open' ";
const TOTAL: &str = "select count(*) as deals, round(sum(d.amount)) as amount from deals d \
    where d.status = 'open'";

/// The tool and its arguments.
pub fn call(make: Make) -> (&'static str, Value) {
    match make {
        Make::Chart(kind, about) => {
            let (title, sql) = match about {
                About::Stages => ("Open pipeline by stage", STAGES),
                About::Owners => ("Open pipeline by owner", OWNERS),
                About::Months => ("Won amount by month", MONTHS),
            };
            let input = json!({"title": title, "sql": sql, "type": kind, "unit": "€"});
            ("create_chart", input)
        }
        Make::Export(format) => {
            let sql = format!("{DEALS}order by d.amount desc nulls last");
            let input = json!({"title": "Open deals", "sql": sql, "format": format});
            ("export_data", input)
        }
        Make::Report => ("create_report", report()),
        Make::Dashboard => ("create_dashboard", dashboard()),
    }
}

fn report() -> Value {
    let biggest = format!("{DEALS}order by d.amount desc nulls last limit 15");
    let chart = |kind: &str| json!({"type": kind, "unit": "€"});
    json!({
        "title": "Pipeline report",
        "headline": "{{total.deals}} deals are open, worth €{{total.amount}} together.",
        "markdown": "## Where the pipeline stands\n\n\
            The open pipeline holds **{{total.deals}} deals** worth **€{{total.amount}}**. \
            By stage:\n\n{{stages}}\n\n\
            ## Who carries it\n\n{{owners}}\n\n\
            ## What was won\n\n{{months}}\n\n\
            ## The largest open deals\n\n{{biggest}}\n",
        "parts": [
            {"name": "total", "title": "All open deals", "sql": TOTAL},
            {"name": "stages", "title": "Open pipeline by stage", "sql": STAGES, "chart": chart("bar")},
            {"name": "owners", "title": "Open pipeline by owner", "sql": OWNERS, "chart": chart("bar")},
            {"name": "months", "title": "Won amount by month", "sql": MONTHS, "chart": chart("area")},
            {"name": "biggest", "title": "The 15 largest open deals", "sql": biggest},
        ],
    })
}

/// Each query narrowed by what is chosen; nothing chosen is null.
const CHOSEN: &str = " and (:owner is null or p.name = :owner) and (:stage is null or s.name = :stage) \
    and (:closes_from is null or d.close_date >= :closes_from) \
    and (:closes_until is null or d.close_date <= :closes_until) ";
const OPEN: &str = " from deals d join pipeline_stages s on s.stage_id = d.stage_id \
    left join people p on p.person_id = d.owner_id \
    left join accounts a on a.account_id = d.account_id where d.status = 'open'";

fn dashboard() -> Value {
    let open = |select: &str, rest: &str| format!("select {select}{OPEN}{CHOSEN}{rest}");
    let won = "select round(coalesce(sum(d.amount), 0)) as won, count(*) as deals from deals d \
        left join people p on p.person_id = d.owner_id where d.status = 'won' \
        and d.closed_at > now() - interval '90 days' and (:owner is null or p.name = :owner)";
    let months = "select date_trunc('month', d.closed_at)::date as month, round(sum(d.amount)) as won \
        from deals d left join people p on p.person_id = d.owner_id where d.status = 'won' \
        and d.closed_at > now() - interval '12 months' and (:owner is null or p.name = :owner) \
        group by 1 order by 1";
    let euros = json!({"number": {"unit": "€"}});
    let chart = |kind: &str| json!({"chart": {"type": kind, "unit": "€"}});
    let one_of = |sql: &str| json!({"one_of": {"sql": sql}});
    json!({
        "title": "Pipeline",
        "filters": [
            {"name": "owner", "label": "Owner", "choose": one_of(
                "select distinct p.name from deals d join people p on p.person_id = d.owner_id order by 1")},
            {"name": "stage", "label": "Stage", "choose": one_of(
                "select s.name from pipeline_stages s where s.outcome = 'open' group by s.name \
                 order by min(s.position)")},
            {"name": "closes_from", "label": "Closes from", "choose": {"date": {}}},
            {"name": "closes_until", "label": "Closes until", "choose": {"date": {}}},
        ],
        "tiles": [
            {"title": "Open pipeline", "show": euros,
                "sql": open("round(coalesce(sum(d.amount), 0)) as amount, count(*) as deals", "")},
            {"title": "Weighted", "show": euros,
                "sql": open("round(coalesce(sum(d.amount * s.win_probability), 0)) as amount", "")},
            {"title": "Won in 90 days", "show": euros, "sql": won},
            {"title": "Quiet for two weeks", "show": {"number": {"unit": "deals"}}, "sql": open(
                "count(*) as deals",
                "and coalesce(d.last_activity_at, d.created_at) < now() - interval '14 days'")},
            {"title": "Open pipeline by stage", "show": chart("bar"), "sql": open(
                "s.name as stage, round(sum(d.amount)) as amount",
                "group by s.name order by min(s.position)")},
            {"title": "Open pipeline by owner", "show": chart("bar"), "sql": open(
                "coalesce(p.name, 'nobody') as owner, round(sum(d.amount)) as amount",
                "group by p.name order by amount desc nulls last")},
            {"title": "Won by month", "show": chart("area"), "sql": months},
            {"title": "Deals by stage", "show": {"chart": {"type": "pie", "unit": "deals"}}, "sql": open(
                "s.name as stage, count(*) as deals", "group by s.name order by min(s.position)")},
            {"title": "The largest open deals", "show": "table", "sql": open(
                "d.name as deal, a.name as account, coalesce(p.name, 'nobody') as owner, \
                 s.name as stage, d.amount, d.close_date as closes",
                "order by d.amount desc nulls last limit 25")},
        ],
    })
}

const DASHBOARD_READY: &str = "The dashboard is below. *Open dashboard* gives everybody a link of \
    their own, which shows what they may see, live and with filters for owner, stage and closing date.";

/// What to say once it is made.
pub fn said(make: Make, last: &Answered) -> String {
    let shows = last.content.split_once("It shows: ");
    let shows = shows.map_or("", |(_, shows)| shows.trim());
    match make {
        Make::Chart(..) => {
            // A chart that comes as a picture is described by its kind and title first.
            let figures = shows
                .split_once("”. ")
                .map_or(shows, |(_, figures)| figures);
            format!("Here is the chart. {figures}")
        }
        Make::Report => {
            let headline = shows
                .rsplit_once(" (")
                .map_or(shows, |(headline, _)| headline);
            format!("The report is ready as a PDF. {headline}")
        }
        Make::Export(_) => format!("The file is ready: {shows}."),
        Make::Dashboard => DASHBOARD_READY.to_owned(),
    }
}
