-- A small company for queries to be about; $org and $ann are filled in.
insert into core.people (org_id, person_id, name) select '$org', ('00000000-0000-0000-0001-00000000000' || n)::uuid, 'Person ' || n from generate_series(1, 4) n;
insert into core.pipelines (org_id, pipeline_id, name, is_default, source, source_id) values ('$org', '00000000-0000-0000-0002-000000000001', 'Sales', true, 'hubspot', 'p1');
insert into core.pipeline_stages (org_id, stage_id, pipeline_id, name, position, outcome, win_probability, source, source_id)
select '$org', ('00000000-0000-0000-0003-00000000000' || n)::uuid, '00000000-0000-0000-0002-000000000001', 'Stage ' || n, n, 'open', n / 10.0, 'hubspot', 's' || n from generate_series(1, 5) n;
insert into core.connections (org_id, connection_id, system, name, scope, health, row_counts, source, source_id)
values ('$org', '00000000-0000-0000-0004-000000000001', 'hubspot', 'HubSpot', 'org', 'healthy', '{"deals": 12, "contacts": 20}', 'penny', 'c1');
insert into core.accounts (org_id, account_id, name, industry, annual_revenue, city, country, lifecycle, description, owner_id, source, source_id)
select '$org', ('00000000-0000-0000-0005-0000000000' || (10 + n))::uuid, (array['Acme Corp', 'Blue Sky', 'Clear Corp', 'Delta', 'Zeta'])[n], (array['Software', null, 'Retail', 'Software', 'Energy'])[n], n * 1000000.50, (array['Berlin', null, 'Paris', 'Rome', ''])[n], (array['DE', 'DE', 'FR', 'IT', 'DE'])[n], (array['customer', 'prospect', 'customer', 'partner', 'prospect'])[n], 'Cloud things', '$ann', 'hubspot', 'a' || n from generate_series(1, 5) n;
insert into core.contacts (org_id, contact_id, account_id, name, email, source, source_id)
select '$org', ('00000000-0000-0000-0006-0000000000' || (10 + n))::uuid, ('00000000-0000-0000-0005-0000000000' || (11 + n % 3))::uuid, 'Contact ' || n, 'c' || n || '@example' || n % 3 || '.com', 'hubspot', 'k' || n from generate_series(1, 9) n;
insert into core.deals (org_id, deal_id, name, account_id, pipeline_id, stage_id, status, amount, close_date, closed_at, last_activity_at, owner_id, source, source_id)
select '$org', ('00000000-0000-0000-0007-0000000000' || (10 + n))::uuid, 'Deal ' || n, ('00000000-0000-0000-0005-0000000000' || (11 + n % 5))::uuid, '00000000-0000-0000-0002-000000000001', ('00000000-0000-0000-0003-00000000000' || (1 + n % 5))::uuid, (array['open', 'won', 'lost'])[1 + n % 3], n * 7000.25, current_date + n, case when n % 3 <> 0 then now() - n * interval '9 days' end, now() - n * interval '3 days', '$ann', 'hubspot', 'd' || n from generate_series(1, 18) n;
insert into core.goals (org_id, goal_id, name, metric, target_value, period_start, period_end, source, source_id)
values ('$org', '00000000-0000-0000-0008-000000000001', 'Year', 'won_amount', 500000, current_date - 180, current_date + 180, 'hubspot', 'g1');
insert into core.activities (org_id, activity_id, kind, subject, body, occurred_at, account_id, source, source_id)
select '$org', ('00000000-0000-0000-0009-0000000000' || (10 + n))::uuid, 'mail', 'Mail ' || n, case when n % 2 = 0 then 'About the renewal and its price' else 'Hello' end, now() - n * interval '1 day', ('00000000-0000-0000-0005-0000000000' || (11 + n % 4))::uuid, 'gmail', 'm' || n from generate_series(1, 40) n;
insert into core.meetings (org_id, meeting_id, title, starts_at, ends_at, source, source_id)
select '$org', ('00000000-0000-0000-000a-00000000000' || n)::uuid, 'Meeting ' || n, now() - n * interval '1 day', now() - n * interval '1 day' + interval '45 minutes', 'calendar', 'e' || n from generate_series(1, 3) n;
insert into core.meeting_attendees (org_id, meeting_id, email, name, person_id)
select '$org', ('00000000-0000-0000-000a-00000000000' || n)::uuid, 'p' || n || '@example.com', 'P', ('00000000-0000-0000-0001-00000000000' || n)::uuid from generate_series(1, 3) n;
insert into core.projects (org_id, project_id, key, name, status, source, source_id) values ('$org', '00000000-0000-0000-000b-000000000001', 'API', 'Interface', 'active', 'linear', 'pr1');
insert into core.issues (org_id, issue_id, key, project_id, title, kind, status, priority, labels, started_at, completed_at, source, source_id)
select '$org', ('00000000-0000-0000-000c-00000000000' || n)::uuid, 'API-' || n, '00000000-0000-0000-000b-000000000001', 'Issue ' || n, 'bug', (array['todo', 'done'])[1 + n % 2], 'low', array['api', 'l' || n % 2], now() - interval '9 days', case when n % 2 = 1 then now() - n * interval '1 day' end, 'linear', 'i' || n from generate_series(1, 8) n;
insert into core.repositories (org_id, repository_id, name, source, source_id) values ('$org', '00000000-0000-0000-000d-000000000001', 'company/api', 'github', 'r1');
insert into core.pull_requests (org_id, pull_request_id, repository_id, number, title, state, review_status, reviewer_id, source, source_id)
select '$org', ('00000000-0000-0000-000e-00000000000' || n)::uuid, '00000000-0000-0000-000d-000000000001', n, 'Change ' || n, 'open', 'waiting', '$ann', 'github', 'pr' || n from generate_series(1, 3) n;
insert into core.commits (org_id, commit_id, repository_id, sha, message, committed_at, lines_added, lines_removed, source, source_id)
select '$org', ('00000000-0000-0000-000f-00000000000' || n)::uuid, '00000000-0000-0000-000d-000000000001', 'sha' || n, 'Fix', now() - n * interval '3 days', n * 10, n, 'github', 'co' || n from generate_series(1, 5) n;
insert into core.files (org_id, file_id, name, size_bytes, content, source, source_id)
select '$org', ('00000000-0000-0000-0010-00000000000' || n)::uuid, 'File ' || n, n * 1000, repeat('text ', 40), 'drive', 'f' || n from generate_series(1, 3) n;
insert into core.messages (org_id, message_id, channel_name, author_name, text, sent_at, source, source_id)
select '$org', ('00000000-0000-0000-0011-00000000000' || n)::uuid, (array['general', 'sales'])[1 + n % 2], 'Ann', 'Hello', now() - n * interval '1 hour', 'slack', 'ts' || n from generate_series(1, 6) n;
