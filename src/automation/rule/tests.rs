//! The table of written rules, and what holds for every rule.

use super::*;
use chrono::{DateTime, Duration, NaiveDate, TimeZone, Utc, Weekday};
use proptest::prelude::*;

const TABLE: &str = include_str!("../../../tests/data/time_rules.txt");

fn asked(zone: &str, at: &str) -> Asked {
    let zone: Tz = zone.parse().unwrap();
    let at = NaiveDateTime::parse_from_str(at, "%Y-%m-%d %H:%M").unwrap();
    let at = zone.from_local_datetime(&at).earliest().unwrap().to_utc();
    Asked { at, zone }
}

fn in_berlin() -> Asked {
    asked("Europe/Berlin", "2026-11-21 15:00")
}

#[test]
fn every_rule_of_the_table_runs_when_it_should() {
    let mut rows = 0;
    for row in TABLE.lines().filter(|line| !line.starts_with('#')) {
        let fields: Vec<&str> = row.split(" | ").collect();
        let [text, from, at, zone, runs] = fields[..] else {
            panic!("a row of the table has five fields: {row}");
        };
        let asked = asked(from, at);
        let rule = parse(text, asked).unwrap_or_else(|error| panic!("{text}: {error}"));
        let upcoming = rule.upcoming(asked.at, 3).into_iter();
        let shown = upcoming.map(|run| {
            run.with_timezone(&rule.zone)
                .format("%Y-%m-%d %H:%M%:z")
                .to_string()
        });
        let shown: Vec<String> = shown.collect();
        assert_eq!(
            (rule.zone.name(), shown.join("; ").as_str()),
            (zone, runs),
            "{row}"
        );
        assert_eq!(
            parse(&rule.words(), asked).as_ref(),
            Ok(&rule),
            "{}",
            rule.words()
        );
        rows += 1;
    }
    assert!(rows >= 120, "{rows} rows");
}

#[test]
fn a_rule_is_told_in_plain_words() {
    let words = |text| parse(text, in_berlin()).unwrap().words();
    assert_eq!(
        words("WEEKDAYS at 9"),
        "every weekday at 09:00 (Europe/Berlin)"
    );
    assert_eq!(
        words("2nd and 4th Tue of the month, 5pm london time"),
        "on the second Tuesday and the fourth Tuesday of every month at 17:00 (Europe/London)"
    );
    assert_eq!(
        words("every other tuesday"),
        "every other Tuesday at 09:00, from 24 November 2026 (Europe/Berlin)"
    );
    assert_eq!(
        words("every hour between 9 and 17 on weekdays"),
        "every hour between 09:00 and 17:00, every weekday (Europe/Berlin)"
    );
    assert_eq!(
        words("0 9 * * 1#2"),
        "at 09:00, on the 2nd Monday of the month: cron 0 9 * * 1#2 (Europe/Berlin)"
    );
    assert_eq!(
        words("tomorrow at 8"),
        "once on 22 November 2026 at 08:00 (Europe/Berlin)"
    );
}

#[test]
fn what_is_not_understood_says_what_it_was() {
    let wrong = |text| parse(text, in_berlin()).unwrap_err();
    assert_eq!(wrong(""), RuleError::Empty);
    assert_eq!(wrong("at 9"), RuleError::Empty);
    assert_eq!(wrong("every blue moon"), RuleError::Word("blue".to_owned()));
    assert_eq!(
        wrong("every weekday except holidays"),
        RuleError::Word("holidays".to_owned())
    );
    assert_eq!(
        wrong("every day at 25:00"),
        RuleError::Time("25:00".to_owned())
    );
    assert_eq!(
        wrong("every day at 13pm"),
        RuleError::Time("13pm".to_owned())
    );
    assert_eq!(
        wrong("every 0 minutes"),
        RuleError::Interval("0 minutes".to_owned())
    );
    assert_eq!(
        wrong("every 5 months"),
        RuleError::Interval("5 months".to_owned())
    );
    for text in ["every evening at 10am", "at 09:30pm in the morning"] {
        assert_eq!(wrong(text), RuleError::Twice("at which part of the day"));
    }
    assert_eq!(
        wrong("every second"),
        RuleError::Interval("a second".to_owned())
    );
    assert_eq!(
        wrong("every Monday at 9 starting in January"),
        RuleError::Word("starting".to_owned())
    );
    assert_eq!(wrong("today at 8"), RuleError::Past);
    assert_eq!(wrong("every 30 February"), RuleError::Never);
    assert_eq!(
        wrong("on 24 December 2026 every day"),
        RuleError::Together("a date with something that comes back")
    );
    assert!(matches!(wrong("0 25 * * *"), RuleError::Cron { .. }));
    assert!(matches!(wrong("@reboot"), RuleError::Cron { .. }));
}

