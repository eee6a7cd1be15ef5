//! How many turns may begin before the rows are counted again. To count the thousands that a company
//! may begin within an hour, each time that somebody asks, would cost more than much of what is asked.

use crate::base::ids::OrgId;
use parking_lot::Mutex;
use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// The part of what is left that a process may begin uncounted; near a bound every turn is counted.
const PART: i64 = 8;
/// And for so long, because other processes begin turns as well.
const KNOWN_FOR: Duration = Duration::from_secs(60);
/// Those who asked lately; beyond that, all are counted again.
const MOST: usize = 10_000;

/// Whose turns a bound counts.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Whose {
    Person(String),
    Channel(String),
    Everybodys,
}

#[derive(Debug, Clone, Default)]
pub struct Headroom(Arc<Mutex<HashMap<(OrgId, Whose), Left>>>);

#[derive(Debug)]
struct Left {
    turns: i64,
    until: Instant,
}

impl Headroom {
    /// Takes the place of one turn, where it is known that there is one.
    pub(super) fn take(&self, org: OrgId, whose: &Whose) -> bool {
        let mut known = self.0.lock();
        let Some(left) = known.get_mut(&(org, whose.clone())) else {
            return false;
        };
        let has_room = left.turns > 0 && left.until > Instant::now();
        left.turns -= i64::from(has_room);
        has_room
    }

    pub(super) fn counted(&self, org: OrgId, whose: Whose, begun: i64, cap: i64) {
        let mut known = self.0.lock();
        if known.len() >= MOST {
            known.clear();
        }
        let left = Left {
            turns: (cap - begun) / PART,
            until: Instant::now() + KNOWN_FOR,
        };
        known.insert((org, whose), left);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn org() -> OrgId {
        OrgId(uuid::Uuid::nil())
    }

    #[test]
    fn far_from_a_bound_few_turns_are_counted_and_near_it_all_are() {
        let headroom = Headroom::default();
        let taken = |whose: &Whose| (0..100).take_while(|_| headroom.take(org(), whose)).count();
        assert_eq!(taken(&Whose::Everybodys), 0, "nothing is known yet");
        headroom.counted(org(), Whose::Everybodys, 840, 1_000);
        headroom.counted(org(), Whose::Channel("C1".to_owned()), 193, 200);
        assert_eq!(taken(&Whose::Everybodys), 20);
        assert_eq!(taken(&Whose::Channel("C1".to_owned())), 0);
        assert_eq!(taken(&Whose::Channel("C2".to_owned())), 0);
    }

    #[test]
    fn what_was_counted_is_not_believed_for_long() {
        let headroom = Headroom::default();
        headroom.counted(org(), Whose::Everybodys, 0, 1_000);
        assert!(headroom.take(org(), &Whose::Everybodys));
        for left in headroom.0.lock().values_mut() {
            left.until -= KNOWN_FOR;
        }
        assert!(!headroom.take(org(), &Whose::Everybodys));
    }
}
