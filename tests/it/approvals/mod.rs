//! Approvals on a real database: who decides, what runs, how often, and what the ledger says.

mod audit;
mod deciding;
mod executing;
mod granting;
mod office;
mod races;
mod transitions;
