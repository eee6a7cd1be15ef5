-- Teams of issue trackers.
create table core.tracker_teams (
    org_id uuid not null,
    team_id uuid not null,
    key text not null,
    name text not null,
    description text,
    primary key (org_id, team_id)
);
call core.company_table('core.tracker_teams');
comment on table core.tracker_teams is 'Teams as an issue tracker knows them. An issue belongs to the team whose key stands before the dash in its own.';
comment on column core.tracker_teams.key is 'The prefix of its issues'' keys: split_part(issues.key, ''-'', 1).';
call core.publish_company_table('core.tracker_teams');

comment on column core.projects.key is 'A short name: the prefix of its issues'' keys, where issues are numbered by project and not by team.';
comment on column agent.projects.key is 'A short name: the prefix of its issues'' keys, where issues are numbered by project and not by team.';
