-- What other systems say by themselves: each delivery as it came, kept before it is acknowledged,
-- and what it was found to say.

create table core.deliveries (
    org_id uuid not null,
    delivery_id uuid not null,
    connection_id uuid not null,
    -- The sender's own id of it; the fingerprint in hex where the sender has none.
    sender_id text not null,
    -- Of the bytes that were signed: the same ones under another id are the same delivery.
    fingerprint bytea not null,
    -- What it is about, where the sender says so outside of the payload.
    topic text,
    -- What of it is for this connection. Null once it is past its retention.
    payload bytea,
    -- waiting | done | failed
    state text not null default 'waiting',
    attempts integer not null default 0,
    error text,
    received_at timestamptz not null default now(),
    -- When it is worked on, if it waits.
    due_at timestamptz not null default now(),
    worked_at timestamptz,
    primary key (org_id, delivery_id),
    foreign key (org_id, connection_id) references core.connections on delete cascade,
    unique (org_id, connection_id, sender_id),
    unique (org_id, connection_id, fingerprint)
);
call core.protect('core.deliveries');
create index deliveries_waiting on core.deliveries (org_id, connection_id, due_at)
    where state = 'waiting';
create index deliveries_by_age on core.deliveries (received_at);

alter table core.connections
    -- When the system is asked (again) to tell Penny of changes, where it has to be asked.
    add column watch_due_at timestamptz,
    -- Of the secret address that it is heard at, where each connection has its own.
    add column address_hash bytea;
create unique index connections_by_address on core.connections (address_hash)
    where address_hash is not null;

-- What happened, with where it happened and who may know. `payload` holds the fields that
-- whoever acts upon it can look at.
alter table core.events
    add column connection_id uuid,
    add column system text,
    -- The record that it is about, by its id over there.
    add column source_id text,
    add column occurred_at timestamptz not null default now(),
    add column visibility text not null default 'org' check (visibility in ('org', 'channel', 'person')),
    add column owner_id uuid,
    add column channel_id text,
    -- What it follows from: heard of twice, it has happened once.
    add column cause text,
    add check (visibility <> 'person' or owner_id is not null),
    add check (visibility <> 'channel' or channel_id is not null);
create unique index events_by_cause on core.events (org_id, connection_id, cause)
    where cause is not null;
