//! What was understood so far, and the rule that it makes in the end, or why it makes none.

use super::parts::Parts;
use super::rhythm::{Said, Unit};
use super::{Asked, RuleError, dates};
use crate::automation::rule::days::{Days, MonthDay};
use crate::automation::rule::words::WORKING;
use crate::automation::rule::{Rule, Times, When};
use chrono::{Datelike, NaiveDate, NaiveDateTime, NaiveTime, Timelike, Weekday};
use chrono_tz::Tz;

#[derive(Debug, Default)]
pub struct Draft {
    /// Something says that it comes again: `every`, `daily`, `Mondays`.
    pub comes_back: bool,
    /// `in 2 hours`, on the clock of the asker or, where that shows it twice, of UTC.
    pub moment: Option<(NaiveDateTime, Tz)>,
    /// It was counted in days or weeks, so a time of that day may follow.
    pub moment_is_a_day: bool,
    pub date: Option<NaiveDate>,
    pub start: Start,
    /// Every so many minutes, days, weeks.
    pub each: Option<u32>,
    pub days: Option<u32>,
    pub weeks: Option<u32>,
    pub over: Option<Over>,
    pub weekdays: Vec<Weekday>,
    /// `except Fridays`.
    pub except: Vec<Weekday>,
    pub month_days: Vec<MonthDay>,
    pub months: Vec<u32>,
    /// Days that were named with their months, each with the month before it.
    pub dates: Vec<(u32, u32)>,
    /// How often places within months were named: `the first Monday of January`.
    pub places_of_months: usize,
    pub times: Vec<NaiveTime>,
    pub window: Option<(NaiveTime, NaiveTime)>,
    /// Working days are meant where no others are named.
    pub in_office_hours: bool,
    pub past_the_hour: Option<u32>,
    pub parts: Parts,
    /// What is small is after midnight.
    pub is_tonight: bool,
    /// `twice a week`: how often, and in what.
    pub count: Option<(u32, Unit)>,
    /// Whether days or times were said, in their order.
    pub said: Vec<Said>,
    pub zone: Option<Tz>,
}

#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub enum Start {
    #[default]
    Now,
    On(NaiveDate),
}

/// What a day of the month is counted within.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Over {
    Months(u32),
    Quarter,
    Year,
}

const DAY: u32 = 24 * 60;
const EVERY_DAY: [Weekday; 7] = [
    Weekday::Mon,
    Weekday::Tue,
    Weekday::Wed,
    Weekday::Thu,
    Weekday::Fri,
    Weekday::Sat,
    Weekday::Sun,
];

impl Draft {
    pub fn interval(&mut self, minutes: u32, said: &str) -> Result<(), RuleError> {
        if minutes >= DAY {
            return Err(RuleError::Interval(said.to_owned()));
        }
        match self.each.replace(minutes) {
            Some(earlier) if earlier != minutes => Err(RuleError::Twice("how often")),
            _ => Ok(()),
        }
    }

    pub fn window(&mut self, from: NaiveTime, to: NaiveTime) -> Result<(), RuleError> {
        match self.window.replace((from, to)) {
            Some(_) => Err(RuleError::Twice("between which times")),
            None => Ok(()),
        }
    }

    pub fn add_weekdays(&mut self, days: &[Weekday]) {
        self.weekdays.extend(days);
    }

    pub fn finish(mut self, asked: Asked) -> Result<Rule, RuleError> {
        let zone = self.zone.unwrap_or(asked.zone);
        if self.in_office_hours && self.weekdays.is_empty() {
            self.add_weekdays(&WORKING);
        }
        self.leave_out()?;
        self.end_parts()?;
        self.tidy();
        self.is_one_rhythm()?;
        if let Some((at, zone)) = self.moment {
            return Ok(Rule {
                when: When::Once(self.delayed(at)?),
                zone,
            });
        }
        let now = asked.at.with_timezone(&zone).naive_local();
        let when = match self.once(now)? {
            Some(at) => When::Once(at),
            None => {
                let times = self.times()?;
                When::On {
                    days: self.days(&times, now)?,
                    times,
                }
            }
        };
        Ok(Rule { when, zone })
    }

