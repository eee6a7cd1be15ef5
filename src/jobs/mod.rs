//! What the queue runs, one file a kind, and what those files share.

pub mod workspaces;
