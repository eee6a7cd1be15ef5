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
    /// These days of the year, each a month and its day, in order.
    Dates(Vec<(u32, u32)>),
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
    /// Counted from the end, where the second is the last but one.
    NthFromEnd(u32, Weekday),
    BusinessFromEnd(u32),
    FromEnd(u32),
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
            Self::Day(n) => (7, n, 0),
            Self::Last => (8, 0, 0),
            Self::NthFromEnd(n, day) => (5, n, day.num_days_from_monday()),
            Self::BusinessFromEnd(n) => (6, n, 0),
            Self::FromEnd(n) => (9, n, 0),
        }
    }

    fn is(self, date: NaiveDate) -> bool {
        let last: u32 = date.num_days_in_month().into();
        match self {
            Self::Nth(n, day) => date.weekday() == day && (date.day() - 1) / 7 + 1 == n,
            Self::LastOf(day) => date.weekday() == day && date.day() + 7 > last,
            Self::Each(day) => date.weekday() == day,
            Self::Business(n) => is_business(date) && business_days_to(date) == n,
            Self::LastBusiness => is_business(date) && business_days_from(date, last) == 1,
            Self::Day(n) => date.day() == n,
            Self::Last => date.day() == last,
            Self::NthFromEnd(n, day) => date.weekday() == day && (last - date.day()) / 7 + 1 == n,
            Self::BusinessFromEnd(n) => is_business(date) && business_days_from(date, last) == n,
            Self::FromEnd(n) => date.day() + n == last + 1,
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
            Self::Dates(dates) => dates.contains(&(date.month(), date.day())),
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

/// How many it still has, this date included.
fn business_days_from(date: NaiveDate, last: u32) -> u32 {
    let days = (date.day()..=last).filter_map(|day| date.with_day(day));
    days.filter(|day| is_business(*day)).count() as u32
}
