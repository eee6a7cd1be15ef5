//! Connecting systems and keeping them read, as people go through it in Slack.

mod consent;
mod desk;
mod following;
mod keys;
