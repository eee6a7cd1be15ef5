-- What steps have cost that were begun anew since, because somebody had the run try again.
alter table core.workflow_runs add column cost_before_micros bigint not null default 0;
