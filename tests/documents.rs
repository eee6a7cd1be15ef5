//! What the documents promise about the code, and its texts about each other, where it can be
//! checked.

#![allow(
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot read the sources has to fail"
)]

use penny::connectors::{Reach, registry};
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

#[test]
fn the_example_environment_names_exactly_the_variables_that_are_read() {
    let explained: BTreeSet<String> = read(".env.example")
        .lines()
        .filter_map(|line| line.trim_start_matches('#').split_once('='))
        .map(|(name, _)| name.to_owned())
        .filter(|name| is_variable(name))
        .collect();
    // Set by tests for themselves, and by every system.
    let others = ["PENNY_TEST_CLUSTER", "HOME", "XDG_CACHE_HOME"];
    let read: BTreeSet<String> = sources()
        .iter()
        .flat_map(|text| variables(text))
        .filter(|name| !others.contains(&name.as_str()))
        .collect();
    assert_eq!(explained, read, "left: .env.example, right: src/");
}

#[test]
fn every_relative_link_in_the_documents_leads_somewhere() {
    for document in [
        "README.md",
        "CONTRIBUTING.md",
        "docs/ARCHITECTURE.md",
        "docs/DECISIONS.md",
        "docs/FAULTS.md",
        "docs/SECURITY.md",
    ] {
        let text = read(document);
        for link in text
            .split("](")
            .skip(1)
            .filter_map(|rest| rest.split(')').next())
        {
            let target = link.split('#').next().unwrap_or_default();
            if target.is_empty() || target.contains("://") {
                continue;
            }
            let folder = Path::new(document).parent().unwrap_or(Path::new(""));
            assert!(
                home().join(folder).join(target).exists(),
                "{document}: {link}"
            );
        }
    }
}

#[test]
fn every_test_that_a_promise_names_exists() {
    let sources = [rust_files("src"), rust_files("tests")].concat();
    let sources: Vec<String> = sources.iter().map(|path| text_of(path)).collect();
    for document in ["docs/FAULTS.md", "docs/SECURITY.md"] {
        let text = read(document);
        let named: Vec<&str> = text
            .split('`')
            .skip(1)
            .step_by(2)
            .filter(|name| is_test_name(name))
            .collect();
        assert!(named.len() > 30, "{document} names few tests");
        for name in named {
            assert!(
                sources
                    .iter()
                    .any(|text| text.contains(&format!("fn {name}("))),
                "{document} names {name}, which does not exist"
            );
        }
    }
}

/// A sentence with underscores.
fn is_test_name(name: &str) -> bool {
    name.matches('_').count() >= 3
        && name
            .chars()
            .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
}

#[test]
fn every_dependency_has_its_reason_among_the_decisions() {
    let manifest = read("Cargo.toml");
    let tables = ["[dependencies]", "[dev-dependencies]"];
    let needed: BTreeSet<&str> = tables
        .iter()
        .filter_map(|table| manifest.split_once(table))
        .flat_map(|(_, rest)| rest.split("\n[").next().unwrap_or_default().lines())
        .filter_map(|line| line.split_once(" = "))
        .map(|(name, _)| name)
        .collect();
    let decisions = read("docs/DECISIONS.md");
    let explained: BTreeSet<&str> = decisions
        .split_once("| crate |")
        .map_or("", |(_, table)| table)
        .lines()
        .skip(2)
        .filter_map(|row| row.strip_prefix("| ")?.split(" |").next())
        .flat_map(|names| names.split(", "))
        .collect();
    assert_eq!(
        explained, needed,
        "left: docs/DECISIONS.md, right: Cargo.toml"
    );
}

#[test]
fn the_readme_names_exactly_the_subcommands_that_there_are() {
    let readme = read("README.md");
    let list = readme.split_once("`/penny help`").map(|(_, list)| list);
    let list = list.and_then(|list| list.split(';').next());
    let named = list.expect("a list of subcommands").split('`');
    let mut named: BTreeSet<&str> = named.skip(1).step_by(2).collect();
    named.insert("help");
    let sources = rust_files("src/surfaces/command");
    let sources: Vec<String> = sources.iter().map(|path| text_of(path)).collect();
    let name = |text: &'_ String| {
        let (_, body) = text.split_once("fn name(&self) -> &'static str {")?;
        body.split('"').nth(1).map(str::to_owned)
    };
    let there: BTreeSet<String> = sources.iter().filter_map(name).collect();
    let there: BTreeSet<&str> = there.iter().map(String::as_str).collect();
    assert_eq!(
        named, there,
        "left: README.md, right: src/surfaces/command/"
    );
}

/// Names in quotes right behind what reads the environment, or alone on their line in a call
/// or a list that was broken over several lines.
/// Which systems there are follows from the registry, and so do the names of their variables.
#[test]
fn the_example_environment_names_the_variables_of_systems_that_there_are() {
    let example = read(".env.example");
    let lines = example.lines().filter_map(|line| line.strip_prefix('#'));
    let named: Vec<(&str, &str)> = lines.filter_map(|line| line.split_once('=')).collect();
    for connector in registry::all() {
        let manifest = connector.manifest();
        let system = manifest.slug.to_uppercase();
        let value = |suffix: &str| {
            let name = format!("{system}{suffix}");
            let line = named.iter().find(|(it, _)| *it == name);
            line.map(|(_, value)| *value)
        };
        if let Some(address) = value("_BASE_URL") {
            assert_eq!(address, manifest.base_url, "{system}");
        }
        let app = ["_CLIENT_ID", "_CLIENT_SECRET"].map(|it| value(it).is_some());
        if app.contains(&true) && manifest.reach != Reach::Penny {
            assert_eq!(
                (app, manifest.oauth.is_some()),
                ([true; 2], true),
                "{system}"
            );
        }
    }
}

