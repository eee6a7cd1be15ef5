//! What a new version shows that the last one did not. Results are kept with each version, and
//! compared row by row: a row is known again by what it is called, its figures are told old → new.

use super::columns::{self, ColumnType};
use super::numbers;
use crate::store::sandbox::Table;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::HashMap;

/// Rows of one result that are kept; of a longer one only how many there were.
const MOST_ROWS: usize = 300;
const MOST_BYTES: usize = 64 * 1024;
/// Changes that are told of one result, and of all together.
const MOST_LINES: usize = 6;
const MOST_RESULTS: usize = 8;
const LONGEST_NAME: usize = 60;

/// The results that something was made of.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Figures(Vec<Kept>);

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Kept {
    name: String,
    unit: String,
    columns: Vec<String>,
    rows: Vec<Vec<Value>>,
    count: usize,
}

impl Figures {
    pub fn add(&mut self, name: &str, unit: &str, table: &Table) {
        let bytes: usize = table.rows.iter().flatten().map(size).sum();
        let is_small = table.rows.len() <= MOST_ROWS && bytes <= MOST_BYTES && table.cut.is_none();
        self.0.push(Kept {
            name: name.to_owned(),
            unit: unit.to_owned(),
            columns: table.columns.clone(),
            rows: if is_small {
                table.rows.clone()
            } else {
                Vec::new()
            },
            count: table.rows.len(),
        });
    }

    pub fn of(name: &str, unit: &str, table: &Table) -> Self {
        let mut figures = Self::default();
        figures.add(name, unit, table);
        figures
    }

    /// What has changed since, a line for each result in which something has; no line: nothing.
    /// Results that are not in both are left out.
    pub fn since(&self, before: &Self) -> Vec<String> {
        let pairs = self.0.iter().filter_map(|now| {
            let then = before.0.iter().find(|then| then.name == now.name)?;
            (then.columns == now.columns || then.rows.is_empty() || now.rows.is_empty())
                .then_some((then, now))
        });
        let lines = pairs.filter_map(|(then, now)| {
            let found = changes(then, now);
            let more = found.len().saturating_sub(MOST_LINES);
            let mut told: Vec<String> = found.into_iter().take(MOST_LINES).collect();
            if more > 0 {
                told.push(format!("and {more} more"));
            }
            (!told.is_empty()).then(|| format!("{}: {}", now.name, told.join("; ")))
        });
        lines.take(MOST_RESULTS).collect()
    }
}

fn size(value: &Value) -> usize {
    match value {
        Value::String(text) => text.len(),
        _ => 8,
    }
}

fn changes(then: &Kept, now: &Kept) -> Vec<String> {
    let is_kept = |one: &Kept| one.rows.len() == one.count;
    if !is_kept(then) || !is_kept(now) {
        return counted(then, now).into_iter().collect();
    }
    let types = types(then, now);
    let Some(names) = [Names::First, Names::All]
        .into_iter()
        .find(|names| names.are_unique(then, &types) && names.are_unique(now, &types))
    else {
        return counted(then, now).into_iter().collect();
    };
    let before: HashMap<String, &Vec<Value>> = then
        .rows
        .iter()
        .map(|row| (names.of(row, &types), row))
        .collect();
    let mut told = Vec::new();
    let mut fresh = Vec::new();
    for row in &now.rows {
        let name = names.of(row, &types);
        match before.get(&name) {
            Some(was) => told.extend(moved(&name, was, row, now, &types)),
            None => fresh.push(short(&name)),
        }
    }
    let still: Vec<String> = now.rows.iter().map(|row| names.of(row, &types)).collect();
    let gone = then.rows.iter().map(|row| names.of(row, &types));
    let gone: Vec<String> = gone
        .filter(|name| !still.contains(name))
        .map(|name| short(&name))
        .collect();
    for (word, names) in [("new", fresh), ("gone", gone)] {
        if !names.is_empty() {
            told.push(listed(word, &names));
        }
    }
    told
}

/// `new: Aster, Birch and 3 more`
fn listed(word: &str, names: &[String]) -> String {
    let shown: Vec<&str> = names.iter().take(MOST_LINES).map(String::as_str).collect();
    let more = match names.len().saturating_sub(shown.len()) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    format!("{word}: {}{more}", shown.join(", "))
}

fn counted(then: &Kept, now: &Kept) -> Option<String> {
    (then.count != now.count).then(|| format!("{} → {} rows", then.count, now.count))
}

/// The type of each column, over both results: one of a single row may tell too little.
fn types(then: &Kept, now: &Kept) -> Vec<ColumnType> {
    columns::types(&Table {
        columns: now.columns.clone(),
        rows: then.rows.iter().chain(&now.rows).cloned().collect(),
        cut: None,
        too_long: 0,
    })
}

/// By what a row is known again: its first column that is no figure, or all of those.
#[derive(Debug, Clone, Copy)]
enum Names {
    First,
    All,
}

impl Names {
    fn of(self, row: &[Value], types: &[ColumnType]) -> String {
        let named = row.iter().zip(types);
        let mut texts = named
            .filter(|(_, kind)| **kind != ColumnType::Number)
            .map(|(value, kind)| columns::shown(value, *kind));
        match self {
            Self::First => texts.next().unwrap_or_default(),
            Self::All => texts.collect::<Vec<_>>().join(" · "),
        }
    }

    fn are_unique(self, kept: &Kept, types: &[ColumnType]) -> bool {
        let mut names: Vec<String> = kept.rows.iter().map(|row| self.of(row, types)).collect();
        names.sort_unstable();
        names.windows(2).all(|pair| pair[0] != pair[1])
    }
}

