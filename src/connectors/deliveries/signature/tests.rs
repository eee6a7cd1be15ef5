//! Every scheme right, and every way in which one is not.

use super::super::verify::VerifiedDelivery;
use super::super::verify::{Means, verify};
use super::super::{Listen, Proof, SharedSecret};
use super::*;
use crate::connectors::{github, hubspot, linear, webhook};
use bytes::Bytes;
use futures::FutureExt;
use http::HeaderMap;
use proptest::prelude::*;

const NOW: i64 = 1_790_000_000;
const ADDRESS: &str = "https://penny.example/webhooks/hubspot";
const BODY: &str = r#"{"webhookTimestamp": 1790000000000, "action": "update"}"#;

fn all() -> [Signature; 4] {
    [
        hubspot::SIGNATURE,
        github::SIGNATURE,
        linear::SIGNATURE,
        webhook::SIGNATURE,
    ]
}

fn secret() -> Secret {
    Secret::new("a secret of both sides")
}

/// What the header of the moment says, if there is one.
fn moment(signature: &Signature) -> String {
    match signature.fresh.map(|fresh| fresh.unit) {
        Some(Unit::Milliseconds) => (NOW * 1_000).to_string(),
        _ => NOW.to_string(),
    }
}

fn signed_by(secret: &Secret, signature: &Signature, moment: &str, body: &str) -> HeaderMap {
    let piece = |piece: &Piece| match piece {
        Piece::Method => "POST".to_owned(),
        Piece::Address => ADDRESS.to_owned(),
        Piece::Moment => moment.to_owned(),
        Piece::Text(text) => (*text).to_owned(),
        Piece::Body => body.to_owned(),
    };
    let pieces: Vec<String> = signature.over.iter().map(piece).collect();
    let pieces: Vec<&[u8]> = pieces.iter().map(String::as_bytes).collect();
    let mut headers = HeaderMap::new();
    let shown = signature.sign(secret, &pieces).unwrap();
    headers.insert(signature.header, shown.parse().unwrap());
    if let Some(At::Header(name)) = signature.fresh.map(|fresh| fresh.at) {
        headers.insert(name, moment.parse().unwrap());
    }
    headers
}

fn signed(signature: &Signature) -> HeaderMap {
    signed_by(&secret(), signature, &moment(signature), BODY)
}

fn checked(
    signature: &Signature,
    headers: &HeaderMap,
    body: &str,
    seconds_later: i64,
) -> Result<VerifiedDelivery, Refusal> {
    let listen = Listen {
        proof: Proof::Shared(*signature, SharedSecret::Webhook),
        id_header: Some("x-id"),
        topic_header: None,
        events: &[],
    };
    let received = Received {
        method: "POST",
        address: Some(ADDRESS.to_owned()),
        headers,
        body: Bytes::copy_from_slice(body.as_bytes()),
        now: DateTime::from_timestamp(NOW + seconds_later, 0).unwrap(),
    };
    let secrets = [Secret::new("the one before"), secret()];
    verify(&listen, Means::Secrets(&secrets), received)
        .now_or_never()
        .unwrap()
}

#[test]
fn what_was_signed_is_let_in_and_nothing_else_is() {
    for signature in all() {
        let headers = signed(&signature);
        assert!(checked(&signature, &headers, BODY, 0).is_ok());
        let changed = BODY.replace("update", "remove");
        assert_eq!(
            checked(&signature, &headers, &changed, 0).unwrap_err(),
            Refusal::WrongSignature
        );
        let others = signed_by(&"another".into(), &signature, &moment(&signature), BODY);
        assert_eq!(
            checked(&signature, &others, BODY, 0).unwrap_err(),
            Refusal::WrongSignature
        );
    }
}

#[test]
fn what_is_too_old_or_from_the_future_is_refused() {
    for signature in all() {
        let Some(fresh) = signature.fresh else {
            continue;
        };
        let headers = signed(&signature);
        for (later, is_taken) in [(0, true), (1, true), (-1, true)] {
            let seconds = later * fresh.seconds;
            assert_eq!(
                checked(&signature, &headers, BODY, seconds).is_ok(),
                is_taken
            );
            let stale = checked(&signature, &headers, BODY, seconds + later.signum());
            assert_eq!(stale.is_err(), later != 0, "{}", signature.header);
        }
    }
}

