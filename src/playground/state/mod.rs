//! The state of the stand-in: what a real workspace would remember.

pub mod channel;
pub mod file;
pub mod installation;
pub mod message;
pub mod stamp;
pub mod stream;
pub mod view;
pub mod world;
