-- Workflows: what starts one, every run of it, and each step that was taken.

create table core.workflows (
    org_id uuid not null references core.orgs,
    workflow_id uuid not null,
    workspace_id text not null,
    -- What people type: stale-deals.
    name text not null,
    -- Where its runs report; null for a direct message to the owner.
    channel_id text,
    -- Whose rights its runs have, and who is told when something is wrong.
    owner_user text not null,
    definition jsonb not null,
    -- active | paused
    state text not null default 'active',
    -- Copies out of the definition, to find what something starts: hand | schedule | event | after
    trigger_kind text not null,
    trigger_on text,
    -- When, as it was understood; null unless a time starts it.
    rule jsonb,
    next_run_at timestamptz,
    -- Runs that failed, since one that did not.
    failures integer not null default 0,
    -- What its runs noted for those to come, oldest first.
    notes jsonb not null default '[]',
    -- What it was made by, so that a repeated delivery makes it once.
    origin text not null,
    created_at timestamptz not null default now(),
    primary key (org_id, workflow_id),
    unique (org_id, origin),
    unique (org_id, workspace_id, name)
);
call core.protect('core.workflows');
create index workflows_due on core.workflows (next_run_at) where next_run_at is not null;
create index workflows_by_trigger on core.workflows (org_id, trigger_kind, trigger_on) where state = 'active';

create table core.workflow_runs (
    org_id uuid not null,
    run_id uuid not null,
    workflow_id uuid not null,
    -- What started it; the same starts it once: a click, a slot, an event, a run, a step of a run.
    cause text not null,
    trigger_kind text not null,
    input jsonb not null,
    -- As it was when the run began: what is edited meanwhile is for the next one.
    definition jsonb not null,
    -- Everything but the writes.
    is_dry boolean not null default false,
    -- The run that led to it, and the one at the beginning of them all.
    parent_run uuid,
    parent_step text,
    root_run uuid not null,
    depth integer not null default 0,
    -- due | running | waiting | done | failed | cancelled
    state text not null default 'due',
    -- How often somebody had it try again.
    tries integer not null default 0,
    -- When it goes on by itself.
    wake_at timestamptz,
    -- The message that began it, whose thread is the conversation about it.
    channel_id text,
    root_ts text,
    output jsonb,
    -- What went wrong, in words for people.
    trouble text,
    cost_micros bigint not null default 0,
    created_at timestamptz not null default now(),
    ended_at timestamptz,
    primary key (org_id, run_id),
    unique (org_id, workflow_id, cause),
    foreign key (org_id, workflow_id) references core.workflows on delete cascade
);
call core.protect('core.workflow_runs');
create index workflow_runs_thread on core.workflow_runs (org_id, channel_id, root_ts) where root_ts is not null;
create index workflow_runs_asleep on core.workflow_runs (wake_at) where wake_at is not null;
create index workflow_runs_of_root on core.workflow_runs (org_id, root_run);
create index workflow_runs_latest on core.workflow_runs (org_id, workflow_id, created_at);

-- A step that was taken, or that waits. Its path is its name, within loops behind that of the
-- loop and the item's number: `each.17.mail`.
create table core.workflow_steps (
    org_id uuid not null,
    run_id uuid not null,
    path text not null,
    kind text not null,
    -- waiting | done
    state text not null,
    -- What it came to, or what it waits for.
    output jsonb not null,
    -- The message in which Penny was asked.
    asked_ts text,
    cost_micros bigint not null default 0,
    began_at timestamptz not null default now(),
    ended_at timestamptz,
    primary key (org_id, run_id, path),
    foreign key (org_id, run_id) references core.workflow_runs on delete cascade
);
call core.protect('core.workflow_steps');

-- What a loop goes through, one row an item.
create table core.workflow_items (
    org_id uuid not null,
    run_id uuid not null,
    step text not null,
    number integer not null,
    workflow text not null,
    item jsonb not null,
    -- todo | waiting | done | failed
    state text not null default 'todo',
    outcome jsonb,
    trouble text,
    cost_micros bigint not null default 0,
    began_at timestamptz,
    ended_at timestamptz,
    visibility text not null,
    shareable boolean not null default false,
    owner_id uuid,
    channel_id text,
    primary key (org_id, run_id, step, number)
);
call core.protect('core.workflow_items');
create index workflow_items_open on core.workflow_items (org_id, run_id, step, number)
    where state in ('todo', 'waiting');
comment on table core.workflow_items is
    'What the loops (foreach) of workflow runs went through, one row an item with its outcome';
comment on column core.workflow_items.run_id is 'The run of the workflow';
comment on column core.workflow_items.step is 'The loop within the workflow';
comment on column core.workflow_items.number is 'The place of the item in the loop, from 0';
comment on column core.workflow_items.workflow is 'The name of the workflow';
comment on column core.workflow_items.item is 'What was worked on, as JSON';
comment on column core.workflow_items.state is 'todo, waiting (for a person), done or failed';
comment on column core.workflow_items.outcome is 'What came of it, as JSON';
comment on column core.workflow_items.trouble is 'What went wrong, if it failed';
call core.publish_company_table('core.workflow_items');

-- What happened before there was anything that acts upon it stays without consequences.
do $$
begin
    perform set_config('penny.org', 'system', true);
    update core.events set taken_at = now() where taken_at is null;
end
$$;
