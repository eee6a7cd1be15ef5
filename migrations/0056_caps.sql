-- Bounds over many turns: how often a person, a channel and the organisation may ask within an hour,
-- and what a person and the organisation may cost a day.

-- Where it was asked, so that a channel's turns are counted without its conversations. Turns that
-- were begun before have none, and are forgotten within the hour.
alter table core.turns
    add column channel_id text,
    -- Which bound kept it from being begun, and until when; null for all that were begun.
    add column cap text,
    add column capped_until timestamptz;
create index turns_of_channel on core.turns (org_id, channel_id, started_at);
create index turns_of_org on core.turns (org_id, started_at);

-- What models have cost on a day (UTC): a line for each person, and one for the organisation, whose
-- name is empty. Written as it is spent, so that asking for it is one look.
create table core.spending (
    org_id uuid not null references core.orgs,
    day date not null,
    who text not null,
    cost_micros bigint not null,
    primary key (org_id, day, who)
);
call core.protect('core.spending');
