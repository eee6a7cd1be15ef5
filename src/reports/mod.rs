//! Charts, reports and exports of query results. A recipe says what is made and is kept, so that
//! it can be made again with fresh rows; `making` runs its queries with the eyes of whoever it is
//! for, and the rest of this folder turns rows into pictures, documents and sheets.

mod changes;
pub mod chart;
mod columns;
pub mod dashboard;
pub mod digest;
pub mod flow;
mod fonts;
mod making;
mod numbers;
mod recipe;
mod sheet;
mod table_block;
pub mod typeset;

pub use changes::Figures;
pub use making::{Made, MadeFile, MakeError, Maker, Since};
pub use recipe::{Choose, Filter, Format, Part, Recipe, Show, Tile};

#[cfg(test)]
mod testing;
