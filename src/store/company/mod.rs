//! Rows of the company's data, as every source of it (connectors, the demo company) hands them
//! in, and one way to write them: a whole page at once, changing only what differs.

mod rows;
mod upsert;

pub use rows::*;
pub use upsert::{CompanyRow, upsert, upsert_attendees};
