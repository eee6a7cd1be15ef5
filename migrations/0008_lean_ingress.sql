-- Every delivery pays for each index of the inbox before Slack is answered, so it keeps the three
-- that the hot path reads. Keys compare byte by byte, whatever the cluster's collation is: that
-- alone halves the cost of an insert where the operator's Postgres sorts by a language's rules.

alter table core.inbox
    alter column event_key type text collate "C",
    alter column message_key type text collate "C",
    alter column channel_id type text collate "C",
    alter column thread_ts type text collate "C",
    alter column ts type text collate "C",
    -- The order of arrival; rows are found by their keys.
    drop constraint inbox_pkey,
    drop constraint inbox_org_id_event_key_key,
    add primary key (org_id, event_key);

-- Rows past the retention are deleted, oldest pages first: a summary of each range of pages
-- suffices to find them.
drop index core.inbox_retention;
create index inbox_received on core.inbox using brin (received_at) with (pages_per_range = 16);

-- A reply can be delivered before the mention that makes its thread Penny's: it waits a while,
-- without a job. (kind is now message | reply | overheard | stop | event | interaction | command.)
create index inbox_early on core.inbox (received_at) where kind = 'reply' and taken_at is null;

alter table core.jobs
    alter column kind type text collate "C",
    alter column key type text collate "C";

alter table core.conversations
    alter column channel_id type text collate "C",
    alter column thread_ts type text collate "C";
