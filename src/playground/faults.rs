//! Misbehaviour on command: what Slack or the network does to the next calls of a method.

use crate::base::ids::ChannelId;
use parking_lot::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

#[derive(Debug, Clone, PartialEq)]
pub enum Fault {
    /// 429 with `Retry-After` in seconds.
    RateLimited(u64),
    /// An HTTP status with a page instead of JSON.
    Status(u16),
    /// The call waits this long (real time), then goes on as usual.
    Delay(Duration),
    /// No answer at all, the connection stays open; the call is not applied.
    Hang,
    /// The connection is cut before the call is applied.
    Cut,
    /// The call is applied, then the connection is cut: its answer is lost.
    ApplyThenCut,
    /// Slack's `ok: false` with this code.
    Error(&'static str),
    /// For `chat.startStream`: the stream starts, and is found closed after so many appends.
    StreamDiesAfter(u32),
}

impl Fault {
    pub fn name(&self) -> &'static str {
        match self {
            Self::RateLimited(_) => "rate_limited",
            Self::Status(_) => "status",
            Self::Delay(_) => "delay",
            Self::Hang => "hang",
            Self::Cut => "cut",
            Self::ApplyThenCut => "apply_then_cut",
            Self::Error(_) => "error",
            Self::StreamDiesAfter(_) => "stream_dies",
        }
    }
}

#[derive(Debug)]
struct Rule {
    method: &'static str,
    channel: Option<ChannelId>,
    skip: u32,
    left: u32,
    fault: Fault,
}

#[derive(Debug, Default)]
pub struct Faults {
    rules: Mutex<Vec<Rule>>,
    armed: AtomicUsize,
}

/// A fault being described: `slack.faults().on("chat.postMessage").next(2).hit(Fault::Cut)`.
#[derive(Debug)]
pub struct FaultFor<'a> {
    faults: &'a Faults,
    rule: Rule,
}

impl Faults {
    pub fn on(&self, method: &'static str) -> FaultFor<'_> {
        let rule = Rule {
            method,
            channel: None,
            skip: 0,
            left: 1,
            fault: Fault::Hang,
        };
        FaultFor { faults: self, rule }
    }

    pub fn clear(&self) {
        self.rules.lock().clear();
        self.armed.store(0, Ordering::SeqCst);
    }

    /// How many faults wait for their call: a test asserts that all of them happened.
    pub fn unused(&self) -> usize {
        self.rules
            .lock()
            .iter()
            .filter(|rule| rule.left != u32::MAX)
            .count()
    }

    /// The fault that hits this call, if any.
    pub fn strike(&self, method: &str, channel: Option<&str>) -> Option<Fault> {
        if self.armed.load(Ordering::Acquire) == 0 {
            return None;
        }
        let mut rules = self.rules.lock();
        let place = rules.iter().position(|rule| {
            rule.method == method
                && rule
                    .channel
                    .as_ref()
                    .is_none_or(|wanted| Some(wanted.as_str()) == channel)
        })?;
        let rule = &mut rules[place];
        if rule.skip > 0 {
            rule.skip -= 1;
            return None;
        }
        let fault = rule.fault.clone();
        if rule.left != u32::MAX {
            rule.left -= 1;
        }
        if rule.left == 0 {
            rules.remove(place);
            self.armed.store(rules.len(), Ordering::Release);
        }
        Some(fault)
    }
}

impl FaultFor<'_> {
    pub fn in_channel(mut self, channel: &ChannelId) -> Self {
        self.rule.channel = Some(channel.clone());
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

    /// Hits every call until [`Faults::clear`].
    pub fn always(self) -> Self {
        self.next(u32::MAX)
    }

    pub fn hit(self, fault: Fault) {
        let mut rules = self.faults.rules.lock();
        rules.push(Rule { fault, ..self.rule });
        self.faults.armed.store(rules.len(), Ordering::Release);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fault_hits_only_its_method_and_channel_and_only_as_often_as_told() {
        let faults = Faults::default();
        let sales = ChannelId::new("C1");
        faults
            .on("chat.postMessage")
            .in_channel(&sales)
            .after(1)
            .next(2)
            .hit(Fault::Cut);
        assert_eq!(faults.strike("chat.update", Some("C1")), None);
        assert_eq!(faults.strike("chat.postMessage", Some("C2")), None);
        assert_eq!(faults.strike("chat.postMessage", Some("C1")), None);
        assert_eq!(
            faults.strike("chat.postMessage", Some("C1")),
            Some(Fault::Cut)
        );
        assert_eq!(faults.unused(), 1);
        assert_eq!(
            faults.strike("chat.postMessage", Some("C1")),
            Some(Fault::Cut)
        );
        assert_eq!(faults.strike("chat.postMessage", Some("C1")), None);
        assert_eq!(faults.unused(), 0);
    }
}
