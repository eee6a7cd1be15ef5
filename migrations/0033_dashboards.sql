-- Dashboards: artifacts that are looked at as a page. Each person has links of their own, through
-- which the page shows what that person may see.

alter table core.artifacts drop constraint artifacts_kind_check;
alter table core.artifacts add constraint artifacts_kind_check
    check (kind in ('chart', 'report', 'export', 'dashboard'));

create table core.dashboard_links (
    org_id uuid not null,
    -- What the address carries, signed; nobody can make one up.
    link_id uuid not null,
    artifact_id uuid not null,
    -- With whose eyes the page is looked up.
    person_id uuid not null,
    made_at timestamptz not null default now(),
    expires_at timestamptz not null,
    revoked_at timestamptz,
    primary key (org_id, link_id),
    foreign key (org_id, artifact_id) references core.artifacts on delete cascade,
    foreign key (org_id, person_id) references core.people
);
call core.protect('core.dashboard_links');
-- Whoever comes with one is known by it alone.
create unique index dashboard_links_by_id on core.dashboard_links (link_id);
create index on core.dashboard_links (org_id, artifact_id, person_id);
create index dashboard_links_age on core.dashboard_links (expires_at);

-- What a version showed, so that the next one can say what has changed: the results of its queries,
-- and whether people from outside read along, who are not told of what they could not have seen.
alter table core.artifact_versions add column figures jsonb;
-- What has changed since the version before, a line each; empty if nothing has.
alter table core.artifact_versions add column changes text;
alter table core.artifact_versions add column had_outsiders boolean not null default false;