#[test]
fn every_field_of_the_log_is_explained_and_has_one_name() {
    let contributing = read("CONTRIBUTING.md");
    let (_, section) = contributing
        .split_once("## Fields of the log")
        .expect("a section about them");
    let (section, _) = section.split_once("\n## ").expect("another section");
    let explained: BTreeSet<String> = section
        .split('`')
        .skip(1)
        .step_by(2)
        .map(str::to_owned)
        .collect();
    let logged: BTreeSet<String> = sources().iter().flat_map(|text| fields(text)).collect();
    assert_eq!(explained, logged, "left: CONTRIBUTING.md, right: src/");
}

/// What the lines and spans that this text logs say beside their message.
fn fields(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    for (at, _) in text.match_indices("tracing::") {
        let rest = &text[at + "tracing::".len()..];
        let Some((called, _)) = rest.split_once("!(").filter(|(called, _)| is_level(called)) else {
            continue;
        };
        for argument in arguments(&rest[called.len() + 2..]) {
            let (name, _) = argument
                .split_once(" = ")
                .unwrap_or((argument.as_str(), ""));
            let name = name.trim_start_matches(['%', '?']);
            // The message, and what a macro fills in.
            if !name.starts_with(['"', '$']) {
                found.push(name.to_owned());
            }
        }
    }
    found
}

fn is_level(called: &str) -> bool {
    let level = called.trim_end_matches("_span");
    ["trace", "debug", "info", "warn", "error"].contains(&level)
}

/// What stands between commas, up to the bracket that ends the call.
fn arguments(text: &str) -> Vec<String> {
    let (mut found, mut argument) = (Vec::new(), String::new());
    let (mut depth, mut is_quoted, mut is_escaped) = (0, false, false);
    for letter in text.chars() {
        match letter {
            '"' if !is_escaped => is_quoted = !is_quoted,
            '(' | '[' | '{' if !is_quoted => depth += 1,
            ')' | ']' | '}' if !is_quoted && depth == 0 => break,
            ')' | ']' | '}' if !is_quoted => depth -= 1,
            ',' if !is_quoted && depth == 0 => {
                found.push(std::mem::take(&mut argument));
                continue;
            }
            _ => {}
        }
        is_escaped = letter == '\\' && !is_escaped;
        argument.push(letter);
    }
    found.push(argument);
    let found = found.iter().map(|it| it.trim().to_owned());
    found.filter(|it| !it.is_empty()).collect()
}

/// Slack knows hundreds by name, the playground's page some of them.
#[test]
fn every_emoji_that_penny_writes_is_drawn_by_the_playground() {
    let page = read("src/playground/page/emoji.js");
    let words = page.split_whitespace();
    let drawn: BTreeSet<&str> = words.map(|word| word.trim_start_matches('`')).collect();
    let used: BTreeSet<String> = sources().iter().flat_map(|text| emoji(text)).collect();
    assert!(used.contains("white_check_mark"), "{used:?}");
    for name in used {
        assert!(
            drawn.contains(name.as_str()),
            "the playground’s page cannot draw :{name}:"
        );
    }
}

/// What stands like `:tada:` at the beginning of a text or a word.
fn emoji(text: &str) -> Vec<String> {
    let starts = text.match_indices(":").filter(|(at, _)| {
        let before = text[..*at].chars().next_back();
        before.is_some_and(|before| before == '"' || before == ' ')
    });
    let names = starts.filter_map(|(at, _)| {
        let (name, after) = text[at + 1..].split_once(':')?;
        let is_name = !name.is_empty()
            && name
                .bytes()
                .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_');
        let ends = after.starts_with([' ', '*', '"']);
        // An option of pip.
        (is_name && ends && name != "all").then(|| name.to_owned())
    });
    names.collect()
}

fn variables(text: &str) -> Vec<String> {
    let product = text
        .split("#[cfg(test)]\nmod tests {")
        .next()
        .unwrap_or_default();
    let mut names = Vec::new();
    for (at, _) in product.match_indices('"') {
        let name: String = product[at + 1..]
            .chars()
            .take_while(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || *c == '_')
            .collect();
        if product[at + 1 + name.len()..].starts_with('"') && is_variable(&name) {
            names.push(name);
        }
    }
    names
}

fn is_variable(name: &str) -> bool {
    let families = [
        "PENNY_",
        "SLACK_",
        "ANTHROPIC_",
        "OPENAI_",
        "OTEL_",
        "EXA_",
        "PERPLEXITY_",
    ];
    let alone = ["DATABASE_URL", "PORT", "RUST_LOG", "NO_COLOR"];
    families.iter().any(|family| name.starts_with(family)) || alone.contains(&name)
}

fn sources() -> Vec<String> {
    let files = rust_files("src").into_iter();
    files
        .filter(|path| !path.ends_with("tests.rs"))
        .map(|path| text_of(&path))
        .collect()
}

fn rust_files(root: &str) -> Vec<PathBuf> {
    let mut files = Vec::new();
    let mut folders = vec![home().join(root)];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).expect("a folder can be read") {
            let path = entry.expect("a folder can be read").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                files.push(path);
            }
        }
    }
    files
}

fn text_of(path: &Path) -> String {
    fs::read_to_string(path).expect("a source file can be read")
}

fn read(path: &str) -> String {
    fs::read_to_string(home().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

fn home() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}
