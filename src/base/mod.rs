//! What every other room stands on: ids, time, secrets, configuration, telemetry.

pub mod clock;
pub mod config;
pub mod ids;
pub mod invisible;
pub mod metrics;
pub mod secret;
pub mod telemetry;
pub mod topic;
pub mod viewer;
