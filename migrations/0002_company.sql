-- The company's own data, whatever system it came from, in one normalised schema. The comments
-- are read by the model (describe_tables), so they say what a column means, not how it is filled.

-- Makes a table a company table: who may see a row, where it came from, and when. Every id
-- begins with org_id, and a row is found again by its source and the id it has there.
create procedure core.company_table(company_table regclass)
language plpgsql
as $$
begin
    execute format($ddl$
        alter table %1$s
            add column visibility text not null default 'org'
                check (visibility in ('org', 'channel', 'person')),
            add column owner_id uuid,
            add column channel_id text,
            add column shareable boolean not null default false,
            add column source text not null,
            add column source_id text not null,
            add column source_url text,
            add column raw jsonb,
            add column created_at timestamptz not null default now(),
            add column updated_at timestamptz not null default now(),
            add check (visibility <> 'person' or owner_id is not null),
            add check (visibility <> 'channel' or channel_id is not null),
            add unique (org_id, source, source_id),
            add foreign key (org_id) references core.orgs,
            add foreign key (org_id, owner_id) references core.people (org_id, person_id)
        $ddl$, company_table);
    execute format('comment on column %s.visibility is %L', company_table,
        'Who may see the row: org (everybody), channel (members of channel_id), person (owner_id alone).');
    execute format('comment on column %s.owner_id is %L', company_table,
        'The colleague this belongs to (people.person_id).');
    execute format('comment on column %s.channel_id is %L', company_table,
        'The Slack channel this belongs to, such as C0123456789.');
    execute format('comment on column %s.shareable is %L', company_table,
        'May be shown while people from outside the company are listening.');
    execute format('comment on column %s.source is %L', company_table,
        'The system it came from, such as hubspot, gmail, linear, github.');
    execute format('comment on column %s.source_id is %L', company_table, 'Its id in that system.');
    execute format('comment on column %s.source_url is %L', company_table,
        'A link to it in that system; cite it in answers.');
    execute format('comment on column %s.created_at is %L', company_table,
        'When it was made, in the system it came from.');
    execute format('comment on column %s.updated_at is %L', company_table,
        'When it last changed, in the system it came from.');
    call core.protect(company_table);
end
$$;

-- Systems ---------------------------------------------------------------------------------

create table core.connections (
    org_id uuid not null,
    connection_id uuid not null,
    system text not null,
    name text not null,
    scope text not null check (scope in ('org', 'person')),
    health text not null check (health in ('healthy', 'delayed', 'broken', 'paused')),
    health_note text,
    last_synced_at timestamptz,
    row_counts jsonb not null default '{}',
    primary key (org_id, connection_id)
);
call core.company_table('core.connections');
comment on table core.connections is 'The systems that are connected, and how their sync is doing.';
comment on column core.connections.system is 'The system''s short name, equal to source in other tables.';
comment on column core.connections.name is 'The name people know it by.';
comment on column core.connections.scope is 'org: for the whole company; person: one colleague''s own account.';
comment on column core.connections.health is 'healthy, delayed, broken or paused.';
comment on column core.connections.health_note is 'What is wrong, in one sentence, if anything is.';
comment on column core.connections.last_synced_at is 'When it was last read successfully.';
comment on column core.connections.row_counts is 'How many rows it brought, by table name.';

-- Selling ---------------------------------------------------------------------------------

create table core.pipelines (
    org_id uuid not null,
    pipeline_id uuid not null,
    name text not null,
    is_default boolean not null default false,
    primary key (org_id, pipeline_id)
);
call core.company_table('core.pipelines');
comment on table core.pipelines is 'Sales pipelines: the ways a deal can go from first talk to signature.';
comment on column core.pipelines.is_default is 'The one meant when nobody names a pipeline.';

