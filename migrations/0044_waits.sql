-- A turn may work only for so long, and the time in which it waits for a person is no work: how
-- long it has waited so far, and since when it waits now.
alter table core.turns
    add column waited interval not null default '0',
    add column waiting_since timestamptz;
