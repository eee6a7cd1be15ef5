-- What a change is bound to: the account that a connection opens, and what Penny may do there.
alter table core.connections
    add column account_id text,
    add column scopes text[] not null default '{}';
