//! Penny beside a stand-in for HubSpot, and the people who connect it.

use crate::support::{Builder, TestApp};
use penny::playground::systems::hubspot::HubSpot;
use penny::playground::{Human, Seen, Thread};
use serde_json::json;

pub const PUBLIC: &str = "https://penny.example";

pub struct Desk {
    pub app: TestApp,
    pub hubspot: HubSpot,
    /// An administrator of the workspace.
    pub maya: Human,
    /// A member.
    pub jonas: Human,
}

impl Desk {
    pub async fn open() -> Self {
        Self::with(|app| app).await
    }

    pub async fn with(change: impl FnOnce(Builder) -> Builder) -> Self {
        Self::beside(HubSpot::start().await.unwrap(), change).await
    }

    /// Penny is registered over there, so that people may consent in the browser.
    pub async fn consenting(hubspot: HubSpot, change: impl FnOnce(Builder) -> Builder) -> Self {
        let (id, secret) = hubspot.client();
        Self::beside(hubspot, |app| {
            let app = app
                .setting("HUBSPOT_CLIENT_ID", id)
                .setting("HUBSPOT_CLIENT_SECRET", secret.expose())
                .setting("PENNY_PUBLIC_URL", PUBLIC);
            change(app)
        })
        .await
    }

    pub async fn beside(hubspot: HubSpot, change: impl FnOnce(Builder) -> Builder) -> Self {
        let app = TestApp::build([]).setting("HUBSPOT_BASE_URL", hubspot.url());
        let app = change(app).start().await;
        Self {
            maya: app.slack.person("maya").unwrap(),
            jonas: app.slack.person("jonas").unwrap(),
            app,
            hubspot,
        }
    }

    /// What only this person sees in #sales, once it says this.
    pub async fn is_told(&self, person: &Human, words: &str) -> String {
        self.app.is_told(person, "sales", words).await
    }

    /// The window that is open, once it says this.
    pub async fn window_says(&self, person: &Human, words: &str) -> String {
        self.app.window_says(person, words).await
    }

    pub async fn types(&self, person: &Human, command: &str) {
        person.runs_command("sales", command).await.unwrap();
    }

    pub async fn submits_key(&self, person: &Human, key: &str) {
        person.submits(&[("penny_key", json!(key))]).await.unwrap();
    }

    /// The administrator connects HubSpot with the right key, and it is read once.
    pub async fn connects_hubspot(&self) {
        self.types(&self.maya, "/penny connect hubspot").await;
        self.window_says(&self.maya, "private app").await;
        let key = self.hubspot.token();
        self.submits_key(&self.maya, key.expose()).await;
        self.window_says(&self.maya, "is connected").await;
        self.maya.close_view(true).await.unwrap();
        self.is_written(&self.maya, "*HubSpot* is read").await;
        self.app.settles().await;
    }

    pub async fn is_written(&self, person: &Human, words: &str) -> Seen {
        self.app.is_written(person, words).await
    }

    /// Reads everything in this person's direct conversation.
    pub fn looks_through(&self, person: &Human) {
        let channel = person.dm().unwrap();
        for seen in person.channel_messages(&channel) {
            person.sees(&Thread {
                channel: channel.clone(),
                root: seen.ts,
            });
        }
    }

    /// How many messages stand in this person's direct conversation.
    pub fn messages_of(&self, person: &Human) -> usize {
        person.channel_messages(&person.dm().unwrap()).len()
    }

    pub async fn presses(&self, person: &Human, button: &str) {
        let sales = self.app.slack.channel("sales").unwrap();
        let newest = person.whispers(&sales).pop().unwrap();
        let thread = Thread {
            channel: sales,
            root: newest.ts,
        };
        person.clicks(&thread, button).await.unwrap();
    }

    pub async fn home_says(&self, person: &Human, words: &str) -> String {
        self.app.home_says(person, words).await
    }

    /// The tables of which a row holds this text anywhere.
    pub async fn tables_with(&self, text: &str) -> Vec<String> {
        let tables = "select format('%I.%I', table_schema, table_name)
            from information_schema.tables
            where table_schema in ('core', 'public') and table_type = 'BASE TABLE'";
        let mut found = Vec::new();
        for table in self.app.texts(tables).await {
            let rows = format!("select from {table} as t where t::text like '%{text}%'");
            if self.app.count(&rows).await > 0 {
                found.push(table);
            }
        }
        found
    }

    pub async fn health(&self) -> String {
        let health = "select health from core.connections where system = 'hubspot'";
        self.app.texts(health).await.remove(0)
    }
}
