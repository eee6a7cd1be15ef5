-- What comes in a rush is stored with less: the jobs of a whole commit are one row here, and become
-- rows of core.jobs when Slack is no longer kept waiting. They are a quarter of what a delivery
-- costs.

-- One row a commit; the arrays have an element for each job.
create table core.bundles (
    bundle_id bigint generated always as identity primary key,
    org_ids uuid[] not null,
    kinds text[] not null,
    keys text[] not null,
    trace_ids text[] not null,
    bundled_at timestamptz not null default now()
);
-- Read again within a second, and then deleted: to compress them would be work for nothing.
alter table core.bundles
    alter column keys set storage external,
    alter column trace_ids set storage external;
alter table core.bundles enable row level security;
alter table core.bundles force row level security;
-- It spans organisations, so no transaction of one sees any of it.
create policy spanning on core.bundles
    using (current_setting('penny.org', true) = 'system')
    with check (current_setting('penny.org', true) = 'system');
grant select, insert, update, delete on core.bundles to penny_app;
