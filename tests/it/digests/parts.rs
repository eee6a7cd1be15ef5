//! What a digest tells of: each part from rows of its own, and nothing that is somebody else's.

use crate::schedules::desk::Desk;
use penny::models::scripted::Step;
use serde_json::json;

/// Rows of Maya's and, beside each, one that is not hers or not of today.
const ROWS: &str = "
    insert into core.meetings (org_id, meeting_id, title, starts_at, ends_at, owner_id, visibility,
        source, source_id)
    select org_id, gen_random_uuid(), m.title, m.at::timestamptz, m.at::timestamptz + interval '1 hour',
        person_id, 'org', 'test', m.title
    from core.people, (values ('Harbour kick-off', '2026-11-23T13:00:00Z', 'Maya%'),
        ('Harbour review', '2026-11-24T13:00:00Z', 'Maya%'),
        ('Pipeline talk', '2026-11-23T14:00:00Z', 'Jonas%')) as m (title, at, owner)
    where name like m.owner;
    insert into core.activities (org_id, activity_id, kind, direction, subject, occurred_at, thread_key,
        owner_id, visibility, source, source_id)
    select org_id, gen_random_uuid(), 'mail', v.direction, v.subject, v.at::timestamptz, v.thread,
        person_id, 'person', 'test', v.subject
    from core.people, (values ('When do we sign?', 'inbound', '2026-11-22T10:00:00Z', 'a', 'Maya%'),
        ('The invoice', 'inbound', '2026-11-22T10:00:00Z', 'b', 'Maya%'),
        ('Re: The invoice', 'outbound', '2026-11-22T11:00:00Z', 'b', 'Maya%'),
        ('For Jonas', 'inbound', '2026-11-22T10:00:00Z', 'c', 'Jonas%')) as v (subject, direction, at, thread, owner)
    where name like v.owner;
    insert into core.issues (org_id, issue_id, key, title, kind, status, priority, assignee_id, due_date,
        completed_at, created_at, visibility, source, source_id)
    select org_id, gen_random_uuid(), i.key, i.title, 'bug', i.status, 'high', person_id, i.due::date,
        i.done::timestamptz, timestamptz '2026-09-01T00:00:00Z', 'org', 'test', i.key
    from core.people, (values ('API-1', 'Export breaks', 'done', null, '2026-11-22T09:00:00Z', 'Maya%'),
        ('API-2', 'Late syncs', 'in_progress', '2026-11-20', null, 'Maya%'),
        ('API-3', 'Later still', 'in_progress', '2026-12-20', null, 'Maya%'),
        ('API-4', 'Not hers', 'done', null, '2026-11-22T09:00:00Z', 'Jonas%')) as i (key, title, status, due, done, owner)
    where name like i.owner;
    insert into core.repositories (org_id, repository_id, name, visibility, source, source_id)
    select org_id, gen_random_uuid(), 'wayfold/api', 'org', 'test', 'r' from core.orgs;
    insert into core.pull_requests (org_id, pull_request_id, repository_id, number, title, state,
        review_status, reviewer_id, review_requested_at, visibility, source, source_id)
    select r.org_id, gen_random_uuid(), r.repository_id, 7, 'Mend the export', 'open', 'waiting',
        p.person_id, timestamptz '2026-11-22T09:00:00Z', 'org', 'test', '7'
    from core.repositories r join core.people p on p.name like 'Maya%';";

async fn on_monday(steps: impl IntoIterator<Item = Step>) -> Desk {
    let desk = Desk::open_at("2026-11-23T07:00:00Z", steps).await;
    for person in [&desk.maya, &desk.jonas] {
        person.runs_command("sales", "/penny status").await.unwrap();
        desk.app.settles().await;
    }
    desk.maya
        .runs_command("sales", "/penny digest on 8:30")
        .await
        .unwrap();
    desk.is_told(&desk.maya, "every weekday at 08:30").await;
    desk.app.settles().await;
    desk
}

#[tokio::test(flavor = "multi_thread")]
async fn it_tells_of_meetings_mail_that_waits_what_is_due_reviews_and_issues_and_of_ones_own_alone()
{
    let desk = on_monday([]).await;
    desk.app.execute(ROWS).await;
    assert_eq!(desk.time_is("2026-11-23T07:30:01Z").await, 1);
    let seen = desk.app.is_written(&desk.maya, "Your day: Monday").await;
    for (title, line) in [
        ("Your meetings today", "`14:00` Harbour kick-off"),
        ("Mail that waits for your answer", "When do we sign?"),
        ("Due today or overdue", "API-2 Late syncs"),
        (
            "Reviews that wait for you",
            "Mend the export · wayfold/api #7",
        ),
        ("Your issues that moved", "API-1 Export breaks · done"),
    ] {
        let (_, part) = seen.text.split_once(title).expect(title);
        let (_, lines) = part.split_once('\n').expect(title);
        assert!(
            lines.starts_with(&format!("• {line}")),
            "{title}: {}",
            seen.text
        );
    }
    for other in [
        "Harbour review",
        "Pipeline talk",
        "The invoice",
        "For Jonas",
        "Later still",
        "Not hers",
    ] {
        assert!(!seen.text.contains(other), "{other}: {}", seen.text);
    }
    desk.app.settles().await;
    desk.app.slack.calls().mark_all_read();
    desk.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_waits_for_ones_decision_stands_in_it_with_the_way_to_its_card() {
    let wish = json!({
        "system": "slack", "operation": "post_message",
        "arguments": {"channel": "#sales", "text": "Harbour has signed."},
    });
    let desk = on_monday([
        Step::calls("c1", "propose_write", wish).when_asked("everybody"),
        Step::says("It is done."),
    ])
    .await;
    let said = desk.maya.mentions_penny("sales", "tell everybody").await;
    let thread = said.unwrap().thread();
    desk.app.settles().await;
    assert_eq!(desk.time_is("2026-11-23T07:30:01Z").await, 1);
    let seen = desk
        .app
        .is_written(&desk.maya, "Waits for your decision")
        .await;
    let link = format!("/archives/{}/p", desk.sales());
    assert!(seen.text.contains(&link), "{link}: {}", seen.text);
    desk.maya.clicks(&thread, "Approve").await.unwrap();
    desk.maya.reads(&thread, "It is done.").await.unwrap();
    desk.app.settles().await;
    desk.app.slack.calls().mark_all_read();
    desk.close().await;
}
