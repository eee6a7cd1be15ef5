-- How many items of a run's loops failed, known once the run has ended: a run whose steps were all
-- taken is not all well if they failed for some items.
alter table core.workflow_runs add column items_failed bigint not null default 0;
