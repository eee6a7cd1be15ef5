//! From the clock on the wall to moments: when a rule is due next, over changes of the clocks.

use super::{Rule, When, cron};
use chrono::{DateTime, Days, Duration, MappedLocalTime, NaiveDateTime, TimeZone, Utc};
use chrono_tz::Tz;

/// No clock was ever set back by more at once since zones have names.
const LONGEST_FOLD: Duration = Duration::hours(3);
/// 29 February may be eight years away, and as the third Sunday of its month longer still.
const HORIZON_DAYS: u32 = 60 * 366;

impl Rule {
    /// The next moment at which the rule is due, strictly later than `after`.
    pub fn next(&self, after: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let walls = Walls::of(self)?;
        let mut wall = after.with_timezone(&self.zone).naive_local() - LONGEST_FOLD;
        let mut second_showing = None;
        loop {
            let Some(shown) = walls.after(wall) else {
                return second_showing;
            };
            wall = shown;
            let (first, second) = moments(self.zone, wall, walls.is_steady);
            let is_later = |moment: &DateTime<Utc>| *moment > after;
            if second_showing.is_none() {
                second_showing = second.filter(is_later);
            }
            // What the clock shows later comes later, so this is the earliest of all.
            if let Some(first) = first.filter(is_later) {
                return Some(second_showing.map_or(first, |second| second.min(first)));
            }
        }
    }

    /// The next so many moments.
    pub fn upcoming(&self, after: DateTime<Utc>, count: usize) -> Vec<DateTime<Utc>> {
        std::iter::successors(self.next(after), |last| self.next(*last))
            .take(count)
            .collect()
    }

    pub fn is_once(&self) -> bool {
        matches!(self.when, When::Once(_))
    }
}

/// What the clock on the wall shows when a rule is due.
struct Walls<'a> {
    rule: &'a Rule,
    cron: Option<croner::Cron>,
    is_steady: bool,
}

impl<'a> Walls<'a> {
    fn of(rule: &'a Rule) -> Option<Self> {
        let (cron, is_steady) = match &rule.when {
            When::Once(_) => (None, false),
            When::On { times, .. } => (None, times.is_steady()),
            When::Cron(line) => {
                let cron = cron::read(line).ok()?;
                let is_steady = cron::is_steady(&cron);
                (Some(cron), is_steady)
            }
        };
        Some(Self {
            rule,
            cron,
            is_steady,
        })
    }

    fn after(&self, wall: NaiveDateTime) -> Option<NaiveDateTime> {
        match (&self.rule.when, &self.cron) {
            (When::Once(at), _) => Some(*at).filter(|at| *at > wall),
            (When::Cron(_), cron) => cron::after(cron.as_ref()?, wall),
            (When::On { days, times }, _) => {
                // The window of the day before may go on.
                let first = wall.date().pred_opt()?;
                (0..HORIZON_DAYS)
                    .map_while(|ahead| first.checked_add_days(Days::new(ahead.into())))
                    .filter(|date| days.has(*date))
                    .find_map(|date| times.on(date).into_iter().find(|shown| *shown > wall))
            }
        }
    }
}

/// The moment at which the clock shows this, and the second one if a steady rule counts it.
fn moments(
    zone: Tz,
    wall: NaiveDateTime,
    is_steady: bool,
) -> (Option<DateTime<Utc>>, Option<DateTime<Utc>>) {
    match zone.from_local_datetime(&wall) {
        MappedLocalTime::Single(moment) => (Some(moment.to_utc()), None),
        MappedLocalTime::Ambiguous(first, second) => {
            (Some(first.to_utc()), is_steady.then(|| second.to_utc()))
        }
        MappedLocalTime::None if is_steady => (None, None),
        MappedLocalTime::None => (first_after_gap(zone, wall), None),
    }
}

/// Gaps begin and end on whole minutes; the longest was a day that a country left out.
fn first_after_gap(zone: Tz, wall: NaiveDateTime) -> Option<DateTime<Utc>> {
    let minutes = (0..=48 * 60).map(|minute| wall + Duration::minutes(minute));
    let mut shown = minutes.map(|wall| zone.from_local_datetime(&wall).earliest());
    shown.find_map(|moment| moment.map(|moment| moment.to_utc()))
}
