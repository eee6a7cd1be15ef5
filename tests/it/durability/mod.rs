//! What is promised when things break: exactly one effect, or a plain sentence.

mod database;
mod order;
mod recovery;
mod slack;
