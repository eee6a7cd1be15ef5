//! Workflows as people in Slack write, start and watch them.

mod changing;
mod desk;
mod looping;
mod outward;
mod running;
mod starting;
mod writing;
