//! The look at what is due, in every process that works. Processes do not wait for each other:
//! each takes schedules that no other holds, and a slot becomes one run in the transaction that
//! moves its schedule on.

use crate::automation::rule::Rule;
use crate::base::clock::SharedClock;
use crate::jobs::Services;
use crate::store::schedules::{self, CatchUp, Due, Firing, Slot};
use crate::store::{Db, StoreResult};
use chrono::{DateTime, TimeDelta, Utc};
use std::time::Duration;
use tokio_util::sync::CancellationToken;

/// How often a process looks.
const EVERY: Duration = Duration::from_secs(1);
/// Schedules of one transaction: few enough to be quick, many enough that a thousand at nine
/// o’clock are.
const BATCH: i64 = 500;
/// A run that begins later than this after its moment says so.
const LATE_AFTER: TimeDelta = TimeDelta::seconds(120);
/// More missed runs than this are not made up for, even where all are wished for.
const MOST_MADE_UP: usize = 48;

/// Looks until `leaving`.
pub async fn keep(services: &Services, leaving: &CancellationToken) {
    let looking = async {
        loop {
            if let Err(error) = fire_due(&services.db, &services.clock).await {
                tracing::warn!(%error, "what is due could not be begun");
            }
            services.clock.sleep(EVERY).await;
        }
    };
    leaving.run_until_cancelled(looking).await;
}

/// Begins all that is due. Returns how many runs that made.
pub async fn fire_due(db: &Db, clock: &SharedClock) -> StoreResult<u64> {
    let mut runs = 0;
    loop {
        let now = clock.now();
        let claim = schedules::claim_due(db, now, BATCH).await?;
        let claimed = claim.due.len();
        if claimed > 0 {
            let firings: Vec<Firing> = claim.due.iter().map(|due| firing(due, now)).collect();
            let begun = claim.fire(&firings).await?;
            if begun > 0 {
                db.announce();
            }
            runs += begun;
        }
        if (claimed as i64) < BATCH {
            return Ok(runs);
        }
    }
}

/// What becomes of a schedule whose moment has come, and of the moments that went by unseen.
fn firing(due: &Due, now: DateTime<Utc>) -> Firing {
    let Ok(rule) = serde_json::from_value::<Rule>(due.rule.clone()) else {
        tracing::error!(schedule.id = %due.id, "a stored rule cannot be read; its schedule ends");
        return Firing {
            org: due.org,
            id: due.id,
            slots: Vec::new(),
            next_run_at: None,
        };
    };
    let newest = newest(&rule, due.since, now);
    let is_late = |at: DateTime<Utc>| now - at > LATE_AFTER;
    let made_up: Vec<DateTime<Utc>> = match due.catch_up {
        CatchUp::Latest => newest.last().copied().into_iter().collect(),
        CatchUp::All => newest,
        CatchUp::Nothing => newest
            .last()
            .copied()
            .filter(|at| !is_late(*at))
            .into_iter()
            .collect(),
    };
    let slot = |at| Slot {
        at,
        is_late: is_late(at),
        may_wait: due.catch_up == CatchUp::All,
    };
    Firing {
        org: due.org,
        id: due.id,
        slots: made_up.into_iter().map(slot).collect(),
        next_run_at: rule.next(now),
    }
}

/// The newest moments from the first one that was not seen up to now, oldest first.
fn newest(rule: &Rule, since: DateTime<Utc>, now: DateTime<Utc>) -> Vec<DateTime<Utc>> {
    // After weeks away a rule of every minute has missed more than anybody would count, so the
    // search begins no earlier than it takes to find enough of them.
    let mut back = TimeDelta::hours(1);
    loop {
        let from = since.max(now - back);
        let first = Some(from)
            .filter(|from| *from == since)
            .or_else(|| rule.next(from));
        let all: Vec<DateTime<Utc>> = std::iter::successors(first, |last| rule.next(*last))
            .take_while(|at| *at <= now)
            .collect();
        if from == since || all.len() >= MOST_MADE_UP {
            let surplus = all.len().saturating_sub(MOST_MADE_UP);
            return all.into_iter().skip(surplus).collect();
        }
        back = back * 4;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::automation::rule::{Asked, parse};
    use crate::base::ids::{OrgId, ScheduleId};
    use chrono_tz::Tz;

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    fn due(rule: &str, catch_up: CatchUp, since: &str) -> Due {
        let asked = Asked {
            at: at(since) - TimeDelta::minutes(1),
            zone: Tz::UTC,
        };
        Due {
            org: OrgId::fresh(),
            id: ScheduleId::fresh(),
            rule: serde_json::to_value(parse(rule, asked).unwrap()).unwrap(),
            catch_up,
            since: at(since),
        }
    }

    fn slots(firing: &Firing) -> Vec<(String, bool)> {
        let shown = firing
            .slots
            .iter()
            .map(|slot| (slot.at.to_rfc3339(), slot.is_late));
        shown.collect()
    }

    #[test]
    fn in_its_time_a_schedule_has_one_run_and_moves_on() {
        let due = due("every day at 9", CatchUp::Latest, "2026-11-23T09:00:00Z");
        let fired = firing(&due, at("2026-11-23T09:00:01Z"));
        assert_eq!(
            slots(&fired),
            [("2026-11-23T09:00:00+00:00".to_owned(), false)]
        );
        assert_eq!(fired.next_run_at, Some(at("2026-11-24T09:00:00Z")));
    }

    #[test]
    fn after_days_away_the_policy_says_which_runs_are_made_up_for() {
        let back = at("2026-11-26T12:00:00Z");
        let count = |catch_up| {
            let fired = firing(
                &due("every day at 9", catch_up, "2026-11-23T09:00:00Z"),
                back,
            );
            assert_eq!(fired.next_run_at, Some(at("2026-11-27T09:00:00Z")));
            assert!(fired.slots.iter().all(|slot| slot.is_late));
            fired.slots.len()
        };
        assert_eq!(count(CatchUp::Latest), 1);
        assert_eq!(count(CatchUp::All), 4);
        assert_eq!(count(CatchUp::Nothing), 0);
    }

    #[test]
    fn the_latest_of_very_many_missed_runs_is_found() {
        let due = due("every minute", CatchUp::Latest, "2026-01-01T00:00:00Z");
        let fired = firing(&due, at("2026-11-26T12:00:30Z"));
        assert_eq!(
            slots(&fired),
            [("2026-11-26T12:00:00+00:00".to_owned(), false)]
        );
    }

    #[test]
    fn what_comes_once_is_over_when_it_came() {
        let due = due(
            "on 23 November 2026 at 9",
            CatchUp::Latest,
            "2026-11-23T09:00:00Z",
        );
        let fired = firing(&due, at("2026-11-23T15:00:00Z"));
        assert_eq!(
            slots(&fired),
            [("2026-11-23T09:00:00+00:00".to_owned(), true)]
        );
        assert_eq!(fired.next_run_at, None);
    }
}
