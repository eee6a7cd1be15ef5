//! What other systems say by themselves: believed only with proof, kept before it is
//! acknowledged, and of effect once.

mod addresses;
mod gone;
mod hearing;
mod proof;
mod pushing;
mod receiving;

use crate::support::request::{Answered, now};
use crate::support::{Builder, TestApp};
use penny::base::ids::{OrgId, PersonId, UserId};
use penny::base::secret::Secret;
use penny::connectors::deliveries::Signature;
use penny::connectors::{github, hubspot, linear, registry};
use penny::playground::systems::hubspot::HubSpot;
use serde_json::{Value, json};

const PUBLIC: &str = "https://penny.example";
/// Shared by Penny and the systems.
const SECRET: &str = "canary-of-both-sides";
/// Of the stand-in's account.
const PORTAL: u64 = 245_191_007;

/// A company beside HubSpot, where Maya is an administrator.
struct Company {
    app: TestApp,
    hubspot: HubSpot,
    org: OrgId,
    maya: PersonId,
}

impl Company {
    async fn start() -> Self {
        Self::with(|app| app).await
    }

    async fn with(change: impl FnOnce(Builder) -> Builder) -> Self {
        Self::beside(HubSpot::start().await.unwrap(), change).await
    }

    async fn beside(hubspot: HubSpot, change: impl FnOnce(Builder) -> Builder) -> Self {
        let app = TestApp::build([])
            .setting("PENNY_PUBLIC_URL", PUBLIC)
            .setting("HUBSPOT_BASE_URL", hubspot.url())
            .setting("HUBSPOT_CLIENT_SECRET", SECRET)
            .setting("GITHUB_WEBHOOK_SECRET", format!("{SECRET},an-older-one"))
            .setting("LINEAR_WEBHOOK_SECRET", SECRET);
        let app = change(app).start().await;
        let services = &app.process().app.services;
        let workspace = services.workspaces.all().remove(0);
        let user = UserId::new("U0MAYA");
        let person = services.directory.person(&services.db, &workspace, &user);
        let maya = person.await.unwrap().id;
        Self {
            org: workspace.org,
            maya,
            app,
            hubspot,
        }
    }

    /// With HubSpot connected and read once.
    async fn connected() -> Self {
        let company = Self::start().await;
        company.connects_hubspot().await;
        company
    }

    async fn connects_hubspot(&self) {
        self.connects("hubspot", self.hubspot.token()).await;
    }

    async fn connects(&self, system: &str, key: Secret) {
        let connections = &self.app.process().app.services.connections;
        let connector = registry::find(system).unwrap();
        let opened = connections.connect(self.org, self.maya, connector, key);
        opened.await.unwrap();
        self.app.settles().await;
    }

    /// The few seconds go by in which what else is said goes into the same run.
    async fn time_passes(&self) {
        self.app
            .comes_true("everything said was heard", async || {
                let heard = "select from core.jobs where kind = 'hear'";
                self.app.count(heard).await == 0
            })
            .await;
        self.app
            .comes_true("what was said is read", async || {
                let due = "update core.jobs set run_at = now()
                     where kind = 'sync' and run_at > now()";
                self.app.execute(due).await;
                let jobs = "select from core.jobs where kind = 'sync'";
                self.app.count(jobs).await == 0
            })
            .await;
        self.app.settles().await;
    }

    async fn deliveries(&self) -> Vec<String> {
        let states = "select state from core.deliveries order by received_at, delivery_id";
        self.app.texts(states).await
    }

    async fn runs(&self) -> i64 {
        self.app.count("select from core.sync_runs").await
    }

    /// Names of events other than those of reading.
    async fn events(&self) -> Vec<String> {
        let names = "select kind from core.events where kind not like 'sync.%' order by event_id";
        self.app.texts(names).await
    }

    async fn hubspot_says(&self, notes: Value) -> Answered {
        let body = notes.to_string();
        let request = SignedBy::hubspot(&body);
        request.post(&self.app, "/webhooks/hubspot", &body).await
    }

    async fn github_says(&self, topic: &str, id: &str, told: &Value) -> Answered {
        let body = told.to_string();
        let request = SignedBy::github(&body)
            .header("x-github-event", topic)
            .header("x-github-delivery", id);
        request.post(&self.app, "/webhooks/github", &body).await
    }

    async fn linear_says(&self, told: &Value) -> Answered {
        let mut told = told.clone();
        told["webhookTimestamp"] = (now() * 1_000).into();
        let body = told.to_string();
        let request = SignedBy::linear(&body);
        request.post(&self.app, "/webhooks/linear", &body).await
    }
}

/// A deal of the stand-in's account that got another name.
fn renamed(event: u64, deal: &str) -> Value {
    json!({
        "eventId": event, "subscriptionId": 7, "portalId": PORTAL, "appId": 9, "attemptNumber": 0,
        "occurredAt": 1_790_000_000_000_i64, "subscriptionType": "deal.propertyChange",
        "objectId": deal.parse::<u64>().unwrap_or(1), "propertyName": "dealname",
        "propertyValue": "Acme",
    })
}

/// Headers of a delivery.
#[derive(Clone)]
struct SignedBy(Vec<(String, String)>);

impl SignedBy {
    fn hubspot(body: &str) -> Self {
        Self::hubspot_at(&(now() * 1_000).to_string(), body, SECRET)
    }

    fn hubspot_at(moment: &str, body: &str, secret: &str) -> Self {
        let address = format!("{PUBLIC}/webhooks/hubspot");
        let pieces = ["POST", &address, body, moment];
        signed(&hubspot::SIGNATURE, secret, &pieces).header("x-hubspot-request-timestamp", moment)
    }

    fn github(body: &str) -> Self {
        signed(&github::SIGNATURE, SECRET, &[body])
    }

    fn linear(body: &str) -> Self {
        signed(&linear::SIGNATURE, SECRET, &[body])
    }

    fn header(mut self, name: &str, value: &str) -> Self {
        self.0.push((name.to_owned(), value.to_owned()));
        self
    }

    async fn post(&self, app: &TestApp, path: &str, body: &str) -> Answered {
        let post = app.post(path, body);
        let headers = self.0.iter();
        let post = headers.fold(post, |post, (name, value)| post.header(name, value));
        post.send().await
    }
}

fn signed(signature: &Signature, secret: &str, pieces: &[&str]) -> SignedBy {
    let pieces: Vec<&[u8]> = pieces.iter().map(|it| it.as_bytes()).collect();
    let shown = signature.sign(&Secret::new(secret), &pieces).unwrap();
    SignedBy(vec![(signature.header.to_owned(), shown)])
}
