//! SQL of a model, against a real database: who sees what, what is refused, what comes back.

mod analytic;
mod greedy;
mod hostile;
mod logins;
mod outcomes;
mod results;
mod schema;
mod visibility;
pub mod world;
