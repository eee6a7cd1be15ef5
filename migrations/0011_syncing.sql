-- Connected systems that Penny reads by herself: how to sign in there, how far each stream of
-- records was read, and what each run of reading did.

alter table core.connections
    -- What the system needs to let Penny in, sealed. Null: nothing is read from there.
    add column credentials bytea,
    -- The account over there, in its own words.
    add column account_name text,
    add column connected_by uuid,
    add column disconnected_at timestamptz,
    add column next_sync_at timestamptz,
    add foreign key (org_id, connected_by) references core.people (org_id, person_id);
create index connections_due on core.connections (next_sync_at) where credentials is not null;

-- How far a stream was read. `position` is the connector's own; it is saved with the rows that it
-- stands behind, in one transaction.
create table core.sync_streams (
    org_id uuid not null,
    connection_id uuid not null,
    stream text not null,
    position jsonb,
    -- The last run that read the stream to its end.
    finished_run uuid,
    primary key (org_id, connection_id, stream),
    foreign key (org_id, connection_id) references core.connections on delete cascade
);
call core.protect('core.sync_streams');

create table core.sync_runs (
    org_id uuid not null,
    run_id uuid not null,
    connection_id uuid not null,
    -- running | done | failed | stopped
    state text not null default 'running',
    -- The Slack user who wanted it now; null for the clock's own runs.
    asked_by text,
    started_at timestamptz not null default now(),
    ended_at timestamptz,
    rows_read bigint not null default 0,
    rows_changed bigint not null default 0,
    error text,
    primary key (org_id, run_id),
    foreign key (org_id, connection_id) references core.connections on delete cascade
);
call core.protect('core.sync_runs');
create unique index sync_runs_open on core.sync_runs (org_id, connection_id) where state = 'running';
create index sync_runs_recent on core.sync_runs (org_id, connection_id, started_at);

-- Who a user of another system is here. Matched by mail address; what a person corrected stays.
create table core.person_links (
    org_id uuid not null,
    source text not null,
    source_id text not null,
    email text,
    name text,
    person_id uuid,
    is_corrected boolean not null default false,
    primary key (org_id, source, source_id),
    foreign key (org_id, person_id) references core.people (org_id, person_id)
);
call core.protect('core.person_links');

-- Rows of company tables name each other by ids that follow from their source, so a row may come
-- before the one that it belongs to: no system promises an order. Such a link leads nowhere until
-- the other row is there, and again when it is deleted.
do $$
declare
    link record;
begin
    for link in
        select conname, conrelid::regclass as from_table
        from pg_constraint
        where contype = 'f' and connamespace = 'core'::regnamespace
            and conrelid in (
                'core.pipeline_stages'::regclass, 'core.goals'::regclass, 'core.contacts'::regclass,
                'core.deals'::regclass, 'core.activities'::regclass, 'core.meetings'::regclass,
                'core.issues'::regclass, 'core.pull_requests'::regclass, 'core.commits'::regclass,
                'core.files'::regclass)
            and confrelid not in ('core.orgs'::regclass, 'core.people'::regclass)
    loop
        execute format('alter table %s drop constraint %I', link.from_table, link.conname);
    end loop;
end
$$;
