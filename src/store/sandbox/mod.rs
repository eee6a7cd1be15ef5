//! Runs SQL that a model wrote: as the organisation's own login, on views that show what the
//! viewer may see, behind an allow-list and limits.

pub mod guard;
