//! From a wish in Slack to a changed record in HubSpot, and what holds when anything on that way
//! dies, hangs or is done twice.

mod interrupted;
mod office;
mod patience;
mod story;
mod traced;
mod unclear;
