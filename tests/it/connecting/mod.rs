//! Connecting systems and keeping them read, as people go through it in Slack.

mod acting;
mod at_nango;
mod browser;
mod consent;
mod desk;
mod following;
mod goals;
mod keys;
mod meetings;
mod nango;
mod parting;
mod people;
mod records;
mod recovering;
mod registered;
mod shut_out;
mod telling;
