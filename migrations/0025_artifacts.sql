-- What Penny has made for people: charts, reports and exports, each with the recipe by which it
-- can be made again, and everything that came of it.

create table core.artifacts (
    org_id uuid not null references core.orgs,
    artifact_id uuid not null,
    kind text not null check (kind in ('chart', 'report', 'export')),
    title text not null,
    recipe jsonb not null,
    made_by uuid not null,
    -- Who may see it: everybody in that channel, or its maker alone.
    audience_channel text,
    -- Where it was asked for, and where its versions are brought to.
    workspace_id text not null,
    channel_id text not null,
    thread_ts text not null,
    -- The call that made it, so that a step which is repeated after a crash makes no second one.
    turn_id uuid not null,
    tool_use_id text not null,
    made_at timestamptz not null default now(),
    primary key (org_id, artifact_id),
    unique (org_id, turn_id, tool_use_id)
);
call core.protect('core.artifacts');
create index on core.artifacts (org_id, audience_channel, made_at);
create index on core.artifacts (org_id, made_by, made_at);
create index artifacts_age on core.artifacts (made_at);

create table core.artifact_versions (
    org_id uuid not null,
    artifact_id uuid not null,
    version integer not null,
    made_by uuid not null,
    -- Blocks that Slack shows by itself, or a file.
    blocks jsonb,
    file_name text,
    bytes bytea,
    words text not null,
    note text,
    row_count bigint not null,
    state text not null default 'waiting' check (state in ('waiting', 'delivered', 'failed')),
    -- The file's id in Slack, kept before it is shared: whoever tries again shares no second one.
    slack_file text,
    made_at timestamptz not null default now(),
    primary key (org_id, artifact_id, version),
    foreign key (org_id, artifact_id) references core.artifacts on delete cascade,
    check ((file_name is null) = (bytes is null)),
    check ((file_name is null) <> (blocks is null))
);
call core.protect('core.artifact_versions');
