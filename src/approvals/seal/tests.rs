//! A seal holds exactly what was sealed: change one thing, and nothing opens.

use super::*;
use crate::approvals::policy::{Decider, Stakes};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use serde_json::json;
use uuid::Uuid;

fn texts() -> impl Strategy<Value = String> {
    "[ -~äß€😀\u{0}\u{7f}]{0,12}"
}

fn ids() -> impl Strategy<Value = Uuid> {
    any::<u128>().prop_map(Uuid::from_u128)
}

fn fields() -> impl Strategy<Value = Map<String, Value>> {
    let value = prop_oneof![
        texts().prop_map(Value::from),
        any::<i32>().prop_map(Value::from),
        (-1e6..1e6).prop_map(Value::from),
        any::<bool>().prop_map(Value::from),
        prop::collection::vec(texts(), 1..3).prop_map(Value::from),
    ];
    prop::collection::vec((texts(), value), 1..5).prop_map(|fields| fields.into_iter().collect())
}

prop_compose! {
    fn connections()(id in ids(), account in texts(), scopes in prop::collection::btree_set(texts(), 1..3))
        -> Connection
    {
        Connection { id: ConnectionId(id), account, scopes }
    }
}

prop_compose! {
    fn contents()(
        (org, proposal, requester, undone) in (ids(), ids(), ids(), prop::option::of(ids())),
        (system, name) in (texts(), texts()),
        connection in prop::option::of(connections()),
        (kind, id, label, link) in (texts(), prop::option::of(texts()), texts(), prop::option::of(texts())),
        (arguments, before) in (fields(), prop::option::of(fields())),
        amount in prop::option::of((any::<u32>(), texts())),
        edited_by in prop::collection::btree_set(ids().prop_map(PersonId), 0..3),
        (version, seconds) in (1..1000u32, 0..4_000_000_000i64),
    ) -> Content {
        Content {
            schema: SCHEMA,
            org: OrgId(org),
            proposal: ProposalId(proposal),
            version,
            operation: Operation { system, name },
            connection,
            target: Target { kind, id, name: label, link },
            arguments,
            before,
            amount: amount.map(|(units, currency)| Amount { units, currency }),
            stakes: Stakes::Reversible,
            requester: PersonId(requester),
            edited_by,
            policy: Policy::any_of([Decider::Requester, Decider::Admin]),
            expires_at: DateTime::from_timestamp(seconds, 0).unwrap(),
            undo_of: undone.map(ProposalId),
        }
    }
}

/// Every place in a JSON value, as pointers.
fn places(value: &Value, here: &str, found: &mut Vec<String>) {
    found.push(here.to_owned());
    let escaped = |key: &str| key.replace('~', "~0").replace('/', "~1");
    match value {
        Value::Object(members) => members
            .iter()
            .for_each(|(key, inner)| places(inner, &format!("{here}/{}", escaped(key)), found)),
        Value::Array(items) => (0..)
            .zip(items)
            .for_each(|(at, inner)| places(inner, &format!("{here}/{at}"), found)),
        _ => {}
    }
}

fn altered(value: &Value) -> Value {
    match value {
        Value::Null => json!("something"),
        Value::Bool(flag) => json!(!flag),
        Value::Number(number) => json!(number.as_f64().unwrap() + 1.0),
        Value::String(text) => json!(format!("{text}x")),
        Value::Array(items) => json!(items[..items.len().saturating_sub(1)]),
        Value::Object(_) => Value::Null,
    }
}

