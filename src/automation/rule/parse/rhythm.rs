//! One schedule is one rhythm: it runs at all of its times on all of its days. What says more than
//! that is refused, because as one rhythm it would run when nobody wanted it to.

use super::RuleError;
use super::draft::Draft;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Said {
    Days,
    Times,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    Day,
    Week,
    Month,
    Year,
}

impl Draft {
    /// How much was said of days and of times: a later look tells of what more was.
    pub fn measure(&self) -> [(Said, usize); 2] {
        let named = self.weekdays.len() + self.month_days.len() + self.months.len();
        let counted = [
            self.days.is_some(),
            self.weeks.is_some(),
            self.over.is_some(),
        ];
        let counted = counted.into_iter().filter(|is_said| *is_said).count();
        let days = named + counted + usize::from(self.date.is_some());
        [(Said::Days, days), (Said::Times, self.said_of_times())]
    }

    pub fn note(&mut self, before: [(Said, usize); 2]) {
        for (now, before) in self.measure().into_iter().zip(before) {
            if now != before && self.said.last() != Some(&now.0) {
                self.said.push(now.0);
            }
        }
    }

    /// `Mondays at 9 and Thursdays at 10`
    /// are two, and so are the first Monday of one month and the last Friday of another.
    pub fn is_one_rhythm(&self) -> Result<(), RuleError> {
        if self.said.len() > 3 && self.times.len() > 1 {
            return Err(RuleError::Together("two rhythms in one schedule"));
        }
        if self.places_of_months > 1 && self.month_days.len() > 1 && self.months.len() > 1 {
            return Err(RuleError::Together("different days of different months"));
        }
        let counted = match self.count {
            Some((n, Unit::Day)) => (n, self.times.len()),
            Some((n, Unit::Week)) => (n, self.weekdays.len()),
            Some((n, Unit::Month)) => (n, self.month_days.len()),
            Some((n, Unit::Year)) => (n, self.month_days.len() * self.months.len().max(1)),
            None => return Ok(()),
        };
        match counted {
            (1, 0) => Ok(()),
            (n, named) if n as usize == named => Ok(()),
            (_, 0) => Err(RuleError::Empty),
            _ => Err(RuleError::Together(
                "so many times with other days or times",
            )),
        }
    }
}
