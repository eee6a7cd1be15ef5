-- Areas of a connected system that only some of its users may read, such as private repositories.
-- Their rows are seen as those of a private Slack channel are: `channel_id` names the area, and
-- core.channel_members says who is in it. Here stands what the system says about its readers.
create table core.private_areas (
    org_id uuid not null references core.orgs,
    -- Such as github:1296269. No Slack channel is called like that, and none is its audience.
    area_id text collate "C" not null,
    source text not null,
    connection_id uuid not null,
    -- By their ids in that system. Null: it does not say, so only whoever connected it sees them.
    readers text[],
    primary key (org_id, area_id),
    foreign key (org_id, connection_id) references core.connections on delete cascade
);
call core.protect('core.private_areas');
create index private_areas_by_source on core.private_areas (org_id, source);

do $$
declare
    area_note constant text := 'The Slack channel this belongs to, such as C0123456789, or the '
        'private area it is in, such as github:1296269.';
    named text;
begin
    foreach named in array array['repositories', 'issues', 'pull_requests', 'commits'] loop
        execute format('comment on column core.%I.channel_id is %L', named, area_note);
        execute format('comment on column agent.%I.channel_id is %L', named, area_note);
    end loop;
end
$$;

-- What was read of private repositories was for everybody. From now on it is for nobody, until the
-- next reading, which is due at once, has found out who its readers are.
do $$
begin
    perform set_config('penny.org', 'system', true);
    create temporary table closed on commit drop as
        select org_id, repository_id, source_id as name, 'github:' || (raw ->> 'id') as area_id
        from core.repositories
        where source = 'github' and raw ->> 'private' = 'true' and raw ->> 'id' is not null;
    update core.repositories as r set visibility = 'channel', channel_id = closed.area_id
        from closed where r.org_id = closed.org_id and r.repository_id = closed.repository_id;
    update core.pull_requests as r set visibility = 'channel', channel_id = closed.area_id
        from closed where r.org_id = closed.org_id and r.repository_id = closed.repository_id;
    update core.commits as r set visibility = 'channel', channel_id = closed.area_id
        from closed where r.org_id = closed.org_id and r.repository_id = closed.repository_id;
    update core.issues as r set visibility = 'channel', channel_id = closed.area_id
        from closed where r.org_id = closed.org_id and r.source = 'github'
            and split_part(r.source_id, '#', 1) = closed.name;
    delete from core.sync_streams as s using core.connections as c
        where c.org_id = s.org_id and c.connection_id = s.connection_id and c.system = 'github';
    update core.connections set next_sync_at = now()
        where system = 'github' and credentials is not null and next_sync_at is not null;
end
$$;
