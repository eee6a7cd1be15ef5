//! Misbehaviour on command: what HubSpot or the network does to the next calls of a path.

use parking_lot::Mutex;
use std::time::Duration;

#[derive(Debug, Clone, PartialEq)]
pub enum Fault {
    /// 429; HubSpot says how long to wait with some of its limits only.
    RateLimited {
        policy: &'static str,
        retry_after: Option<u64>,
    },
    /// A status with a page in place of JSON; the call is not applied.
    Status(u16),
    /// The call is applied, and then answered with this status and a page.
    AppliedStatus(u16),
    /// The answer takes this long (real time).
    Slow(Duration),
    /// The call is applied, and the connection is cut in the middle of its answer.
    Cut,
    /// No answer at all; the connection stays open, and the call is not applied.
    Hang,
}

#[derive(Debug)]
struct Rule {
    path: &'static str,
    method: Option<&'static str>,
    skip: u32,
    left: u32,
    fault: Fault,
}

#[derive(Debug, Default)]
pub struct Faults {
    rules: Mutex<Vec<Rule>>,
}

/// A fault being described: `hubspot.faults().on("/crm/v3/owners").next(2).hit(Fault::Cut)`.
#[derive(Debug)]
pub struct FaultFor<'a> {
    faults: &'a Faults,
    rule: Rule,
}

impl Faults {
    /// Of the paths that begin with this.
    pub fn on(&self, path: &'static str) -> FaultFor<'_> {
        let rule = Rule {
            path,
            method: None,
            skip: 0,
            left: 1,
            fault: Fault::Hang,
        };
        FaultFor { faults: self, rule }
    }

    /// How many faults wait for their call: a test asserts that all of them happened.
    pub fn unused(&self) -> usize {
        self.rules.lock().len()
    }

    pub(super) fn strike(&self, method: &str, path: &str) -> Option<Fault> {
        let mut rules = self.rules.lock();
        let place = rules.iter().position(|rule| {
            path.starts_with(rule.path) && rule.method.is_none_or(|wanted| wanted == method)
        })?;
        let rule = &mut rules[place];
        if rule.skip > 0 {
            rule.skip -= 1;
            return None;
        }
        rule.left -= 1;
        let fault = rule.fault.clone();
        if rule.left == 0 {
            rules.remove(place);
        }
        Some(fault)
    }
}

impl FaultFor<'_> {
    /// Only calls of this method.
    pub fn method(mut self, method: &'static str) -> Self {
        self.rule.method = Some(method);
        self
    }

    /// Lets this many calls through first.
    pub fn after(mut self, calls: u32) -> Self {
        self.rule.skip = calls;
        self
    }

    /// Hits this many calls instead of one.
    pub fn next(mut self, calls: u32) -> Self {
        self.rule.left = calls;
        self
    }

    pub fn hit(self, fault: Fault) {
        self.faults.rules.lock().push(Rule { fault, ..self.rule });
    }
}
