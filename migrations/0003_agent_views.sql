-- What SQL written by a model may read. Such SQL runs as a login of its own for each
-- organisation (core.admit_query_login), which can do nothing but select from the views of
-- schema agent. Three things decide about a row, none of which a query can change:
--   * the organisation, from session_user, which only a superuser can change;
--   * the viewer, from the variable penny.viewer, which a query can overwrite but not sign;
--   * the row's own visibility, owner, channel and shareable.
-- Without a valid viewer there are no rows at all.

-- Owner of the views and of the functions under them. Views and SECURITY DEFINER functions act
-- with their owner's rights, so the owner is neither a superuser nor the owner of the tables.
do $$
begin
    if not exists (select from pg_roles where rolname = 'penny_agent_owner') then
        begin
            create role penny_agent_owner nologin noinherit;
        exception when duplicate_object or unique_violation then null;
        end;
    end if;
    execute format('grant penny_agent_owner to %I', current_user);
end
$$;

create schema agent authorization penny_agent_owner;
grant usage on schema core to penny_agent_owner;
grant usage on schema agent to penny_app;

-- Lets the views' owner read a table: through row-level security as a whole (`using (true)`, so
-- that penny.org, which a query could set, plays no part), but only ever one organisation's
-- rows: a view that forgot its filter would still not cross over.
create procedure core.expose(company_table regclass, one_organisation text)
language plpgsql
as $$
begin
    execute format('grant select on %s to penny_agent_owner', company_table);
    execute format('create policy agent_reads on %s for select to penny_agent_owner using (true)',
        company_table);
    execute format('create policy agent_stays_home on %s as restrictive for select '
        'to penny_agent_owner using (%s)', company_table, one_organisation);
end
$$;

-- The organisation whose login this is.
call core.expose('core.orgs', 'query_role = session_user');
create function agent.org() returns uuid
language sql stable security definer set search_path = pg_catalog, pg_temp
as $$ select org_id from core.orgs where query_role = session_user $$;
alter function agent.org() owner to penny_agent_owner;
revoke execute on function agent.org() from public;

call core.expose('core.people', 'org_id = (select agent.org())');
call core.expose('core.channel_members', 'org_id = (select agent.org())');

-- The key that viewers are signed with, as HMAC's two padded blocks. It never leaves the
-- database: signing and checking both happen in functions of penny_agent_owner.
create table core.viewer_keys (
    is_only_row boolean primary key default true check (is_only_row),
    inner_block bytea not null check (length(inner_block) = 64),
    outer_block bytea not null check (length(outer_block) = 64)
);
revoke all on core.viewer_keys from public, penny_app;
grant select on core.viewer_keys to penny_agent_owner;

do $$
declare
    key bytea := uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid());
    inner_block bytea := decode(repeat('36', 64), 'hex');
    outer_block bytea := decode(repeat('5c', 64), 'hex');
