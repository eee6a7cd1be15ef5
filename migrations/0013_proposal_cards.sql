-- Where people see a proposal in Slack, so that its card is redrawn as the proposal moves.

create table core.proposal_cards (
    org_id uuid not null references core.orgs,
    proposal_id uuid not null,
    workspace_id text not null,
    channel_id text not null,
    thread_ts text,
    -- Several proposals of one turn share a message.
    message_ts text not null,
    -- The newest version that people were reminded of, and that an administrator was told of.
    reminded_version integer not null default 0,
    escalated_version integer not null default 0,
    posted_at timestamptz not null default now(),
    primary key (org_id, proposal_id)
);
call core.protect('core.proposal_cards');
create index on core.proposal_cards (org_id, channel_id, message_ts);
