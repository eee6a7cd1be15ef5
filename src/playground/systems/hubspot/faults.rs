//! Misbehaviour on command: what HubSpot or the network does to the next calls of a path.

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
    /// The call is applied, and then there is no answer at all; the connection stays open.
    AppliedHang,
    /// No answer at all; the connection stays open, and the call is not applied.
    Hang,
}
