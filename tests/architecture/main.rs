//! The rules of `docs/ARCHITECTURE.md` that a compiler does not check. A rule that is broken is
//! reported with its file and line, all of them at once.

#![allow(
    clippy::expect_used,
    reason = "a test that cannot read the sources has to fail"
)]

mod cycles;
mod sources;

use sources::{Report, all_files, product_files, rust_files};
use std::path::Path;

/// A folder imports from folders on lower layers only, and never from one beside it.
const LAYERS: &[&[&str]] = &[
    &["base"],
    &["net", "store"],
    &["queue", "slack", "models", "approvals", "demo"],
    &["connectors", "automation", "reports"],
    &["agent"],
    &["jobs"],
    &["surfaces"],
    &["web", "playground"],
    &["cli"],
];

/// Crates that only some folders know, so that replacing one stays possible.
const CONFINED_CRATES: &[(&str, &[&str])] = &[
    ("sqlx", &["store"]),
    ("slack_morphism", &["slack", "playground"]),
    ("reqwest", &["net", "models"]),
];

/// Lints that keep a worker from dying; outside tests nobody switches them off.
const BINDING_LINTS: &[&str] = &[
    "unsafe_code",
    "clippy::unwrap_used",
    "clippy::expect_used",
    "clippy::panic",
    "clippy::todo",
    "clippy::unimplemented",
];

/// Where everything that people read in Slack is written, so that Penny speaks with one voice.
const WORDING: &[&str] = &["text.rs", "words.rs", "manifest.rs", "prompts.rs"];

const LONGEST_FILE: usize = 400;

#[test]
fn a_folder_imports_only_from_lower_layers() {
    let mut broken = Report::new("imports go down the layers, see docs/ARCHITECTURE.md");
    for file in product_files() {
        let Some(layer) = layer_of(file.folder()) else {
            continue;
        };
        for (line, path) in file.imports() {
            let Some(imported) = path.first() else {
                continue;
            };
            let Some(other) = layer_of(imported) else {
                continue;
            };
            if imported != file.folder() && other >= layer {
                let how = if other == layer { "beside" } else { "above" };
                broken.add(
                    &file,
                    line,
                    format!(
                        "`{}` imports `{imported}`, which is {how} it",
                        file.folder()
                    ),
                );
            }
        }
    }
    broken.expect_none();
}

#[test]
fn every_folder_has_its_place_in_the_layers() {
    let mut broken = Report::new("every folder of src/ stands in the table of layers");
    for file in rust_files("src") {
        let at_the_top = matches!(file.folder(), "main.rs" | "lib.rs");
        if !at_the_top && layer_of(file.folder()).is_none() {
            broken.add(&file, 1, format!("`{}` is on no layer", file.folder()));
        }
    }
    broken.expect_none();
}

#[test]
fn a_confined_crate_stays_where_it_belongs() {
    let mut broken = Report::new("a confined crate is used in its folders only");
    for file in product_files() {
        for (name, homes) in CONFINED_CRATES {
            if homes.contains(&file.folder()) {
                continue;
            }
            for (line, text) in file.code_lines() {
                if has_word(text, name) {
                    broken.add(&file, line, format!("`{name}` belongs to {homes:?}"));
                }
            }
        }
    }
    broken.expect_none();
}

#[test]
fn every_file_says_why_it_exists() {
    let mut broken = Report::new("a file opens with a `//!` line");
    for file in all_files() {
        if !file.text.starts_with("//! ") {
            broken.add(&file, 1, "no `//!` line".to_owned());
        }
    }
    broken.expect_none();
}

#[test]
fn no_file_is_too_long_to_read_at_once() {
    let mut broken = Report::new("a file has fewer than 400 lines, its tests aside");
    for file in product_files() {
        let lines = file.text.lines().count();
        if lines >= LONGEST_FILE {
            broken.add(&file, lines, format!("{lines} lines"));
        }
    }
    broken.expect_none();
}

