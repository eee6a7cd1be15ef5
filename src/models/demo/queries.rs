//! The SQL behind each answer, over the same views that every model sees.

use super::blocked;
use super::intent::{Ask, Intent, Period};

/// Who asks, as far as a query needs it.
pub struct Asker<'a> {
    pub name: &'a str,
    pub time_zone: &'a str,
}

/// A query, and what people see of it while it runs.
pub struct Query {
    pub purpose: &'static str,
    pub sql: String,
}

fn query(purpose: &'static str, sql: String) -> Query {
    Query { purpose, sql }
}

/// The queries of an intent; they do not depend on each other.
pub fn queries(ask: &Ask, asker: &Asker<'_>) -> Vec<Query> {
    match &ask.intent {
        Intent::Pipeline => {
            let mut queries = vec![query("open deals in the pipeline", pipeline(ask, asker))];
            if ask.with_changes {
                queries.push(query("what changed in the last week", changes(ask, asker)));
            }
            queries
        }
        Intent::Closing => vec![query("deals that close soon", closing(ask, asker))],
        Intent::Biggest => vec![query("the biggest open deals", biggest(ask, asker))],
        Intent::Stale => vec![query("deals that have gone quiet", stale(ask, asker))],
        Intent::Account(name) => account(name, asker),
        Intent::OwnerOf(name) => vec![query("who owns the account", owner_of(name))],
        Intent::Issues => vec![query("open issues", issues(ask, asker))],
        Intent::Reviews => vec![query(
            "pull requests waiting for review",
            reviews(ask, asker),
        )],
        Intent::Blocked => vec![query("what waits, and on whom", blocked::QUERY.to_owned())],
        Intent::Prepare => vec![query("your next customer meeting", next_meeting(asker))],
        Intent::Meetings => vec![query("this week's meetings", meetings(asker))],
        Intent::WinRate => vec![query("won and lost deals", win_rate(ask))],
        Intent::Months => vec![query("this month beside last month", months(ask, asker))],
        _ => Vec::new(),
    }
}

