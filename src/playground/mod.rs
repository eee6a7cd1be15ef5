//! A stand-in for Slack that remembers: workspaces, people, messages, streams, modals, tokens.
//! It speaks Slack's Web API to Penny and posts Slack's signed requests to her, so it is at once
//! the Slack of `penny dev`, with a page in the browser, and the Slack of the test-suite, where
//! [`Slack::person`] gives the people who do things and see things.
//!
//! A test starts one from a [`Setup`], points it at Penny with [`Slack::point_at`], lets
//! `slack.person("alice")?.mentions_penny("sales", "…")` happen and asserts on what
//! `alice.visible_text(&said.thread())` shows. [`Slack::faults`] scripts misfortune,
//! [`Slack::until`] waits, and `slack.calls().unread()` tells at the end what nobody looked at.
//!
//! It listens on the loopback interface only and knows no passwords: whoever reaches it may act
//! for anybody. The Docker image is built without it.

mod api;
mod assets;
mod authorize;
pub mod calls;
mod company;
mod composer;
mod driver;
mod elements;
mod events;
mod faults;
mod page;
mod people;
mod plain;
mod play;
mod refusal;
mod serve;
mod setup;
mod slack;
mod state;
pub mod systems;
mod transfer;
mod validate;

pub use self::driver::read::Seen;
pub use self::driver::until::NeverHappened;
pub use self::driver::{Container, Denied, Draft, Human, Pressed, Said, Submitted, Thread};
pub use self::events::deliver::{Answer, Courier, Delivery, Missed, signature};
pub use self::faults::{Fault, Faults};
pub use self::people::{Guest, Person};
pub use self::serve::router;
pub use self::setup::{AppSetup, NewChannel, NewMessage, Setup, Team};
pub use self::slack::{Slack, StartError};
pub use self::state::stamp::Stamp;

#[cfg(test)]
mod tests;
