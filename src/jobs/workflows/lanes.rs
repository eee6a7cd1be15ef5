//! How many items of a loop ask Penny at once. What one of them asks is no part of the thread's
//! conversation, so it goes beside it, in a lane of the item's own; and an item that may not ask
//! yet leaves those behind it alone.

use std::collections::{BTreeSet, HashMap, HashSet};

/// The loops of a run, by their paths.
#[derive(Debug, Default)]
pub struct Lanes {
    at_once: HashMap<String, usize>,
    full: HashSet<String>,
}

impl Lanes {
    pub fn enter(&mut self, of_loop: &str, at_once: usize) {
        self.at_once.insert(of_loop.to_owned(), at_once);
    }

    /// Whether a step may ask while these ask: of each loop around it as many items as that says.
    pub fn has_room(&mut self, path: &str, asking: &[String]) -> bool {
        let full = self.at_once.iter().filter(|(of_loop, at_once)| {
            let Some(own) = item_in(of_loop, path) else {
                return false;
            };
            let others = asking.iter().filter_map(|path| item_in(of_loop, path));
            let others: BTreeSet<&str> = others.filter(|other| *other != own).collect();
            others.len() >= **at_once
        });
        let full: Vec<String> = full.map(|(of_loop, _)| of_loop.clone()).collect();
        let has_room = full.is_empty();
        self.full.extend(full);
        has_room
    }

    /// Whether an item of this loop could not ask, so that none is begun now.
    pub fn is_full(&self, of_loop: &str) -> bool {
        let is_around = |outer: &String| outer == of_loop || item_in(outer, of_loop).is_some();
        self.full.iter().any(is_around)
    }
}

/// The item of a loop that a step within it belongs to.
fn item_in<'a>(of_loop: &str, path: &'a str) -> Option<&'a str> {
    path.strip_prefix(of_loop)?
        .strip_prefix('.')?
        .split('.')
        .next()
}

/// The lane of a step within a loop: that of its item, where one question follows another.
pub fn lane_of(path: &str) -> Option<&str> {
    path.rsplit_once('.').map(|(item, _)| item)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asking(paths: &[&str]) -> Vec<String> {
        paths.iter().map(|path| (*path).to_owned()).collect()
    }

    #[test]
    fn as_many_items_ask_at_once_as_their_loop_says() {
        let mut lanes = Lanes::default();
        lanes.enter("each", 2);
        assert!(lanes.has_room("each.1.ask", &asking(&["each.0.ask"])));
        // Its own other questions are no other items, and those of another loop none of this one.
        let same = asking(&["each.0.ask", "each.1.first", "eachother.3.ask"]);
        assert!(lanes.has_room("each.1.ask", &same));
        assert!(!lanes.is_full("each"));
        assert!(!lanes.has_room("each.2.ask", &asking(&["each.0.ask", "each.1.ask"])));
        assert!(lanes.is_full("each"));
        assert!(!lanes.is_full("eachother"));
    }

    #[test]
    fn every_loop_around_a_step_has_to_have_room() {
        let mut lanes = Lanes::default();
        lanes.enter("teams", 1);
        lanes.enter("teams.0.each", 3);
        lanes.enter("teams.1.each", 3);
        let of_first = asking(&["teams.0.each.0.ask", "teams.0.each.1.ask"]);
        assert!(lanes.has_room("teams.0.each.2.ask", &of_first));
        assert!(!lanes.has_room("teams.1.each.0.ask", &of_first));
        assert!(lanes.is_full("teams.1.each"), "its outer loop is full");
    }

    #[test]
    fn the_questions_of_one_item_share_a_lane() {
        assert_eq!(lane_of("teams.0.each.2.ask"), Some("teams.0.each.2"));
        assert_eq!(
            lane_of("teams.0.each.2.then"),
            lane_of("teams.0.each.2.ask")
        );
        assert_eq!(lane_of("ask"), None);
    }
}