create table core.pipeline_stages (
    org_id uuid not null,
    stage_id uuid not null,
    pipeline_id uuid not null,
    name text not null,
    position integer not null,
    outcome text not null check (outcome in ('open', 'won', 'lost')),
    win_probability numeric(5, 4) not null check (win_probability between 0 and 1),
    primary key (org_id, stage_id),
    foreign key (org_id, pipeline_id) references core.pipelines on delete cascade
);
call core.company_table('core.pipeline_stages');
comment on table core.pipeline_stages is 'The stages of each pipeline, in order of position.';
comment on column core.pipeline_stages.position is 'Order within the pipeline, from 1.';
comment on column core.pipeline_stages.outcome is 'What a deal in this stage is: open, won or lost.';
comment on column core.pipeline_stages.win_probability is 'Chance of winning from here, 0 to 1; weighted value = amount * win_probability.';

create table core.goals (
    org_id uuid not null,
    goal_id uuid not null,
    name text not null,
    metric text not null,
    target_value numeric(16, 2) not null,
    currency text,
    period_start date not null,
    period_end date not null,
    pipeline_id uuid,
    primary key (org_id, goal_id),
    check (period_end >= period_start),
    foreign key (org_id, pipeline_id) references core.pipelines on delete set null (pipeline_id)
);
call core.company_table('core.goals');
comment on table core.goals is 'Targets of a team (owner_id is null) or of one colleague for a period.';
comment on column core.goals.metric is 'What is counted: won_amount, won_deals, meetings_held or new_accounts.';
comment on column core.goals.target_value is 'The number to reach by period_end.';
comment on column core.goals.currency is 'ISO 4217 code where the metric is money.';

create table core.accounts (
    org_id uuid not null,
    account_id uuid not null,
    name text not null,
    domain text,
    industry text,
    employee_count integer,
    annual_revenue numeric(16, 2),
    currency text,
    city text,
    country text,
    lifecycle text not null check (lifecycle in ('prospect', 'customer', 'former_customer', 'partner')),
    customer_since date,
    description text,
    primary key (org_id, account_id)
);
call core.company_table('core.accounts');
comment on table core.accounts is 'Companies we sell to or work with. owner_id is the colleague who looks after them.';
comment on column core.accounts.domain is 'Their web and mail domain.';
comment on column core.accounts.annual_revenue is 'Their own yearly revenue, in currency.';
comment on column core.accounts.currency is 'ISO 4217 code of annual_revenue.';
comment on column core.accounts.lifecycle is 'prospect, customer, former_customer or partner.';
comment on column core.accounts.customer_since is 'The day they first became a customer.';
comment on column core.accounts.description is 'What the company does, in a sentence.';

create table core.contacts (
    org_id uuid not null,
    contact_id uuid not null,
    account_id uuid,
    name text not null,
    email text,
    phone text,
    title text,
    buying_role text check (buying_role in ('decision_maker', 'champion', 'influencer', 'blocker', 'user')),
    city text,
    country text,
    time_zone text,
    primary key (org_id, contact_id),
    foreign key (org_id, account_id) references core.accounts on delete set null (account_id)
);
call core.company_table('core.contacts');
comment on table core.contacts is 'People at other companies. owner_id is the colleague who knows them best.';
comment on column core.contacts.account_id is 'The company they work for.';
comment on column core.contacts.title is 'Their job title.';
comment on column core.contacts.buying_role is 'Their part in a purchase: decision_maker, champion, influencer, blocker or user.';

create table core.deals (
    org_id uuid not null,
    deal_id uuid not null,
    name text not null,
    account_id uuid,
    primary_contact_id uuid,
    pipeline_id uuid not null,
    stage_id uuid not null,
    status text not null check (status in ('open', 'won', 'lost')),
    amount numeric(14, 2),
    currency text not null default 'EUR',
    close_date date,
    closed_at timestamptz,
    stage_entered_at timestamptz,
    last_activity_at timestamptz,
    next_step text,
    lost_reason text,
    primary key (org_id, deal_id),
    check ((status = 'open') = (closed_at is null)),
    foreign key (org_id, account_id) references core.accounts on delete set null (account_id),
    foreign key (org_id, primary_contact_id) references core.contacts on delete set null (primary_contact_id),
    foreign key (org_id, pipeline_id) references core.pipelines,
    foreign key (org_id, stage_id) references core.pipeline_stages
);
call core.company_table('core.deals');
comment on table core.deals is 'Sales opportunities. owner_id is the salesperson.';
comment on column core.deals.primary_contact_id is 'The contact who leads on their side (contacts.contact_id).';
comment on column core.deals.stage_id is 'Where the deal stands (pipeline_stages.stage_id).';
comment on column core.deals.status is 'open, won or lost.';
comment on column core.deals.amount is 'The value of the contract, in currency.';
comment on column core.deals.currency is 'ISO 4217 code of amount.';
comment on column core.deals.close_date is 'Open: the day it is expected to close; won or lost: the day it closed.';
comment on column core.deals.closed_at is 'When it was won or lost.';
comment on column core.deals.stage_entered_at is 'When it came into its present stage.';
comment on column core.deals.last_activity_at is 'When we last mailed, called, met or noted something on it.';
comment on column core.deals.next_step is 'What is to happen next, in words.';
comment on column core.deals.lost_reason is 'Why it was lost.';

