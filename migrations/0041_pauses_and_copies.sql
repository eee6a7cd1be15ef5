-- A system that asks for a pause gets it. Until when an approved change waits for its next try, and
-- how often it was turned away like that, which does not count against it.
alter table core.proposals
    add column wait_until timestamptz,
    add column pauses integer not null default 0;
grant update (wait_until, pauses) on core.proposals to penny_app;

-- Cards of proposals that stand in direct messages besides: of those who may decide, where none of
-- them is in the place in which it was asked for.
create table core.proposal_copies (
    org_id uuid not null references core.orgs,
    proposal_id uuid not null,
    -- Whose direct messages they are.
    slack_user_id text not null,
    workspace_id text not null,
    channel_id text not null,
    -- Several proposals of one turn share a message here, too.
    message_ts text not null,
    posted_at timestamptz not null default now(),
    primary key (org_id, proposal_id, slack_user_id)
);
call core.protect('core.proposal_copies');
create index on core.proposal_copies (org_id, channel_id, message_ts);
