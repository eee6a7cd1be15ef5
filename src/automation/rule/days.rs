//! On which days a rule is due, asked date by date.

use chrono::{Datelike, Days as Span, NaiveDate, Weekday};
use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Days {
    All,
    /// Every so many days, counted from a date on which it is due.
    EveryNth {
        n: u32,
        from: NaiveDate,
    },
    /// From Monday on, without repetition.
    Week(Vec<Weekday>),
    /// These days of every nth week, counted from the week of a date before which nothing is due.
    EveryNthWeek {
        n: u32,
        on: Vec<Weekday>,
        from: NaiveDate,
    },
    Month {
        on: Vec<MonthDay>,
        /// From 1 for January, in order; all twelve for every month.
        months: Vec<u32>,
    },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MonthDay {
    /// The first to the fifth of a weekday.
    Nth(u32, Weekday),
    LastOf(Weekday),
    /// All of them, within the months that are named.
    Each(Weekday),
    Business(u32),
    LastBusiness,
    Day(u32),
    Last,
}

impl MonthDay {
    /// The order in which they are written: a date behind what has a noun of its own, so that
    /// nobody takes `the 1st` for a first Friday.
    pub(super) fn rank(self) -> (u32, u32, u32) {
        match self {
            Self::Nth(n, day) => (0, n, day.num_days_from_monday()),
            Self::LastOf(day) => (1, day.num_days_from_monday(), 0),
            Self::Each(day) => (2, day.num_days_from_monday(), 0),
            Self::Business(n) => (3, n, 0),
            Self::LastBusiness => (4, 0, 0),
            Self::Day(n) => (5, n, 0),
            Self::Last => (6, 0, 0),
        }
    }

    fn is(self, date: NaiveDate) -> bool {
        let last = date.num_days_in_month().into();
        match self {
            Self::Nth(n, day) => date.weekday() == day && (date.day() - 1) / 7 + 1 == n,
            Self::LastOf(day) => date.weekday() == day && date.day() + 7 > last,
            Self::Each(day) => date.weekday() == day,
            Self::Business(n) => is_business(date) && business_days_to(date) == n,
            Self::LastBusiness => is_business(date) && !has_business_day_after(date, last),
            Self::Day(n) => date.day() == n,
            Self::Last => date.day() == last,
        }
    }
}

impl Days {
    pub(super) fn has(&self, date: NaiveDate) -> bool {
        match self {
            Self::All => true,
            Self::EveryNth { n, from } => {
                let since = (date - *from).num_days();
                since >= 0 && since % i64::from(*n) == 0
            }
            Self::Week(on) => on.contains(&date.weekday()),
            Self::EveryNthWeek { n, on, from } => {
                let weeks = (monday_of(date) - monday_of(*from)).num_weeks();
                date >= *from && on.contains(&date.weekday()) && weeks % i64::from(*n) == 0
            }
            Self::Month { on, months } => {
                months.contains(&date.month()) && on.iter().any(|day| day.is(date))
            }
        }
    }
}

pub(super) fn monday_of(date: NaiveDate) -> NaiveDate {
    let since = Span::new(date.weekday().num_days_from_monday().into());
    date.checked_sub_days(since).unwrap_or(date)
}

fn is_business(date: NaiveDate) -> bool {
    !matches!(date.weekday(), Weekday::Sat | Weekday::Sun)
}

/// How many business days the month has had by the end of this date.
fn business_days_to(date: NaiveDate) -> u32 {
    let days = (1..=date.day()).filter_map(|day| date.with_day(day));
    days.filter(|day| is_business(*day)).count() as u32
}

fn has_business_day_after(date: NaiveDate, last: u32) -> bool {
    let mut later = (date.day() + 1..=last).filter_map(|day| date.with_day(day));
    later.any(is_business)
}