/// The columns of a row that changed.
fn moved(
    name: &str,
    was: &[Value],
    is: &[Value],
    kept: &Kept,
    types: &[ColumnType],
) -> Option<String> {
    let both = was.iter().zip(is).zip(types.iter().zip(&kept.columns));
    let changed: Vec<(&str, String)> = both
        .filter_map(|((was, is), (kind, column))| {
            let (was, is) = (shown(was, *kind, &kept.unit), shown(is, *kind, &kept.unit));
            (was != is).then(|| (column.as_str(), format!("{was} → {is}")))
        })
        .collect();
    let figures = types.iter().filter(|kind| **kind == ColumnType::Number);
    let told = match changed.as_slice() {
        [] => return None,
        // With one figure a row there is no doubt which one it is.
        [(_, change)] if figures.count() == 1 => change.clone(),
        changes => {
            let named = changes
                .iter()
                .map(|(column, change)| format!("{} {change}", columns::heading(column)));
            named.collect::<Vec<_>>().join(", ")
        }
    };
    Some(format!("{} {told}", short(name)).trim().to_owned())
}

fn shown(value: &Value, kind: ColumnType, unit: &str) -> String {
    let text = match (kind, columns::number(value)) {
        (ColumnType::Number, Some(number)) => numbers::exact(number, unit),
        _ => columns::shown(value, kind),
    };
    if text.is_empty() {
        "nothing".to_owned()
    } else {
        short(&text)
    }
}

fn short(text: &str) -> String {
    if text.chars().count() <= LONGEST_NAME {
        return text.to_owned();
    }
    let kept: String = text.chars().take(LONGEST_NAME - 1).collect();
    format!("{}…", kept.trim_end())
}

#[cfg(test)]
mod tests {
    use super::super::testing::table;
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    fn figures(columns: &[&str], rows: Value, unit: &str) -> Figures {
        Figures::of("Stages", unit, &table(columns, rows))
    }

    #[test]
    fn figures_are_told_old_and_new_and_rows_that_came_and_went_by_name() {
        let columns = ["stage", "amount"];
        let then = json!([["Discovery", 100], ["Proposal", 200], ["Lost", 5]]);
        let now = json!([["Discovery", 100], ["Proposal", 250.5], ["Won", 7]]);
        let told = figures(&columns, now, "€").since(&figures(&columns, then, "€"));
        assert_eq!(
            told,
            ["Stages: Proposal €200 → €250.50; new: Won; gone: Lost"]
        );
    }

    #[test]
    fn a_single_row_of_figures_names_its_columns() {
        let columns = ["deals", "amount"];
        let told = figures(&columns, json!([[12, 300]]), "");
        let told = told.since(&figures(&columns, json!([[10, 250]]), ""));
        assert_eq!(told, ["Stages: Deals 10 → 12, Amount 250 → 300"]);
    }

    #[test]
    fn rows_of_one_name_are_told_apart_by_all_of_it_or_only_counted() {
        let columns = ["deal", "stage", "amount"];
        let then = json!([["A", "One", 1], ["A", "Two", 2]]);
        let now = json!([["A", "One", 1], ["A", "Two", 3]]);
        let told = figures(&columns, now, "").since(&figures(&columns, then.clone(), ""));
        assert_eq!(told, ["Stages: A · Two 2 → 3"]);
        let same = json!([["A", "One", 1], ["A", "One", 2], ["A", "One", 9]]);
        let told = figures(&columns, same, "").since(&figures(&columns, then, ""));
        assert_eq!(told, ["Stages: 2 → 3 rows"]);
    }

    #[test]
    fn what_is_not_in_both_is_left_out_and_many_changes_are_cut_short() {
        let one = figures(&["a", "n"], json!([["x", 1]]), "");
        let other = Figures::of("Other", "", &table(&["a", "n"], json!([["x", 2]])));
        assert!(one.since(&other).is_empty());
        assert!(
            one.since(&figures(&["b", "n"], json!([["x", 2]]), ""))
                .is_empty()
        );
        let rows = |add: i64| {
            json!(
                (0..20)
                    .map(|n| json!([format!("r{n}"), n + add]))
                    .collect::<Vec<_>>()
            )
        };
        let told = figures(&["a", "n"], rows(1), "").since(&figures(&["a", "n"], rows(0), ""));
        assert!(told[0].ends_with("r5 5 → 6; and 14 more"), "{told:?}");
    }

    #[test]
    fn a_result_that_is_too_long_to_keep_is_counted() {
        let rows = |many: i64| {
            json!(
                (0..many)
                    .map(|n| json!([n.to_string()]))
                    .collect::<Vec<_>>()
            )
        };
        let told = figures(&["a"], rows(400), "").since(&figures(&["a"], rows(390), ""));
        assert_eq!(told, ["Stages: 390 → 400 rows"]);
    }

    proptest! {
        #[test]
        fn what_is_kept_and_read_back_has_not_changed(
            rows in prop::collection::vec(("[a-c]{0,2}", -9..9_i64, any::<bool>()), 0..8),
        ) {
            let rows: Vec<Value> = rows.iter().map(|(a, n, b)| json!([a, n, b])).collect();
            let now = figures(&["a", "n", "b"], json!(rows), "€");
            let kept: Figures = serde_json::from_value(json!(now)).unwrap();
            prop_assert_eq!(now.since(&kept), Vec::<String>::new());
        }
    }
}
