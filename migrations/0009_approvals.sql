-- Changes outside: what was proposed, who decided, what came of it, and the ledger of it all.

-- Who may decide, for an organisation ('*', '*'), a system ('hubspot', '*') or an operation.
create table core.policies (
    org_id uuid not null references core.orgs,
    system text not null,
    operation text not null,
    policy jsonb not null,
    set_by uuid not null,
    set_at timestamptz not null default now(),
    primary key (org_id, system, operation),
    check (system <> '*' or operation = '*')
);
call core.protect('core.policies');

-- One row a version. An edit makes a new version and voids the old one.
create table core.proposals (
    org_id uuid not null references core.orgs,
    proposal_id uuid not null,
    version integer not null check (version > 0),
    -- proposed | approved | rejected | expired | superseded | changed | executing | succeeded
    -- | failed | unknown | undone
    state text not null default 'proposed',
    -- What is approved and what runs: canonical JSON, and its seal.
    content bytea not null,
    hash bytea not null check (hash = sha256(content)),
    -- Copies out of the content, to find rows by.
    system text not null,
    operation text not null,
    requester_id uuid not null,
    undo_of uuid,
    -- The call of the agent that asked for it, which waits for the outcome.
    conversation_id uuid,
    turn_id uuid,
    tool_use_id text,
    created_at timestamptz not null default clock_timestamp(),
    expires_at timestamptz not null,
    decided_at timestamptz,
    -- An approval that nobody could begin to carry out by then is void.
    start_by timestamptz,
    lease_token uuid,
    lease_until timestamptz,
    attempts integer not null default 0,
    -- From here on the provider may have got it: a successor looks it up and never sends.
    sent_at timestamptz,
    outcome text check (outcome is json),
    ended_at timestamptz,
    primary key (org_id, proposal_id, version),
    unique (org_id, turn_id, tool_use_id, version),
    check ((state = 'executing') = (lease_token is not null)),
    check (state <> 'executing' or lease_until is not null)
);
call core.protect('core.proposals');
create index proposals_open on core.proposals (expires_at) where state = 'proposed';
create index proposals_to_do on core.proposals (start_by) where state in ('approved', 'executing');
create index proposals_ended on core.proposals (ended_at) where ended_at is not null;
create index proposals_of_org on core.proposals (org_id, created_at);
create index proposals_of_requester on core.proposals (org_id, requester_id, created_at);
create unique index proposals_one_undo on core.proposals (org_id, undo_of)
    where undo_of is not null
        and state in ('proposed', 'approved', 'executing', 'unknown', 'succeeded');
-- What was proposed stands: Penny's own role can move a proposal, and cannot reword it.
revoke update on core.proposals from penny_app;
grant update (state, decided_at, start_by, lease_token, lease_until, attempts, sent_at, outcome, ended_at)
    on core.proposals to penny_app;

-- What each person said to a version; for M of N several say yes.
create table core.decisions (
    org_id uuid not null,
    proposal_id uuid not null,
    version integer not null,
    person_id uuid not null,
    -- approved | rejected
    verdict text not null,
    reason text,
    -- Set where the person had said yes beforehand.
    grant_id uuid,
    decided_at timestamptz not null default clock_timestamp(),
    primary key (org_id, proposal_id, version, person_id),
    foreign key (org_id, proposal_id, version) references core.proposals on delete cascade
);
call core.protect('core.decisions');

-- Yes in advance: so many, until then, up to that amount.
create table core.grants (
    org_id uuid not null references core.orgs,
    grant_id uuid not null,
    granted_by uuid not null,
    -- What gave them the right, as a policy spells it. It is checked again at each use.
    granted_as text not null,
    -- For whose requests.
    requester_id uuid not null,
    system text not null,
    operation text not null,
    max_uses integer not null check (max_uses > 0),
    uses integer not null default 0,
    -- In the currency's smallest unit. Without a cap nothing that moves money is granted.
    max_amount bigint check (max_amount >= 0),
    amount_used bigint not null default 0,
    currency text,
    created_at timestamptz not null default clock_timestamp(),
    expires_at timestamptz not null,
    revoked_at timestamptz,
    revoked_by uuid,
    primary key (org_id, grant_id),
    check (uses between 0 and max_uses),
    check (amount_used between 0 and coalesce(max_amount, 0)),
    check ((max_amount is null) = (currency is null))
);
call core.protect('core.grants');
create index grants_usable on core.grants (org_id, requester_id, system, operation) where revoked_at is null;

-- What happened, in order, each row holding the hash of the one before. Contents stay out of
-- it: a proposal is named by its seal, so that its text can be erased and the chain still holds.
create table core.ledger (
    org_id uuid not null references core.orgs,
    seq bigint not null,
    at timestamptz not null,
    -- Canonical JSON, as it was hashed.
    entry text not null check (entry is json object),
    previous bytea not null,
    hash bytea not null,
    primary key (org_id, seq)
);
call core.protect('core.ledger');

-- How long the ledger is and where it ends, kept apart so that a cut-off tail is missed.
create table core.ledger_heads (
    org_id uuid primary key references core.orgs,
    entries bigint not null default 0,
    hash bytea not null default decode(repeat('00', 32), 'hex')
);
call core.protect('core.ledger_heads');

-- The chain is made here and not by whoever appends: holding the head's row, appends of an
-- organisation come one after another, and no caller chooses a number, a time or a hash. It runs
-- with the caller's rights; what keeps the caller honest is the guard below.
create function core.chain_ledger() returns trigger
language plpgsql
as $$
declare
    head core.ledger_heads;
begin
    insert into core.ledger_heads (org_id) values (new.org_id) on conflict do nothing;
    select * into strict head from core.ledger_heads where org_id = new.org_id for update;
    new.seq := head.entries + 1;
    new.at := clock_timestamp();
    new.previous := head.hash;
    -- Canonical JSON again: the keys are in order, and the values need no escapes.
    new.hash := sha256(convert_to(format(
        '{"at":"%s","entry":%s,"org":"%s","previous":"%s","seq":%s}',
        to_char(new.at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
        new.entry, new.org_id, encode(new.previous, 'hex'), new.seq), 'UTF8'));
    update core.ledger_heads set entries = new.seq, hash = new.hash where org_id = new.org_id;
    return new;
end
$$;
create trigger chain before insert on core.ledger for each row execute function core.chain_ledger();

create function core.guard_ledger_head() returns trigger
language plpgsql
as $$
begin
    -- The outer trigger is the ledger's: Penny's role can make neither a trigger nor a table.
    if pg_trigger_depth() < 2 then
        raise exception 'the head of a ledger moves only with the ledger' using errcode = '42501';
    end if;
    return new;
end
$$;
create trigger guard before insert or update on core.ledger_heads
    for each row execute function core.guard_ledger_head();

revoke insert, update, delete on core.ledger from penny_app;
grant insert (org_id, entry) on core.ledger to penny_app;
revoke delete on core.ledger_heads from penny_app;
