//! The wire to Slack: proof of origin, what comes in, what goes out, and how it looks.
//! Nothing here knows the database or the agent.

pub mod answer;
pub mod blocks;
pub mod client;
pub mod ids;
pub mod inbound;
pub mod manifest;
pub mod markdown;
pub mod mrkdwn;
pub mod oauth;
pub mod prompts;
pub mod text;
pub mod verify;
