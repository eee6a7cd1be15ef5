//! Tests of the whole: the real router, worker and database, seen as people in Slack see them.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "the exception for tests does not reach the helpers of a test binary"
)]

mod approvals;
mod approvals_in_slack;
mod changing;
mod connecting;
mod connectors;
mod conversations;
mod dashboards;
mod demo_model;
mod demo_systems;
mod dev;
mod digests;
mod doctor;
mod durability;
mod hubspot_stand_in;
mod ingress;
mod install;
mod kill;
mod listening;
mod mail;
mod memory;
mod migrations;
mod own_tables;
mod posting;
mod reports;
mod retention;
mod sandbox;
mod schedules;
mod support;
mod surfaces;
mod tools;
mod trackers;
mod upgrading;
mod visibility;
mod web;
mod webhooks;
mod workflows;