#[test]
fn the_lints_that_keep_a_worker_alive_are_never_switched_off() {
    let mut broken = Report::new("unwrap, expect, panic and unsafe are for tests");
    for file in product_files() {
        for (line, text) in file.code_lines() {
            let exempts = text.contains("allow(") || text.contains("expect(");
            for lint in BINDING_LINTS {
                if exempts && text.contains(lint) {
                    broken.add(&file, line, format!("exempts itself from {lint}"));
                }
            }
        }
    }
    broken.expect_none();
}

#[test]
fn nothing_is_left_for_later() {
    let mut broken = Report::new("what is not done is not written down in the code");
    // Written in two halves, so that this file does not find itself.
    let marks = [
        concat!("TO", "DO"),
        concat!("FIX", "ME"),
        concat!("XX", "X:"),
    ];
    for file in all_files() {
        for (line, text) in file.lines() {
            let comment = text.split_once("//").map_or("", |(_, comment)| comment);
            for mark in marks {
                if has_word(comment, mark) {
                    broken.add(&file, line, format!("{mark} left behind"));
                }
            }
        }
    }
    broken.expect_none();
}

/// A room of its own for long ones: `slack/text/schedules.rs` belongs to `slack/text.rs`, and
/// `words/troubles.rs` to the `words.rs` beside it.
fn words_stand_in(path: &Path) -> bool {
    let rooms = ["slack/text", "words"];
    WORDING.iter().any(|name| path.ends_with(name))
        || path
            .parent()
            .is_some_and(|parent| rooms.iter().any(|room| parent.ends_with(room)))
}

#[test]
fn what_people_read_in_slack_is_written_where_tone_is_kept() {
    let mut broken = Report::new(
        "sentences for people stand in src/slack/text.rs or a words.rs, where tone is kept",
    );
    for file in product_files() {
        let speaks = matches!(file.folder(), "surfaces" | "jobs" | "slack");
        if !speaks || words_stand_in(&file.path) {
            continue;
        }
        for (line, text) in file.code_lines() {
            if text.contains("#[error(") {
                continue;
            }
            for literal in literals(text) {
                if is_sentence(literal) {
                    broken.add(&file, line, format!("{literal:?}"));
                }
            }
        }
    }
    broken.expect_none();
}

#[test]
fn every_metric_that_has_a_name_is_counted_somewhere() {
    let mut broken = Report::new("a metric's name is used by the code that counts it");
    let files = product_files();
    let names = files
        .iter()
        .find(|file| file.path.ends_with("base/metrics.rs"))
        .expect("src/base/metrics.rs exists");
    for (line, text) in names.code_lines() {
        let Some((constant, _)) = text
            .strip_prefix("pub const ")
            .and_then(|rest| rest.split_once(':'))
        else {
            continue;
        };
        let counted = files
            .iter()
            .filter(|file| file.path != names.path)
            .any(|file| has_word(&file.text, constant));
        if !counted {
            broken.add(names, line, format!("{constant} is never counted"));
        }
    }
    broken.expect_none();
}

fn has_word(text: &str, word: &str) -> bool {
    let is_part = |c: char| c.is_alphanumeric() || c == '_';
    text.match_indices(word).any(|(at, _)| {
        !text[..at].ends_with(is_part) && !text[at + word.len()..].starts_with(is_part)
    })
}

fn literals(line: &str) -> Vec<&str> {
    line.split('"').skip(1).step_by(2).collect()
}

/// Three words or more, begun with a capital and ended with a full stop: made for a person.
fn is_sentence(literal: &str) -> bool {
    literal.split_whitespace().count() >= 3
        && literal.starts_with(char::is_uppercase)
        && literal.ends_with(['.', '!', '?', '…'])
}

fn layer_of(folder: &str) -> Option<usize> {
    LAYERS.iter().position(|layer| layer.contains(&folder))
}
