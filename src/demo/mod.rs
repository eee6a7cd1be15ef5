//! The demo company: Wayfold, who sell delivery planning to wholesalers. Deterministic and
//! connected, so that every screen, test and benchmark talks of the same people and deals. Made
//! here, written by `seed`; the playground's Slack is peopled from `workspace`.

mod building;
mod calendar;
mod chatter;
pub mod company;
mod knowing;
mod meeting;
mod prose;
mod random;
mod seed;
mod selling;
mod talking;
mod words;
pub mod workspace;

#[cfg(test)]
mod tests;

pub use seed::seed;
pub use workspace::workspace;