create table core.activities (
    org_id uuid not null,
    activity_id uuid not null,
    kind text not null check (kind in ('mail', 'call', 'note', 'task', 'message')),
    direction text check (direction in ('inbound', 'outbound')),
    subject text,
    body text,
    occurred_at timestamptz not null,
    duration_minutes integer,
    due_at timestamptz,
    completed_at timestamptz,
    thread_key text,
    account_id uuid,
    contact_id uuid,
    deal_id uuid,
    primary key (org_id, activity_id),
    foreign key (org_id, account_id) references core.accounts on delete set null (account_id),
    foreign key (org_id, contact_id) references core.contacts on delete set null (contact_id),
    foreign key (org_id, deal_id) references core.deals on delete set null (deal_id)
);
call core.company_table('core.activities');
comment on table core.activities is 'What happened with a company: mails, calls, notes, tasks, text messages. owner_id is the colleague concerned.';
comment on column core.activities.kind is 'mail, call, note, task or message (SMS, WhatsApp).';
comment on column core.activities.direction is 'inbound: they wrote or called; outbound: we did.';
comment on column core.activities.body is 'The text: of the mail, or notes of the call.';
comment on column core.activities.occurred_at is 'When it happened; for a task, when it was set.';
comment on column core.activities.due_at is 'A task''s due time.';
comment on column core.activities.completed_at is 'When a task was done; null while it is open.';
comment on column core.activities.thread_key is 'Equal for mails of one conversation.';
comment on column core.activities.contact_id is 'The person on the other side.';

create table core.meetings (
    org_id uuid not null,
    meeting_id uuid not null,
    title text not null,
    starts_at timestamptz not null,
    ends_at timestamptz not null,
    status text not null default 'confirmed' check (status in ('confirmed', 'tentative', 'cancelled')),
    location text,
    account_id uuid,
    deal_id uuid,
    summary text,
    transcript text,
    recording_url text,
    primary key (org_id, meeting_id),
    check (ends_at >= starts_at),
    foreign key (org_id, account_id) references core.accounts on delete set null (account_id),
    foreign key (org_id, deal_id) references core.deals on delete set null (deal_id)
);
call core.company_table('core.meetings');
comment on table core.meetings is 'Calendar meetings, past and planned. owner_id is the organiser; everybody invited is in meeting_attendees.';
comment on column core.meetings.location is 'A room, or the name of the video service.';
comment on column core.meetings.summary is 'What was said and decided; null before the meeting.';
comment on column core.meetings.transcript is 'Word for word, one "Speaker: text" a line. Long: select it for single meetings only.';

-- Seen exactly by those who see the meeting, so it has no visibility of its own.
create table core.meeting_attendees (
    org_id uuid not null,
    meeting_id uuid not null,
    email text not null,
    name text not null,
    person_id uuid,
    contact_id uuid,
    is_organizer boolean not null default false,
    response text not null default 'none' check (response in ('accepted', 'declined', 'tentative', 'none')),
    primary key (org_id, meeting_id, email),
    foreign key (org_id, meeting_id) references core.meetings on delete cascade,
    foreign key (org_id, person_id) references core.people,
    foreign key (org_id, contact_id) references core.contacts on delete set null (contact_id)
);
call core.protect('core.meeting_attendees');
comment on table core.meeting_attendees is 'Who is invited to which meeting.';
comment on column core.meeting_attendees.person_id is 'The colleague, if it is one (people.person_id).';
comment on column core.meeting_attendees.contact_id is 'The contact, if it is one of theirs (contacts.contact_id).';
comment on column core.meeting_attendees.response is 'accepted, declined, tentative or none (no answer yet).';