#[test]
fn what_would_be_half_understood_is_refused() {
    for text in [
        "in 20 minutes at 9",
        "in 2 hours every Friday",
        "every day at 9 and every Friday at 17",
        "every Monday except Mondays",
        "on the first Monday of the month except Fridays",
        "Mondays at 9 and Thursdays at 10",
        "Monday 9am, Wednesday 2pm",
        "weekdays at 9 and weekends at 11",
        "9am on weekdays and 11am on weekends",
        "every weekday at 9 and on Sunday at 18",
        "daily at 9, Fridays at 16",
        "1st of the month at 9 and 15th at 17",
        "first Monday at 9 and last Friday at 17:00",
        "every Monday morning and Friday afternoon",
        "every Monday and every other Tuesday",
        "every other Tuesday and every Monday",
        "first Monday of January and last Friday of July at 9",
        "every evening and morning at 8",
        "in the morning at 9 and at 6 in the evening",
        "twice a day at 9",
        "twice a week on Monday, Tuesday and Friday",
    ] {
        let refused = parse(text, in_berlin());
        assert!(
            matches!(refused, Err(RuleError::Together(_))),
            "{text}: {refused:?}"
        );
    }
}

#[test]
fn the_examples_that_an_error_gives_are_understood() {
    let errors = [
        RuleError::Empty,
        RuleError::Word(String::new()),
        RuleError::Time(String::new()),
        RuleError::Interval(String::new()),
        RuleError::Never,
        RuleError::Past,
        RuleError::Cron {
            line: String::new(),
            why: String::new(),
        },
    ];
    for example in errors.iter().flat_map(RuleError::examples) {
        parse(example, in_berlin()).unwrap();
    }
}

#[test]
fn a_rule_survives_being_stored() {
    for text in [
        "every other Tuesday",
        "0 9 * * FRI#L",
        "tomorrow at 8",
        "every 15 minutes",
    ] {
        let rule = parse(text, in_berlin()).unwrap();
        let stored = serde_json::to_value(&rule).unwrap();
        assert_eq!(serde_json::from_value::<Rule>(stored).unwrap(), rule);
    }
}

fn weekday() -> impl Strategy<Value = Weekday> {
    (0_u8..7).prop_map(|day| Weekday::try_from(day).unwrap())
}

fn week() -> impl Strategy<Value = Vec<Weekday>> {
    proptest::collection::btree_set(0_u8..7, 1..=7).prop_map(|days| {
        days.into_iter()
            .map(|day| Weekday::try_from(day).unwrap())
            .collect()
    })
}

fn date() -> impl Strategy<Value = NaiveDate> {
    (0_i64..3_000)
        .prop_map(|days| NaiveDate::from_ymd_opt(2026, 1, 1).unwrap() + Duration::days(days))
}

fn time_of(minute: u32) -> Option<NaiveTime> {
    NaiveTime::from_hms_opt(minute / 60, minute % 60, 0)
}

fn time() -> impl Strategy<Value = NaiveTime> {
    (0_u32..24 * 60).prop_map(|minute| time_of(minute).unwrap())
}

fn month_day() -> impl Strategy<Value = MonthDay> {
    prop_oneof![
        (1_u32..=5, weekday()).prop_map(|(n, day)| MonthDay::Nth(n, day)),
        weekday().prop_map(MonthDay::LastOf),
        (1_u32..=23).prop_map(MonthDay::Business),
        Just(MonthDay::LastBusiness),
        (1_u32..=31).prop_map(MonthDay::Day),
        Just(MonthDay::Last),
        (2_u32..=5, weekday()).prop_map(|(n, day)| MonthDay::NthFromEnd(n, day)),
        (2_u32..=23).prop_map(MonthDay::BusinessFromEnd),
        (2_u32..=31).prop_map(MonthDay::FromEnd),
    ]
}

fn in_months() -> impl Strategy<Value = Days> {
    let on = prop_oneof![
        proptest::collection::vec(month_day(), 1..4),
        week().prop_map(|days| days.into_iter().map(MonthDay::Each).collect()),
    ];
    let months = prop_oneof![
        Just((1..=12).collect::<Vec<u32>>()),
        proptest::collection::btree_set(1_u32..=12, 1..6)
            .prop_map(|months| months.into_iter().collect()),
    ];
    (on, months).prop_map(|(mut on, months)| {
        on.sort_by_key(|day| day.rank());
        on.dedup();
        Days::Month { on, months }
    })
}

fn days() -> impl Strategy<Value = Days> {
    prop_oneof![
        Just(Days::All),
        (1_u32..40, date()).prop_map(|(n, from)| Days::EveryNth { n, from }),
        week().prop_map(Days::Week),
        (1_u32..6, week(), date()).prop_map(|(n, on, from)| Days::EveryNthWeek { n, on, from }),
        in_months(),
        proptest::collection::btree_set((1_u32..=12, 1_u32..=28), 2..5)
            .prop_map(|dates| dates.into_iter().collect())
            .prop_filter("else they are days of months", |dates: &Vec<(u32, u32)>| {
                dates.iter().any(|date| date.0 != dates[0].0)
                    && dates.iter().any(|date| date.1 != dates[0].1)
            })
            .prop_map(Days::Dates),
    ]
}

