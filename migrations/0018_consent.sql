-- Connecting by consent in the browser: tokens that end and are renewed, the way there, and
-- telling somebody when a connection no longer works.

alter table core.connections
    -- What `credentials` are: key | oauth
    add column auth text not null default 'key',
    add column token_expires_at timestamptz,
    -- Until when somebody is renewing the token, and nobody else may.
    add column renewing_until timestamptz,
    -- When it stopped working, if somebody has to do something about it.
    add column broken_at timestamptz;

-- A private link that was handed out in Slack, until somebody comes back from the other system.
create table core.connect_links (
    org_id uuid not null,
    link_hash bytea not null,
    system text not null,
    person_id uuid not null,
    -- Set once, in the browser that begins.
    state_hash bytea,
    browser_hash bytea,
    -- PKCE's, sealed.
    verifier bytea,
    expires_at timestamptz not null,
    primary key (org_id, link_hash),
    foreign key (org_id, person_id) references core.people (org_id, person_id)
);
call core.protect('core.connect_links');
create index connect_links_by_link on core.connect_links (link_hash);
create index connect_links_by_state on core.connect_links (state_hash);
