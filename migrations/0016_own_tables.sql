-- What Penny keeps for people herself: tasks and notes. The agent writes them at once, without
-- asking, so every write is kept with what was there before and can be taken back.

create table core.tasks (
    org_id uuid not null,
    task_id uuid not null,
    title text not null check (length(title) between 1 and 500),
    details text check (length(details) <= 20000),
    status text not null default 'open' check (status in ('open', 'done')),
    due_date date,
    assignee_id uuid,
    primary key (org_id, task_id),
    foreign key (org_id, assignee_id) references core.people (org_id, person_id)
);
call core.company_table('core.tasks');
comment on table core.tasks is 'To-dos that people gave Penny to keep; written with run_sql_write. Tasks of other systems are in activities and issues.';
comment on column core.tasks.status is 'open or done.';
comment on column core.tasks.assignee_id is 'Who shall do it (people.person_id).';

create table core.notes (
    org_id uuid not null,
    note_id uuid not null,
    title text not null check (length(title) between 1 and 500),
    body text check (length(body) <= 20000),
    primary key (org_id, note_id)
);
call core.company_table('core.notes');
comment on table core.notes is 'Notes that people gave Penny to keep; written with run_sql_write. Notes of the CRM are in activities.';

call core.publish_company_table('core.tasks');
call core.publish_company_table('core.notes');
-- Logins that are there already read the new views, too.
do $$
declare
    login name;
begin
    for login in select rolname from pg_roles where rolname ~ '^penny_q_[0-9a-f]{24}$' loop
        execute format('grant select on agent.tasks, agent.notes to %I', login);
    end loop;
end
$$;

-- One row a call of the agent that wrote, with the rows as they were and as they became.
create table core.own_writes (
    org_id uuid not null references core.orgs,
    write_id uuid not null,
    person_id uuid not null,
    turn_id uuid not null,
    tool_use_id text not null,
    table_name text not null,
    before jsonb not null,
    after jsonb not null,
    written_at timestamptz not null default now(),
    undone_at timestamptz,
    primary key (org_id, write_id),
    unique (org_id, turn_id, tool_use_id)
);
call core.protect('core.own_writes');
create index own_writes_of_person on core.own_writes (org_id, person_id, written_at);
create index own_writes_age on core.own_writes (written_at);