fn times() -> impl Strategy<Value = Times> {
    let each = (1_u32..24 * 60, time(), time());
    prop_oneof![
        proptest::collection::btree_set(time(), 1..4)
            .prop_map(|times| Times::At(times.into_iter().collect())),
        each.prop_map(|(minutes, from, to)| Times::Each { minutes, from, to }),
        (1_u32..24 * 60).prop_map(|minutes| Times::Each {
            minutes,
            from: NaiveTime::MIN,
            to: time_of(23 * 60 + 59).unwrap(),
        }),
    ]
}

fn rule() -> impl Strategy<Value = Rule> {
    const LINES: [&str; 6] = [
        "0 9 * * MON-FRI",
        "*/15 * * * *",
        "30 2 L * *",
        "0 1 15W * *",
        "15 2 * * FRI#L",
        "0 3 13 * 5",
    ];
    const ZONES: [&str; 7] = [
        "UTC",
        "Europe/Berlin",
        "America/New_York",
        "Asia/Kolkata",
        "Australia/Lord_Howe",
        "America/Havana",
        "America/Argentina/Buenos_Aires",
    ];
    let when = prop_oneof![
        8 => (days(), times()).prop_map(|(days, times)| When::On { days, times }),
        1 => (date(), time()).prop_map(|(date, time)| When::Once(date.and_time(time))),
        1 => proptest::sample::select(&LINES[..]).prop_map(|line| When::Cron(line.to_owned())),
    ];
    (when, proptest::sample::select(&ZONES[..])).prop_map(|(when, zone)| Rule {
        when,
        zone: zone.parse().unwrap(),
    })
}

fn moment() -> impl Strategy<Value = DateTime<Utc>> {
    let begin = Utc.with_ymd_and_hms(2026, 1, 1, 0, 0, 0).unwrap();
    // Half of them near a change of the clocks.
    let changes = [
        "2026-03-29T00:30:00Z",
        "2026-10-25T00:30:00Z",
        "2026-03-08T06:30:00Z",
        "2026-11-01T05:30:00Z",
        "2026-04-04T15:00:00Z",
    ];
    let changes: Vec<DateTime<Utc>> = changes.iter().map(|at| at.parse().unwrap()).collect();
    prop_oneof![
        (0_i64..3 * 365 * 24 * 60).prop_map(move |minutes| begin + Duration::minutes(minutes)),
        (proptest::sample::select(changes), -5_000_i64..10_000)
            .prop_map(|(at, seconds)| at + Duration::seconds(seconds)),
    ]
}

proptest! {
    #[test]
    fn the_words_of_a_rule_parse_to_that_rule(rule in rule(), now in moment()) {
        prop_assume!(rule.next(now).is_some());
        let asked = Asked { at: now, zone: Tz::Asia__Tokyo };
        prop_assert_eq!(parse(&rule.words(), asked), Ok(rule.clone()), "{}", rule.words());
    }

    #[test]
    fn the_next_run_is_later_and_nothing_lies_between(rule in rule(), after in moment(), part in 0.0..1.0) {
        let Some(next) = rule.next(after) else { return Ok(()) };
        prop_assert!(next > after);
        let between = after + (next - after).mul_f64_floor(part);
        prop_assert_eq!(rule.next(between), Some(next));
    }

    #[test]
    fn a_run_shows_the_time_that_was_asked_for(rule in rule(), after in moment()) {
        let (Some(next), When::On { days, times }) = (rule.next(after), &rule.when) else { return Ok(()) };
        let wall = next.with_timezone(&rule.zone).naive_local();
        let begun = [Some(wall.date()), wall.date().pred_opt()];
        let is_named = begun.into_iter().flatten().any(|date| days.has(date) && times.on(date).contains(&wall));
        // Otherwise the clock has just left out what was named.
        let before = (next - Duration::minutes(1)).with_timezone(&rule.zone).naive_local();
        prop_assert!(is_named || wall - before > Duration::minutes(1), "{} at {wall}", rule.words());
    }

    #[test]
    fn no_text_is_too_strange(text in "[a-z0-9:,.@*/#éπ -]{0,60}") {
        let _ = parse(&text, in_berlin());
    }
}

trait Part {
    fn mul_f64_floor(self, part: f64) -> Self;
}

impl Part for Duration {
    fn mul_f64_floor(self, part: f64) -> Self {
        Duration::seconds((self.num_seconds() as f64 * part) as i64)
    }
}
