//! What somebody could do to an exported ledger, and that each of it is found and named.

use super::*;
use crate::approvals::seal::Hash;
use proptest::prelude::*;
use serde_json::json;

fn org() -> OrgId {
    OrgId(uuid::Uuid::from_u128(7))
}

fn canonical_line(line: &impl serde::Serialize) -> String {
    canonical::text(&serde_json::to_value(line).unwrap()).unwrap()
}

fn title(head: Head, org: OrgId) -> String {
    let (entries, hash) = (head.entries, head.hash.to_string());
    canonical_line(&Title { entries, hash, org })
}

fn entry(seq: u64, previous: Hash, org: OrgId) -> Line {
    let mut line = Line {
        at: format!("2026-11-21T09:00:{:02}.000000Z", seq % 60),
        entry: json!({"act": "proposed", "by": "penny", "note": format!("entry {seq}")}),
        hash: String::new(),
        org,
        previous: previous.to_string(),
        seq,
    };
    line.hash = line.own_hash().unwrap().to_string();
    line
}

/// An export, title first.
fn ledger_of(entries: u64, org: OrgId) -> Vec<String> {
    let mut head = Head::start();
    let mut lines = Vec::new();
    for seq in 1..=entries {
        let line = entry(seq, head.hash, org);
        lines.push(canonical_line(&line));
        head = Head {
            entries: seq,
            hash: line.own_hash().unwrap(),
        };
    }
    lines.insert(0, title(head, org));
    lines
}

fn ledger() -> Vec<String> {
    ledger_of(5, org())
}

fn verdict(lines: &[String]) -> String {
    match verify(lines.iter().cloned().map(Ok), None) {
        Ok(verified) => format!("whole: {}", verified.head.entries),
        Err(broken) => broken.to_string(),
    }
}

/// Rewrites an entry and gives it a hash that fits, as somebody would who knows how.
fn rewrite(line: &str) -> String {
    let mut line: Line = serde_json::from_str(line).unwrap();
    line.entry["note"] = json!("something else");
    line.hash = line.own_hash().unwrap().to_string();
    canonical_line(&line)
}

#[test]
fn a_ledger_as_it_was_written_is_whole() {
    assert_eq!(verdict(&ledger()), "whole: 5");
    assert_eq!(verdict(&ledger_of(0, org())), "whole: 0");
}

#[test]
fn an_edited_entry_is_named() {
    let mut lines = ledger();
    lines[3] = lines[3].replace("entry 3", "entry three");
    assert_eq!(verdict(&lines), "entry 3 was changed");
}

#[test]
fn an_edited_entry_is_named_even_with_a_hash_that_fits() {
    for seq in 1..=5 {
        let mut lines = ledger();
        lines[seq] = rewrite(&lines[seq]);
        assert_eq!(verdict(&lines), format!("entry {seq} was changed"));
    }
}

#[test]
fn another_spelling_of_an_entry_is_a_change() {
    let mut lines = ledger();
    lines[2] = lines[2].replace("\"seq\":2", "\"seq\":2.0");
    assert_eq!(verdict(&lines), "entry 2 was changed");
    lines = ledger();
    lines[2] = lines[2].replace("\"act\"", "\"act\":\"rejected\",\"act\"");
    assert_eq!(verdict(&lines), "entry 2 was changed");
}

#[test]
fn a_removed_entry_is_named() {
    let mut lines = ledger();
    lines.remove(3);
    assert_eq!(verdict(&lines), "entry 3 was removed");
}

#[test]
fn entries_that_changed_places_are_named() {
    let mut lines = ledger();
    lines.swap(2, 4);
    assert_eq!(verdict(&lines), "entry 2 is not in its place");
    let mut lines = ledger();
    lines.insert(4, lines[2].clone());
    assert_eq!(verdict(&lines), "entry 2 is not in its place");
}

#[test]
fn a_cut_off_end_is_missed() {
    let mut lines = ledger();
    lines.truncate(4);
    let cut = "the end was cut off: entry 4 and what follows it are missing";
    assert_eq!(verdict(&lines), cut);
    let in_its_middle = ledger()[4][..20].to_owned();
    lines.push(in_its_middle);
    assert_eq!(verdict(&lines), cut);
}

#[test]
fn an_entry_behind_the_end_is_named() {
    let mut lines = ledger();
    let head = verify(lines.iter().cloned().map(Ok), None).unwrap().head;
    lines.push(canonical_line(&entry(6, head.hash, org())));
    assert_eq!(verdict(&lines), "entry 6 was added behind the end");
}

#[test]
fn an_entry_of_another_organisation_is_named() {
    let other = OrgId(uuid::Uuid::from_u128(8));
    let mut lines = ledger();
    lines[3] = ledger_of(5, other)[3].clone();
    let foreign = format!("entry 3 belongs to another organisation, {other}");
    assert_eq!(verdict(&lines), foreign);
    let mut lines = ledger();
    lines[0] = ledger_of(5, other)[0].clone();
    assert!(verdict(&lines).starts_with("entry 1 belongs to another"));
}

#[test]
fn a_file_without_its_title_is_no_ledger() {
    for lines in [&ledger()[1..], &[]] {
        let broken = "the file does not begin with the head of a ledger";
        assert_eq!(verdict(lines), broken);
    }
}

#[test]
fn a_head_that_was_kept_tells_a_ledger_that_was_cut_and_titled_anew() {
    let whole = verify(ledger().into_iter().map(Ok), None).unwrap().head;
    let shorter = || ledger_of(4, org()).into_iter().map(Ok);
    assert!(verify(shorter(), None).is_ok());
    let found = verify(shorter(), Some(whole));
    assert!(matches!(found, Err(Broken::OtherHead { kept, .. }) if kept == whole));
    assert!(verify(ledger().into_iter().map(Ok), Some(whole)).is_ok());
    assert_eq!(whole.to_string().parse(), Ok(whole));
}

proptest! {
    #[test]
    fn a_changed_character_anywhere_is_found(
        at in any::<prop::sample::Index>(),
        line in 0..6usize,
        character in "[ -~]",
    ) {
        let mut lines = ledger();
        let at = at.index(lines[line].len());
        prop_assume!(lines[line][at..=at] != character);
        lines[line].replace_range(at..=at, &character);
        prop_assert!(!verdict(&lines).starts_with("whole"));
    }

    #[test]
    fn any_other_order_or_choice_of_the_lines_is_found(
        lines in prop::sample::subsequence(ledger(), 0..=6).prop_shuffle(),
    ) {
        let is_whole = verdict(&lines).starts_with("whole");
        prop_assert_eq!(is_whole, lines == ledger());
    }
}
