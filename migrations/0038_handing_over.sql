-- A schedule that is handed to a colleague runs on until they agree, and a run that never ends is
-- known by when it began.

-- The schedule that a proposed one takes the place of once its owner agrees.
alter table core.schedules add column replaces uuid;
alter table core.schedules add constraint replaces_a_schedule
    foreign key (org_id, replaces) references core.schedules on delete cascade;
create index schedules_replacing on core.schedules (org_id, replaces) where replaces is not null;

-- When a run's turn was on its way; null for one that waits to begin, and for those of before.
alter table core.schedule_runs add column begun_at timestamptz;
