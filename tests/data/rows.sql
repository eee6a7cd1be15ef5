-- Rows as they stood in databases of earlier versions: what each migration's tables held when it
-- was the newest. $org and $ann are filled in.

-- since 0001
insert into core.orgs (org_id, name) values ('$org', 'Alpha');
insert into core.people (org_id, person_id, slack_user_id, name, email, is_admin)
values ('$org', '$ann', 'U0ANN', 'Ann', 'ann@example.com', true);
insert into core.channel_members (org_id, channel_id, person_id) values ('$org', 'C0SECRET', '$ann');

-- since 0002
insert into core.repositories (org_id, repository_id, name, source, source_id, raw)
values ('$org', '00000000-0000-0000-00aa-000000000001', 'alpha/secret', 'github', 'alpha/secret', '{"private": true, "id": 77}');
insert into core.pull_requests (org_id, pull_request_id, repository_id, number, title, state, review_status, source, source_id)
values ('$org', '00000000-0000-0000-00aa-000000000002', '00000000-0000-0000-00aa-000000000001', 1, 'Hidden', 'open', 'none', 'github', 'alpha/secret#1');

-- since 0004
insert into core.memories (org_id, memory_id, person_id, author_id, text)
values ('$org', '00000000-0000-0000-00bb-000000000001', '$ann', '$ann', 'The fiscal year starts in April.');

-- since 0005
insert into core.installations (org_id, workspace_id, workspace_name, bot_user_id, bot_token)
values ('$org', 'T0ALPHA', 'Alpha', 'U0PENNY', '\x00');
insert into core.inbox (org_id, kind, event_key, message_key, workspace_id, channel_id, thread_ts, ts, user_id, payload, trace_id, taken_at)
values ('$org', 'message', 'Ev1', 'C0SALES:1.1', 'T0ALPHA', 'C0SALES', '1.1', '1.1', 'U0ANN', '{"text": "how many?"}', 'trace', now()),
    ('$org', 'message', 'Ev2', 'C0SALES:1.2', 'T0ALPHA', 'C0SALES', '1.1', '1.2', 'U0ANN', '{"text": "and now?"}', 'trace', null);
insert into core.jobs (org_id, kind, key, attempts, last_error, dead_at)
values ('$org', 'turn', 'C0SALES:1.1', 0, null, null), ('$org', 'execute', 'old', 10, 'it was away', now());
insert into core.conversations (org_id, conversation_id, workspace_id, channel_id, thread_ts, title)
values ('$org', '00000000-0000-0000-00cc-000000000001', 'T0ALPHA', 'C0SALES', '1.1', 'How many');
insert into core.turns (org_id, turn_id, conversation_id, state, asked_by, asked_ts, trace_id, answer, steps)
values ('$org', '00000000-0000-0000-00cc-000000000002', '00000000-0000-0000-00cc-000000000001', 'waiting', 'U0ANN', '1.1', 'trace', '{"ts": "1.3"}', 2);
insert into core.entries (org_id, conversation_id, seq, turn_id, kind, body)
values ('$org', '00000000-0000-0000-00cc-000000000001', 1, '00000000-0000-0000-00cc-000000000002', 'asked', '{"text": "how many?"}');
insert into core.outbox (org_id, key, workspace_id, channel_id, body, sent_at, sent_ts)
values ('$org', 'card:1', 'T0ALPHA', 'C0SALES', '{"text": "A card"}', now(), '1.4');
insert into core.questions (org_id, question_id, turn_id, tool_use_id, question, options)
values ('$org', '00000000-0000-0000-00cc-000000000003', '00000000-0000-0000-00cc-000000000002', 'call', 'Which one?', '["this", "that"]');
insert into core.feedback (org_id, turn_id, user_id, is_good)
values ('$org', '00000000-0000-0000-00cc-000000000002', 'U0ANN', true);

-- since 0009
insert into core.policies (org_id, system, operation, policy, set_by)
values ('$org', 'hubspot', '*', '{"deciders": ["admin"], "approvals": 1}', '$ann');
insert into core.proposals (org_id, proposal_id, version, state, content, hash, system, operation, requester_id, turn_id, tool_use_id, expires_at, start_by, lease_token, lease_until, sent_at, attempts)
select '$org', '00000000-0000-0000-00dd-000000000001', version, state, '{}', sha256('{}'), 'hubspot', 'update_deal', '$ann',
    '00000000-0000-0000-00cc-000000000002', 'call', now() + interval '1 day', now() + interval '1 hour', lease, lease_until, lease_until, version
