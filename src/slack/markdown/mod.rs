//! Model Markdown for Slack: made inert, cut where nothing breaks, tables as tables.

mod clean;
mod layout;
mod links;
mod mentions;
mod plain;
mod segments;
mod table;
mod token;

pub use crate::base::invisible::reveal_invisible;
pub use clean::{clean, clean_so_far};
pub use layout::{Layout, Part, first_part_so_far, layout};
pub use plain::plain;
pub use segments::Segment;
pub use table::Table;

#[cfg(test)]
mod tests;