/// A text as a literal; a backslash means nothing in a standard string.
fn literal(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

/// Matches names that contain the words as they were typed.
pub fn like(name: &str) -> String {
    let plain: String = name
        .chars()
        .filter(|c| !matches!(c, '%' | '_' | '\\'))
        .collect();
    literal(&format!("%{}%", plain.trim()))
}

fn only_mine(ask: &Ask, asker: &Asker<'_>) -> String {
    if ask.only_mine && !asker.name.is_empty() {
        format!(" and p.name = {}", literal(asker.name))
    } else {
        String::new()
    }
}

fn pipeline(ask: &Ask, asker: &Asker<'_>) -> String {
    let (what, order) = if ask.by_owner {
        ("coalesce(p.name, 'nobody')", "sum(d.amount) desc")
    } else {
        ("s.name", "min(s.position)")
    };
    format!(
        "select {what} as part, count(*) as deals, sum(d.amount) as amount, \
         round(sum(d.amount * s.win_probability)) as weighted \
         from deals d join pipeline_stages s on s.stage_id = d.stage_id \
         left join people p on p.person_id = d.owner_id \
         where d.status = 'open'{} group by {what} order by {order}",
        only_mine(ask, asker)
    )
}

/// Deals that came, were won or were lost within the last seven days.
fn changes(ask: &Ask, asker: &Asker<'_>) -> String {
    let mine = only_mine(ask, asker);
    let part = |what: &str, moment: &str, condition: &str| {
        format!(
            "select '{what}' as what, d.name as deal, d.amount, coalesce(p.name, 'nobody') as owner \
             from deals d left join people p on p.person_id = d.owner_id \
             where d.{moment} > now() - interval '7 days'{condition}{mine}"
        )
    };
    format!(
        "{} union all {} union all {} order by what, amount desc",
        part("New", "created_at", ""),
        part("Won", "closed_at", " and d.status = 'won'"),
        part("Lost", "closed_at", " and d.status = 'lost'"),
    )
}

const DEAL_COLUMNS: &str = "select d.name as deal, a.name as account, \
    coalesce(p.name, 'nobody') as owner, s.name as stage, d.amount, \
    to_char(d.close_date, 'FMDD Mon') as closes, \
    current_date - d.last_activity_at::date as quiet_days, d.close_date < current_date as is_late, \
    to_char(d.last_activity_at, 'FMDD Mon') as last_contact, d.next_step \
    from deals d join pipeline_stages s on s.stage_id = d.stage_id \
    left join accounts a on a.account_id = d.account_id \
    left join people p on p.person_id = d.owner_id where d.status = 'open'";

fn closing(ask: &Ask, asker: &Asker<'_>) -> String {
    let (from, length) = match ask.period {
        Period::Week => ("date_trunc('week', now())", "1 week"),
        Period::Month => ("date_trunc('month', now())", "1 month"),
        Period::NextMonth => ("date_trunc('month', now()) + interval '1 month'", "1 month"),
        Period::Quarter => ("date_trunc('quarter', now())", "3 months"),
    };
    format!(
        "{DEAL_COLUMNS} and d.close_date >= {from} and d.close_date < {from} + interval '{length}'{} \
         order by d.close_date, d.amount desc limit {}",
        only_mine(ask, asker),
        ask.top.unwrap_or(50)
    )
}

fn biggest(ask: &Ask, asker: &Asker<'_>) -> String {
    format!(
        "{DEAL_COLUMNS}{} order by d.amount desc limit {}",
        only_mine(ask, asker),
        ask.top.unwrap_or(10)
    )
}

fn stale(ask: &Ask, asker: &Asker<'_>) -> String {
    format!(
        "{DEAL_COLUMNS} and d.last_activity_at < now() - interval '21 days'{} \
         order by d.amount desc limit {}",
        only_mine(ask, asker),
        ask.top.unwrap_or(30)
    )
}

/// What is to be known of an account.
pub fn account(name: &str, asker: &Asker<'_>) -> Vec<Query> {
    let (like, zone) = (like(name), literal(asker.time_zone));
    vec![
        query(
            "the latest mails, calls and notes",
            format!(
                "select to_char(t.occurred_at at time zone {zone}, 'FMDD Mon') as day, t.kind, t.direction, t.subject, \
             case when t.direction = 'inbound' then coalesce(c.name, p.name) else p.name end as who, left(t.body, 400) as words, a.name as account \
             from activities t join accounts a on a.account_id = t.account_id \
             left join contacts c on c.contact_id = t.contact_id \
             left join people p on p.person_id = t.owner_id \
             where a.name ilike {like} order by t.occurred_at desc limit 6"
            ),
        ),
        query(
            "meetings with the account",
            format!(
                "select to_char(m.starts_at at time zone {zone}, 'FMDD Mon') as day, m.title, left(m.summary, 400) as summary \
             from meetings m join accounts a on a.account_id = m.account_id \
             where a.name ilike {like} and m.starts_at < now() order by m.starts_at desc limit 3"
            ),
        ),
        query(
            "deals of the account",
            format!(
                "select d.name as deal, s.name as stage, d.status, d.amount, coalesce(p.name, 'nobody') as owner, \
             to_char(d.close_date, 'FMDD Mon') as closes, coalesce(d.next_step, d.lost_reason) as remark \
             from deals d join accounts a on a.account_id = d.account_id \
             join pipeline_stages s on s.stage_id = d.stage_id \
             left join people p on p.person_id = d.owner_id \
             where a.name ilike {like} order by d.closed_at desc nulls first, d.amount desc limit 8"
            ),
        ),
    ]
}

fn owner_of(name: &str) -> String {
    format!(
        "select a.name as account, coalesce(p.name, 'nobody') as owner, p.title, a.lifecycle, a.city, a.country \
         from accounts a left join people p on p.person_id = a.owner_id \
         where a.name ilike {} order by a.name limit 5",
        like(name)
    )
}

fn issues(ask: &Ask, asker: &Asker<'_>) -> String {
    let open = "i.status not in ('done', 'cancelled')";
    let part = match (ask.by_owner, ask.by_priority) {
        (true, _) => "coalesce(p.name, 'nobody')",
        (_, true) => "i.priority",
        _ => "r.name",
    };
    let order = if ask.by_priority {
        "min(case i.priority when 'urgent' then 1 when 'high' then 2 when 'medium' then 3 when 'low' then 4 else 5 end)"
    } else {
        "count(*) desc"
    };
    format!(
        "select {part} as part, count(*) as open, count(*) filter (where i.priority in ('urgent', 'high')) as pressing, \
         count(*) filter (where i.kind = 'bug') as bugs, \
         count(*) filter (where i.due_date < current_date) as overdue \
         from issues i left join projects r on r.project_id = i.project_id \
         left join people p on p.person_id = i.assignee_id \
         where {open}{} group by {part} order by {order}",
        only_mine(ask, asker)
    )
}

fn reviews(ask: &Ask, asker: &Asker<'_>) -> String {
    let mine = if ask.only_mine && !asker.name.is_empty() {
        format!(" and r.name = {}", literal(asker.name))
    } else {
        String::new()
    };
    format!(
        "select g.title, o.name as repository, g.number, coalesce(p.name, 'nobody') as author, \
         coalesce(r.name, 'nobody') as reviewer, current_date - coalesce(g.review_requested_at, g.created_at)::date as days, \
         g.lines_added + g.lines_removed as lines \
         from pull_requests g join repositories o on o.repository_id = g.repository_id \
         left join people p on p.person_id = g.owner_id left join people r on r.person_id = g.reviewer_id \
         where g.state = 'open' and g.review_status = 'waiting' and not g.is_draft{mine} \
         order by coalesce(g.review_requested_at, g.created_at) limit {}",
        ask.top.unwrap_or(20)
    )
}

fn meetings(asker: &Asker<'_>) -> String {
    let (zone, name) = (literal(asker.time_zone), literal(asker.name));
    format!(
        "select to_char(m.starts_at at time zone {zone}, 'Dy FMDD Mon HH24:MI') as starts, m.title, m.location, \
         m.starts_at > now() as is_ahead, \
         (select string_agg(o.name, ', ' order by o.name) from meeting_attendees o \
          where o.meeting_id = m.meeting_id and o.name <> {name}) as others \
         from meetings m join meeting_attendees t on t.meeting_id = m.meeting_id \
         join people p on p.person_id = t.person_id \
         where p.name = {name} and m.status <> 'cancelled' and m.starts_at >= date_trunc('week', now()) \
         and m.starts_at < date_trunc('week', now()) + interval '1 week' order by m.starts_at"
    )
}

fn next_meeting(asker: &Asker<'_>) -> String {
    let (zone, name) = (literal(asker.time_zone), literal(asker.name));
    format!(
        "select to_char(m.starts_at at time zone {zone}, 'Dy FMDD Mon HH24:MI') as starts, m.title, m.location, \
         a.name as account, (select string_agg(o.name, ', ' order by o.name) from meeting_attendees o \
          where o.meeting_id = m.meeting_id and o.name <> {name}) as others \
         from meetings m join accounts a on a.account_id = m.account_id \
         join meeting_attendees t on t.meeting_id = m.meeting_id \
         join people p on p.person_id = t.person_id \
         where p.name = {name} and m.status <> 'cancelled' and m.starts_at > now() \
         order by m.starts_at limit 1"
    )
}

fn win_rate(ask: &Ask) -> String {
    format!(
        "select coalesce(p.name, 'nobody') as owner, count(*) filter (where d.status = 'won') as won, \
         count(*) filter (where d.status = 'lost') as lost, \
         round(100.0 * count(*) filter (where d.status = 'won') / count(*)) as rate, \
         coalesce(sum(d.amount) filter (where d.status = 'won'), 0) as amount \
         from deals d left join people p on p.person_id = d.owner_id \
         where d.status in ('won', 'lost') group by p.name order by rate desc limit {}",
        ask.top.unwrap_or(20)
    )
}

fn months(ask: &Ask, asker: &Asker<'_>) -> String {
    let (this, before) = (
        "date_trunc('month', now())",
        "date_trunc('month', now()) - interval '1 month'",
    );
    let at = |column: &str, when: &str| match when {
        "this" => format!("d.{column} >= {this}"),
        _ => format!("d.{column} >= {before} and d.{column} < {this}"),
    };
    let mine = only_mine(ask, asker);
    let line = |order: u8, what: &str, value: &str, column: &str, rest: &str| {
        format!(
            "select {order} as line, '{what}' as what, \
             coalesce({value} filter (where {}), 0) as this_month, coalesce({value} filter (where {}), 0) as last_month \
             from deals d left join people p on p.person_id = d.owner_id where true{rest}{mine}",
            at(column, "this"),
            at(column, "last"),
        )
    };
    format!(
        "{} union all {} union all {} union all {} order by line",
        line(1, "New deals", "count(*)", "created_at", ""),
        line(
            2,
            "Won deals",
            "count(*)",
            "closed_at",
            " and d.status = 'won'"
        ),
        line(
            3,
            "Won amount (€)",
            "sum(d.amount)",
            "closed_at",
            " and d.status = 'won'"
        ),
        line(
            4,
            "Lost deals",
            "count(*)",
            "closed_at",
            " and d.status = 'lost'"
        ),
    )
}
