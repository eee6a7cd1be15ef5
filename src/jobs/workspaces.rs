//! The workspaces that Penny is installed in, held in memory because every delivery asks for one.

use crate::base::ids::{OrgId, UserId};
use crate::slack::inbound::Installation;
use crate::store::{Db, StoreResult, installations};
use arc_swap::ArcSwapOption;
use std::collections::HashMap;
use std::sync::Arc;

#[derive(Debug)]
pub struct Workspace {
    pub org: OrgId,
    /// Team id, or enterprise id of an org-wide installation.
    pub id: String,
    pub name: String,
    pub app: Option<String>,
    pub bot_user: UserId,
    pub is_enterprise: bool,
}

#[derive(Debug, Clone, Default)]
pub struct Workspaces(Arc<ArcSwapOption<HashMap<String, Arc<Workspace>>>>);

impl Workspaces {
    /// False until they were read once: then nobody may be called unknown yet.
    pub fn are_known(&self) -> bool {
        self.0.load().is_some()
    }

    /// The installation of exactly that workspace; never another one's.
    pub fn find(&self, installation: &Installation) -> Option<Arc<Workspace>> {
        let id = if installation.org_wide {
            installation.enterprise.as_ref()?.as_str()
        } else {
            installation.team.as_ref()?.as_str()
        };
        self.get(id)
    }

    pub fn get(&self, id: &str) -> Option<Arc<Workspace>> {
        self.0.load().as_ref()?.get(id).cloned()
    }
}
