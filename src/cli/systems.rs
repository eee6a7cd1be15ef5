//! The systems that the demo company has connected in `penny dev`: stand-ins that Penny reads and
//! changes over HTTP as she would the real ones.

use super::app::App;
use crate::base::config::Source;
use crate::base::ids::OrgId;
use crate::connectors::registry;
use crate::playground::Slack;
use crate::playground::systems::Subscription;
use crate::playground::systems::hubspot::HubSpot;
use crate::store::people;
use anyhow::Context;
use chrono::Utc;
use std::sync::Arc;

/// Who has connected them: the head of sales, who may decide most.
const BY: &str = "U0MAYA";

#[derive(Debug)]
pub struct Systems {
    hubspot: HubSpot,
}

impl Systems {
    pub async fn start() -> anyhow::Result<Self> {
        let hubspot = HubSpot::start().await?;
        hubspot.furnish(Utc::now());
        Ok(Self { hubspot })
    }

    /// Tells the connectors where to find them.
    pub fn settings(&self, source: Source) -> Source {
        source.set("HUBSPOT_BASE_URL", self.hubspot.url())
    }

    pub fn show_in(&self, slack: &Slack) {
        slack.shows(Arc::new(self.hubspot.clone()));
    }

    /// Connects them for the company, which has them read at once.
    pub async fn connect(&self, app: &App, org: OrgId) -> anyhow::Result<()> {
        let mut tx = app.services.db.org(org).await?;
        let known = people::known(&mut tx, &[BY.to_owned()]).await?;
        tx.commit().await?;
        let (_, by) = known
            .first()
            .context("nobody is there to connect HubSpot")?;
        let connector = registry::find("hubspot").context("there is no connector for HubSpot")?;
        let connections = &app.services.connections;
        connections
            .connect(org, by.id, connector, self.hubspot.token())
            .await?;
        Ok(())
    }
}

/// What the stand-ins sign with when they tell of changes.
const SIGNED_WITH: &str = "for-the-playground-and-nothing-else";

impl Systems {
    /// Lets Penny, who is to be found there, believe what they tell her.
    pub fn trusted_by(&self, source: Source, penny: &str) -> Source {
        source
            .set("PENNY_PUBLIC_URL", penny)
            .set("HUBSPOT_CLIENT_SECRET", SIGNED_WITH)
    }

    /// From now on they tell her of each change.
    pub fn tell(&self, penny: &str) {
        let told = |system| Subscription::of(penny, penny, system, SIGNED_WITH.into());
        self.hubspot.tells(told("hubspot"));
    }
}