from (values (1, 'superseded', null, null), (2, 'executing', gen_random_uuid(), now())) as it(version, state, lease, lease_until);
insert into core.decisions (org_id, proposal_id, version, person_id, verdict)
values ('$org', '00000000-0000-0000-00dd-000000000001', 2, '$ann', 'approved');
insert into core.grants (org_id, grant_id, granted_by, granted_as, requester_id, system, operation, max_uses, uses, expires_at)
values ('$org', '00000000-0000-0000-00dd-000000000002', '$ann', 'admin', '$ann', 'hubspot', 'add_note', 5, 2, now() + interval '1 day');
insert into core.ledger (org_id, entry) select '$org', format('{"act":"%s"}', act) from unnest(array['proposed', 'decided']) as act;

-- since 0010
insert into core.pages (org_id, asked_url, url, title, body)
values ('$org', 'https://example.com/a', 'https://example.com/b', 'A page', 'What stands there.');

-- since 0011
insert into core.sync_streams (org_id, connection_id, stream, position)
values ('$org', '00000000-0000-0000-0004-000000000001', 'deals', '{"after": 7}');

-- since 0015
insert into core.events (org_id, event_id, kind, payload, taken_at)
values ('$org', '00000000-0000-0000-00ae-000000000001', 'sync.completed', '{"rows": 3}', now());

-- since 0016
insert into core.notes (org_id, note_id, title, source, source_id)
values ('$org', '00000000-0000-0000-00ac-000000000001', 'A note', 'penny', '00000000-0000-0000-00ac-000000000001');
insert into core.own_writes (org_id, write_id, person_id, turn_id, tool_use_id, table_name, before, after)
values ('$org', '00000000-0000-0000-00ac-000000000002', '$ann', '00000000-0000-0000-00cc-000000000002', 'note', 'notes', '[]', '[{"title": "A note"}]');

-- since 0018
insert into core.connect_links (org_id, link_hash, system, person_id, expires_at)
values ('$org', '\x01', 'linear', '$ann', now() + interval '1 hour');

-- since 0020
insert into core.deliveries (org_id, delivery_id, connection_id, sender_id, fingerprint, payload)
values ('$org', '00000000-0000-0000-00ad-000000000001', '00000000-0000-0000-0004-000000000001', 'first', '\x02', '{}');

-- since 0024
insert into core.schedules (org_id, schedule_id, workspace_id, channel_id, owner_user, question, said, rule, next_run_at, origin)
values ('$org', '00000000-0000-0000-00ee-000000000001', 'T0ALPHA', 'C0SALES', 'U0ANN', 'how many?', 'every day at 9', '{"when": "9"}', now(), 'command');
insert into core.schedule_runs (org_id, run_id, schedule_id, slot, state)
values ('$org', '00000000-0000-0000-00ee-000000000002', '00000000-0000-0000-00ee-000000000001', now(), 'running');

-- since 0025
insert into core.artifacts (org_id, artifact_id, kind, title, recipe, made_by, workspace_id, channel_id, thread_ts, turn_id, tool_use_id)
values ('$org', '00000000-0000-0000-00ff-000000000001', 'report', 'Pipeline', '{}', '$ann', 'T0ALPHA', 'C0SALES', '1.1', '00000000-0000-0000-00cc-000000000002', 'report');
insert into core.artifact_versions (org_id, artifact_id, version, made_by, file_name, bytes, words, row_count)
values ('$org', '00000000-0000-0000-00ff-000000000001', 1, '$ann', 'pipeline.pdf', '\x25', 'A report', 3);

-- since 0031
insert into core.workflows (org_id, workflow_id, workspace_id, name, owner_user, definition, trigger_kind, origin)
values ('$org', '00000000-0000-0000-00ab-000000000001', 'T0ALPHA', 'stale-deals', 'U0ANN', '{"steps": []}', 'hand', 'window');
insert into core.workflow_runs (org_id, run_id, workflow_id, cause, trigger_kind, input, definition, root_run, state)
values ('$org', '00000000-0000-0000-00ab-000000000002', '00000000-0000-0000-00ab-000000000001', 'click', 'hand', '{}', '{"steps": []}', '00000000-0000-0000-00ab-000000000002', 'waiting');

-- since 0033
insert into core.dashboard_links (org_id, link_id, artifact_id, person_id, expires_at)
values ('$org', '00000000-0000-0000-00ff-000000000002', '00000000-0000-0000-00ff-000000000001', '$ann', now() + interval '7 days');

-- since 0056
insert into core.spending (org_id, day, who, cost_micros)
values ('$org', current_date, '', 1200), ('$org', current_date, 'U0ANN', 1200);
