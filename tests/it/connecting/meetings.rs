//! HubSpot's meetings are known here with everybody who comes to them, as they are by now.

use super::desk::Desk;
use penny::models::scripted::Step;
use penny::playground::systems::hubspot::{COMPANIES, CONTACTS, DEALS, MEETINGS};
use serde_json::json;

const ATTENDEES: &str = "select concat_ws(' ', x.email, x.name,
        case when x.is_organizer then 'invites as ' || p.slack_user_id end, 'is ' || c.name)
    from core.meeting_attendees as x
    left join core.people as p on p.org_id = x.org_id and p.person_id = x.person_id
    left join core.contacts as c on c.org_id = x.org_id and c.contact_id = x.contact_id
    order by x.email";

struct Event {
    id: &'static str,
    title: &'static str,
    day: &'static str,
    uid: Option<&'static str>,
    guest: &'static str,
    more: &'static str,
}

/// What HubSpot calls "First look at the harbour", as a calendar has it.
const FIRST_LOOK: Event = Event {
    id: "e1",
    title: "Harbour with Acme",
    day: "2026-03-02",
    uid: Some("first-look"),
    guest: "lukas@wayfold.example",
    more: "location = 'Pier 5'",
};

impl Desk {
    /// What the model gets to read when this person has it look.
    pub(super) async fn shown_to(&self, name: &str, sql: &str) -> String {
        self.app.model.add([
            Step::calls("c1", "run_sql_query", json!({"sql": sql})),
            Step::says("There."),
        ]);
        let asker = self.app.slack.person(name).unwrap();
        let said = asker.tells_penny("what is there?").await.unwrap();
        assert!(said.was_acknowledged());
        self.app.settles().await;
        self.app.slack.calls().mark_all_read();
        let requests = self.app.model.requests().len();
        self.app.words_of_request(requests - 1)
    }

    /// Maya and Jonas met Ann of Acme about the harbour, and somebody whom nobody knows.
    fn has_met_acme(&self) -> String {
        let hubspot = &self.hubspot;
        let maya = hubspot.owner("maya@wayfold.example", "Maya of Sales");
        let jonas = hubspot.owner("jonas@wayfold.example", "Jonas of Sales");
        let acme = hubspot.add(COMPANIES, &[("name", "Acme")]);
        let ann = [
            ("firstname", "Ann"),
            ("lastname", "Lee"),
            ("email", "Ann@acme.example"),
        ];
        let ann = hubspot.add(CONTACTS, &ann);
        let deal = hubspot.add(DEALS, &[("dealname", "Harbour")]);
        let both = format!("{maya};{jonas}");
        let properties = [
            ("hs_timestamp", "2026-03-02T09:30:00.000Z"),
            ("hs_meeting_title", "First look at the harbour"),
            ("hs_meeting_body", "<p>They sign &amp; pay.</p>"),
            ("hs_meeting_start_time", "2026-03-02T09:30:00.000Z"),
            ("hs_meeting_end_time", "2026-03-02T10:15:00.000Z"),
            ("hs_meeting_location", "Pier 4"),
            ("hs_meeting_outcome", "COMPLETED"),
            ("hs_i_cal_uid", "first-look@calendar.example"),
            ("hubspot_owner_id", maya.as_str()),
            ("hs_attendee_owner_ids", both.as_str()),
            ("hs_guest_emails", "guest@acme.example; ann@acme.example"),
        ];
        let meeting = hubspot.add(MEETINGS, &properties);
        for end in [(COMPANIES, &acme), (CONTACTS, &ann), (DEALS, &deal)] {
            let end = (end.0, end.1.as_str());
            hubspot.link((MEETINGS, &meeting), end).unwrap();
        }
        meeting
    }

