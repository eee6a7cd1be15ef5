//! Workflows as people in Slack write, start and watch them.

mod bounds;
mod budgets;
mod cancelling;
mod changing;
mod deciding;
mod desk;
mod editing;
mod given;
mod history;
mod listing;
mod looping;
mod mailing;
mod notes;
mod outward;
mod running;
mod starting;
mod templates;
mod trouble;
mod writing;
