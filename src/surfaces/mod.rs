//! Where people meet Penny in Slack: one file a surface. A surface turns what Slack sent into
//! rows and nudges, or into what a person sees at once.

pub mod intake;