#[test]
fn a_moment_of_ones_own_choice_does_not_go_with_the_signature() {
    for signature in [hubspot::SIGNATURE, webhook::SIGNATURE] {
        let mut headers = signed(&signature);
        let Some(At::Header(name)) = signature.fresh.map(|fresh| fresh.at) else {
            panic!("it has a header");
        };
        let later = moment(&signature).replace("1790000000", "1790000400");
        headers.insert(name, later.parse().unwrap());
        let refused = checked(&signature, &headers, BODY, 400).unwrap_err();
        assert_eq!(refused, Refusal::WrongSignature);
        for odd in ["+1", "1.0", "1e9", "0x1", "", "nan", "99999999999999999999"] {
            headers.insert(name, odd.parse().unwrap());
            let refused = checked(&signature, &headers, BODY, 0).unwrap_err();
            assert_eq!(refused, Refusal::MalformedMoment, "{odd}");
        }
        headers.remove(name);
        let refused = checked(&signature, &headers, BODY, 0).unwrap_err();
        assert_eq!(refused, Refusal::MissingMoment);
    }
}

#[test]
fn a_header_that_comes_twice_or_not_at_all_is_refused() {
    for signature in all() {
        let headers = signed(&signature);
        for name in headers.keys() {
            let mut doubled = headers.clone();
            doubled.append(name, headers[name].clone());
            let refused = checked(&signature, &doubled, BODY, 0).unwrap_err();
            assert!(
                matches!(refused, Refusal::DoubledSignature | Refusal::DoubledMoment),
                "{refused}"
            );
        }
        let refused = checked(&signature, &HeaderMap::new(), BODY, 0).unwrap_err();
        assert_eq!(refused, Refusal::MissingSignature);
        let mut compressed = headers;
        compressed.insert("content-encoding", "gzip".parse().unwrap());
        let refused = checked(&signature, &compressed, BODY, 0).unwrap_err();
        assert_eq!(refused, Refusal::Compressed);
    }
}

#[test]
fn without_a_secret_nothing_is_genuine() {
    let signature = github::SIGNATURE;
    let headers = signed_by(&secret(), &signature, "", BODY);
    let received = Received {
        method: "POST",
        address: None,
        headers: &headers,
        body: Bytes::from_static(BODY.as_bytes()),
        now: DateTime::from_timestamp(NOW, 0).unwrap(),
    };
    for secrets in [vec![], vec![Secret::new("")]] {
        let refused = signature.check(&secrets, &received).unwrap_err();
        assert_eq!(refused, Refusal::WrongSignature);
    }
}

#[test]
fn the_senders_id_is_kept_where_it_is_one_and_else_the_fingerprint_of_what_was_signed() {
    let signature = github::SIGNATURE;
    let mut headers = signed(&signature);
    let by_itself = checked(&signature, &headers, BODY, 0).unwrap();
    assert_eq!(by_itself.sender_id(), hex::encode(by_itself.fingerprint()));
    headers.insert("x-id", "72d3162e-cc78".parse().unwrap());
    let named = checked(&signature, &headers, BODY, 0).unwrap();
    assert_eq!(named.sender_id(), "72d3162e-cc78");
    headers.insert("x-id", "two words".parse().unwrap());
    let odd = checked(&signature, &headers, BODY, 0).unwrap();
    assert_eq!(odd.sender_id(), by_itself.sender_id());
}

/// GitHub's own example.
#[test]
fn githubs_published_example_is_accepted() {
    let mut headers = HeaderMap::new();
    let shown = "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17";
    headers.insert("x-hub-signature-256", shown.parse().unwrap());
    let received = Received {
        method: "POST",
        address: None,
        headers: &headers,
        body: Bytes::from_static(b"Hello, World!"),
        now: DateTime::from_timestamp(NOW, 0).unwrap(),
    };
    let secret = Secret::new("It's a Secret to Everybody");
    github::SIGNATURE.check(&[secret], &received).unwrap();
}

proptest! {
    #[test]
    fn no_header_that_nobody_signed_is_let_in(text in "[ -~]{0,100}", at in 0_usize..4) {
        let signature = all()[at];
        let mut headers = signed(&signature);
        headers.insert(signature.header, text.parse().unwrap());
        prop_assert!(checked(&signature, &headers, BODY, 0).is_err());
    }
}
