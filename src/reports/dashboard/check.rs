//! What a recipe of a dashboard must hold to, said before anything is looked up.

use super::super::making::MakeError;
use super::super::recipe::{Choose, Recipe};
use std::collections::HashSet;

const MOST_TILES: usize = 12;
const MOST_FILTERS: usize = 6;
const LONGEST_TITLE: usize = 80;

pub fn check(recipe: &Recipe) -> Result<(), MakeError> {
    let Recipe::Dashboard { filters, tiles, .. } = recipe else {
        return Ok(());
    };
    let wrong = |words: String| Err(MakeError::Wrong(words));
    if tiles.is_empty() || tiles.len() > MOST_TILES {
        return wrong(format!(
            "A dashboard has one to {MOST_TILES} tiles; this one has {}.",
            tiles.len()
        ));
    }
    if filters.len() > MOST_FILTERS {
        return wrong(format!("A dashboard has at most {MOST_FILTERS} filters."));
    }
    let mut titles = HashSet::new();
    for tile in tiles {
        let letters = tile.title.trim().chars().count();
        if letters == 0 || letters > LONGEST_TITLE {
            return wrong(format!(
                "Give every tile a title of at most {LONGEST_TITLE} characters."
            ));
        }
        if !titles.insert(tile.title.trim()) {
            return wrong(format!("Two tiles are called {:?}.", tile.title));
        }
    }
    let mut names = HashSet::new();
    for filter in filters {
        let name = filter.name.as_str();
        let is_plain = name.starts_with(|letter: char| letter.is_ascii_lowercase())
            && name.len() <= 40
            && name.chars().all(|letter| {
                letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == '_'
            });
        if !is_plain {
            return wrong(format!(
                "{name:?} cannot name a filter: use small letters, digits and _."
            ));
        }
        if !names.insert(name) {
            return wrong(format!("Two filters are named {name:?}."));
        }
        let letters = filter.label.trim().chars().count();
        if letters == 0 || letters > 40 {
            return wrong("Give every filter a label of at most 40 characters.".to_owned());
        }
        if let Choose::OneOf { sql } = &filter.choose
            && sql.contains(&format!(":{name}"))
        {
            return wrong(format!(
                "The values of the filter {name:?} cannot depend on itself."
            ));
        }
        let is_used = tiles
            .iter()
            .any(|tile| tile.sql.contains(&format!(":{name}")));
        if !is_used {
            return wrong(format!(
                "No tile uses the filter {name:?}: write :{name} where its value is to stand, \
                 such as (:{name} is null or column = :{name})."
            ));
        }
    }
    Ok(())
}
