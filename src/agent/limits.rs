//! The bounds of a turn, checked before money is spent, each with a sentence of its own.

use crate::base::config::Limits;
use crate::store::turns::Spent;
use std::time::Duration;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Breach {
    Steps,
    Tokens,
    Money,
    Time,
    /// The model was cut off again and again.
    Length,
}

/// What had begun before this process took the turn over has so long to say what came of it, even
/// where the turn's time is over: a change may have been made.
const TO_SAY_WHAT_CAME: Duration = Duration::from_secs(10);

/// How long a turn of this age may still work.
pub fn left(limits: &Limits, age: Duration, has_begun: bool) -> Duration {
    let left = limits.time.saturating_sub(age);
    if has_begun {
        left.max(TO_SAY_WHAT_CAME)
    } else {
        left
    }
}

/// The first bound that is reached, if any.
pub fn breach(limits: &Limits, spent: Spent, age: Duration) -> Option<Breach> {
    if age >= limits.time {
        return Some(Breach::Time);
    }
    if spent.steps >= i32::try_from(limits.steps).unwrap_or(i32::MAX) {
        return Some(Breach::Steps);
    }
    if u64::try_from(spent.tokens).unwrap_or(0) >= limits.tokens {
        return Some(Breach::Tokens);
    }
    (u64::try_from(spent.cost_micros).unwrap_or(0) >= limits.cost_micros).then_some(Breach::Money)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::config::Caps;

    fn limits() -> Limits {
        Limits {
            steps: 3,
            tokens: 100,
            cost_micros: 50,
            time: Duration::from_secs(60),
            caps: Caps::default(),
        }
    }

    #[test]
    fn a_turn_whose_time_is_over_may_still_say_what_came_of_what_it_had_begun() {
        let left =
            |secs, has_begun| left(&limits(), Duration::from_secs(secs), has_begun).as_secs();
        assert_eq!(left(20, false), 40);
        assert_eq!(left(20, true), 40);
        assert_eq!(left(70, false), 0);
        assert_eq!(left(70, true), 10);
    }

    #[test]
    fn each_bound_is_noticed_when_it_is_reached_and_not_before() {
        let at = |steps, tokens, cost_micros, secs| {
            let spent = Spent {
                steps,
                tokens,
                cost_micros,
                tool_calls: 0,
            };
            breach(&limits(), spent, Duration::from_secs(secs))
        };
        assert_eq!(at(2, 99, 49, 59), None);
        assert_eq!(at(3, 0, 0, 0), Some(Breach::Steps));
        assert_eq!(at(0, 100, 0, 0), Some(Breach::Tokens));
        assert_eq!(at(0, 0, 50, 0), Some(Breach::Money));
        assert_eq!(at(0, 0, 0, 60), Some(Breach::Time));
    }
}
