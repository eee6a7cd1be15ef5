-- Jobs are taken by their kinds: with thousands of questions waiting, a click is found without
-- looking at them.
drop index core.jobs_ready;
create index jobs_ready on core.jobs (kind, run_at) where lease_token is null and dead_at is null;
