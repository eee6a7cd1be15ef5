//! What became of records since they were read before is told once, with what it was.

use super::desk::Desk;
use penny::playground::systems::hubspot::DEALS;
use penny::store::{events, sync};

impl Desk {
    /// The hour has come, and HubSpot is read once more.
    pub(super) async fn is_read_again(&self) {
        self.app
            .execute("update core.connections set next_sync_at = now() where system = 'hubspot'")
            .await;
        sync::nudge_due(self.db()).await.unwrap();
        self.app.settles().await;
    }

    fn db(&self) -> &penny::store::Db {
        &self.app.process().app.services.db
    }

    /// What has happened besides the readings themselves, in its order.
    async fn told(&self) -> Vec<String> {
        let told = "select concat_ws(' ', kind, payload ->> 'name', payload ->> 'stage_before',
                '->', payload ->> 'stage', payload ->> 'amount')
            from core.events where kind not like 'sync.%' order by event_id";
        self.app.texts(told).await
    }
}

#[tokio::test]
async fn a_deal_that_moved_is_told_once_with_both_stages() {
    let desk = Desk::open().await;
    let pipeline = desk.hubspot.pipeline(
        "Sales",
        &[("Talking", 0.2), ("Offered", 0.6), ("Signed", 1.0)],
    );
    let stage = |number: usize| pipeline.stages[number].as_str();
    let add = |name, stage| {
        let fields = [
            ("dealname", name),
            ("pipeline", pipeline.id.as_str()),
            ("dealstage", stage),
        ];
        desk.hubspot.add(DEALS, &fields)
    };
    let change = |deal: &str, field, value| {
        desk.hubspot.change(DEALS, deal, &[(field, value)]).unwrap();
    };
    let deal = add("Harbour", stage(0));
    desk.connects_hubspot().await;
    assert_eq!(
        desk.told().await,
        [""; 0],
        "what was there before is no news"
    );

    change(&deal, "dealname", "Harbour Ltd");
    desk.is_read_again().await;
    assert_eq!(desk.told().await, [""; 0], "another name is no other stage");

    change(&deal, "dealstage", stage(1));
    change(&deal, "dealstage", stage(2));
    change(&deal, "amount", "40000");
    desk.is_read_again().await;
    desk.is_read_again().await;
    let moved = "deal.stage_changed Harbour Ltd Talking -> Signed 40000.00";
    assert_eq!(desk.told().await, [moved], "as far as it got, and once");

    add("Lighthouse", stage(1));
    desk.is_read_again().await;
    assert_eq!(
        desk.told().await,
        [moved, "deal.created Lighthouse -> Offered"]
    );
    let seen_by = "select distinct concat_ws(' ', e.system, e.visibility, c.system)
        from core.events as e join core.connections as c using (org_id, connection_id)
        where kind like 'deal.%'";
    assert_eq!(desk.app.texts(seen_by).await, ["hubspot org hubspot"]);
    desk.app.stop().await;
}

#[tokio::test]
async fn a_reading_that_is_cut_off_and_repeated_tells_nothing_twice() {
    let desk = Desk::open().await;
    let pipeline = desk
        .hubspot
        .pipeline("Sales", &[("Talking", 0.2), ("Signed", 1.0)]);
    let fields = [
        ("pipeline", pipeline.id.as_str()),
        ("dealstage", pipeline.stages[0].as_str()),
    ];
    let deal = desk.hubspot.add(DEALS, &fields);
    desk.connects_hubspot().await;
    let signed = [("dealstage", pipeline.stages[1].as_str())];
    desk.hubspot.change(DEALS, &deal, &signed).unwrap();
    desk.is_read_again().await;
    // As if the process had died behind the page: its place is lost, and it is read once more.
    desk.app
        .execute("delete from core.sync_streams where stream = 'deals'")
        .await;
    desk.is_read_again().await;
    assert_eq!(desk.told().await.len(), 1);
    desk.app.stop().await;
}

#[tokio::test]
async fn a_meeting_has_ended_once_and_for_those_who_know_of_it() {
    let desk = Desk::open().await;
    desk.app
        .execute(
            "insert into core.people (org_id, person_id, name)
             select org_id, '00000000-0000-0000-0000-0000000000aa', 'Nora' from core.installations;
             insert into core.meetings (org_id, meeting_id, title, starts_at, ends_at, status,
                 visibility, owner_id, source, source_id)
             select org_id, gen_random_uuid(), title, now() + ends - interval '1 hour', now() + ends,
                 status, visibility, '00000000-0000-0000-0000-0000000000aa', 'calendar', title
             from core.installations, (values
                 ('over', interval '-1 minute', 'confirmed', 'org'),
                 ('private', interval '-2 minutes', 'confirmed', 'person'),
                 ('called off', interval '-1 minute', 'cancelled', 'org'),
                 ('still on', interval '1 minute', 'confirmed', 'org'),
                 ('long ago', interval '-7 hours', 'confirmed', 'org')
             ) as m (title, ends, status, visibility)",
        )
        .await;
    let look = async || events::record_ended_meetings(desk.db()).await.unwrap();
    assert_eq!((look().await, look().await), (2, 0));
    let told = "select concat_ws(' ', kind, payload ->> 'title', visibility, owner_id is not null)
        from core.events order by event_id";
    let first = ["meeting.ended private person t", "meeting.ended over org t"];
    assert_eq!(desk.app.texts(told).await, first);
    desk.app
        .execute("update core.meetings set ends_at = now() where title in ('over', 'still on')")
        .await;
    assert_eq!(
        look().await,
        2,
        "one was prolonged, and one has ended by now"
    );
    desk.app.stop().await;
}
