//! All SQL lives here: the pool, transactions bound to an organisation, and one file an aggregate.

pub mod artifacts;
pub mod company;
pub mod connect_links;
pub mod connections;
pub mod conversations;
pub mod dashboards;
pub mod db;
pub mod deliveries;
pub mod embedded;
pub mod events;
pub mod gather;
pub mod grants;
pub mod inbox;
pub mod installations;
pub mod jobs;
pub mod ledger;
pub mod listen;
pub mod listening;
pub mod memory;
pub mod migrate;
pub mod outbox;
pub mod own_tables;
pub mod pages;
pub mod people;
pub mod policies;
pub mod prerequisites;
pub mod proposal_cards;
pub mod proposals;
pub mod questions;
pub mod sandbox;
pub mod schedules;
pub mod sealing;
pub mod sync;
pub mod turns;
pub mod workflows;

pub use db::{Db, OrgTx, StoreError, StoreResult};
