-- A meeting stands in everybody's calendar and in the sales system besides. Each of them brings a
-- row of its own, which comes and goes with it; whoever asks sees the meeting once, in the row that
-- says most of it among those that they may see, with everybody whom any of these rows names.
alter table core.meetings add column ical_uid text;
comment on column core.meetings.ical_uid is 'The event''s UID, the same in all calendars. Occurrences of a series share it.';
comment on table core.meetings is 'Calendar meetings, past and planned, each once even if several systems know of it. owner_id is the organiser; everybody invited is in meeting_attendees.';
comment on column core.meetings.summary is 'What was said and decided, as far as a system says it; before the meeting at most what the invitation says.';

comment on column core.goals.metric is 'What is counted: won_amount, won_deals, meetings_held, new_accounts, or other, which is something that only the name tells.';
comment on column agent.goals.metric is 'What is counted: won_amount, won_deals, meetings_held, new_accounts, or other, which is something that only the name tells.';

do $$
declare
    -- As with any company table (core.republish_company_table).
    seen constant text := $rule$
        (t.shareable or not (select external from viewer))
        and (t.visibility = 'org'
            or t.visibility = 'person' and t.owner_id = (select person_id from viewer)
            or t.visibility = 'channel'
                and t.channel_id in (select unnest(channels) from viewer))
    $rule$;
    -- Whether t and u, two rows of one organisation that begin at the same time, are one meeting.
    same constant text := $rule$
        (t.ical_uid = u.ical_uid
            or (t.ical_uid is null or u.ical_uid is null)
                and lower(btrim(t.title)) = lower(btrim(u.title))
                and exists (
                    select from core.meeting_attendees one
                    join core.meeting_attendees other
                        on other.org_id = one.org_id and lower(other.email) = lower(one.email)
                    where one.org_id = t.org_id and one.meeting_id = t.meeting_id
                        and other.meeting_id = u.meeting_id))
    $rule$;
    -- The row that says most of a meeting comes first.
    place constant text := '(-num_nonnulls(t.deal_id, t.account_id, t.summary, t.transcript, '
        't.recording_url), t.created_at, t.meeting_id)';
begin
    call core.publish('core.meetings',
        array['org_id', 'visibility', 'shareable', 'raw', 'ical_uid'],
        format('%s and not exists (select from core.meetings u
                where u.org_id = t.org_id and u.starts_at = t.starts_at
                    and u.meeting_id <> t.meeting_id and %s < %s and %s and %s)',
            seen, replace(place, 't.', 'u.'), place,
            regexp_replace(seen, '\mt\.', 'u.', 'g'), same));

    execute format($view$
        create or replace view agent.meeting_attendees with (security_barrier) as
        with viewer as materialized (select * from agent.viewer())
        select distinct on (shown.meeting_id, lower(a.email))
            shown.meeting_id, a.email, a.name, a.person_id, a.contact_id, a.is_organizer, a.response
        from agent.meetings shown
        join core.meetings u
            on u.org_id = (select org_id from viewer) and u.meeting_id = shown.meeting_id
        join core.meetings t on t.org_id = u.org_id and t.starts_at = u.starts_at
            and (t.meeting_id = u.meeting_id or %s and %s)
        join core.meeting_attendees a on a.org_id = t.org_id and a.meeting_id = t.meeting_id
        order by shown.meeting_id, lower(a.email), t.meeting_id <> u.meeting_id, a.email,
            t.meeting_id
        $view$, seen, same);
end
$$;
comment on view agent.meeting_attendees is 'Who is invited to which meeting.';
