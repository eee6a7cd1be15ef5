//! The demo company: Wayfold, who sell delivery planning to wholesalers. Deterministic and
//! connected, so that every screen, test and benchmark talks of the same people and deals. Made
//! here, written by `seed`; the playground's Slack is peopled from `workspace`.

mod calendar;
mod chatter;
mod random;
mod words;
pub mod workspace;

pub use workspace::workspace;
