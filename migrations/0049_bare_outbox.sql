-- Of a message that Penny means to post only this is ever read: whether it was meant before, since
-- when, and what became of it. Its text stood here for nobody, and was one more place to erase.
alter table core.outbox
    drop column workspace_id,
    drop column channel_id,
    drop column thread_ts,
    drop column only_user,
    drop column body,
    drop column sent_at,
    drop column failed;
