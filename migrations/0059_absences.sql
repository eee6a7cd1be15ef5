-- What Slack gives up on while nobody can hear it is read back: it repeats a delivery for some
-- minutes, and then no more.

-- When it was last known that a delivery would be heard and stored: one row, which every process
-- that hears Slack renews.
create table core.attention (
    is_the_one boolean primary key default true check (is_the_one),
    heard_until timestamptz not null
);
grant select, insert, update on core.attention to penny_app;

-- A workspace in which things were said that nobody heard, until they are read back.
create table core.absences (
    org_id uuid not null,
    workspace_id text not null,
    -- Everything up to here was heard.
    since timestamptz not null,
    -- Which absence it was: another one begins the reading anew.
    noticed_at timestamptz not null default now(),
    -- How far the reading is; null before its beginning.
    course jsonb,
    primary key (org_id, workspace_id),
    foreign key (org_id, workspace_id) references core.installations
);
call core.protect('core.absences');
