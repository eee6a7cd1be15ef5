//! How Penny and what she is connected to are doing, as lines for `/penny status` and App Home.

use super::kit::section;
use super::sync::grouped;
use crate::slack::mrkdwn::{clip, escape, moment};
use crate::slack::text;
use chrono::{DateTime, Utc};
use serde_json::Value;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct System {
    pub name: String,
    pub health: Health,
    pub note: Option<String>,
    pub synced_at: Option<DateTime<Utc>>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Health {
    Healthy,
    Delayed,
    Broken,
    Paused,
}

impl Health {
    /// What the store calls it; what nobody has heard of is nothing to rely on.
    pub fn named(name: &str) -> Self {
        match name {
            "healthy" => Self::Healthy,
            "delayed" => Self::Delayed,
            "paused" => Self::Paused,
            _ => Self::Broken,
        }
    }

    pub(super) fn sign(self) -> &'static str {
        match self {
            Self::Healthy => ":large_green_circle:",
            Self::Delayed => ":large_yellow_circle:",
            Self::Broken => ":red_circle:",
            Self::Paused => ":white_circle:",
        }
    }
}

/// The work of the whole organisation.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Queue {
    pub ready: i64,
    pub running: i64,
    pub dead: i64,
    pub oldest_seconds: f64,
}

/// What the organisation has taken of what it may.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Usage {
    /// Within the last hour.
    pub turns: i64,
    pub most_turns: Option<u32>,
    /// Of today.
    pub micros: i64,
    pub most_micros: Option<i64>,
}

#[derive(Debug)]
pub struct Status<'a> {
    pub model: &'a str,
    pub running: i64,
    pub waiting: i64,
    pub systems: &'a [System],
    /// For administrators.
    pub queue: Option<Queue>,
    pub usage: Option<Usage>,
}

pub fn status(status: &Status<'_>) -> Vec<Value> {
    let mut lines = vec![
        status.model.to_owned(),
        text::at_work(status.running, status.waiting),
    ];
    lines.extend(status.queue.as_ref().and_then(queue_line));
    lines.extend(status.usage.as_ref().map(usage_line));
    vec![section(&lines.join("\n")), systems(status.systems)]
}

/// The connected systems, a line each.
pub fn systems(systems: &[System]) -> Value {
    if systems.is_empty() {
        return section(text::NOTHING_CONNECTED);
    }
    let lines: Vec<String> = systems.iter().map(line).collect();
    section(&lines.join("\n"))
}

fn line(system: &System) -> String {
    let mut line = format!("{} *{}*", system.health.sign(), escape(&system.name));
    match system.synced_at {
        Some(at) => line.push_str(&format!(" · read {}", moment(at))),
        None => line.push_str(" · not read yet"),
    }
    if let Some(note) = &system.note {
        line.push_str(&format!(" · {}", escape(&clip(note, 150))));
    }
    line
}

/// None while nothing waits and nothing was given up.
pub fn queue_line(queue: &Queue) -> Option<String> {
    if queue.ready == 0 && queue.dead == 0 {
        return None;
    }
    let mut line = format!("Queue: {} running, {} waiting", queue.running, queue.ready);
    if queue.ready > 0 {
        line.push_str(&format!(" (the oldest for {:.0} s)", queue.oldest_seconds));
    }
    if queue.dead > 0 {
        line.push_str(&format!(
            ", *{} given up* (whoever runs me sees why with `penny jobs list`)",
            queue.dead
        ));
    }
    line.push('.');
    Some(line)
}

fn usage_line(usage: &Usage) -> String {
    let turns = match usage.most_turns {
        Some(most) => format!("{} of {}", grouped(usage.turns), grouped(most.into())),
        None => grouped(usage.turns),
    };
    let spent = text::dollars(usage.micros);
    let money = match usage.most_micros {
        Some(most) => format!("{spent} of {}", text::dollars(most)),
        None => spent,
    };
    let is_used_up = usage
        .most_turns
        .is_some_and(|most| usage.turns >= i64::from(most))
        || usage.most_micros.is_some_and(|most| usage.micros >= most);
    let sign = if is_used_up { ":warning: " } else { "" };
    format!("{sign}Answers within the last hour: {turns}. Spent on models today (UTC): {money}.")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_broken_system_says_why_and_markup_in_names_stays_text() {
        let system = System {
            name: "Mail <team>".to_owned(),
            health: Health::named("broken"),
            note: Some("The key was revoked.".to_owned()),
            synced_at: None,
        };
        assert_eq!(
            line(&system),
            ":red_circle: *Mail &lt;team&gt;* · not read yet · The key was revoked."
        );
    }

    #[test]
    fn what_is_taken_stands_beside_what_may_be_and_a_used_up_bound_is_marked() {
        let mut usage = Usage {
            turns: 12,
            most_turns: Some(10_000),
            micros: 3_400_000,
            most_micros: None,
        };
        assert_eq!(
            usage_line(&usage),
            "Answers within the last hour: 12 of 10,000. Spent on models today (UTC): $3.40."
        );
        usage.most_micros = Some(3_000_000);
        assert_eq!(
            usage_line(&usage),
            ":warning: Answers within the last hour: 12 of 10,000. Spent on models today (UTC): $3.40 of $3.00."
        );
    }

    #[test]
    fn a_queue_is_counted_only_while_something_waits() {
        let mut queue = Queue {
            ready: 0,
            running: 2,
            dead: 0,
            oldest_seconds: 0.0,
        };
        assert_eq!(queue_line(&queue), None);
        queue.ready = 3;
        queue.oldest_seconds = 12.4;
        queue.dead = 1;
        assert_eq!(
            queue_line(&queue).unwrap(),
            "Queue: 2 running, 3 waiting (the oldest for 12 s), *1 given up* (whoever runs me sees why with `penny jobs list`)."
        );
    }
}
