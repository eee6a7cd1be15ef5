-- What people get to see of a system while it is read, and what other parts of Penny get to know
-- when it was.

-- What the latest run that touched a stream has read of it.
alter table core.sync_streams
    add column run_id uuid,
    add column run_rows bigint not null default 0;

-- Messages in Slack that follow a run to its end, whichever process it ends in.
create table core.sync_messages (
    org_id uuid not null,
    run_id uuid not null,
    channel_id text not null,
    ts text not null,
    workspace_id text not null,
    primary key (org_id, run_id, channel_id, ts),
    foreign key (org_id, run_id) references core.sync_runs on delete cascade
);
call core.protect('core.sync_messages');

-- What has happened, written in the transaction in which it did, for whoever acts upon it.
create table core.events (
    org_id uuid not null,
    event_id uuid not null,
    -- sync.completed | sync.failed
    kind text not null,
    payload jsonb not null,
    created_at timestamptz not null default now(),
    -- Null until somebody has acted upon it.
    taken_at timestamptz,
    primary key (org_id, event_id)
);
call core.protect('core.events');
create index events_waiting on core.events (created_at) where taken_at is null;
create index events_by_age on core.events (created_at);
