//! The demo company's dates, all counted from today, so that it looks alive on whatever day it
//! is seeded: business happens on working days, at office hours, and never in the future.

use chrono::{DateTime, Datelike, Days, Duration, NaiveDate, NaiveTime, Utc, Weekday};

#[derive(Debug, Clone)]
pub struct Calendar {
    now: DateTime<Utc>,
}

impl Calendar {
    pub fn new(now: DateTime<Utc>) -> Self {
        Self { now }
    }

    pub fn now(&self) -> DateTime<Utc> {
        self.now
    }

    pub fn today(&self) -> NaiveDate {
        self.now.date_naive()
    }

    /// A day before (negative) or after today, whatever day of the week.
    pub fn date(&self, days: i64) -> NaiveDate {
        self.today() + Duration::days(days)
    }

    /// As [`Self::date`], moved off the weekend, away from today: what has happened stays past.
    pub fn working_day(&self, days: i64) -> NaiveDate {
        let day = self.date(days);
        match (day.weekday(), days >= 0) {
            (Weekday::Sat, false) => day - Days::new(1),
            (Weekday::Sun, false) => day - Days::new(2),
            (Weekday::Sat, true) => day + Days::new(2),
            (Weekday::Sun, true) => day + Days::new(1),
            _ => day,
        }
    }

    /// `minute` minutes past seven in the morning (UTC) of a working day.
    pub fn at(&self, days: i64, minute: i64) -> DateTime<Utc> {
        let seven = NaiveTime::from_hms_opt(7, 0, 0).unwrap_or_default();
        self.working_day(days).and_time(seven).and_utc() + Duration::minutes(minute)
    }

    /// As [`Self::at`], but never later than five minutes ago.
    pub fn past(&self, days: i64, minute: i64) -> DateTime<Utc> {
        self.at(days.min(-1), minute)
            .min(self.now - Duration::minutes(5))
    }

    /// Days from today until that day: negative for a past one.
    pub fn days_until(&self, day: NaiveDate) -> i64 {
        (day - self.today()).num_days()
    }
}