    fn leave_out(&mut self) -> Result<(), RuleError> {
        if self.except.is_empty() {
            return Ok(());
        }
        let is_daily = self.days == Some(1) || self.days.is_none() && self.each.is_some();
        if self.weekdays.is_empty() && is_daily {
            self.weekdays.extend(EVERY_DAY);
        }
        let left_out = &self.except;
        self.weekdays.retain(|day| !left_out.contains(day));
        match self.weekdays.is_empty() {
            true => Err(RuleError::Together("this rhythm with an exception")),
            false => Ok(()),
        }
    }

    /// `in 3 days at 9` is the one thing that a delay goes together with.
    fn delayed(&self, at: NaiveDateTime) -> Result<NaiveDateTime, RuleError> {
        let counts = self.each.or(self.days).or(self.weeks).is_some() || self.over.is_some();
        let has_days = self.date.is_some()
            || !(self.weekdays.is_empty() && self.month_days.is_empty() && self.months.is_empty());
        match self.times.as_slice() {
            [] if !counts && !has_days => Ok(at),
            [time] if !counts && !has_days && self.moment_is_a_day => Ok(at.date().and_time(*time)),
            _ => Err(RuleError::Together("a delay with another time")),
        }
    }

    fn tidy(&mut self) {
        self.weekdays.sort_by_key(Weekday::num_days_from_monday);
        self.weekdays.dedup();
        if self.dates.len() != self.month_days.len() || self.dates.len() != self.months.len() {
            self.places_of_months += self.dates.len();
            self.dates.clear();
        }
        self.dates.sort_unstable();
        self.dates.dedup();
        self.month_days.sort_by_key(|day| day.rank());
        self.month_days.dedup();
        self.months.sort_unstable();
        self.months.dedup();
        self.times.sort_unstable();
        self.times.dedup();
        let early = self.times.first().is_some_and(|time| time.hour() < 6);
        if self.is_tonight && early {
            self.date = self.date.and_then(|date| date.succ_opt());
        }
    }

    /// The moment, where nothing says that it comes back.
    fn once(&self, now: NaiveDateTime) -> Result<Option<NaiveDateTime>, RuleError> {
        let comes_back = self.comes_back || self.each.is_some() || self.times.len() > 1;
        let counts = self.days.or(self.weeks).is_some() || self.over.is_some();
        if comes_back || counts {
            return match self.date {
                Some(_) => Err(RuleError::Together("a date with something that comes back")),
                None => Ok(None),
            };
        }
        let time = self.times.first().copied().unwrap_or(morning());
        let is_ahead = |date: &NaiveDate| date.and_time(time) > now;
        let date = match (
            self.date,
            self.weekdays.as_slice(),
            self.month_days.as_slice(),
        ) {
            (Some(date), [], []) => Some(date),
            (None, [day], []) => {
                let today =
                    Some(now.date()).filter(|today| today.weekday() == *day && is_ahead(today));
                today.or_else(|| dates::following(now.date(), *day))
            }
            (None, [], [MonthDay::Day(day)]) if self.months.len() == 1 => {
                let years = now.year()..=now.year() + 8;
                let mut dates =
                    years.filter_map(|year| NaiveDate::from_ymd_opt(year, self.months[0], *day));
                Some(dates.find(is_ahead).ok_or(RuleError::Never)?)
            }
            (Some(_), ..) => return Err(RuleError::Twice("on which day")),
            _ => None,
        };
        Ok(date.map(|date| date.and_time(time)))
    }

    fn times(&self) -> Result<Times, RuleError> {
        let Some(minutes) = self.each else {
            if self.window.is_some() || self.past_the_hour.is_some() {
                return Err(RuleError::Empty);
            }
            let named = !self.times.is_empty();
            return Ok(Times::At(if named {
                self.times.clone()
            } else {
                vec![morning()]
            }));
        };
        if !self.times.is_empty() {
            return Err(RuleError::Together("an interval with a time of day"));
        }
        let (from, to) = self.window.unwrap_or((NaiveTime::MIN, last_minute()));
        let from = match self.past_the_hour {
            Some(past) if minutes % 60 == 0 => from.with_minute(past).unwrap_or(from),
            Some(_) => return Err(RuleError::Together("minutes with a minute of the hour")),
            None => from,
        };
        Ok(Times::Each { minutes, from, to })
    }

