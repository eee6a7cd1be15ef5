//! Maya's company, with a clock that the test turns.

use crate::support::turned::Turned;
use crate::support::{Builder, TestApp};
use penny::base::ids::ChannelId;
use penny::jobs::schedules::fire_due;
use penny::models::scripted::{Scripted, Step};
use penny::playground::{Human, Submitted, Thread};
use penny::slack::client::ApiCode;
use serde_json::{Value, json};
use std::sync::Arc;

pub struct Desk {
    pub app: TestApp,
    pub clock: Arc<Turned>,
    pub maya: Human,
    pub jonas: Human,
}

pub const QUESTION: &str = "what changed in the pipeline since yesterday";

impl Desk {
    /// It is Friday 20 November 2026, nine o’clock in Berlin.
    pub async fn open(steps: impl IntoIterator<Item = Step>) -> Self {
        Self::open_at("2026-11-20T08:00:00Z", steps).await
    }

    pub async fn open_at(moment: &str, steps: impl IntoIterator<Item = Step>) -> Self {
        Self::thinking_with(Scripted::new(steps), moment).await
    }

    pub async fn thinking_with(model: Scripted, moment: &str) -> Self {
        Self::start(TestApp::thinking_with(model), moment).await
    }

    pub async fn start(penny: Builder, moment: &str) -> Self {
        let clock = Turned::at(moment);
        let of_slack = clock.clone();
        let app = penny
            .clock(clock.clone())
            .slack(|setup| setup.clock(of_slack))
            .start()
            .await;
        Self {
            maya: app.slack.person("maya").unwrap(),
            jonas: app.slack.person("jonas").unwrap(),
            app,
            clock,
        }
    }

    pub fn sales(&self) -> ChannelId {
        self.app.slack.channel("sales").unwrap()
    }

    /// What Penny tells this person alone in #sales.
    pub async fn is_told(&self, person: &Human, words: &str) -> String {
        self.app.is_told(person, "sales", words).await
    }

    /// The whisper in #sales that says this, to click in.
    pub fn whisper(&self, person: &Human, words: &str) -> Thread {
        self.app.whisper(person, "sales", words)
    }

    pub async fn schedules(&self, person: &Human, when: &str) {
        let typed = format!("/penny schedule {when}: {QUESTION}");
        person.runs_command("sales", &typed).await.unwrap();
        self.is_told(person, "Scheduled").await;
        self.app.settles().await;
    }

    /// Turns the clock and has Penny look at what is due.
    pub async fn time_is(&self, moment: &str) -> u64 {
        self.clock.turn_to(moment);
        self.penny_looks().await
    }

    pub async fn penny_looks(&self) -> u64 {
        let services = &self.app.process().app.services;
        let runs = fire_due(&services.db, &services.clock).await.unwrap();
        self.app.settles().await;
        runs
    }

    /// The thread of the newest run in #sales.
    pub fn newest_run(&self, person: &Human) -> Thread {
        let channel = self.sales();
        let messages = person.channel_messages(&channel).into_iter().rev();
        let mut heads = messages.filter(|seen| seen.text.contains("Scheduled by"));
        let root = heads.next().expect("a run").ts;
        Thread { channel, root }
    }

    /// Fills the open window and sends it; it closes.
    pub async fn fills(&self, fields: &[(&str, Value)]) {
        let submitted = self.submit(fields).await;
        assert!(matches!(submitted, Submitted::Taken), "{submitted:?}");
        self.app.settles().await;
    }

    /// What the window objects to.
    pub async fn objections(&self, fields: &[(&str, Value)]) -> String {
        format!("{:?}", self.submit(fields).await)
    }

    /// Fields are named by their blocks: several of the window's inputs share one action id.
    async fn submit(&self, fields: &[(&str, Value)]) -> Submitted {
        let modal = self.maya.modal().unwrap();
        let mut state = modal.state.clone();
        for (block, value) in fields {
            let blocks = modal.body["blocks"].as_array().unwrap();
            let input = blocks.iter().find(|it| it["block_id"] == *block).unwrap();
            let action = input["element"]["action_id"].as_str().unwrap();
            let kind = input["element"]["type"].as_str().unwrap();
            let filled = match kind {
                "users_select" => json!({"type": kind, "selected_user": value}),
                "static_select" => json!({"type": kind, "selected_option": {"value": value}}),
                _ => json!({"type": kind, "value": value}),
            };
            state[*block][action] = filled;
        }
        let values = json!({"values": state});
        self.maya.submit(&modal.id, Some(values)).await.unwrap()
    }

    pub async fn states(&self) -> Vec<String> {
        self.app
            .texts("select state from core.schedule_runs order by slot")
            .await
    }

    /// Slack said no to the headline, and Penny did not insist.
    pub fn was_refused_once(&self, code: &ApiCode) {
        let posts = self.app.slack.calls().of("chat.postMessage");
        let outcomes: Vec<String> = posts.iter().map(|it| format!("{:?}", it.outcome)).collect();
        let refused = outcomes.iter().filter(|it| it.contains(code.as_str()));
        assert_eq!(refused.count(), 1, "{outcomes:?}");
    }

    pub async fn looks_at_everything(&self) {
        for person in [&self.maya, &self.jonas] {
            person.whispers(&self.sales());
            for seen in person.channel_messages(&self.sales()) {
                let thread = Thread {
                    channel: self.sales(),
                    root: seen.ts,
                };
                person.sees(&thread);
            }
        }
    }

    pub async fn close(self) {
        self.app.settles().await;
        self.looks_at_everything().await;
        self.app.stop().await;
    }
}
