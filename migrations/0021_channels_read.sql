-- Slack as a source of data: the channels that Penny was told to read, and what is known of their
-- messages beyond core.messages itself.

-- A row is an administrator's decision: a channel without one is not read.
create table core.heard_channels (
    org_id uuid not null references core.orgs,
    channel_id text collate "C" not null,
    workspace_id text not null,
    name text not null,
    is_private boolean not null,
    switched_on_by text not null,
    switched_on_at timestamptz not null default now(),
    -- A message's link is this, followed by the digits of its ts.
    link_prefix text not null,
    -- The message that tells whoever switched it on how far the reading is.
    report_channel text,
    report_ts text,
    -- Where reading back goes on; null when there is nothing left to read back.
    position jsonb,
    read_count bigint not null default 0,
    -- When all that was said before was there for the first time.
    read_back_at timestamptz,
    -- When the channel and its members were last compared with what Slack says of them.
    checked_at timestamptz not null default now(),
    primary key (org_id, channel_id)
);
call core.protect('core.heard_channels');
create index heard_channels_due on core.heard_channels (checked_at);

-- Events about messages of those channels, stored before they are acknowledged, until they are
-- folded into core.messages. Their order means nothing.
create table core.heard (
    org_id uuid not null,
    event_key text collate "C" not null,
    channel_id text collate "C" not null,
    payload text not null,
    heard_at timestamptz not null default now(),
    primary key (org_id, event_key)
);
call core.protect('core.heard');

-- Messages that were deleted, so that whatever still tells of one later does not bring it back.
create table core.unsaid (
    org_id uuid not null,
    channel_id text collate "C" not null,
    ts text collate "C" not null,
    deleted_at timestamptz not null default now(),
    primary key (org_id, channel_id, ts)
);
call core.protect('core.unsaid');
create index unsaid_by_age on core.unsaid (deleted_at);

create index on core.messages (org_id, channel_id, thread_id);
comment on column core.messages.thread_id is 'Equal for the messages of one thread; one that nobody replied to is a thread of its own.';
comment on column agent.messages.thread_id is 'Equal for the messages of one thread; one that nobody replied to is a thread of its own.';
