//! Penny, a colleague who lives in Slack. The folders are layers: each imports only from
//! lower ones (`docs/ARCHITECTURE.md` has the table, `tests/architecture/` checks it).

pub mod agent;
pub mod approvals;
pub mod automation;
pub mod base;
pub mod cli;
pub mod connectors;
pub mod demo;
pub mod jobs;
pub mod models;
pub mod net;
pub mod queue;
pub mod reports;
pub mod slack;
pub mod store;
pub mod surfaces;
pub mod web;

#[cfg(feature = "playground")]
pub mod playground;
