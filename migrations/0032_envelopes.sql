-- A yes in advance for the runs of one workflow, and where wished for named records alone.
alter table core.grants
    -- Null: for what a person asks for. It covers no workflow, and an envelope covers no person.
    add column workflow_id uuid,
    -- Ids over there; null for any record.
    add column targets text[];
create index grants_of_workflow on core.grants (org_id, workflow_id)
    where workflow_id is not null and revoked_at is null;
