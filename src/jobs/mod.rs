//! What the queue runs, one file a kind, and what those files share.

mod allowance;
pub mod attention;
pub mod await_nango;
pub mod cards;
pub mod dashboards;
pub mod deliver;
pub mod deliver_artifact;
pub mod execute_action;
pub mod eyes;
pub mod hear;
pub mod housekeeping;
pub mod listening;
pub mod people;
pub mod refresh_token;
pub mod run_turn;
pub mod said;
pub mod schedules;
pub mod show_sync;
pub mod sync_connection;
pub mod tell_broken;
pub mod tell_lost;
pub mod waiting;
pub mod watch;
pub mod whereabouts;
pub mod workflows;
pub mod workspaces;

use crate::agent::Agent;
use crate::base::clock::SharedClock;
use crate::connectors::connections::Connections;
use crate::reports::Maker;
use crate::slack::answer::Statuses;
use crate::store::Db;
use crate::store::outbox::Outbox;
use crate::store::sandbox::Sandbox;
use crate::store::sealing::Sealer;
use crate::store::spending::Headroom;
use people::Directory;
use std::sync::Arc;
use url::Url;
use workspaces::Workspaces;

/// What jobs and surfaces work with. Made once, by the composition root.
#[derive(Debug, Clone)]
pub struct Services {
    pub db: Db,
    pub clock: SharedClock,
    pub workspaces: Workspaces,
    pub connections: Connections,
    pub sealer: Sealer,
    pub directory: Directory,
    pub agent: Agent,
    /// Where queries run with somebody's eyes.
    pub sandbox: Arc<Sandbox>,
    /// Makes charts, reports and exports.
    pub maker: Maker,
    pub statuses: Arc<Statuses>,
    /// What is meant to be posted in Slack.
    pub outbox: Outbox,
    /// How far the bounds over all turns are.
    pub headroom: Headroom,
    pub public_url: Option<Url>,
    /// For how many days messages of the channels that are read are kept.
    pub message_days: i32,
    /// The model is the demo, and says so in App Home.
    pub is_demo: bool,
}
