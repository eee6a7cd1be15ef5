-- The trace of the work that a transaction belongs to goes along with whatever that work asks for,
-- so that no statement has to name it and none can forget it. Where several ask for one job, it is
-- the first one's.
alter table core.jobs
    alter column trace_id set default coalesce(current_setting('penny.trace', true), '');

alter table core.events
    add column trace_id text not null default coalesce(current_setting('penny.trace', true), '');
