//! Cards show everything, within Slack's limits, and nothing in them is what it is not.

use super::*;
use crate::slack::blocks::Block;
use chrono::DateTime;
use proptest::prelude::*;
use serde_json::{Value as Json, json};

pub fn open() -> Card {
    Card {
        ticket: format!("{}.1.{}", uuid::Uuid::nil(), "ab".repeat(32)),
        version: 1,
        title: "Update a deal".into(),
        system: "HubSpot".into(),
        record: "Acme: 40 seats".into(),
        link: Some("https://app.example/deals/7".into()),
        changes: vec![change("Amount", "10,000", "20,000")],
        requester: "<@U0MAYA>".into(),
        edited_by: String::new(),
        deciders: "*Who decides:* <@U0MAYA> (who asked).".into(),
        is_irreversible: false,
        can_be_undone: true,
        is_undo: false,
        can_be_granted: true,
        stage: Stage::Open {
            expires_at: DateTime::UNIX_EPOCH,
            agreed: Vec::new(),
            needed: 1,
        },
    }
}

fn change(label: &str, before: &str, after: &str) -> Change {
    Change {
        label: label.into(),
        before: Some(Value::of(before)),
        after: Some(Value::of(after)),
    }
}

fn json_of(blocks: &[Block]) -> Json {
    serde_json::to_value(blocks).unwrap()
}

/// Every text in the blocks, of whatever kind.
fn texts(json: &Json, kind: &str, found: &mut Vec<String>) {
    match json {
        Json::Object(members) => {
            if members.get("type").is_some_and(|it| it == kind) {
                found.extend(
                    members
                        .get("text")
                        .and_then(Json::as_str)
                        .map(str::to_owned),
                );
            }
            members.values().for_each(|it| texts(it, kind, found));
        }
        Json::Array(items) => items.iter().for_each(|it| texts(it, kind, found)),
        _ => {}
    }
}

fn markup_of(blocks: &[Block]) -> String {
    let mut found = Vec::new();
    texts(&json_of(blocks), "mrkdwn", &mut found);
    found.join("\n")
}

fn plain_of(blocks: &[Block]) -> String {
    let mut found = Vec::new();
    texts(&json_of(blocks), "text", &mut found);
    found.join("")
}

#[test]
fn an_open_card_shows_old_and_new_and_offers_what_can_be_done() {
    let (text, blocks) = card(&open());
    assert_eq!(text, "Please decide: Update a deal: Acme: 40 seats");
    let plain = plain_of(&blocks);
    assert!(plain.contains("Amount: 10,000 → 20,000"), "{plain}");
    let labels: Vec<Json> = buttons_of(&open())
        .iter()
        .map(|button| button["text"]["text"].clone())
        .collect();
    assert_eq!(
        labels,
        [
            json!("Approve"),
            json!("Edit"),
            json!("Reject"),
            json!("Show all"),
            Json::Null
        ]
    );
}

#[test]
fn what_cannot_be_undone_says_so_and_asks_twice() {
    let card_of = Card {
        is_irreversible: true,
        ..open()
    };
    let (_, blocks) = card(&card_of);
    assert!(markup_of(&blocks).contains("This cannot be undone"));
    assert!(buttons_of(&card_of)[0]["confirm"].is_object());
    let sends_a_mail = Card {
        can_be_undone: false,
        ..open()
    };
    assert!(buttons_of(&sends_a_mail)[0]["confirm"].is_object());
    assert!(buttons_of(&open())[0]["confirm"].is_null());
}

#[test]
fn a_card_that_is_over_offers_no_decision() {
    for stage in [
        Stage::Rejected {
            by: "<@U1>".into(),
            reason: Some("not *now* <!channel>".into()),
        },
        Stage::Expired,
        Stage::Withdrawn,
        Stage::Done {
            by: "<@U1>".into(),
            link: None,
        },
        Stage::Unknown,
        Stage::Running { by: "<@U1>".into() },
        Stage::Undone,
    ] {
        let card_of = Card {
            stage: stage.clone(),
            ..open()
        };
        let (_, blocks) = card(&card_of);
        let blocks = json_of(&blocks).to_string();
        assert!(!blocks.contains("penny_approve"), "{stage:?}");
        assert!(!blocks.contains("<!channel>"), "{stage:?}");
    }
}

#[test]
fn a_very_long_value_never_hides_a_later_field() {
    let mut card_of = open();
    card_of.changes = (0..40)
        .map(|n| {
            change(
                &format!("Field {n}"),
                &"old ".repeat(5_000),
                &"new\n".repeat(5_000),
            )
        })
        .collect();
    card_of.changes.push(change("Last", "a", "b"));
    let (_, blocks) = card(&card_of);
    let json = json_of(&blocks).to_string();
    assert!(json.contains("Last: ") && json.contains("Field 39: "));
    assert!(plain_of(&blocks).chars().count() < 9_000);
    assert!(markup_of(&blocks).contains("Show all"));
}

fn rows_of(blocks: &[Block]) -> Vec<String> {
    let mut found = Vec::new();
    texts(&json_of(blocks), "plain_text", &mut found);
    found.retain(|text| text.starts_with('⚪'));
    found
}

