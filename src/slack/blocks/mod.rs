//! Block Kit: what messages, modals and the App Home are built of.

/// One block, of slack-morphism's types where it knows them and raw JSON where it does not.
pub use slack_morphism::blocks::SlackBlock as Block;
