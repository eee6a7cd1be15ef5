-- Pages of the web that were read for an organisation, as text: whoever wants one again within a
-- day costs its site no second request. Apart for each organisation, because an address can be
-- a secret of its own.
create table core.pages (
    org_id uuid not null references core.orgs,
    -- As it was asked for, without its fragment.
    asked_url text collate "C" not null check (octet_length(asked_url) <= 2000),
    -- Where redirects led.
    url text not null check (octet_length(url) <= 2000),
    title text not null,
    body text not null,
    read_at timestamptz not null default now(),
    primary key (org_id, asked_url)
);
call core.protect('core.pages');
create index on core.pages (org_id, read_at);
create index on core.pages (read_at);