proptest! {
    #[test]
    fn a_sealed_content_opens_as_what_it_was(content in contents()) {
        let sealed = Sealed::new(content.clone()).unwrap();
        let opened = Sealed::open(sealed.bytes(), &sealed.hash()).unwrap();
        prop_assert_eq!(opened.content(), &content);
        prop_assert_eq!(opened, sealed);
    }

    #[test]
    fn a_change_anywhere_in_the_content_breaks_the_seal(content in contents()) {
        let sealed = Sealed::new(content).unwrap();
        let value = canonical::parse(sealed.bytes()).unwrap();
        let mut everywhere = Vec::new();
        places(&value, "", &mut everywhere);
        for place in everywhere {
            let mut forged = value.clone();
            let inner = forged.pointer_mut(&place).unwrap();
            *inner = altered(inner);
            // An empty list is what it would be altered to.
            if forged == value {
                continue;
            }
            let bytes = canonical::text(&forged).unwrap();
            let opened = Sealed::open(bytes.as_bytes(), &sealed.hash());
            prop_assert!(matches!(opened, Err(BrokenSeal::WrongHash)), "{}", place);
        }
    }

    #[test]
    fn a_flipped_bit_breaks_the_seal(content in contents(), bit in any::<prop::sample::Index>()) {
        let sealed = Sealed::new(content).unwrap();
        let mut bytes = sealed.bytes().to_vec();
        let bit = bit.index(bytes.len() * 8);
        bytes[bit / 8] ^= 1 << (bit % 8);
        prop_assert!(Sealed::open(&bytes, &sealed.hash()).is_err());
    }

    #[test]
    fn a_ticket_reads_back_as_itself_and_in_no_other_spelling(content in contents()) {
        let ticket = Sealed::new(content).unwrap().ticket();
        let text = ticket.to_string();
        prop_assert_eq!(text.parse::<Ticket>().unwrap(), ticket);
        let (proposal, rest) = text.split_once('.').unwrap();
        let (version, hash) = rest.split_once('.').unwrap();
        for other in [
            format!("{proposal}.0{version}.{hash}"),
            format!("{proposal}.+{version}.{hash}"),
            format!("{proposal}.{version}.{hash} "),
            format!("{proposal}.{version}.{hash}.{hash}"),
            format!("{proposal}.{version}.{}", &hash[1..]),
            format!("{}.{version}.{hash}", proposal.replace('-', "")),
            format!("{{{proposal}}}.{version}.{hash}"),
            format!("{proposal}.{version}"),
            format!("{proposal}.-{version}.{hash}"),
            format!("{proposal}.{version}.{hash}").to_uppercase(),
        ] {
            // A spelling in capitals can be the very same, where there are only digits.
            prop_assert!(other == text || other.parse::<Ticket>().is_err(), "{}", other);
        }
    }
}

fn sample() -> Content {
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    contents().new_tree(&mut runner).unwrap().current()
}

#[test]
fn bytes_with_a_hash_of_their_own_still_belong_to_one_proposal() {
    let content = sample();
    let sealed = Sealed::new(content.clone()).unwrap();
    let (bytes, hash) = (sealed.bytes(), sealed.hash());
    let of_row = |org, key| Sealed::of_row(org, key, bytes, hash.as_bytes());
    assert!(of_row(content.org, sealed.key()).is_ok());
    let next = Key {
        version: content.version + 1,
        ..sealed.key()
    };
    for misplaced in [
        of_row(OrgId::fresh(), sealed.key()),
        of_row(content.org, next),
    ] {
        assert!(matches!(misplaced, Err(BrokenSeal::Misplaced)));
    }
}

#[test]
fn a_content_with_more_or_other_fields_than_are_shown_does_not_open() {
    let mut value = serde_json::to_value(sample()).unwrap();
    value["hidden"] = json!(true);
    let bytes = canonical::text(&value).unwrap();
    let opened = Sealed::open(bytes.as_bytes(), &Hash::of(bytes.as_bytes()));
    assert!(matches!(opened, Err(BrokenSeal::Unreadable(_))));

    value["schema"] = json!(SCHEMA + 1);
    let bytes = canonical::text(&value).unwrap();
    let opened = Sealed::open(bytes.as_bytes(), &Hash::of(bytes.as_bytes()));
    assert!(matches!(opened, Err(BrokenSeal::OtherSchema(2))));
}

#[test]
fn a_connection_holds_while_it_leads_to_the_same_account_with_no_less_rights() {
    let scopes = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
    let proposed = Connection {
        id: ConnectionId::fresh(),
        account: "portal 7".into(),
        scopes: scopes(&["read", "write"]),
    };
    let live = |change: &dyn Fn(&mut Connection)| {
        let mut live = proposed.clone();
        change(&mut live);
        proposed.still_holds(&live)
    };
    assert!(live(&|_| ()));
    assert!(live(
        &|live| live.scopes = scopes(&["read", "write", "more"])
    ));
    assert!(!live(&|live| live.scopes = scopes(&["read"])));
    assert!(!live(&|live| live.account = "portal 8".into()));
    assert!(!live(&|live| live.id = ConnectionId::fresh()));
}
