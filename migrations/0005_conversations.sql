-- What arrives from Slack, the work it causes, and the conversations that come of it.

-- Which organisation a workspace belongs to, and how to speak to it. Looked up before the
-- organisation is known, so only system transactions read it.
create table core.installations (
    org_id uuid not null references core.orgs,
    -- A workspace's team id, or for an org-wide installation the enterprise id.
    workspace_id text not null,
    app_id text,
    workspace_name text not null,
    is_enterprise boolean not null default false,
    bot_user_id text not null,
    bot_token bytea not null,
    refresh_token bytea,
    token_expires_at timestamptz,
    scopes text[] not null default '{}',
    installed_by text,
    installed_at timestamptz not null default now(),
    retired_at timestamptz,
    primary key (org_id, workspace_id),
    unique (workspace_id)
);
call core.protect('core.installations');

-- OAuth states that were handed out: single use, short-lived, bound to one browser by a cookie.
create table core.oauth_states (
    state_hash bytea primary key,
    browser_hash bytea not null,
    expires_at timestamptz not null
);

-- Everything Slack sent that Penny has to act on, stored before it is acknowledged.
create table core.inbox (
    org_id uuid not null,
    inbox_id bigint generated always as identity,
    -- message | overheard | stop | event | interaction | command
    kind text not null,
    -- Slack's event id, trigger id or action time: the same delivery never counts twice.
    event_key text not null,
    -- channel:ts of a message; a mention also arrives as a plain message with another event id.
    message_key text,
    workspace_id text not null,
    channel_id text,
    thread_ts text,
    ts text,
    user_id text,
    -- As received. Blanked once it is past the organisation's retention.
    payload text not null,
    trace_id text not null,
    received_at timestamptz not null default now(),
    taken_at timestamptz,
    primary key (org_id, inbox_id),
    unique (org_id, event_key),
    unique (org_id, message_key)
);
call core.protect('core.inbox');
create index inbox_waiting on core.inbox (org_id, channel_id, thread_ts, inbox_id) where taken_at is null;
create index inbox_retention on core.inbox (received_at) where payload <> '';

-- Work to do, one row a key. A job is only a nudge: what is to be done is re-read from the
-- tables it concerns, so a doubled nudge costs nothing. `nudges` counts what came in while the
-- job ran; it is deleted only if nothing did. The lease token fences every write of its holder.
create table core.jobs (
    org_id uuid not null,
    kind text not null,
    key text not null,
    trace_id text not null default '',
    run_at timestamptz not null default now(),
    nudges bigint not null default 1,
    attempts integer not null default 0,
    lease_token uuid,
    lease_owner uuid,
    lease_until timestamptz,
    last_error text,
    -- Given up after the attempts its kind allows; a new nudge revives it.
    dead_at timestamptz,
    created_at timestamptz not null default now(),
    primary key (org_id, kind, key)
) with (fillfactor = 70);
call core.protect('core.jobs');
create index jobs_ready on core.jobs (run_at) where lease_token is null and dead_at is null;
create index jobs_leased on core.jobs (lease_until) where lease_token is not null;

-- One row a Slack thread in which Penny takes part.
create table core.conversations (
    org_id uuid not null,
    conversation_id uuid not null,
    workspace_id text not null,
    channel_id text not null,
    thread_ts text not null,
    title text,
    created_at timestamptz not null default now(),
    last_active_at timestamptz not null default now(),
    primary key (org_id, conversation_id),
    unique (org_id, channel_id, thread_ts)
);
call core.protect('core.conversations');
create index conversations_recent on core.conversations (org_id, last_active_at);

-- One run of the agent, from the first unanswered message to the answer.
create table core.turns (
    org_id uuid not null,
    turn_id uuid not null,
    conversation_id uuid not null,
    -- running | waiting (for a person) | done | failed | stopped
    state text not null default 'running',
    asked_by text not null,
    asked_ts text not null,
    trace_id text not null,
    started_at timestamptz not null default now(),
    ended_at timestamptz,
    -- How often work on it began without a step having been saved since.
    attempts integer not null default 0,
    -- What is visible of the answer in Slack so far, so that a resumed turn goes on in the same message.
    answer jsonb,
    model text,
    steps integer not null default 0,
    tool_calls integer not null default 0,
    tokens bigint not null default 0,
    cost_micros bigint not null default 0,
    error text,
    primary key (org_id, turn_id),
    foreign key (org_id, conversation_id) references core.conversations
);
call core.protect('core.turns');
create index turns_of_conversation on core.turns (org_id, conversation_id, started_at);
create unique index turns_open on core.turns (org_id, conversation_id) where state in ('running', 'waiting');
create index turns_of_person on core.turns (org_id, asked_by, started_at);

-- What was said and done in a conversation, in order; never changed, only added to.
create table core.entries (
    org_id uuid not null,
    conversation_id uuid not null,
    seq bigint not null,
    turn_id uuid not null,
    kind text not null,
    body jsonb not null,
    created_at timestamptz not null default now(),
    primary key (org_id, conversation_id, seq)
);
call core.protect('core.entries');

-- Slack messages outside the streamed answer: written before they are sent, so that each is sent once.
create table core.outbox (
    org_id uuid not null,
    key text not null,
    workspace_id text not null,
    channel_id text not null,
    thread_ts text,
    -- Set for a message that only one person may see.
    only_user text,
    body jsonb not null,
    created_at timestamptz not null default now(),
    sent_at timestamptz,
    sent_ts text,
    failed text,
    primary key (org_id, key)
);
call core.protect('core.outbox');

-- A question that the agent put to a person; the turn waits without holding a worker.
create table core.questions (
    org_id uuid not null,
    question_id uuid not null,
    turn_id uuid not null,
    tool_use_id text not null,
    asked_user text,
    question text not null,
    options jsonb not null,
    answer text,
    answered_by text,
    answered_at timestamptz,
    message_ts text,
    created_at timestamptz not null default now(),
    primary key (org_id, question_id),
    unique (org_id, turn_id, tool_use_id),
    foreign key (org_id, turn_id) references core.turns
);
call core.protect('core.questions');

create table core.feedback (
    org_id uuid not null,
    turn_id uuid not null,
    user_id text not null,
    is_good boolean not null,
    comment text,
    given_at timestamptz not null default now(),
    primary key (org_id, turn_id, user_id),
    foreign key (org_id, turn_id) references core.turns
);
call core.protect('core.feedback');
grant select, insert, delete on core.oauth_states to penny_app;
