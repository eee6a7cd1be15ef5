//! The command line, and the composition root that puts the rooms together.

pub mod app;
