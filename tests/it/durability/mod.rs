//! What is promised when things break: exactly one effect, or a plain sentence.

mod clock;
mod database;
mod given_up;
mod lanes;
mod order;
mod poison;
mod recovery;
mod rush;
mod sharing;
mod slack;