#[test]
fn a_long_value_never_hides_a_later_field_in_a_row_of_a_plan() {
    let mut card_of = open();
    card_of.changes = vec![
        change("Text", &"old ".repeat(5_000), &"new\n".repeat(5_000)),
        change("State", "open", "closed"),
    ];
    for rows in [2, MOST_ROWS] {
        let (_, blocks) = plan(&vec![card_of.clone(); rows], "seal");
        let shown = rows_of(&blocks);
        assert_eq!(shown.len(), rows);
        assert!(
            shown
                .iter()
                .all(|row| row.ends_with("State: open → closed")),
            "{shown:?}"
        );
    }
    card_of.changes = (0..30)
        .map(|n| change(&format!("A field of some name {n}"), "old", "new"))
        .collect();
    let (_, blocks) = plan(&vec![card_of; MOST_ROWS], "seal");
    for row in rows_of(&blocks) {
        assert!(row.ends_with(" more fields"), "{row}");
    }
}

#[test]
fn what_a_plan_does_for_good_is_marked_and_named_before_all_of_it_is_approved() {
    let sends = Card {
        title: "Send a mail".into(),
        record: "ann@acme.example".into(),
        can_be_undone: false,
        ..open()
    };
    let (_, blocks) = plan(&[open(), sends.clone()], "seal");
    let rows = rows_of(&blocks);
    assert!(!rows[0].contains("cannot be undone"), "{}", rows[0]);
    assert!(rows[1].contains("cannot be undone"), "{}", rows[1]);
    let asked = |blocks: &[Block]| {
        let json = json_of(blocks);
        let elements = json.as_array().unwrap().iter();
        let mut buttons = elements.filter_map(|it| it["elements"][0]["confirm"].as_object());
        buttons.next().unwrap()["text"]["text"]
            .as_str()
            .unwrap()
            .to_owned()
    };
    assert_eq!(
        asked(&blocks),
        "All 2 are done as soon as you say yes. These cannot be undone: Send a mail: ann@acme.example"
    );
    let (_, blocks) = plan(&[open(), open()], "seal");
    assert_eq!(asked(&blocks), "All 2 are done as soon as you say yes.");
    let (_, blocks) = plan(&vec![sends; MOST_ROWS], "seal");
    let all = asked(&blocks);
    assert!(all.chars().count() <= 300, "{all}");
    assert!(all.ends_with(" more, marked with ⚠️"), "{all}");
}

#[test]
fn a_link_says_where_it_leads_whatever_the_record_is_called() {
    let mut card_of = open();
    card_of.record = "https://safe.example".into();
    card_of.link = Some("https://app.example/deals/7".into());
    let json = json_of(&card(&card_of).1);
    let link = json
        .pointer("/0/elements/1/elements/2")
        .expect("a link behind the name");
    assert_eq!(link["text"], "Open in HubSpot");
    card_of.link = Some("javascript:alert(1)".into());
    assert!(
        !json_of(&card(&card_of).1)
            .to_string()
            .contains("javascript")
    );
}

const TRICKS: &[&str] = &[
    "<!channel>",
    "<@U1>",
    "<https://a.example|b>",
    "*",
    "_",
    "~",
    "`",
    "&",
    "\u{202e}",
    "word ",
];

proptest! {
    #[test]
    fn nothing_that_was_written_elsewhere_is_markup(
        name in "\\PC{0,40}",
        pieces in prop::collection::vec(prop::sample::select(TRICKS), 0..12),
    ) {
        let value = pieces.concat();
        let marked = format!("{value}MARKED");
        let mut card_of = open();
        card_of.record = format!("{name}{marked}");
        card_of.changes = vec![change("Name", &marked, &marked), change("Note", &marked, "")];
        let (_, blocks) = card(&card_of);
        prop_assert!(!markup_of(&blocks).contains("MARKED"));
        let row = json_of(&plan(&[card_of.clone(), card_of], "seal").1);
        let mut markup = Vec::new();
        texts(&row, "mrkdwn", &mut markup);
        prop_assert!(!markup.concat().contains("MARKED"));
        let is_reversed = row.to_string().contains('\u{202e}');
        prop_assert!(!is_reversed);
    }

    #[test]
    fn values_put_together_from_their_pieces_are_whole(value in "\\PC{0,6000}") {
        let changes = [Change { label: "Body".into(), before: None, after: Some(Value::of(&value)) }];
        let blocks = change::whole(&changes);
        let mut found = Vec::new();
        texts(&json!(blocks), "text", &mut found);
        let all = found[1..].concat();
        let shown = crate::slack::markdown::reveal_invisible(&value);
        let expected = Some(shown).filter(|it| !it.is_empty());
        prop_assert_eq!(all, expected.unwrap_or_else(|| words::EMPTY.to_owned()));
    }
}

#[test]
fn a_full_plan_stays_within_slacks_limits() {
    let mut long = open();
    long.record = "r".repeat(500);
    long.changes = (0..30)
        .map(|n| change(&format!("Field {n}"), &"o".repeat(500), &"n".repeat(500)))
        .collect();
    let (_, blocks) = plan(&vec![long; MOST_ROWS], "seal");
    assert!(blocks.len() <= 50);
    assert!(json_of(&blocks).to_string().chars().count() < 40_000);
    let mut found = Vec::new();
    texts(&json_of(&blocks), "plain_text", &mut found);
    assert!(found.iter().all(|text| text.chars().count() <= 3_000));
    assert!(found.concat().chars().count() < 12_000);
}
