-- A system that asks for a pause gets it. Until when an approved change waits for its next try, and
-- how often it was turned away like that, which does not count against it.
alter table core.proposals
    add column wait_until timestamptz,
    add column pauses integer not null default 0;
grant update (wait_until, pauses) on core.proposals to penny_app;
