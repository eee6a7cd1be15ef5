-- Jobs are taken by their kinds, and what nobody sits and waits for after everything else: with
-- thousands of scheduled questions waiting, a click or a person's question is found without looking
-- at them.
alter table core.jobs add column can_wait boolean not null default false;
drop index core.jobs_ready;
create index jobs_ready on core.jobs (kind, can_wait, run_at)
    where lease_token is null and dead_at is null;
