-- What the last reading of a system brought and how long it took, beside when it was.
alter table core.connections
    add column last_rows_read bigint,
    add column last_rows_changed bigint,
    add column last_read_seconds bigint,
    add column last_read_is_whole boolean;
comment on column core.connections.last_rows_read is 'How many rows its last reading looked at; after the first one mostly what had changed.';
comment on column core.connections.last_rows_changed is 'How many rows were new or different, or are gone.';
comment on column core.connections.last_read_seconds is 'How long its last reading took.';
comment on column core.connections.last_read_is_whole is 'Whether its last reading came to its end; if not, health_note says why.';

-- The view has them as well.
call core.republish_company_table('core.connections');
