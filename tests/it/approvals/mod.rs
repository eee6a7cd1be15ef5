//! Approvals on a real database: who decides, what runs, how often, and what the ledger says.

mod audit;
mod clicks;
mod deciding;
mod executing;
mod forgetting;
mod granting;
mod office;
mod races;
mod transitions;
