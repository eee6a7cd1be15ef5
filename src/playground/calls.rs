//! The log of what Penny called, and which of it a test has looked at. A call that people can
//! see the effect of counts as read once somebody has looked there; the rest is bookkeeping.

use super::state::stamp::Stamp;
use crate::base::ids::{ChannelId, UserId};
use chrono::{DateTime, Utc};
use parking_lot::Mutex;
use serde_json::Value;
use std::collections::{HashMap, VecDeque};

const KEPT: usize = 20_000;

/// Where a call's effect shows.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Subject {
    Thread(ChannelId, Stamp),
    Channel(ChannelId),
    Home(UserId),
    Modal(UserId),
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    Ok,
    /// Slack's error code.
    Refused(String),
    /// A scripted fault; `applied` tells whether the call took effect all the same.
    Fault {
        name: &'static str,
        applied: bool,
    },
}

#[derive(Debug, Clone)]
pub struct ApiCall {
    pub number: u64,
    pub method: String,
    /// Without the token.
    pub args: Value,
    pub outcome: Outcome,
    pub at: DateTime<Utc>,
    pub subject: Option<Subject>,
    pub read: bool,
}

#[derive(Debug, Default)]
struct Log {
    calls: VecDeque<ApiCall>,
    counts: HashMap<String, u64>,
    number: u64,
}

#[derive(Debug)]
pub struct CallLog {
    log: Mutex<Log>,
    quiet: bool,
}

impl CallLog {
    pub fn new(quiet: bool) -> Self {
        Self {
            log: Mutex::default(),
            quiet,
        }
    }

    pub fn is_quiet(&self) -> bool {
        self.quiet
    }

    pub fn record(&self, mut call: ApiCall) {
        let mut log = self.log.lock();
        log.number += 1;
        call.number = log.number;
        match log.counts.get_mut(&call.method) {
            Some(count) => *count += 1,
            None => {
                log.counts.insert(call.method.clone(), 1);
            }
        }
        if self.quiet {
            return;
        }
        if log.calls.len() >= KEPT {
            log.calls.pop_front();
        }
        log.calls.push_back(call);
    }

    pub fn count(&self, method: &str) -> u64 {
        self.log.lock().counts.get(method).copied().unwrap_or(0)
    }

    /// Calls of one method, oldest first; looking at them makes them read.
    pub fn of(&self, method: &str) -> Vec<ApiCall> {
        let mut log = self.log.lock();
        let matching = log.calls.iter_mut().filter(|call| call.method == method);
        matching
            .map(|call| {
                call.read = true;
                call.clone()
            })
            .collect()
    }

    pub fn all(&self) -> Vec<ApiCall> {
        self.log.lock().calls.iter().cloned().collect()
    }

    pub fn read_subject(&self, subject: &Subject) {
        let mut log = self.log.lock();
        let shown = log
            .calls
            .iter_mut()
            .filter(|call| call.subject.as_ref() == Some(subject));
        shown.for_each(|call| call.read = true);
    }

    /// Visible effects and refusals that nobody has looked at.
    pub fn unread(&self) -> Vec<ApiCall> {
        let log = self.log.lock();
        let matters =
            |call: &&ApiCall| !call.read && (call.subject.is_some() || call.outcome != Outcome::Ok);
        log.calls.iter().filter(matters).cloned().collect()
    }

    pub fn mark_all_read(&self) {
        self.log
            .lock()
            .calls
            .iter_mut()
            .for_each(|call| call.read = true);
    }
}
