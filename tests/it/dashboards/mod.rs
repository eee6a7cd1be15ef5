//! Dashboards, from the question in Slack to the page, and what nobody gets to see of them.

mod links;
mod looking;
mod office;