    /// An event of somebody's calendar, with one guest.
    async fn stands_in_a_calendar(&self, event: &Event) {
        let Event {
            id,
            title,
            day,
            uid,
            guest,
            more,
        } = event;
        let uid = uid.map_or("null".to_owned(), |uid| format!("'{uid}@calendar.example'"));
        self.app
            .execute(&format!(
                "with m as (
                     insert into core.meetings (org_id, meeting_id, title, starts_at, ends_at,
                         ical_uid, visibility, source, source_id)
                     select org_id, gen_random_uuid(), '{title}', '{day} 09:30Z', '{day} 10:00Z',
                         {uid}, 'org', 'google_calendar', '{id}'
                     from core.installations
                     returning org_id, meeting_id
                 )
                 insert into core.meeting_attendees (org_id, meeting_id, email, name)
                 select org_id, meeting_id, '{guest}', '{guest}' from m;
                 update core.meetings set {more} where source_id = '{id}'"
            ))
            .await;
    }

    async fn meetings(&self) -> Vec<String> {
        let meetings =
            "select concat_ws(' ', title, to_char(starts_at at time zone 'UTC', 'HH24:MI'),
                to_char(ends_at at time zone 'UTC', 'HH24:MI'), status)
            from core.meetings where source = 'hubspot' order by title";
        self.app.texts(meetings).await
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_meeting_is_known_with_its_customer_and_with_everybody_who_comes() {
    let desk = Desk::open().await;
    desk.has_met_acme();
    desk.connects_hubspot().await;
    let known = ["First look at the harbour 09:30 10:15 confirmed"];
    assert_eq!(desk.meetings().await, known);
    let all = [
        "ann@acme.example Ann Lee is Ann Lee",
        "guest@acme.example guest@acme.example",
        "jonas@wayfold.example Jonas of Sales",
        "maya@wayfold.example Maya of Sales invites as U0MAYA",
    ];
    assert_eq!(desk.app.texts(ATTENDEES).await, all);
    let shown = desk
        .shown_to(
            "maya",
            "select m.title, m.location, m.summary, a.name as company, d.name as deal, x.email
             from meetings m join accounts a on a.account_id = m.account_id
             join deals d on d.deal_id = m.deal_id
             join meeting_attendees x on x.meeting_id = m.meeting_id
             where x.contact_id is not null",
        )
        .await;
    for word in [
        "First look at the harbour",
        "Pier 4",
        "They sign & pay.",
        "Acme",
        "Harbour",
        "ann@acme.example",
    ] {
        assert!(shown.contains(word), "{word}: {shown}");
    }
    desk.app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_meeting_that_is_moved_called_off_and_deleted_is_so_here() {
    let desk = Desk::open().await;
    let meeting = desk.has_met_acme();
    desk.connects_hubspot().await;
    let moved = [
        ("hs_meeting_start_time", "2026-03-02T14:00:00.000Z"),
        ("hs_meeting_end_time", "2026-03-02T15:00:00.000Z"),
        ("hs_attendee_owner_ids", ""),
        ("hs_guest_emails", "late@acme.example"),
    ];
    desk.hubspot.change(MEETINGS, &meeting, &moved).unwrap();
    desk.is_read_again().await;
    let known = ["First look at the harbour 14:00 15:00 confirmed"];
    assert_eq!(desk.meetings().await, known);
    let all = [
        "ann@acme.example Ann Lee is Ann Lee",
        "late@acme.example late@acme.example",
        "maya@wayfold.example Maya of Sales invites as U0MAYA",
    ];
    assert_eq!(desk.app.texts(ATTENDEES).await, all);
    let off = [("hs_meeting_outcome", "CANCELED")];
    desk.hubspot.change(MEETINGS, &meeting, &off).unwrap();
    desk.is_read_again().await;
    let known = ["First look at the harbour 14:00 15:00 cancelled"];
    assert_eq!(desk.meetings().await, known);
    desk.hubspot.archive(MEETINGS, &meeting).unwrap();
    desk.is_read_again().await;
    assert!(desk.meetings().await.is_empty());
    assert!(desk.app.texts(ATTENDEES).await.is_empty());
    desk.app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn colleagues_learn_of_a_meeting_in_hubspot_and_people_from_outside_do_not() {
    let desk = Desk::open().await;
    desk.has_met_acme();
    desk.connects_hubspot().await;
    let all = "select m.title, x.email from meetings m
        join meeting_attendees x on x.meeting_id = m.meeting_id";
    for (name, is_told) in [("lukas", true), ("ben", false)] {
        let shown = desk.shown_to(name, all).await;
        for word in ["First look at the harbour", "guest@acme.example"] {
            assert_eq!(shown.contains(word), is_told, "{name}, {word}: {shown}");
        }
    }
    desk.app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_meeting_that_several_systems_know_of_is_one_with_everybody_who_comes() {
    let desk = Desk::open().await;
    desk.has_met_acme();
    desk.connects_hubspot().await;
    // By its UID, and by its title and somebody who comes.
    desk.stands_in_a_calendar(&FIRST_LOOK).await;
    desk.stands_in_a_calendar(&Event {
        id: "e2",
        title: "first look at the Harbour",
        uid: None,
        guest: "Ann@acme.example",
        ..FIRST_LOOK
    })
    .await;
    let told = desk
        .shown_to(
            "maya",
            "select 'in all ' || count(*) as meetings, max(title) as title, (
                 select string_agg(x.email, ', ' order by x.email) from meeting_attendees x) as all_of_them
             from meetings",
        )
        .await;
    let everybody = "ann@acme.example, guest@acme.example, jonas@wayfold.example, \
        lukas@wayfold.example, maya@wayfold.example";
    for word in ["in all 1", "First look at the harbour", everybody] {
        assert!(told.contains(word), "{word}: {told}");
    }
    let rows = desk.app.count("select from core.meetings").await;
    assert_eq!(rows, 3, "each system keeps its own");
    desk.app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn meetings_that_are_only_alike_are_counted_each() {
    let desk = Desk::open().await;
    desk.has_met_acme();
    desk.connects_hubspot().await;
    let alike = Event {
        title: "First look at the harbour",
        ..FIRST_LOOK
    };
    for event in [
        // The next one of the series.
        Event {
            id: "e1",
            day: "2026-03-09",
            guest: "ann@acme.example",
            ..alike
        },
        // Nobody comes to both.
        Event {
            id: "e2",
            uid: None,
            guest: "somebody@zenith.example",
            ..alike
        },
        // Another event of the calendar.
        Event {
            id: "e3",
            uid: Some("another"),
            guest: "guest@acme.example",
            ..alike
        },
    ] {
        desk.stands_in_a_calendar(&event).await;
    }
    let count = "select 'in all ' || count(*) as meetings from meetings";
    let told = desk.shown_to("maya", count).await;
    assert!(told.contains("in all 4"), "{told}");
    desk.app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_only_one_person_may_see_of_a_meeting_hides_it_from_nobody_and_is_told_to_nobody_else()
{
    let desk = Desk::open().await;
    desk.has_met_acme();
    desk.connects_hubspot().await;
    let all =
        "select 'in all ' || count(*) as meetings, string_agg(m.title || m.summary, ', ') as said,
            (select string_agg(x.email, ', ') from meeting_attendees x) as all_of_them
        from meetings m";
    // Jonas has spoken with Penny, so she knows who he is.
    desk.shown_to("jonas", "select 1 as one").await;
    desk.stands_in_a_calendar(&Event {
        more: "summary = 'We sell cheap', transcript = 'All of it', recording_url = 'https://x.example',
            account_id = gen_random_uuid(), deal_id = gen_random_uuid(), visibility = 'person',
            owner_id = (select person_id from core.people where slack_user_id = 'U0JONAS')",
        guest: "secret@acme.example",
        ..FIRST_LOOK
    })
    .await;
    for (name, is_told) in [("jonas", true), ("maya", false)] {
        let told = desk.shown_to(name, all).await;
        assert!(told.contains("in all 1"), "{name}: {told}");
        for word in ["We sell cheap", "secret@acme.example"] {
            assert_eq!(told.contains(word), is_told, "{name}, {word}: {told}");
        }
        assert_eq!(
            told.contains("They sign & pay."),
            !is_told,
            "{name}: {told}"
        );
    }
    desk.app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_meeting_that_several_systems_know_of_ends_once() {
    let desk = Desk::open().await;
    desk.connects_hubspot().await;
    for (id, uid, guest) in [
        ("e1", Some("first-look"), "lukas@wayfold.example"),
        ("e2", Some("first-look"), "ann@acme.example"),
        ("e3", None, "lukas@wayfold.example"),
        ("e4", Some("another"), "somebody@zenith.example"),
    ] {
        desk.stands_in_a_calendar(&Event {
            id,
            uid,
            guest,
            ..FIRST_LOOK
        })
        .await;
    }
    let over = "update core.meetings set starts_at = now() - interval '2 hours',
        ends_at = now() - interval '1 hour'";
    desk.app.execute(over).await;
    let db = &desk.app.process().app.services.db;
    penny::store::events::record_ended_meetings(db)
        .await
        .unwrap();
    let told = "select from core.events where kind = 'meeting.ended'";
    assert_eq!(desk.app.count(told).await, 2, "three of them are one");
    desk.app.stop().await;
}
