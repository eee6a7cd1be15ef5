//! How far a channel is read back. Everything is a ts, newest first, so that a place found in any
//! process at any time leads on; nothing of it depends on the page that it came from.

use crate::base::ids::Ts;
use crate::slack::inbound::ts_of;
use crate::store::{StoreError, StoreResult};
use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Messages around the moment in which listening begins may be heard, read back, both or, while
/// not every process listens yet, neither: these are read once more at the end.
const OVERLAP: TimeDelta = TimeDelta::minutes(2);

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Position {
    /// Nothing older is read.
    pub since: Ts,
    /// Everything from here on was read, outside of threads.
    pub before: Option<Ts>,
    /// Threads that were found and are still to be read.
    pub threads: Vec<Thread>,
    /// What is left is the threads.
    pub is_through: bool,
    /// From where on to read once more, after the end.
    pub again: Option<Ts>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Thread {
    pub root: Ts,
    /// Everything up to here was read.
    pub after: Ts,
}

impl Position {
    /// For a channel that is to be read from now on, and some days back.
    pub fn of_new(now: DateTime<Utc>, days: i32) -> Self {
        Self {
            again: Some(ts_of(now - OVERLAP)),
            ..Self::since(now - TimeDelta::days(days.max(1).into()))
        }
    }

    /// For what may have been missed since a moment.
    pub fn since(moment: DateTime<Utc>) -> Self {
        Self {
            since: ts_of(moment),
            before: None,
            threads: Vec::new(),
            is_through: false,
            again: None,
        }
    }

    pub fn read(value: Value) -> StoreResult<Self> {
        serde_json::from_value(value).map_err(StoreError::from)
    }

    pub fn to_value(&self) -> StoreResult<Value> {
        Ok(serde_json::to_value(self)?)
    }

    /// Behind a page of the channel itself.
    pub fn behind(mut self, messages: &[Value], has_more: bool) -> Self {
        let oldest = messages.iter().filter_map(ts).min();
        let threads = messages.iter().filter(|it| has_replies(it)).filter_map(ts);
        self.threads.extend(threads.map(|root| Thread {
            after: root.clone(),
            root,
        }));
        self.is_through = !has_more || oldest.is_none();
        self.before = oldest.or(self.before);
        self
    }

    /// Behind a page of the thread that comes last; none of it came if it is gone.
    pub fn behind_thread(mut self, messages: &[Value], has_more: bool) -> Self {
        let Some(mut thread) = self.threads.pop() else {
            return self;
        };
        let newest = messages.iter().filter_map(ts).max();
        if let Some(newest) = newest.filter(|newest| has_more && *newest > thread.after) {
            thread.after = newest;
            self.threads.push(thread);
        }
        self
    }

    /// Itself while there is something left, what is to be read once more, or nothing.
    pub fn or_next(self) -> Option<Self> {
        if !self.is_through || !self.threads.is_empty() {
            return Some(self);
        }
        self.again.map(|since| Self {
            since,
            before: None,
            threads: Vec::new(),
            is_through: false,
            again: None,
        })
    }
}

fn ts(message: &Value) -> Option<Ts> {
    Some(Ts::new(message.get("ts")?.as_str()?))
}

fn has_replies(message: &Value) -> bool {
    message.get("reply_count").and_then(Value::as_u64) > Some(0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn said(ts: &str, replies: u64) -> Value {
        json!({"ts": ts, "reply_count": replies})
    }

    #[test]
    fn a_channel_is_read_to_its_end_with_its_threads_and_then_its_beginning_once_more() {
        let now = DateTime::from_timestamp(1_700_000_000, 0).unwrap();
        let start = Position::of_new(now, 90);
        let page = start.behind(
            &[said("1699999999.000002", 3), said("1699999998.000000", 0)],
            true,
        );
        assert_eq!(page.before, Some(Ts::from("1699999998.000000")));
        assert_eq!(page.threads.len(), 1);
        let thread = page
            .behind_thread(&[said("1699999999.000002", 3)], false)
            .or_next()
            .unwrap();
        assert!(thread.threads.is_empty() && !thread.is_through);
        let again = thread.behind(&[], false).or_next().unwrap();
        assert_eq!(again.since, Ts::from("1699999880.000000"));
        assert_eq!(again.behind(&[], false).or_next(), None);
    }

    #[test]
    fn a_long_thread_goes_on_behind_its_last_page_and_one_that_stands_still_ends() {
        let start = Position::since(Utc::now()).behind(&[said("5.000000", 9)], false);
        let on = start.behind_thread(&[said("5.000000", 9), said("6.000000", 0)], true);
        assert_eq!(on.threads[0].after, Ts::from("6.000000"));
        let stuck = on.behind_thread(&[said("5.000000", 9)], true);
        assert_eq!(stuck.or_next(), None);
    }

    #[test]
    fn an_empty_page_ends_a_channel_whatever_slack_says_of_more() {
        assert_eq!(
            Position::since(Utc::now()).behind(&[], true).or_next(),
            None
        );
    }
}
