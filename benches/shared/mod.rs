//! What the benches have in common. Each uses a part of it.
#![allow(dead_code, reason = "each bench uses a part of it")]

pub mod database;
pub mod penny;
pub mod report;
