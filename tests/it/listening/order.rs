//! Events come in any order, twice, and beside pages that were read back earlier: what is kept in
//! the end is what stands in Slack.

use super::{House, SALES, channel};
use chrono::{DateTime, TimeDelta, Utc};
use penny::store::company::{ChannelMessage, Origin, Visibility, id_of};
use penny::store::listening::{SOURCE, Saying, save, source_id};
use rand::rngs::StdRng;
use rand::seq::SliceRandom;
use rand::{Rng, SeedableRng};
use serde_json::{Value, json};

const ROUNDS: u64 = 12;

/// The events of one message's life, and what it says in the end.
fn life(number: usize, dice: &mut StdRng) -> (Vec<Value>, Option<String>) {
    let ts = format!("{}.{number:06}", Utc::now().timestamp() - 3_600);
    let said = |state: usize| json!({"ts": ts, "user": "U0JONAS", "text": format!("{number}: state {state}")});
    let edits = dice.random_range(0..4);
    let mut first = said(0);
    first["type"] = "message".into();
    first["channel"] = SALES.into();
    first["event_ts"] = ts.clone().into();
    let mut events = vec![first];
    let change = |subtype: &str, step: usize, field: &str, value: Value| {
        let event_ts = format!(
            "{}.{number:06}",
            Utc::now().timestamp() - 3_500 + step as i64
        );
        json!({
            "type": "message", "subtype": subtype, "channel": SALES, field: value,
            "ts": event_ts, "event_ts": event_ts,
        })
    };
    events.extend((1..=edits).map(|step| change("message_changed", step, "message", said(step))));
    if dice.random_bool(0.3) {
        events.push(change(
            "message_deleted",
            edits + 1,
            "deleted_ts",
            ts.into(),
        ));
        return (events, None);
    }
    (events, Some(format!("{number}: state {edits}")))
}

#[tokio::test]
async fn any_order_of_arrivals_ends_in_what_stands_in_slack() {
    let house = House::open().await;
    house.reads(SALES).await;
    let before = house.kept(SALES).await;
    for round in 0..ROUNDS {
        let mut dice = StdRng::seed_from_u64(round);
        let mut expected = before.clone();
        let mut events = Vec::new();
        for number in 0..8 {
            let (life, end) = life(number, &mut dice);
            // Now and then Slack delivers something twice.
            events.extend(life.first().cloned().filter(|_| dice.random_bool(0.3)));
            events.extend(life);
            expected.extend(end);
        }
        events.shuffle(&mut dice);
        for (part, together) in events.chunks(dice.random_range(1..12)).enumerate() {
            hear(&house, &format!("{round}-{part}"), together).await;
        }
        let mut kept = house.kept(SALES).await;
        kept.sort();
        expected.sort();
        assert_eq!(kept, expected, "round {round}");
        house
            .app
            .execute("delete from core.messages where text like '%: state %'")
            .await;
        house.app.execute("delete from core.unsaid").await;
    }
    house.close().await;
}

/// As if these had been stored together before they were acknowledged.
async fn hear(house: &House, key: &str, events: &[Value]) {
    let rows: Vec<String> = events
        .iter()
        .enumerate()
        .map(|(number, event)| format!("('{key}-{number}', $e${event}$e$)"))
        .collect();
    let sql = format!(
        "insert into core.heard (org_id, event_key, channel_id, payload)
         select org_id, event_key, '{SALES}', payload
         from core.installations, (values {}) as e (event_key, payload)",
        rows.join(", ")
    );
    house.app.execute(&sql).await;
    house.looks_after_channels().await;
}

#[tokio::test]
async fn a_page_that_was_read_back_earlier_undoes_no_edit_and_no_deletion() {
    let house = House::open().await;
    house.reads(SALES).await;
    let edited = house.says(&house.jonas, "sales", "40k").await;
    let deleted = house.says(&house.jonas, "sales", "between us").await;
    house
        .jonas
        .edit(&edited.channel, edited.ts, "60k")
        .await
        .unwrap();
    house
        .jonas
        .delete(&deleted.channel, deleted.ts)
        .await
        .unwrap();
    house.settles().await;
    let services = &house.app.process().app.services;
    let org = services.workspaces.all().remove(0).org;
    let page = [("40k", &edited), ("between us", &deleted)].map(|(text, said)| {
        let source_id = source_id(SALES, &said.ts.to_string());
        let said_at = Utc::now() - TimeDelta::minutes(1);
        ChannelMessage {
            message_id: id_of(org, SOURCE, "messages", &source_id),
            channel_name: "sales".to_owned(),
            author_name: "Jonas Weber".to_owned(),
            text: text.to_owned(),
            sent_at: said_at,
            thread_id: Some(said.ts.to_string()),
            origin: origin(source_id, said_at),
        }
    });
    let mut tx = services.db.org(org).await.unwrap();
    let saying = Saying {
        said: page.to_vec(),
        unsaid: Vec::new(),
    };
    assert_eq!(save(&mut tx, &saying).await.unwrap(), 0);
    tx.commit().await.unwrap();
    let kept = house.kept(SALES).await;
    assert_eq!(kept.last().unwrap(), "60k");
    assert!(!kept.contains(&"between us".to_owned()), "{kept:?}");
    house.close().await;
}

fn origin(source_id: String, said_at: DateTime<Utc>) -> Origin {
    Origin {
        visibility: Visibility::Org,
        owner_id: None,
        channel_id: Some(channel(SALES)),
        shareable: false,
        source: SOURCE,
        source_id,
        source_url: None,
        raw: None,
        created_at: said_at,
        updated_at: said_at,
    }
}