begin
    for i in 0 .. length(key) - 1 loop
        inner_block := set_byte(inner_block, i, get_byte(inner_block, i) # get_byte(key, i));
        outer_block := set_byte(outer_block, i, get_byte(outer_block, i) # get_byte(key, i));
    end loop;
    insert into core.viewer_keys (inner_block, outer_block) values (inner_block, outer_block);
end
$$;

create function agent.viewer_mac(claims text) returns text
language sql stable security definer set search_path = pg_catalog, pg_temp
as $$
    select encode(sha256(outer_block || sha256(inner_block || convert_to(claims, 'UTF8'))), 'hex')
    from core.viewer_keys
$$;
alter function agent.viewer_mac(text) owner to penny_agent_owner;
revoke execute on function agent.viewer_mac(text) from public;

-- '<person>.<audience>.<external>.<expiry>.<mac>', for penny.viewer. The organisation is signed
-- too, but not said: it is that of the login. A null channel means a private conversation.
create function agent.sign_viewer(
    org uuid, person uuid, channel text, external boolean, valid_seconds integer)
returns text
language plpgsql stable security definer set search_path = pg_catalog, pg_temp
as $$
declare
    audience text := coalesce(channel, 'private');
    claims text;
begin
    if channel = 'private' or audience !~ '^[A-Za-z0-9_-]{1,64}$' then
        raise exception 'not a channel: %', channel;
    end if;
    claims := format('%s.%s.%s.%s', person, audience, external::int,
        ceil(extract(epoch from clock_timestamp()))::bigint + valid_seconds);
    return claims || '.' || agent.viewer_mac(org || '.' || claims);
end
$$;
alter function agent.sign_viewer(uuid, uuid, text, boolean, integer) owner to penny_agent_owner;
revoke execute on function agent.sign_viewer(uuid, uuid, text, boolean, integer) from public;
grant execute on function agent.sign_viewer(uuid, uuid, text, boolean, integer) to penny_app;

-- Who is looking, if the signature is good: one row, or none. In a private conversation
-- person_id is the asker and channels are those they are in; in a channel person_id is null
-- (nothing personal is shown there) and channels holds that channel alone.
create function agent.viewer()
returns table (org_id uuid, person_id uuid, channels text[], external boolean)
language plpgsql stable security definer rows 1 set search_path = pg_catalog, pg_temp
as $$
declare
    home uuid := agent.org();
    part text[] := string_to_array(current_setting('penny.viewer', true), '.');
    asker core.people;
begin
    if home is null or cardinality(part) is distinct from 5 or part[5] is distinct from
        agent.viewer_mac(home || '.' || array_to_string(part[1:4], '.'))
    then
        return;
    end if;
    if part[4]::bigint < extract(epoch from clock_timestamp()) then
        return;
    end if;
    select * into asker from core.people p
    where p.org_id = home and p.person_id = part[1]::uuid and not p.is_deactivated;
    if not found then
        return;
    end if;
    return query select
        home,
        case when part[2] = 'private' then asker.person_id end,
        case when part[2] = 'private' then array(
            select m.channel_id from core.channel_members m
            where m.org_id = home and m.person_id = asker.person_id)
        else array[part[2]] end,
        part[3] <> '0' or asker.is_restricted;
end
$$;
alter function agent.viewer() owner to penny_agent_owner;
revoke execute on function agent.viewer() from public;

-- Makes agent.<name> of core.<name>: its columns without the hidden ones, with their comments,
-- and its rows by `rule`, which may use t (the table) and viewer (at most one row). The viewer
-- is checked once a query, not once a row: each (select … from viewer) is evaluated one time.
create procedure core.publish(company_table regclass, hidden text[], rule text)
language plpgsql
as $$
declare
    view_name text := format('agent.%I',
        (select relname from pg_class where oid = company_table));
    one record;
begin
    execute format($ddl$
        create view %s with (security_barrier) as
        with viewer as materialized (select * from agent.viewer())
        select %s from %s t
        where t.org_id = (select org_id from viewer) and (%s)
        $ddl$,
        view_name,
        (select string_agg(format('t.%I', attname), ', ' order by attnum) from pg_attribute
         where attrelid = company_table and attnum > 0 and not attisdropped
           and attname <> all (hidden)),
        company_table, rule);
    execute format('comment on view %s is %L', view_name, obj_description(company_table));
    for one in
        select attname, col_description(attrelid, attnum) as note from pg_attribute
        where attrelid = company_table and attnum > 0 and attname <> all (hidden)
          and col_description(attrelid, attnum) is not null
    loop
        execute format('comment on column %s.%I is %L', view_name, one.attname, one.note);
    end loop;
    execute format('alter view %s owner to penny_agent_owner', view_name);
end
$$;

-- The usual case: a table made by core.company_table.
create procedure core.publish_company_table(company_table regclass)
language plpgsql
as $$
begin
    call core.expose(company_table, 'org_id = (select agent.org())');
    call core.publish(company_table,
        array['org_id', 'visibility', 'shareable', 'raw'],
        $rule$
            (t.shareable or not (select external from viewer))
            and (t.visibility = 'org'
                or t.visibility = 'person' and t.owner_id = (select person_id from viewer)
                or t.visibility = 'channel'
                    and t.channel_id in (select unnest(channels) from viewer))
        $rule$);
end
$$;

call core.publish_company_table('core.connections');
call core.publish_company_table('core.pipelines');
call core.publish_company_table('core.pipeline_stages');
call core.publish_company_table('core.goals');
call core.publish_company_table('core.accounts');
call core.publish_company_table('core.contacts');
call core.publish_company_table('core.deals');
call core.publish_company_table('core.activities');
call core.publish_company_table('core.meetings');
call core.publish_company_table('core.projects');
call core.publish_company_table('core.issues');
call core.publish_company_table('core.repositories');
call core.publish_company_table('core.pull_requests');
call core.publish_company_table('core.commits');
call core.publish_company_table('core.files');
call core.publish_company_table('core.messages');

-- Attendees are seen by those who see the meeting.
call core.expose('core.meeting_attendees', 'org_id = (select agent.org())');
call core.publish('core.meeting_attendees', array['org_id'],
    't.meeting_id in (select meeting_id from agent.meetings)');

-- Colleagues know each other; people from outside are not shown the directory.
comment on table core.people is 'Our own colleagues. owner_id, assignee_id and the like point here.';
comment on column core.people.name is 'Full name.';
comment on column core.people.slack_user_id is 'Their Slack user, such as U0123456789.';
comment on column core.people.title is 'Job title.';
comment on column core.people.is_deactivated is 'True for those who have left.';
call core.publish('core.people',
    array['org_id', 'is_admin', 'is_restricted', 'refreshed_at'],
    'not (select external from viewer)');

-- Makes or mends the login of one organisation. It is SECURITY DEFINER because making roles
-- takes rights that Penny's own role must not have; the name's pattern keeps it from touching
-- any other role. Everything the login may do is granted here, nothing through memberships.
create function core.admit_query_login(login text, password text) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
    setting text;
begin
    if login !~ '^penny_q_[0-9a-f]{24}$' then
        raise exception 'not the name of a query login';
    end if;
    -- Two grants on one object at the same time make one of them fail.
    perform pg_advisory_xact_lock(hashtext('core.admit_query_login'));
    if not exists (select from pg_roles where rolname = login) then
        execute format('create role %I', login);
    end if;
    execute format('alter role %I login noinherit connection limit 8 password %L', login, password);
    foreach setting in array array[
        'default_transaction_read_only = on',
        'search_path = agent',
        'standard_conforming_strings = on',
        'timezone = ''UTC''',
        'statement_timeout = ''8s''',
        'lock_timeout = ''1s''',
        'idle_in_transaction_session_timeout = ''15s''',
        'client_connection_check_interval = ''1s''',
        'work_mem = ''16MB''',
        'max_parallel_workers_per_gather = 0',
        'jit = off',
        'temp_file_limit = ''256MB'''
    ] loop
        begin
            execute format('alter role %I set %s', login, setting);
        exception when insufficient_privilege then
            -- temp_file_limit is a superuser's to set; a managed Postgres brings its own.
            null;
        end;
    end loop;
    -- Here and not once in a migration: a database's own rights are not part of its backup.
    execute format('revoke connect, temporary on database %I from public', current_database());
    execute format('grant connect on database %I to %I', current_database(), login);
    execute format('grant usage on schema agent to %I', login);
    execute format('grant select on all tables in schema agent to %I', login);
    execute format('grant execute on function agent.org(), agent.viewer() to %I', login);
end
$$;
revoke execute on function core.admit_query_login(text, text) from public;
grant execute on function core.admit_query_login(text, text) to penny_app;