-- Building --------------------------------------------------------------------------------

create table core.projects (
    org_id uuid not null,
    project_id uuid not null,
    key text not null,
    name text not null,
    description text,
    status text not null check (status in ('planned', 'active', 'paused', 'done', 'cancelled')),
    start_date date,
    target_date date,
    primary key (org_id, project_id)
);
call core.company_table('core.projects');
comment on table core.projects is 'Bodies of work that issues belong to. owner_id leads the project.';
comment on column core.projects.key is 'The short prefix of its issues'' keys.';
comment on column core.projects.status is 'planned, active, paused, done or cancelled.';
comment on column core.projects.target_date is 'The day it is meant to be finished.';

create table core.issues (
    org_id uuid not null,
    issue_id uuid not null,
    key text not null,
    project_id uuid,
    title text not null,
    description text,
    kind text not null check (kind in ('bug', 'feature', 'improvement', 'chore')),
    status text not null check (status in ('backlog', 'todo', 'in_progress', 'in_review', 'done', 'cancelled')),
    priority text not null check (priority in ('urgent', 'high', 'medium', 'low', 'none')),
    assignee_id uuid,
    account_id uuid,
    labels text[] not null default '{}',
    estimate_points integer,
    due_date date,
    started_at timestamptz,
    completed_at timestamptz,
    primary key (org_id, issue_id),
    foreign key (org_id, project_id) references core.projects on delete set null (project_id),
    foreign key (org_id, assignee_id) references core.people,
    foreign key (org_id, account_id) references core.accounts on delete set null (account_id)
);
call core.company_table('core.issues');
comment on table core.issues is 'Bugs, features and chores. owner_id reported it, assignee_id works on it.';
comment on column core.issues.key is 'The name people use, such as API-142.';
comment on column core.issues.kind is 'bug, feature, improvement or chore.';
comment on column core.issues.status is 'backlog, todo, in_progress, in_review, done or cancelled; open means none of the last two.';
comment on column core.issues.priority is 'urgent, high, medium, low or none.';
comment on column core.issues.assignee_id is 'The colleague who works on it (people.person_id).';
comment on column core.issues.account_id is 'The customer who asked for it or is hit by it.';
comment on column core.issues.completed_at is 'When it was done or cancelled.';

create table core.repositories (
    org_id uuid not null,
    repository_id uuid not null,
    name text not null,
    description text,
    default_branch text not null default 'main',
    main_language text,
    is_archived boolean not null default false,
    primary key (org_id, repository_id)
);
call core.company_table('core.repositories');
comment on table core.repositories is 'Code repositories. owner_id maintains it.';
comment on column core.repositories.name is 'Full name, such as company/api.';

create table core.pull_requests (
    org_id uuid not null,
    pull_request_id uuid not null,
    repository_id uuid not null,
    issue_id uuid,
    number integer not null,
    title text not null,
    body text,
    branch text,
    state text not null check (state in ('open', 'merged', 'closed')),
    is_draft boolean not null default false,
    review_status text not null check (review_status in ('waiting', 'changes_requested', 'approved', 'none')),
    reviewer_id uuid,
    review_requested_at timestamptz,
    lines_added integer,
    lines_removed integer,
    merged_at timestamptz,
    closed_at timestamptz,
    primary key (org_id, pull_request_id),
    foreign key (org_id, repository_id) references core.repositories on delete cascade,
    foreign key (org_id, issue_id) references core.issues on delete set null (issue_id),
    foreign key (org_id, reviewer_id) references core.people
);
call core.company_table('core.pull_requests');
comment on table core.pull_requests is 'Proposed code changes. owner_id is the author.';
comment on column core.pull_requests.issue_id is 'The issue it resolves.';
comment on column core.pull_requests.number is 'Its number within the repository.';
comment on column core.pull_requests.state is 'open, merged or closed (without merging).';
comment on column core.pull_requests.review_status is 'waiting (for the reviewer), changes_requested, approved or none (no review asked).';
comment on column core.pull_requests.reviewer_id is 'The colleague asked to review (people.person_id).';
comment on column core.pull_requests.closed_at is 'When it was merged or closed.';

