//! A rule in plain words, so that people see what was understood. The words parse to the rule.

use super::{Days, MonthDay, Rule, Times, When, cron, zone};
use chrono::{Datelike, NaiveDate, NaiveTime, Weekday};

pub const WEEKDAYS: [&str; 7] = [
    "Monday",
    "Tuesday",
    "Wednesday",
    "Thursday",
    "Friday",
    "Saturday",
    "Sunday",
];

pub const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

pub const WORKING: [Weekday; 5] = [
    Weekday::Mon,
    Weekday::Tue,
    Weekday::Wed,
    Weekday::Thu,
    Weekday::Fri,
];

impl Rule {
    /// Such as `every weekday at 09:00 (Europe/Berlin)`.
    pub fn words(&self) -> String {
        let when = match &self.when {
            When::Once(at) => format!("once on {} at {}", date(at.date()), clock(at.time())),
            When::On { days, times } => on(days, times),
            When::Cron(line) => match cron::read(line) {
                Ok(cron) => format!("{}: cron {line}", described(&cron)),
                Err(_) => format!("cron {line}"),
            },
        };
        format!("{when} ({})", zone::shown(self.zone))
    }
}

fn on(days: &Days, times: &Times) -> String {
    match times {
        Times::At(times) => {
            let times: Vec<String> = times.iter().map(|time| clock(*time)).collect();
            let at = format!("at {}", list(&times));
            match days {
                // The beginning of a count stands last, where it is in nobody's way.
                Days::EveryNth { from, .. } | Days::EveryNthWeek { from, .. } => {
                    format!("{} {at}, from {}", day_words(days), date(*from))
                }
                _ => format!("{} {at}", day_words(days)),
            }
        }
        Times::Each { minutes, from, to } => {
            let mut words = interval(*minutes);
            let whole = (clock(*from), clock(*to)) == ("00:00".to_owned(), "23:59".to_owned());
            if !whole {
                words += &format!(" between {} and {}", clock(*from), clock(*to));
            }
            match days {
                Days::All => words,
                Days::EveryNth { from, .. } | Days::EveryNthWeek { from, .. } => {
                    format!("{words}, {}, from {}", day_words(days), date(*from))
                }
                _ => format!("{words}, {}", day_words(days)),
            }
        }
    }
}

fn day_words(days: &Days) -> String {
    match days {
        Days::All => "every day".to_owned(),
        Days::EveryNth { n: 1, .. } => "every day".to_owned(),
        Days::EveryNth { n: 2, .. } => "every other day".to_owned(),
        Days::EveryNth { n, .. } => format!("every {n} days"),
        Days::Week(on) | Days::EveryNthWeek { n: 1, on, .. } => format!("every {}", weekdays(on)),
        Days::EveryNthWeek { n, on, .. } if *on == WORKING => {
            format!("every {n} weeks on weekdays")
        }
        Days::EveryNthWeek { n: 2, on, .. } => format!("every other {}", weekdays(on)),
        Days::EveryNthWeek { n, on, .. } => format!("every {n} weeks on {}", weekdays(on)),
        Days::Dates(dates) => {
            let named = dates.iter().map(|(month, day)| {
                let month = MONTHS.get(*month as usize - 1);
                format!("{day} {}", month.copied().unwrap_or_default())
            });
            format!("on {} of every year", list(&named.collect::<Vec<_>>()))
        }
        Days::Month { on, months } => {
            let on: Vec<String> = on.iter().map(|day| month_day(*day)).collect();
            let of = if months.len() == 12 {
                "month".to_owned()
            } else {
                let named = months
                    .iter()
                    .filter_map(|month| MONTHS.get(*month as usize - 1));
                list(&named.map(|name| (*name).to_owned()).collect::<Vec<_>>())
            };
            format!("on {} of every {of}", list(&on))
        }
    }
}

fn month_day(day: MonthDay) -> String {
    match day {
        MonthDay::Nth(n, weekday) => format!("the {} {}", nth(n), name(weekday)),
        MonthDay::LastOf(weekday) => format!("the last {}", name(weekday)),
        MonthDay::Each(weekday) => format!("every {}", name(weekday)),
        MonthDay::Business(n) => format!("the {} business day", nth(n)),
        MonthDay::LastBusiness => "the last business day".to_owned(),
        MonthDay::Day(n) => format!("the {}", numbered(n)),
        MonthDay::Last => "the last day".to_owned(),
        MonthDay::NthFromEnd(n, weekday) => format!("the {} last {}", nth(n), name(weekday)),
        MonthDay::BusinessFromEnd(n) => format!("the {} last business day", nth(n)),
        MonthDay::FromEnd(n) => format!("the {} last day", nth(n)),
    }
}

pub fn interval(minutes: u32) -> String {
    match minutes {
        1 => "every minute".to_owned(),
        60 => "every hour".to_owned(),
        hours if hours % 60 == 0 => format!("every {} hours", hours / 60),
        minutes => format!("every {minutes} minutes"),
    }
}

fn weekdays(on: &[Weekday]) -> String {
    if on == WORKING {
        return "weekday".to_owned();
    }
    list(
        &on.iter()
            .map(|day| name(*day).to_owned())
            .collect::<Vec<_>>(),
    )
}

fn name(day: Weekday) -> &'static str {
    WEEKDAYS[day.num_days_from_monday() as usize]
}

fn nth(n: u32) -> String {
    let words = ["first", "second", "third", "fourth", "fifth"];
    let word = words.get(n as usize - 1);
    word.map_or_else(|| numbered(n), |word| (*word).to_owned())
}

/// `1st`, `22nd`, `13th`.
pub fn numbered(n: u32) -> String {
    let ending = match (n % 100, n % 10) {
        (11..=13, _) => "th",
        (_, 1) => "st",
        (_, 2) => "nd",
        (_, 3) => "rd",
        _ => "th",
    };
    format!("{n}{ending}")
}

fn date(date: NaiveDate) -> String {
    let month = MONTHS[date.month0() as usize];
    format!("{} {month} {}", date.day(), date.year())
}

fn clock(time: NaiveTime) -> String {
    time.format("%H:%M").to_string()
}

/// `a`, `a and b`, `a, b and c`.
fn list(items: &[String]) -> String {
    match items {
        [] => String::new(),
        [only] => only.clone(),
        [most @ .., last] => format!("{} and {last}", most.join(", ")),
    }
}

/// What croner says of a line, in the middle of a sentence.
fn described(cron: &croner::Cron) -> String {
    let words = cron.describe();
    let words = words.trim_end_matches('.');
    let words = words
        .strip_prefix("At every")
        .map_or(words.to_owned(), |rest| format!("Every{rest}"));
    let (first, rest) = words.split_at(words.len().min(1));
    first.to_lowercase() + rest
}
