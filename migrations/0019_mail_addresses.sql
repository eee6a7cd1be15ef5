-- Who a mail is from and to, so that mails can be asked for by address and find their contact.
alter table core.activities
    add column from_address text,
    add column to_addresses text[];
comment on column core.activities.from_address is 'Who sent the mail: the bare address in small letters.';
comment on column core.activities.to_addresses is 'Whom the mail is addressed to, copies included: bare addresses in small letters.';
create index activities_unmatched on core.activities (org_id)
    where contact_id is null and to_addresses is not null;

-- As it was in 0003, but a view that is there already keeps its rights and gets the new columns.
create or replace procedure core.publish(company_table regclass, hidden text[], rule text)
language plpgsql
as $$
declare
    view_name text := format('agent.%I',
        (select relname from pg_class where oid = company_table));
    one record;
begin
    execute format($ddl$
        create or replace view %s with (security_barrier) as
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

-- Half of core.publish_company_table, for a company table that has got a column.
create procedure core.republish_company_table(company_table regclass)
language plpgsql
as $$
begin
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
create or replace procedure core.publish_company_table(company_table regclass)
language plpgsql
as $$
begin
    call core.expose(company_table, 'org_id = (select agent.org())');
    call core.republish_company_table(company_table);
end
$$;

call core.republish_company_table('core.activities');
