//! Stand-ins for the systems that a company connects, beside the one for Slack: in process, from
//! memory, each as its provider documents it. The tests read and write them, and `penny dev` has
//! them for Penny to change.

pub mod faults;
pub mod gmail;
pub mod hubspot;
pub mod linear;
