//! What people see in the playground's page, in a real browser: a headless Chromium, Penny as a
//! whole behind it, and a picture of every scene in `target/screenshots`.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "the exception for tests does not reach the helpers of a test binary"
)]

mod answers;
mod approvals;
mod chromium;
mod company;
mod dashboards;
mod digests;
mod feedback;
mod home;
mod page;
mod people;
mod recurring;
#[expect(dead_code, reason = "the tests of the whole use more of it")]
#[path = "../it/support/mod.rs"]
mod support;
mod systems;
mod workflows;
