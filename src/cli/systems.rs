//! The systems that the demo company has connected in `penny dev`: stand-ins that Penny reads and
//! changes over HTTP as she would the real ones.

use super::app::App;
use crate::base::config::Source;
use crate::base::ids::{OrgId, PersonId};
use crate::base::secret::Secret;
use crate::connectors::registry;
use crate::demo::workspace::PEOPLE;
use crate::playground::Slack;
use crate::playground::systems::Subscription;
use crate::playground::systems::github::GitHub;
use crate::playground::systems::gmail::Gmail;
use crate::playground::systems::hubspot::HubSpot;
use crate::playground::systems::linear::Linear;
use crate::playground::systems::receiver::Receiver;
use crate::playground::systems::twilio::Twilio;
use crate::store::people;
use anyhow::Context;
use chrono::Utc;
use std::sync::Arc;

/// Who has connected what serves everybody: the head of sales, who may decide most.
const BY: &str = "U0MAYA";

/// What the stand-ins sign with when they tell of changes.
const SIGNED_WITH: &str = "for-the-playground-and-nothing-else";

/// Of the company, for text messages.
const NUMBER: &str = "+493012345678";

/// What the company has Penny call, and what she signs with there.
const WEBHOOK: &str = "https://hooks.wayfold.example/penny for-the-playground-and-nothing-else";

#[derive(Debug)]
pub struct Systems {
    hubspot: HubSpot,
    linear: Linear,
    github: GitHub,
    gmail: Gmail,
    twilio: Twilio,
    receiver: Receiver,
}

impl Systems {
    pub async fn start() -> anyhow::Result<Self> {
        let now = Utc::now();
        let systems = Self {
            hubspot: HubSpot::start().await?,
            linear: Linear::start().await?,
            github: GitHub::start().await?,
            gmail: Gmail::start().await?,
            twilio: Twilio::start().await?,
            receiver: Receiver::start().await?,
        };
        systems.hubspot.furnish(now);
        systems.linear.furnish(now);
        systems.github.furnish(now);
        systems.gmail.furnish(now);
        systems.twilio.number(NUMBER);
        Ok(systems)
    }

    /// Tells the connectors where to find them.
    pub fn settings(&self, source: Source) -> Source {
        source
            .set("HUBSPOT_BASE_URL", self.hubspot.url())
            .set("LINEAR_BASE_URL", self.linear.url())
            .set("GITHUB_BASE_URL", self.github.url())
            .set("GMAIL_BASE_URL", self.gmail.url())
            .set("TWILIO_BASE_URL", self.twilio.url())
            .set("OUTGOING_WEBHOOK_BASE_URL", self.receiver.url())
    }

    pub fn show_in(&self, slack: &Slack) {
        slack.shows(Arc::new(self.hubspot.clone()));
        slack.shows(Arc::new(self.linear.clone()));
        slack.shows(Arc::new(self.github.clone()));
        slack.shows(Arc::new(self.gmail.clone()));
        slack.shows(Arc::new(self.twilio.clone()));
        slack.shows(Arc::new(self.receiver.clone()));
    }

    /// Connects them, which has them read at once: what serves everybody for the company, and for
    /// each colleague their own mailbox.
    pub async fn connect(&self, app: &App, org: OrgId) -> anyhow::Result<()> {
        let keys = [
            ("hubspot", self.hubspot.token()),
            ("linear", self.linear.token()),
            ("github", self.github.token()),
            ("twilio", self.twilio.key()),
            ("outgoing_webhook", WEBHOOK.into()),
        ];
        let by = person(app, org, BY).await?;
        for (system, key) in keys {
            connect(app, org, by, system, key).await?;
        }
        for colleague in PEOPLE.iter().filter(|it| !it.is_restricted()) {
            let owner = person(app, org, colleague.user).await?;
            let key = self.gmail.mailbox(&colleague.email()).lasting_token();
            connect(app, org, owner, "gmail", key).await?;
        }
        Ok(())
    }

    /// Lets Penny, who is to be found there, believe what they tell her.
    pub fn trusted_by(&self, source: Source, penny: &str) -> Source {
        source
            .set("PENNY_PUBLIC_URL", penny)
            .set("HUBSPOT_CLIENT_SECRET", SIGNED_WITH)
            .set("LINEAR_WEBHOOK_SECRET", SIGNED_WITH)
            .set("GITHUB_WEBHOOK_SECRET", SIGNED_WITH)
    }

    /// From now on they tell her of each change.
    pub fn tell(&self, penny: &str) {
        let told = |system| Subscription::of(penny, penny, system, SIGNED_WITH.into());
        self.hubspot.tells(told("hubspot"));
        self.linear.tells(told("linear"));
        self.github.tells(told("github"));
    }
}

async fn person(app: &App, org: OrgId, user: &str) -> anyhow::Result<PersonId> {
    let mut tx = app.services.db.org(org).await?;
    let known = people::known(&mut tx, &[user.to_owned()]).await?;
    let (_, person) = known
        .first()
        .with_context(|| format!("nobody here is {user}"))?;
    Ok(person.id)
}

async fn connect(
    app: &App,
    org: OrgId,
    by: PersonId,
    system: &str,
    key: Secret,
) -> anyhow::Result<()> {
    let connector =
        registry::find(system).with_context(|| format!("there is no connector for {system}"))?;
    let connections = &app.services.connections;
    connections
        .connect(org, by, connector, key)
        .await
        .with_context(|| format!("{system} could not be connected"))?;
    Ok(())
}
