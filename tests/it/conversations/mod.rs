//! What people experience when they talk to Penny.

mod answers;
mod bounds;
mod caps;
mod context;
mod costs;
mod files;
mod models;
mod places;
mod steering;
mod tools;
mod trouble;
