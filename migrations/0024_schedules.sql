-- Recurring work: what runs when, and every run that came of it.

create table core.schedules (
    org_id uuid not null references core.orgs,
    schedule_id uuid not null,
    workspace_id text not null,
    -- Where its runs answer; null for a direct message to the owner.
    channel_id text,
    -- Whose rights its runs have, and who is told when something is wrong.
    owner_user text not null,
    -- Who wants it to be run as its owner, if that is somebody else.
    asked_by text,
    -- What is asked at each run.
    question text not null,
    -- When, as somebody wrote it, and as it was understood.
    said text not null,
    rule jsonb not null,
    -- Which of the runs that were missed are made up for: latest | all | none
    catch_up text not null default 'latest',
    -- What one run may cost; null for as much as any answer may.
    budget_micros bigint,
    -- Which model is to think about it; null for the usual one.
    model text,
    -- proposed (nobody said yes yet) | active | paused | over
    state text not null default 'active',
    -- Null unless it is active.
    next_run_at timestamptz,
    -- Runs that failed or found nothing, since one that did neither.
    failures integer not null default 0,
    empties integer not null default 0,
    -- What it was made by, so that a repeated delivery makes it once.
    origin text not null,
    created_at timestamptz not null default now(),
    primary key (org_id, schedule_id),
    unique (org_id, origin)
);
call core.protect('core.schedules');
create index schedules_due on core.schedules (next_run_at) where next_run_at is not null;
create index schedules_of_workspace on core.schedules (org_id, workspace_id, created_at);

create table core.schedule_runs (
    org_id uuid not null,
    run_id uuid not null,
    schedule_id uuid not null,
    -- The moment for which it was due, or at which somebody asked for it.
    slot timestamptz not null,
    is_manual boolean not null default false,
    -- It could not begin in its time.
    is_late boolean not null default false,
    -- due | running | waiting (for a person) | done | empty | failed | stopped | skipped
    state text not null default 'due',
    -- The message that began it, whose thread is the conversation about it.
    channel_id text,
    root_ts text,
    cost_micros bigint not null default 0,
    -- What went wrong, in words for people.
    trouble text,
    created_at timestamptz not null default now(),
    ended_at timestamptz,
    primary key (org_id, run_id),
    -- One run a slot, however many processes look.
    unique (org_id, schedule_id, slot),
    foreign key (org_id, schedule_id) references core.schedules on delete cascade
);
call core.protect('core.schedule_runs');
create unique index schedule_runs_thread on core.schedule_runs (org_id, channel_id, root_ts)
    where root_ts is not null;
create index schedule_runs_open on core.schedule_runs (org_id, schedule_id) where state in ('due', 'running');

-- The scheduled run that a turn is.
alter table core.turns add column run_id uuid;
