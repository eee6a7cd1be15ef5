-- Of a message that Penny means to post only this is ever read: whether it was meant before, since
-- when, and what became of it. Its place and its text stood here for nobody, and were one more thing
-- to erase. Nobody writes them any more, nor who alone may see it, when it was sent, and why not;
-- processes of the version before do, so the columns go with the next release.
alter table core.outbox
    alter column workspace_id drop not null,
    alter column channel_id drop not null,
    alter column body drop not null;
