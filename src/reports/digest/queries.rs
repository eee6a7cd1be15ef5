//! What a digest looks at: each query has the columns title, detail, amount, currency, at and url,
//! as far as they apply. They run in the sandbox like any other, with :person, :since, :today and
//! :tomorrow bound to them.

/// A part of a digest.
#[derive(Debug)]
pub struct Question {
    pub emoji: &'static str,
    pub title: &'static str,
    /// Whether its lines begin with the hour.
    pub with_hour: bool,
    pub sql: &'static str,
}

const DAY: Question = Question {
    emoji: ":spiral_calendar_pad:",
    title: "Your meetings today",
    with_hour: true,
    sql: "select m.title, a.name as detail, m.starts_at as at, m.source_url as url \
        from meetings m left join accounts a on a.account_id = m.account_id \
        where m.status <> 'cancelled' and m.starts_at >= :today::timestamptz \
        and m.starts_at < :tomorrow::timestamptz and (m.owner_id = :person::uuid \
        or m.meeting_id in (select x.meeting_id from meeting_attendees x \
            where x.person_id = :person::uuid and x.response <> 'declined')) \
        order by m.starts_at",
};

const MAIL: Question = Question {
    emoji: ":envelope:",
    title: "Mail that waits for your answer",
    with_hour: false,
    sql: "select coalesce(v.subject, 'No subject') as title, \
            'from ' || coalesce(c.name, v.from_address, 'somebody') as detail, v.source_url as url \
        from activities v left join contacts c on c.contact_id = v.contact_id \
        where v.kind = 'mail' and v.direction = 'inbound' and v.owner_id = :person::uuid \
        and v.occurred_at >= :since::timestamptz and not exists (select 1 from activities r \
            where r.kind = 'mail' and r.direction = 'outbound' and r.thread_key = v.thread_key \
            and r.occurred_at > v.occurred_at) \
        order by v.occurred_at desc",
};

const OWN_DEALS: Question = Question {
    emoji: ":handshake:",
    title: "Your deals that moved",
    with_hour: false,
    sql: "select d.name as title, case when d.status = 'won' then 'won' \
            when d.status = 'lost' then 'lost' || coalesce(': ' || d.lost_reason, '') \
            when d.created_at >= :since::timestamptz then 'new, in ' || s.name \
            else 'moved to ' || s.name end as detail, \
            d.amount, d.currency, d.source_url as url \
        from deals d join pipeline_stages s on s.stage_id = d.stage_id \
        where d.owner_id = :person::uuid and (d.stage_entered_at >= :since::timestamptz \
            or d.closed_at >= :since::timestamptz or d.created_at >= :since::timestamptz) \
        order by d.amount desc nulls last",
};

const OWN_ISSUES: Question = Question {
    emoji: ":ladybug:",
    title: "Your issues that moved",
    with_hour: false,
    sql: "select i.key || ' ' || i.title as title, replace(i.status, '_', ' ') as detail, \
            i.source_url as url from issues i \
        where i.assignee_id = :person::uuid and (i.completed_at >= :since::timestamptz \
            or i.started_at >= :since::timestamptz or i.created_at >= :since::timestamptz \
            or i.status in ('in_review', 'cancelled') and i.updated_at >= :since::timestamptz) \
        order by i.updated_at desc",
};

const DUE: Question = Question {
    emoji: ":hourglass:",
    title: "Due today or overdue",
    with_hour: false,
    sql: "select i.key || ' ' || i.title as title, \
            'due ' || to_char(i.due_date, 'DD Mon') as detail, i.source_url as url from issues i \
        where i.assignee_id = :person::uuid and i.status not in ('done', 'cancelled') \
        and i.due_date < :tomorrow::timestamptz::date order by i.due_date",
};

const REVIEWS: Question = Question {
    emoji: ":eyes:",
    title: "Reviews that wait for you",
    with_hour: false,
    sql: "select p.title, r.name || ' #' || p.number as detail, p.source_url as url \
        from pull_requests p join repositories r on r.repository_id = p.repository_id \
        where p.reviewer_id = :person::uuid and p.state = 'open' and not p.is_draft \
        and p.review_status = 'waiting' order by p.review_requested_at",
};

const DEALS: Question = Question {
    emoji: ":handshake:",
    title: "Deals that moved",
    with_hour: false,
    sql: "select d.name as title, case when d.status = 'won' then 'won' \
            when d.status = 'lost' then 'lost' || coalesce(': ' || d.lost_reason, '') \
            when d.created_at >= :since::timestamptz then 'new, in ' || s.name \
            else 'moved to ' || s.name end || coalesce(' · ' || p.name, '') as detail, \
            d.amount, d.currency, d.source_url as url \
        from deals d join pipeline_stages s on s.stage_id = d.stage_id \
        left join people p on p.person_id = d.owner_id \
        where d.stage_entered_at >= :since::timestamptz \
            or d.closed_at >= :since::timestamptz or d.created_at >= :since::timestamptz \
        order by d.amount desc nulls last",
};

const ISSUES: Question = Question {
    emoji: ":ladybug:",
    title: "Issues done, and urgent ones that came in",
    with_hour: false,
    sql: "select i.key || ' ' || i.title as title, \
            case when i.completed_at >= :since::timestamptz then 'done' \
            else 'new and urgent' end || coalesce(' · ' || p.name, '') as detail, \
            i.source_url as url \
        from issues i left join people p on p.person_id = i.assignee_id \
        where i.completed_at >= :since::timestamptz \
            or i.created_at >= :since::timestamptz and i.priority = 'urgent' \
        order by i.completed_at nulls first, i.key",
};

const CODE: Question = Question {
    emoji: ":twisted_rightwards_arrows:",
    title: "Merged, or waiting for a review for two days",
    with_hour: false,
    sql: "select p.title, r.name || ' #' || p.number || ' · ' || case when p.state = 'merged' \
            then 'merged' else 'waits' || coalesce(' for ' || v.name, '') end as detail, \
            p.source_url as url \
        from pull_requests p join repositories r on r.repository_id = p.repository_id \
        left join people v on v.person_id = p.reviewer_id \
        where p.merged_at >= :since::timestamptz or p.state = 'open' and not p.is_draft \
            and p.review_status = 'waiting' \
            and p.review_requested_at < :today::timestamptz - interval '1 day' \
        order by p.state desc, p.review_requested_at",
};

const MEETINGS: Question = Question {
    emoji: ":spiral_calendar_pad:",
    title: "Customer meetings today",
    with_hour: true,
    sql: "select m.title, a.name || coalesce(' · ' || p.name, '') as detail, m.starts_at as at, \
            m.source_url as url \
        from meetings m join accounts a on a.account_id = m.account_id \
        left join people p on p.person_id = m.owner_id \
        where m.status <> 'cancelled' and m.starts_at >= :today::timestamptz \
        and m.starts_at < :tomorrow::timestamptz order by m.starts_at",
};

/// A row for each system of which a digest could speak.
pub const SOURCES: &str = "select 1 as n from deals union all select 1 from issues \
    union all select 1 from meetings union all select 1 from activities \
    union all select 1 from pull_requests limit 1";

static OF_PERSON: [Question; 6] = [DAY, MAIL, DUE, REVIEWS, OWN_DEALS, OWN_ISSUES];
static OF_TEAM: [Question; 4] = [MEETINGS, DEALS, ISSUES, CODE];

pub fn of_person() -> &'static [Question] {
    &OF_PERSON
}

pub fn of_team() -> &'static [Question] {
    &OF_TEAM
}
