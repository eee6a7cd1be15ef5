//! A stand-in for Slack with a page in the browser, to try Penny without a workspace.

pub mod page;
