-- The ground: schemas, the application's role, and how a row-level policy knows its organisation.

create extension if not exists vector;

create schema core;

-- Everybody may connect by default; nobody but Penny needs to. (Roles are the cluster's, so a
-- second database of the same cluster finds this one made.)
do $$
begin
    if not exists (select from pg_roles where rolname = 'penny_app') then
        begin
            create role penny_app nologin noinherit nosuperuser nobypassrls;
        exception when duplicate_object or unique_violation then null;
        end;
    end if;
    execute format('grant penny_app to %I', current_user);
    execute format('revoke temporary on database %I from public', current_database());
end
$$;

revoke all on schema public from public;
grant usage on schema core to penny_app;
alter default privileges in schema core grant select, insert, update, delete on tables to penny_app;
alter default privileges in schema core grant usage on sequences to penny_app;
alter default privileges revoke execute on functions from public;

-- True for rows of the organisation that the transaction was opened for.
-- 'system' is what the connections for work that spans organisations are opened with.
create function core.sees(row_org uuid) returns boolean
language sql stable parallel safe
as $$
    select case current_setting('penny.org', true)
        when 'system' then true
        when '' then false
        else row_org::text = current_setting('penny.org', true)
    end
$$;
grant execute on function core.sees(uuid) to penny_app;

-- Gives a tenant table its forced policy; every table with org_id calls it.
create procedure core.protect(tenant_table regclass)
language plpgsql
as $$
begin
    execute format('alter table %s enable row level security', tenant_table);
    execute format('alter table %s force row level security', tenant_table);
    execute format(
        'create policy tenant on %s using (core.sees(org_id)) with check (core.sees(org_id))',
        tenant_table);
end
$$;

create table core.orgs (
    org_id uuid primary key,
    name text not null,
    created_at timestamptz not null default now(),
    -- The login that model-written SQL runs as; made on first use, opaque, sealed.
    query_role text unique,
    query_password bytea
);
call core.protect('core.orgs');

-- People, matched over systems by mail address. slack_user_id is null for those outside Slack.
create table core.people (
    org_id uuid not null references core.orgs,
    person_id uuid not null,
    slack_user_id text,
    name text not null,
    email text,
    title text,
    time_zone text not null default 'UTC',
    is_admin boolean not null default false,
    -- Guests and people of other organisations see only what is marked shareable.
    is_restricted boolean not null default false,
    is_deactivated boolean not null default false,
    refreshed_at timestamptz not null default now(),
    primary key (org_id, person_id),
    unique (org_id, slack_user_id)
);
call core.protect('core.people');

-- Who is in which private channel, so that channel-scoped rows follow membership.
create table core.channel_members (
    org_id uuid not null references core.orgs,
    channel_id text not null,
    person_id uuid not null,
    primary key (org_id, channel_id, person_id)
);
call core.protect('core.channel_members');
