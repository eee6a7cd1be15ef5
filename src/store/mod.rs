//! All SQL lives here: the pool, transactions bound to an organisation, and one file an aggregate.

pub mod db;
