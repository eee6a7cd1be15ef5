-- Daily digests: schedules whose runs are put together from queries instead of asked of the agent.

-- person (for its owner alone) | team (for a channel); null for a question
alter table core.schedules add column digest text check (digest in ('person', 'team'));
alter table core.schedules add constraint digest_of_a_team_has_a_channel
    check (digest is null or (digest = 'team') = (channel_id is not null));
-- Switched on twice, it is still one.
create unique index digest_of_person on core.schedules (org_id, workspace_id, owner_user)
    where digest = 'person';
create unique index digest_of_channel on core.schedules (org_id, workspace_id, channel_id)
    where digest = 'team';
