//! Where people meet Penny in Slack: one file a surface. A surface turns what Slack sent into
//! rows and nudges, or into what a person sees at once.

pub mod approvals;
mod artifacts;
mod ask;
mod call;
pub mod catching_up;
mod channel;
mod command;
mod dashboards;
mod delivery;
pub mod digests;
mod failing;
mod feedback;
mod home;
pub mod inbound;
pub mod intake;
mod listening;
mod memory;
mod nearest;
mod objections;
mod page;
mod pane;
mod people;
mod posting;
mod questions;
mod retry;
mod rooms;
mod scene;
mod schedules;
mod shortcuts;
mod status;
mod stopping;
mod systems;
mod typed_key;
mod workflows;