    fn days(&self, times: &Times, now: NaiveDateTime) -> Result<Days, RuleError> {
        if self.dates.len() > 1 && self.dates.len() < self.month_days.len() * self.months.len() {
            return self.on_dates();
        }
        if !self.month_days.is_empty() {
            return self.monthly(self.month_days.clone());
        }
        if !self.weekdays.is_empty() && (!self.months.is_empty() || self.over.is_some()) {
            let on = self.weekdays.iter().map(|day| MonthDay::Each(*day));
            return self.monthly(on.collect());
        }
        if !self.weekdays.is_empty() || self.weeks.is_some() {
            return self.weekly(times, now);
        }
        if self.days.is_some() && !self.months.is_empty() {
            return self.monthly(EVERY_DAY.map(MonthDay::Each).to_vec());
        }
        if self.over.is_some() || !self.months.is_empty() {
            return self.monthly(vec![MonthDay::Day(1)]);
        }
        match (self.days, self.start) {
            (Some(1) | None, Start::Now) if self.days.is_some() || self.each.is_some() => {
                Ok(Days::All)
            }
            (None, _) if self.each.is_none() => Err(RuleError::Empty),
            (n, _) => Ok(Days::EveryNth {
                n: n.unwrap_or(1),
                from: self.first(times, now, |_| true),
            }),
        }
    }

    fn weekly(&self, times: &Times, now: NaiveDateTime) -> Result<Days, RuleError> {
        if self.days.is_some_and(|n| n > 1) {
            return Err(RuleError::Together("every so many days with weekdays"));
        }
        let on = if self.weekdays.is_empty() {
            vec![Weekday::Mon]
        } else {
            self.weekdays.clone()
        };
        let n = self.weeks.unwrap_or(1);
        if n == 1 && self.start == Start::Now {
            return Ok(Days::Week(on));
        }
        let from = self.first(times, now, |date| on.contains(&date.weekday()));
        Ok(Days::EveryNthWeek { n, on, from })
    }

    fn on_dates(&self) -> Result<Days, RuleError> {
        let is_alone = self.start == Start::Now
            && self.weekdays.is_empty()
            && self.weeks.is_none()
            && matches!(self.over, None | Some(Over::Year));
        match is_alone {
            true => Ok(Days::Dates(self.dates.clone())),
            false => Err(RuleError::Together("dates of the year with another rhythm")),
        }
    }

    fn monthly(&self, on: Vec<MonthDay>) -> Result<Days, RuleError> {
        if self.start != Start::Now {
            return Err(RuleError::Together(
                "days of the month with a date to begin at",
            ));
        }
        if self.weeks.is_some() {
            return Err(RuleError::Together("weeks with days of the month"));
        }
        if !self.weekdays.is_empty() && !on.iter().any(|day| matches!(day, MonthDay::Each(_))) {
            return Err(RuleError::Together("weekdays with days of the month"));
        }
        let is_late = on.iter().all(|day| {
            matches!(
                day,
                MonthDay::Last
                    | MonthDay::LastOf(_)
                    | MonthDay::LastBusiness
                    | MonthDay::NthFromEnd(..)
                    | MonthDay::BusinessFromEnd(_)
                    | MonthDay::FromEnd(_)
            )
        });
        let months: Vec<u32> = match self.over {
            _ if !self.months.is_empty() => self.months.clone(),
            Some(Over::Quarter) if is_late => vec![3, 6, 9, 12],
            Some(Over::Quarter) => vec![1, 4, 7, 10],
            Some(Over::Year) if is_late => vec![12],
            Some(Over::Year) => vec![1],
            Some(Over::Months(n)) if n > 12 || 12 % n != 0 => {
                return Err(RuleError::Interval(format!("{n} months")));
            }
            Some(Over::Months(n)) => (1..=12).step_by(n as usize).collect(),
            None => (1..=12).collect(),
        };
        Ok(Days::Month { on, months })
    }

    /// The first day of a count: the one that was named, or the next one with a time ahead.
    fn first(
        &self,
        times: &Times,
        now: NaiveDateTime,
        fits: impl Fn(NaiveDate) -> bool,
    ) -> NaiveDate {
        if let Start::On(date) = self.start {
            return date;
        }
        let has_time_ahead = |date: &NaiveDate| times.on(*date).into_iter().any(|time| time > now);
        let mut days = now.date().iter_days().take(8).filter(|date| fits(*date));
        days.find(has_time_ahead).unwrap_or(now.date())
    }
}

/// When a day is named and no time.
fn morning() -> NaiveTime {
    NaiveTime::from_hms_opt(9, 0, 0).unwrap_or(NaiveTime::MIN)
}

fn last_minute() -> NaiveTime {
    NaiveTime::from_hms_opt(23, 59, 0).unwrap_or(NaiveTime::MIN)
}
