-- Events come from more than what systems say by themselves: from what is read of them, from
-- meetings whose end has come, from messages of the channels that are read.

-- The same cause happens once where there is no connection, too.
drop index core.events_by_cause;
create unique index events_by_cause on core.events (org_id, connection_id, cause)
    nulls not distinct where cause is not null;

-- What was said is forgotten together with its channel, or by itself.
create index events_of_channels on core.events (org_id, channel_id, source_id)
    where channel_id is not null;

create index meetings_by_end on core.meetings (ends_at);