create table core.commits (
    org_id uuid not null,
    commit_id uuid not null,
    repository_id uuid not null,
    pull_request_id uuid,
    sha text not null,
    message text not null,
    author_name text,
    committed_at timestamptz not null,
    lines_added integer,
    lines_removed integer,
    primary key (org_id, commit_id),
    foreign key (org_id, repository_id) references core.repositories on delete cascade,
    foreign key (org_id, pull_request_id) references core.pull_requests on delete set null (pull_request_id)
);
call core.company_table('core.commits');
comment on table core.commits is 'Commits. owner_id is the author where it is a colleague.';
comment on column core.commits.author_name is 'The author as git has it.';

-- Knowing ---------------------------------------------------------------------------------

create table core.files (
    org_id uuid not null,
    file_id uuid not null,
    name text not null,
    mime_type text,
    size_bytes bigint,
    folder text,
    content text,
    account_id uuid,
    deal_id uuid,
    project_id uuid,
    primary key (org_id, file_id),
    foreign key (org_id, account_id) references core.accounts on delete set null (account_id),
    foreign key (org_id, deal_id) references core.deals on delete set null (deal_id),
    foreign key (org_id, project_id) references core.projects on delete set null (project_id)
);
call core.company_table('core.files');
comment on table core.files is 'Documents, sheets and slides. owner_id last edited it.';
comment on column core.files.folder is 'The path of the folder it lies in.';
comment on column core.files.content is 'Its text. Long: select it for single files only.';

create table core.messages (
    org_id uuid not null,
    message_id uuid not null,
    channel_name text not null,
    author_name text not null,
    text text not null,
    sent_at timestamptz not null,
    thread_id text,
    primary key (org_id, message_id)
);
call core.company_table('core.messages');
comment on table core.messages is 'Slack messages. owner_id is the author where it is a colleague.';
comment on column core.messages.channel_name is 'The channel''s name, without #.';
comment on column core.messages.thread_id is 'Equal for the messages of one thread; null outside threads.';

-- For the questions that are asked most, and for the foreign keys' own look-ups.
create index on core.pipeline_stages (org_id, pipeline_id, position);
create index on core.goals (org_id, period_end);
create index on core.accounts (org_id, lower(name));
create index on core.accounts (org_id, owner_id);
create index on core.contacts (org_id, account_id);
create index on core.contacts (org_id, lower(email));
create index on core.deals (org_id, status, close_date);
create index on core.deals (org_id, stage_id);
create index on core.deals (org_id, account_id);
create index on core.deals (org_id, primary_contact_id);
create index on core.deals (org_id, owner_id, status);
create index on core.activities (org_id, occurred_at);
create index on core.activities (org_id, account_id, occurred_at);
create index on core.activities (org_id, deal_id, occurred_at);
create index on core.activities (org_id, contact_id);
create index on core.activities (org_id, owner_id, occurred_at);
create index on core.meetings (org_id, starts_at);
create index on core.meetings (org_id, account_id, starts_at);
create index on core.meetings (org_id, deal_id);
create index on core.meeting_attendees (org_id, person_id);
create index on core.meeting_attendees (org_id, contact_id);
create index on core.issues (org_id, project_id, status);
create index on core.issues (org_id, assignee_id, status);
create index on core.issues (org_id, account_id);
create index on core.pull_requests (org_id, repository_id, number);
create index on core.pull_requests (org_id, state, review_status);
create index on core.pull_requests (org_id, issue_id);
create index on core.commits (org_id, repository_id, committed_at);
create index on core.commits (org_id, pull_request_id);
create index on core.files (org_id, account_id);
create index on core.files (org_id, deal_id);
create index on core.files (org_id, project_id);
create index on core.messages (org_id, channel_id, sent_at);
