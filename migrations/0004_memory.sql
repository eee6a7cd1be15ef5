-- What Penny was asked to remember: for one person, or for one channel.
create table core.memories (
    org_id uuid not null references core.orgs,
    memory_id uuid not null,
    -- Exactly one of these says for whom it is kept, and so who may read it.
    person_id uuid,
    channel_id text,
    author_id uuid not null,
    text text not null check (char_length(text) between 1 and 1000),
    created_at timestamptz not null default now(),
    -- The step that made it, so that a step which is repeated after a crash makes no second one.
    turn_id uuid,
    tool_use_id text,
    -- Forgotten at once for everybody, gone for good when the time to undo is over.
    forgotten_at timestamptz,
    forgotten_by uuid,
    primary key (org_id, memory_id),
    unique (org_id, turn_id, tool_use_id),
    foreign key (org_id, person_id) references core.people,
    foreign key (org_id, author_id) references core.people,
    check ((person_id is null) <> (channel_id is null)),
    check ((turn_id is null) = (tool_use_id is null))
);
call core.protect('core.memories');
create index on core.memories (org_id, person_id, created_at) where forgotten_at is null;
create index on core.memories (org_id, channel_id, created_at) where forgotten_at is null;
create index on core.memories (forgotten_at) where forgotten_at is not null;
